//! What must hold over all rows of a shop that is held wholly in memory. `verify` asks the same of a database.

use std::collections::BTreeMap;

use crate::account::MoneyCause;
use crate::id::GoodsId;
use crate::message::{InboxState, subscribers};
use crate::money::Cents;
use crate::order::{Order, OrderStatus, PayStatus, ShippingStatus};
use crate::payment::{Fate, Payment};
use crate::refund::{Refund, RefundState};
use crate::refundable::paid;
use crate::shop::{Shop, Timer};

/// Every violation, each with the invariant's number and the offending id. `settled`: nothing is under way any more.
pub fn check(shop: &Shop, settled: Settled) -> Vec<String> {
    let mut found = Vec::new();
    stock(shop, &mut found);
    accounts(shop, &mut found);
    coupons(shop, &mut found);
    payments(shop, &mut found);
    refunds(shop, &mut found);
    timers(shop, &mut found);
    if settled == Settled::Yes {
        at_rest(shop, &mut found);
    }
    found
}

/// Whether messages and timers may still be under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// Everything has run to its end.
    Yes,
    /// Something may be under way.
    NotYet,
}

fn stock(shop: &Shop, found: &mut Vec<String>) {
    let mut sums: BTreeMap<_, i64> = BTreeMap::new();
    for entry in shop.stock_log.iter() {
        let sum = sums.entry(entry.goods_id).or_default();
        *sum = sum.saturating_add(entry.number);
    }
    for (id, goods) in shop.goods.iter() {
        let sum = sums.get(id).copied().unwrap_or(0);
        if goods.stock != sum || goods.stock < 0 {
            found.push(format!("I1: goods {id} have stock {}, their log says {sum}", goods.stock));
        }
    }
}

fn accounts(shop: &Shop, found: &mut Vec<String>) {
    let mut money: BTreeMap<_, i64> = BTreeMap::new();
    for entry in shop.money_log.iter() {
        let sum = money.entry(entry.user_id).or_default();
        let amount = entry.amount.get();
        *sum = if entry.cause == MoneyCause::Paid { sum.saturating_sub(amount) } else { sum.saturating_add(amount) };
    }
    let mut points: BTreeMap<_, i64> = BTreeMap::new();
    for entry in shop.score_log.iter() {
        let sum = points.entry(entry.user_id).or_default();
        *sum = sum.saturating_add(entry.points);
    }
    for (id, account) in shop.accounts.iter() {
        let (balance, score) = (money.get(id).copied().unwrap_or(0), points.get(id).copied().unwrap_or(0));
        if account.balance.get() != balance || balance < 0 {
            found.push(format!("I2: user {id} has balance {}, the log says {}", account.balance, Cents::new(balance)));
        }
        if account.score != score || score < 0 {
            found.push(format!("I2: user {id} has score {}, the log says {score}", account.score));
        }
    }
}

fn coupons(shop: &Shop, found: &mut Vec<String>) {
    for (id, coupon) in shop.coupons.iter() {
        let holders: Vec<_> =
            shop.orders.iter().map(|(_, order)| order).filter(|order| order.coupon_id == Some(*id) && holds_coupon(shop, order)).collect();
        let held_right = match (holders.as_slice(), coupon.used) {
            ([], None) => true,
            ([holder], Some(_)) => coupon.held_by(holder.id),
            // between the cancel or the refund and its message
            ([], Some(held)) => held.order_id.and_then(|order| shop.orders.get(&order)).is_some_and(|order| !holds_coupon(shop, order)),
            _ => false,
        };
        if !held_right {
            found.push(format!("I3: coupon {id} is {:?}, {} orders hold it", coupon.used, holders.len()));
        }
    }
}

/// An order holds its coupon while it stands and no refund has given the coupon back.
fn holds_coupon(shop: &Shop, order: &Order) -> bool {
    matches!(order.status, OrderStatus::Confirmed | OrderStatus::Refunded) && !shop.refunds_of(order.id).any(|refund| refund.coupon_back)
}

