//! Ints, longs, doubles and dates, each in its shortest form.

use super::Encoder;
use crate::tag;

const MINUTE: i64 = 60_000;

impl Encoder {
    pub(super) fn int(&mut self, value: i32) {
        let bytes = value.to_be_bytes();
        match value {
            -0x10..=0x2f => self.bytes.push(tag::INT_ZERO.wrapping_add(bytes[3])),
            -0x800..=0x7ff => self.bytes.extend([tag::INT_BYTE_ZERO.wrapping_add(bytes[2]), bytes[3]]),
            -0x4_0000..=0x3_ffff => self.bytes.extend([tag::INT_SHORT_ZERO.wrapping_add(bytes[1]), bytes[2], bytes[3]]),
            _ => self.form(tag::INT, bytes),
        }
    }

    pub(super) fn long(&mut self, value: i64) {
        let bytes = value.to_be_bytes();
        match value {
            -0x08..=0x0f => self.bytes.push(tag::LONG_ZERO.wrapping_add(bytes[7])),
            -0x800..=0x7ff => self.bytes.extend([tag::LONG_BYTE_ZERO.wrapping_add(bytes[6]), bytes[7]]),
            -0x4_0000..=0x3_ffff => self.bytes.extend([tag::LONG_SHORT_ZERO.wrapping_add(bytes[5]), bytes[6], bytes[7]]),
            _ => match i32::try_from(value) {
                Ok(value) => self.form(tag::LONG_INT, value.to_be_bytes()),
                Err(_) => self.form(tag::LONG, bytes),
            },
        }
    }

    /// Bits are compared, not numbers: the shorter forms have no negative zero.
    #[expect(clippy::cast_possible_truncation, reason = "as in Java the nearest whole number is tried; it is compared afterwards")]
    pub(super) fn double(&mut self, value: f64) {
        let same = |candidate: f64| candidate.to_bits() == value.to_bits();
        let whole = Some(value as i32).filter(|whole| same((*whole).into()));
        let thousandths = (value * 1000.0) as i32;
        match whole.map(|whole| (whole, i8::try_from(whole), i16::try_from(whole))) {
            Some((0, ..)) => self.bytes.push(tag::DOUBLE_ZERO),
            Some((1, ..)) => self.bytes.push(tag::DOUBLE_ONE),
            Some((_, Ok(byte), _)) => self.form(tag::DOUBLE_BYTE, byte.to_be_bytes()),
            Some((_, _, Ok(short))) => self.form(tag::DOUBLE_SHORT, short.to_be_bytes()),
            _ if same(0.001 * f64::from(thousandths)) => self.form(tag::DOUBLE_MILL, thousandths.to_be_bytes()),
            _ => self.form(tag::DOUBLE, value.to_be_bytes()),
        }
    }

    pub(super) fn date(&mut self, millis: i64) {
        match i32::try_from(millis / MINUTE) {
            Ok(minutes) if millis % MINUTE == 0 => self.form(tag::DATE_MINUTE, minutes.to_be_bytes()),
            _ => self.form(tag::DATE, millis.to_be_bytes()),
        }
    }

    fn form<const N: usize>(&mut self, tag: u8, bytes: [u8; N]) {
        self.bytes.push(tag);
        self.bytes.extend(bytes);
    }
}
