//! Nobody calls the merchant API without the secret, and its answers prove themselves.

use rocketmall_channels::sign;
use rocketmall_core::id::Timestamp;
use serde_json::json;

use crate::world::{SECRET, World};

#[tokio::test]
async fn only_the_merchant_is_heard() {
    let world = World::new().await;
    let body = world.wanted("5").to_string();
    let now = world.clock.now() / 1000;
    let signed_for = |text: &str| sign::sign(SECRET, now, text.as_bytes());
    let refused = [
        None,
        Some(String::new()),
        Some("t=1,v1=00".to_owned()),
        Some(sign::sign("another secret", now, body.as_bytes())),
        Some(sign::sign(SECRET, now - 302, body.as_bytes())),
        Some(sign::sign(SECRET, now + 302, body.as_bytes())),
        Some(signed_for(&body.replace("4880.00", "4.88"))),
    ];
    for path in ["payments", "payments/query", "payments/close", "refunds", "refunds/query"] {
        for signature in &refused {
            let response = world.send(path, &body, signature.as_deref()).await;
            assert_eq!(response.status(), 401, "{path} {signature:?}");
        }
    }
    assert_eq!(world.state_code("5").await, 404, "nothing was made");
    assert_eq!(world.send("payments", &body, Some(&signed_for(&body))).await.status(), 200);
}

#[tokio::test]
async fn answers_and_refusals_are_signed() {
    let world = World::new().await;
    for (body, status) in [(world.wanted("6").to_string(), 200), ("{}".to_owned(), 400)] {
        let signature = sign::sign(SECRET, world.clock.now() / 1000, body.as_bytes());
        let response = world.send("payments", &body, Some(&signature)).await;
        assert_eq!(response.status(), status);
        let header = response.headers()["x-sandbox-signature"].to_str().expect("ASCII").to_owned();
        let answer = response.bytes().await.expect("a body");
        let now = Timestamp::from_millis(world.clock.now());
        sign::verify(SECRET, &header, &answer, now).expect("the platform's signature");
    }
}

#[tokio::test]
async fn requests_that_make_no_sense_are_refused_by_name() {
    let world = World::new().await;
    let wrong = [
        ("payment_id", json!("")),
        ("payment_id", json!("a b")),
        ("payment_id", json!("9".repeat(65))),
        ("amount", json!("0.00")),
        ("amount", json!("-1.00")),
        ("amount", json!("1.001")),
        ("amount", json!("100000000.00")),
        ("currency", json!("yuan")),
        ("subject", json!("")),
        ("subject", json!("长".repeat(257))),
        ("notify_url", json!("https://shop.example/notify")),
        ("notify_url", json!("file:///etc/hosts")),
        ("notify_url", json!("notify")),
        ("return_url", json!("javascript:alert(1)")),
        ("expires_at", json!("tomorrow")),
    ];
    for (field, value) in wrong {
        let mut wanted = world.wanted("7");
        wanted[field] = value.clone();
        let (status, refusal) = world.call("payments", &wanted).await;
        let named = refusal["message"].as_str().is_some_and(|message| message.contains(field));
        assert!(status == 422 && named, "{field} {value}: {status} {refusal}");
    }
    for (field, value) in [("amount", json!(4880)), ("subject", json!(null))] {
        let mut wanted = world.wanted("7");
        wanted[field] = value;
        assert_eq!(world.call("payments", &wanted).await.0, 400, "{field}");
    }
}

impl World {
    async fn state_code(&self, payment_id: &str) -> u16 {
        self.call("payments/query", &json!({"payment_id": payment_id})).await.0
    }
}
