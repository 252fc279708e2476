//! The channel that speaks to the sandbox platform over HTTP.
//!
//! Requests and answers are both signed with the shared secret. The platform has one way to pay, a page of its own, so
//! [`PrepayRequest::method`] makes no difference here.

#[cfg(test)]
mod tests;
mod wire;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, Url};
use rocketmall_core::id::{PaymentId, RefundId, Timestamp};
use serde::Serialize;

use crate::channel::{Call, Channel, Closing, PlatformPayment, PlatformRefund, Prepaid, PrepayRequest, RefundRequest, Refunded};
use crate::error::ChannelError;
use crate::notification::{Notification, NotificationError, RawNotification};
use crate::sign::{self, HEADER, SignatureError};

/// Tells the time that requests are signed with.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Gives the `traceparent` header of the call that is made right now, if there is one.
pub type Traceparent = fn() -> Option<String>;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const TOTAL_TIMEOUT: Duration = Duration::from_secs(5);

/// No answer of the platform comes near this size.
const LONGEST_ANSWER: usize = 64 * 1024;

/// A sandbox platform and the secret shared with it.
#[derive(Clone)]
pub struct SandboxChannel {
    base_url: String,
    secret: String,
    clock: Clock,
    traceparent: Traceparent,
    http: Client,
}

/// A sandbox channel that cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// Without a secret anybody could sign.
    #[error("the sandbox channel needs a secret that is not empty")]
    EmptySecret,
    /// Not an address to call.
    #[error("the sandbox platform's address {0:?} is not a plain http:// address")]
    BadAddress(String),
    /// The HTTP client did not start.
    #[error("the HTTP client did not start: {0}")]
    Client(#[from] reqwest::Error),
}

impl SandboxChannel {
    /// The channel to the platform at `base_url` (such as `http://127.0.0.1:8181`).
    pub fn new(base_url: &str, secret: &str, clock: Clock) -> Result<Self, SetupError> {
        if secret.is_empty() {
            return Err(SetupError::EmptySecret);
        }
        if !Url::parse(base_url).is_ok_and(|url| url.scheme() == "http" && url.has_host()) {
            return Err(SetupError::BadAddress(base_url.to_owned()));
        }
        // no proxy and no redirect: what is signed goes to the address that was configured, or nowhere
        let http = Client::builder().connect_timeout(CONNECT_TIMEOUT).timeout(TOTAL_TIMEOUT).redirect(Policy::none()).no_proxy().build()?;
        Ok(Self { base_url: base_url.trim_end_matches('/').to_owned(), secret: secret.to_owned(), clock, traceparent: || None, http })
    }

    /// Calls carry the header that this function gives.
    #[must_use]
    pub fn with_traceparent(self, traceparent: Traceparent) -> Self {
        Self { traceparent, ..self }
    }

    /// Is this body really from the platform, and fresh? For what the platform sends in other shapes than a
    /// [`Notification`], such as the original's callback.
    pub fn verify_signature(&self, raw: &RawNotification<'_>, now: Timestamp) -> Result<(), NotificationError> {
        let header = single_signature(raw.headers)?;
        sign::verify(&self.secret, header, raw.body, now).map_err(|error| match error {
            SignatureError::Malformed | SignatureError::Mismatch => NotificationError::BadSignature,
            SignatureError::Stale => NotificationError::Stale,
        })
    }

    /// Sends one signed request; the signed answer's body.
    async fn call<R: Serialize>(&self, path: &str, request: &R) -> Result<Vec<u8>, ChannelError> {
        let body = serde_json::to_vec(request).map_err(|error| ChannelError::NotSent(error.to_string()))?;
        let signature = sign::sign(&self.secret, (self.clock)().millis().div_euclid(1000), &body);
        let request = self.http.post(format!("{}/sandbox/api/{path}", self.base_url));
        let request = request.header(CONTENT_TYPE, "application/json").header(HEADER, signature).body(body);
        let request = (self.traceparent)().into_iter().fold(request, |request, trace| request.header("traceparent", trace));
        let response = request.send().await.map_err(|error| not_answered(&error))?;
        self.genuine_answer(response).await
    }

