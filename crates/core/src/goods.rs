//! Goods and their stock.

use serde::{Deserialize, Serialize};

use crate::id::{GoodsId, OrderId, RefundId, Timestamp};
use crate::money::Cents;
use crate::rejection::{Reason, Rejection};

/// One kind of goods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Goods {
    /// Its id.
    pub id: GoodsId,
    /// Its name.
    pub name: String,
    /// What it is.
    pub desc: String,
    /// The price of one piece.
    pub price: Cents,
    /// Pieces that can be sold, never below 0.
    pub stock: i64,
    /// When the shop took it up.
    pub created_at: Timestamp,
}

/// The most pieces of one kind the table holds (`int`).
pub const MAX_STOCK: i64 = 2_147_483_647;

impl Goods {
    /// The stock after `delta` pieces come (or go, if negative).
    pub fn stock_after(&self, delta: i64) -> Result<i64, Rejection> {
        match self.stock.checked_add(delta) {
            Some(stock) if (0..=MAX_STOCK).contains(&stock) => Ok(stock),
            Some(stock) if stock > MAX_STOCK => {
                Err(Rejection::new(Reason::BadParameter, format!("more than {MAX_STOCK} pieces of goods {} cannot be kept", self.id)))
            }
            _ => Err(Rejection::new(Reason::StockTooLow, format!("goods {} has {} in stock", self.id, self.stock))),
        }
    }
}

/// Why stock changed (`trade_goods_number_log.cause`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum StockCause {
    /// The first count when the goods were taken up.
    Opening,
    /// Taken by an order; negative.
    Order,
    /// Given back by a cancelled order.
    Release,
    /// A correction by an administrator.
    Correction,
    /// Given back by a refund.
    Return,
}

/// One entry of the stock log. The stock is the sum of its entries (I1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockEntry {
    /// The goods.
    pub goods_id: GoodsId,
    /// The order that took or gave back.
    pub order_id: Option<OrderId>,
    /// The refund that gave back.
    pub refund_id: Option<RefundId>,
    /// Pieces that came (negative: went).
    pub number: i64,
    /// Why.
    pub cause: StockCause,
    /// The administrator's words for a correction.
    pub reason: Option<String>,
    /// When.
    pub at: Timestamp,
}
