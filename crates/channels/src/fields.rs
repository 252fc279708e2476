//! A JSON object read strictly: two fields of one name are refused, for readers differ in which one they believe.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeOwned, Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

#[derive(Debug)]
pub(crate) struct Fields<'a>(BTreeMap<String, &'a RawValue>);

impl<'a> Fields<'a> {
    pub(crate) fn of(bytes: &'a [u8]) -> Result<Self, String> {
        serde_json::from_slice(bytes).map_err(|error| error.to_string())
    }

    /// A field that must be there and of this kind.
    pub(crate) fn required<T: DeserializeOwned>(&self, name: &str) -> Result<T, String> {
        let raw = self.0.get(name).ok_or_else(|| format!("{name} is missing"))?;
        serde_json::from_str(raw.get()).map_err(|error| format!("{name}: {error}"))
    }

    /// A field that may be missing or null.
    pub(crate) fn optional<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, String> {
        match self.0.get(name) {
            Some(raw) => serde_json::from_str(raw.get()).map_err(|error| format!("{name}: {error}")),
            None => Ok(None),
        }
    }

    /// A text of 1 to `longest` characters.
    pub(crate) fn text(&self, name: &str, longest: usize) -> Result<String, String> {
        let text: String = self.required(name)?;
        match text.chars().count() {
            count if (1..=longest).contains(&count) => Ok(text),
            count => Err(format!("{name} has {count} characters, it should have 1 to {longest}")),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Unique).map(Self)
    }
}

struct Unique;

impl<'de> Visitor<'de> for Unique {
    type Value = BTreeMap<String, &'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
            if fields.contains_key(&name) {
                return Err(A::Error::custom(format!("{name} is there twice")));
            }
            fields.insert(name, value);
        }
        Ok(fields)
    }
}
