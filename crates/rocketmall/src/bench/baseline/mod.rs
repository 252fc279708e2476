//! What others do, in this program, on the same schema, so that ratios mean something (MySQL and MariaDB).
//!
//! - [`naive`]: a correct program as one writes it first: one transaction per order, row by row, a connection per client.
//! - [`seed`]: what the original does: 15 statements and 7 commits per order, read, then overwrite.
//! - [`floor`]: only multi-row inserts of the rows that an order must leave; it decides nothing and locks nothing.
//!
//! Seed and floor leave stock, balances and coupons wrong; [`repair`] puts them right from the logs, outside what is measured, so
//! that `verify` speaks of the engine.

pub mod floor;
pub mod naive;
pub mod seed;
mod sql;

use rocketmall_core::id::Timestamp;
use rocketmall_core::money::Cents;
use rocketmall_store::{Connection, Database, Row, Statement, StoreError, Value};

use super::data::{COUPON, MONEY, PRICE};
use super::scenario::{ADDRESS, CONSIGNEE, NewOrder};

/// Stands for the hash of a request's body, as in the engine's own clients.
pub(super) const HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
pub(super) const CALL: &str = "POST /v1/orders";
/// What is left to pay of an order.
const TO_PAY: Cents = Cents::new(PRICE.get() - COUPON.get() - MONEY.get());
/// Until an unpaid order is cancelled, in milliseconds.
const UNPAID: i64 = 30 * 60_000;

/// The parameters of the order's row. `name`: of the goods.
fn order_row(id: i64, order: &NewOrder, status: i64, name: &str, now: Timestamp) -> Vec<Value> {
    let goods = order.goods.first().map_or(0, |goods| goods.get());
    vec![
        id.into(),
        order.user.get().into(),
        status.into(),
        ADDRESS.into(),
        CONSIGNEE.into(),
        goods.into(),
        name.into(),
        1.into(),
        PRICE.get().into(),
        PRICE.get().into(),
        PRICE.get().into(),
        order.coupon.map(rocketmall_core::id::CouponId::get).into(),
        COUPON.get().into(),
        MONEY.get().into(),
        TO_PAY.get().into(),
        now.millis().into(),
        now.millis().into(),
        (now.millis() + UNPAID).into(),
    ]
}

async fn one(connection: &mut Connection, statement: Statement, params: &[Value]) -> Result<Option<Row>, StoreError> {
    Ok(connection.query(statement, params).await?.into_iter().next())
}

fn number(row: Option<&Row>, column: usize) -> i64 {
    match row.and_then(|row| row.get(column)) {
        Some(Value::Int(number)) => *number,
        _ => 0,
    }
}

fn text(row: Option<&Row>, column: usize) -> &str {
    match row.and_then(|row| row.get(column)) {
        Some(Value::Text(text)) => text,
        _ => "",
    }
}

/// Stock, balances and coupons as their logs say, after seed and floor.
pub async fn repair(database: &Database) -> Result<(), StoreError> {
    const REPAIRS: [&str; 5] = [
        "update trade_goods g join (select goods_id, sum(goods_number) total from trade_goods_number_log group by goods_id) l on l.goods_id = g.goods_id
         set g.goods_number = l.total",
        "update trade_user u join (select user_id, sum(case when money_log_type = 1 then -use_money else use_money end) total
           from trade_user_money_log group by user_id) l on l.user_id = u.user_id set u.user_money = l.total",
        "update trade_coupon c join trade_order o on o.coupon_id = c.coupon_id set c.is_used = 1, c.order_id = o.order_id, c.used_time = o.confirm_time
         where c.is_used = 0 and o.order_status = 1",
        "delete from trade_order where order_status = 0",
        "insert ignore into trade_timer (kind, subject_id, due_time) select 0, order_id, cast(unix_timestamp(expire_time) * 1000 as signed)
         from trade_order where order_status = 1 and pay_status = 0",
    ];
    for sql in REPAIRS {
        database.execute(Statement { name: "repair", sql }, Vec::new()).await?;
    }
    Ok(())
}
