//! One correct transaction per order, row by row; the rows of a payment likewise, one transaction per step.

use rocketmall_core::id::Timestamp;
use rocketmall_store::{Connection, StoreError, Value};

use super::{CALL, HASH, TO_PAY, number, one, order_row, sql, text};
use crate::bench::data::{COUPON, Data, MONEY};
use crate::bench::load::{Client, Outcome};
use crate::bench::scenario::{NewOrder, Scenario};
use crate::runtime::Runtime;

/// A deadlock's victim begins again, so often at most.
const TRIES: u32 = 10;

/// One connection that places orders one by one.
pub struct NaiveClient {
    connection: Connection,
    runtime: Runtime,
}

impl NaiveClient {
    /// Connects.
    pub async fn connect(runtime: &Runtime) -> Result<Self, StoreError> {
        Ok(Self { connection: runtime.database.connect().await?, runtime: runtime.clone() })
    }

    fn now(&self) -> Timestamp {
        (self.runtime.clock)()
    }

    async fn place(&mut self, order: &NewOrder) -> Result<i64, StoreError> {
        for _ in 1..TRIES {
            match self.try_place(order).await {
                Err(StoreError::Transient(_)) => self.connection.rollback().await?,
                done => return done,
            }
        }
        self.try_place(order).await
    }

    async fn try_place(&mut self, order: &NewOrder) -> Result<i64, StoreError> {
        let (id, now) = (self.runtime.ids.next(), self.now());
        let (user, goods) = (order.user.get(), order.goods.first().map_or(0, |goods| goods.get()));
        let coupon = order.coupon.map_or(0, rocketmall_core::id::CouponId::get);
        let connection = &mut self.connection;
        connection.begin().await?;
        let shelf = one(connection, sql::GOODS_FOR_UPDATE, &[goods.into()]).await?;
        let account = one(connection, sql::USER_FOR_UPDATE, &[user.into()]).await?;
        let voucher = one(connection, sql::COUPON_FOR_UPDATE, &[coupon.into()]).await?;
        let known = one(connection, sql::KEY, &[user.into(), CALL.into(), order.key.as_str().into()]).await?;
        let (stock, balance) = (number(shelf.as_ref(), 2), number(account.as_ref(), 0));
        let valid = number(voucher.as_ref(), 0) == user && number(voucher.as_ref(), 2) == 0;
        if known.is_some() || stock < 1 || balance < MONEY.get() || !valid || number(voucher.as_ref(), 1) != COUPON.get() {
            let message = format!("stock {stock}, balance {balance}, coupon {valid}");
            return Err(StoreError::Refused { statement: "naive", message });
        }
        let millis = now.millis();
        connection.execute(sql::ORDER, &order_row(id, order, 1, text(shelf.as_ref(), 0), now)).await?;
        connection.execute(sql::STOCK_LOG, &[goods.into(), id.into(), (-1).into(), millis.into()]).await?;
        connection.execute(sql::TAKE_STOCK, &[(stock - 1).into(), goods.into()]).await?;
        connection.execute(sql::USE_COUPON, &[id.into(), millis.into(), coupon.into()]).await?;
        connection.execute(sql::MONEY_LOG, &[user.into(), id.into(), MONEY.get().into(), millis.into()]).await?;
        connection.execute(sql::TAKE_MONEY, &[(balance - MONEY.get()).into(), user.into()]).await?;
        connection.execute(sql::TIMER, &[0.into(), id.into(), (millis + super::UNPAID).into()]).await?;
        let receipt = id.to_string();
        let remembered: [Value; 6] = [user.into(), CALL.into(), order.key.as_str().into(), HASH.into(), receipt.into(), millis.into()];
        connection.execute(sql::REMEMBER, &remembered).await?;
        connection.commit().await?;
        Ok(id)
    }

