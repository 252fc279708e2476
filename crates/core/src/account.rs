//! A user's account: balance and score.

use serde::{Deserialize, Serialize};

use crate::id::{OrderId, PaymentId, RefundId, Timestamp, UserId};
use crate::money::Cents;
use crate::rejection::{Reason, Rejection};

/// A user with a balance and a score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The user.
    pub id: UserId,
    /// The name.
    pub name: String,
    /// The mobile number, with which the user logs in.
    pub mobile: String,
    /// Money in the account, never below 0.
    pub balance: Cents,
    /// Points, never below 0.
    pub score: i64,
    /// When the user registered.
    pub created_at: Timestamp,
}

impl Account {
    /// May so much of the balance be used?
    pub fn check_pays(&self, amount: Cents) -> Result<(), Rejection> {
        if amount.is_negative() {
            return Err(Rejection::of_field(Reason::BalanceNegative, "money_paid", "an amount of 0 or more"));
        }
        if amount > self.balance {
            let detail = format!("the balance is {}, {amount} were to be used", self.balance);
            return Err(Rejection::of_field(Reason::BalanceTooLow, "money_paid", detail));
        }
        Ok(())
    }

    /// The balance after `delta` comes (or goes, if negative).
    pub fn balance_after(&self, delta: Cents) -> Result<Cents, Rejection> {
        match self.balance.plus(delta) {
            Some(balance) if !balance.is_negative() => Ok(balance),
            Some(_) => Err(Rejection::new(Reason::BalanceNegative, format!("the balance is {} and cannot go below zero", self.balance))),
            None => Err(Rejection::new(Reason::BadParameter, format!("a balance beyond {} cannot be kept", Cents::MAX))),
        }
    }
}

/// Why a balance changed (`trade_user_money_log.money_log_type`; 1 and 2 are the contract's).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum MoneyCause {
    /// Paid for an order; lowers the balance.
    Paid,
    /// Given back by a cancelled order or a refund; raises it.
    Refunded,
    /// What the account held when it was opened.
    Opening,
    /// A top-up or correction by an administrator, signed.
    Correction,
}

/// One entry of the money log. The balance is the sum of its effects (I2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoneyEntry {
    /// Whose.
    pub user_id: UserId,
    /// The order that paid or gave back.
    pub order_id: Option<OrderId>,
    /// The refund that gave back; `None` for a cancelled order.
    pub refund_id: Option<RefundId>,
    /// The amount as the log keeps it: positive for [`MoneyCause::Paid`] too.
    pub amount: Cents,
    /// Why.
    pub cause: MoneyCause,
    /// The administrator's words for a correction.
    pub reason: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// One entry of the score log. The score is the sum of its entries (I2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreEntry {
    /// Whose.
    pub user_id: UserId,
    /// The payment that earned the points.
    pub payment_id: PaymentId,
    /// The refund that takes some back; `None` for the award itself.
    pub refund_id: Option<RefundId>,
    /// Points that came (negative: went).
    pub points: i64,
    /// Points that should have gone but were not there.
    pub shortfall: i64,
    /// When.
    pub at: Timestamp,
}
