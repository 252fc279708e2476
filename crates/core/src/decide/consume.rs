//! A message reaches a group: its effect and its inbox row share a commit.

use super::account::{award_score, refund_account, release_balance};
use super::cancel::{self, close_open_attempts};
use super::place::mark_paid;
use super::{Context, attempt, refund};
use crate::command::{CancelCause, CancelOrder, Consume, Consumed, Deliver, Receipt};
use crate::goods::{StockCause, StockEntry};
use crate::id::{CouponId, GoodsId, OrderId, RefundId};
use crate::message::{Body, Effect, GoodsBack, InboxKey, InboxRow, InboxState, OrderCancelled, Paid, Refunded};
use crate::order::{Order, OrderStatus, PayStatus};
use crate::payment::{Fate, Payment, PaymentLogEntry};
use crate::refund::RefundCause;
use crate::rejection::{Reason, Rejection};
use crate::shop::{Shop, Timer};

/// The longest pause between two tries of a message.
const LONGEST_BACKOFF: i64 = 10 * 60_000;

/// Tries of a message that came before what it builds on, which is no failure: with the longest pause between them, a day and more.
/// What it waits for may be in a broker's hands, or in those of a process that died with it, and has tries of its own.
const EARLY_TRIES: i64 = 160;

/// Never refuses: a failing effect becomes a row that says why and when it is tried again, or that it is dead.
pub(super) fn consume(shop: &mut Shop, consume: &Consume, context: &mut Context<'_>) -> Consumed {
    let key = consume.inbox_key();
    let earlier = shop.inbox.get(&key);
    let is_another = earlier.is_some_and(|row| row.message_id != consume.message_id);
    match earlier.map(|row| &row.state) {
        Some(InboxState::Done) => return Consumed::Already,
        // A bus that delivers again gets no further try: only a replay does.
        Some(InboxState::Dead) if !is_another => return Consumed::Dead,
        Some(InboxState::Retrying { .. } | InboxState::Dead) | None => {}
    }
    // Another message of the same key has its own tries: the first may have been no good.
    let times = earlier.filter(|_| !is_another).map_or(0, |row| row.times).saturating_add(1);
    let effect = consume.body.as_ref().map_err(Clone::clone).and_then(|body| apply(shop, consume, body, context));
    let (state, consumed, remark) = match effect {
        Ok(()) => (InboxState::Done, Consumed::Done, None),
        Err(rejection) if times >= tries(&rejection, context) => (InboxState::Dead, Consumed::Dead, Some(rejection.to_string())),
        Err(rejection) => {
            let doublings = times.saturating_sub(1).clamp(0, 20);
            let pause = context.terms.message_backoff.saturating_mul(1 << doublings).min(LONGEST_BACKOFF);
            let due = context.now.after(pause);
            (InboxState::Retrying { due }, Consumed::Retry(due), Some(rejection.to_string()))
        }
    };
    let row = InboxRow {
        key: key.clone(),
        message_id: consume.message_id.clone(),
        topic: consume.subscription.topic.to_owned(),
        body: consume.raw.clone(),
        state,
        times,
        at: context.now,
        remark: remark.map(|text| text.chars().take(500).collect()),
        trace: consume.trace,
    };
    shop.inbox.put(key, row);
    consumed
}

/// After so many tries a message that is refused for this is dead.
fn tries(rejection: &Rejection, context: &Context<'_>) -> i64 {
    if rejection.reason == Reason::NotYet { EARLY_TRIES } else { context.terms.message_tries }
}

/// To each group in turn; whatever becomes of it there, the group has a row for it now, so the message is sent.
pub(super) fn deliver(shop: &mut Shop, deliver: &Deliver, context: &mut Context<'_>) -> Receipt {
    let mut taken = Vec::with_capacity(deliver.consumes.len());
    for (one, trace) in &deliver.consumes {
        context.trace = *trace;
        taken.push(consume(shop, one, context));
    }
    shop.sent.push(deliver.message_id);
    Receipt::Delivered(taken)
}

/// A dead message starts again with all its tries.
pub(super) fn replay(shop: &mut Shop, key: &InboxKey, context: &Context<'_>) -> Result<Receipt, Rejection> {
    let row = shop
        .inbox
        .get(key)
        .ok_or_else(|| Rejection::new(Reason::MessageUnknown, format!("group {} has no message {} {}", key.group, key.tag, key.key)))?;
    if row.state != InboxState::Done
        && let Some(row) = shop.inbox.change(key)
    {
        row.state = InboxState::Retrying { due: context.now };
        row.times = 0;
    }
    Ok(Receipt::Done)
}

