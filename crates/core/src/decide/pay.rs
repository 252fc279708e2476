//! Payment attempts: opening one, and what the platform says of it.

use super::cancel::close_open_attempts;
use super::{Context, message};
use crate::command::{CheckPayment, Outcome, PlatformView, Receipt, RecordAction, SettlePayment, StartPayment};
use crate::id::{OrderId, PaymentId, Timestamp};
use crate::message::{Body, Paid};
use crate::money::Cents;
use crate::order::Order;
use crate::part::Parts;
use crate::payment::{CURRENCY, Fate, MAX_ATTEMPTS, Payment, PaymentState};
use crate::rejection::{Reason, Rejection};
use crate::shop::{Shop, Timer};
use crate::transition::{Event, PAYMENT};

/// The longest pause between two looks at a platform.
pub(super) const LONGEST_PAUSE: i64 = 5 * 60_000;

pub(super) fn start(shop: &mut Shop, start: &StartPayment, context: &mut Context<'_>) -> Result<Receipt, Rejection> {
    let order = shop
        .orders
        .get(&start.order_id)
        .filter(|order| start.user_id.is_none_or(|user| user == order.user_id))
        .ok_or_else(|| Order::unknown(start.order_id))?;
    order.payable()?;
    let (user_id, amount, order_end) = (order.user_id, order.pay_amount, order.expires_at);
    if start.seen_amount.is_some_and(|seen| seen != amount) {
        return Err(Rejection::of_field(Reason::TotalWrong, "pay_amount", format!("the amount to pay is {amount}")));
    }
    if shop.attempts(start.order_id).any(|attempt| attempt.has_money() && attempt.fate == Fate::Open) {
        return Err(Rejection::new(Reason::AlreadyPaid, format!("a payment for order {} has just arrived", start.order_id)));
    }
    let expires_at = order_end.unwrap_or_else(|| context.now.after(context.terms.unpaid_timeout));
    if expires_at <= context.now {
        return Err(Rejection::new(Reason::OrderNotPayable, format!("the time to pay order {} is over", start.order_id)));
    }
    let same = |attempt: &&Payment| attempt.is_open() && attempt.channel == start.channel && attempt.method == start.method;
    if let Some(open) = shop.attempts(start.order_id).find(same) {
        return Ok(Receipt::Started(Box::new(open.clone())));
    }
    if shop.attempts(start.order_id).count() >= MAX_ATTEMPTS {
        return Err(Rejection::new(
            Reason::TooManyAttempts,
            format!("order {} was tried {MAX_ATTEMPTS} times; place it anew", start.order_id),
        ));
    }
    let payment = Payment {
        id: start.payment_id,
        order_id: start.order_id,
        user_id,
        amount,
        channel: start.channel.clone(),
        method: start.method.clone(),
        state: PaymentState::Pending,
        fate: Fate::Open,
        platform_no: None,
        action: None,
        close_wanted: false,
        refunded: Cents::ZERO,
        created_at: context.now,
        paid_at: None,
        closed_at: None,
        expires_at,
    };
    close_open_attempts(shop, start.order_id, context.now);
    change_pay_status(shop, start.order_id, Event::Start);
    shop.timers.insert(Timer::PaymentCheck(payment.id), Some(context.now.after(context.terms.payment_query_after)));
    shop.payments.insert(payment.id, payment.clone());
    Ok(Receipt::Started(Box::new(payment)))
}

/// The first action is kept: a repeated prepay gives the same one, since the platform knows the attempt's number.
pub(super) fn record_action(shop: &mut Shop, record: &RecordAction) -> Result<Receipt, Rejection> {
    let known = find(shop, record.payment_id)?;
    if known.action.is_some() {
        return Ok(Receipt::Started(Box::new(known.clone())));
    }
    let payment = shop.payments.change(&record.payment_id).ok_or_else(|| unknown(record.payment_id))?;
    payment.action = Some(record.action.clone());
    payment.platform_no = payment.platform_no.take().or_else(|| record.platform_no.clone());
    Ok(Receipt::Started(Box::new(payment.clone())))
}

/// A notification whose signature held: it must speak of our payment, its amount and its currency.
pub(super) fn settle(shop: &mut Shop, settle: &SettlePayment, context: &mut Context<'_>) -> Result<Receipt, Rejection> {
    let payment = find(shop, settle.payment_id)?;
    if payment.channel != settle.channel || settle.order_id.is_some_and(|order| order != payment.order_id) {
        return Err(unknown(settle.payment_id));
    }
    check_money(payment, settle.amount, &settle.currency)?;
    let event = match settle.outcome {
        Outcome::Succeeded => return succeed(shop, settle.payment_id, settle.platform_no.as_deref(), context),
        Outcome::Failed => Event::Fail,
        Outcome::Closed => Event::Close,
    };
    let first = end(shop, settle.payment_id, event, context.now);
    settled(shop, settle.payment_id, first)
}

