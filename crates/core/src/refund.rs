//! Refunds: those that customers ask for, those of a called-off order, and money that came late or twice.

use serde::{Deserialize, Serialize};

use crate::id::{GoodsId, OrderId, PaymentId, RefundId, Timestamp, UserId};
use crate::money::Cents;
use crate::rejection::{Reason, Rejection};
use crate::transition::{Event, REFUND};

/// The most refunds of one order: a limit on every list, and what the strictest platform allows.
pub const MAX_REFUNDS: usize = 50;

/// Where a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RefundState {
    /// Asked for; its money is reserved. Waits for a person.
    Requested,
    /// To be handed to the platform.
    Approved,
    /// Handed over; the platform has not finished.
    Processing,
    /// The money is back.
    Succeeded,
    /// The platform refused, or was silent for too long; waits for a person.
    Failed,
    /// The shop said no.
    Rejected,
    /// Failed, and given up by the shop: its money is not reserved any more.
    Abandoned,
}

/// Why money goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RefundCause {
    /// The payment succeeded after the order was cancelled.
    Late,
    /// The order was paid already.
    Second,
    /// Somebody asked for it.
    Request,
    /// The paid order was called off before it was shipped.
    Cancel,
}

/// What of one order line goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundLine {
    /// The goods.
    pub goods_id: GoodsId,
    /// Pieces.
    pub number: i64,
    /// Their share of the money.
    pub amount: Cents,
}

/// A refund (`trade_refund` and `trade_refund_line`). Its id is the platform's refund number on every retry.
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
    /// Why.
    pub cause: RefundCause,
    /// Where it stands.
    pub state: RefundState,
    /// How much goes back in all: the channel's and the balance's part.
    pub amount: Cents,
    /// How much of it goes back through the channel.
    pub channel_amount: Cents,
    /// How much of it goes back to the balance.
    pub balance_amount: Cents,
    /// The pieces it is for; none for a refund by amount.
    pub lines: Vec<RefundLine>,
    /// Why, in the words of whoever asked.
    pub reason: Option<String>,
    /// Are shipped goods to be sent back?
    pub return_goods: bool,
    /// Does the order's coupon come back with it?
    pub coupon_back: bool,
    /// Why it was rejected or failed, or what the platform said last.
    pub remark: Option<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// Since when the platform has been asked: the approval, or the last retry.
    pub submitted_at: Option<Timestamp>,
    /// When its goods came back to the stock.
    pub goods_back_at: Option<Timestamp>,
    /// When it succeeded, failed, was rejected or given up.
    pub finished_at: Option<Timestamp>,
}

impl Refund {
    /// The refusal for a refund that does not exist.
    pub fn unknown(id: RefundId) -> Rejection {
        Rejection::new(Reason::RefundUnknown, format!("there is no refund {id}"))
    }

    /// Does it take from what the order has brought? Money that came late or twice never belonged to the order.
    pub fn is_of_order(&self) -> bool {
        matches!(self.cause, RefundCause::Request | RefundCause::Cancel)
    }

    /// Does it reserve its money and pieces, or has it given them back?
    pub fn holds(&self) -> bool {
        !matches!(self.state, RefundState::Rejected | RefundState::Abandoned)
    }

    /// Are its pieces gone from the order? Those of a refund that was given up are once the stock has them: no piece comes back twice.
    pub fn holds_pieces(&self) -> bool {
        self.holds() || (self.state == RefundState::Abandoned && self.goods_back_at.is_some())
    }

    /// Is it under way? An order with such a refund is not shipped, and not received by itself (api.md, Rules).
    pub fn is_open(&self) -> bool {
        self.holds() && self.state != RefundState::Succeeded
    }

    /// Has the shop agreed to it, whatever the platform makes of it?
    pub fn is_approved(&self) -> bool {
        self.holds() && self.state != RefundState::Requested
    }

    /// The state after `event`, or why this refund cannot take it.
    pub fn state_after(&self, event: Event) -> Result<RefundState, Rejection> {
        REFUND.next(self.state, event).ok_or_else(|| {
            let detail = format!("refund {} is {:?}", self.id, self.state).to_lowercase();
            Rejection::new(Reason::RefundStateWrong, detail)
        })
    }
}
