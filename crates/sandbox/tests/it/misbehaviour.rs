//! The platform at its worst, on request.

use rocketmall_channels::NotificationError;
use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn it_duplicates() {
    let world = World::new().await;
    let (_, page) = world.payment().await;
    world.act(&page, &json!({"result": "paid", "notify": {"copies": 5}})).await;
    let heard = world.merchant.heard(5).await;
    assert!(heard.iter().all(|one| one.body == heard[0].body));
    world.page_says(&page, "delivered").await;
    assert_eq!(world.merchant.so_far().len(), 5);
}

#[tokio::test]
async fn it_keeps_silent() {
    let world = World::new().await;
    let (payment_id, page) = world.payment().await;
    world.act(&page, &json!({"result": "paid", "notify": {"copies": 0}})).await;
    let (_, other) = world.payment().await;
    world.act(&other, &json!({"result": "paid"})).await;
    world.merchant.heard(1).await;
    assert_ne!(world.merchant.so_far()[0].json()["payment_id"], payment_id);
    assert!(!world.html(&page).await.contains("Merchant notified"));
}

#[tokio::test]
async fn it_loses_the_first_deliveries() {
    let world = World::new().await;
    let (_, page) = world.payment().await;
    world.act(&page, &json!({"result": "paid", "notify": {"drop": 2}})).await;
    world.page_says(&page, "dropped on purpose").await;
    world.merchant.heard(1).await;
    world.page_says(&page, "delivered (3 attempts, HTTP 200)").await;
    assert_eq!(world.merchant.so_far().len(), 1);
}

#[tokio::test]
async fn it_delays() {
    let world = World::new().await;
    let (slow, page) = world.payment().await;
    world.act(&page, &json!({"result": "paid", "notify": {"delay_ms": 3_600_000}})).await;
    let (fast, other) = world.payment().await;
    world.act(&other, &json!({"result": "paid"})).await;
    world.merchant.heard(1).await;
    world.page_says(&page, "pending (0 attempts)").await;
    world.clock.forward(3_600_000);
    let heard = world.merchant.heard(2).await;
    assert_eq!((&heard[0].json()["payment_id"], &heard[1].json()["payment_id"]), (&json!(fast), &json!(slow)));
}

#[tokio::test]
async fn it_reorders() {
    let world = World::new().await;
    let (_, page) = world.payment().await;
    world.act(&page, &json!({"result": "failed", "notify": {"reorder": true}})).await;
    world.page_says(&page, "pending (0 attempts)").await;
    world.act(&page, &json!({"result": "paid", "force": true})).await;
    let heard = world.merchant.heard(2).await;
    assert_eq!((&heard[0].json()["result"], &heard[1].json()["result"]), (&json!("paid"), &json!("failed")));

    let (_, lonely) = world.payment().await;
    world.act(&lonely, &json!({"result": "failed", "notify": {"reorder": true}})).await;
    world.page_says(&lonely, "pending (0 attempts)").await;
    world.clock.forward(30_000);
    world.merchant.heard(3).await;
}

#[tokio::test]
async fn it_tampers_and_the_channel_notices_or_shows_it() {
    let world = World::new().await;
    let channel = world.channel();
    for (count, tamper) in (1..).zip(["amount", "currency", "payment_id", "signature", "stale"]) {
        let (payment_id, page) = world.payment().await;
        world.act(&page, &json!({"result": "paid", "notify": {"tamper": tamper}})).await;
        let heard = world.merchant.heard(count).await;
        let verified = heard[count - 1].verified(&channel, world.clock.now());
        let body = heard[count - 1].json();
        let told = (body["amount"].as_str(), body["currency"].as_str(), body["payment_id"] == payment_id);
        match tamper {
            "signature" => assert_eq!(verified, Err(NotificationError::BadSignature)),
            "stale" => assert_eq!(verified, Err(NotificationError::Stale)),
            _ => drop(verified.expect("signed well")),
        }
        let expected = match tamper {
            "amount" => (Some("0.01"), Some("CNY"), true),
            "currency" => (Some("4880.00"), Some("USD"), true),
            "payment_id" => (Some("4880.00"), Some("CNY"), false),
            _ => (Some("4880.00"), Some("CNY"), true),
        };
        assert_eq!(told, expected, "{tamper}");
        assert_eq!(world.state(&payment_id).await, "paid", "only the notification lies");
    }
}

#[tokio::test]
async fn wishes_without_end_are_refused() {
    let world = World::new().await;
    let (payment_id, page) = world.payment().await;
    for notify in [
        json!({"copies": 51}),
        json!({"drop": 51}),
        json!({"delay_ms": 86_400_001}),
        json!({"delay_ms": -1}),
        json!({"copies": -1}),
        json!({"tamper": "everything"}),
        json!({"copy": 2}),
    ] {
        let (status, refusal) = world.act(&page, &json!({"result": "paid", "notify": notify})).await;
        assert_eq!((status, &refusal["code"]), (422, &json!("invalid")), "{notify}");
    }
    assert_eq!(world.state(&payment_id).await, "pending");
}
