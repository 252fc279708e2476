//! The past of a shop, filled in set-wise: orders with all that they leave, and messages that are past their retention
//! (MySQL and MariaDB).
//!
//! Four of five orders were paid and keep their payment; every fifth was never paid, was cancelled and gave everything back. So
//! `verify` holds over the whole, and no timer is left. Ids carry the time of their order, as the engine's do; they are older than
//! any that the engine makes now.

mod sql;

use rocketmall_core::id::Timestamp;
use rocketmall_core::snowflake::EPOCH;
use rocketmall_store::claim::Retention;
use rocketmall_store::{Connection, Database, Row, Statement, StoreError, Value};

use super::data::{COUPON, MONEY, PRICE};
use super::scenario::{ADDRESS, CONSIGNEE};
use crate::cli::progress;

/// Orders, or messages, in one transaction.
const PORTION: i64 = 100_000;
/// From one id's millisecond to the next.
const MILLISECOND: i64 = 1 << 22;
const DAY: i64 = 86_400_000;
/// The past begins so long ago, and ends [`ENDED`] ago.
const BEGAN: i64 = 40 * DAY;
const ENDED: i64 = 10 * DAY;
/// The outgoing messages begin here, and last for less than a day: all are older than what any group has heard.
const SENT: i64 = 9 * DAY;
const HEARD: i64 = 8 * DAY;
/// Messages at most, so that each has a millisecond of its own in its day.
pub const MOST_MESSAGES: u32 = 50_000_000;
/// Orders at most, for the same reason.
pub const MOST_ORDERS: u32 = 1_000_000_000;

/// Fills a database that a bench has used already: its users, its goods and the texts of its rows serve again.
pub struct Past {
    connection: Connection,
    now: Timestamp,
    users: i64,
    goods: i64,
    /// Below the millisecond in each id: a past that is filled in later, into the same days, has another one.
    worker: i64,
}

impl Past {
    /// Opens it, with tables of its own to copy from.
    pub async fn open(database: &Database, now: Timestamp) -> Result<Self, StoreError> {
        let mut connection = database.connect().await?;
        for sql in sql::HELPERS {
            connection.run("growth", sql).await?;
        }
        let mut numbers = 1;
        while numbers < PORTION {
            execute(&mut connection, sql::DOUBLE_NUMBERS, vec![numbers.into()]).await?;
            numbers *= 2;
        }
        let counts = query(&mut connection, sql::USERS_AND_GOODS, Vec::new()).await?;
        Ok(Self { connection, now, users: int(&counts, 0), goods: int(&counts, 1), worker: fastrand::i64(0..1024) << 12 })
    }

    /// So many further orders.
    pub async fn orders(&mut self, orders: i64) -> Result<(), StoreError> {
        let step = ((BEGAN - ENDED) / orders.max(1)).max(1);
        let template = query(&mut self.connection, sql::RECEIPT, Vec::new()).await?;
        let (receipt, id) = (text(&template, 0), text(&template, 1));
        let bar = progress::bar("orders", usize::try_from(orders).unwrap_or_default());
        let mut done = 0;
        while done < orders {
            let portion = PORTION.min(orders - done);
            let first = self.now.after(-BEGAN).millis() + done * step;
            self.connection.begin().await?;
            self.orders_portion(portion, done, first, step, &receipt, &id).await?;
            self.connection.commit().await?;
            done += portion;
            bar.inc(portion.unsigned_abs());
        }
        bar.finish_and_clear();
        Ok(())
    }

    async fn orders_portion(&mut self, count: i64, done: i64, first: i64, step: i64, receipt: &str, id: &str) -> Result<(), StoreError> {
        let connection = &mut self.connection;
        let to_pay = PRICE.get() - COUPON.get() - MONEY.get();
        let [price, coupon, money] = [PRICE, COUPON, MONEY].map(|cents| Value::from(cents.get()));
        execute(connection, sql::CLEAR_ORDERS, Vec::new()).await?;
        let stage = [first - EPOCH, step, self.worker + 1, first, step, done, self.users, done, self.goods, count];
        execute(connection, sql::STAGE_ORDERS, stage.map(Value::from).to_vec()).await?;
        let order =
            vec![ADDRESS.into(), CONSIGNEE.into(), price.clone(), price.clone(), price, coupon.clone(), money.clone(), to_pay.into()];
        let steps = [
            (sql::ORDERS, order),
            (sql::STOCK_TAKEN, Vec::new()),
            (sql::STOCK_BACK, Vec::new()),
            (sql::STOCK, Vec::new()),
            (sql::MONEY_TAKEN, vec![money.clone()]),
            (sql::MONEY_BACK, vec![money.clone()]),
            (sql::COUPONS, vec![coupon]),
            (sql::PAYMENTS, vec![to_pay.into()]),
            (sql::PAYMENT_LOG, vec![to_pay.into()]),
            (sql::SCORE_LOG, vec![(to_pay / 100).into()]),
            (sql::ACCOUNTS, vec![money, (to_pay / 100).into()]),
            (sql::REMEMBERED, vec![super::baseline::CALL.into(), super::baseline::HASH.into(), receipt.into(), id.into()]),
        ];
        for (sql, params) in steps {
            execute(connection, sql, params).await?;
        }
        Ok(())
    }

