//! Placing an order and calling it off.

use super::{Context, check_length, check_text, message};
use crate::account::{MoneyCause, MoneyEntry};
use crate::basket::Quote;
use crate::command::{CancelCause, CancelOrder, PlaceOrder, Receipt};
use crate::coupon::CouponUse;
use crate::goods::{StockCause, StockEntry};
use crate::id::{OrderId, PaymentId, Timestamp};
use crate::limit;
use crate::message::{Body, Message, OrderCancelled, Paid};
use crate::money::Cents;
use crate::order::{Order, OrderStatus, PayStatus, ShippingStatus};
use crate::payment::{Fate, NO_CHANNEL, Payment, PaymentState};
use crate::rejection::{Reason, Rejection};
use crate::shop::{Shop, Timer};
use crate::transition::Event;

const RECHECK: i64 = 1_000;

/// All parts at once: stock, coupon, balance and the order change together or not at all.
pub(super) fn place(shop: &mut Shop, place: &PlaceOrder, context: &mut Context<'_>) -> Result<Receipt, Rejection> {
    check_text("address", &place.address, limit::ADDRESS)?;
    check_length("consignee", place.consignee.chars().count(), limit::CONSIGNEE)?;
    let quote = place.basket.quote(shop, context.terms, context.now)?;
    let mut order = placed(place, quote, context);
    let settled = if order.pay_amount == Cents::ZERO { Some(pay_nothing(&mut order, context)?) } else { None };

    for line in &order.lines {
        if let Some(goods) = shop.goods.change(&line.goods_id) {
            goods.stock = goods.stock.saturating_sub(line.number);
        }
        shop.stock_log.append(StockEntry {
            goods_id: line.goods_id,
            order_id: Some(order.id),
            number: line.number.saturating_neg(),
            cause: StockCause::Order,
            reason: None,
            at: context.now,
        });
    }
    if let Some(coupon) = order.coupon_id.and_then(|id| shop.coupons.change(&id)) {
        coupon.used = Some(CouponUse { order_id: Some(order.id), at: context.now });
    }
    if order.money_paid > Cents::ZERO {
        if let Some(account) = shop.accounts.change(&order.user_id) {
            account.balance = account.balance.minus(order.money_paid).unwrap_or(Cents::ZERO);
        }
        shop.money_log.append(MoneyEntry {
            user_id: order.user_id,
            order_id: Some(order.id),
            amount: order.money_paid,
            cause: MoneyCause::Paid,
            reason: None,
            at: context.now,
        });
    }
    match settled {
        Some((payment, paid)) => {
            shop.payments.insert(payment.id, payment);
            shop.outbox.append(paid);
        }
        None => drop(shop.timers.insert(Timer::OrderTimeout(order.id), order.expires_at)),
    }
    shop.orders.insert(order.id, order.clone());
    Ok(Receipt::Placed(Box::new(order)))
}

fn placed(place: &PlaceOrder, quote: Quote, context: &Context<'_>) -> Order {
    Order {
        id: place.order_id,
        user_id: place.basket.user_id,
        status: OrderStatus::Confirmed,
        pay_status: PayStatus::Unpaid,
        shipping_status: ShippingStatus::NotShipped,
        lines: quote.lines,
        goods_amount: quote.goods_amount,
        shipping_fee: quote.shipping_fee,
        order_amount: quote.order_amount,
        coupon_id: place.basket.coupon_id,
        coupon_paid: quote.coupon_paid,
        money_paid: quote.money_paid,
        pay_amount: quote.pay_amount,
        refunded_amount: Cents::ZERO,
        address: place.address.clone(),
        consignee: place.consignee.clone(),
        kept_payment: None,
        cancel_reason: None,
        created_at: context.now,
        confirmed_at: Some(context.now),
        paid_at: None,
        shipped_at: None,
        received_at: None,
        cancelled_at: None,
        expires_at: Some(context.now.after(context.terms.unpaid_timeout)),
    }
}

/// Nothing left to pay: paid at once through a payment of 0.00, so that all that follows runs as always (api.md).
fn pay_nothing(order: &mut Order, context: &mut Context<'_>) -> Result<(Payment, Message), Rejection> {
    let id = PaymentId::new((context.next_id)());
    let now = context.now;
    let body = Paid { pay_id: id, order_id: order.id, pay_amount: Cents::ZERO, is_paid: 2, user_id: Some(order.user_id) };
    let paid = message(&Body::Paid(body), context)?;
    mark_paid(order, id, now);
    let payment = Payment {
        id,
        order_id: order.id,
        user_id: order.user_id,
        amount: Cents::ZERO,
        channel: NO_CHANNEL.to_owned(),
        method: None,
        state: PaymentState::Succeeded,
        fate: Fate::Kept,
        platform_no: None,
        action: None,
        close_wanted: false,
        refunded: Cents::ZERO,
        created_at: now,
        paid_at: Some(now),
        closed_at: None,
        expires_at: order.expires_at.unwrap_or(now),
    };
    Ok((payment, paid))
}

/// The order keeps this payment.
pub(super) fn mark_paid(order: &mut Order, payment: PaymentId, now: Timestamp) {
    order.pay_status = order.pay_status_after(Event::Succeed);
    order.paid_at = Some(now);
    order.kept_payment = Some(payment);
}

/// The order is off at once; its message lets stock, coupon and balance come back (api.md, Rules).
pub(super) fn cancel(shop: &mut Shop, cancel: &CancelOrder, context: &mut Context<'_>) -> Result<Receipt, Rejection> {
    check_length("reason", cancel.reason.as_deref().map_or(0, |reason| reason.chars().count()), limit::REASON)?;
    let id = cancel.order_id;
    let order = shop.orders.get(&id).ok_or_else(|| Order::unknown(id))?.clone();
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
