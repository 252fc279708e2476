//! What pages and commands read: never locks, never writes.

use std::collections::HashMap;

use rocketmall_core::account::{Account, MoneyEntry};
use rocketmall_core::coupon::Coupon;
use rocketmall_core::goods::{Goods, StockEntry};
use rocketmall_core::id::{CouponId, GoodsId, OrderId, PaymentId, RefundId, Timestamp, UserId};
use rocketmall_core::money::Cents;
use rocketmall_core::order::{Order, OrderStatus};
use rocketmall_core::payment::Payment;
use rocketmall_core::refund::{Refund, RefundState};
use serde::{Deserialize, Serialize};

use crate::codes::Code as _;
use crate::connection::Statement;
use crate::database::Database;
use crate::error::StoreError;
use crate::rows::{self, row};
use crate::statements::Statements;
use crate::transact::{load_orders, load_refunds};
use crate::value::{Columns, Row, Value};

impl Database {
    pub(crate) fn sql(&self) -> &'static Statements {
        Statements::of(self.dialect())
    }

    /// Rows for a set of keys, none of them locked.
    pub(crate) async fn rows(&self, statement: Statement, keys: Vec<Row>) -> Result<Vec<Row>, StoreError> {
        let keys = std::sync::Arc::new(keys);
        self.look(move |connection| {
            let keys = std::sync::Arc::clone(&keys);
            Box::pin(async move { connection.read(statement.unlocked(), &keys).await })
        })
        .await
    }

    /// These orders with their lines, in the order asked for.
    pub async fn orders(&self, ids: &[OrderId]) -> Result<Vec<Order>, StoreError> {
        let statement = self.sql().order_load.unlocked();
        let keys = std::sync::Arc::new(ids.iter().map(|id| row![id.get()]).collect::<Vec<_>>());
        let mut orders = self
            .look(move |connection| {
                let keys = std::sync::Arc::clone(&keys);
                Box::pin(async move { load_orders(connection, statement, &keys).await })
            })
            .await?;
        orders.sort_by_key(|order| ids.iter().position(|id| *id == order.id));
        Ok(orders)
    }

    /// One order.
    pub async fn order(&self, id: OrderId) -> Result<Option<Order>, StoreError> {
        Ok(self.orders(&[id]).await?.pop())
    }

    /// Orders from the newest back, before the order `before`; of one user, or of all.
    pub async fn order_page(
        &self,
        user: Option<UserId>,
        status: Option<OrderStatus>,
        before: OrderId,
        limit: i64,
    ) -> Result<Vec<Order>, StoreError> {
        let status = status.map_or(-1, OrderStatus::code);
        let rows = match user {
            Some(user) => self.query(self.sql().order_ids, row![user.get(), before.get(), status, status, limit]).await?,
            None => self.query(self.sql().order_ids_all, row![before.get(), status, status, limit]).await?,
        };
        self.orders(&numbers(rows, OrderId::new)?).await
    }

    /// These goods, in the order asked for.
    pub async fn goods(&self, ids: &[GoodsId]) -> Result<Vec<Goods>, StoreError> {
        let rows = self.rows(self.sql().goods_load, ids.iter().map(|id| row![id.get()]).collect()).await?;
        let mut goods = rows.into_iter().map(rows::goods_from_row).collect::<Result<Vec<_>, _>>()?;
        goods.sort_by_key(|goods| ids.iter().position(|id| *id == goods.id));
        Ok(goods)
    }

    /// Goods in the order of their ids, after `after`.
    pub async fn goods_page(&self, after: GoodsId, limit: i64) -> Result<Vec<Goods>, StoreError> {
        let rows = self.query(self.sql().goods_ids, row![after.get(), limit]).await?;
        self.goods(&numbers(rows, GoodsId::new)?).await
    }

    /// These users' accounts, as far as they exist.
    pub async fn accounts(&self, ids: &[UserId]) -> Result<Vec<Account>, StoreError> {
        let rows = self.rows(self.sql().account_load, ids.iter().map(|id| row![id.get()]).collect()).await?;
        rows.into_iter().map(rows::account_from_row).collect()
    }

    /// One user's account.
    pub async fn account(&self, id: UserId) -> Result<Option<Account>, StoreError> {
        Ok(self.accounts(&[id]).await?.pop())
    }

    /// These coupons, as far as they exist.
    pub async fn coupons(&self, ids: &[CouponId]) -> Result<Vec<Coupon>, StoreError> {
        let rows = self.rows(self.sql().coupon_load, ids.iter().map(|id| row![id.get()]).collect()).await?;
        rows.into_iter().map(rows::coupon_from_row).collect()
    }

    /// One coupon.
    pub async fn coupon(&self, id: CouponId) -> Result<Option<Coupon>, StoreError> {
        Ok(self.coupons(&[id]).await?.pop())
    }

    /// A user's coupons in the order of their ids, after `after`.
    pub async fn coupon_page(&self, user: UserId, after: CouponId, limit: i64) -> Result<Vec<Coupon>, StoreError> {
        let ids = self.query(self.sql().coupon_ids, row![user.get(), after.get(), limit]).await?;
        self.rows(self.sql().coupon_load, ids).await?.into_iter().map(rows::coupon_from_row).collect()
    }

    /// The attempts to pay an order, oldest first.
    pub async fn payments_of(&self, order: OrderId) -> Result<Vec<Payment>, StoreError> {
        self.payments_of_all(vec![row![order.get()]]).await
    }

    /// These payment attempts, as far as they exist.
    pub async fn payments(&self, ids: &[PaymentId]) -> Result<Vec<Payment>, StoreError> {
        let mut orders = Vec::with_capacity(ids.len());
        for row in self.rows(self.sql().order_of_payment, ids.iter().map(|id| row![id.get()]).collect()).await? {
            let mut columns = Columns::of("trade_pay", row);
            let (_, order) = (columns.int()?, columns.int()?);
            orders.push(order);
        }
        orders.sort_unstable();
        orders.dedup();
        let mut payments = self.payments_of_all(orders.into_iter().map(|order| row![order]).collect()).await?;
        payments.retain(|payment| ids.contains(&payment.id));
        Ok(payments)
    }

    async fn payments_of_all(&self, orders: Vec<Row>) -> Result<Vec<Payment>, StoreError> {
        let statement = if self.parts().hold_payments_alone() { self.sql().payment_load_alone } else { self.sql().payment_load };
        let rows = self.rows(statement, orders).await?;
        let mut payments = rows.into_iter().map(rows::payment_from_row).collect::<Result<Vec<_>, _>>()?;
        payments.sort_by_key(|payment| payment.id);
        Ok(payments)
    }

    /// One payment attempt.
    pub async fn payment(&self, id: PaymentId) -> Result<Option<Payment>, StoreError> {
        Ok(self.payments(&[id]).await?.pop())
    }

    /// One refund.
    pub async fn refund(&self, id: RefundId) -> Result<Option<Refund>, StoreError> {
        let Some(row) = self.rows(self.sql().order_of_refund, vec![row![id.get()]]).await?.pop() else { return Ok(None) };
        let mut columns = Columns::of("trade_refund", row);
        let (_, order) = (columns.int()?, columns.int()?);
        Ok(self.refunds_of(OrderId::new(order)).await?.into_iter().find(|refund| refund.id == id))
    }

    /// The refunds of an order, oldest first.
    pub async fn refunds_of(&self, order: OrderId) -> Result<Vec<Refund>, StoreError> {
        self.refunds_of_all(vec![row![order.get()]]).await
    }

    async fn refunds_of_all(&self, orders: Vec<Row>) -> Result<Vec<Refund>, StoreError> {
        let (statement, keys) = (self.sql().refund_load.unlocked(), std::sync::Arc::new(orders));
        self.look(move |connection| {
            let keys = std::sync::Arc::clone(&keys);
            Box::pin(async move { load_refunds(connection, statement, &keys).await })
        })
        .await
    }

    /// Refunds from the newest back, before the refund `before`.
    pub async fn refund_page(&self, state: Option<RefundState>, before: RefundId, limit: i64) -> Result<Vec<Refund>, StoreError> {
        let rows = match state {
            // what was given up is shown as failed
            Some(RefundState::Failed) => {
                let (failed, given_up) = (RefundState::Failed.code(), RefundState::Abandoned.code());
                self.query(self.sql().refund_ids, row![failed, given_up, before.get(), limit]).await?
            }
            Some(state) => self.query(self.sql().refund_ids, row![state.code(), state.code(), before.get(), limit]).await?,
            None => self.query(self.sql().refund_ids_all, row![before.get(), limit]).await?,
        };
        let mut orders: Vec<Row> = rows.iter().map(|row| row.iter().skip(1).cloned().collect()).collect();
        orders.sort();
        orders.dedup();
        let wanted = numbers(rows, RefundId::new)?;
        let mut refunds = self.refunds_of_all(orders).await?;
        refunds.retain(|refund| wanted.contains(&refund.id));
        refunds.sort_by_key(|refund| std::cmp::Reverse(refund.id));
        Ok(refunds)
    }

    /// The stock log of an order.
    pub async fn stock_log_of(&self, order: OrderId) -> Result<Vec<StockEntry>, StoreError> {
        let rows = self.rows(self.sql().stock_log_load, vec![row![order.get()]]).await?;
        rows.into_iter().map(rows::stock_entry_from_row).collect()
    }

    /// The money log of an order.
    pub async fn money_log_of(&self, order: OrderId) -> Result<Vec<MoneyEntry>, StoreError> {
        let rows = self.rows(self.sql().money_log_load, vec![row![order.get()]]).await?;
        rows.into_iter().map(rows::money_entry_from_row).collect()
    }

    /// The payment log of an order: payment, refund (0 for none), amount, time.
    pub async fn payment_log_of(&self, order: OrderId) -> Result<Vec<(i64, i64, Cents, Timestamp)>, StoreError> {
        let entry = |row| {
            let c = &mut Columns::of("trade_pay_log", row);
            Ok((c.int()?, c.int()?, Cents::new(c.int()?), Timestamp::from_millis(c.int()?)))
        };
        self.query(self.sql().payment_log_of_order, row![order.get()]).await?.into_iter().map(entry).collect()
    }

    /// Password hash and id of the user with this mobile number.
    pub async fn login(&self, mobile: &str) -> Result<Option<(UserId, String)>, StoreError> {
        one(self.query(self.sql().login_find, row![mobile]).await?, |row| {
            let c = &mut Columns::of("trade_user", row);
            Ok((UserId::new(c.int()?), c.text_or_empty()?))
        })
    }

    /// Another password. False if there is no such user.
    pub async fn set_password(&self, user: UserId, hash: &str) -> Result<bool, StoreError> {
        Ok(self.execute(self.sql().password_set, row![hash, user.get()]).await? == 1)
    }
}

