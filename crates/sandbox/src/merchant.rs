//! The merchant API: JSON by POST, signed by the merchant like our notifications; every answer is signed by us.
//! The crate's page lists the calls.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use reqwest::Url;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::SandboxPlatform;
use crate::operations::NewPayment;
use crate::payment::Payment;
use crate::refund::{Refund, Wanted};
use crate::refusal::Refusal;
use crate::sign::{self, HEADER};
use crate::tables::Key;
use crate::{cents, rfc3339};

const LARGEST_BODY: usize = 64 * 1024;

pub(crate) fn router() -> Router<SandboxPlatform> {
    Router::new()
        .route("/sandbox/api/payments", post(create))
        .route("/sandbox/api/payments/query", post(query))
        .route("/sandbox/api/payments/close", post(close))
        .route("/sandbox/api/refunds", post(refund))
        .route("/sandbox/api/refunds/query", post(query_refund))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
}

#[derive(Deserialize)]
struct PaymentBody {
    payment_id: String,
    amount: String,
    currency: String,
    subject: String,
    notify_url: String,
    return_url: Option<String>,
    expires_at: String,
}

#[derive(Deserialize)]
struct PaymentKey {
    payment_id: String,
}

#[derive(Deserialize)]
struct RefundBody {
    payment_id: String,
    refund_id: String,
    amount: String,
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
struct RefundKey {
    refund_id: String,
}

#[derive(Serialize)]
struct PaymentAnswer {
    payment_id: String,
    platform_no: String,
    state: &'static str,
    amount: String,
    refunded: String,
    currency: String,
    pay_url: String,
    expires_at: String,
    paid_at: Option<String>,
}

#[derive(Serialize)]
struct RefundAnswer {
    refund_id: String,
    payment_id: String,
    state: &'static str,
    amount: String,
    failure: Option<String>,
}

async fn create(State(platform): State<SandboxPlatform>, headers: HeaderMap, body: Bytes) -> Response {
    let answer = async {
        let wanted = platform.authentic::<PaymentBody>(&headers, &body)?.checked()?;
        Ok(platform.payment_answer(platform.create(wanted).await?))
    };
    platform.signed(answer.await)
}

async fn query(State(platform): State<SandboxPlatform>, headers: HeaderMap, body: Bytes) -> Response {
    let answer = async {
        let key: PaymentKey = platform.authentic(&headers, &body)?;
        let payment = platform.find(&Key::Id(key.payment_id)).await?.ok_or(Refusal::NotFound)?;
        Ok(platform.payment_answer(payment))
    };
    platform.signed(answer.await)
}

async fn close(State(platform): State<SandboxPlatform>, headers: HeaderMap, body: Bytes) -> Response {
    let answer = async {
        let key: PaymentKey = platform.authentic(&headers, &body)?;
        Ok(platform.payment_answer(platform.close(key.payment_id).await?))
    };
    platform.signed(answer.await)
}

async fn refund(State(platform): State<SandboxPlatform>, headers: HeaderMap, body: Bytes) -> Response {
    let answer = async {
        let wanted = platform.authentic::<RefundBody>(&headers, &body)?.checked()?;
        Ok(platform.refund_answer(platform.refund(wanted).await?))
    };
    platform.signed(answer.await)
}

async fn query_refund(State(platform): State<SandboxPlatform>, headers: HeaderMap, body: Bytes) -> Response {
    let answer = async {
        let key: RefundKey = platform.authentic(&headers, &body)?;
        let refund = platform.find_refund(&key.refund_id).await?.ok_or(Refusal::NotFound)?;
        Ok(platform.refund_answer(refund))
    };
    platform.signed(answer.await)
}

impl SandboxPlatform {
    /// The request's JSON, if the merchant signed it. Nothing is read before.
    fn authentic<T: DeserializeOwned>(&self, headers: &HeaderMap, body: &[u8]) -> Result<T, Refusal> {
        let signature = headers.get(HEADER).and_then(|value| value.to_str().ok()).ok_or(Refusal::BadSignature)?;
        if !sign::holds(&self.0.secret, signature, body, self.now()) {
            return Err(Refusal::BadSignature);
        }
        serde_json::from_slice(body).map_err(|error| Refusal::Malformed(error.to_string()))
    }

