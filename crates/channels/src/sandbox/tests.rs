//! Notifications in every shape, genuine and not.

use std::sync::Arc;

use proptest::prelude::*;
use reqwest::header::{HeaderMap, HeaderValue};
use rocketmall_core::id::{PaymentId, Timestamp};
use rocketmall_core::money::Cents;
use serde_json::{Value, json};

use super::{SandboxChannel, SetupError};
use crate::channel::Channel;
use crate::notification::{Notification, NotificationError, Outcome, RawNotification};
use crate::sign::{self, HEADER};

const SECRET: &str = "sandbox secret";
const AT: i64 = 1_700_000_000;
const NOW: Timestamp = Timestamp::from_millis(AT * 1000);

fn channel() -> SandboxChannel {
    SandboxChannel::new("http://127.0.0.1:8181/", SECRET, Arc::new(|| NOW)).expect("a valid address")
}

fn sample() -> Value {
    json!({
        "notify_id": "N1", "payment_id": "1322698852251344896", "platform_no": "SBX1", "amount": "4880.00",
        "currency": "CNY", "result": "paid", "paid_at": "2023-11-14T22:13:20.123Z",
    })
}

fn signed(body: &[u8]) -> Result<Notification, NotificationError> {
    with_headers(&[&sign::sign(SECRET, AT, body)], body, NOW)
}

fn with_headers(signatures: &[&str], body: &[u8], now: Timestamp) -> Result<Notification, NotificationError> {
    let mut headers = HeaderMap::new();
    for signature in signatures {
        headers.append(HEADER, HeaderValue::from_bytes(signature.as_bytes()).expect("a header value"));
    }
    channel().verify_notification(&RawNotification { headers: &headers, body }, now)
}

#[test]
fn a_genuine_notification_is_read() {
    let expected = Notification {
        notify_id: "N1".to_owned(),
        payment_id: PaymentId::new(1_322_698_852_251_344_896),
        platform_no: "SBX1".to_owned(),
        amount: Cents::new(488_000),
        currency: "CNY".to_owned(),
        outcome: Outcome::Succeeded,
        paid_at: Some(Timestamp::from_millis(1_700_000_000_123)),
    };
    assert_eq!(signed(sample().to_string().as_bytes()), Ok(expected));
}

#[test]
fn results_and_informational_times_are_understood() {
    let read = |field: &str, value: Value| {
        let mut body = sample();
        body[field] = value;
        signed(body.to_string().as_bytes()).expect("a genuine notification")
    };
    assert_eq!(read("result", json!("failed")).outcome, Outcome::Failed);
    assert_eq!(read("result", json!("expired")).outcome, Outcome::Closed);
    assert_eq!(read("result", json!("closed")).outcome, Outcome::Closed);
    for unreadable in [json!(null), json!("yesterday"), json!(1_700_000_000)] {
        assert_eq!(read("paid_at", unreadable).paid_at, None);
    }
    assert_eq!(read("later_addition", json!({"a": [1]})).notify_id, "N1");
}

#[test]
fn unknown_shapes_are_malformed() {
    let changed = [
        ("amount", json!(4880)),
        ("amount", json!("4880.001")),
        ("amount", json!("-1.00")),
        ("amount", json!("1e3")),
        ("amount", json!("100000000.00")),
        ("amount", json!(["4880.00"])),
        ("payment_id", json!(1_322_698_852_251_344_896_i64)),
        ("payment_id", json!("x1")),
        ("payment_id", json!("")),
        ("notify_id", json!("")),
        ("notify_id", json!("n".repeat(65))),
        ("notify_id", json!(null)),
        ("platform_no", json!({})),
        ("currency", json!(156)),
        ("result", json!("PAID")),
        ("result", json!(true)),
        ("paid_at", json!([])),
    ];
    for (field, value) in changed {
        let mut body = sample();
        body[field] = value.clone();
        let answer = signed(body.to_string().as_bytes());
        assert!(matches!(answer, Err(NotificationError::Malformed(_))), "{field} {value}: {answer:?}");
    }
    for field in ["notify_id", "payment_id", "platform_no", "amount", "currency", "result"] {
        let mut body = sample();
        body.as_object_mut().expect("an object").remove(field);
        let answer = signed(body.to_string().as_bytes());
        assert_eq!(answer, Err(NotificationError::Malformed(format!("{field} is missing"))));
    }
    for text in ["", "null", "[]", "\"paid\"", "{", "{}{}", "{\"amount\":}", "\u{feff}{}"] {
        assert!(matches!(signed(text.as_bytes()), Err(NotificationError::Malformed(_))), "{text}");
    }
}

#[test]
fn a_field_twice_is_malformed_even_in_disguise() {
    let sample = sample().to_string();
    for second in [r#""amount":"0.01""#, r#""\u0061mount":"4880.00""#, r#""extra":1,"extra":1"#] {
        let body = format!("{},{second}}}", &sample[..sample.len() - 1]);
        let answer = signed(body.as_bytes());
        assert!(matches!(&answer, Err(NotificationError::Malformed(why)) if why.contains("twice")), "{body}: {answer:?}");
    }
}

#[test]
fn without_proof_of_the_sender_nothing_is_read() {
    let body = sample().to_string();
    let body = body.as_bytes();
    let good = sign::sign(SECRET, AT, body);
    let foreign = sign::sign("another secret", AT, body);
    let table: [(&[&str], Timestamp, NotificationError); 8] = [
        (&[], NOW, NotificationError::Unsigned),
        (&[""], NOW, NotificationError::BadSignature),
        (&["t=1"], NOW, NotificationError::BadSignature),
        (&["\u{e9}"], NOW, NotificationError::BadSignature),
        (&[&foreign], NOW, NotificationError::BadSignature),
        (&[&good, &good], NOW, NotificationError::BadSignature),
        (&[&good], NOW.after(300_001), NotificationError::Stale),
        (&[&good], NOW.after(-300_001), NotificationError::Stale),
    ];
    for (signatures, now, expected) in table {
        assert_eq!(with_headers(signatures, body, now), Err(expected), "{signatures:?}");
    }
    let mut tampered = body.to_vec();
    tampered.push(b' ');
    assert_eq!(with_headers(&[&good], &tampered, NOW), Err(NotificationError::BadSignature));
}

#[test]
fn a_channel_needs_a_secret_and_an_address() {
    let clock = || Arc::new(|| NOW);
    assert!(matches!(SandboxChannel::new("http://127.0.0.1:1", "", clock()), Err(SetupError::EmptySecret)));
    for address in ["", "127.0.0.1:8181", "https://pay.example", "file:///tmp", "http://"] {
        assert!(matches!(SandboxChannel::new(address, SECRET, clock()), Err(SetupError::BadAddress(_))), "{address}");
    }
    assert!(!format!("{:?}", channel()).contains(SECRET));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(body: Vec<u8>) {
        prop_assert!(matches!(signed(&body), Err(NotificationError::Malformed(_))));
    }

    #[test]
    fn nearly_right_bytes_neither(at in 0_usize..200, byte: u8) {
        let mut body = sample().to_string().into_bytes();
        let at = at % body.len();
        body[at] = byte;
        let _ = signed(&body);
    }

    #[test]
    fn deep_nesting_neither(depth in 0_usize..30_000) {
        let body = format!("{{\"a\":{}", "[".repeat(depth));
        prop_assert!(signed(body.as_bytes()).is_err());
    }
}
