//! Bytes to values.

mod chunks;
mod number;

use std::sync::Arc;

use crate::error::{DecodeError, Problem};
use crate::limits::Limits;
use crate::tag;
use crate::value::{Class, List, Map, Object, Value};

/// So many elements get their room at once; more only as they come.
const ROOM: usize = 16;

/// Reads the one value that `bytes` are, within the default [`Limits`].
///
/// ```
/// use hessian2_codec::{Value, decode};
///
/// assert_eq!(decode(&[0xf8, 0x2a]), Ok(Value::Long(42)));
/// assert!(decode(&[0xf8]).is_err() && decode(&[0x90, 0x90]).is_err());
/// ```
pub fn decode(bytes: &[u8]) -> Result<Value, DecodeError> {
    let mut decoder = Decoder::new(bytes);
    let value = decoder.read()?;
    decoder.finish()?;
    Ok(value)
}

/// Reads the values of one stream, which share their classes, types and references.
#[derive(Clone, Debug)]
pub struct Decoder<'a> {
    bytes: &'a [u8],
    at: usize,
    limits: Limits,
    values: usize,
    containers: u32,
    classes: Vec<Arc<Class>>,
    types: Vec<Option<Arc<str>>>,
}

impl<'a> Decoder<'a> {
    /// At the beginning of `bytes`, with the default limits.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, limits: Limits::default(), values: 0, containers: 0, classes: Vec::new(), types: Vec::new() }
    }

    /// The same with other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The next value.
    pub fn read(&mut self) -> Result<Value, DecodeError> {
        if self.bytes.len() > self.limits.bytes {
            return Err(DecodeError { at: self.limits.bytes, problem: Problem::TooLong(self.limits.bytes) });
        }
        self.value(0)
    }

    /// Whether all was read.
    pub fn is_at_end(&self) -> bool {
        self.at == self.bytes.len()
    }

    /// An error unless all was read.
    pub fn finish(&self) -> Result<(), DecodeError> {
        if self.is_at_end() { Ok(()) } else { Err(self.error(Problem::Trailing)) }
    }

    fn value(&mut self, depth: usize) -> Result<Value, DecodeError> {
        self.count(1)?;
        let mut first = self.byte()?;
        while first == tag::CLASS {
            self.class()?;
            first = self.byte()?;
        }
        Ok(match first {
            tag::NULL => Value::Null,
            tag::TRUE => Value::Bool(true),
            tag::FALSE => Value::Bool(false),
            0x80..=0xd7 | tag::INT => Value::Int(self.int(first)?),
            0xd8..=0xff | 0x38..=0x3f | tag::LONG | tag::LONG_INT => Value::Long(self.long(first)?),
            tag::DOUBLE_ZERO..=tag::DOUBLE_MILL | tag::DOUBLE => Value::Double(self.double(first)?),
            tag::DATE => Value::Date(i64::from_be_bytes(self.array()?)),
            tag::DATE_MINUTE => Value::Date(i64::from(i32::from_be_bytes(self.array()?)) * 60_000),
            0x00..=0x1f | 0x30..=0x33 | tag::STRING | tag::STRING_CHUNK => Value::String(self.text(first)?),
            0x20..=0x2f | 0x34..=0x37 | tag::BINARY | tag::BINARY_CHUNK => Value::Bytes(self.binary(first)?),
            tag::LIST_VARIABLE..=tag::LIST_FIXED_UNTYPED | 0x70..=0x7f => Value::List(self.list(first, self.below(depth)?)?),
            tag::MAP | tag::MAP_UNTYPED => Value::Map(self.map(first, self.below(depth)?)?),
            tag::OBJECT | 0x60..=0x6f => Value::Object(self.object(first, self.below(depth)?)?),
            tag::REFERENCE => self.reference()?,
            unknown => return Err(self.error_before(Problem::Tag(unknown))),
        })
    }

    fn list(&mut self, first: u8, depth: usize) -> Result<List, DecodeError> {
        self.begin()?;
        let typed = matches!(first, tag::LIST_VARIABLE | tag::LIST_FIXED | 0x70..=0x77);
        let kind = if typed { self.kind()? } else { None };
        let length = match first {
            tag::LIST_VARIABLE | tag::LIST_VARIABLE_UNTYPED => None,
            tag::LIST_FIXED | tag::LIST_FIXED_UNTYPED => Some(self.announced()?),
            _ => Some(usize::from(first & 0x07)),
        };
        let mut items = Vec::new();
        match length {
            Some(length) => {
                items.reserve(length.min(ROOM));
                for _ in 0..length {
                    items.push(self.value(depth)?);
                }
            }
            None => {
                while !self.ends()? {
                    items.push(self.value(depth)?);
                }
            }
        }
        Ok(List { kind, items })
    }

    fn map(&mut self, first: u8, depth: usize) -> Result<Map, DecodeError> {
        self.begin()?;
        let kind = if first == tag::MAP { self.kind()? } else { None };
        let mut entries = Vec::new();
        while !self.ends()? {
            entries.push((self.value(depth)?, self.value(depth)?));
        }
        Ok(Map { kind, entries })
    }

    fn object(&mut self, first: u8, depth: usize) -> Result<Object, DecodeError> {
        self.begin()?;
        let number = if first == tag::OBJECT { self.whole("the number of a class")? } else { i32::from(first & 0x0f) };
        let class = usize::try_from(number).ok().and_then(|at| self.classes.get(at));
        let class = Arc::clone(class.ok_or_else(|| self.error(Problem::Class(number)))?);
        let mut values = Vec::with_capacity(class.fields.len().min(ROOM));
        for _ in 0..class.fields.len() {
            values.push(self.value(depth)?);
        }
        Ok(Object::of(class, values))
    }

    fn class(&mut self) -> Result<(), DecodeError> {
        let name = self.name("the name of a class")?;
        let count = self.announced()?;
        self.count(count.saturating_add(1))?;
        let mut fields = Vec::with_capacity(count.min(ROOM));
        for _ in 0..count {
            fields.push(self.name("the name of a field")?);
        }
        self.classes.push(Arc::new(Class { name, fields }));
        Ok(())
    }

    fn reference(&mut self) -> Result<Value, DecodeError> {
        let number = self.whole("the number of a reference")?;
        let known = u32::try_from(number).ok().filter(|number| *number < self.containers);
        known.map(Value::Ref).ok_or_else(|| self.error(Problem::Reference(number)))
    }

    /// A type by its name, or by the number of one that was named before. An empty name is none.
    fn kind(&mut self) -> Result<Option<Arc<str>>, DecodeError> {
        if matches!(self.peek()?, 0x00..=0x1f | 0x30..=0x33 | tag::STRING | tag::STRING_CHUNK) {
            let name = self.name("a type")?;
            let kind = if name.is_empty() { None } else { Some(Arc::from(name)) };
            self.count(1)?;
            self.types.push(kind.clone());
            return Ok(kind);
        }
        let number = self.whole("a type")?;
        let known = usize::try_from(number).ok().and_then(|at| self.types.get(at));
        known.cloned().ok_or_else(|| self.error(Problem::Type(number)))
    }

    fn name(&mut self, expected: &'static str) -> Result<String, DecodeError> {
        let first = self.byte()?;
        match first {
            0x00..=0x1f | 0x30..=0x33 | tag::STRING | tag::STRING_CHUNK => self.text(first),
            found => Err(self.error_before(Problem::Expected { expected, found })),
        }
    }

    /// A number of values to come, each at least a byte.
    fn announced(&mut self) -> Result<usize, DecodeError> {
        let number = self.whole("a number of elements")?;
        let fits = usize::try_from(number).ok().filter(|count| *count <= self.bytes.len() - self.at);
        fits.ok_or_else(|| self.error(Problem::Announced(number)))
    }

    fn whole(&mut self, expected: &'static str) -> Result<i32, DecodeError> {
        let first = self.byte()?;
        match first {
            0x80..=0xd7 | tag::INT => self.int(first),
            found => Err(self.error_before(Problem::Expected { expected, found })),
        }
    }

    /// Takes the end of a list or map, if it is there.
    fn ends(&mut self) -> Result<bool, DecodeError> {
        let ends = self.peek()? == tag::END;
        self.at += usize::from(ends);
        Ok(ends)
    }

    fn begin(&mut self) -> Result<(), DecodeError> {
        self.containers = self.containers.checked_add(1).ok_or_else(|| self.error(Problem::TooMany(self.limits.values)))?;
        Ok(())
    }

    fn below(&self, depth: usize) -> Result<usize, DecodeError> {
        let levels = self.limits.levels();
        if depth < levels { Ok(depth + 1) } else { Err(self.error_before(Problem::TooDeep(levels))) }
    }

    fn count(&mut self, more: usize) -> Result<(), DecodeError> {
        self.values = self.values.saturating_add(more);
        if self.values > self.limits.values { Err(self.error(Problem::TooMany(self.limits.values))) } else { Ok(()) }
    }

    fn peek(&self) -> Result<u8, DecodeError> {
        self.bytes.get(self.at).copied().ok_or_else(|| self.error(Problem::Ends))
    }

    fn byte(&mut self) -> Result<u8, DecodeError> {
        let byte = self.peek()?;
        self.at += 1;
        Ok(byte)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let found = self.bytes[self.at..].first_chunk().copied().ok_or_else(|| self.error(Problem::Ends))?;
        self.at += N;
        Ok(found)
    }

    fn error(&self, problem: Problem) -> DecodeError {
        DecodeError { at: self.at, problem }
    }

    /// Of the byte that was just taken.
    fn error_before(&self, problem: Problem) -> DecodeError {
        DecodeError { at: self.at.saturating_sub(1), problem }
    }
}
