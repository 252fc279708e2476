//! Values to bytes.

mod chunks;
mod number;

use std::collections::HashMap;
use std::sync::Arc;

use crate::error::EncodeError;
use crate::limits::Limits;
use crate::tag;
use crate::value::{Class, List, Map, Object, Value};

/// So many classes have a byte of their own.
const DIRECT_CLASSES: u8 = 16;
/// The longest list whose length stands in its first byte.
const DIRECT_LENGTH: usize = 7;

/// Writes one value.
///
/// ```
/// use hessian2_codec::{Value, encode};
///
/// assert_eq!(encode(&Value::from("hi")), Ok(vec![2, b'h', b'i']));
/// ```
pub fn encode(value: &Value) -> Result<Vec<u8>, EncodeError> {
    let mut encoder = Encoder::new();
    encoder.write(value)?;
    Ok(encoder.finish())
}

/// Writes the values of one stream, which share their classes, types and references.
#[derive(Clone, Debug, Default)]
pub struct Encoder {
    bytes: Vec<u8>,
    containers: u32,
    classes: HashMap<Arc<Class>, i32>,
    types: HashMap<Arc<str>, i32>,
}

impl Encoder {
    /// With nothing written.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes a value. After an error what was written is of no use.
    pub fn write(&mut self, value: &Value) -> Result<(), EncodeError> {
        self.value(value, 0)
    }

    /// What was written.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    fn value(&mut self, value: &Value, depth: usize) -> Result<(), EncodeError> {
        match value {
            Value::Null => self.bytes.push(tag::NULL),
            Value::Bool(true) => self.bytes.push(tag::TRUE),
            Value::Bool(false) => self.bytes.push(tag::FALSE),
            Value::Int(value) => self.int(*value),
            Value::Long(value) => self.long(*value),
            Value::Double(value) => self.double(*value),
            Value::Date(millis) => self.date(*millis),
            Value::String(text) => self.text(text),
            Value::Bytes(bytes) => self.binary(bytes),
            Value::List(list) => self.list(list, below(depth)?)?,
            Value::Map(map) => self.map(map, below(depth)?)?,
            Value::Object(object) => self.object(object, below(depth)?)?,
            Value::Ref(number) => self.reference(*number)?,
        }
        Ok(())
    }

    fn list(&mut self, list: &List, depth: usize) -> Result<(), EncodeError> {
        self.begin()?;
        let length = list.items.len();
        let kind = list.kind.as_ref().filter(|kind| !kind.is_empty());
        let direct = u8::try_from(length).ok().filter(|_| length <= DIRECT_LENGTH);
        match (kind, direct) {
            (None, Some(length)) => self.bytes.push(tag::LIST_DIRECT_UNTYPED + length),
            (None, None) => {
                self.bytes.push(tag::LIST_FIXED_UNTYPED);
                self.int(int(length)?);
            }
            (Some(kind), Some(length)) => {
                self.bytes.push(tag::LIST_DIRECT + length);
                self.kind(kind)?;
            }
            (Some(kind), None) => {
                self.bytes.push(tag::LIST_FIXED);
                self.kind(kind)?;
                self.int(int(length)?);
            }
        }
        list.items.iter().try_for_each(|item| self.value(item, depth))
    }

    fn map(&mut self, map: &Map, depth: usize) -> Result<(), EncodeError> {
        self.begin()?;
        match map.kind.as_ref().filter(|kind| !kind.is_empty()) {
            None => self.bytes.push(tag::MAP_UNTYPED),
            Some(kind) => {
                self.bytes.push(tag::MAP);
                self.kind(kind)?;
            }
        }
        for (key, value) in &map.entries {
            self.value(key, depth)?;
            self.value(value, depth)?;
        }
        self.bytes.push(tag::END);
        Ok(())
    }

    fn object(&mut self, object: &Object, depth: usize) -> Result<(), EncodeError> {
        self.begin()?;
        let number = match self.classes.get(object.shape()) {
            Some(number) => *number,
            None => self.class(object.shape())?,
        };
        if let Some(number) = u8::try_from(number).ok().filter(|number| *number < DIRECT_CLASSES) {
            self.bytes.push(tag::OBJECT_DIRECT + number);
        } else {
            self.bytes.push(tag::OBJECT);
            self.int(number);
        }
        object.values().iter().try_for_each(|value| self.value(value, depth))
    }

    fn class(&mut self, class: &Arc<Class>) -> Result<i32, EncodeError> {
        let number = int(self.classes.len())?;
        self.bytes.push(tag::CLASS);
        self.text(&class.name);
        self.int(int(class.fields.len())?);
        for field in &class.fields {
            self.text(field);
        }
        self.classes.insert(Arc::clone(class), number);
        Ok(number)
    }

    fn kind(&mut self, kind: &Arc<str>) -> Result<(), EncodeError> {
        if let Some(number) = self.types.get(kind) {
            self.int(*number);
            return Ok(());
        }
        self.types.insert(Arc::clone(kind), int(self.types.len())?);
        self.text(kind);
        Ok(())
    }

    fn reference(&mut self, number: u32) -> Result<(), EncodeError> {
        let known = i32::try_from(number).ok().filter(|_| number < self.containers);
        self.bytes.push(tag::REFERENCE);
        self.int(known.ok_or(EncodeError::Reference(number))?);
        Ok(())
    }

    fn begin(&mut self) -> Result<(), EncodeError> {
        self.containers = self.containers.checked_add(1).ok_or(EncodeError::TooMany(usize::MAX))?;
        Ok(())
    }
}

fn below(depth: usize) -> Result<usize, EncodeError> {
    if depth < Limits::DEEPEST { Ok(depth + 1) } else { Err(EncodeError::TooDeep(Limits::DEEPEST)) }
}

fn int(count: usize) -> Result<i32, EncodeError> {
    i32::try_from(count).map_err(|_| EncodeError::TooMany(count))
}
