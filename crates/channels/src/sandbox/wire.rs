//! The sandbox platform's JSON: what we send it, and how its answers and notifications are read. Pure.

use rocketmall_core::id::{PaymentId, RefundId, Timestamp};
use rocketmall_core::money::Cents;
use serde::Serialize;

use crate::channel::{Action, Closing, PlatformPayment, PlatformState, Prepaid, PrepayRequest, RefundRequest, Refunded};
use crate::error::ChannelError;
use crate::fields::Fields;
use crate::notification::{Notification, Outcome};
use crate::rfc3339;

/// The platform's codes that are answers to us rather than refusals.
pub(super) const NOT_FOUND: &str = "not_found";
pub(super) const ALREADY_PAID: &str = "already_paid";

#[derive(Serialize)]
pub(super) struct NewPayment<'a> {
    payment_id: String,
    amount: String,
    currency: &'a str,
    subject: &'a str,
    notify_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    return_url: Option<&'a str>,
    expires_at: String,
}

impl<'a> From<&'a PrepayRequest> for NewPayment<'a> {
    fn from(request: &'a PrepayRequest) -> Self {
        Self {
            payment_id: request.payment_id.to_string(),
            amount: request.amount.to_string(),
            currency: &request.currency,
            subject: &request.subject,
            notify_url: &request.notify_url,
            return_url: request.return_url.as_deref(),
            expires_at: rfc3339::write(request.expires_at),
        }
    }
}

#[derive(Serialize)]
pub(super) struct PaymentKey {
    payment_id: String,
}

impl PaymentKey {
    pub(super) fn new(payment: PaymentId) -> Self {
        Self { payment_id: payment.to_string() }
    }
}

#[derive(Serialize)]
pub(super) struct NewRefund<'a> {
    payment_id: String,
    refund_id: String,
    amount: String,
    reason: &'a str,
}

impl<'a> From<&'a RefundRequest> for NewRefund<'a> {
    fn from(request: &'a RefundRequest) -> Self {
        Self {
            payment_id: request.payment_id.to_string(),
            refund_id: request.refund_id.to_string(),
            amount: request.amount.to_string(),
            reason: &request.reason,
        }
    }
}

#[derive(Serialize)]
pub(super) struct RefundKey {
    payment_id: String,
    refund_id: String,
}

impl RefundKey {
    pub(super) fn new(payment: PaymentId, refund: RefundId) -> Self {
        Self { payment_id: payment.to_string(), refund_id: refund.to_string() }
    }
}

pub(super) fn prepaid(payment: PaymentId, body: &[u8]) -> Result<Prepaid, ChannelError> {
    let read = || {
        let fields = about("payment_id", &payment.to_string(), body)?;
        let action = Action::Redirect { url: fields.text("pay_url", 2048)? };
        Ok(Prepaid { platform_no: Some(fields.text("platform_no", 64)?), action })
    };
    read().map_err(ChannelError::Unknown)
}

pub(super) fn payment(payment: PaymentId, body: &[u8]) -> Result<PlatformPayment, ChannelError> {
    let read = || {
        let fields = about("payment_id", &payment.to_string(), body)?;
        Ok(PlatformPayment {
            state: state(&fields)?,
            amount: Some(amount(&fields)?),
            currency: Some(fields.text("currency", 16)?),
            platform_no: Some(fields.text("platform_no", 64)?),
            paid_at: paid_at(&fields)?,
        })
    };
    read().map_err(ChannelError::Unknown)
}

pub(super) fn unknown_payment() -> PlatformPayment {
    PlatformPayment { state: PlatformState::NotFound, amount: None, currency: None, platform_no: None, paid_at: None }
}

