//! Refunds: asked for, decided on, handed to the platform, settled.

use super::pay::{self, LONGEST_PAUSE};
use super::{Context, message};
use crate::command::{FinishRefund, HandleRefund, Receipt, RefundOutcome, RefundStep, RequestRefund};
use crate::faults;
use crate::id::{PaymentId, RefundId, Timestamp};
use crate::message::{Body, CancelledLine, GoodsBack, Message, Refunded};
use crate::money::Cents;
use crate::order::{Order, OrderStatus, PayStatus, ShippingStatus};
use crate::part::Parts;
use crate::payment::Payment;
use crate::refund::{MAX_REFUNDS, Refund, RefundCause, RefundState};
use crate::refundable::{Portion, Refundable, Wanted, all_goods_back, all_money_back};
use crate::rejection::{Reason, Rejection};
use crate::shop::{Shop, Timer};
use crate::transition::{Event, ORDER, PAYMENT};

/// The shortest pause between two words with a platform about a refund.
const SHORTEST_PAUSE: i64 = 2_000;

/// Somebody asks for money back: it is reserved at once, and waits for the shop's word.
pub(super) fn request(shop: &mut Shop, request: &RequestRefund, context: &mut Context<'_>) -> Result<Receipt, Rejection> {
    faults::none(faults::of_refund(request))?;
    let order = shop
        .orders
        .get(&request.order_id)
        .filter(|order| request.user_id.is_none_or(|user| user == order.user_id))
        .ok_or_else(|| Order::unknown(request.order_id))?;
    let refuse = |why: &str| Err(Rejection::new(Reason::OrderNotRefundable, format!("order {} {why}", order.id)));
    match (order.status, order.pay_status) {
        // what an amount that was rejected after the last piece leaves can still be asked for
        (OrderStatus::Confirmed | OrderStatus::Refunded, PayStatus::Paid) => {}
        (OrderStatus::Confirmed, _) => return refuse("is not paid; cancel it instead"),
        _ => return refuse("is not open"),
    }
    let others: Vec<&Refund> = shop.refunds_of(order.id).collect();
    let portion = Refundable::of(order, others.iter().copied()).portion(&request.wanted)?;
    let shipped = order.shipping_status != ShippingStatus::NotShipped;
    let reason = Some(request.reason.clone());
    let asked = Asked { id: request.refund_id, cause: RefundCause::Request, reason, return_goods: request.return_goods && shipped };
    let refund = of_order(order, &others, asked, portion, context.now)?;
    shop.refunds.insert(refund.id, refund.clone());
    Ok(Receipt::Refund(Box::new(refund)))
}

/// A paid order that was never shipped is called off: all that is left goes back, and nobody has to agree (api.md, Rules).
pub(super) fn cancel_paid(shop: &mut Shop, order: &Order, reason: Option<&str>, context: &mut Context<'_>) -> Result<Receipt, Rejection> {
    let refuse = |why: &str| Err(Rejection::new(Reason::OrderNotCancellable, format!("order {} {why}", order.id)));
    if shop.refunds_of(order.id).any(|refund| refund.cause == RefundCause::Cancel && refund.holds()) {
        return Ok(Receipt::Cancelled(Box::new(order.clone())));
    }
    if order.status != OrderStatus::Confirmed {
        return refuse("is not open");
    }
    if order.shipping_status != ShippingStatus::NotShipped {
        return refuse("is shipped; ask for a refund");
    }
    let requested: Vec<RefundId> =
        shop.refunds_of(order.id).filter(|refund| refund.state == RefundState::Requested).map(|refund| refund.id).collect();
    let others: Vec<&Refund> = shop.refunds_of(order.id).filter(|refund| !requested.contains(&refund.id)).collect();
    let refundable = Refundable::of(order, others.iter().copied());
    if refundable.is_empty() {
        return refuse("is being refunded already");
    }
    let portion = refundable.portion(&Wanted::Whole)?;
    let id = RefundId::new((context.next_id)());
    let asked = Asked { id, cause: RefundCause::Cancel, reason: reason.map(str::to_owned), return_goods: false };
    let refund = of_order(order, &others, asked, portion, context.now)?;
    let mut after = order.clone();
    after.cancel_reason = reason.map(str::to_owned);
    let begun = begin(shop, after, refund, context)?;

    for id in requested {
        if let Some(refund) = shop.refunds.change(&id) {
            refund.state = refund.state_after(Event::Reject).unwrap_or(RefundState::Rejected);
            refund.remark = Some("the whole order was called off".to_owned());
            refund.finished_at = Some(context.now);
        }
    }
    let receipt = Receipt::Cancelled(Box::new(begun.order.clone()));
    begun.store(shop);
    Ok(receipt)
}

