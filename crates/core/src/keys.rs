//! The rows that a batch of requests needs: loaded and locked before anything is decided.

use std::collections::BTreeSet;

use crate::command::{Command, Consume, Request};
use crate::decide::saga::release_mark;
use crate::id::{CouponId, GoodsId, OrderId, PaymentId, RefundId, UserId};
use crate::message::{Body, Effect, InboxKey};
use crate::part::Parts;
use crate::shop::IdempotencyKey;

/// The rows that a batch needs. Relations named here never change, so they are looked up without locks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    /// Orders, each with its lines and all its attempts; where only payments are, the attempts.
    pub orders: BTreeSet<OrderId>,
    /// Payments whose orders are needed.
    pub orders_of_payments: BTreeSet<PaymentId>,
    /// Orders whose users' accounts are needed.
    pub accounts_of_orders: BTreeSet<OrderId>,
    /// Orders of which all refunds are needed.
    pub refunds_of: BTreeSet<OrderId>,
    /// Refunds, each with its order and all refunds of that.
    pub refunds: BTreeSet<RefundId>,
    /// Goods.
    pub goods: BTreeSet<GoodsId>,
    /// Accounts.
    pub accounts: BTreeSet<UserId>,
    /// Coupons.
    pub coupons: BTreeSet<CouponId>,
    /// Orders whose stock log is needed.
    pub stock_log: BTreeSet<OrderId>,
    /// Orders whose money log is needed.
    pub money_log: BTreeSet<OrderId>,
    /// Payments whose score log is needed.
    pub score_log: BTreeSet<PaymentId>,
    /// Consumer rows.
    pub inbox: BTreeSet<InboxKey>,
    /// Remembered answers.
    pub remembered: BTreeSet<IdempotencyKey>,
    /// Mobile numbers, taken or not.
    pub mobiles: BTreeSet<String>,
}

