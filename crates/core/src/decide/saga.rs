//! The steps of a saga: the pre-order, each participant's part, and how it ends ([`crate::saga`]).

use super::account::{credit, owed_to_balance, unknown};
use super::place::{pay_nothing, placed, store_placed};
use super::{Context, message, take};
use crate::account::MoneyCause;
use crate::command::Receipt;
use crate::coupon::Coupon;
use crate::faults;
use crate::goods::{StockCause, StockEntry};
use crate::id::OrderId;
use crate::message::{Body, Effect, InboxKey, ORDER_CANCEL, OrderCancelled, SUBSCRIPTIONS};
use crate::money::Cents;
use crate::order::{Order, OrderStatus};
use crate::rejection::{Reason, Rejection};
use crate::saga::{DebitBalance, DropOrder, PreOrder, Reckoned, RedeemCoupon, ReserveStock, ReturnBalance};
use crate::shop::{Shop, Timer};
use crate::transition::{Event, ORDER};

/// Saves the order unseen: checked against what there was to be had a moment ago.
pub(super) fn pre_order(shop: &mut Shop, pre: &PreOrder, context: &Context<'_>) -> Result<Receipt, Rejection> {
    faults::none(faults::of_order(&pre.place).into_iter().filter(|fault| fault.reason == Reason::BadParameter).collect())?;
    let quote = pre.place.basket.quote(&pre.offer, context.terms, context.now)?;
    let order = Order { status: OrderStatus::Unconfirmed, confirmed_at: None, ..placed(&pre.place, quote, context) };
    shop.timers.insert(Timer::PreOrder(order.id), Some(context.now.after(context.terms.saga_lease)));
    shop.orders.insert(order.id, order.clone());
    Ok(Receipt::Placed(Box::new(order)))
}

/// The pieces leave the stock, once for each kind of goods.
pub(super) fn reserve_stock(shop: &mut Shop, reserve: &ReserveStock, context: &Context<'_>) -> Result<Receipt, Rejection> {
    let order = reserve.order_id;
    refuse_released(shop, Effect::ReleaseStock, order)?;
    let mut left = Vec::with_capacity(reserve.lines.len());
    for line in &reserve.lines {
        let of_line = |entry: &&StockEntry| entry.order_id == Some(order) && entry.goods_id == line.goods_id;
        match shop.stock_log.iter().filter(of_line).find(|entry| entry.cause == StockCause::Order) {
            None => left.push(line.clone()),
            Some(taken) if taken.number == line.number.saturating_neg() => {}
            Some(taken) => {
                let detail = format!("order {order} has taken {} of goods {} already", taken.number.saturating_neg(), line.goods_id);
                return Err(Rejection::of_field(Reason::BadParameter, "goods_number", detail));
            }
        }
    }
    if left.is_empty() && !reserve.lines.is_empty() {
        return Ok(Receipt::Done);
    }
    let left = ReserveStock { order_id: order, lines: left };
    left.basket().check_goods(shop)?;
    take::stock(shop, order, left.lines.iter().map(|line| (line.goods_id, line.number)), context.now);
    Ok(Receipt::Done)
}

/// The coupon is the order's, once, if it pays what the order was reckoned with.
pub(super) fn redeem_coupon(shop: &mut Shop, redeem: &RedeemCoupon, context: &Context<'_>) -> Result<Receipt, Rejection> {
    refuse_released(shop, Effect::ReleaseCoupon, redeem.order_id)?;
    let id = redeem.coupon_id;
    let coupon = shop.coupons.get(&id).ok_or_else(|| Coupon::unknown(id))?;
    if coupon.held_by(redeem.order_id) {
        return Ok(Receipt::Done);
    }
    match redeem.reckoned {
        None => coupon.check_free(redeem.user_id, context.now)?,
        Some(Reckoned { goods_amount, order_amount, pays }) => {
            let now = coupon.pays(redeem.user_id, goods_amount, order_amount, context.now)?;
            if now != pays {
                return Err(Rejection::of_field(Reason::CouponNotValid, "coupon_id", format!("coupon {id} pays {now} now, not {pays}")));
            }
        }
    }
    take::coupon(shop, redeem.order_id, id, context.now);
    Ok(Receipt::Done)
}