    async fn genuine_answer(&self, response: Response) -> Result<Vec<u8>, ChannelError> {
        let status = response.status();
        match status {
            StatusCode::TOO_MANY_REQUESTS => return Err(ChannelError::Throttled),
            StatusCode::REQUEST_TIMEOUT => return Err(ChannelError::Unknown("HTTP 408".to_owned())),
            _ if status.is_server_error() => return Err(ChannelError::Unknown(format!("HTTP {status}"))),
            _ => {}
        }
        let headers = response.headers().clone();
        let body = read(response).await?;
        let header = single_signature(&headers).map_err(|_| ChannelError::BadSignature)?;
        sign::verify(&self.secret, header, &body, (self.clock)()).map_err(|_| ChannelError::BadSignature)?;
        if status.is_success() { Ok(body) } else { Err(wire::rejection(status.as_u16(), &body)) }
    }
}

impl fmt::Debug for SandboxChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxChannel").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

impl Channel for SandboxChannel {
    fn name(&self) -> &'static str {
        "sandbox"
    }

    fn prepay<'a>(&'a self, request: &'a PrepayRequest) -> Call<'a, Prepaid> {
        Box::pin(async move {
            let answer = self.call("payments", &wire::NewPayment::from(request)).await?;
            wire::prepaid(request.payment_id, &answer)
        })
    }

    fn query_payment(&self, payment: PaymentId) -> Call<'_, PlatformPayment> {
        Box::pin(async move {
            match self.call("payments/query", &wire::PaymentKey::new(payment)).await {
                Ok(answer) => wire::payment(payment, &answer),
                Err(error) if wire::is(&error, wire::NOT_FOUND) => Ok(wire::unknown_payment()),
                Err(error) => Err(error),
            }
        })
    }

    fn close_payment(&self, payment: PaymentId) -> Call<'_, Closing> {
        Box::pin(async move {
            match self.call("payments/close", &wire::PaymentKey::new(payment)).await {
                Ok(answer) => wire::closing(payment, &answer),
                Err(error) if wire::is(&error, wire::ALREADY_PAID) => Ok(Closing::AlreadyPaid),
                Err(error) if wire::is(&error, wire::NOT_FOUND) => Ok(Closing::NotFound),
                Err(error) => Err(error),
            }
        })
    }

    fn refund<'a>(&'a self, request: &'a RefundRequest) -> Call<'a, Refunded> {
        Box::pin(async move {
            let answer = self.call("refunds", &wire::NewRefund::from(request)).await?;
            wire::refunded(request.refund_id, &answer)
        })
    }

    fn query_refund(&self, payment: PaymentId, refund: RefundId) -> Call<'_, PlatformRefund> {
        Box::pin(async move {
            match self.call("refunds/query", &wire::RefundKey::new(payment, refund)).await {
                Ok(answer) => wire::refunded(refund, &answer).map(PlatformRefund::Found),
                Err(error) if wire::is(&error, wire::NOT_FOUND) => Ok(PlatformRefund::NotFound),
                Err(error) => Err(error),
            }
        })
    }

    fn verify_notification(&self, raw: &RawNotification<'_>, now: Timestamp) -> Result<Notification, NotificationError> {
        self.verify_signature(raw, now)?;
        wire::notification(raw.body).map_err(NotificationError::Malformed)
    }
}

/// Two signatures would leave open which of them counts.
fn single_signature(headers: &HeaderMap) -> Result<&str, NotificationError> {
    let mut values = headers.get_all(HEADER).iter();
    let value = values.next().ok_or(NotificationError::Unsigned)?;
    if values.next().is_some() {
        return Err(NotificationError::BadSignature);
    }
    value.to_str().map_err(|_| NotificationError::BadSignature)
}

/// Without a connection nothing was sent; after that nobody knows.
fn not_answered(error: &reqwest::Error) -> ChannelError {
    if error.is_connect() || error.is_builder() {
        ChannelError::NotSent(error.to_string())
    } else {
        ChannelError::Unknown(error.to_string())
    }
}

async fn read(mut response: Response) -> Result<Vec<u8>, ChannelError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| ChannelError::Unknown(error.to_string()))? {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST_ANSWER {
            return Err(ChannelError::Unknown(format!("an answer of more than {LONGEST_ANSWER} bytes")));
        }
    }
    Ok(body)
}
