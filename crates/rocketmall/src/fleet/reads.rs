//! What can be asked of a role: one table, from which come the question on the wire, its answer from the database, and the
//! method by which a door asks.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rocketmall_core::account::{Account, MoneyEntry};
use rocketmall_core::coupon::Coupon;
use rocketmall_core::goods::{Goods, StockEntry};
use rocketmall_core::id::{CouponId, GoodsId, OrderId, PaymentId, RefundId, Timestamp, UserId};
use rocketmall_core::message::{InboxKey, SUBSCRIPTIONS};
use rocketmall_core::money::Cents;
use rocketmall_core::order::{Order, OrderStatus};
use rocketmall_core::payment::Payment;
use rocketmall_core::refund::{Refund, RefundState};
use rocketmall_store::read::Session;
use rocketmall_store::{Database, StoreError, heard};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Fleet, Seat, Trouble};
use crate::config::Role;
use crate::timeline::{Event, messages};

macro_rules! reads {
    ($($(#[$doc:meta])* $role:ident: $variant:ident = $name:ident($($field:ident: $type:ty),*) -> $answer:ty, |$db:ident| $look:expr;)*) => {
        /// Something to look up.
        #[derive(Clone, Debug, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "fields are named as in the rows they are about")]
        pub enum Question {
            $($(#[$doc])* $variant { $($field: $type),* },)*
        }

        impl Question {
            /// What it is called.
            pub(super) const fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => stringify!($name),)*
                }
            }

            /// Looks it up.
            pub(super) async fn answer(self, database: &Database) -> Result<Box<RawValue>, StoreError> {
                match self {
                    $(Self::$variant { $($field),* } => {
                        let $db = database;
                        raw(&$look.await?)
                    })*
                }
            }
        }

        impl Fleet {
            $($(#[$doc])*
            pub async fn $name(&self $(, $field: $type)*) -> Result<$answer, StoreError> {
                match self.seat(Role::$role) {
                    Seat::Here(own) => {
                        let $db = own;
                        $look.await
                    }
                    Seat::There(peer) => peer.ask(Question::$variant { $($field),* }).await,
                    Seat::Nowhere(role) => Err(Trouble::nowhere(role).into()),
                }
            })*
        }
    };
}

reads! {
    /// These goods, in the order asked for.
    Goods: Goods = goods(ids: Vec<GoodsId>) -> Vec<Goods>, |db| db.goods(&ids);
    /// Goods in the order of their ids, after `after`.
    Goods: GoodsPage = goods_page(after: GoodsId, limit: i64) -> Vec<Goods>, |db| db.goods_page(after, limit);
    /// The stock log of an order.
    Goods: StockLog = stock_log_of(order: OrderId) -> Vec<StockEntry>, |db| db.stock_log_of(order);
    /// These coupons, as far as they exist.
    Coupon: Coupons = coupons(ids: Vec<CouponId>) -> Vec<Coupon>, |db| db.coupons(&ids);
    /// A user's coupons in the order of their ids, after `after`.
    Coupon: CouponPage = coupon_page(user: UserId, after: CouponId, limit: i64) -> Vec<Coupon>, |db| db.coupon_page(user, after, limit);
    /// The accounts of these users, as far as they exist.
    User: Accounts = accounts(ids: Vec<UserId>) -> Vec<Account>, |db| db.accounts(&ids);
    /// The money log of an order.
    User: MoneyLog = money_log_of(order: OrderId) -> Vec<MoneyEntry>, |db| db.money_log_of(order);
    /// Id and password hash of the user with this mobile number.
    User: Login = login(mobile: String) -> Option<(UserId, String)>, |db| db.login(&mobile);
    /// The sessions of these tokens, by their hashes.
    User: Sessions = sessions(hashes: Vec<String>) -> HashMap<String, Session>, |db| db.sessions(hashes);
    /// Keeps a token's hash.
    User: KeepSession = keep_session(hash: String, session: Session, now: Timestamp) -> (), |db| db.keep_session(&hash, &session, now);
    /// A token is good no more.
    User: EndSession = end_session(hash: String) -> (), |db| db.end_session(&hash);
    /// One order.
    Order: Order = order(id: OrderId) -> Option<Order>, |db| db.order(id);
    /// Orders from the newest back, before the order `before`; of one user, or of all.
    Order: OrderPage = order_page(user: Option<UserId>, status: Option<OrderStatus>, before: OrderId, limit: i64) -> Vec<Order>, |db| db.order_page(user, status, before, limit);
    /// These payment attempts as the pay role has them, as far as it has them.
    Pay: Payments = kept_payments(ids: Vec<PaymentId>) -> Vec<Payment>, |db| db.payments(&ids);
    /// One payment attempt: what the doors of the version before ask.
    Pay: Payment = kept_payment(id: PaymentId) -> Option<Payment>, |db| db.payment(id);
    /// The order's notes of these payment attempts, as far as there are any.
    Order: Notes = noted_payments(ids: Vec<PaymentId>) -> Vec<Payment>, |db| db.payments(&ids);
    /// The attempts to pay an order, oldest first, as the order has noted them.
    Order: PaymentsOf = payments_of(order: OrderId) -> Vec<Payment>, |db| db.payments_of(order);
    /// One refund.
    Order: Refund = refund(id: RefundId) -> Option<Refund>, |db| db.refund(id);
    /// The refunds of an order, oldest first.
    Order: RefundsOf = refunds_of(order: OrderId) -> Vec<Refund>, |db| db.refunds_of(order);
    /// Refunds from the newest back, before the refund `before`.
    Order: RefundPage = refund_page(state: Option<RefundState>, before: RefundId, limit: i64) -> Vec<Refund>, |db| db.refund_page(state, before, limit);
    /// What the order's books have of the messages with these keys.
    Order: Messages = order_messages(keys: Vec<String>) -> Vec<Event>, |db| messages::of(db, &keys);
    /// Which of these rows the order's groups have.
    Order: Heard = order_heard(keys: Vec<InboxKey>) -> Vec<InboxKey>, |db| heard::known(db, &keys);
    /// The payment log of an order: payment, refund (0 for none), amount, time.
    Message: PaymentLog = payment_log_of(order: OrderId) -> Vec<(i64, i64, Cents, Timestamp)>, |db| db.payment_log_of(order);
}

impl Fleet {
    /// What all databases of the shop have of the messages with these keys.
    pub async fn message_events(&self, keys: Vec<String>) -> Result<Vec<Event>, StoreError> {
        let mut events = Vec::new();
        for role in self.keepers() {
            let found = self.ask_at::<Vec<Event>>(role, Question::Messages { keys: keys.clone() }).await?;
            // two roles may share a database
            let fresh: Vec<Event> = found.into_iter().filter(|event| !events.contains(event)).collect();
            events.extend(fresh);
        }
        Ok(events)
    }

    /// Which of these rows the groups have, each in its role's database.
    pub async fn heard(&self, wanted: Vec<InboxKey>) -> Result<BTreeSet<InboxKey>, StoreError> {
        if self.is_whole() {
            return Ok(self.order_heard(wanted).await?.into_iter().collect());
        }
        let mut of_roles: BTreeMap<Role, Vec<InboxKey>> = BTreeMap::new();
        for key in wanted {
            let hearing = SUBSCRIPTIONS.iter().find(|subscription| subscription.group == key.group);
            of_roles.entry(hearing.map_or(Role::Order, |subscription| Role::hearing(subscription.effect))).or_default().push(key);
        }
        let mut known = BTreeSet::new();
        for (role, keys) in of_roles {
            known.extend(self.ask_at::<Vec<InboxKey>>(role, Question::Heard { keys }).await?);
        }
        Ok(known)
    }

    /// One role of each database that the shop has.
    fn keepers(&self) -> Vec<Role> {
        if self.is_whole() { vec![Role::Order] } else { vec![Role::Order, Role::Goods, Role::Coupon, Role::User, Role::Message, Role::Pay] }
    }

    /// Asks a role what every role can be asked.
    async fn ask_at<T: DeserializeOwned>(&self, role: Role, question: Question) -> Result<T, StoreError> {
        match self.seat(role) {
            Seat::Here(own) => {
                serde_json::from_str(question.answer(own).await?.get()).map_err(|error| StoreError::Corrupt(error.to_string()))
            }
            Seat::There(peer) => peer.ask(question).await,
            Seat::Nowhere(role) => Err(Trouble::nowhere(role).into()),
        }
    }

    /// One user's account.
    pub async fn account(&self, id: UserId) -> Result<Option<Account>, StoreError> {
        Ok(self.accounts(vec![id]).await?.pop())
    }

    /// One coupon.
    pub async fn coupon(&self, id: CouponId) -> Result<Option<Coupon>, StoreError> {
        Ok(self.coupons(vec![id]).await?.pop())
    }
}

fn raw(answer: &impl Serialize) -> Result<Box<RawValue>, StoreError> {
    serde_json::value::to_raw_value(answer).map_err(|error| StoreError::Corrupt(error.to_string()))
}
