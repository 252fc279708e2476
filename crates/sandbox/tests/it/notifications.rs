//! Notifications reach the merchant in the end, whatever happens on the way.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use reqwest::StatusCode;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::world::{Running, World};

const DAY: i64 = 86_400_000;

#[tokio::test]
async fn it_is_sent_again_until_taken() {
    let world = World::new().await;
    world.merchant.answer_next(&[StatusCode::SERVICE_UNAVAILABLE, StatusCode::UNAUTHORIZED, StatusCode::TEMPORARY_REDIRECT]);
    let (_, page) = world.payment().await;
    world.act(&page, &json!({"result": "paid"})).await;
    world.merchant.heard(2).await;
    world.page_says(&page, "pending (2 attempts, HTTP 401)").await;
    world.clock.forward(30_000);
    let heard = world.merchant.heard(4).await;
    assert!(heard.iter().all(|one| one.body == heard[0].body && one.path == "/notify"), "same content, no redirect followed");
    assert_ne!(heard[0].headers["x-sandbox-signature"], heard[3].headers["x-sandbox-signature"], "signed anew");
    heard[3].verified(&world.channel(), world.clock.now()).expect("still genuine");
    world.page_says(&page, "delivered (4 attempts, HTTP 200)").await;
    world.clock.forward(DAY);
    assert_eq!(world.merchant.so_far().len(), 4);
}

#[tokio::test]
async fn it_survives_a_kill() {
    let mut world = World::new().await;
    world.merchant.answer_next(&[StatusCode::SERVICE_UNAVAILABLE]);
    let (payment_id, page) = world.payment().await;
    world.act(&page, &json!({"result": "paid"})).await;
    world.merchant.heard(1).await;
    // whether the refusal was stored before the end makes no difference
    world.running.kill().await;

    world.running = Running::start(&world.database, &world.clock).await;
    assert_eq!(world.state(&payment_id).await, "paid");
    world.clock.forward(60_000);
    let heard = world.merchant.heard(2).await;
    assert_eq!(heard[1].body, heard[0].body);
}

#[tokio::test]
async fn it_is_given_up_after_a_day_for_all_to_see() {
    let world = World::new().await;
    world.merchant.answer_next(&[StatusCode::SERVICE_UNAVAILABLE; 2]);
    let (_, page) = world.payment().await;
    world.act(&page, &json!({"result": "paid"})).await;
    world.page_says(&page, "pending (1 attempt, HTTP 503)").await;
    world.clock.forward(DAY);
    world.page_says(&page, "abandoned (2 attempts, HTTP 503)").await;
}

#[tokio::test]
async fn an_unreachable_merchant_is_tried_again() {
    let world = World::new().await;
    let mut wanted = world.wanted("9");
    wanted["notify_url"] = json!("http://127.0.0.1:1/notify");
    let (_, answer) = world.call("payments", &wanted).await;
    let page = answer["pay_url"].as_str().expect("a page");
    world.act(page, &json!({"result": "paid"})).await;
    world.page_says(page, "pending (2 attempts, no connection)").await;
}

#[tokio::test]
async fn two_processes_send_each_notification_once() {
    let world = Arc::new(World::new().await);
    let _second = Running::start(&world.database, &world.clock).await;
    let mut payments = JoinSet::new();
    for _ in 0..40 {
        let world = Arc::clone(&world);
        payments.spawn(async move {
            let (_, page) = world.payment().await;
            let (status, answer) = world.act(&page, &json!({"result": "paid"})).await;
            assert_eq!(status, 200, "{answer}");
            page
        });
    }
    let pages = payments.join_all().await;
    world.merchant.heard(40).await;
    for page in &pages {
        world.page_says(page, "delivered (1 attempt, HTTP 200)").await;
    }
    assert_eq!(world.merchant.so_far().len(), 40);
}

#[tokio::test]
async fn told_to_stop_it_finishes_what_it_sends() {
    let mut world = World::new().await;
    let (entered, gate) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let router = Router::new().fallback({
        let (entered, gate) = (Arc::clone(&entered), Arc::clone(&gate));
        move || async move {
            entered.add_permits(1);
            drop(gate.acquire().await);
        }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let mut wanted = world.wanted("9");
    wanted["notify_url"] = json!(format!("http://{}", listener.local_addr().expect("bound")));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let (_, answer) = world.call("payments", &wanted).await;
    let page = answer["pay_url"].as_str().expect("a page");
    world.act(page, &json!({"result": "paid"})).await;
    drop(entered.acquire().await.expect("the merchant is told"));

    world.running.stop.take();
    gate.add_permits(1);
    timeout(Duration::from_secs(10), &mut world.running.notifier).await.expect("in time").expect("without panic");
    assert!(world.html(page).await.contains("delivered (1 attempt, HTTP 200)"));
}
