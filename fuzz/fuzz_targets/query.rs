//! Query strings, ids, amounts and times of version 1: what is read is within its limits and is written as it was read.
#![no_main]

use std::future::Future;
use std::pin::pin;
use std::str::FromStr;
use std::task::{Context, Poll, Waker};

use axum::extract::FromRequestParts;
use axum::http::Request;
use libfuzzer_sys::fuzz_target;
use rocketmall::http::paging::Paging;
use rocketmall::http::wire::{Money, OrderRef, Time};
use rocketmall_core::id::OrderId;

fuzz_target!(|text: &str| {
    page(text);
    values(text);
});

fn page(query: &str) {
    let Ok(request) = Request::builder().uri(format!("/v1/orders?{query}")).body(()) else { return };
    let (mut parts, ()) = request.into_parts();
    let Ok(paging) = at_once(Paging::from_request_parts(&mut parts, &())) else { return };
    if let Ok(limit) = paging.limit() {
        assert!((1..=100).contains(&limit.get()) && limit.one_more() == limit.get() as i64 + 1);
    }
    if let Ok(cursor) = paging.cursor(i64::MAX) {
        assert!(cursor > 0);
        if cursor != i64::MAX {
            assert!(query.contains("cursor="), "{query:?} names no cursor");
        }
    }
}

fn values(text: &str) {
    let Ok(json) = serde_json::to_string(text) else { return };
    let id = serde_json::from_str::<OrderRef>(&json).ok();
    assert_eq!(id.map(|id| id.0), OrderId::from_str(text).ok());
    if let Some(id) = id {
        assert!(id.0.get() > 0);
        assert_eq!(id.0.to_string(), text, "one id, one name");
        assert_eq!(serde_json::to_string(&id).ok(), Some(json.clone()));
    }
    if let Ok(money) = serde_json::from_str::<Money>(&json) {
        let written = serde_json::to_string(&money).expect("money is JSON");
        assert_eq!(serde_json::from_str::<Money>(&written).ok(), Some(money), "{written}");
    }
    if let Ok(time) = serde_json::from_str::<Time>(&json) {
        let written = serde_json::to_string(&time).expect("a time is JSON");
        assert_eq!(serde_json::from_str::<Time>(&written).ok(), Some(time), "{written}");
    }
}

/// What waits for nobody is ready at the first look.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a query string makes nobody wait"),
    }
}
