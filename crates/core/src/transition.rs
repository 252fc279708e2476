//! The state machines as data: which event leads from which state to which. What is not listed does not happen.

use std::fmt::{Debug, Write as _};

use crate::order::{OrderStatus, PayStatus, ShippingStatus};
use crate::payment::PaymentState;
use crate::refund::RefundState;

/// One state machine: rows of (state, event, next state).
#[derive(Debug)]
pub struct Machine<S: 'static> {
    /// What it governs.
    pub name: &'static str,
    /// Its table.
    pub rows: &'static [(S, Event, S)],
}

/// What happens to an order, a payment attempt or a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The order's parts are all taken.
    Confirm,
    /// The saga's own checks refuse a pre-order.
    Refuse,
    /// The user, the timeout or the saga calls the order off.
    Cancel,
    /// The last of the money is given back.
    Refund,
    /// A payment attempt is opened.
    Start,
    /// No open attempt is left.
    AttemptsOver,
    /// The money has come.
    Succeed,
    /// The platform says it failed.
    Fail,
    /// Superseded, cancelled or expired.
    Close,
    /// The platform's state cannot be told.
    LoseSight,
    /// Part of the money is given back.
    RefundPart,
    /// Handed to the platform.
    Submit,
    /// The shop agrees to a refund.
    Approve,
    /// The shop does not.
    Reject,
    /// The shop gives a failed refund up.
    Abandon,
    /// The goods leave.
    Ship,
    /// The goods arrive.
    Receive,
    /// All of the goods are back.
    Return,
}

impl<S: Copy + PartialEq + Debug> Machine<S> {
    /// The state after `event`, or `None` where the table has no such row.
    pub fn next(&self, state: S, event: Event) -> Option<S> {
        self.rows.iter().find(|(from, on, _)| *from == state && *on == event).map(|(_, _, to)| *to)
    }

    fn markdown(&self, out: &mut String) {
        let _ = writeln!(out, "## {}\n\n| from | event | to |\n|---|---|---|", self.name);
        for (from, event, to) in self.rows {
            let _ = writeln!(out, "| {from:?} | {event:?} | {to:?} |");
        }
        out.push('\n');
    }
}

/// `trade_order.order_status`.
pub const ORDER: Machine<OrderStatus> = Machine {
    name: "Order",
    rows: &[
        (OrderStatus::Unconfirmed, Event::Confirm, OrderStatus::Confirmed),
        (OrderStatus::Unconfirmed, Event::Refuse, OrderStatus::Invalid),
        (OrderStatus::Unconfirmed, Event::Cancel, OrderStatus::Cancelled),
        (OrderStatus::Confirmed, Event::Cancel, OrderStatus::Cancelled),
        (OrderStatus::Confirmed, Event::Refund, OrderStatus::Refunded),
    ],
};

/// `trade_order.pay_status`.
pub const PAYING: Machine<PayStatus> = Machine {
    name: "Paying an order",
    rows: &[
        (PayStatus::Unpaid, Event::Start, PayStatus::Paying),
        (PayStatus::Paying, Event::Start, PayStatus::Paying),
        (PayStatus::Paying, Event::AttemptsOver, PayStatus::Unpaid),
        (PayStatus::Unpaid, Event::Succeed, PayStatus::Paid),
        (PayStatus::Paying, Event::Succeed, PayStatus::Paid),
    ],
};

/// `trade_order.shipping_status`.
pub const SHIPPING: Machine<ShippingStatus> = Machine {
    name: "Shipping an order",
    rows: &[
        (ShippingStatus::NotShipped, Event::Ship, ShippingStatus::Shipped),
        (ShippingStatus::Shipped, Event::Receive, ShippingStatus::Received),
        (ShippingStatus::Shipped, Event::Return, ShippingStatus::Returned),
        (ShippingStatus::Received, Event::Return, ShippingStatus::Returned),
    ],
};

/// `trade_pay.pay_state`. Money that comes late still comes: every open or closed attempt can succeed.
pub const PAYMENT: Machine<PaymentState> = Machine {
    name: "Payment attempt",
    rows: &[
        (PaymentState::Pending, Event::Succeed, PaymentState::Succeeded),
        (PaymentState::Pending, Event::Fail, PaymentState::Failed),
        (PaymentState::Pending, Event::Close, PaymentState::Closed),
        (PaymentState::Pending, Event::LoseSight, PaymentState::Unknown),
        (PaymentState::Unknown, Event::Succeed, PaymentState::Succeeded),
        (PaymentState::Unknown, Event::Fail, PaymentState::Failed),
        (PaymentState::Unknown, Event::Close, PaymentState::Closed),
        (PaymentState::Failed, Event::Succeed, PaymentState::Succeeded),
        (PaymentState::Closed, Event::Succeed, PaymentState::Succeeded),
        (PaymentState::Succeeded, Event::RefundPart, PaymentState::PartiallyRefunded),
        (PaymentState::PartiallyRefunded, Event::RefundPart, PaymentState::PartiallyRefunded),
        (PaymentState::Succeeded, Event::Refund, PaymentState::Refunded),
        (PaymentState::PartiallyRefunded, Event::Refund, PaymentState::Refunded),
    ],
};

/// `trade_refund.refund_state`. Refunds that start by themselves begin approved.
pub const REFUND: Machine<RefundState> = Machine {
    name: "Refund",
    rows: &[
        (RefundState::Requested, Event::Approve, RefundState::Approved),
        (RefundState::Requested, Event::Reject, RefundState::Rejected),
        (RefundState::Approved, Event::Submit, RefundState::Processing),
        (RefundState::Processing, Event::Submit, RefundState::Processing),
        (RefundState::Approved, Event::Succeed, RefundState::Succeeded),
        (RefundState::Processing, Event::Succeed, RefundState::Succeeded),
        (RefundState::Approved, Event::Fail, RefundState::Failed),
        (RefundState::Processing, Event::Fail, RefundState::Failed),
        (RefundState::Failed, Event::Submit, RefundState::Processing),
        (RefundState::Failed, Event::Succeed, RefundState::Succeeded),
        (RefundState::Failed, Event::Abandon, RefundState::Abandoned),
    ],
};

/// All tables as Markdown, for docs/state-machines.md.
pub fn tables() -> String {
    let mut out = String::from("# State machines\n\nGenerated from `crates/core/src/transition.rs`; a test compares them.\n\n");
    ORDER.markdown(&mut out);
    PAYING.markdown(&mut out);
    SHIPPING.markdown(&mut out);
    PAYMENT.markdown(&mut out);
    REFUND.markdown(&mut out);
    out
}
