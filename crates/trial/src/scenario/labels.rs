//! What the labels of a scenario stand for.

use std::collections::BTreeMap;

use rocketmall_core::basket::{Basket, BasketLine};
use rocketmall_core::id::{CouponId, GoodsId, OrderId, PaymentId, RefundId, UserId};

use super::step::{Asked, AskedLine};

/// What a label stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Goods.
    Goods,
    /// A user.
    User,
    /// A coupon.
    Coupon,
    /// An order.
    Order,
    /// An attempt to pay.
    Payment,
    /// A refund.
    Refund,
}

/// Which id each label stands for. One that was never given out stands for nothing that exists.
#[derive(Clone, Debug, Default)]
pub struct Labels(BTreeMap<(Kind, String), i64>);

impl Labels {
    /// The id of nothing: smaller than any that a door gives.
    pub const NOTHING: i64 = 1;

    /// From now on `label` stands for `id`.
    pub fn give(&mut self, kind: Kind, label: &str, id: i64) {
        self.0.insert((kind, label.to_owned()), id);
    }

    fn id(&self, kind: Kind, label: &str) -> i64 {
        self.0.get(&(kind, label.to_owned())).copied().unwrap_or(Self::NOTHING)
    }

    /// The goods with this label.
    pub fn goods(&self, label: &str) -> GoodsId {
        GoodsId::new(self.id(Kind::Goods, label))
    }

    /// The user with this label.
    pub fn user(&self, label: &str) -> UserId {
        UserId::new(self.id(Kind::User, label))
    }

    /// The coupon with this label.
    pub fn coupon(&self, label: &str) -> CouponId {
        CouponId::new(self.id(Kind::Coupon, label))
    }

    /// The order with this label.
    pub fn order(&self, label: &str) -> OrderId {
        OrderId::new(self.id(Kind::Order, label))
    }

    /// The attempt with this label.
    pub fn payment(&self, label: &str) -> PaymentId {
        PaymentId::new(self.id(Kind::Payment, label))
    }

    /// The refund with this label.
    pub fn refund(&self, label: &str) -> RefundId {
        RefundId::new(self.id(Kind::Refund, label))
    }

    /// What is asked for, with ids in place of labels.
    pub fn basket(&self, asked: &Asked) -> Basket {
        let line = |line: &AskedLine| BasketLine { goods_id: self.goods(&line.goods), number: line.number, seen_price: line.price };
        Basket {
            user_id: self.user(&asked.user),
            lines: asked.lines.iter().map(line).collect(),
            coupon_id: asked.coupon.as_deref().map(|label| self.coupon(label)),
            money_paid: asked.money,
            seen_freight: asked.freight,
            seen_total: asked.total,
            seen_pay_amount: asked.pay_amount,
        }
    }
}
