//! Payments from request to end, one at a time and in races.

use std::sync::Arc;

use reqwest::StatusCode;
use rocketmall_channels::Outcome;
use rocketmall_core::money::Cents;
use serde_json::json;
use tokio::task::JoinSet;

use crate::world::World;

#[tokio::test]
async fn a_payment_is_made_paid_and_notified() {
    let world = World::new().await;
    let (payment_id, page) = world.payment().await;
    assert_eq!(world.state(&payment_id).await, "pending");

    let (status, answer) = world.act(&page, &json!({"result": "paid"})).await;
    assert_eq!((status, &answer["state"]), (200, &json!("paid")));
    assert_eq!(world.state(&payment_id).await, "paid");

    let heard = world.merchant.heard(1).await;
    let body = heard[0].json();
    let mut fields: Vec<&String> = body.as_object().expect("an object").keys().collect();
    fields.sort();
    assert_eq!(fields, ["amount", "currency", "notify_id", "paid_at", "payment_id", "platform_no", "result"]);
    assert_eq!((&body["payment_id"], &body["amount"], &body["result"]), (&json!(payment_id), &json!("4880.00"), &json!("paid")));
    assert_eq!(body["platform_no"], answer["platform_no"]);

    let notification = heard[0].verified(&world.channel(), world.clock.now()).expect("genuine");
    assert_eq!((notification.outcome, notification.amount), (Outcome::Succeeded, Cents::new(488_000)));
    assert!(notification.paid_at.is_some());
}

#[tokio::test]
async fn failing_and_expiring_end_a_payment_and_are_notified() {
    let world = World::new().await;
    for (count, result) in [(1, "failed"), (2, "expired")] {
        let (payment_id, page) = world.payment().await;
        assert_eq!(world.act(&page, &json!({"result": result})).await.0, 200);
        assert_eq!(world.state(&payment_id).await, result);
        let heard = world.merchant.heard(count).await;
        assert_eq!(heard[count - 1].json()["result"], result);
        assert_eq!(heard[count - 1].json()["paid_at"], json!(null));
        let (status, refusal) = world.act(&page, &json!({"result": "paid"})).await;
        assert_eq!((status, &refusal["state"]), (409, &json!(result)));
    }
}

#[tokio::test]
async fn the_same_number_is_the_same_payment() {
    let world = Arc::new(World::new().await);
    let wanted = world.wanted("77");
    let mut calls = JoinSet::new();
    for _ in 0..20 {
        let (world, wanted) = (Arc::clone(&world), wanted.clone());
        calls.spawn(async move { world.call("payments", &wanted).await });
    }
    let answers = calls.join_all().await;
    assert!(answers.iter().all(|answer| answer.0 == 200 && answer == &answers[0]), "{answers:?}");

    for (field, value) in [("amount", "4880.01"), ("currency", "USD")] {
        let mut other = wanted.clone();
        other[field] = json!(value);
        let (status, refusal) = world.call("payments", &other).await;
        assert_eq!((status, &refusal["code"]), (409, &json!("amount_differs")));
    }
    let mut moved = wanted.clone();
    moved["notify_url"] = json!("http://127.0.0.1:1/moved");
    assert_eq!(world.call("payments", &moved).await, answers[0], "the first one stands");
}

#[tokio::test]
async fn paid_at_the_same_moment_is_paid_once() {
    let world = Arc::new(World::new().await);
    let (_, page) = world.payment().await;
    let mut calls = JoinSet::new();
    for _ in 0..20 {
        let (world, page) = (Arc::clone(&world), page.clone());
        calls.spawn(async move { world.act(&page, &json!({"result": "paid"})).await });
    }
    let answers = calls.join_all().await;
    assert_eq!(answers.iter().filter(|(status, _)| *status == 200).count(), 1, "{answers:?}");
    let refused = answers.iter().filter(|(status, answer)| *status == 409 && answer["state"] == "paid");
    assert_eq!(refused.count(), 19);
    world.page_says(&page, "delivered (1 attempt, HTTP 200)").await;
    assert_eq!(world.merchant.so_far().len(), 1);
    let (status, _) = world.act(&page, &json!({"result": "paid", "force": true})).await;
    assert_eq!(status, 409, "not even by force");
}

#[tokio::test]
async fn closing_races_paying_and_one_wins() {
    let world = Arc::new(World::new().await);
    let mut races = JoinSet::new();
    for _ in 0..25 {
        let world = Arc::clone(&world);
        races.spawn(async move {
            let (payment_id, page) = world.payment().await;
            let (pay, key) = (json!({"result": "paid"}), json!({"payment_id": payment_id}));
            let (paid, closed) = tokio::join!(world.act(&page, &pay), world.call("payments/close", &key));
            let state = world.state(&payment_id).await;
            match (paid.0, closed.0) {
                (200, 409) => assert_eq!((state.as_str(), &closed.1["code"]), ("paid", &json!("already_paid"))),
                (409, 200) => assert_eq!((state.as_str(), &paid.1["state"]), ("closed", &json!("closed"))),
                other => panic!("both or neither won: {other:?}"),
            }
            usize::from(paid.0 == 200)
        });
    }
    let paid: usize = races.join_all().await.into_iter().sum();
    assert_eq!(world.merchant.heard(paid).await.len(), paid);
}

#[tokio::test]
async fn closing_can_be_repeated_and_knows_what_it_does_not_know() {
    let world = World::new().await;
    let (payment_id, _) = world.payment().await;
    for _ in 0..2 {
        let (status, answer) = world.call("payments/close", &json!({"payment_id": payment_id})).await;
        assert_eq!((status, &answer["state"]), (200, &json!("closed")));
    }
    for path in ["payments/close", "payments/query"] {
        let (status, refusal) = world.call(path, &json!({"payment_id": "4040"})).await;
        assert_eq!((status, &refusal["code"]), (StatusCode::NOT_FOUND.as_u16(), &json!("not_found")));
    }
}

#[tokio::test]
async fn money_may_come_late_but_only_by_force() {
    let world = World::new().await;
    let (closed, closed_page) = world.payment().await;
    world.call("payments/close", &json!({"payment_id": closed})).await;
    let (expired, expired_page) = world.payment().await;
    world.clock.forward(31 * 60_000);
    assert_eq!(world.state(&expired).await, "expired", "by itself");

    for (count, payment_id, page) in [(1, closed, closed_page), (2, expired, expired_page)] {
        assert_eq!(world.act(&page, &json!({"result": "paid"})).await.0, 409);
        let (status, answer) = world.act(&page, &json!({"result": "paid", "force": true})).await;
        assert_eq!((status, &answer["state"]), (200, &json!("paid")));
        assert_eq!(world.merchant.heard(count).await[count - 1].json()["payment_id"], payment_id);
    }
}
