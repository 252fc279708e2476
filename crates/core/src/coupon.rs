//! Coupons: one user's, used by at most one order.

use serde::{Deserialize, Serialize};

use crate::id::{CouponId, OrderId, Timestamp, UserId};
use crate::money::Cents;
use crate::rejection::{Reason, Rejection};

/// A coupon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coupon {
    /// Its id.
    pub id: CouponId,
    /// Whose it is.
    pub user_id: UserId,
    /// What it pays.
    pub price: Cents,
    /// The goods amount from which on it counts.
    pub min_spend: Cents,
    /// From then on it cannot be used any more.
    pub expires_at: Option<Timestamp>,
    /// Used, and by which order.
    pub used: Option<CouponUse>,
    /// When it was given out.
    pub created_at: Timestamp,
}

/// Who holds a used coupon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponUse {
    /// The order; unknown only in rows that others wrote.
    pub order_id: Option<OrderId>,
    /// Since when.
    pub at: Timestamp,
}

impl Coupon {
    /// What the coupon pays of `order_amount`, if `user` may use it now (api.md, Rules).
    pub fn pays(&self, user: UserId, goods_amount: Cents, order_amount: Cents, now: Timestamp) -> Result<Cents, Rejection> {
        self.check_free(user, now)?;
        if goods_amount < self.min_spend {
            return Err(self.not_valid(&format!("counts from a goods amount of {} on", self.min_spend)));
        }
        Ok(self.price.min(order_amount))
    }

    /// May `user` use it now for some order, however much that is worth?
    pub fn check_free(&self, user: UserId, now: Timestamp) -> Result<(), Rejection> {
        if self.user_id != user {
            return Err(Self::unknown(self.id));
        }
        if self.used.is_some() {
            return Err(self.not_valid("is used already"));
        }
        if self.expires_at.is_some_and(|end| now >= end) {
            return Err(self.not_valid("has expired"));
        }
        Ok(())
    }

    fn not_valid(&self, why: &str) -> Rejection {
        Rejection::of_field(Reason::CouponNotValid, "coupon_id", format!("coupon {} {why}", self.id))
    }

    /// The refusal for a coupon that does not exist, or not for this user: both look the same.
    pub fn unknown(id: CouponId) -> Rejection {
        Rejection::of_field(Reason::CouponUnknown, "coupon_id", format!("you have no coupon {id}"))
    }

    /// Is it held by this order?
    pub fn held_by(&self, order: OrderId) -> bool {
        self.used.is_some_and(|held| held.order_id == Some(order))
    }
}