fn payments(shop: &Shop, found: &mut Vec<String>) {
    for (id, order) in shop.orders.iter() {
        let kept: Vec<_> = shop.attempts(*id).filter(|attempt| attempt.fate == Fate::Kept).collect();
        let right = match (order.pay_status, kept.as_slice()) {
            (PayStatus::Paid, [payment]) => payment.amount == order.pay_amount && order.kept_payment == Some(payment.id),
            (PayStatus::Paid, _) => false,
            (_, kept) => kept.is_empty(),
        };
        if !right {
            found.push(format!("I4: order {id} is {:?} and keeps {} payments", order.pay_status, kept.len()));
        }
    }
    for (id, payment) in shop.payments.iter().filter(|(_, payment)| payment.fate == Fate::GivenBack) {
        let refunds = sum(shop.refunds_of(payment.order_id).filter(|refund| refund.payment_id == *id && !refund.is_of_order()), |refund| {
            refund.amount
        });
        if refunds != payment.amount.get() || payment.refunded > payment.amount {
            found.push(format!("I4: payment {id} of {} is to go back, its refunds are {}", payment.amount, Cents::new(refunds)));
        }
    }
}

fn sum<'r>(refunds: impl Iterator<Item = &'r Refund>, amount: impl Fn(&Refund) -> Cents) -> i64 {
    refunds.fold(0_i64, |sum, refund| sum.saturating_add(amount(refund).get()))
}

/// Refunds of an order give back what it brought, never more, and its status says so.
fn refunds(shop: &Shop, found: &mut Vec<String>) {
    for (id, refund) in shop.refunds.iter() {
        let lines = refund.lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.amount.get()));
        let parts = refund.channel_amount.get().saturating_add(refund.balance_amount.get());
        if refund.amount.get() != parts || lines > refund.amount.get() || refund.balance_amount.is_negative() {
            found.push(format!(
                "I4: refund {id} of {} has parts of {} and lines of {}",
                refund.amount,
                Cents::new(parts),
                Cents::new(lines)
            ));
        }
    }
    for (id, order) in shop.orders.iter() {
        let of_order = || shop.refunds_of(*id).filter(|refund| refund.is_of_order());
        let succeeded = || of_order().filter(|refund| refund.state == RefundState::Succeeded);
        let holding = || of_order().filter(|refund| refund.holds());
        let brought = paid(order).get();
        let (from_channel, from_balance) = (sum(holding(), |refund| refund.channel_amount), sum(holding(), |refund| refund.balance_amount));
        if from_channel > order.pay_amount.get() || from_balance > order.money_paid.get() {
            found.push(format!("I4: the refunds of order {id} hold more than the {} it brought", Cents::new(brought)));
        }
        let back = sum(succeeded(), |refund| refund.amount);
        if order.refunded_amount.get() != back {
            found.push(format!("I4: order {id} says {} went back, its refunds {}", order.refunded_amount, Cents::new(back)));
        }
        let kept = order.kept_payment.and_then(|payment| shop.payments.get(&payment)).map_or(0, |payment| payment.refunded.get());
        if kept != sum(succeeded(), |refund| refund.channel_amount) {
            found.push(format!("I4: order {id} keeps a payment of which {} went back, not what its refunds say", Cents::new(kept)));
        }
        let gone = order.shipping_status != ShippingStatus::NotShipped;
        let mut whole = brought > 0 && back == brought && (gone || goods_back(order, of_order()));
        let mut pieces_gone = true;
        for line in &order.lines {
            let held = pieces(of_order().filter(|refund| refund.holds_pieces()), line.goods_id);
            if held > line.number {
                found.push(format!("I4: refunds of order {id} hold {held} of {} pieces of goods {}", line.number, line.goods_id));
            }
            pieces_gone &= pieces(succeeded(), line.goods_id) >= line.number;
        }
        whole |= pieces_gone && succeeded().next().is_some();
        if whole != (order.status == OrderStatus::Refunded) {
            found.push(format!("I4: order {id} is {:?}, {} of {} went back", order.status, Cents::new(back), Cents::new(brought)));
        }
        shipping(order, goods_back(order, of_order()), found);
    }
}

