//! One command against the batch's rows: accepted or refused on its own. A refusal changes nothing.

mod account;
mod admin;
mod attempt;
mod cancel;
mod consume;
mod pay;
mod place;
mod refund;
pub(crate) mod saga;
mod ship;
mod take;

use serde::{Deserialize, Serialize};

use crate::basket::Terms;
use crate::command::{Command, Receipt, Request};
use crate::id::Timestamp;
use crate::message::{Body, Message};
use crate::part::Parts;
use crate::recall;
use crate::rejection::{Reason, Rejection};
use crate::shop::{Remembered, Shop};
use crate::trace::Trace;

/// What a decision may use besides the rows: the moment, the terms, fresh ids.
pub struct Context<'c> {
    /// The moment of the decision.
    pub now: Timestamp,
    /// The shop's terms.
    pub terms: &'c Terms,
    /// Gives a number never given before.
    pub next_id: &'c mut (dyn FnMut() -> i64 + Send),
    /// Which rows are at hand; others are elsewhere, which does not mean that they do not exist.
    pub parts: Parts,
    /// Where the request comes from; [`decide`] sets it.
    pub trace: Option<Trace>,
}

impl<'c> Context<'c> {
    /// The context of the decisions of this moment.
    pub fn new(now: Timestamp, terms: &'c Terms, next_id: &'c mut (dyn FnMut() -> i64 + Send)) -> Self {
        Self { now, terms, next_id, parts: Parts::ALL, trace: None }
    }
}

/// An accepted command's receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What it did.
    pub receipt: Receipt,
    /// True if it was done by an earlier request with the same idempotency key.
    pub replayed: bool,
}

/// Decides one request. On `Err` the shop is as it was.
pub fn decide(shop: &mut Shop, request: &Request, context: &mut Context<'_>) -> Result<Answer, Rejection> {
    let Some((key, hash)) = &request.idempotency else {
        return traced(shop, request, context).map(|receipt| Answer { receipt, replayed: false });
    };
    let earlier = shop.remembered.get(key);
    if let Some(earlier) = earlier.filter(|earlier| !recall::came_to_nothing(shop, earlier)) {
        if earlier.request_hash != *hash {
            return Err(Rejection::new(
                Reason::KeyReused,
                format!("idempotency key {:?} came with another body before; take a new key", key.key),
            ));
        }
        return Ok(Answer { receipt: recall::recall(shop, earlier)?, replayed: true });
    }
    let instead_of = earlier.map(|earlier| earlier.receipt.clone());
    let receipt = traced(shop, request, context)?;
    if let Ok(text) = recall::remember(&receipt) {
        shop.remembered.put(key.clone(), Remembered { request_hash: hash.clone(), receipt: text, at: context.now, instead_of });
    }
    Ok(Answer { receipt, replayed: false })
}

/// Messages and timers that follow from a request carry its trace on.
fn traced(shop: &mut Shop, request: &Request, context: &mut Context<'_>) -> Result<Receipt, Rejection> {
    context.trace = request.trace;
    let set_before = std::mem::take(&mut shop.timers);
    let receipt = apply(shop, &request.command, context);
    let mut set_now = std::mem::replace(&mut shop.timers, set_before);
    if context.parts.hold_payments_alone() {
        // the order's books have the timers, and ask
        set_now.clear();
    }
    for (timer, due) in set_now {
        shop.timers.insert(timer, due);
        match request.trace {
            Some(trace) => drop(shop.timer_traces.insert(timer, trace)),
            None => drop(shop.timer_traces.remove(&timer)),
        }
    }
    receipt
}

fn apply(shop: &mut Shop, command: &Command, context: &mut Context<'_>) -> Result<Receipt, Rejection> {
    match command {
        Command::PlaceOrder(place) => place::place(shop, place, context),
        Command::PreOrder(pre) => saga::pre_order(shop, pre, context),
        Command::ReserveStock(reserve) => saga::reserve_stock(shop, reserve, context),
        Command::RedeemCoupon(redeem) => saga::redeem_coupon(shop, redeem, context),
        Command::DebitBalance(debit) => saga::debit_balance(shop, debit, context),
        Command::ReturnBalance(back) => saga::return_balance(shop, back, context),
        Command::ConfirmOrder(order) => saga::confirm(shop, *order, context),
        Command::DropOrder(dropped) => saga::drop_order(shop, dropped, context),
        Command::CancelOrder(cancel) => cancel::cancel(shop, cancel, context),
        Command::StartPayment(start) => pay::start(shop, start, context),
        Command::KeepAttempt(payment) => attempt::keep(shop, payment),
        Command::MeetAttempt(payment) => attempt::meet(shop, payment, context),
        Command::NoteAttempt(payment) => attempt::note(shop, payment, context),
        Command::RecordAction(record) => pay::record_action(shop, record),
        Command::SettlePayment(settle) => pay::settle(shop, settle, context),
        Command::CheckPayment(check) => pay::check(shop, check, context),
        Command::ShipOrder(ship) => ship::ship(shop, ship, context),
        Command::ReceiveOrder(receive) => ship::receive(shop, receive, context),
        Command::RequestRefund(request) => refund::request(shop, request, context),
        Command::HandleRefund(handle) => refund::handle(shop, handle, context),
        Command::FinishRefund(finish) => refund::finish(shop, finish, context),
        Command::Consume(consume) => Ok(Receipt::Consumed(consume::consume(shop, consume, context))),
        Command::Deliver(deliver) => Ok(consume::deliver(shop, deliver, context)),
        Command::MarkSent(message) => {
            shop.sent.push(*message);
            Ok(Receipt::Done)
        }
        Command::Replay(key) => consume::replay(shop, key, context),
        Command::RegisterUser(register) => admin::register(shop, register),
        Command::CreateGoods(goods) => admin::create_goods(shop, goods),
        Command::EditGoods(edit) => admin::edit_goods(shop, edit),
        Command::CorrectStock(correct) => admin::correct_stock(shop, correct, context),
        Command::CreateCoupon(coupon) => admin::create_coupon(shop, coupon, context),
        Command::CorrectBalance(correct) => admin::correct_balance(shop, correct, context),
    }
}

/// The message for `body`, ready to be stored with the change it tells of.
fn message(body: &Body, context: &mut Context<'_>) -> Result<Message, Rejection> {
    let (topic, tag, key) = body.address();
    let json = body.to_json()?;
    let id = crate::id::MessageId::new((context.next_id)());
    Ok(Message { id, topic: topic.to_owned(), tag: tag.to_owned(), key, body: json, created_at: context.now, trace: context.trace })
}

/// A text from outside: not blank, not longer than its column.
pub(crate) fn check_text(field: &str, text: &str, longest: usize) -> Result<(), Rejection> {
    let length = text.chars().count();
    if text.trim().is_empty() {
        return Err(Rejection::of_field(Reason::BadParameter, field, "must not be empty"));
    }
    check_length(field, length, longest)
}

/// A text from outside that may be empty, but not longer than its column.
pub(crate) fn check_length(field: &str, length: usize, longest: usize) -> Result<(), Rejection> {
    if length > longest {
        return Err(Rejection::of_field(Reason::BadParameter, field, format!("has {length} characters; at most {longest} are kept")));
    }
    Ok(())
}
