//! The servers of the broker are killed and paused under load: orders go on, no message is lost, nothing takes effect twice.
//!
//! How often each is killed: `TRIAL_ROUNDS`, twice by default.

use std::time::Duration;

use rocketmall_trial::rocketmq::Role;

use crate::client::{Client, below};
use crate::kills::{Load, SETTINGS, check};
use crate::server::{Server, free_port};
use crate::settle::holds;
use crate::target;

/// How long a paused server stays so.
const PAUSE: Duration = Duration::from_secs(10);

pub(crate) async fn killed() {
    let rounds: usize = std::env::var("TRIAL_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(2);
    let home = target::fresh().await;
    let port = free_port();
    let server = Server::start(&home.url(), port, SETTINGS).await;
    let client = Client::of(&[port]);
    let load = Load::start(&client).await;
    for round in 0..rounds {
        for role in Role::all().expect("the stack's servers") {
            tokio::time::sleep(Duration::from_millis(500 + below(1_500))).await;
            if round % 2 == 0 {
                role.kill().await.expect("it can be killed");
            } else {
                role.signal("STOP").expect("it can be paused");
                tokio::time::sleep(PAUSE).await;
                role.signal("CONT").expect("it goes on");
                continue;
            }
            tokio::time::sleep(Duration::from_millis(below(3_000))).await;
            role.start().await.expect("it starts again");
            rocketmall_trial::say(&format!("round {round}: {} was killed and is back", role.name()));
        }
    }
    let told = load.finish().await;
    check(&client, &told).await;
    holds(&home.url()).await;
    rocketmall_trial::say(&format!("{} orders while every server of the broker was killed", told.len()));
    assert!(server.terminate().await.0.success());
}
