//! A bench of a shop that has grown.

use std::process::Command;

/// What it fills in is a shop's past as the shop itself would have left it: every invariant holds.
pub(crate) fn keeps_every_invariant(database: &str) {
    let ran = Command::new(env!("CARGO_BIN_EXE_rocketmall"))
        .args(["bench", "--growth", "--orders", "2000", "--messages", "2000", "--rounds", "1", "--duration", "200ms"])
        .args(["--users", "100", "--goods", "20", "--clients", "32", "--database", database, "--json"])
        .output()
        .expect("the binary starts");
    let (answer, errors) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert_eq!(ran.status.code(), Some(0), "{answer}\n{errors}");
    let answer: serde_json::Value = serde_json::from_str(&answer).expect("it answers in JSON");
    let orders = |shop: &str| {
        let lines = answer["lines"].as_array().expect("lines");
        let line = lines.iter().find(|line| line["shop"] == shop).expect("a line of each shop");
        line["orders"].as_i64().expect("a number")
    };
    assert!(orders("grown") >= orders("young") + 2_000, "{answer}");
    let deleted = answer["purge"]["deleted"].as_array().expect("what the purge deleted");
    assert!(deleted.iter().all(|rows| rows.as_f64() > Some(0.0)), "old rows of every kind are deleted: {answer}");
}
