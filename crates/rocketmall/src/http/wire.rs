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

use crate::clock;

/// An amount of money.
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

impl<T> PartialSchema for Id<T> {
    fn schema() -> RefOr<Schema> {
        let digits = Object::builder().schema_type(Type::String).pattern(Some(r"^[1-9]\d{0,18}$"));
        digits.examples([serde_json::json!("345959443973935104")]).into()
    }
}

impl<T> ToSchema for Id<T> {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Id")
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

/// A moment.
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
