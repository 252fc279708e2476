//! The trait every platform is used through, and what goes in and out of it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use rocketmall_core::id::{OrderId, PaymentId, RefundId, Timestamp};
use rocketmall_core::money::Cents;
use serde::{Deserialize, Serialize};

use crate::error::ChannelError;
use crate::notification::{Notification, NotificationError, RawNotification};

/// The future of a call to a platform. It runs on the tokio runtime and never inside a transaction.
pub type Call<'a, T> = Pin<Box<dyn Future<Output = Result<T, ChannelError>> + Send + 'a>>;

/// A payment platform.
pub trait Channel: fmt::Debug + Send + Sync {
    /// Its name in addresses and rows, such as `sandbox`.
    fn name(&self) -> &str;

    /// Tells the platform of a payment and gets what the customer has to do. Repeating it gives the same payment.
    fn prepay<'a>(&'a self, request: &'a PrepayRequest) -> Call<'a, Prepaid>;

    /// The platform's truth about a payment.
    fn query_payment(&self, payment: PaymentId) -> Call<'_, PlatformPayment>;

    /// Makes sure that a payment can no longer be paid, unless it already is.
    fn close_payment(&self, payment: PaymentId) -> Call<'_, Closing>;

    /// Gives money back. Repeating it with the same number and amount never gives back twice.
    fn refund<'a>(&'a self, request: &'a RefundRequest) -> Call<'a, Refunded>;

    /// The platform's truth about a refund.
    fn query_refund(&self, payment: PaymentId, refund: RefundId) -> Call<'_, PlatformRefund>;

    /// Is this really from the platform, fresh, and what does it say? Pure: the caller still compares payment, amount
    /// and currency with its own rows.
    fn verify_notification(&self, raw: &RawNotification<'_>, now: Timestamp) -> Result<Notification, NotificationError>;
}

/// A payment to be opened at a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrepayRequest {
    /// The attempt; its number at the platform.
    pub payment_id: PaymentId,
    /// The order it pays.
    pub order_id: OrderId,
    /// What is to be paid.
    pub amount: Cents,
    /// ISO 4217, `CNY`.
    pub currency: String,
    /// What the customer reads.
    pub subject: String,
    /// Where the platform reports to.
    pub notify_url: String,
    /// Where the customer goes afterwards.
    pub return_url: Option<String>,
    /// The platform takes no payment from this moment on.
    pub expires_at: Timestamp,
    /// The way to pay within the channel, for those that have several.
    pub method: Option<String>,
}

/// A payment that the platform now knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepaid {
    /// The platform's own number, where it gives one this early.
    pub platform_no: Option<String>,
    /// What the customer has to do.
    pub action: Action,
}

/// What the customer has to do to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Action {
    /// Go to this address.
    Redirect {
        /// The platform's page.
        url: String,
    },
    /// Show this page, which sends its form by itself.
    Form {
        /// The whole form.
        html: String,
    },
    /// Scan this code.
    QrCode {
        /// The content of the code.
        code: String,
    },
    /// Call the platform's script in its own browser.
    Jsapi {
        /// The parameters of that call.
        parameters: serde_json::Value,
    },
    /// Finish with the platform's own form.
    ClientSecret {
        /// What that form needs.
        client_secret: String,
    },
}

/// Where a payment stands at the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlatformState {
    /// May still be paid.
    Pending,
    /// The money was taken.
    Succeeded,
    /// The customer's payment failed and is over.
    Failed,
    /// Closed or expired: no longer payable.
    Closed,
    /// The platform has never heard of it. Not final before its expiry: our request may still be under way.
    NotFound,
}

/// The platform's truth about a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformPayment {
    /// Where it stands.
    pub state: PlatformState,
    /// The amount the platform has for it; none if it does not know the payment.
    pub amount: Option<Cents>,
    /// The currency it has for it.
    pub currency: Option<String>,
    /// The platform's own number.
    pub platform_no: Option<String>,
    /// When the money was taken, by the platform's clock; informational.
    pub paid_at: Option<Timestamp>,
}

/// The end of an attempt to close a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// It can no longer be paid.
    Closed,
    /// Too late, it is paid: query it.
    AlreadyPaid,
    /// The platform does not know it. Not final before its expiry.
    NotFound,
}

/// Money to be given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundRequest {
    /// The payment the money came with.
    pub payment_id: PaymentId,
    /// The refund's number, the same on every retry: a new number would be a second refund.
    pub refund_id: RefundId,
    /// How much.
    pub amount: Cents,
    /// The whole amount of the payment, which some platforms compare.
    pub total: Cents,
    /// Why, for the customer's statement.
    pub reason: String,
}

/// What became of a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refunded {
    /// The money is back.
    Succeeded,
    /// The platform works on it: query it.
    Processing,
    /// It did not work; the same number may be sent again.
    Failed {
        /// The platform's words.
        reason: String,
    },
}

/// The platform's truth about a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlatformRefund {
    /// The platform knows it.
    Found(Refunded),
    /// It does not: nothing was given back, send it again under the same number.
    NotFound,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_tagged_with_their_type() {
        let cases = [
            (Action::Redirect { url: "http://pay".to_owned() }, r#"{"type":"redirect","url":"http://pay"}"#),
            (Action::Form { html: "<form>".to_owned() }, r#"{"type":"form","html":"<form>"}"#),
            (Action::QrCode { code: "wxp://1".to_owned() }, r#"{"type":"qr_code","code":"wxp://1"}"#),
            (Action::Jsapi { parameters: serde_json::json!({"appId": "a"}) }, r#"{"type":"jsapi","parameters":{"appId":"a"}}"#),
            (Action::ClientSecret { client_secret: "s".to_owned() }, r#"{"type":"client_secret","client_secret":"s"}"#),
        ];
        for (action, json) in cases {
            assert_eq!(serde_json::to_string(&action).expect(json), json);
            assert_eq!(serde_json::from_str::<Action>(json).expect(json), action);
        }
    }
}
