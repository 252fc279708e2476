//! `CouponService`: coupons, and that an order uses one.

use rocketmall_core::command::Command;
use rocketmall_core::coupon::Coupon;
use rocketmall_core::id::{CouponId, OrderId, UserId};
use rocketmall_core::rejection::Reason;
use rocketmall_core::saga::RedeemCoupon;

use super::messages::{TradeCoupon, USED};
use super::refusal::{self, Refusal, bad};
use super::{Shop, needed};

impl Shop {
    /// One coupon, if it is there.
    pub(super) async fn find_coupon(&self, id: Option<i64>) -> Result<Option<TradeCoupon>, Refusal> {
        let id = CouponId::new(needed(id, "couponId")?);
        Ok(self.fleet.coupon(id).await?.map(TradeCoupon::from))
    }

    /// The coupon is the order's, once, as long as it is free and the user's. What the order is worth is not said, so its minimum is not
    /// asked for; free again it becomes by message alone.
    pub(super) async fn use_coupon(&self, coupon: TradeCoupon) -> Result<bool, Refusal> {
        if coupon.is_used != Some(USED) {
            return Err(bad("isUsed", format!("must be {USED}: a coupon is given back by an order_cancel message")).into());
        }
        let redeem = RedeemCoupon {
            order_id: OrderId::new(needed(coupon.order_id, "orderId")?),
            user_id: UserId::new(needed(coupon.user_id, "userId")?),
            coupon_id: CouponId::new(needed(coupon.coupon_id, "couponId")?),
            reckoned: None,
        };
        refusal::taken(self.submit(Command::RedeemCoupon(redeem)).await, Reason::CouponUseFailed)
    }
}

impl From<Coupon> for TradeCoupon {
    fn from(coupon: Coupon) -> Self {
        Self {
            coupon_id: Some(coupon.id.get()),
            coupon_price: Some(coupon.price.to_string()),
            user_id: Some(coupon.user_id.get()),
            order_id: coupon.used.and_then(|used| used.order_id).map(OrderId::get),
            is_used: Some(coupon.used.map_or(0, |_| USED)),
            used_time: coupon.used.map(|used| used.at.millis()),
        }
    }
}
