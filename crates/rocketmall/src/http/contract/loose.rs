//! Ids and money as the contract's callers send them: numbers, or the same digits as a string.

use rocketmall_core::money::Cents;
use serde::de::{Deserialize as _, Deserializer, Error, Unexpected, Visitor};
use utoipa::openapi::schema::{Object, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// An id or a count, as the document shows it and as it is read.
pub(super) struct Digits;

impl PartialSchema for Digits {
    fn schema() -> RefOr<Schema> {
        let either = Object::builder().schema_type(SchemaType::from_iter([Type::Integer, Type::String]));
        either.pattern(Some(r"^-?\d{1,19}$")).into()
    }
}

impl ToSchema for Digits {}

/// An amount of money, as the document shows it.
pub(super) struct Amount;

impl PartialSchema for Amount {
    fn schema() -> RefOr<Schema> {
        let either = Object::builder().schema_type(SchemaType::from_iter([Type::Number, Type::String]));
        either.pattern(Some(r"^-?\d{1,8}(\.\d{1,2})?$")).into()
    }
}

impl ToSchema for Amount {}

impl Visitor<'_> for Digits {
    type Value = i64;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a whole number, or its digits as a string")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<i64, E> {
        Ok(number)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<i64, E> {
        i64::try_from(number).map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<i64, E> {
        let digits = text.strip_prefix('-').unwrap_or(text).bytes().all(|byte| byte.is_ascii_digit());
        let number = if digits { text.parse().ok() } else { None };
        number.ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }
}

/// A whole number, or its digits as a string.
pub fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    deserializer.deserialize_any(Digits)
}

struct OptionalDigits;

impl<'de> Visitor<'de> for OptionalDigits {
    type Value = Option<i64>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Digits.expecting(f)
    }

    fn visit_none<E: Error>(self) -> Result<Option<i64>, E> {
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Option<i64>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<i64>, D::Error> {
        number(deserializer).map(Some)
    }
}

/// The same, or null.
pub fn optional_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    deserializer.deserialize_option(OptionalDigits)
}

/// The text of the number is read, so no amount ever passes through a float.
pub fn amount<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cents, D::Error> {
    Cents::deserialize(deserializer)
}
