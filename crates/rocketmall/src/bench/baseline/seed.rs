//! The original's way: 15 statements, each change committed by itself, stock and balance read and overwritten (seed-contract, section 4).

use rocketmall_store::{Connection, StoreError};

use super::{number, one, order_row, sql, text};
use crate::bench::data::{Data, MONEY};
use crate::bench::load::{Client, Outcome};
use crate::bench::scenario::{NewOrder, Scenario};
use crate::runtime::Runtime;

/// One connection that places orders so.
pub struct SeedClient {
    connection: Connection,
    runtime: Runtime,
}

impl SeedClient {
    /// Connects.
    pub async fn connect(runtime: &Runtime) -> Result<Self, StoreError> {
        Ok(Self { connection: runtime.database.connect().await?, runtime: runtime.clone() })
    }

    async fn place(&mut self, order: &NewOrder) -> Result<(), StoreError> {
        let (id, now) = (self.runtime.ids.next(), (self.runtime.clock)());
        let (user, goods) = (order.user.get(), order.goods.first().map_or(0, |goods| goods.get()));
        let (coupon, millis) = (order.coupon.map_or(0, rocketmall_core::id::CouponId::get), now.millis());
        let connection = &mut self.connection;
        // check, then the pre-order
        let shelf = one(connection, sql::GOODS, &[goods.into()]).await?;
        one(connection, sql::USER, &[user.into()]).await?;
        one(connection, sql::COUPON, &[coupon.into()]).await?;
        connection.execute(sql::ORDER, &order_row(id, order, 0, text(shelf.as_ref(), 0), now)).await?;
        // the goods service
        let shelf = one(connection, sql::GOODS, &[goods.into()]).await?;
        connection.execute(sql::TAKE_STOCK, &[(number(shelf.as_ref(), 2) - 1).into(), goods.into()]).await?;
        connection.execute(sql::STOCK_LOG, &[goods.into(), id.into(), (-1).into(), millis.into()]).await?;
        // the coupon service
        one(connection, sql::COUPON, &[coupon.into()]).await?;
        connection.execute(sql::USE_COUPON, &[id.into(), millis.into(), coupon.into()]).await?;
        // the user service
        let account = one(connection, sql::USER, &[user.into()]).await?;
        one(connection, sql::LOGGED, &[id.into()]).await?;
        connection.execute(sql::TAKE_MONEY, &[(number(account.as_ref(), 0) - MONEY.get()).into(), user.into()]).await?;
        connection.execute(sql::MONEY_LOG, &[user.into(), id.into(), MONEY.get().into(), millis.into()]).await?;
        // confirmed
        one(connection, sql::ORDER_STATE, &[id.into()]).await?;
        connection.execute(sql::CONFIRM, &[millis.into(), id.into()]).await?;
        Ok(())
    }
}

impl Client for SeedClient {
    async fn act(&mut self, scenario: Scenario, data: &Data, rng: &mut fastrand::Rng) -> Outcome {
        let Some(order) = data.order(scenario, rng) else { return Outcome::Exhausted };
        self.place(&order).await.map_or_else(|error| Outcome::Failed(error.to_string()), |()| Outcome::Done(1))
    }
}
