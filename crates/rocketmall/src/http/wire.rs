//! How values look on the wire of version 1: ids and money as strings, times as RFC 3339.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use rocketmall_core::id::{self, Timestamp};
use rocketmall_core::money::Cents;
use serde::de::{Error as _, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{Object, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::{clock, demo_data};

/// An amount of money 金额
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, pattern = r"^-?\d{1,8}(\.\d{1,2})?$", example = "5000.00")]
pub struct Money(pub Cents);

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Parse("an amount as a string, such as \"12.34\"", PhantomData)).map(Self)
    }
}

/// An id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Id<T>(pub T);

/// A user's id on the wire.
pub type UserRef = Id<id::UserId>;
/// The id of goods on the wire.
pub type GoodsRef = Id<id::GoodsId>;
/// A coupon's id on the wire.
pub type CouponRef = Id<id::CouponId>;
/// An order's id on the wire.
pub type OrderRef = Id<id::OrderId>;
/// A refund's id on the wire.
pub type RefundRef = Id<id::RefundId>;
/// A payment's id on the wire.
pub type PaymentRef = Id<id::PaymentId>;

/// How the document shows the ids of one kind of thing.
trait Documented {
    const NAME: &'static str;
    const DESCRIPTION: &'static str;
    /// Of the demo data, where they have one.
    const EXAMPLE: i64;
}

macro_rules! documented {
    ($($id:ident $description:literal $example:expr;)*) => {$(
        impl Documented for id::$id {
            const NAME: &'static str = stringify!($id);
            const DESCRIPTION: &'static str = $description;
            const EXAMPLE: i64 = $example;
        }
    )*};
}

documented! {
    UserId "A user's id 用户编号" demo_data::USER.get();
    GoodsId "The id of goods 商品编号" demo_data::GOODS.get();
    CouponId "A coupon's id 优惠券编号" demo_data::COUPON.get();
    OrderId "An order's id 订单编号" 1_319_170_834_210_160_640;
    PaymentId "A payment's id 支付单编号" 1_319_170_836_852_572_160;
    RefundId "A refund's id 退款单编号" 1_319_170_839_578_869_760;
}

impl<T: Documented> PartialSchema for Id<T> {
    fn schema() -> RefOr<Schema> {
        let digits = Object::builder().schema_type(Type::String).pattern(Some(r"^[1-9]\d{0,18}$"));
        digits.description(Some(T::DESCRIPTION)).examples([serde_json::json!(T::EXAMPLE.to_string())]).into()
    }
}

impl<T: Documented> ToSchema for Id<T> {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed(T::NAME)
    }
}

impl<T: fmt::Display> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de, T: FromStr<Err: fmt::Display>> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Parse("an id as a string of digits", PhantomData)).map(Self)
    }
}

/// A moment, RFC 3339 in UTC 时间
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-11-24T08:00:00.000Z")]
pub struct Time(pub Timestamp);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&clock::rfc3339(self.0))
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        clock::parse_rfc3339(&text).map(Self).ok_or_else(|| D::Error::custom("is not a time: write it like \"2026-11-24T08:00:00Z\""))
    }
}

struct Parse<T>(&'static str, PhantomData<T>);

/// Parses a string, and says of anything else what was wanted.
impl<T: FromStr<Err: fmt::Display>> Visitor<'_> for Parse<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(|error: T::Err| E::custom(error))
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<T, E> {
        Err(E::invalid_type(Unexpected::Other("a number"), &self))
    }
}