    /// The answer's bytes with our signature over them.
    fn signed<T: Serialize>(&self, answer: Result<T, Refusal>) -> Response {
        let (status, body) = match answer {
            Ok(answer) => (StatusCode::OK, serde_json::to_vec(&answer)),
            Err(refusal) => (refusal.status(), serde_json::to_vec(&refusal.problem())),
        };
        let body = body.expect("texts always serialise");
        let signature = sign::sign(&self.0.secret, self.now().div_euclid(1000), &body);
        (status, [(CONTENT_TYPE.as_str(), "application/json"), (HEADER, &signature)], body).into_response()
    }

    fn payment_answer(&self, payment: Payment) -> PaymentAnswer {
        PaymentAnswer {
            state: payment.state_at(self.now()).word(),
            pay_url: format!("{}/sandbox/pay/{}", self.0.base_url, payment.token),
            payment_id: payment.id,
            platform_no: payment.platform_no,
            amount: cents::write(payment.amount),
            refunded: cents::write(payment.refunded),
            currency: payment.currency,
            expires_at: rfc3339::write(payment.expires_at),
            paid_at: payment.paid_at.map(rfc3339::write),
        }
    }

    fn refund_answer(&self, refund: Refund) -> RefundAnswer {
        RefundAnswer {
            state: refund.state_at(self.now()),
            refund_id: refund.id,
            payment_id: refund.payment_id,
            amount: cents::write(refund.amount),
            failure: refund.failure,
        }
    }
}

impl PaymentBody {
    fn checked(self) -> Result<NewPayment, Refusal> {
        let Self { payment_id, amount, currency, subject, notify_url, return_url, expires_at } = self;
        require(is_id(&payment_id), "payment_id is 1 to 64 of A-Z, a-z, 0-9, - and _")?;
        require(currency.len() == 3 && currency.bytes().all(|b| b.is_ascii_uppercase()), "currency is a code such as CNY")?;
        require((1..=256).contains(&subject.chars().count()), "subject is 1 to 256 characters")?;
        require(is_address(&notify_url, &["http"]), "notify_url is an http:// address: this platform does not speak TLS")?;
        require(return_url.as_ref().is_none_or(|url| is_address(url, &["http", "https"])), "return_url is an http(s):// address")?;
        let amount = amount_of(&amount)?;
        let expires_at = rfc3339::read(&expires_at).ok_or_else(|| invalid("expires_at is a time such as 2030-01-31T12:00:00Z"))?;
        Ok(NewPayment { payment_id, amount, currency, subject, notify_url, return_url, expires_at })
    }
}

impl RefundBody {
    fn checked(self) -> Result<Wanted, Refusal> {
        let Self { payment_id, refund_id, amount, reason } = self;
        require(is_id(&refund_id), "refund_id is 1 to 64 of A-Z, a-z, 0-9, - and _")?;
        require(reason.chars().count() <= 256, "reason is at most 256 characters")?;
        Ok(Wanted { id: refund_id, payment_id, amount: amount_of(&amount)?, reason })
    }
}

fn amount_of(text: &str) -> Result<i64, Refusal> {
    cents::read(text).ok_or_else(|| invalid("amount is a text such as \"4880.00\", from 0.01 to 99999999.99"))
}

fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn is_address(text: &str, schemes: &[&str]) -> bool {
    text.chars().count() <= 1024 && Url::parse(text).is_ok_and(|url| schemes.contains(&url.scheme()) && url.has_host())
}

fn require(holds: bool, otherwise: &str) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(invalid(otherwise)) }
}

fn invalid(text: &str) -> Refusal {
    Refusal::Invalid(text.to_owned())
}