/// The balance pays, once.
pub(super) fn debit_balance(shop: &mut Shop, debit: &DebitBalance, context: &Context<'_>) -> Result<Receipt, Rejection> {
    let (order, user) = (debit.order_id, debit.user_id);
    refuse_released(shop, Effect::ReleaseBalance, order)?;
    let of_order = |cause: MoneyCause| shop.money_log.iter().find(move |entry| entry.order_id == Some(order) && entry.cause == cause);
    if let Some(paid) = of_order(MoneyCause::Paid) {
        if (paid.user_id, paid.amount) != (user, debit.amount) {
            let detail = format!("order {order} has taken {} from user {} already", paid.amount, paid.user_id);
            return Err(Rejection::of_field(Reason::BadParameter, "money_paid", detail));
        }
        return match of_order(MoneyCause::Refunded) {
            None => Ok(Receipt::Done),
            Some(_) => Err(Rejection::new(Reason::AlreadyRefunded, format!("what order {order} took was given back"))),
        };
    }
    let account = shop.accounts.get(&user).ok_or_else(|| unknown(user))?;
    account.check_pays(debit.amount)?;
    take::balance(shop, order, user, debit.amount, context.now);
    Ok(Receipt::Done)
}

/// Back comes what the log says this order took from the balance and has not got back, once.
pub(super) fn return_balance(shop: &mut Shop, back: &ReturnBalance, context: &Context<'_>) -> Result<Receipt, Rejection> {
    let (order, user) = (back.order_id, back.user_id);
    if shop.accounts.get(&user).is_none() {
        return Err(unknown(user));
    }
    let (payer, owed) = owed_to_balance(shop, order);
    if payer != Some(user) {
        let detail = format!("order {order} took nothing from the balance of user {user}");
        return Err(Rejection::new(Reason::OrderNotRefundable, detail));
    }
    if owed <= Cents::ZERO {
        return Err(Rejection::new(Reason::AlreadyRefunded, format!("what order {order} took from the balance was given back")));
    }
    credit(shop, user, order, None, owed, context)?;
    Ok(Receipt::Done)
}

/// A participant's row for the order's `order_cancel` is the mark against a reservation that comes after its release.
fn refuse_released(shop: &Shop, effect: Effect, order: OrderId) -> Result<(), Rejection> {
    match release_mark(effect, order).and_then(|key| shop.inbox.get(&key)) {
        Some(_) => Err(Rejection::new(Reason::Busy, format!("order {order} was given up before its parts were taken; place it again"))),
        None => Ok(()),
    }
}

/// The consumer row that stands where a participant has let go of an order, or is to.
pub(crate) fn release_mark(effect: Effect, order: OrderId) -> Option<InboxKey> {
    let group = SUBSCRIPTIONS.iter().find(|known| known.effect == effect)?.group;
    Some(InboxKey { group: group.to_owned(), tag: ORDER_CANCEL.to_owned(), key: order.to_string() })
}

/// All parts are taken: the order is there for everybody to see. Confirming it again changes nothing.
pub(super) fn confirm(shop: &mut Shop, id: OrderId, context: &mut Context<'_>) -> Result<Receipt, Rejection> {
    let order = shop.orders.get(&id).ok_or_else(|| Order::unknown(id))?;
    if order.status != OrderStatus::Unconfirmed && order.is_visible() {
        return Ok(Receipt::Placed(Box::new(order.as_placed())));
    }
    let status = ORDER
        .next(order.status, Event::Confirm)
        .ok_or_else(|| Rejection::new(Reason::Busy, format!("order {id} was given up, since it took too long to place; place it again")))?;
    let mut order = Order { status, confirmed_at: Some(context.now), ..order.clone() };
    let settled = if order.pay_amount == Cents::ZERO { Some(pay_nothing(&mut order, context)?) } else { None };
    shop.timers.insert(Timer::PreOrder(id), None);
    let receipt = Receipt::Placed(Box::new(order.clone()));
    store_placed(shop, order, settled);
    Ok(receipt)
}

/// The pre-order is off, and its message lets every participant give back what it took. What is confirmed or off already stays.
pub(super) fn drop_order(shop: &mut Shop, dropped: &DropOrder, context: &mut Context<'_>) -> Result<Receipt, Rejection> {
    let id = dropped.order_id;
    let order = shop.orders.get(&id).ok_or_else(|| Order::unknown(id))?.clone();
    shop.timers.insert(Timer::PreOrder(id), None);
    if order.status != OrderStatus::Unconfirmed {
        return Ok(Receipt::Cancelled(Box::new(order)));
    }
    let status = order.status_cancelled()?;
    let body = OrderCancelled::of(&order).ok_or_else(|| Rejection::new(Reason::Internal, format!("order {id} has no lines")))?;
    let body = dropped.untouched.iter().copied().fold(body, OrderCancelled::without);
    let told = message(&Body::OrderCancelled(body), context)?;
    let reason = dropped.reason.chars().take(crate::limit::REASON).collect();
    let order = Order { status, cancelled_at: Some(context.now), cancel_reason: Some(reason), ..order };
    shop.outbox.append(told);
    shop.orders.put(id, order.clone());
    Ok(Receipt::Cancelled(Box::new(order)))
}
