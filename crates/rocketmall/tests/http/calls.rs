//! What tests ask over HTTP, and what they are answered. The shop that is asked is each target's own: it knows where it is, and its
//! clock.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::shop::{SECRET, Shop};

/// An answer: status, headers, body as JSON (a string if it is none).
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| Value::String(self.text.clone()))
    }

    /// The value at a JSON pointer, as text.
    pub(crate) fn at(&self, pointer: &str) -> String {
        match self.json().pointer(pointer) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => panic!("{pointer} is not in {}", self.text),
        }
    }

    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }
}

impl Shop {
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client().request(method, self.url(path))
    }

    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, text: response.text().await.expect("a body") }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    pub(crate) async fn post_as(&self, user: &str, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).header("X-User-Id", user).json(&body)).await
    }

    pub(crate) async fn get_as(&self, user: &str, path: &str) -> Answer {
        self.send(self.request(Method::GET, path).header("X-User-Id", user)).await
    }

    /// A registered user with this balance; the id.
    pub(crate) async fn user(&self, balance: &str) -> String {
        let mobile = format!("138{:08}", u64::from_le_bytes(rocketmall::ids::random()) % 100_000_000);
        let user = self.post("/v1/users", json!({"name": "小明", "mobile": mobile, "password": "a good password"})).await.is(201).at("/id");
        if balance != "0.00" {
            self.post(&format!("/v1/users/{user}/money"), json!({"delta": balance, "reason": "test"})).await.is(201);
        }
        user
    }

    pub(crate) async fn goods(&self, price: &str, number: i64) -> String {
        self.post("/v1/goods", json!({"name": "杯子", "price": price, "number": number})).await.is(201).at("/id")
    }

    pub(crate) async fn coupon(&self, user: &str, price: &str) -> String {
        self.post("/v1/coupons", json!({"user_id": user, "price": price})).await.is(201).at("/id")
    }

    pub(crate) async fn place(&self, user: &str, goods: &str, number: i64) -> Answer {
        self.post_as(
            user,
            "/v1/orders",
            json!({"lines": [{"goods_id": goods, "number": number}], "address": "新西兰", "consignee": "小明"}),
        )
        .await
    }

    pub(crate) async fn stock(&self, goods: &str) -> String {
        self.get(&format!("/v1/goods/{goods}")).await.is(200).at("/number")
    }

    pub(crate) async fn money(&self, user: &str) -> String {
        self.get_as(user, "/v1/users/me").await.is(200).at("/money")
    }

    /// A signed notification to the shop.
    pub(crate) async fn notify(&self, body: &Value) -> Answer {
        let body = body.to_string();
        let signature = rocketmall_channels::sign::sign(SECRET, self.unix_seconds(), body.as_bytes());
        self.notify_raw(body, Some(signature)).await
    }

    pub(crate) async fn notify_raw(&self, body: String, signature: Option<String>) -> Answer {
        let mut request = self.request(Method::POST, "/v1/channels/sandbox/notify").header("Content-Type", "application/json").body(body);
        if let Some(signature) = signature {
            request = request.header("X-Sandbox-Signature", signature);
        }
        self.send(request).await
    }
}

/// The body of a notification that all is paid.
pub(crate) fn paid(payment: &str, amount: &str) -> Value {
    json!({"notify_id": format!("n-{payment}"), "payment_id": payment, "platform_no": "P1", "amount": amount, "currency": "CNY",
        "result": "paid", "paid_at": "2027-01-15T08:00:00Z"})
}
