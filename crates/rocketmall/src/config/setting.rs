//! How one value is written: everything may come as a text (the environment knows nothing else), TOML's own types too.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use rocketmall_core::message::Effect;
use rocketmall_core::money::Cents;
use rocketmall_store::claim::TimersOf;
use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserializer, Serialize as _, Serializer};
use toml::Value;

use super::secret::{DatabaseUrl, Secret};

/// A value as people write it.
pub(super) trait Setting: Sized {
    /// From its text. The error continues a sentence that began with the key.
    fn read(text: &str) -> Result<Self, String>;
    /// As it is shown.
    fn show(&self) -> Value;
}

pub(super) fn deserialize<'de, T: Setting, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let text = deserializer.deserialize_any(AnyText)?;
    T::read(text.trim()).map_err(D::Error::custom)
}

pub(super) fn serialize<T: Setting, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    value.show().serialize(serializer)
}

/// Turns numbers, truth values and lists into the texts they stand for.
struct AnyText;

impl<'de> Visitor<'de> for AnyText {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value, not a table")
    }

    fn visit_str<E>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_bool<E>(self, truth: bool) -> Result<String, E> {
        Ok(truth.to_string())
    }

    fn visit_i64<E>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_u64<E>(self, number: u64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_f64<E>(self, number: f64) -> Result<String, E> {
        // the shortest text that reads as this number: 10.50 in the file gives "10.5"
        Ok(number.to_string())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<String, A::Error> {
        let mut items: Vec<String> = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(items.join(","))
    }
}

impl Setting for String {
    fn read(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }

    fn show(&self) -> Value {
        Value::String(super::secret::masked(self))
    }
}

impl Setting for bool {
    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| format!("is true or false, not {text:?}"))
    }

    fn show(&self) -> Value {
        Value::Boolean(*self)
    }
}

impl Setting for usize {
    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| format!("is a whole number, not {text:?}"))
    }

    fn show(&self) -> Value {
        Value::Integer(i64::try_from(*self).unwrap_or(i64::MAX))
    }
}

impl Setting for i64 {
    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| format!("is a whole number, not {text:?}"))
    }

    fn show(&self) -> Value {
        Value::Integer(*self)
    }
}

impl Setting for Duration {
    fn read(text: &str) -> Result<Self, String> {
        humantime::parse_duration(text).map_err(|_| format!("is a duration such as \"30m\" or \"3s\", not {text:?}"))
    }

    fn show(&self) -> Value {
        Value::String(humantime::format_duration(*self).to_string())
    }
}

impl Setting for Cents {
    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|error| format!("is an amount such as \"10.00\": {text:?} {error}"))
    }

    fn show(&self) -> Value {
        Value::String(self.to_string())
    }
}

impl Setting for SocketAddr {
    fn read(text: &str) -> Result<Self, String> {
        let numeric = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
        let wanted = || format!("is an address such as \"127.0.0.1:8181\", not {text:?}");
        numeric.as_deref().unwrap_or(text).parse().map_err(|_| wanted())
    }

    fn show(&self) -> Value {
        Value::String(self.to_string())
    }
}

/// Empty for none.
impl<T: Setting> Setting for Option<T> {
    fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() { Ok(None) } else { T::read(text).map(Some) }
    }

    fn show(&self) -> Value {
        self.as_ref().map_or_else(|| Value::String(String::new()), T::show)
    }
}

impl Setting for Secret {
    fn read(text: &str) -> Result<Self, String> {
        Ok(Self::new(text))
    }

    fn show(&self) -> Value {
        Value::String(self.to_string())
    }
}

impl Setting for DatabaseUrl {
    fn read(text: &str) -> Result<Self, String> {
        Self::parse(text)
    }

    fn show(&self) -> Value {
        Value::String(self.to_string())
    }
}

/// A part of a whole, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Ratio(pub f64);

impl Setting for Ratio {
    fn read(text: &str) -> Result<Self, String> {
        let ratio = text.parse().ok().filter(|ratio| (0.0..=1.0).contains(ratio));
        ratio.map(Self).ok_or_else(|| format!("is a number from 0 to 1, not {text:?}"))
    }

    fn show(&self) -> Value {
        Value::Float(self.0)
    }
}

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(pub usize);

const SIZES: [(&str, usize); 3] = [("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

impl Setting for ByteSize {
    fn read(text: &str) -> Result<Self, String> {
        let sized = SIZES.iter().find_map(|(unit, bytes)| Some((text.strip_suffix(unit)?, *bytes)));
        let (number, bytes) = sized.unwrap_or((text, 1));
        let number: Option<usize> = number.trim_end().parse().ok();
        let size = number.and_then(|number| number.checked_mul(bytes)).map(Self);
        size.ok_or_else(|| format!("is a size such as \"64KiB\", \"1MiB\" or a number of bytes, not {text:?}"))
    }

    fn show(&self) -> Value {
        let fitting = SIZES.iter().find(|(_, bytes)| self.0 >= *bytes && self.0.is_multiple_of(*bytes));
        Value::String(fitting.map_or_else(|| "0B".to_owned(), |(unit, bytes)| format!("{}{unit}", self.0 / bytes)))
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

impl Setting for LogFormat {
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(format!("is \"text\" or \"json\", not {text:?}")),
        }
    }

    fn show(&self) -> Value {
        Value::String(if *self == Self::Text { "text" } else { "json" }.to_owned())
    }
}

/// One of the parts that processes can be split into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub enum Role {
    OrderWeb,
    PayWeb,
    Order,
    Goods,
    Coupon,
    User,
    Pay,
    Message,
}

const ROLES: [(&str, Role); 8] = [
    ("order-web", Role::OrderWeb),
    ("pay-web", Role::PayWeb),
    ("order", Role::Order),
    ("goods", Role::Goods),
    ("coupon", Role::Coupon),
    ("user", Role::User),
    ("pay", Role::Pay),
    ("message", Role::Message),
];

/// What a process does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Roles {
    /// Everything.
    All,
    /// These parts, each once.
    Some(Vec<Role>),
}

