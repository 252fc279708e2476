//! Idempotency-Key and Accept-Language: a key is taken as it was sent or refused, a language is one of two.
#![no_main]

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use axum::extract::FromRequestParts;
use axum::http::{HeaderValue, Request};
use libfuzzer_sys::fuzz_target;
use rocketmall::http::idempotency::Key;
use rocketmall::http::problem::Language;
use rocketmall_core::command::Command;
use rocketmall_core::id::{MessageId, UserId};

fuzz_target!(|input: &[u8]| {
    let Ok(value) = HeaderValue::from_bytes(input) else { return };
    let mut request = Request::new(());
    request.headers_mut().insert("idempotency-key", value.clone());
    request.headers_mut().insert("accept-language", value.clone());
    let (mut parts, ()) = request.into_parts();
    let language = Language::of(&parts.headers);
    if language == Language::Chinese {
        assert!(input.to_ascii_lowercase().windows(2).any(|pair| pair == b"zh"));
    }
    let Ok(key) = at_once(Key::from_request_parts(&mut parts, &())) else {
        let plain = (1..=64).contains(&input.len()) && input.iter().all(u8::is_ascii_graphic);
        assert!(!plain, "{value:?} is a key");
        return;
    };
    let call = "POST /v1/orders";
    let request = |content: &[u8]| key.clone().with(Some(UserId::new(1)), call, content, Command::MarkSent(MessageId::new(1))).idempotency;
    let (taken, hash) = request(input).expect("a key was sent");
    assert_eq!(taken.key.as_bytes(), input);
    assert_eq!((taken.user, taken.call.as_str()), (1, call));
    assert!(hash.len() == 64 && request(b"another").expect("a key was sent").1 != hash);
});

/// What waits for nobody is ready at the first look.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a header makes nobody wait"),
    }
}
