//! How common classes of Java's library look on the wire.
//!
//! Where a value may be shared, as `BigDecimal.ZERO` is, resolve it first: [`Graph::resolve`](crate::Graph::resolve).

use crate::value::{Object, Value};

const BIG_DECIMAL: &str = "java.math.BigDecimal";

/// A `java.math.BigDecimal` of these digits: an object with one field, `value`.
///
/// ```
/// use hessian2_codec::java::{as_big_decimal, big_decimal};
///
/// assert_eq!(as_big_decimal(&big_decimal("19.90")), Some("19.90"));
/// ```
pub fn big_decimal(digits: impl Into<String>) -> Value {
    Object::new(BIG_DECIMAL).with("value", digits.into()).into()
}

/// The digits of a `java.math.BigDecimal`. Java writes them as its `toString`, which may have an exponent: `1E+3`.
pub fn as_big_decimal(value: &Value) -> Option<&str> {
    value.as_object().filter(|object| object.class() == BIG_DECIMAL)?.get("value")?.as_str()
}

/// A constant of an enum: an object of its class with one field, `name`.
///
/// ```
/// use hessian2_codec::java::{as_enumeration, enumeration};
///
/// assert_eq!(as_enumeration(&enumeration("shop.State", "PAID")), Some(("shop.State", "PAID")));
/// ```
pub fn enumeration(class: impl Into<String>, constant: impl Into<String>) -> Value {
    Object::new(class).with("name", constant.into()).into()
}

/// Class and name of an enum's constant, which is any object with `name` as its only field.
pub fn as_enumeration(value: &Value) -> Option<(&str, &str)> {
    let object = value.as_object().filter(|object| object.fields().len() == 1)?;
    Some((object.class(), object.get("name")?.as_str()?))
}

/// A `java.util.Date`, or one of its subclasses in `java.sql`, which are objects with it in their field `value`.
pub fn as_date(value: &Value) -> Option<i64> {
    value.as_date().or_else(|| value.as_object().filter(|object| object.class().starts_with("java.sql."))?.get("value")?.as_date())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_looks_alike_is_not_taken_for_it() {
        assert_eq!(as_big_decimal(&Object::new("java.math.BigInteger").with("value", "1").into()), None);
        assert_eq!(as_big_decimal(&Object::new(BIG_DECIMAL).into()), None);
        assert_eq!(as_enumeration(&Object::new("shop.User").with("name", "a").with("id", 1).into()), None);
    }

    #[test]
    fn dates_of_both_packages_are_read() {
        let sql = Object::new("java.sql.Timestamp").with("value", Value::Date(7));
        assert_eq!((as_date(&Value::Date(5)), as_date(&sql.into()), as_date(&Value::Long(5))), (Some(5), Some(7), None));
    }
}
