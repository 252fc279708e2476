//! Payment attempts: one try to pay one order on one channel.

use serde::{Deserialize, Serialize};

use crate::id::{OrderId, PaymentId, Timestamp, UserId};
use crate::money::Cents;

/// The shop's currency (ISO 4217).
pub const CURRENCY: &str = "CNY";

/// The channel of payments of 0.00, which no platform sees.
pub const NO_CHANNEL: &str = "none";

/// The most attempts for one order: a limit on every list.
pub const MAX_ATTEMPTS: usize = 50;

/// Where an attempt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PaymentState {
    /// Open: the customer may pay.
    Pending,
    /// The money has come.
    Succeeded,
    /// The platform says it failed.
    Failed,
    /// Superseded, cancelled or expired.
    Closed,
    /// The platform's answer was lost; it will be asked.
    Unknown,
    /// All of the money went back.
    Refunded,
    /// Part of the money went back.
    PartiallyRefunded,
}

/// What became of a success: does the order keep the money?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fate {
    /// Not decided: no success yet, or the order has not heard of it.
    Open,
    /// The order is paid with it.
    Kept,
    /// It came late or second and goes back whole.
    GivenBack,
}

/// One payment attempt (`trade_pay`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Its id, also its number at the platform.
    pub id: PaymentId,
    /// The order to be paid.
    pub order_id: OrderId,
    /// The order's user.
    pub user_id: UserId,
    /// What is to be paid.
    pub amount: Cents,
    /// The channel's name.
    pub channel: String,
    /// The way to pay within the channel.
    pub method: Option<String>,
    /// Where it stands.
    pub state: PaymentState,
    /// Does the order keep it?
    pub fate: Fate,
    /// The platform's own number.
    pub platform_no: Option<String>,
    /// What the customer has to do, as the channel's JSON.
    pub action: Option<String>,
    /// Closed here, and the platform has not been told for certain.
    pub close_wanted: bool,
    /// How much went back.
    pub refunded: Cents,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When the money came.
    pub paid_at: Option<Timestamp>,
    /// When it was closed or failed.
    pub closed_at: Option<Timestamp>,
    /// Until when the customer may pay.
    pub expires_at: Timestamp,
}

impl Payment {
    /// Can the customer still pay it, as far as we know?
    pub fn is_open(&self) -> bool {
        matches!(self.state, PaymentState::Pending | PaymentState::Unknown)
    }

    /// Is it the same attempt as `other`, seen from another database?
    pub fn is_same(&self, other: &Self) -> bool {
        (self.id, self.order_id, self.amount, &self.channel) == (other.id, other.order_id, other.amount, &other.channel)
    }

    /// Has the money of `other`, which is this attempt elsewhere, come here?
    pub fn has_had(&self, other: &Self) -> bool {
        self.is_same(other) && (self.has_money() || self.state == PaymentState::Refunded)
    }

    /// Has money come that has not wholly gone back?
    pub fn has_money(&self) -> bool {
        matches!(self.state, PaymentState::Succeeded | PaymentState::PartiallyRefunded)
    }
}

/// One line of the payment log (`trade_pay_log`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentLogEntry {
    /// The payment.
    pub payment_id: PaymentId,
    /// The refund, if money went back.
    pub refund_id: Option<crate::id::RefundId>,
    /// The order.
    pub order_id: OrderId,
    /// Whose order.
    pub user_id: Option<UserId>,
    /// What came, or went back.
    pub amount: Cents,
    /// When it was recorded.
    pub at: Timestamp,
}