    /// Everything that a payment leaves, in one transaction per step: start, the platform's answer, notification, three groups.
    async fn pay(&mut self, order: &NewOrder) -> Result<(), StoreError> {
        let order_id = self.place(order).await?;
        let (payment, message) = (self.runtime.ids.next(), self.runtime.ids.next());
        let user = order.user.get();
        self.start(order_id, payment, order).await?;
        self.connection.begin().await?;
        one(&mut self.connection, sql::PAYMENT_FOR_UPDATE, &[payment.into()]).await?;
        self.connection.execute(sql::ACTION, &[payment.to_string().into(), ACTION.into(), payment.into()]).await?;
        self.connection.commit().await?;
        let body = format!(r#"{{"payId":{payment},"orderId":{order_id},"payAmount":{TO_PAY},"isPaid":2,"userId":{user}}}"#);
        self.settle(order_id, payment, message, &body).await?;
        self.hear(message, payment, &body, GROUPS[0]).await?;
        self.connection.commit().await?;
        self.hear(message, payment, &body, GROUPS[1]).await?;
        let (points, now) = (TO_PAY.get() / 100, self.now().millis());
        one(&mut self.connection, sql::USER_FOR_UPDATE, &[user.into()]).await?;
        self.connection.execute(sql::SCORE_LOG, &[user.into(), payment.into(), points.into(), now.into()]).await?;
        self.connection.execute(sql::SCORE, &[points.into(), user.into()]).await?;
        self.connection.commit().await?;
        self.hear(message, payment, &body, GROUPS[2]).await?;
        let logged = [payment.into(), order_id.into(), user.into(), TO_PAY.get().into(), now.into()];
        self.connection.execute(sql::PAY_LOG, &logged).await?;
        self.connection.commit().await?;
        self.connection.execute(sql::SENT, &[now.into(), message.into()]).await?;
        Ok(())
    }

    async fn start(&mut self, order_id: i64, payment: i64, order: &NewOrder) -> Result<(), StoreError> {
        let (now, user) = (self.now().millis(), order.user.get());
        let connection = &mut self.connection;
        connection.begin().await?;
        one(connection, sql::ORDER_FOR_UPDATE, &[order_id.into()]).await?;
        let started = [payment.into(), order_id.into(), user.into(), TO_PAY.get().into(), now.into(), (now + super::UNPAID).into()];
        connection.execute(sql::PAYMENT, &started).await?;
        connection.execute(sql::PAYING, &[order_id.into()]).await?;
        connection.execute(sql::TIMER, &[1.into(), payment.into(), (now + 10_000).into()]).await?;
        let remembered: [Value; 6] = [
            user.into(),
            "POST /v1/orders/{id}/payments".into(),
            order.key.as_str().into(),
            HASH.into(),
            payment.to_string().into(),
            now.into(),
        ];
        connection.execute(sql::REMEMBER, &remembered).await?;
        connection.commit().await
    }

    async fn settle(&mut self, order_id: i64, payment: i64, message: i64, body: &str) -> Result<(), StoreError> {
        let now = self.now().millis();
        let connection = &mut self.connection;
        connection.begin().await?;
        one(connection, sql::ORDER_FOR_UPDATE, &[order_id.into()]).await?;
        one(connection, sql::PAYMENT_FOR_UPDATE, &[payment.into()]).await?;
        connection.execute(sql::PAID, &[now.into(), payment.into()]).await?;
        connection.execute(sql::ORDER_PAID, &[payment.into(), now.into(), order_id.into()]).await?;
        connection.execute(sql::CLEAR_TIMER, &[0.into(), order_id.into()]).await?;
        connection.execute(sql::CLEAR_TIMER, &[1.into(), payment.into()]).await?;
        connection.execute(sql::OUTBOX, &[message.into(), payment.to_string().into(), body.into(), now.into(), now.into()]).await?;
        connection.commit().await
    }

    /// Begins a group's transaction with its row; the caller adds the effect and commits.
    async fn hear(&mut self, message: i64, payment: i64, body: &str, group: &str) -> Result<(), StoreError> {
        let (now, key) = (self.now().millis(), payment.to_string());
        self.connection.begin().await?;
        one(&mut self.connection, sql::HEARD, &[group.into(), key.as_str().into()]).await?;
        let heard = [message.to_string().into(), group.into(), key.into(), body.into(), now.into(), now.into()];
        self.connection.execute(sql::INBOX, &heard).await?;
        Ok(())
    }
}

const ACTION: &str = r#"{"type":"redirect","url":"http://127.0.0.1:1/sandbox/pay/bench"}"#;
const GROUPS: [&str; 3] = ["pay_payTopic_group", "pay_payTopic_user_group", "pay_payTopic_log_group"];

impl Client for NaiveClient {
    async fn act(&mut self, scenario: Scenario, data: &Data, rng: &mut fastrand::Rng) -> Outcome {
        let Some(order) = data.order(scenario, rng) else { return Outcome::Exhausted };
        let done = if scenario == Scenario::Pay { self.pay(&order).await } else { self.place(&order).await.map(drop) };
        match done {
            Ok(()) => Outcome::Done(1),
            Err(error) => {
                // the next one begins afresh
                let _ = self.connection.rollback().await;
                Outcome::Failed(error.to_string())
            }
        }
    }
}
