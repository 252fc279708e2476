//! What must hold over all rows of a shop that is held wholly in memory. `verify` asks the same of a database.

use std::collections::BTreeMap;

use crate::account::MoneyCause;
use crate::message::{InboxState, subscribers};
use crate::money::Cents;
use crate::order::{OrderStatus, PayStatus};
use crate::payment::Fate;
use crate::shop::{Shop, Timer};

/// Every violation, each with the invariant's number and the offending id. `settled`: nothing is under way any more.
pub fn check(shop: &Shop, settled: Settled) -> Vec<String> {
    let mut found = Vec::new();
    stock(shop, &mut found);
    accounts(shop, &mut found);
    coupons(shop, &mut found);
    payments(shop, &mut found);
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
        let holders: Vec<_> = shop
            .orders
            .iter()
            .map(|(_, order)| order)
            .filter(|order| order.coupon_id == Some(*id) && order.status == OrderStatus::Confirmed)
            .collect();
        let held_right = match (holders.as_slice(), coupon.used) {
            ([], None) => true,
            ([holder], Some(_)) => coupon.held_by(holder.id),
            // between the cancel and its message
            ([], Some(held)) => {
                held.order_id.and_then(|order| shop.orders.get(&order)).is_some_and(|order| order.status == OrderStatus::Cancelled)
            }
            _ => false,
        };
        if !held_right {
            found.push(format!("I3: coupon {id} is {:?}, {} orders hold it", coupon.used, holders.len()));
        }
    }
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
        let refunds: i64 = shop.refunds.iter().filter(|(_, refund)| refund.payment_id == *id).map(|(_, refund)| refund.amount.get()).sum();
        if refunds != payment.amount.get() || payment.refunded > payment.amount {
            found.push(format!("I4: payment {id} of {} is to go back, its refunds are {}", payment.amount, Cents::new(refunds)));
        }
    }
}

fn at_rest(shop: &Shop, found: &mut Vec<String>) {
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
    for (id, payment) in shop.payments.iter() {
        if payment.has_money() && payment.fate == Fate::Open {
            found.push(format!("I4: payment {id} has money that no order knows of"));
        }
        if payment.fate == Fate::GivenBack && payment.refunded != payment.amount {
            found.push(format!("I4: payment {id} has not gone back"));
        }
    }
    for (id, order) in shop.orders.iter() {
        let timed = shop.timers.get(&Timer::OrderTimeout(*id)).copied().flatten().is_some();
        if order.status == OrderStatus::Unconfirmed
            || (order.status == OrderStatus::Confirmed && order.pay_status != PayStatus::Paid && !timed)
        {
            found.push(format!("I8: order {id} is {:?} and nothing will end that", order.status));
        }
    }
}
