//! The least that an order costs: its rows, by multi-row inserts of a fixed size, many orders in one transaction.

use std::sync::LazyLock;

use rocketmall_core::id::CouponId;
use rocketmall_store::{Connection, Statement, StoreError, Value};

use super::{CALL, HASH, order_row, sql};
use crate::bench::data::{Data, MONEY};
use crate::bench::load::{Client, Outcome};
use crate::bench::scenario::{NewOrder, Scenario};
use crate::runtime::Runtime;

/// Orders in one transaction.
const BATCH: usize = 128;

/// One connection that inserts.
pub struct FloorClient {
    connection: Connection,
    runtime: Runtime,
}

/// The statement with its row of values so many times.
fn many(statement: Statement) -> String {
    let (head, row) = statement.sql.split_once("values ").unwrap_or((statement.sql, ""));
    format!("{head}values {}", vec![row; BATCH].join(", "))
}

static ORDERS: LazyLock<String> = LazyLock::new(|| many(sql::ORDER));
static STOCK_LOG: LazyLock<String> = LazyLock::new(|| many(sql::STOCK_LOG));
static MONEY_LOG: LazyLock<String> = LazyLock::new(|| many(sql::MONEY_LOG));
static TIMERS: LazyLock<String> = LazyLock::new(|| many(sql::TIMER));
static REMEMBERED: LazyLock<String> = LazyLock::new(|| many(sql::REMEMBER));

impl FloorClient {
    /// Connects.
    pub async fn connect(runtime: &Runtime) -> Result<Self, StoreError> {
        Ok(Self { connection: runtime.database.connect().await?, runtime: runtime.clone() })
    }

    async fn insert(&mut self, orders: &[NewOrder]) -> Result<(), StoreError> {
        let now = (self.runtime.clock)();
        let millis = now.millis();
        let with_ids: Vec<(i64, &NewOrder)> = orders.iter().map(|order| (self.runtime.ids.next(), order)).collect();
        let rows = |row: &dyn Fn(i64, &NewOrder) -> Vec<Value>| with_ids.iter().flat_map(|(id, order)| row(*id, order)).collect::<Vec<_>>();
        let goods = |order: &NewOrder| order.goods.first().map_or(0, |goods| goods.get());
        let inserts: [(&'static str, Vec<Value>); 5] = [
            (ORDERS.as_str(), rows(&|id, order| order_row(id, order, 1, "Bench goods 1234567890123456789", now))),
            (STOCK_LOG.as_str(), rows(&|id, order| vec![goods(order).into(), id.into(), (-1).into(), millis.into()])),
            (MONEY_LOG.as_str(), rows(&|id, order| vec![order.user.get().into(), id.into(), MONEY.get().into(), millis.into()])),
            (TIMERS.as_str(), rows(&|id, _| vec![0.into(), id.into(), (millis + super::UNPAID).into()])),
            (
                REMEMBERED.as_str(),
                rows(&|id, order| {
                    vec![order.user.get().into(), CALL.into(), order.key.as_str().into(), HASH.into(), id.to_string().into(), millis.into()]
                }),
            ),
        ];
        self.connection.begin().await?;
        for (sql, params) in inserts {
            self.connection.execute(Statement { name: "floor", sql }, &params).await?;
        }
        self.connection.commit().await
    }
}

impl Client for FloorClient {
    async fn act(&mut self, scenario: Scenario, data: &Data, rng: &mut fastrand::Rng) -> Outcome {
        let mut orders: Vec<NewOrder> = (0..BATCH).map_while(|_| data.order(scenario, rng)).collect();
        if orders.len() < BATCH {
            return Outcome::Exhausted;
        }
        orders.sort_unstable_by_key(|order| order.coupon.map_or(0, CouponId::get));
        match self.insert(&orders).await {
            Ok(()) => Outcome::Done(orders.len() as u64),
            Err(error) => {
                // the next one begins afresh
                let _ = self.connection.rollback().await;
                Outcome::Failed(error.to_string())
            }
        }
    }
}
