//! `GoodService`: goods, and pieces that an order takes.

use rocketmall_core::basket::BasketLine;
use rocketmall_core::command::Command;
use rocketmall_core::goods::{Goods, MAX_STOCK};
use rocketmall_core::id::{GoodsId, OrderId};
use rocketmall_core::rejection::Reason;
use rocketmall_core::saga::ReserveStock;

use super::messages::{TradeGoods, TradeGoodsNumberLog};
use super::refusal::{self, Refusal, bad};
use super::{Shop, needed};

impl Shop {
    /// One kind of goods, if it is there.
    pub(super) async fn find_goods(&self, id: Option<i64>) -> Result<Option<TradeGoods>, Refusal> {
        let id = GoodsId::new(needed(id, "goodsId")?);
        Ok(self.fleet.goods(vec![id]).await?.pop().map(TradeGoods::from))
    }

    /// The pieces leave the stock for the order, once however often that is asked for.
    pub(super) async fn reduce_goods(&self, log: TradeGoodsNumberLog) -> Result<bool, Refusal> {
        let (goods_id, order_id) = (GoodsId::new(needed(log.goods_id, "goodsId")?), OrderId::new(needed(log.order_id, "orderId")?));
        let number = log.goods_number.filter(|number| *number > 0).ok_or_else(|| bad("goodsNumber", "a number above 0 is missing"))?;
        let line = BasketLine { goods_id, number: number.into(), seen_price: None };
        let reserve = ReserveStock { order_id, lines: vec![line] };
        refusal::taken(self.submit(Command::ReserveStock(reserve)).await, Reason::DeductFailed)
    }
}

impl From<Goods> for TradeGoods {
    fn from(goods: Goods) -> Self {
        Self {
            goods_id: Some(goods.id.get()),
            goods_name: Some(goods.name),
            // the stock is within it: `MAX_STOCK`
            goods_number: i32::try_from(goods.stock.min(MAX_STOCK)).ok(),
            goods_price: Some(goods.price.to_string()),
            goods_desc: Some(goods.desc),
            add_time: Some(goods.created_at.millis()),
        }
    }
}