/// A bearer token as stored: by its hash only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Whose token; none for an administrator's or a service's.
    pub user: Option<UserId>,
    /// user, service or admin.
    pub role: String,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

impl Database {
    /// Keeps a token's hash.
    pub async fn keep_session(&self, token_hash: &str, session: &Session, now: Timestamp) -> Result<(), StoreError> {
        let user = session.user.map(UserId::get);
        let params = row![token_hash, user, session.role.as_str(), now.millis(), session.expires_at.millis()];
        self.execute(self.sql().session_insert, params).await.map(drop)
    }

    /// The sessions of these tokens, by their hashes, whether or not they are over.
    pub async fn sessions(&self, token_hashes: Vec<String>) -> Result<HashMap<String, Session>, StoreError> {
        let rows = self.rows(self.sql().session_load, token_hashes.into_iter().map(|hash| row![hash]).collect()).await?;
        let session = |row| {
            let c = &mut Columns::of("trade_session", row);
            let (hash, user, role) = (c.text()?, c.optional_int()?.map(UserId::new), c.text()?);
            Ok((hash, Session { user, role, expires_at: Timestamp::from_millis(c.int()?) }))
        };
        rows.into_iter().map(session).collect()
    }

    /// The token is good no more.
    pub async fn end_session(&self, token_hash: &str) -> Result<(), StoreError> {
        self.execute(self.sql().session_delete, row![token_hash]).await.map(drop)
    }
}

pub(crate) fn one<T>(rows: Vec<Row>, read: impl FnOnce(Row) -> Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    rows.into_iter().next().map(read).transpose()
}

fn numbers<T>(rows: Vec<Row>, id: impl Fn(i64) -> T) -> Result<Vec<T>, StoreError> {
    let number = |row: Row| match row.first() {
        Some(Value::Int(number)) => Ok(id(*number)),
        other => Err(StoreError::Corrupt(format!("an id list: wanted a number, found {other:?}"))),
    };
    rows.into_iter().map(number).collect()
}
