//! Each role's process is killed in turn under load, or hangs; processes join and leave; Nacos goes away. Nothing is lost, nothing is
//! double, all settles.

use std::time::Duration;

use rocketmall_trial::rocketmq::Role;

use crate::client::{Client, below};
use crate::load::{Load, SETTINGS, check};
use crate::server::{Server, free_port};
use crate::settle::holds;
use crate::target::{self, KEEPERS, Target};

/// Kills of each role; more with `TRIAL_ROUNDS`.
fn rounds() -> usize {
    number("TRIAL_ROUNDS", 2)
}

/// A number that makes a trial longer.
pub(crate) fn number(variable: &str, usual: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

pub(crate) async fn of_each_role() {
    under_load(&target::fresh().await, async |target| {
        for round in 0..rounds() {
            for role in KEEPERS {
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
    })
    .await;
}

pub(crate) async fn and_comings() {
    under_load(&target::registered().await, async |target| {
        for role in KEEPERS {
            let second = target.fleet().second(role).await;
            tokio::time::sleep(Duration::from_millis(800)).await;
            // the first dies, and the second has all of the work
            target.fleet().kill_and_start(role, Duration::from_millis(500 + below(500))).await;
            tokio::time::sleep(Duration::from_millis(800)).await;
            second.leave().await;
        }
        let nacos = Role::nacos().expect("a Nacos");
        nacos.kill().await.expect("Nacos can be killed");
        tokio::time::sleep(Duration::from_secs(number("TRIAL_DARK", 5) as u64)).await;
        // whoever starts meanwhile is found when Nacos is back
        let second = target.fleet().second("goods").await;
        nacos.start().await.expect("Nacos starts");
        target.fleet().kill_and_start("goods", Duration::from_secs(4)).await;
        second.leave().await;
    })
    .await;
}

async fn under_load(target: &Target, happens: impl AsyncFnOnce(&Target)) {
    let port = free_port();
    let server = Server::start(&target.url(), port, SETTINGS).await;
    let client = Client::of(&[port]);
    let load = Load::start(&client).await;
    happens(target).await;
    let told = load.finish().await;
    check(&client, &told).await;
    holds(&target.url()).await;
    rocketmall_trial::say(&format!("{} orders in a fleet that had it hard", told.len()));
    assert!(server.terminate().await.0.success());
}