impl Role {
    /// Each of them.
    pub const ALL: [Self; 8] = [Self::OrderWeb, Self::PayWeb, Self::Order, Self::Goods, Self::Coupon, Self::User, Self::Pay, Self::Message];

    /// As it is written in `roles`.
    pub fn name(self) -> &'static str {
        ROLES.iter().find(|(_, role)| *role == self).map_or("", |(name, _)| name)
    }

    /// Whose part of the shop this effect of a message is in.
    pub fn hearing(effect: Effect) -> Self {
        match effect {
            Effect::ReleaseCoupon | Effect::ReturnCoupon => Self::Coupon,
            Effect::ReleaseStock | Effect::ReturnStock => Self::Goods,
            Effect::CancelOrder | Effect::PayOrder => Self::Order,
            Effect::ReleaseBalance | Effect::AwardScore | Effect::RefundAccount => Self::User,
            Effect::LogPayment | Effect::LogRefund => Self::Message,
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl Roles {
    /// Does a process with these do this?
    pub fn include(&self, role: Role) -> bool {
        match self {
            Self::All => true,
            Self::Some(roles) => roles.contains(&role),
        }
    }
}

impl Roles {
    /// Do customers or administrators call a process with these?
    pub fn are_on_the_web(&self) -> bool {
        self.include(Role::OrderWeb) || self.include(Role::PayWeb)
    }

    /// Whose timers a process with these takes up, if anybody's.
    pub fn timers(&self) -> Option<TimersOf> {
        match (self.include(Role::Order), self.include(Role::Pay)) {
            (true, true) => Some(TimersOf::Everybody),
            (true, false) => Some(TimersOf::Orders),
            (false, true) => Some(TimersOf::Payments),
            (false, false) => None,
        }
    }
}

impl Setting for Roles {
    fn read(text: &str) -> Result<Self, String> {
        let mut roles = Vec::new();
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match ROLES.iter().find(|(known, _)| *known == name) {
                _ if name == "all" => return Ok(Self::All),
                Some((_, role)) if !roles.contains(role) => roles.push(*role),
                Some(_) => {}
                None => {
                    let names: Vec<_> = ROLES.iter().map(|(known, _)| *known).collect();
                    return Err(format!("is \"all\" or a list of {}, not {name:?}", names.join(", ")));
                }
            }
        }
        if roles.is_empty() { Err("names no role: write \"all\" for every one".to_owned()) } else { Ok(Self::Some(roles)) }
    }

    fn show(&self) -> Value {
        let Self::Some(roles) = self else { return Value::String("all".to_owned()) };
        let names: Vec<_> = ROLES.iter().filter(|(_, role)| roles.contains(role)).map(|(name, _)| *name).collect();
        Value::String(names.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown<T: Setting>(text: &str) -> Value {
        T::read(text).map_or_else(Value::String, |value| value.show())
    }

    #[test]
    fn what_is_shown_reads_as_the_same() {
        for text in ["64KiB", "1MiB", "1B", "1025B", "0B"] {
            assert_eq!(shown::<ByteSize>(text), Value::String(text.to_owned()));
        }
        assert_eq!(ByteSize::read("65536"), Ok(ByteSize(65_536)));
        assert_eq!(shown::<Duration>("180s"), Value::String("3m".to_owned()));
        assert_eq!(shown::<Cents>("10"), Value::String("10.00".to_owned()));
        assert_eq!(shown::<Roles>("user, order,user"), Value::String("order,user".to_owned()));
        assert_eq!(shown::<Option<SocketAddr>>(""), Value::String(String::new()));
        assert_eq!(shown::<SocketAddr>("localhost:1"), Value::String("127.0.0.1:1".to_owned()));
    }

    #[test]
    fn what_cannot_be_read_says_what_is_wanted() {
        let complaint = |value: Value| value.as_str().expect("a complaint").to_owned();
        assert!(complaint(shown::<Duration>("30")).contains("\"30m\""));
        assert!(complaint(shown::<Cents>("1.005")).contains("\"10.00\""));
        assert!(complaint(shown::<ByteSize>("99999999999999999999KiB")).contains("\"64KiB\""));
        assert!(complaint(shown::<Roles>("orders")).contains("order-web"));
        assert!(complaint(shown::<Roles>(",")).contains("\"all\""));
    }
}
