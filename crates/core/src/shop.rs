//! One batch's rows in memory: what was loaded, what changed, what is to be written.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::account::{Account, MoneyEntry, ScoreEntry};
use crate::basket::Shelf;
use crate::coupon::Coupon;
use crate::goods::{Goods, StockEntry};
use crate::id::{CouponId, GoodsId, MessageId, OrderId, PaymentId, RefundId, Timestamp, UserId};
use crate::message::{InboxKey, InboxRow, Message};
use crate::order::Order;
use crate::payment::{Payment, PaymentLogEntry};
use crate::refund::Refund;
use crate::trace::Trace;

/// The rows of one table, and which of them are new or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table<K, V> {
    rows: BTreeMap<K, V>,
    new: BTreeSet<K>,
    changed: BTreeSet<K>,
}

impl<K: Ord + Clone, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), new: BTreeSet::new(), changed: BTreeSet::new() }
    }
}

impl<K: Ord + Clone, V> Table<K, V> {
    /// A row as the database has it.
    pub fn load(&mut self, key: K, row: V) {
        self.rows.insert(key, row);
    }

    /// The row, to look at.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.rows.get(key)
    }

    /// The row, to change; it will be written.
    pub fn change(&mut self, key: &K) -> Option<&mut V> {
        let row = self.rows.get_mut(key)?;
        if !self.new.contains(key) {
            self.changed.insert(key.clone());
        }
        Some(row)
    }

    /// A row that the database does not have; it will be inserted.
    pub fn insert(&mut self, key: K, row: V) {
        self.new.insert(key.clone());
        self.rows.insert(key, row);
    }

    /// A row that may or may not be there; it will be written.
    pub fn put(&mut self, key: K, row: V) {
        if self.rows.contains_key(&key) && !self.new.contains(&key) {
            self.changed.insert(key.clone());
        } else {
            self.new.insert(key.clone());
        }
        self.rows.insert(key, row);
    }

    /// All rows in key order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> + Clone {
        self.rows.iter()
    }

    /// Rows to insert, in key order.
    pub fn new_rows(&self) -> impl Iterator<Item = &V> {
        self.new.iter().filter_map(|key| self.rows.get(key))
    }

    /// Rows to insert with their keys, in key order.
    pub fn new_keyed(&self) -> impl Iterator<Item = (&K, &V)> {
        self.new.iter().filter_map(|key| self.rows.get(key).map(|row| (key, row)))
    }

    /// Rows to update with their keys, in key order.
    pub fn changed_keyed(&self) -> impl Iterator<Item = (&K, &V)> {
        self.changed.iter().filter_map(|key| self.rows.get(key).map(|row| (key, row)))
    }

    /// Rows to update, in key order.
    pub fn changed_rows(&self) -> impl Iterator<Item = &V> {
        self.changed.iter().filter_map(|key| self.rows.get(key))
    }

    /// Everything is stored now.
    pub fn mark_saved(&mut self) {
        self.new.clear();
        self.changed.clear();
    }
}

/// A table that only grows: entries loaded, then entries to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal<T> {
    entries: Vec<T>,
    saved: usize,
}

impl<T> Default for Journal<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), saved: 0 }
    }
}

impl<T> Journal<T> {
    /// Entries that the database has already. Before the first [`Journal::append`].
    pub fn load(&mut self, entries: impl IntoIterator<Item = T>) {
        self.entries.extend(entries);
        self.saved = self.entries.len();
    }

    /// An entry to be written.
    pub fn append(&mut self, entry: T) {
        self.entries.push(entry);
    }

    /// All entries, in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.entries.iter()
    }

    /// Entries to write.
    pub fn new_entries(&self) -> &[T] {
        self.entries.get(self.saved..).unwrap_or_default()
    }

    /// Everything is stored now.
    pub fn mark_saved(&mut self) {
        self.saved = self.entries.len();
    }
}

/// What a timer is about. At its due time a worker takes it up; the row is the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// The order is cancelled if it is still unpaid.
    OrderTimeout(OrderId),
    /// The platform is asked about an attempt, or told to close it.
    PaymentCheck(PaymentId),
    /// The platform is told to give money back.
    RefundSubmit(RefundId),
    /// The shipped order counts as received.
    AutoReceive(OrderId),
    /// The pre-order is dropped if it is still unconfirmed.
    PreOrder(OrderId),
}

