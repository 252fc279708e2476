//! `rocketmall bench`: what it does, not how fast.

use serde_json::Value;

use crate::cli_program::{Folder, has};

const MOMENT: [&str; 9] = ["bench", "--duration", "200ms", "--rounds", "1", "--users", "50", "--goods", "5"];

fn bench(folder: &Folder, more: &[&str]) -> Value {
    let answer = folder.run([&MOMENT[..], more, &["--json"]].concat()).ok();
    serde_json::from_str(&answer).expect("JSON")
}

#[test]
fn every_scenario_runs_and_everything_adds_up_after_it() {
    let folder = Folder::new();
    let answer = bench(&folder, &["--clients", "8", "--engine"]);
    assert_eq!(answer["verified"], true);
    let lines = answer["lines"].as_array().expect("lines");
    let names: Vec<&str> = lines.iter().filter(|line| line["by"] == "engine").filter_map(|line| line["scenario"].as_str()).collect();
    assert_eq!(names, ["spread", "hot", "carts", "refusals", "pay", "mixed"]);
    for line in lines {
        assert!(line["rate"].as_f64().is_some_and(|rate| rate > 0.0), "{line}");
        assert_eq!(line["failed"], 0, "{line}");
    }
    assert!(lines.iter().any(|line| line["by"] == "single"), "one transaction for each order beside it");
    let refusals = lines.iter().find(|line| line["scenario"] == "refusals").expect("a line");
    assert!(refusals["refused"].as_f64().is_some_and(|refused| refused > 0.0), "{refusals}");
    assert!(!folder.path().join("rocketmall.db").exists(), "it has a database of its own");
}

#[test]
fn an_open_loop_keeps_its_pace_over_http() {
    let folder = Folder::new();
    let answer = bench(&folder, &["spread", "--clients", "4", "--rate", "50", "--no-baselines"]);
    let line = &answer["lines"][0];
    assert_eq!((&line["by"], &line["aimed_at"]), (&Value::from("http"), &Value::from(50.0)));
    assert!(line["rate"].as_f64().is_some_and(|rate| rate < 100.0), "no faster than asked: {line}");
    assert_eq!(answer["verified"], true);
}

#[test]
fn a_shops_own_database_is_refused() {
    let folder = Folder::with_demo();
    let refusal = folder.run([&MOMENT[..], &["--database", "sqlite:rocketmall.db"]].concat()).fails(2);
    has(&refusal, &["holds a shop's data", "--database"]);
}

#[test]
fn wrong_wishes_are_named() {
    let folder = Folder::new();
    for (more, part) in [
        (&["--rate", "0"][..], "0.1 to 1000000"),
        (&["--duration", "1ms"], "100ms"),
        (&["--goals", "spread"], "cannot be used with"),
        (&["--token", "x"], "--url"),
        (&["pay", "--url", "http://127.0.0.1:1"], "leave --url away"),
        (&["spread", "--url", "https://shop.example"], "http://HOST:PORT"),
    ] {
        has(&folder.run([&["bench"], more].concat()).fails(2), &[part]);
    }
    has(&folder.run(["bench", "spread", "--url", "http://127.0.0.1:1"]).fails(3), &["refused"]);
}
