//! What a platform tells us by itself.

use reqwest::header::HeaderMap;
use rocketmall_core::id::{PaymentId, Timestamp};
use rocketmall_core::money::Cents;

/// A notification as it came: signatures cover these exact bytes, so nothing here was ever parsed and written again.
#[derive(Clone, Copy, Debug)]
pub struct RawNotification<'a> {
    /// The request's headers.
    pub headers: &'a HeaderMap,
    /// The request's body.
    pub body: &'a [u8],
}

/// What a genuine notification says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// The platform's number for it, equal on every retry.
    pub notify_id: String,
    /// The payment it is about.
    pub payment_id: PaymentId,
    /// The platform's own number for that payment.
    pub platform_no: String,
    /// The amount, to be compared with ours.
    pub amount: Cents,
    /// The currency, to be compared with ours.
    pub currency: String,
    /// What happened.
    pub outcome: Outcome,
    /// When, by the platform's clock; informational.
    pub paid_at: Option<Timestamp>,
}

/// What happened to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The money was taken.
    Succeeded,
    /// The customer's payment failed and is over.
    Failed,
    /// It expired or was closed.
    Closed,
}

/// Why a notification is not taken. The first three are no proof of who sent it; the last is genuine but unreadable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotificationError {
    /// It carries no signature.
    #[error("the notification carries no signature")]
    Unsigned,
    /// Its signature is not the platform's, or is not readable.
    #[error("the notification's signature is not the platform's")]
    BadSignature,
    /// Its signature is genuine and too old, or from the future: a replay, or a wrong clock.
    #[error("the notification was signed more than 300 seconds from now")]
    Stale,
    /// The platform signed something that is no notification.
    #[error("the notification is malformed: {0}")]
    Malformed(String),
}
