//! Strings and binaries, which come in chunks.

use super::Decoder;
use crate::error::{DecodeError, Problem};
use crate::tag;

/// A chunk's length, and whether another follows.
struct Chunk {
    length: usize,
    last: bool,
}

/// What a string of Java's has given so far: it counts in UTF-16 units, and half a pair waits for the other.
#[derive(Default)]
struct Text {
    text: String,
    half: Option<u16>,
}

impl Decoder<'_> {
    pub(super) fn text(&mut self, mut first: u8) -> Result<String, DecodeError> {
        let mut text = Text::default();
        let mut units = 0_usize;
        loop {
            let chunk = match first {
                0x00..=0x1f => Chunk { length: first.into(), last: true },
                0x30..=0x33 => Chunk { length: self.short(first & 0x03)?, last: true },
                tag::STRING => Chunk { length: u16::from_be_bytes(self.array()?).into(), last: true },
                tag::STRING_CHUNK => Chunk { length: u16::from_be_bytes(self.array()?).into(), last: false },
                found => return Err(self.error_before(Problem::Expected { expected: "a further chunk of a string", found })),
            };
            units += chunk.length;
            if units > self.limits.string {
                return Err(self.error(Problem::StringTooLong(self.limits.string)));
            }
            self.units(chunk.length, &mut text)?;
            if chunk.last {
                return Ok(text.end());
            }
            first = self.byte()?;
        }
    }

    fn units(&mut self, count: usize, text: &mut Text) -> Result<(), DecodeError> {
        let plain = self.bytes[self.at..].get(..count).filter(|bytes| bytes.is_ascii());
        if let Some(plain) = plain.and_then(|bytes| std::str::from_utf8(bytes).ok()) {
            text.push_str(plain);
            self.at += count;
            return Ok(());
        }
        for _ in 0..count {
            let unit = self.unit()?;
            text.push(unit);
        }
        Ok(())
    }

    /// One to three bytes. A character of four, which UTF-8 has, Java writes as two units of three.
    fn unit(&mut self) -> Result<u16, DecodeError> {
        let first = self.byte()?;
        Ok(match first {
            0x00..=0x7f => first.into(),
            0xc0..=0xdf => (u16::from(first & 0x1f) << 6) | self.continuation()?,
            0xe0..=0xef => (u16::from(first & 0x0f) << 12) | (self.continuation()? << 6) | self.continuation()?,
            _ => return Err(self.error_before(Problem::Character(first))),
        })
    }

    fn continuation(&mut self) -> Result<u16, DecodeError> {
        let byte = self.byte()?;
        if byte & 0xc0 == 0x80 { Ok((byte & 0x3f).into()) } else { Err(self.error_before(Problem::Character(byte))) }
    }

    pub(super) fn binary(&mut self, mut first: u8) -> Result<Vec<u8>, DecodeError> {
        let mut all = Vec::new();
        loop {
            let chunk = match first {
                0x20..=0x2f => Chunk { length: (first & 0x0f).into(), last: true },
                0x34..=0x37 => Chunk { length: self.short(first & 0x03)?, last: true },
                tag::BINARY => Chunk { length: u16::from_be_bytes(self.array()?).into(), last: true },
                tag::BINARY_CHUNK => Chunk { length: u16::from_be_bytes(self.array()?).into(), last: false },
                found => return Err(self.error_before(Problem::Expected { expected: "a further chunk of bytes", found })),
            };
            let bytes = self.bytes[self.at..].get(..chunk.length).ok_or_else(|| self.error(Problem::Ends))?;
            all.extend_from_slice(bytes);
            self.at += chunk.length;
            if chunk.last {
                return Ok(all);
            }
            first = self.byte()?;
        }
    }

    /// A length of ten bits, of which the first two are known.
    fn short(&mut self, high: u8) -> Result<usize, DecodeError> {
        Ok(u16::from_be_bytes([high, self.byte()?]).into())
    }
}

impl Text {
    fn push(&mut self, unit: u16) {
        let half = self.half.take();
        if let (Some(high), 0xdc00..=0xdfff) = (half, unit) {
            self.text.extend(char::decode_utf16([high, unit]).map(|pair| pair.unwrap_or(char::REPLACEMENT_CHARACTER)));
            return;
        }
        if half.is_some() {
            self.text.push(char::REPLACEMENT_CHARACTER);
        }
        match unit {
            0xd800..=0xdbff => self.half = Some(unit),
            _ => self.text.push(char::from_u32(unit.into()).unwrap_or(char::REPLACEMENT_CHARACTER)),
        }
    }

    fn push_str(&mut self, plain: &str) {
        if !plain.is_empty() && self.half.take().is_some() {
            self.text.push(char::REPLACEMENT_CHARACTER);
        }
        self.text.push_str(plain);
    }

    fn end(mut self) -> String {
        if self.half.is_some() {
            self.text.push(char::REPLACEMENT_CHARACTER);
        }
        self.text
    }
}
