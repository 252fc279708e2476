//! A request's trace id goes with everything that follows from it: messages, their effects, timers, calls to platforms.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use reqwest::Method;
use serde_json::json;

use crate::shop::{Answer, Mode, Shop};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";

/// An order placed under the traceparent; its id.
async fn place_traced(shop: &Shop) -> (String, String) {
    let (user, goods) = (shop.user("100.00").await, shop.goods("120.50", 9).await);
    let body = json!({"lines": [{"goods_id": goods, "number": 1}], "address": "a", "consignee": "b"});
    let placed = shop.request(Method::POST, "/v1/orders").header("X-User-Id", &user).header("traceparent", TRACEPARENT).json(&body);
    (user, shop.send(placed).await.is(201).at("/id"))
}

/// The one message about the order's cancelling, with its groups.
async fn cancel_message(shop: &Shop, order: &str) -> Answer {
    let listed = shop.get(&format!("/v1/messages?topic=order-out&key={order}")).await.is(200);
    shop.get(&format!("/v1/messages/{}", listed.at("/items/0/id"))).await.is(200)
}

#[tokio::test]
async fn a_message_and_its_effects_carry_the_trace_of_the_request() {
    let shop = Shop::dev().await;
    let (user, order) = place_traced(&shop).await;
    let cancelled = shop.post_as(&user, &format!("/v1/orders/{order}/cancel"), json!({})).await.is(200);
    let trace = cancelled.headers["x-trace-id"].to_str().expect("text").to_owned();
    shop.settle().await;
    let message = cancel_message(&shop, &order).await;
    assert_eq!(message.at("/trace_id"), trace);
    for group in 0..4 {
        assert_eq!(message.at(&format!("/consumers/{group}/trace_id")), trace, "{}", message.text);
    }
    let timeline = shop.get(&format!("/v1/orders/{order}/timeline")).await.is(200).json();
    let events = timeline["events"].as_array().expect("events");
    let traced: Vec<_> = events.iter().filter(|event| event["trace_id"] == trace.as_str()).collect();
    assert_eq!(traced.len(), 6, "stored, sent, four effects: {timeline:#}");
}

#[tokio::test]
async fn what_a_timer_does_carries_the_trace_of_the_request_that_set_it() {
    let shop = Shop::dev().await;
    let (_, order) = place_traced(&shop).await;
    shop.advance(Duration::from_mins(31)).await;
    assert_eq!(cancel_message(&shop, &order).await.at("/trace_id"), TRACE);
    let stored = shop.rows("select trace_id, span_id from trade_mq_producer_temp where msg_tag = 'order_cancel'").await;
    assert_eq!(stored, [vec![TRACE.into(), "00f067aa0ba902b7".into()]]);
}

#[tokio::test]
async fn a_traceparent_that_is_not_valid_begins_a_new_trace() {
    let shop = Shop::dev().await;
    for wrong in [TRACE, &TRACEPARENT.to_uppercase(), "00-00000000000000000000000000000000-00f067aa0ba902b7-01"] {
        let answer = shop.send(shop.request(Method::GET, "/v1/goods").header("traceparent", wrong)).await.is(200);
        let trace = answer.headers["x-trace-id"].to_str().expect("text");
        assert!(trace.len() == 32 && trace != TRACE && trace.bytes().all(|b| b.is_ascii_hexdigit()), "{trace}");
    }
}

/// A platform that only takes note of what it is sent; its address and the traceparents that came.
async fn listening_platform() -> (String, Arc<Mutex<Vec<String>>>) {
    let came = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&came);
    let router = Router::new().fallback(move |headers: HeaderMap| async move {
        let sent = headers.get("traceparent").and_then(|value| value.to_str().ok()).unwrap_or("none").to_owned();
        notes.lock().expect("not poisoned").push(sent);
        StatusCode::SERVICE_UNAVAILABLE
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    (format!("http://{address}"), came)
}

#[tokio::test]
async fn calls_to_a_platform_carry_the_trace() {
    let (url, came) = listening_platform().await;
    let shop = Shop::start(Mode::Dev, &[("channels.sandbox.url", &url)]).await;
    let (user, order) = place_traced(&shop).await;
    let pay = shop.request(Method::POST, &format!("/v1/orders/{order}/payments")).header("X-User-Id", &user);
    shop.send(pay.header("traceparent", TRACEPARENT).json(&json!({"channel": "sandbox"}))).await.is(503);
    assert_eq!(came.lock().expect("not poisoned").as_slice(), [TRACEPARENT]);
}
