//! kill -9 under load: what was acknowledged is there.

use std::time::Duration;

use crate::client::{Client, below};
use crate::load::{Load, SETTINGS, Told, check, none_dead};
use crate::server::{Server, free_port};
use crate::settle::holds;
use crate::target::Target;

pub(crate) async fn of_the_shop(target: &Target, kills: usize) {
    let port = free_port();
    let mut server = Server::start(&target.url(), port, SETTINGS).await;
    let client = Client::of(&[port]);
    let load = Load::start(&client).await;
    let mut slowest = Duration::ZERO;
    for _ in 0..kills {
        tokio::time::sleep(Duration::from_millis(200 + below(500))).await;
        server.kill();
        server = Server::start(&target.url(), port, SETTINGS).await;
        slowest = slowest.max(server.ready_after());
    }
    let told = load.finish().await;
    check(&client, &told).await;
    none_dead(&client).await;
    holds(&target.url()).await;
    let count = |wanted| told.values().filter(|told| **told == wanted).count();
    eprintln!(
        "{kills} kills: {} orders, {} paid, {} cancelled; ready after {slowest:?} at most",
        told.len(),
        count(Told::Paid),
        count(Told::Cancelled)
    );
    assert!(told.len() > kills, "there must be load for the kills to mean something");
    assert!(server.terminate().await.0.success());
}
