//! Each role in processes of its own: every message is taken by a process of its group's role, once.

use std::time::Duration;

use crate::client::Client;
use crate::load::{Load, SETTINGS, check, none_dead};
use crate::server::{Server, free_port};
use crate::settle::holds;
use crate::target;

/// The roles of each process, and the groups that it takes the messages of.
const PROCESSES: [(&str, &[&str]); 6] = [
    ("order-web,pay-web,pay", &[]),
    ("order", &["order-out-group3", "pay_payTopic_group"]),
    ("goods", &["order-out-group2"]),
    ("goods", &["order-out-group2"]),
    ("coupon,user", &["order-out-group1", "order-out-group4", "pay_payTopic_user_group"]),
    ("message", &["pay_payTopic_log_group"]),
];

/// How long there is load.
const SPAN: Duration = Duration::from_secs(5);

pub(crate) async fn apart() {
    let home = target::fresh().await;
    let mut servers = Vec::new();
    for (roles, _) in PROCESSES {
        let settings: Vec<_> = SETTINGS.iter().copied().chain([("roles", roles)]).collect();
        let port = free_port();
        servers.push((port, Server::start(&home.url(), port, &settings).await));
    }
    let web = Client::of(&[servers[0].0]);
    let load = Load::start(&web).await;
    tokio::time::sleep(SPAN).await;
    // one of two that share a group dies; the other goes on
    servers.remove(3).1.kill();
    tokio::time::sleep(SPAN).await;
    let told = load.finish().await;
    check(&web, &told).await;
    none_dead(&web).await;
    holds(&home.url()).await;
    for ((port, server), (roles, groups)) in servers.into_iter().zip([&PROCESSES[..3], &PROCESSES[4..]].concat()) {
        let metrics = reqwest::get(server.url("/metrics")).await.expect("an answer").text().await.expect("a text");
        let taken: Vec<&str> = metrics.lines().filter(|line| line.starts_with("rocketmall_messages_consumed_total{")).collect();
        for line in &taken {
            assert!(groups.iter().any(|group| line.contains(&format!("group=\"{group}\""))), "{roles} took {line}");
        }
        for group in groups {
            assert!(taken.iter().any(|line| line.contains(&format!("group=\"{group}\""))), "{roles} took nothing of {group}: {taken:?}");
        }
        let (status, order) = Client::of(&[port]).post("/v1/goods", serde_json::json!({"name": "x", "price": "1.00", "number": 1})).await;
        assert_eq!(status, if roles.contains("web") { 201 } else { 404 }, "{roles}: {order}");
        assert!(server.terminate().await.0.success());
    }
    rocketmall_trial::say(&format!("{} orders with roles apart", told.len()));
}