/// The answer remembered under an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// Hash of the request that was answered.
    pub request_hash: String,
    /// What [`crate::recall`] makes the receipt of, as JSON.
    pub receipt: String,
    /// When.
    pub at: Timestamp,
    /// The receipt of an earlier request that came to nothing, in whose place this one stands.
    pub instead_of: Option<String>,
}

/// Scope of an idempotency key: per user and call (api.md).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct IdempotencyKey {
    /// The user, 0 for none.
    pub user: i64,
    /// The call.
    pub call: String,
    /// The key sent.
    pub key: String,
}

/// A user's login, kept apart from the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// The user.
    pub user_id: UserId,
    /// The password's hash in PHC form; never the password.
    pub password_hash: String,
}

/// One batch's rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shop {
    /// `trade_goods`
    pub goods: Table<GoodsId, Goods>,
    /// Goods of which more than the stock changed.
    pub edited_goods: BTreeSet<GoodsId>,
    /// `trade_coupon`
    pub coupons: Table<CouponId, Coupon>,
    /// `trade_user`
    pub accounts: Table<UserId, Account>,
    /// Password hashes of new users.
    pub credentials: Vec<Credential>,
    /// Which user has this mobile number, for those asked about.
    pub mobiles: BTreeMap<String, UserId>,
    /// `trade_order` with its lines
    pub orders: Table<OrderId, Order>,
    /// `trade_pay`
    pub payments: Table<PaymentId, Payment>,
    /// `trade_refund` with its lines
    pub refunds: Table<RefundId, Refund>,
    /// `trade_goods_number_log`, of the orders asked about
    pub stock_log: Journal<StockEntry>,
    /// `trade_user_money_log`, of the orders asked about
    pub money_log: Journal<MoneyEntry>,
    /// `trade_user_score_log`, of the payments asked about
    pub score_log: Journal<ScoreEntry>,
    /// `trade_pay_log`
    pub payment_log: Journal<PaymentLogEntry>,
    /// `trade_mq_producer_temp`
    pub outbox: Journal<Message>,
    /// Outgoing messages that were delivered.
    pub sent: Vec<MessageId>,
    /// `trade_mq_consumer_log`
    pub inbox: Table<InboxKey, InboxRow>,
    /// Remembered answers.
    pub remembered: Table<IdempotencyKey, Remembered>,
    /// Orders that remembered answers name, to look at alone: they are not locked.
    pub recalled_orders: BTreeMap<OrderId, Order>,
    /// Payments that remembered answers name, likewise.
    pub recalled_payments: BTreeMap<PaymentId, Payment>,
    /// Timers set (the time) or cleared (`None`) by this batch.
    pub timers: BTreeMap<Timer, Option<Timestamp>>,
    /// The traces of the requests that set timers.
    pub timer_traces: BTreeMap<Timer, Trace>,
}

impl Shop {
    /// The attempts of an order, in the order of their ids.
    pub fn attempts(&self, order: OrderId) -> impl Iterator<Item = &Payment> {
        self.payments.iter().map(|(_, payment)| payment).filter(move |payment| payment.order_id == order)
    }

    /// The refunds of an order, in the order of their ids.
    pub fn refunds_of(&self, order: OrderId) -> impl Iterator<Item = &Refund> + Clone {
        self.refunds.iter().map(|(_, refund)| refund).filter(move |refund| refund.order_id == order)
    }

    /// A message to be stored, if there is one.
    pub fn outbox_extend(&mut self, message: Option<Message>) {
        if let Some(message) = message {
            self.outbox.append(message);
        }
    }

    /// Everything is stored now (for callers that keep one shop over many batches).
    pub fn mark_saved(&mut self) {
        self.goods.mark_saved();
        self.coupons.mark_saved();
        self.accounts.mark_saved();
        self.orders.mark_saved();
        self.payments.mark_saved();
        self.refunds.mark_saved();
        self.stock_log.mark_saved();
        self.money_log.mark_saved();
        self.score_log.mark_saved();
        self.payment_log.mark_saved();
        self.outbox.mark_saved();
        self.inbox.mark_saved();
        self.remembered.mark_saved();
        self.edited_goods.clear();
        self.credentials.clear();
    }
}

impl Shelf for Shop {
    fn goods(&self, id: GoodsId) -> Option<&Goods> {
        self.goods.get(&id)
    }

    fn account(&self, id: UserId) -> Option<&Account> {
        self.accounts.get(&id)
    }

    fn coupon(&self, id: CouponId) -> Option<&Coupon> {
        self.coupons.get(&id)
    }
}
