//! Strings and binaries, cut into chunks where they are long.

use super::Encoder;
use crate::tag;

/// The longest chunk, as Java cuts them.
const CHUNK: u16 = 0x8000;

impl Encoder {
    pub(super) fn text(&mut self, text: &str) {
        let mut left = text;
        loop {
            let (chunk, units) = chunk(left);
            left = &left[chunk.len()..];
            match units {
                _ if !left.is_empty() => self.chunk(tag::STRING_CHUNK, units),
                0..=0x1f => self.bytes.push(units.to_be_bytes()[1]),
                0x20..=0x3ff => self.short(tag::STRING_SHORT, units),
                _ => self.chunk(tag::STRING, units),
            }
            self.characters(chunk);
            if left.is_empty() {
                return;
            }
        }
    }

    fn characters(&mut self, text: &str) {
        self.bytes.reserve(text.len());
        for character in text.chars() {
            if u32::from(character) < 0x1_0000 {
                self.bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                continue;
            }
            for unit in character.encode_utf16(&mut [0; 2]) {
                let [high, low] = unit.to_be_bytes();
                self.bytes.extend([0xe0 | (high >> 4), 0x80 | ((high & 0x0f) << 2) | (low >> 6), 0x80 | (low & 0x3f)]);
            }
        }
    }

    pub(super) fn binary(&mut self, bytes: &[u8]) {
        let mut left = bytes;
        loop {
            let length = u16::try_from(left.len()).map_or(CHUNK, |length| length.min(CHUNK));
            let (chunk, rest) = left.split_at(length.into());
            left = rest;
            match length {
                _ if !left.is_empty() => self.chunk(tag::BINARY_CHUNK, length),
                0..=0x0f => self.bytes.push(tag::BINARY_DIRECT + length.to_be_bytes()[1]),
                0x10..=0x3ff => self.short(tag::BINARY_SHORT, length),
                _ => self.chunk(tag::BINARY, length),
            }
            self.bytes.extend_from_slice(chunk);
            if left.is_empty() {
                return;
            }
        }
    }

    fn short(&mut self, tag: u8, length: u16) {
        let [high, low] = length.to_be_bytes();
        self.bytes.extend([tag + high, low]);
    }

    fn chunk(&mut self, tag: u8, length: u16) {
        let [high, low] = length.to_be_bytes();
        self.bytes.extend([tag, high, low]);
    }
}

/// The head of a text that fits into a chunk, and its UTF-16 units. No pair of surrogates is cut.
fn chunk(text: &str) -> (&str, u16) {
    let mut units = 0_u16;
    for (at, character) in text.char_indices() {
        let more = if u32::from(character) < 0x1_0000 { 1 } else { 2 };
        if units + more > CHUNK {
            return (&text[..at], units);
        }
        units += more;
    }
    (text, units)
}