pub(super) fn closing(payment: PaymentId, body: &[u8]) -> Result<Closing, ChannelError> {
    let read = || match state(&about("payment_id", &payment.to_string(), body)?)? {
        PlatformState::Succeeded => Ok(Closing::AlreadyPaid),
        PlatformState::Failed | PlatformState::Closed => Ok(Closing::Closed),
        PlatformState::Pending | PlatformState::NotFound => Err("asked to close a payment, it says it is open".to_owned()),
    };
    read().map_err(ChannelError::Unknown)
}

pub(super) fn refunded(refund: RefundId, body: &[u8]) -> Result<Refunded, ChannelError> {
    let read = || {
        let fields = about("refund_id", &refund.to_string(), body)?;
        Ok(match fields.text("state", 16)?.as_str() {
            "succeeded" => Refunded::Succeeded,
            "processing" => Refunded::Processing,
            "failed" => Refunded::Failed { reason: fields.optional("failure")?.unwrap_or_default() },
            other => return Err(format!("state {other:?} is not known")),
        })
    };
    read().map_err(ChannelError::Unknown)
}

/// A signed refusal.
pub(super) fn rejection(status: u16, body: &[u8]) -> ChannelError {
    let read = || -> Result<ChannelError, String> {
        let fields = Fields::of(body)?;
        Ok(ChannelError::Rejected { code: fields.text("code", 64)?, message: fields.text("message", 1024)? })
    };
    read().unwrap_or_else(|error| ChannelError::Unknown(format!("HTTP {status}: {error}")))
}

pub(super) fn is(error: &ChannelError, wanted: &str) -> bool {
    matches!(error, ChannelError::Rejected { code, .. } if code == wanted)
}

pub(super) fn notification(body: &[u8]) -> Result<Notification, String> {
    let fields = Fields::of(body)?;
    let outcome = match fields.text("result", 16)?.as_str() {
        "paid" => Outcome::Succeeded,
        "failed" => Outcome::Failed,
        "expired" | "closed" => Outcome::Closed,
        other => return Err(format!("result {other:?} is not known")),
    };
    let payment_id: String = fields.required("payment_id")?;
    Ok(Notification {
        notify_id: fields.text("notify_id", 64)?,
        payment_id: payment_id.parse().map_err(|error| format!("payment_id {error}"))?,
        platform_no: fields.text("platform_no", 64)?,
        amount: amount(&fields)?,
        currency: fields.text("currency", 16)?,
        outcome,
        paid_at: paid_at(&fields)?,
    })
}

/// The answer's fields, if it is about what we asked: its signature does not say which question it answers.
fn about<'a>(key: &str, wanted: &str, body: &'a [u8]) -> Result<Fields<'a>, String> {
    let fields = Fields::of(body)?;
    let found = fields.text(key, 64)?;
    if found == wanted { Ok(fields) } else { Err(format!("the answer is about {key} {found:?}, not {wanted}")) }
}

fn state(fields: &Fields<'_>) -> Result<PlatformState, String> {
    match fields.text("state", 16)?.as_str() {
        "pending" => Ok(PlatformState::Pending),
        "paid" => Ok(PlatformState::Succeeded),
        "failed" => Ok(PlatformState::Failed),
        "closed" | "expired" => Ok(PlatformState::Closed),
        other => Err(format!("state {other:?} is not known")),
    }
}

fn amount(fields: &Fields<'_>) -> Result<Cents, String> {
    let text: String = fields.required("amount")?;
    let amount: Cents = text.parse().map_err(|error| format!("amount {error}"))?;
    if amount.is_negative() { Err("amount is below zero".to_owned()) } else { Ok(amount) }
}

/// Informational, so a time we cannot read is no reason to refuse the rest; it still has to be a text or a number.
fn paid_at(fields: &Fields<'_>) -> Result<Option<Timestamp>, String> {
    match fields.optional::<serde_json::Value>("paid_at")? {
        None | Some(serde_json::Value::Number(_)) => Ok(None),
        Some(serde_json::Value::String(text)) => Ok(rfc3339::read(&text)),
        Some(_) => Err("paid_at is no time".to_owned()),
    }
}
