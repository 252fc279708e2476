//! The sandbox payment platform: a third party for development, apart from the shop.
//!
//! It knows nothing of shops: merchants call its API, customers its page, and it notifies merchants of what happened, on
//! request as badly as real platforms do at their worst. It shares nothing with the shop but a database to put its own
//! tables into, all named `sandbox_…`.
//!
//! # Merchant API
//!
//! JSON by POST below `/sandbox/api`. Requests, answers and notifications all carry `X-Sandbox-Signature: t=UNIX,v1=HEX`,
//! HMAC-SHA256 of the secret over `t`, a point and the raw body, good for 300 seconds either way. Money is a decimal text
//! (`"4880.00"`), times are RFC 3339 in UTC. Every call may be repeated.
//!
//! | call | body | answer |
//! |---|---|---|
//! | `/payments` | `payment_id, amount, currency, subject, notify_url, return_url?, expires_at` | the payment; 409 `amount_differs` |
//! | `/payments/query` | `payment_id` | the payment; 404 `not_found` |
//! | `/payments/close` | `payment_id` | the payment; 409 `already_paid`, 404 `not_found` |
//! | `/refunds` | `payment_id, refund_id, amount, reason?` | the refund; 409 `not_paid`, `refund_exceeds`, `refund_differs` |
//! | `/refunds/query` | `refund_id` | the refund; 404 `not_found` |
//!
//! A payment is `{payment_id, platform_no, state: pending/paid/failed/closed/expired, amount, refunded, currency, pay_url,
//! expires_at, paid_at}`, a refund `{refund_id, payment_id, state: processing/succeeded/failed, amount, failure}`, a refusal
//! `{code, message, state?}` with 400, 401, 404, 409, 422 or 503. A failed refund is tried again under its own number.
//!
//! # Customers, and programs in their place
//!
//! `GET /sandbox/pay/{token}` is the page. `POST` takes its form (303 back to the page) or JSON (200 `{state, payment_id,
//! platform_no}`, or a refusal):
//!
//! | field | meaning |
//! |---|---|
//! | `result` | `paid`, `failed` or `expired`; 409 if the payment is over |
//! | `force` | with `paid`: also if it failed, was closed or has expired, as money that comes late |
//! | `notify.copies` | so many times the same notification, all at once, each until answered 2xx; 0 to 50, 0 is silence |
//! | `notify.delay_ms` | the first delivery comes so much later, up to a day |
//! | `notify.drop` | the first so many deliveries are lost on the way; up to 50 |
//! | `notify.tamper` | every delivery is wrong: `amount`, `currency`, `payment_id` (signed well), `signature`, `stale` |
//! | `notify.reorder` | held until a later event of this payment was notified and answered 2xx, at most 30 seconds |
//! | `refunds.fail` | so many attempts to refund this payment fail; up to 50 |
//! | `refunds.processing_ms` | the others are under way for so long; up to a day |
//!
//! # Notifications
//!
//! `{notify_id, payment_id, platform_no, amount, currency, result: paid/failed/expired, paid_at}`, posted to `notify_url`
//! until answered 2xx: after 0.5, 1, 2, 4 … 30 seconds, for a day, with one `notify_id` throughout. No redirect is followed.
//! A payment whose time merely runs out, or that its merchant closes, is not notified.
//!
//! # The code
//!
//! In reading order: `payment` and `refund` hold the rules, `event` turns what happened into notifications, `tables` is
//! every statement, `operations` joins them into one transaction per call, `merchant`, `customer` and `page` are the HTTP
//! side, `notifier` sends.
//!
//! - Rows are the truth: a notification is stored in the commit of its event and sent from there.
//! - Whatever may race locks its payment's row first and decides then.

mod cents;
mod customer;
mod event;
mod merchant;
mod notifier;
mod operations;
mod page;
mod payment;
mod refund;
mod refusal;
mod rfc3339;
mod sign;
mod tables;

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use rocketmall_store::{Database, StoreError};
use tokio::sync::Notify as Wake;

pub use sign::HEADER as SIGNATURE_HEADER;

/// Tells the time, in milliseconds since the Unix epoch.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// What a platform needs besides its database.
#[derive(Clone)]
pub struct SandboxConfig {
    /// Shared with the merchant; signs requests, answers and notifications.
    pub secret: String,
    /// The public address of this server, which the customer's pages are below: `http://127.0.0.1:8181`.
    pub base_url: String,
    /// The platform's clock.
    pub clock: Clock,
}

impl fmt::Debug for SandboxConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxConfig").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

/// A platform that does not start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// Without a secret anybody could sign.
    #[error("the sandbox platform needs a secret that is not empty")]
    EmptySecret,
    /// Its tables could not be made.
    #[error("the sandbox platform's tables: {0}")]
    Store(#[from] StoreError),
    /// The HTTP client for notifications did not start.
    #[error("the sandbox platform's HTTP client did not start: {0}")]
    Client(#[from] reqwest::Error),
}

/// The platform. Cheap to clone; clones are the same platform.
#[derive(Clone)]
pub struct SandboxPlatform(Arc<Inner>);

struct Inner {
    database: Database,
    secret: String,
    base_url: String,
    clock: Clock,
    http: reqwest::Client,
    /// Rung when there may be something to send.
    wake: Wake,
}

impl fmt::Debug for SandboxPlatform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxPlatform").field("base_url", &self.0.base_url).finish_non_exhaustive()
    }
}

impl SandboxPlatform {
    /// Creates the platform's tables where they are missing. Nothing is sent before [`SandboxPlatform::run_notifier`].
    pub async fn start(database: Database, config: SandboxConfig) -> Result<Self, SandboxError> {
        if config.secret.is_empty() {
            return Err(SandboxError::EmptySecret);
        }
        tables::create(&database).await?;
        // a redirect or a proxy would take a notification to where the merchant never asked it to be
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(2))
            .timeout(notifier::TIMEOUT)
            .redirect(Policy::none())
            .no_proxy()
            .build()?;
        let base_url = config.base_url.trim_end_matches('/').to_owned();
        Ok(Self(Arc::new(Inner { database, secret: config.secret, base_url, clock: config.clock, http, wake: Wake::new() })))
    }

    /// The merchant API and the customer's pages, all below `/sandbox`.
    pub fn router(&self) -> axum::Router {
        merchant::router().merge(customer::router()).with_state(self.clone())
    }

    /// Sends notifications until `shutdown` is ready, then lets those under way finish (6 s at most).
    ///
    /// Several may run on one database, in one process or more: each notification is claimed before it is sent.
    pub async fn run_notifier(&self, shutdown: impl Future<Output = ()> + Send) {
        notifier::run(self, shutdown).await;
    }

    fn now(&self) -> i64 {
        (self.0.clock)()
    }
}
