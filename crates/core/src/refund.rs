//! Refunds that start by themselves: money that came late or twice goes back whole.

use serde::{Deserialize, Serialize};

use crate::id::{OrderId, PaymentId, RefundId, Timestamp, UserId};
use crate::money::Cents;

/// Where a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RefundState {
    /// To be handed to the platform.
    Approved,
    /// Handed over; the platform has not finished.
    Processing,
    /// The money is back.
    Succeeded,
    /// The platform refused; waits for a person.
    Failed,
}

/// Why money goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RefundCause {
    /// The payment succeeded after the order was cancelled.
    Late,
    /// The order was paid already.
    Second,
}

/// A refund (`trade_refund`). Its id is the platform's refund number on every retry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// Its id.
    pub id: RefundId,
    /// The order.
    pub order_id: OrderId,
    /// The payment whose money goes back.
    pub payment_id: PaymentId,
    /// Whose order.
    pub user_id: UserId,
    /// How much goes back through the channel.
    pub amount: Cents,
    /// Why.
    pub cause: RefundCause,
    /// Where it stands.
    pub state: RefundState,
    /// What the platform said last, when it was no success.
    pub remark: Option<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it succeeded or failed.
    pub finished_at: Option<Timestamp>,
}
