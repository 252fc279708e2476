//! Refunds: once, and never more than was paid.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::world::World;

async fn paid(world: &World, refunds: Value) -> String {
    let (payment_id, page) = world.payment().await;
    let (status, answer) = world.act(&page, &json!({"result": "paid", "refunds": refunds})).await;
    assert_eq!(status, 200, "{answer}");
    payment_id
}

async fn refund(world: &World, payment: &str, refund: &str, amount: &str) -> (u16, Value) {
    let body = json!({"payment_id": payment, "refund_id": refund, "amount": amount, "reason": "不合适"});
    world.call("refunds", &body).await
}

#[tokio::test]
async fn the_same_number_gives_back_once() {
    let world = Arc::new(World::new().await);
    let payment = paid(&world, json!({})).await;
    let mut calls = JoinSet::new();
    for _ in 0..20 {
        let (world, payment) = (Arc::clone(&world), payment.clone());
        calls.spawn(async move { refund(&world, &payment, "R1", "880.00").await });
    }
    let answers = calls.join_all().await;
    assert!(answers.iter().all(|(status, answer)| *status == 200 && answer["state"] == "succeeded"), "{answers:?}");
    let (_, after) = world.call("payments/query", &json!({"payment_id": payment})).await;
    assert_eq!(after["refunded"], "880.00");

    assert_eq!(refund(&world, &payment, "R1", "881.00").await.1["code"], "refund_differs");
    let other = paid(&world, json!({})).await;
    assert_eq!(refund(&world, &other, "R1", "880.00").await.1["code"], "refund_differs");
}

#[tokio::test]
async fn racing_refunds_never_exceed_what_was_paid() {
    let world = Arc::new(World::new().await);
    let payment = paid(&world, json!({})).await;
    let mut calls = JoinSet::new();
    for number in 0..20 {
        let (world, payment) = (Arc::clone(&world), payment.clone());
        calls.spawn(async move { refund(&world, &payment, &format!("P{number}"), "488.00").await });
    }
    let answers = calls.join_all().await;
    assert_eq!(answers.iter().filter(|(status, _)| *status == 200).count(), 10, "{answers:?}");
    let refused = answers.iter().filter(|(status, answer)| *status == 409 && answer["code"] == "refund_exceeds");
    assert_eq!(refused.count(), 10);
    let (_, after) = world.call("payments/query", &json!({"payment_id": payment})).await;
    assert_eq!((&after["state"], &after["refunded"]), (&json!("paid"), &json!("4880.00")));
}

#[tokio::test]
async fn one_number_for_two_payments_at_once_belongs_to_one() {
    let world = Arc::new(World::new().await);
    let (one, two) = (paid(&world, json!({})).await, paid(&world, json!({})).await);
    for number in 0..10 {
        let id = format!("T{number}");
        let (first, second) = tokio::join!(refund(&world, &one, &id, "1.00"), refund(&world, &two, &id, "1.00"));
        let mut statuses = [first.0, second.0];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{first:?} {second:?}");
    }
}

#[tokio::test]
async fn nothing_goes_back_that_did_not_come() {
    let world = World::new().await;
    let (payment, _) = world.payment().await;
    let (status, refusal) = refund(&world, &payment, "R9", "1.00").await;
    assert_eq!((status, &refusal["code"], &refusal["state"]), (409, &json!("not_paid"), &json!("pending")));
    let (status, refusal) = refund(&world, "4040", "R9", "1.00").await;
    assert_eq!((status, &refusal["code"]), (404, &json!("not_found")));
    let (status, refusal) = world.call("refunds/query", &json!({"refund_id": "R9"})).await;
    assert_eq!((status, &refusal["code"]), (404, &json!("not_found")));
}

#[tokio::test]
async fn they_fail_and_take_time_on_request() {
    let world = World::new().await;
    let payment = paid(&world, json!({"fail": 1, "processing_ms": 60_000})).await;
    let (_, failed) = refund(&world, &payment, "R1", "4880.00").await;
    assert_eq!(failed["state"], "failed");
    assert!(failed["failure"].is_string());
    let (_, retried) = refund(&world, &payment, "R1", "4880.00").await;
    assert_eq!((&retried["state"], &retried["failure"]), (&json!("processing"), &json!(null)));
    world.clock.forward(60_000);
    let (_, after) = world.call("refunds/query", &json!({"refund_id": "R1"})).await;
    assert_eq!(after["state"], "succeeded");
}