/// The platform was asked. Whatever it says, the next look is planned or given up in the same commit.
pub(super) fn check(shop: &mut Shop, check: &CheckPayment, context: &mut Context<'_>) -> Result<Receipt, Rejection> {
    let id = check.payment_id;
    let payment = find(shop, id)?.clone();
    let now = context.now;
    let over = now >= payment.expires_at || payment.close_wanted;
    match &check.view {
        PlatformView::Succeeded { amount, currency, platform_no } if check_money(&payment, *amount, currency).is_ok() => {
            succeed(shop, id, platform_no.as_deref(), context)?;
        }
        PlatformView::Failed => drop(end(shop, id, Event::Fail, now)),
        PlatformView::Closed => drop(end(shop, id, Event::Close, now)),
        PlatformView::NotFound if over => drop(end(shop, id, Event::Close, now)),
        // What the platform says of another amount or currency tells nothing of ours.
        PlatformView::Unreachable | PlatformView::Succeeded { .. } if over => {
            if let (Some(state), Some(payment)) = (PAYMENT.next(payment.state, Event::LoseSight), shop.payments.change(&id)) {
                payment.state = state;
            }
        }
        PlatformView::NotFound | PlatformView::Pending | PlatformView::Unreachable | PlatformView::Succeeded { .. } => {}
    }
    let after = find(shop, id)?.clone();
    // An answer may be older than the attempt's end: then there is nothing to look at any more.
    let again = (after.is_open() || after.close_wanted).then(|| next_look(&after, context));
    shop.timers.insert(Timer::PaymentCheck(id), again);
    Ok(Receipt::Checked(Box::new(after)))
}

/// Half the attempt's age from now, within limits: young attempts are asked for often, old ones rarely.
pub(super) fn next_look(payment: &Payment, context: &Context<'_>) -> Timestamp {
    let age = context.now.millis().saturating_sub(payment.created_at.millis());
    let pause = (age >> 1).clamp(context.terms.payment_query_after.min(LONGEST_PAUSE), LONGEST_PAUSE);
    context.now.after(pause)
}

/// The money has come: the attempt and the message that tells of it, in one commit.
fn succeed(shop: &mut Shop, id: PaymentId, platform_no: Option<&str>, context: &mut Context<'_>) -> Result<Receipt, Rejection> {
    let payment = find(shop, id)?;
    let Some(state) = PAYMENT.next(payment.state, Event::Succeed) else { return settled(shop, id, false) };
    // the order's books hear of it from whoever has the payments, and tell nobody
    let tells = context.parts.hold(Parts::PAYMENTS);
    // of the original's own attempts only the order knows whose they are
    let user_id = Some(payment.user_id).filter(|user| user.get() > 0);
    let body = Paid { pay_id: id, order_id: payment.order_id, pay_amount: payment.amount, is_paid: 2, user_id };
    let paid = if tells { Some(message(&Body::Paid(body), context)?) } else { None };
    if let Some(payment) = shop.payments.change(&id) {
        payment.state = state;
        payment.paid_at = Some(context.now);
        payment.close_wanted = false;
        if let Some(number) = platform_no {
            payment.platform_no = Some(number.to_owned());
        }
    }
    shop.outbox_extend(paid);
    shop.timers.insert(Timer::PaymentCheck(id), None);
    settled(shop, id, true)
}

/// The attempt ended without money. True if this was news.
fn end(shop: &mut Shop, id: PaymentId, event: Event, now: Timestamp) -> bool {
    let Some(known) = shop.payments.get(&id) else { return false };
    let (order, state, told) = (known.order_id, PAYMENT.next(known.state, event), known.close_wanted);
    if state.is_some() || told {
        if let Some(payment) = shop.payments.change(&id) {
            payment.state = state.unwrap_or(payment.state);
            payment.closed_at = payment.closed_at.or(Some(now));
            payment.close_wanted = false;
        }
        shop.timers.insert(Timer::PaymentCheck(id), None);
    }
    if state.is_some() && !shop.attempts(order).any(Payment::is_open) {
        change_pay_status(shop, order, Event::AttemptsOver);
    }
    state.is_some()
}

pub(super) fn change_pay_status(shop: &mut Shop, order: OrderId, event: Event) {
    let Some(before) = shop.orders.get(&order) else { return };
    let after = before.pay_status_after(event);
    if after != before.pay_status
        && let Some(order) = shop.orders.change(&order)
    {
        order.pay_status = after;
    }
}

fn check_money(payment: &Payment, amount: Cents, currency: &str) -> Result<(), Rejection> {
    if currency != CURRENCY {
        return Err(Rejection::of_field(Reason::CurrencyWrong, "currency", format!("payment {} is in {CURRENCY}", payment.id)));
    }
    if amount != payment.amount {
        return Err(Rejection::of_field(Reason::AmountWrong, "amount", format!("payment {} is over another amount", payment.id)));
    }
    Ok(())
}

fn settled(shop: &Shop, id: PaymentId, first: bool) -> Result<Receipt, Rejection> {
    Ok(Receipt::Settled { payment: Box::new(find(shop, id)?.clone()), first })
}

pub(super) fn find(shop: &Shop, id: PaymentId) -> Result<&Payment, Rejection> {
    shop.payments.get(&id).ok_or_else(|| unknown(id))
}

pub(super) fn unknown(id: PaymentId) -> Rejection {
    Rejection::new(Reason::PaymentUnknown, format!("there is no payment {id}"))
}
