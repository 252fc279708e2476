//! kill -9 of the database itself.

use std::time::Duration;

use serde_json::json;

use crate::client::{Call, Client, basket, below};
use crate::load::{Load, SETTINGS, check, none_dead};
use crate::server::{Server, free_port};
use crate::settle::holds;
use crate::target::Target;

/// Under load: nothing acknowledged is lost, and while the database is away callers are told to come back.
pub(crate) async fn killed(kills: usize) {
    let mut home = Target::own_mariadb().await.expect("a MariaDB server of its own");
    let url = home.url();
    let mariadb = home.server().expect("it is there");
    let port = free_port();
    let server = Server::start(&url, port, SETTINGS).await;
    let client = Client::of(&[port]);
    let load = Load::start(&client).await;
    for _ in 0..kills {
        tokio::time::sleep(Duration::from_millis(500 + below(1_000))).await;
        mariadb.kill().await.expect("it can be killed");
        mariadb.restart().await.expect("it comes back");
    }
    let told = load.finish().await;
    check(&client, &told).await;
    none_dead(&client).await;
    holds(&url).await;
    eprintln!("{kills} kills of the database: {} orders", told.len());
    assert!(told.len() > kills, "there must be load for the kills to mean something");

    mariadb.kill().await.expect("it can be killed");
    let order = Call { path: "/v1/orders", user: "7", key: "", body: Some(basket("7", 1)) };
    let (headers, text, status) = client.once(0, &order).await.expect("an answer");
    assert_eq!((status, headers.get("retry-after").and_then(|value| value.to_str().ok())), (503, Some("1")), "{text}");
    let ready = Call { path: "/readyz", user: "", key: "", body: None };
    let (_, text, status) = client.once(0, &ready).await.expect("an answer");
    assert_eq!(status, 503, "{text}");
    assert!(text.contains("not reachable"), "{text}");
    mariadb.restart().await.expect("it comes back");
    let goods = json!({"name": "after", "price": "1.00", "number": 1});
    let (status, body) = client.post("/v1/goods", goods.clone()).await;
    assert_eq!(status, 201, "{body}");

    mariadb.freeze().expect("it can be stopped");
    let (_, text, status) = client.once(0, &ready).await.expect("an answer");
    assert_eq!(status, 503, "a database that hangs is away too: {text}");
    mariadb.thaw().expect("it goes on");
    let (status, body) = client.post("/v1/goods", goods).await;
    assert_eq!(status, 201, "{body}");
    assert!(server.terminate().await.0.success());
}
