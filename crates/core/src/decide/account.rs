//! What messages do to accounts: balance and points that come and go with orders, payments and refunds.

use super::Context;
use crate::account::{MoneyCause, MoneyEntry, ScoreEntry};
use crate::id::{OrderId, RefundId, UserId};
use crate::message::{OrderCancelled, Paid, Refunded};
use crate::money::Cents;
use crate::order::Order;
use crate::rejection::{Reason, Rejection};
use crate::shop::Shop;

/// Back comes exactly what the log says this order paid from the balance and did not get back, once.
pub(super) fn release_balance(shop: &mut Shop, body: &OrderCancelled, context: &Context<'_>) -> Result<(), Rejection> {
    match owed_to_balance(shop, body.order_id) {
        (Some(user), owed) if owed > Cents::ZERO => credit(shop, user, body.order_id, None, owed, context),
        _ => Ok(()),
    }
}

/// From whose balance the log says this order took something, and how much of that has not come back.
pub(super) fn owed_to_balance(shop: &Shop, order: OrderId) -> (Option<UserId>, Cents) {
    let of_order = || shop.money_log.iter().filter(|entry| entry.order_id == Some(order));
    let owed = of_order().fold(0_i64, |sum, entry| match entry.cause {
        MoneyCause::Paid => sum.saturating_add(entry.amount.get()),
        MoneyCause::Refunded => sum.saturating_sub(entry.amount.get()),
        MoneyCause::Opening | MoneyCause::Correction => sum,
    });
    let payer = of_order().find(|entry| entry.cause == MoneyCause::Paid).map(|entry| entry.user_id);
    (payer, Cents::new(owed))
}

pub(super) fn credit(
    shop: &mut Shop,
    user: UserId,
    order: OrderId,
    refund: Option<RefundId>,
    amount: Cents,
    context: &Context<'_>,
) -> Result<(), Rejection> {
    let account = shop.accounts.get(&user).ok_or_else(|| unknown(user))?;
    let balance = account.balance_after(amount)?;
    if let Some(account) = shop.accounts.change(&user) {
        account.balance = balance;
    }
    shop.money_log.append(MoneyEntry {
        user_id: user,
        order_id: Some(order),
        refund_id: refund,
        amount,
        cause: MoneyCause::Refunded,
        reason: None,
        at: context.now,
    });
    Ok(())
}

/// One point a unit of currency that came through a channel.
pub(super) fn award_score(shop: &mut Shop, body: &Paid, context: &Context<'_>) -> Result<(), Rejection> {
    let user = match body.user_id {
        Some(user) => user,
        None => shop.orders.get(&body.order_id).ok_or_else(|| Order::unknown(body.order_id))?.user_id,
    };
    if shop.score_log.iter().any(|entry| entry.payment_id == body.pay_id && entry.refund_id.is_none()) {
        return Ok(());
    }
    let points = body.pay_amount.whole_units();
    let account = shop.accounts.change(&user).ok_or_else(|| unknown(user))?;
    account.score = account.score.saturating_add(points);
    shop.score_log.append(ScoreEntry { user_id: user, payment_id: body.pay_id, refund_id: None, points, shortfall: 0, at: context.now });
    Ok(())
}

/// A refund reaches the account: its part of the balance comes back, and points go down to the floor of what the payment still
/// brings. Points that the user no longer has are logged as shortfall.
pub(super) fn refund_account(shop: &mut Shop, body: &Refunded, context: &Context<'_>) -> Result<(), Rejection> {
    let of_payment = || shop.score_log.iter().filter(|entry| entry.payment_id == body.pay_id);
    if of_payment().any(|entry| entry.refund_id == Some(body.refund_id)) {
        return Ok(());
    }
    if !of_payment().any(|entry| entry.refund_id.is_none()) {
        return Err(Rejection::new(Reason::NotYet, format!("payment {} has earned no points yet", body.pay_id)));
    }
    let earned = of_payment().fold(0_i64, |sum, entry| sum.saturating_add(entry.points).saturating_sub(entry.shortfall));
    let keeps = body.pay_amount.minus(body.refunded_total).map_or(0, |left| left.whole_units().max(0));
    let goes = earned.saturating_sub(keeps).max(0);
    let score = shop.accounts.get(&body.user_id).ok_or_else(|| unknown(body.user_id))?.score;
    if let Some(amount) = body.balance_amount.filter(|amount| *amount > Cents::ZERO) {
        credit(shop, body.user_id, body.order_id, Some(body.refund_id), amount, context)?;
    }
    let taken = goes.min(score);
    if let Some(account) = shop.accounts.change(&body.user_id) {
        account.score = score.saturating_sub(taken);
    }
    shop.score_log.append(ScoreEntry {
        user_id: body.user_id,
        payment_id: body.pay_id,
        refund_id: Some(body.refund_id),
        points: taken.saturating_neg(),
        shortfall: goes.saturating_sub(taken),
        at: context.now,
    });
    Ok(())
}

pub(super) fn unknown(user: UserId) -> Rejection {
    Rejection::new(Reason::UserUnknown, format!("there is no user {user}"))
}