    /// So many outgoing messages and so many that groups have heard, all done, all past their retention.
    pub async fn messages(&mut self, messages: i64) -> Result<(), StoreError> {
        let template = query(&mut self.connection, sql::MESSAGE, Vec::new()).await?;
        let [group, topic, tag, body] = [0, 1, 2, 3].map(|column| text(&template, column));
        let (sent, heard) = (self.now.after(-SENT).millis(), self.now.after(-HEARD).millis());
        let bar = progress::bar("messages", usize::try_from(messages).unwrap_or_default());
        let mut done = 0;
        while done < messages {
            let portion = PORTION.min(messages - done);
            let (id, at) = ((sent - EPOCH + done) * MILLISECOND + self.worker, sent + done);
            let texts = [&group, &topic, &tag].map(|text| Value::from(text.as_str()));
            let mut outgoing = vec![id.into()];
            outgoing.extend(texts.clone());
            outgoing.extend([id.into(), body.as_str().into(), at.into(), at.into(), at.into(), portion.into()]);
            let [_, topic, tag] = texts;
            let id = (sent - EPOCH) * MILLISECOND + self.worker;
            // the groups' rows run on over the portions, three for each message; n counts within the portion
            let consumed =
                vec![done.into(), id.into(), done.into(), tag, topic, body.as_str().into(), (heard + done).into(), portion.into()];
            self.connection.begin().await?;
            execute(&mut self.connection, sql::OUTGOING, outgoing).await?;
            execute(&mut self.connection, sql::CONSUMED, consumed).await?;
            self.connection.commit().await?;
            done += portion;
            bar.inc(portion.unsigned_abs());
        }
        bar.finish_and_clear();
        Ok(())
    }

    /// Leaves nothing but what a shop has.
    pub async fn close(mut self) -> Result<(), StoreError> {
        self.connection.run("growth", sql::DROP_HELPERS).await
    }
}

/// Rows of the tables that are purged.
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct Rows {
    /// Outgoing messages.
    pub outbox: i64,
    /// Messages that groups have heard.
    pub inbox: i64,
    /// Remembered answers.
    pub idempotency: i64,
}

impl Rows {
    /// How many finished ones are past their retention at this moment.
    pub async fn past(database: &Database, now: Timestamp, retention: Retention) -> Result<Self, StoreError> {
        let before = |age: i64| Value::Int(now.after(-age).millis());
        let params = vec![before(retention.outbox), before(retention.inbox), before(retention.idempotency)];
        Ok(Self::of(&database.query(Statement { name: "growth", sql: sql::PAST }, params).await?))
    }

    /// How many have come since this moment.
    pub async fn since(database: &Database, moment: Timestamp) -> Result<Self, StoreError> {
        let params = vec![moment.millis().into(); 3];
        Ok(Self::of(&database.query(Statement { name: "growth", sql: sql::SINCE }, params).await?))
    }

    /// How many orders there are.
    pub async fn orders(database: &Database) -> Result<i64, StoreError> {
        Ok(int(&database.query(Statement { name: "growth", sql: "select count(*) from trade_order" }, Vec::new()).await?, 0))
    }

    fn of(rows: &[Row]) -> Self {
        Self { outbox: int(rows, 0), inbox: int(rows, 1), idempotency: int(rows, 2) }
    }

    /// All of them.
    pub fn total(self) -> i64 {
        self.outbox + self.inbox + self.idempotency
    }
}

async fn execute(connection: &mut Connection, sql: &'static str, params: Vec<Value>) -> Result<u64, StoreError> {
    connection.execute(Statement { name: "growth", sql }, &params).await
}

async fn query(connection: &mut Connection, sql: &'static str, params: Vec<Value>) -> Result<Vec<Row>, StoreError> {
    connection.query(Statement { name: "growth", sql }, &params).await
}

fn int(rows: &[Row], column: usize) -> i64 {
    match rows.first().and_then(|row| row.get(column)) {
        Some(Value::Int(number)) => *number,
        _ => 0,
    }
}

fn text(rows: &[Row], column: usize) -> String {
    match rows.first().and_then(|row| row.get(column)) {
        Some(Value::Text(text)) => text.clone(),
        _ => String::new(),
    }
}
