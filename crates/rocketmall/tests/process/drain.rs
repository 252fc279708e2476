//! SIGTERM under load.

use std::time::Duration;

use crate::client::{Call, Client, at_once, basket, key};
use crate::server::{Server, free_port};
use crate::settle::holds;
use crate::target::Target;

/// What is under way is answered, what was acknowledged is stored, and the process ends well within 15 s.
pub(crate) async fn under_load(target: &Target) {
    let port = free_port();
    let server = Server::start(&target.url(), port, &[]).await;
    let client = Client::of(&[port]);
    let (user, goods) = (client.user("0.00").await, client.goods("10.00", 1_000_000).await);
    let customers = (0..16).map(|_| {
        let (client, user, goods) = (client.clone(), user.clone(), goods.clone());
        tokio::spawn(async move {
            let mut acknowledged = Vec::new();
            // until the server is gone
            while let Ok((_, text, status)) =
                client.once(0, &Call { path: "/v1/orders", user: &user, key: &key(), body: Some(basket(&goods, 1)) }).await
            {
                if status == 201 {
                    acknowledged.push(
                        serde_json::from_str::<serde_json::Value>(&text).expect("an order")["id"].as_str().expect("an id").to_owned(),
                    );
                }
            }
            acknowledged
        })
    });
    let customers: Vec<_> = customers.collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let (status, took) = server.terminate().await;
    assert!(status.success(), "{status}");
    assert!(took < Duration::from_secs(15), "{took:?}");
    let acknowledged = at_once(customers).await.into_iter().flat_map(|orders| orders.expect("a customer ends"));
    let acknowledged: Vec<String> = acknowledged.collect();
    let server = Server::start(&target.url(), port, &[]).await;
    for order in &acknowledged {
        client.get(&format!("/v1/orders/{order}")).await;
    }
    eprintln!("drained in {took:?}; {} acknowledged orders are there", acknowledged.len());
    assert!(acknowledged.len() > 16, "there must be load for the drain to mean something");
    holds(&target.url()).await;
    assert!(server.terminate().await.0.success());
}