fn pieces<'r>(refunds: impl Iterator<Item = &'r Refund>, goods: GoodsId) -> i64 {
    let lines = refunds.flat_map(|refund| refund.lines.iter()).filter(|line| line.goods_id == goods);
    lines.fold(0_i64, |sum, line| sum.saturating_add(line.number))
}

/// Are all its pieces in the stock again? Counted here anew, not as the decisions count them.
fn goods_back<'r>(order: &Order, refunds: impl Iterator<Item = &'r Refund> + Clone) -> bool {
    let refunds = refunds.filter(|refund| refund.goods_back_at.is_some());
    order.lines.iter().all(|line| pieces(refunds.clone(), line.goods_id) >= line.number)
}

/// The shipping status is what happened: goods left, arrived, came back; what was refunded whole and never left is back.
fn shipping(order: &Order, back: bool, found: &mut Vec<String>) {
    let right = match order.shipping_status {
        ShippingStatus::NotShipped => {
            let kept = order.status == OrderStatus::Refunded && !back;
            order.shipped_at.is_none() && order.received_at.is_none() && !kept
        }
        ShippingStatus::Shipped => order.shipped_at.is_some() && order.received_at.is_none() && !back,
        ShippingStatus::Received => order.shipped_at.is_some() && order.received_at.is_some() && !back,
        ShippingStatus::Returned => order.shipped_at.is_some() && back,
    };
    if !right || (order.shipped_at.is_some() && order.pay_status != PayStatus::Paid) {
        found.push(format!("I4: order {} is {:?}, which is not what happened to its goods", order.id, order.shipping_status));
    }
}

/// What is in between has something that will end it.
fn timers(shop: &Shop, found: &mut Vec<String>) {
    let mut wants = |wanted: bool, timer: Timer| {
        if wanted && shop.timers.get(&timer).copied().flatten().is_none() {
            found.push(format!("I8: there is no {timer:?}, and nothing else will end what waits for it"));
        }
    };
    for (id, order) in shop.orders.iter() {
        wants(awaits_money(order), Timer::OrderTimeout(*id));
        wants(order.shipping_status == ShippingStatus::Shipped, Timer::AutoReceive(*id));
        wants(order.status == OrderStatus::Unconfirmed, Timer::PreOrder(*id));
    }
    for (id, payment) in shop.payments.iter() {
        wants(awaits_platform(payment), Timer::PaymentCheck(*id));
    }
    for (id, refund) in shop.refunds.iter() {
        wants(awaits_refund(refund.state), Timer::RefundSubmit(*id));
    }
}

fn awaits_money(order: &Order) -> bool {
    order.status == OrderStatus::Confirmed && order.pay_status != PayStatus::Paid
}

fn awaits_platform(payment: &Payment) -> bool {
    payment.is_open() || payment.close_wanted
}

fn awaits_refund(state: RefundState) -> bool {
    matches!(state, RefundState::Approved | RefundState::Processing)
}

fn at_rest(shop: &Shop, found: &mut Vec<String>) {
    messages_are_done(shop, found);
    for (id, order) in shop.orders.iter() {
        if order.status == OrderStatus::Unconfirmed {
            found.push(format!("I8: order {id} is {:?} and nothing will end that", order.status));
        }
        effects_match(shop, order, found);
    }
    for (id, payment) in shop.payments.iter() {
        money_is_placed(shop, payment, found);
        if payment.fate == Fate::GivenBack && payment.refunded != payment.amount {
            found.push(format!("I4: payment {id} has not gone back"));
        }
    }
    for (id, coupon) in shop.coupons.iter() {
        let held = coupon.used.and_then(|held| held.order_id).and_then(|order| shop.orders.get(&order));
        if held.is_some_and(|order| !holds_coupon(shop, order)) {
            found.push(format!("I3: coupon {id} is held by an order that gave it back"));
        }
    }
    for (timer, _) in shop.timers.iter().filter(|(_, due)| due.is_some()) {
        let needed = match timer {
            Timer::OrderTimeout(id) => shop.orders.get(id).is_some_and(awaits_money),
            Timer::PaymentCheck(id) => shop.payments.get(id).is_some_and(awaits_platform),
            Timer::RefundSubmit(id) => shop.refunds.get(id).is_some_and(|refund| awaits_refund(refund.state)),
            Timer::PreOrder(id) => shop.orders.get(id).is_some_and(|order| order.status == OrderStatus::Unconfirmed),
            Timer::AutoReceive(id) => shop.orders.get(id).is_some_and(|order| order.shipping_status == ShippingStatus::Shipped),
        };
        if !needed {
            found.push(format!("I8: {timer:?} is set and there is nothing left for it to do"));
        }
    }
}

