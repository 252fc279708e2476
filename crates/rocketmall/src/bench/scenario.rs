//! What the load consists of.

use std::fmt;

use clap::ValueEnum;
use rocketmall_core::basket::{Basket, BasketLine};
use rocketmall_core::command::PlaceOrder;
use rocketmall_core::id::{CouponId, GoodsId, OrderId, UserId};
use rocketmall_core::money::Cents;
use serde::Serialize;

/// What clients do, over and over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scenario {
    /// Orders of one line over many goods, each with a coupon, some balance and an idempotency key
    Spread,
    /// The same, all for one kind of goods
    Hot,
    /// The same, with three lines each
    Carts,
    /// Every second order is refused, each time for another reason
    Refusals,
    /// An order, its payment, the platform's notification, and all that follows from it
    Pay,
    /// One order and four reads: an order, a list of orders, a list of goods, an account
    Mixed,
}

impl Scenario {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 6] = [Self::Spread, Self::Hot, Self::Carts, Self::Refusals, Self::Pay, Self::Mixed];

    /// Lines of one order.
    pub fn lines(self) -> usize {
        if self == Self::Carts { 3 } else { 1 }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Spread => "spread",
            Self::Hot => "hot",
            Self::Carts => "carts",
            Self::Refusals => "refusals",
            Self::Pay => "pay",
            Self::Mixed => "mixed",
        })
    }
}

/// Where the goods go to, and to whom: texts of the usual length, in the language of most customers.
pub const ADDRESS: &str = "上海市浦东新区世纪大道100号";
/// The consignee.
pub const CONSIGNEE: &str = "王小明";

/// An order to be placed.
#[derive(Clone, Debug)]
pub struct NewOrder {
    /// Whose.
    pub user: UserId,
    /// The goods, one piece each.
    pub goods: Vec<GoodsId>,
    /// The coupon to use.
    pub coupon: Option<CouponId>,
    /// How much of the balance to use.
    pub money: Cents,
    /// The idempotency key.
    pub key: String,
    /// Must the shop refuse it?
    pub refused: bool,
}

impl NewOrder {
    /// As the command that the engine takes.
    pub fn command(self, order_id: OrderId) -> PlaceOrder {
        let line = |goods_id| BasketLine { goods_id, number: 1, seen_price: None };
        PlaceOrder {
            order_id,
            basket: Basket {
                user_id: self.user,
                lines: self.goods.into_iter().map(line).collect(),
                coupon_id: self.coupon,
                money_paid: self.money,
                seen_freight: None,
                seen_total: None,
                seen_pay_amount: None,
            },
            address: ADDRESS.to_owned(),
            consignee: CONSIGNEE.to_owned(),
        }
    }
}