fn apply(shop: &mut Shop, consume: &Consume, body: &Body, context: &mut Context<'_>) -> Result<(), Rejection> {
    match (consume.subscription.effect, body) {
        (Effect::ReleaseCoupon, Body::OrderCancelled(body)) => release_coupon(shop, body.coupon_id, body.order_id),
        (Effect::ReturnCoupon, Body::GoodsBack(body)) => release_coupon(shop, body.coupon_id, body.order_id),
        (Effect::ReturnStock, Body::GoodsBack(body)) => return_stock(shop, body, context),
        (Effect::ReleaseStock, Body::OrderCancelled(body)) => release_stock(shop, body, context),
        (Effect::CancelOrder, Body::OrderCancelled(body)) => cancel_order(shop, body, context),
        (Effect::ReleaseBalance, Body::OrderCancelled(body)) => release_balance(shop, body, context),
        (Effect::PayOrder, Body::Paid(body)) => pay_order(shop, body, consume.seen.as_deref(), context),
        (Effect::AwardScore, Body::Paid(body)) => award_score(shop, body, context),
        (Effect::RefundAccount, Body::Refunded(body)) => refund_account(shop, body, context),
        (Effect::LogPayment, Body::Paid(body)) => log_payment(shop, body, context),
        (Effect::LogRefund, Body::Refunded(body)) => log_refund(shop, body, context),
        _ => Err(Rejection::new(Reason::BodyEmpty, "the body is not the one this group expects")),
    }
}

/// Free again, if this order holds it.
fn release_coupon(shop: &mut Shop, coupon: Option<CouponId>, order: OrderId) -> Result<(), Rejection> {
    let Some(id) = coupon else { return Ok(()) };
    let coupon = shop.coupons.get(&id).ok_or_else(|| Rejection::new(Reason::CouponUnknown, format!("there is no coupon {id}")))?;
    if coupon.held_by(order)
        && let Some(coupon) = shop.coupons.change(&id)
    {
        coupon.used = None;
    }
    Ok(())
}

/// Pieces of each goods that this order has taken and not given back, as the log says.
fn owed_by(shop: &Shop, order: OrderId) -> Vec<(GoodsId, i64)> {
    let mut owed: Vec<(GoodsId, i64)> = Vec::new();
    for entry in shop.stock_log.iter().filter(|entry| entry.order_id == Some(order)) {
        match owed.iter_mut().find(|(id, _)| *id == entry.goods_id) {
            Some((_, number)) => *number = number.saturating_sub(entry.number),
            None => owed.push((entry.goods_id, entry.number.saturating_neg())),
        }
    }
    owed.retain(|(_, number)| *number > 0);
    owed
}

/// Back comes exactly what the log says this order took, once.
fn release_stock(shop: &mut Shop, body: &OrderCancelled, context: &Context<'_>) -> Result<(), Rejection> {
    let owed = owed_by(shop, body.order_id);
    give_back_stock(shop, body.order_id, None, owed, context)
}

/// The pieces of a refund come back, at most what the log says the order still has.
fn return_stock(shop: &mut Shop, body: &GoodsBack, context: &Context<'_>) -> Result<(), Rejection> {
    if shop.stock_log.iter().any(|entry| entry.order_id == Some(body.order_id) && entry.refund_id == Some(body.refund_id)) {
        return Ok(());
    }
    let mut owed = owed_by(shop, body.order_id);
    for (goods, number) in &mut owed {
        let named = body.lines.iter().find(|line| line.goods_id == *goods).map_or(0, |line| line.goods_num);
        *number = named.min(*number);
    }
    owed.retain(|(_, number)| *number > 0);
    give_back_stock(shop, body.order_id, Some(body.refund_id), owed, context)
}

fn give_back_stock(
    shop: &mut Shop,
    order: OrderId,
    refund: Option<RefundId>,
    owed: Vec<(GoodsId, i64)>,
    context: &Context<'_>,
) -> Result<(), Rejection> {
    let mut after = Vec::with_capacity(owed.len());
    for (id, number) in &owed {
        let goods = shop.goods.get(id).ok_or_else(|| {
            Rejection::new(Reason::GoodsUnknown, format!("order {order} took goods {id}, which the message does not name"))
        })?;
        after.push(goods.stock_after(*number)?);
    }
    let cause = if refund.is_some() { StockCause::Return } else { StockCause::Release };
    for ((id, number), stock) in owed.into_iter().zip(after) {
        if let Some(goods) = shop.goods.change(&id) {
            goods.stock = stock;
        }
        let order_id = Some(order);
        shop.stock_log.append(StockEntry { goods_id: id, order_id, refund_id: refund, number, cause, reason: None, at: context.now });
    }
    Ok(())
}