/// Money that came late or twice goes back whole, and nobody has to agree.
pub(super) fn give_back(shop: &mut Shop, payment: PaymentId, cause: RefundCause, context: &mut Context<'_>) -> Result<(), Rejection> {
    let payment = pay::find(shop, payment)?;
    let refund = Refund {
        id: RefundId::new((context.next_id)()),
        order_id: payment.order_id,
        payment_id: payment.id,
        user_id: payment.user_id,
        cause,
        state: RefundState::Approved,
        amount: payment.amount,
        channel_amount: payment.amount,
        balance_amount: Cents::ZERO,
        lines: Vec::new(),
        reason: None,
        return_goods: false,
        coupon_back: false,
        remark: None,
        created_at: context.now,
        submitted_at: Some(context.now),
        goods_back_at: None,
        finished_at: None,
    };
    shop.timers.insert(Timer::RefundSubmit(refund.id), Some(context.now));
    shop.refunds.insert(refund.id, refund);
    Ok(())
}

/// Who asks for a refund of an order, and how.
struct Asked {
    id: RefundId,
    cause: RefundCause,
    reason: Option<String>,
    return_goods: bool,
}

/// A refund of this order beside `others`, not yet agreed to. Money goes back to the channel first, up to what it paid, then to the balance.
fn of_order(order: &Order, others: &[&Refund], asked: Asked, portion: Portion, now: Timestamp) -> Result<Refund, Rejection> {
    let held = others.iter().filter(|refund| refund.is_of_order() && refund.holds()).count();
    if held >= MAX_REFUNDS && asked.cause != RefundCause::Cancel {
        return Err(Rejection::new(Reason::TooManyRefunds, format!("order {} has {MAX_REFUNDS} refunds; that is the most", order.id)));
    }
    let payment_id =
        order.kept_payment.ok_or_else(|| Rejection::new(Reason::Internal, format!("order {} is paid and keeps no payment", order.id)))?;
    let from_channel = others
        .iter()
        .filter(|refund| refund.is_of_order() && refund.holds())
        .try_fold(order.pay_amount, |left, refund| left.minus(refund.channel_amount))
        .filter(|left| !left.is_negative())
        .unwrap_or(Cents::ZERO);
    let channel_amount = portion.amount.min(from_channel);
    Ok(Refund {
        id: asked.id,
        order_id: order.id,
        payment_id,
        user_id: order.user_id,
        cause: asked.cause,
        state: RefundState::Requested,
        amount: portion.amount,
        channel_amount,
        balance_amount: portion.amount.minus(channel_amount).unwrap_or(Cents::ZERO),
        lines: portion.lines,
        reason: asked.reason,
        return_goods: asked.return_goods,
        coupon_back: false,
        remark: None,
        created_at: now,
        submitted_at: None,
        goods_back_at: None,
        finished_at: None,
    })
}

/// What a step changes, all of it reckoned before any of it is stored.
struct Change {
    order: Order,
    refund: Refund,
    payment: Option<Payment>,
    messages: Vec<Message>,
    next: Next,
}

/// When the platform is told next.
enum Next {
    /// As it was planned before.
    AsPlanned,
    /// At this moment.
    Tell(Timestamp),
    /// Never again.
    Nothing,
}

