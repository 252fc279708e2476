//! Each role's process is killed in turn under load, or hangs: nothing is lost, nothing is double, all settles.

use std::time::Duration;

use crate::client::{Client, below};
use crate::load::{Load, SETTINGS, check};
use crate::server::{Server, free_port};
use crate::settle::holds;
use crate::target::{self, KEEPERS};

/// Kills of each role; more with `TRIAL_ROUNDS`.
fn rounds() -> usize {
    std::env::var("TRIAL_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(2)
}

pub(crate) async fn of_each_role() {
    let target = target::fresh().await;
    let port = free_port();
    let server = Server::start(&target.url(), port, SETTINGS).await;
    let client = Client::of(&[port]);
    let load = Load::start(&client).await;
    for round in 0..rounds() {
        for (role, _) in KEEPERS {
            tokio::time::sleep(Duration::from_millis(200 + below(600))).await;
            if round % 2 == 0 {
                target.fleet().kill_and_start(role, Duration::from_millis(below(1_500))).await;
            } else {
                // a cut: what was asked is perhaps done, and the answer comes too late
                target.fleet().signal(role, "STOP");
                tokio::time::sleep(Duration::from_millis(2_500 + below(1_000))).await;
                target.fleet().signal(role, "CONT");
            }
        }
    }
    let told = load.finish().await;
    check(&client, &told).await;
    holds(&target.url()).await;
    rocketmall_trial::say(&format!("{} orders, each of {} roles killed or stopped {} times", told.len(), KEEPERS.len(), rounds()));
    assert!(server.terminate().await.0.success());
}
