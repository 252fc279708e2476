//! Notifications of the sandbox platform: no header opens the door without the secret, and what is genuine is read whole or refused whole.
//!
//! An input whose first byte is `S` is a body that we sign; any other is a header line and, after a line break, a body.
#![no_main]

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use axum::http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;
use rocketmall_channels::sign::{HEADER, sign};
use rocketmall_channels::{Channel as _, Notification, NotificationError, Outcome, RawNotification, SandboxChannel};
use rocketmall_core::id::Timestamp;
use rocketmall_core::money::Cents;
use serde_json::value::RawValue;

const SECRET: &str = "fuzz";
const AT: i64 = 1_700_000_000;
const NOW: Timestamp = Timestamp::from_millis(AT * 1000);

static CHANNEL: LazyLock<SandboxChannel> =
    LazyLock::new(|| SandboxChannel::new("http://127.0.0.1:1", SECRET, Arc::new(|| NOW)).expect("a channel"));

fuzz_target!(|input: &[u8]| match input.split_first() {
    Some((b'S', body)) => genuine(body),
    _ => forged(input),
});

fn told(signature: Option<&str>, body: &[u8]) -> Result<Notification, NotificationError> {
    let mut headers = HeaderMap::new();
    if let Some(signature) = signature {
        headers.insert(HEADER, HeaderValue::from_str(signature).expect("a header's value"));
    }
    CHANNEL.verify_notification(&RawNotification { headers: &headers, body }, NOW)
}

fn genuine(body: &[u8]) {
    let good = sign(SECRET, AT, body);
    let read = told(Some(&good), body);
    match &read {
        Ok(notification) => {
            check(notification, body);
            assert_eq!(told(Some(&sign(SECRET, AT, &written(notification))), &written(notification)).as_ref(), Ok(notification));
        }
        Err(error) => assert!(matches!(error, NotificationError::Malformed(_)), "{error}"),
    }
    let at_the_edge = [sign(SECRET, AT - 300, body), sign(SECRET, AT + 300, body)];
    assert!(at_the_edge.iter().all(|signature| told(Some(signature), body) == read));
    let beyond = [sign(SECRET, AT - 301, body), sign(SECRET, AT + 301, body)];
    assert!(beyond.iter().all(|signature| told(Some(signature), body) == Err(NotificationError::Stale)));
    let mut tampered = body.to_vec();
    match tampered.last_mut() {
        Some(byte) => *byte ^= 1,
        None => tampered.push(b'0'),
    }
    assert_eq!(told(Some(&good), &tampered), Err(NotificationError::BadSignature));
    assert_eq!(told(None, body), Err(NotificationError::Unsigned));
}

/// What the notification says is what stands in the body, and within the limits of the tables.
fn check(told: &Notification, body: &[u8]) {
    // As raw values: a field that we pass over may hold a number that no float can.
    let json: BTreeMap<String, &RawValue> = serde_json::from_slice(body).expect("it was read as JSON");
    let text = |name: &str| serde_json::from_str::<String>(json[name].get()).unwrap_or_else(|_| panic!("{name} is no text"));
    assert_eq!(text("notify_id"), told.notify_id);
    assert_eq!(text("platform_no"), told.platform_no);
    assert_eq!(text("currency"), told.currency);
    assert_eq!(text("payment_id"), told.payment_id.to_string());
    assert_eq!(text("amount").parse(), Ok(told.amount));
    assert!(told.amount >= Cents::ZERO && told.amount <= Cents::MAX && told.payment_id.get() > 0);
    assert!((1..=64).contains(&told.notify_id.chars().count()) && (1..=64).contains(&told.platform_no.chars().count()));
    assert_eq!(text("result") == "paid", told.outcome == Outcome::Succeeded);
}

fn written(told: &Notification) -> Vec<u8> {
    let result = match told.outcome {
        Outcome::Succeeded => "paid",
        Outcome::Failed => "failed",
        Outcome::Closed => "closed",
    };
    let body = serde_json::json!({
        "notify_id": told.notify_id, "payment_id": told.payment_id.to_string(), "platform_no": told.platform_no,
        "amount": told.amount.to_string(), "currency": told.currency, "result": result,
        "paid_at": told.paid_at.map(rocketmall::clock::rfc3339),
    });
    body.to_string().into_bytes()
}

/// Whoever does not have the secret can only repeat what was signed with it.
fn forged(input: &[u8]) {
    let mut parts = input.splitn(2, |byte| *byte == b'\n');
    let (line, body) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let Some(header) = std::str::from_utf8(line).ok().filter(|text| HeaderValue::from_str(text).is_ok()) else { return };
    let answer = told(Some(header), body);
    if matches!(answer, Err(NotificationError::Unsigned)) {
        panic!("a signature was sent: {header:?}");
    }
    if matches!(answer, Err(NotificationError::BadSignature)) {
        return;
    }
    let time = header.split(',').find_map(|part| part.strip_prefix("t=")).expect("a signature has its time");
    let seconds: i64 = time.parse().expect("the time is a number");
    let ours = sign(SECRET, seconds, body);
    let tag = ours.split_once("v1=").expect("we sign with v1").1;
    assert!(header.to_ascii_lowercase().contains(tag), "{header:?} was taken");
    assert_eq!((seconds - AT).abs() > 300, answer == Err(NotificationError::Stale));
}