impl Change {
    fn store(self, shop: &mut Shop) {
        match self.next {
            Next::AsPlanned => {}
            Next::Tell(due) => drop(shop.timers.insert(Timer::RefundSubmit(self.refund.id), Some(due))),
            Next::Nothing => drop(shop.timers.insert(Timer::RefundSubmit(self.refund.id), None)),
        }
        if self.order.shipping_status == ShippingStatus::Returned {
            shop.timers.insert(Timer::AutoReceive(self.order.id), None);
        }
        if shop.orders.get(&self.order.id) != Some(&self.order) {
            shop.orders.put(self.order.id, self.order);
        }
        if let Some(payment) = self.payment {
            shop.payments.put(payment.id, payment);
        }
        for message in self.messages {
            shop.outbox.append(message);
        }
        shop.refunds.put(self.refund.id, self.refund);
    }
}

/// The shop agrees: stock and coupon move now, the money goes to the platform, or to the balance if the channel paid nothing of it.
fn begin(shop: &Shop, order: Order, refund: Refund, context: &mut Context<'_>) -> Result<Change, Rejection> {
    let mut refund = refund;
    refund.state = refund.state_after(Event::Approve)?;
    refund.submitted_at = Some(context.now);
    let mut messages = Vec::new();
    if order.shipping_status == ShippingStatus::NotShipped && !refund.lines.is_empty() {
        refund.goods_back_at = Some(context.now);
        let agreed_to = |other: &&Refund| other.id != refund.id && other.holds_pieces() && other.state != RefundState::Requested;
        let others = shop.refunds_of(order.id).filter(agreed_to);
        refund.coupon_back = order.coupon_id.is_some() && Refundable::of(&order, others.chain([&refund])).no_piece_left();
        messages.push(goods_back(&order, &refund, context)?);
    }
    if refund.channel_amount == Cents::ZERO {
        return succeed(shop, Change { order, refund, payment: None, messages, next: Next::Nothing }, context);
    }
    Ok(Change { order, refund, payment: None, messages, next: Next::Tell(context.now) })
}

/// The message that lets stock and coupon come back.
fn goods_back(order: &Order, refund: &Refund, context: &mut Context<'_>) -> Result<Message, Rejection> {
    let body = GoodsBack {
        refund_id: refund.id,
        order_id: order.id,
        user_id: order.user_id,
        coupon_id: order.coupon_id.filter(|_| refund.coupon_back),
        lines: refund.lines.iter().map(|line| CancelledLine { goods_id: line.goods_id, goods_num: line.number }).collect(),
    };
    message(&Body::GoodsBack(body), context)
}

/// The money is back: refund, order and payment say so, and a message tells the account and the payment log.
fn succeed(shop: &Shop, change: Change, context: &mut Context<'_>) -> Result<Change, Rejection> {
    let Change { mut order, mut refund, mut messages, .. } = change;
    refund.state = refund.state_after(Event::Succeed)?;
    refund.remark = None;
    refund.finished_at = Some(context.now);
    let mut payment = pay::find(shop, refund.payment_id)?.clone();
    let total = payment.refunded.plus(refund.channel_amount).filter(|total| *total <= payment.amount).ok_or_else(|| {
        Rejection::new(Reason::AlreadyRefunded, format!("payment {} holds no {} to give back", payment.id, refund.channel_amount))
    })?;
    if refund.channel_amount > Cents::ZERO {
        let event = if total == payment.amount { Event::Refund } else { Event::RefundPart };
        payment.state = PAYMENT
            .next(payment.state, event)
            .ok_or_else(|| Rejection::new(Reason::AlreadyRefunded, format!("payment {} has no money to give back", payment.id)))?;
        payment.refunded = total;
    }
    if refund.is_of_order() {
        order.refunded_amount = order.refunded_amount.plus(refund.amount).unwrap_or(order.refunded_amount);
        let succeeded = shop.refunds_of(order.id).filter(|other| other.state == RefundState::Succeeded).chain([&refund]);
        let due = order.shipping_status == ShippingStatus::NotShipped && !all_back(shop, &order, &refund);
        if (all_money_back(&order) && !due) || Refundable::of(&order, succeeded).no_piece_left() {
            order.status = ORDER.next(order.status, Event::Refund).unwrap_or(order.status);
        }
    }
    let body = Refunded {
        refund_id: refund.id,
        pay_id: payment.id,
        order_id: refund.order_id,
        user_id: refund.user_id,
        pay_amount: payment.amount,
        refund_amount: refund.channel_amount,
        balance_amount: Some(refund.balance_amount),
        refunded_total: total,
    };
    messages.push(message(&Body::Refunded(body), context)?);
    Ok(Change { order, refund, payment: Some(payment), messages, next: Next::Nothing })
}

