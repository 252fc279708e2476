//! The tables' status codes and the core's enums: the only place that knows both.

use rocketmall_core::account::MoneyCause;
use rocketmall_core::goods::StockCause;
use rocketmall_core::order::{OrderStatus, PayStatus, ShippingStatus};
use rocketmall_core::payment::{Fate, PaymentState};
use rocketmall_core::refund::{RefundCause, RefundState};
use rocketmall_core::shop::Timer;

use rocketmall_core::id::{OrderId, PaymentId, RefundId};

use crate::messages::{InboxStage, OutboxState};

/// A status with its code. An unknown code is `None`, which the caller turns into an error.
pub(crate) trait Code: Copy + PartialEq + 'static {
    /// Every status and its code.
    const TABLE: &'static [(Self, i64)];

    fn code(self) -> i64 {
        Self::TABLE.iter().find(|(status, _)| *status == self).map_or(-1, |(_, code)| *code)
    }

    fn from_code(code: i64) -> Option<Self> {
        Self::TABLE.iter().find(|(_, known)| *known == code).map(|(status, _)| *status)
    }
}

macro_rules! codes {
    ($($name:ident { $($status:ident = $code:literal)* })*) => {$(
        impl Code for $name {
            const TABLE: &'static [(Self, i64)] = &[$(($name::$status, $code),)*];
        }
    )*};
}

codes! {
    OrderStatus { Unconfirmed = 0 Confirmed = 1 Cancelled = 2 Invalid = 3 Refunded = 4 }
    PayStatus { Unpaid = 0 Paying = 1 Paid = 2 }
    ShippingStatus { NotShipped = 0 Shipped = 1 Returned = 2 Received = 3 }
    StockCause { Opening = 0 Order = 1 Release = 2 Correction = 3 Return = 4 }
    MoneyCause { Paid = 1 Refunded = 2 Opening = 3 Correction = 4 }
    PaymentState { Pending = 0 Succeeded = 1 Failed = 2 Closed = 3 Unknown = 4 Refunded = 5 PartiallyRefunded = 6 }
    Fate { Open = 0 Kept = 1 GivenBack = 2 }
    RefundState { Approved = 0 Processing = 1 Succeeded = 2 Failed = 3 Requested = 4 Rejected = 5 Abandoned = 6 }
    OutboxState { Pending = 0 Sent = 1 Dead = 2 }
    InboxStage { Retrying = 0 Done = 1 Dead = 2 }
    RefundCause { Late = 0 Second = 1 Request = 2 Cancel = 3 }
}

/// `trade_pay.is_paid` of a payment whose money has come.
pub(crate) const HAS_MONEY: i64 = 2;

/// `trade_pay.is_paid`: 2 once money has come. Rows of the original may hold 0 for a new payment.
pub(crate) fn is_paid(state: PaymentState) -> i64 {
    match state {
        PaymentState::Succeeded | PaymentState::Refunded | PaymentState::PartiallyRefunded => HAS_MONEY,
        PaymentState::Pending | PaymentState::Failed | PaymentState::Closed | PaymentState::Unknown => 1,
    }
}

/// `trade_timer.kind` and `subject_id`.
pub(crate) fn timer_to_columns(timer: Timer) -> (i64, i64) {
    match timer {
        Timer::OrderTimeout(order) => (0, order.get()),
        Timer::PaymentCheck(payment) => (1, payment.get()),
        Timer::RefundSubmit(refund) => (2, refund.get()),
        Timer::AutoReceive(order) => (4, order.get()),
        Timer::PreOrder(order) => (5, order.get()),
    }
}

pub(crate) fn timer_from_columns(kind: i64, subject: i64) -> Option<Timer> {
    match kind {
        0 => Some(Timer::OrderTimeout(OrderId::new(subject))),
        1 => Some(Timer::PaymentCheck(PaymentId::new(subject))),
        2 => Some(Timer::RefundSubmit(RefundId::new(subject))),
        4 => Some(Timer::AutoReceive(OrderId::new(subject))),
        5 => Some(Timer::PreOrder(OrderId::new(subject))),
        _ => None,
    }
}
