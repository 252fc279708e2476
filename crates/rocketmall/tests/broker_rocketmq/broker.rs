//! The servers of the broker and our own are killed under load, one by one, those of the broker also paused, and all of them killed at
//! once: orders go on, no message is lost, nothing takes effect twice.
//!
//! How often each is killed: `TRIAL_KILLS`, and paused: `TRIAL_PAUSES`, each once by default. How long there is no broker at all:
//! `TRIAL_DARK` seconds, 5 by default.

use std::process::{Command, Stdio};
use std::time::Duration;

use rocketmall_trial::rocketmq::{Role, layout};
use rocketmall_trial::say;
use serde_json::json;

use crate::client::{Client, basket, below, key, made};
use crate::load::{Load, SETTINGS, check, none_dead};
use crate::server::{Server, free_port};
use crate::settle::holds;
use crate::target;

/// How long a paused server stays so.
const PAUSE: Duration = Duration::from_secs(10);

pub(crate) async fn killed() {
    let home = target::fresh().await;
    let port = free_port();
    let mut server = Server::start(&home.url(), port, SETTINGS).await;
    let client = Client::of(&[port]);
    let load = Load::start(&client).await;
    let (kills, pauses) = (wanted("TRIAL_KILLS", 1), wanted("TRIAL_PAUSES", 1));
    for round in 1..=kills {
        for role in Role::all().expect("the stack's servers") {
            watch_over().await;
            role.kill().await.expect("it can be killed");
            tokio::time::sleep(Duration::from_millis(below(3_000))).await;
            role.start().await.expect("it starts again");
            say(&format!("kill {round}: {} is back", role.name()));
        }
        watch_over().await;
        server.kill();
        server = Server::start(&home.url(), port, SETTINGS).await;
        say(&format!("kill {round}: rocketmall is back"));
    }
    for round in 1..=pauses {
        for role in Role::all().expect("the stack's servers") {
            watch_over().await;
            role.signal("STOP").expect("it can be paused");
            tokio::time::sleep(PAUSE).await;
            role.signal("CONT").expect("it goes on");
            say(&format!("pause {round}: {} goes on", role.name()));
        }
    }
    watch_over().await;
    dark(&client).await;
    let told = load.finish().await;
    check(&client, &told).await;
    none_dead(&client).await;
    holds(&home.url()).await;
    say(&format!("{} orders; each server killed {kills} times, those of the broker paused {pauses} times", told.len()));
    assert!(server.terminate().await.0.success());
}

/// A moment of peace, in which whatever has ended by itself is started again.
async fn watch_over() {
    tokio::time::sleep(Duration::from_millis(500 + below(1_500))).await;
    for role in Role::all().expect("the stack's servers") {
        if !role.lives().expect("it can be looked for") {
            say(&format!("{} has ended by itself and is started again", role.name()));
            role.start().await.expect("it starts again");
        }
    }
}

/// Without a broker orders are accepted all the same; their messages wait.
async fn dark(client: &Client) {
    let (user, goods) = (client.user("0.00").await, client.goods("10.00", 100).await);
    for role in Role::all().expect("the stack's servers") {
        role.kill().await.expect("it can be killed");
    }
    let order = made(&client.post_as(&user, &key(), "/v1/orders", basket(&goods, 1)).await);
    let (status, answer) = client.post_as(&user, "", &format!("/v1/orders/{order}/cancel"), json!({})).await;
    assert_eq!(status, 200, "{answer}");
    tokio::time::sleep(Duration::from_secs(wanted("TRIAL_DARK", 5))).await;
    let waiting = client.get("/v1/messages?state=pending&limit=100").await;
    assert!(waiting["items"].as_array().is_some_and(|items| !items.is_empty()), "{waiting}");
    let ready = client.get("/readyz").await;
    assert!(ready["ready"] == true && ready["bus"].as_str().is_some_and(|bus| bus.contains("messages wait")), "{ready}");
    // servers that need one another come back in the right order
    let up = ["xtask", "stack", "up", "--rocketmq", &layout().expect("the stack's layout")];
    let started = Command::new(env!("CARGO")).args(up).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(started.is_ok_and(|status| status.success()), "the stack comes back");
    say("the whole broker was killed and is back");
}

fn wanted(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}