fn messages_are_done(shop: &Shop, found: &mut Vec<String>) {
    for message in shop.outbox.iter() {
        for subscription in subscribers(&message.topic, &message.tag) {
            let done = shop.inbox.iter().any(|(key, row)| {
                key.group == subscription.group && key.tag == message.tag && key.key == message.key && row.state == InboxState::Done
            });
            if !done {
                found.push(format!("I5: group {} has not done {} {}", subscription.group, message.tag, message.key));
            }
        }
    }
}

/// An order that stands has taken what it is made of, once; one that is off has given all of it back, once.
fn effects_match(shop: &Shop, order: &Order, found: &mut Vec<String>) {
    let stands = matches!(order.status, OrderStatus::Confirmed | OrderStatus::Refunded);
    let returned = || shop.refunds_of(order.id).filter(|refund| refund.goods_back_at.is_some());
    for line in &order.lines {
        let log = shop.stock_log.iter().filter(|entry| entry.order_id == Some(order.id) && entry.goods_id == line.goods_id);
        let taken = log.fold(0_i64, |sum, entry| sum.saturating_sub(entry.number));
        let keeps = line.number.saturating_sub(pieces(returned(), line.goods_id)).max(0);
        if taken != if stands { keeps } else { 0 } {
            found.push(format!("I5: order {} is {:?} and has taken {taken} of goods {}", order.id, order.status, line.goods_id));
        }
    }
    let log = shop.money_log.iter().filter(|entry| entry.order_id == Some(order.id));
    let used = log.fold(0_i64, |sum, entry| match entry.cause {
        MoneyCause::Paid => sum.saturating_add(entry.amount.get()),
        MoneyCause::Refunded => sum.saturating_sub(entry.amount.get()),
        MoneyCause::Opening | MoneyCause::Correction => sum,
    });
    let succeeded = shop.refunds_of(order.id).filter(|refund| refund.state == RefundState::Succeeded);
    let keeps = order.money_paid.get().saturating_sub(sum(succeeded, |refund| refund.balance_amount));
    if used != if stands { keeps } else { 0 } {
        found.push(format!("I5: order {} is {:?} and has used {} of the balance", order.id, order.status, Cents::new(used)));
    }
}

/// Money that came is known to its order and in the payment log, and has earned the points for what of it stayed.
fn money_is_placed(shop: &Shop, payment: &Payment, found: &mut Vec<String>) {
    if payment.has_money() && payment.fate == Fate::Open {
        found.push(format!("I4: payment {} has money that no order knows of", payment.id));
    }
    let log = shop.score_log.iter().filter(|entry| entry.payment_id == payment.id);
    let points = log.fold(0_i64, |sum, entry| sum.saturating_add(entry.points).saturating_sub(entry.shortfall));
    let stayed = if payment.paid_at.is_some() { payment.amount.minus(payment.refunded).map_or(0, Cents::whole_units) } else { 0 };
    if points != stayed {
        found.push(format!("I5: payment {} has earned {points} points, not {stayed}", payment.id));
    }
    let log = shop.payment_log.iter().filter(|entry| entry.payment_id == payment.id);
    let logged = log.fold(0_i64, |sum, entry| match entry.refund_id {
        None => sum.saturating_add(entry.amount.get()),
        Some(_) => sum.saturating_sub(entry.amount.get()),
    });
    let kept = if payment.paid_at.is_some() { payment.amount.get().saturating_sub(payment.refunded.get()) } else { 0 };
    if logged != kept {
        found.push(format!("I5: payment {} has {} in the payment log", payment.id, Cents::new(logged)));
    }
}