/// Where the order lives here it is usually cancelled already; a pre-order of the saga is cancelled now.
fn cancel_order(shop: &mut Shop, body: &OrderCancelled, context: &mut Context<'_>) -> Result<(), Rejection> {
    let order = shop.orders.get(&body.order_id).ok_or_else(|| Order::unknown(body.order_id))?;
    match order.status {
        OrderStatus::Cancelled | OrderStatus::Invalid | OrderStatus::Refunded => Ok(()),
        OrderStatus::Unconfirmed => {
            let status = order.status_cancelled()?;
            if let Some(order) = shop.orders.change(&body.order_id) {
                order.status = status;
                order.cancelled_at = Some(context.now);
            }
            Ok(())
        }
        OrderStatus::Confirmed if order.pay_status == PayStatus::Paid => order.status_cancelled().map(drop),
        OrderStatus::Confirmed => {
            let cancel =
                CancelOrder { order_id: body.order_id, cause: CancelCause::Shop, reason: Some("called off by message".to_owned()) };
            cancel::cancel(shop, &cancel, context).map(drop)
        }
    }
}

/// The first success wins. What comes late or second goes back whole, and both are told apart here alone.
/// A message alone is not believed: where the note does not say that the money came, `seen` must, which is the pay role's own row.
fn pay_order(shop: &mut Shop, body: &Paid, seen: Option<&Payment>, context: &mut Context<'_>) -> Result<(), Rejection> {
    let order = shop.orders.get(&body.order_id).ok_or_else(|| Order::unknown(body.order_id))?;
    let payment = shop
        .payments
        .get(&body.pay_id)
        .filter(|payment| payment.order_id == body.order_id)
        .ok_or_else(|| Rejection::new(Reason::PaymentUnknown, format!("order {} has no payment {}", body.order_id, body.pay_id)))?;
    if payment.fate != Fate::Open {
        return Ok(());
    }
    let confirmed = seen.filter(|seen| seen.has_had(payment));
    if order.status == OrderStatus::Unconfirmed || !payment.has_money() && confirmed.is_none() {
        return Err(Rejection::new(
            Reason::NotYet,
            format!("order {} is {:?}, payment {} is {:?}", order.id, order.status, payment.id, payment.state),
        ));
    }
    if body.pay_amount != payment.amount {
        return Err(Rejection::new(
            Reason::AmountWrong,
            format!("the message speaks of {}, the payment is over {}", body.pay_amount, payment.amount),
        ));
    }
    let (pays, has_money) = (payment.amount, payment.has_money());
    let refused = order.payable().err().map(|rejection| rejection.reason);
    let fits = order.pay_amount == pays;
    if let Some(seen) = confirmed.filter(|_| !has_money) {
        attempt::note(shop, seen, context)?;
    }
    if refused.is_none() && fits {
        let now = context.now;
        if let Some(order) = shop.orders.change(&body.order_id) {
            mark_paid(order, body.pay_id, now);
        }
        if let Some(payment) = shop.payments.change(&body.pay_id) {
            payment.fate = Fate::Kept;
        }
        close_open_attempts(shop, body.order_id, now);
        shop.timers.insert(Timer::OrderTimeout(body.order_id), None);
    } else {
        let cause = if refused == Some(Reason::AlreadyPaid) { RefundCause::Second } else { RefundCause::Late };
        if let Some(payment) = shop.payments.change(&body.pay_id) {
            payment.fate = Fate::GivenBack;
        }
        refund::give_back(shop, body.pay_id, cause, context)?;
    }
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "every effect has the same shape")]
fn log_payment(shop: &mut Shop, body: &Paid, context: &Context<'_>) -> Result<(), Rejection> {
    shop.payment_log.append(PaymentLogEntry {
        payment_id: body.pay_id,
        refund_id: None,
        order_id: body.order_id,
        user_id: body.user_id,
        amount: body.pay_amount,
        at: context.now,
    });
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "every effect has the same shape")]
fn log_refund(shop: &mut Shop, body: &Refunded, context: &Context<'_>) -> Result<(), Rejection> {
    shop.payment_log.append(PaymentLogEntry {
        payment_id: body.pay_id,
        refund_id: Some(body.refund_id),
        order_id: body.order_id,
        user_id: Some(body.user_id),
        amount: body.refund_amount,
        at: context.now,
    });
    Ok(())
}