/// The shop decides on a refund. Deciding the same again changes nothing.
pub(super) fn handle(shop: &mut Shop, handle: &HandleRefund, context: &mut Context<'_>) -> Result<Receipt, Rejection> {
    let (order, refund) = find(shop, handle.refund_id)?;
    let change = match &handle.step {
        RefundStep::Approve if refund.is_approved() && refund.cause == RefundCause::Request => None,
        RefundStep::Approve => Some(begin(shop, order, refund.clone(), context)?),
        RefundStep::Reject { reason } => reject(order, &refund, reason, context)?,
        RefundStep::Retry => retry(order, &refund, context)?,
        RefundStep::Abandon => abandon(order, &refund, context)?,
        RefundStep::GoodsReceived => goods_received(shop, order, &refund, context)?,
    };
    let Some(change) = change else { return Ok(Receipt::Refund(Box::new(refund))) };
    let receipt = Receipt::Refund(Box::new(change.refund.clone()));
    change.store(shop);
    Ok(receipt)
}

fn reject(order: Order, refund: &Refund, reason: &str, context: &Context<'_>) -> Result<Option<Change>, Rejection> {
    faults::none(faults::of_refusal(reason))?;
    if refund.state == RefundState::Rejected {
        return Ok(None);
    }
    let mut refund = refund.clone();
    refund.state = refund.state_after(Event::Reject)?;
    refund.remark = Some(reason.to_owned());
    refund.finished_at = Some(context.now);
    Ok(Some(Change { order, refund, payment: None, messages: Vec::new(), next: Next::AsPlanned }))
}

fn retry(order: Order, refund: &Refund, context: &Context<'_>) -> Result<Option<Change>, Rejection> {
    if refund.state == RefundState::Processing {
        return Ok(None);
    }
    if refund.state != RefundState::Failed {
        return Err(wrong(refund, "only a failed refund is tried again"));
    }
    let mut refund = refund.clone();
    refund.state = refund.state_after(Event::Submit)?;
    refund.submitted_at = Some(context.now);
    refund.finished_at = None;
    Ok(Some(Change { order, refund, payment: None, messages: Vec::new(), next: Next::Tell(context.now) }))
}

fn abandon(order: Order, refund: &Refund, context: &Context<'_>) -> Result<Option<Change>, Rejection> {
    if refund.state == RefundState::Abandoned {
        return Ok(None);
    }
    if !refund.is_of_order() {
        return Err(wrong(refund, "money that came late or twice is not the shop's; retry it until the platform takes it"));
    }
    let state = refund.state_after(Event::Abandon).map_err(|_| wrong(refund, "only a failed refund can be given up"))?;
    let refund = Refund { state, finished_at: Some(context.now), ..refund.clone() };
    Ok(Some(Change { order, refund, payment: None, messages: Vec::new(), next: Next::AsPlanned }))
}

/// Shipped goods are here again: the stock gets them, and an order that has all of its goods back is returned.
fn goods_received(shop: &Shop, order: Order, refund: &Refund, context: &mut Context<'_>) -> Result<Option<Change>, Rejection> {
    if !refund.return_goods {
        return Err(wrong(refund, "no goods come back with it: it was not asked for with return_goods"));
    }
    if refund.goods_back_at.is_some() {
        return Ok(None);
    }
    if !refund.is_approved() {
        return Err(wrong(refund, "only goods of a refund that was approved, and not given up, come back with it"));
    }
    let (mut order, mut refund) = (order, refund.clone());
    refund.goods_back_at = Some(context.now);
    if all_back(shop, &order, &refund) {
        order.shipping_status = order.shipping_after(Event::Return, Reason::RefundStateWrong)?;
    }
    let messages = vec![goods_back(&order, &refund, context)?];
    Ok(Some(Change { order, refund, payment: None, messages, next: Next::AsPlanned }))
}

