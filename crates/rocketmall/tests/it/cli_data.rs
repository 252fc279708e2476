//! Schema, demo rows, audit, orders, tokens.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;

use crate::cli_program::{Folder, Ran, has};

#[test]
fn migrate_says_what_it_did() {
    let folder = Folder::new();
    has(&folder.run(["migrate"]).ok(), &["sqlite:rocketmall.db", "applied 0001_shop"]);
    has(&folder.run(["migrate"]).ok(), &["up to date"]);
}

#[test]
fn load_demo_makes_the_contracts_rows_once() {
    let folder = Folder::new();
    let first = folder.run(["load-demo"]).ok();
    has(&first, &["user 345963634385633280", "goods 345959443973935104", "coupon 345988230098857984", ": made"]);
    assert!(!first.contains("unchanged"), "{first}");
    let second = folder.run(["load-demo"]).ok();
    assert!(!second.contains(": made"), "{second}");
    has(&second, &["there already, unchanged"]);
    has(&folder.run(["verify"]).ok(), &["I1  holds", "I8  holds", "checks hold"]);
}

#[test]
fn load_demo_makes_more_of_each_and_names_them() {
    let folder = Folder::new();
    let arguments = ["load-demo", "--users", "3", "--goods", "2", "--coupons", "1500", "--stock", "7", "--json"];
    let made: Value = serde_json::from_str(&folder.run(arguments).ok()).expect("JSON");
    assert_eq!(made["demo_user"]["id"], "345963634385633280");
    for (kind, count) in [("users", 3), ("goods", 2), ("coupons", 1500)] {
        assert_eq!(made[kind]["count"], count);
        let id = |which: &str| made[kind][which].as_str().and_then(|id| id.parse::<i64>().ok()).expect("an id");
        assert!(id("first") < id("last"), "{made}");
    }
    assert_eq!(folder.sql("update trade_goods set goods_number = goods_number where goods_number = 7", vec![]), 2);
    let spread = "update trade_user set user_score = user_score
        where (select count(*) from trade_coupon c where c.user_id = trade_user.user_id) = 500";
    assert_eq!(folder.sql(spread, vec![]), 3);
    folder.run(["verify"]).ok();
    has(&folder.run(["load-demo", "--goods", "1"]).ok(), &["there already", "1 more goods"]);
}

#[test]
fn a_user_gets_a_new_password_from_standard_input() {
    let folder = Folder::with_demo();
    let set = |id: &str, password: &str| {
        let mut child =
            folder.command(["users", "set-password", id]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        child.stdin.take().expect("a pipe").write_all(password.as_bytes()).expect("it reads");
        Ran::of(&child.wait_with_output().expect("it ends"))
    };
    let done = set("345963634385633280", "a better password\n");
    assert_eq!(done.code, Some(0), "{done:?}");
    has(&done.stderr, &["345963634385633280", "new password"]);
    let hashed = "update trade_user set user_score = user_score where user_id = 345963634385633280 and user_password like '$argon2id$%'";
    assert_eq!(folder.sql(hashed, vec![]), 1);
    has(&set("345963634385633280", "short\n").fails(2), &["8 to 128 characters"]);
    has(&set("7", "a better password").fails(1), &["there is no user 7"]);
}

#[test]
fn verify_fails_with_the_offending_ids() {
    let folder = Folder::with_demo();
    assert_eq!(folder.sql("update trade_goods set goods_number = goods_number + 1", vec![]), 1);
    let ran = folder.run(["verify"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    has(&ran.stdout, &["I1  BROKEN", "goods 345959443973935104", "I2  holds"]);
    let ran = folder.run(["verify", "--json"]);
    assert_eq!(ran.code, Some(1));
    let report: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(report["holds"], false);
    let broken: Vec<&Value> = report["checks"].as_array().expect("checks").iter().filter(|check| check["total"] != 0).collect();
    assert_eq!(broken[0]["invariant"], "I1");
    assert_eq!(broken[0]["found"][0]["id"], "345959443973935104");
}

#[test]
fn an_unknown_order_is_1() {
    has(&Folder::with_database().run(["orders", "show", "12345"]).fails(1), &["no order 12345"]);
}

#[test]
fn a_token_is_printed_once_and_stored_as_its_hash() {
    let folder = Folder::with_demo();
    let ran = folder.run(["token", "create", "--role", "user", "--user", "345963634385633280", "--lifetime", "2h"]);
    has(&ran.stderr, &["role user", "good until", "not shown again"]);
    let token = ran.ok().trim().to_owned();
    assert!(token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit()), "{token}");
    let hash = rocketmall::http::auth::token_hash(&token);
    assert_eq!(folder.sql("update trade_session set role = role where token_hash = ?", vec![hash.as_str().into()]), 1);
    assert_eq!(folder.sql("update trade_session set role = role where token_hash = ?", vec![token.as_str().into()]), 0);
    has(&folder.run(["token", "create", "--role", "user", "--user", "12345"]).fails(1), &["no user 12345"]);
    assert_ne!(folder.run(["token", "create", "--role", "admin"]).ok(), folder.run(["token", "create", "--role", "admin"]).ok());
}
