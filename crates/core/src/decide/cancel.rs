//! Calling an order off: an unpaid one at once, a paid one by a refund.

use super::{Context, message, refund};
use crate::command::{CancelCause, CancelOrder, Receipt};
use crate::faults;
use crate::id::{OrderId, PaymentId, Timestamp};
use crate::message::{Body, OrderCancelled};
use crate::order::{Order, OrderStatus, PayStatus};
use crate::payment::{Fate, PaymentState};
use crate::rejection::{Reason, Rejection};
use crate::shop::{Shop, Timer};
use crate::transition::Event;

const RECHECK: i64 = 1_000;

/// The order is off at once; its message lets stock, coupon and balance come back (api.md, Rules).
pub(super) fn cancel(shop: &mut Shop, cancel: &CancelOrder, context: &mut Context<'_>) -> Result<Receipt, Rejection> {
    faults::none(faults::of_reason(cancel.reason.as_deref()))?;
    let id = cancel.order_id;
    let order = shop.orders.get(&id).filter(|order| order.is_visible()).ok_or_else(|| Order::unknown(id))?.clone();
    match &cancel.cause {
        CancelCause::User(user) if order.user_id != *user => return Err(Order::unknown(id)),
        CancelCause::Timeout => {
            let again = match timeout(shop, &order, context.now) {
                Timeout::Due => None,
                Timeout::Later(due) => Some(Some(due)),
                Timeout::Never => Some(None),
            };
            if let Some(due) = again {
                shop.timers.insert(Timer::OrderTimeout(id), due);
                return Ok(Receipt::Cancelled(Box::new(order)));
            }
        }
        CancelCause::User(_) | CancelCause::Shop => {}
    }
    if order.status == OrderStatus::Cancelled {
        return Ok(Receipt::Cancelled(Box::new(order)));
    }
    if order.pay_status == PayStatus::Paid {
        return refund::cancel_paid(shop, &order, cancel.reason.as_deref(), context);
    }
    let status = order.status_cancelled()?;
    if money_has_come(shop, id) {
        return Err(Rejection::new(Reason::OrderNotCancellable, format!("a payment for order {id} has just arrived")));
    }
    let body = OrderCancelled::of(&order).ok_or_else(|| Rejection::new(Reason::Internal, format!("order {id} has no lines")))?;
    let told = message(&Body::OrderCancelled(body), context)?;

    close_open_attempts(shop, id, context.now);
    let Some(order) = shop.orders.change(&id) else { return Err(Order::unknown(id)) };
    order.status = status;
    order.pay_status = order.pay_status_after(Event::AttemptsOver);
    order.cancelled_at = Some(context.now);
    order.cancel_reason = match cancel.cause {
        CancelCause::Timeout => Some("not paid in time".to_owned()),
        CancelCause::User(_) | CancelCause::Shop => cancel.reason.clone(),
    };
    let receipt = Receipt::Cancelled(Box::new(order.clone()));
    shop.outbox.append(told);
    shop.timers.insert(Timer::OrderTimeout(id), None);
    Ok(receipt)
}

/// What an order's timeout finds.
enum Timeout {
    /// To be cancelled now.
    Due,
    /// To be looked at again then.
    Later(Timestamp),
    /// Settled: the timeout has nothing left to do.
    Never,
}

fn timeout(shop: &Shop, order: &Order, now: Timestamp) -> Timeout {
    if order.status == OrderStatus::Cancelled || order.status_cancelled().is_err() {
        return Timeout::Never;
    }
    if money_has_come(shop, order.id) {
        return Timeout::Later(now.after(RECHECK));
    }
    order.expires_at.filter(|end| *end > now).map_or(Timeout::Due, Timeout::Later)
}

/// Has money come that the order has not heard of?
fn money_has_come(shop: &Shop, order: OrderId) -> bool {
    shop.attempts(order).any(|attempt| attempt.has_money() && attempt.fate == Fate::Open)
}

/// Closes every open attempt here and lets a worker close it at its platform.
pub(super) fn close_open_attempts(shop: &mut Shop, order: OrderId, now: Timestamp) {
    let open: Vec<PaymentId> = shop.attempts(order).filter(|attempt| attempt.is_open()).map(|attempt| attempt.id).collect();
    for id in open {
        if let Some(attempt) = shop.payments.change(&id) {
            attempt.state = PaymentState::Closed;
            attempt.closed_at = Some(now);
            attempt.close_wanted = true;
        }
        shop.timers.insert(Timer::PaymentCheck(id), Some(now));
    }
}
