//! Waiting until nothing is under way, and the audit.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::server::run;
use crate::target::PATIENCE;

/// The audit as the binary prints it.
pub(crate) fn audit(database: &str) -> Value {
    let (_, text) = run(database, &["verify", "--json"]);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("verify --json: {error}: {text}"))
}

/// Waits until nothing is under way, then wants every invariant to hold.
pub(crate) async fn holds(database: &str) {
    let until = Instant::now() + PATIENCE;
    loop {
        let report = audit(database);
        let under_way = report["under_way"].as_array().expect("a list").iter().any(|part| part["count"] != 0);
        if !under_way {
            let broken: Vec<_> = report["checks"].as_array().expect("a list").iter().filter(|check| check["total"] != 0).collect();
            assert_eq!(report["holds"], true, "{broken:#?}");
            return;
        }
        if Instant::now() >= until {
            let messages = run(database, &["messages", "list", "--limit", "20"]).1;
            panic!("still under way: {}\n{messages}", report["under_way"]);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Waits until `query` counts nothing.
pub(crate) async fn none_left(database: &rocketmall_store::Database, query: &'static str) {
    let until = Instant::now() + PATIENCE;
    loop {
        let rows = database.query(rocketmall_store::Statement { name: "trial", sql: query }, Vec::new()).await.expect(query);
        if rows == [vec![0.into()]] {
            return;
        }
        assert!(Instant::now() < until, "{query}: {rows:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
