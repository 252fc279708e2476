//! Ids: positive 64-bit numbers of their own kinds, so that one is never taken for another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A text that is no id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not an id: ids are positive whole numbers, as digits")]
pub struct ParseIdError;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(i64);

        impl $name {
            /// The id with this number.
            pub const fn new(number: i64) -> Self {
                Self(number)
            }

            /// The number, as the database and the contract's messages carry it.
            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                // One id has one name: no sign, no zeros before it.
                let digits = !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
                match text.parse() {
                    Ok(number) if digits && number > 0 => Ok(Self(number)),
                    _ => Err(ParseIdError),
                }
            }
        }
    )*};
}

ids! {
    /// A kind of goods (`trade_goods.goods_id`).
    GoodsId;
    /// A user with an account (`trade_user.user_id`).
    UserId;
    /// A coupon (`trade_coupon.coupon_id`).
    CouponId;
    /// An order (`trade_order.order_id`).
    OrderId;
    /// A payment attempt (`trade_pay.pay_id`).
    PaymentId;
    /// A refund (`trade_refund.refund_id`); the platform's refund number, reused on every retry.
    RefundId;
    /// An outgoing message (`trade_mq_producer_temp.id`).
    MessageId;
}

/// A moment: milliseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment so many milliseconds after the Unix epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The moment `millis` later (earlier if negative), at most the end of time.
    #[must_use]
    pub const fn after(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }
}