/// Is every piece of the order in the stock again, those of `refund`, as it will be stored, among them?
fn all_back(shop: &Shop, order: &Order, refund: &Refund) -> bool {
    all_goods_back(order, shop.refunds_of(order.id).filter(|other| other.id != refund.id).chain([refund]))
}

/// The platform was told to give money back.
pub(super) fn finish(shop: &mut Shop, finish: &FinishRefund, context: &mut Context<'_>) -> Result<Receipt, Rejection> {
    let (order, refund) = find(shop, finish.refund_id)?;
    let event = match &finish.outcome {
        RefundOutcome::Succeeded => Event::Succeed,
        RefundOutcome::Failed(_) => Event::Fail,
        RefundOutcome::Processing | RefundOutcome::Unreachable(_) => Event::Submit,
    };
    let known = Receipt::Refund(Box::new(refund.clone()));
    // a word that comes late: only a person takes up again what failed
    if refund.state == RefundState::Failed && event == Event::Submit {
        return Ok(known);
    }
    let Ok(state) = refund.state_after(event) else { return Ok(known) };
    let change = Change { order, refund, payment: None, messages: Vec::new(), next: Next::Nothing };
    let change =
        if state == RefundState::Succeeded { succeed(shop, change, context)? } else { unfinished(change, state, &finish.outcome, context) };
    let receipt = Receipt::Refund(Box::new(change.refund.clone()));
    let told = (change.refund.state == RefundState::Succeeded && !context.parts.hold(Parts::PAYMENTS)).then_some(change.refund.payment_id);
    change.store(shop);
    if let Some(payment) = told {
        // the pay role's row is to show what went back
        shop.timers.insert(Timer::PaymentCheck(payment), Some(context.now));
    }
    Ok(receipt)
}

/// Not there yet: it is asked again, ever more rarely; a platform that takes too long is a person's business.
fn unfinished(change: Change, state: RefundState, outcome: &RefundOutcome, context: &Context<'_>) -> Change {
    let mut refund = change.refund;
    let told = match outcome {
        RefundOutcome::Failed(why) | RefundOutcome::Unreachable(why) => Some(why.as_str()),
        RefundOutcome::Succeeded | RefundOutcome::Processing => None,
    };
    let since = refund.submitted_at.unwrap_or(refund.created_at);
    let waited = context.now.millis().saturating_sub(since.millis());
    let over = state == RefundState::Failed || waited >= context.terms.refund_patience;
    refund.state = if over { RefundState::Failed } else { state };
    let remark = match told {
        Some(why) => Some(why.to_owned()),
        None => over.then(|| "the platform has not finished it in time; look there, then retry".to_owned()),
    };
    refund.remark = remark.map(|text| text.chars().take(255).collect());
    refund.finished_at = over.then_some(context.now);
    let pause = (waited >> 1).clamp(SHORTEST_PAUSE, LONGEST_PAUSE);
    Change { refund, next: if over { Next::Nothing } else { Next::Tell(context.now.after(pause)) }, ..change }
}

fn find(shop: &Shop, id: RefundId) -> Result<(Order, Refund), Rejection> {
    let refund = shop.refunds.get(&id).ok_or_else(|| Refund::unknown(id))?;
    let order = shop.orders.get(&refund.order_id).ok_or_else(|| Order::unknown(refund.order_id))?;
    Ok((order.clone(), refund.clone()))
}

fn wrong(refund: &Refund, why: &str) -> Rejection {
    Rejection::new(Reason::RefundStateWrong, format!("refund {} is {:?}: {why}", refund.id, refund.state).to_lowercase())
}