impl Keys {
    /// The rows that these requests need.
    pub fn of<'r>(requests: impl IntoIterator<Item = &'r Request>) -> Self {
        let mut keys = Self::default();
        for request in requests {
            keys.remembered.extend(request.idempotency.iter().map(|(key, _)| key.clone()));
            keys.add(&request.command);
        }
        keys
    }

    /// Only those that a database with these parts has: what others keep is theirs to check.
    #[must_use]
    pub fn within(mut self, parts: Parts) -> Self {
        let none = Self::default();
        if !parts.hold(Parts::ORDERS) {
            (self.accounts_of_orders, self.refunds_of, self.refunds) = (none.accounts_of_orders, none.refunds_of, none.refunds);
        }
        // payments without their orders are loaded by their orders' numbers too
        if !parts.hold(Parts::ORDERS) && !parts.hold(Parts::PAYMENTS) {
            (self.orders, self.orders_of_payments) = (none.orders, none.orders_of_payments);
        }
        if !parts.hold(Parts::GOODS) {
            (self.goods, self.stock_log) = (none.goods, none.stock_log);
        }
        if !parts.hold(Parts::COUPONS) {
            self.coupons = none.coupons;
        }
        if !parts.hold(Parts::ACCOUNTS) {
            (self.accounts, self.money_log, self.score_log, self.mobiles) = (none.accounts, none.money_log, none.score_log, none.mobiles);
        }
        self
    }

    fn add(&mut self, command: &Command) {
        match command {
            Command::PlaceOrder(place) => {
                self.goods.extend(place.basket.lines.iter().map(|line| line.goods_id));
                self.accounts.insert(place.basket.user_id);
                self.coupons.extend(place.basket.coupon_id);
            }
            Command::ReserveStock(reserve) => {
                self.goods.extend(reserve.lines.iter().map(|line| line.goods_id));
                self.stock_log.insert(reserve.order_id);
                self.inbox.extend(release_mark(Effect::ReleaseStock, reserve.order_id));
            }
            Command::RedeemCoupon(redeem) => {
                self.coupons.insert(redeem.coupon_id);
                self.inbox.extend(release_mark(Effect::ReleaseCoupon, redeem.order_id));
            }
            Command::DebitBalance(debit) => {
                self.accounts.insert(debit.user_id);
                self.money_log.insert(debit.order_id);
                self.inbox.extend(release_mark(Effect::ReleaseBalance, debit.order_id));
            }
            Command::ReturnBalance(back) => {
                self.accounts.insert(back.user_id);
                self.money_log.insert(back.order_id);
            }
            Command::ConfirmOrder(order) => drop(self.orders.insert(*order)),
            Command::DropOrder(dropped) => drop(self.orders.insert(dropped.order_id)),
            Command::CancelOrder(cancel) => self.add_order_with_refunds(cancel.order_id),
            Command::ShipOrder(ship) => self.add_order_with_refunds(ship.order_id),
            Command::ReceiveOrder(receive) => self.add_order_with_refunds(receive.order_id),
            Command::RequestRefund(request) => self.add_order_with_refunds(request.order_id),
            Command::HandleRefund(handle) => drop(self.refunds.insert(handle.refund_id)),
            Command::StartPayment(start) => drop(self.orders.insert(start.order_id)),
            Command::KeepAttempt(payment) | Command::MeetAttempt(payment) | Command::NoteAttempt(payment) => {
                self.orders.insert(payment.order_id);
            }
            Command::RecordAction(record) => drop(self.orders_of_payments.insert(record.payment_id)),
            Command::SettlePayment(settle) => drop(self.orders_of_payments.insert(settle.payment_id)),
            Command::CheckPayment(check) => drop(self.orders_of_payments.insert(check.payment_id)),
            Command::FinishRefund(finish) => drop(self.refunds.insert(finish.refund_id)),
            Command::Consume(consume) => self.add_consume(consume),
            Command::Deliver(deliver) => deliver.consumes.iter().for_each(|(consume, _)| self.add_consume(consume)),
            Command::Replay(key) => drop(self.inbox.insert(key.clone())),
            Command::RegisterUser(register) => drop(self.mobiles.insert(register.account.mobile.clone())),
            Command::EditGoods(edit) => self.goods.extend(edit.goods_id),
            Command::CorrectStock(correct) => drop(self.goods.insert(correct.goods_id)),
            Command::CreateCoupon(coupon) => drop(self.accounts.insert(coupon.user_id)),
            Command::CorrectBalance(correct) => drop(self.accounts.insert(correct.user_id)),
            Command::MarkSent(_) | Command::CreateGoods(_) | Command::PreOrder(_) => {}
        }
    }

    fn add_order_with_refunds(&mut self, order: OrderId) {
        self.orders.insert(order);
        self.refunds_of.insert(order);
    }

    fn add_consume(&mut self, consume: &Consume) {
        self.inbox.insert(consume.inbox_key());
        let Ok(body) = &consume.body else { return };
        match (consume.subscription.effect, body) {
            (Effect::ReleaseCoupon, Body::OrderCancelled(body)) => self.coupons.extend(body.coupon_id),
            (Effect::ReleaseStock, Body::OrderCancelled(body)) => {
                self.goods.extend(body.goods());
                self.stock_log.insert(body.order_id);
            }
            (Effect::CancelOrder, Body::OrderCancelled(body)) => drop(self.orders.insert(body.order_id)),
            (Effect::ReleaseBalance, Body::OrderCancelled(body)) => {
                self.accounts.insert(body.user_id);
                self.money_log.insert(body.order_id);
            }
            (Effect::PayOrder, Body::Paid(body)) => drop(self.orders.insert(body.order_id)),
            (Effect::AwardScore, Body::Paid(body)) => {
                match body.user_id {
                    Some(user) => drop(self.accounts.insert(user)),
                    None => drop(self.accounts_of_orders.insert(body.order_id)),
                }
                self.score_log.insert(body.pay_id);
            }
            (Effect::RefundAccount, Body::Refunded(body)) => {
                self.accounts.insert(body.user_id);
                self.score_log.insert(body.pay_id);
                self.money_log.insert(body.order_id);
            }
            (Effect::ReturnCoupon, Body::GoodsBack(body)) => self.coupons.extend(body.coupon_id),
            (Effect::ReturnStock, Body::GoodsBack(body)) => {
                self.goods.extend(body.lines.iter().map(|line| line.goods_id));
                self.stock_log.insert(body.order_id);
            }
            _ => {}
        }
    }
}
