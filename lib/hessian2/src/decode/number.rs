//! Ints, longs and doubles in all their lengths.

use super::Decoder;
use crate::error::{DecodeError, Problem};
use crate::tag;

impl Decoder<'_> {
    pub(super) fn int(&mut self, first: u8) -> Result<i32, DecodeError> {
        let over = |zero: u8| i32::from(first) - i32::from(zero);
        Ok(match first {
            0x80..=0xbf => over(tag::INT_ZERO),
            0xc0..=0xcf => (over(tag::INT_BYTE_ZERO) << 8) | i32::from(self.byte()?),
            0xd0..=0xd7 => (over(tag::INT_SHORT_ZERO) << 16) | i32::from(u16::from_be_bytes(self.array()?)),
            tag::INT => i32::from_be_bytes(self.array()?),
            other => return Err(self.error_before(Problem::Tag(other))),
        })
    }

    pub(super) fn long(&mut self, first: u8) -> Result<i64, DecodeError> {
        let over = |zero: u8| i64::from(first) - i64::from(zero);
        Ok(match first {
            0xd8..=0xef => over(tag::LONG_ZERO),
            0xf0..=0xff => (over(tag::LONG_BYTE_ZERO) << 8) | i64::from(self.byte()?),
            0x38..=0x3f => (over(tag::LONG_SHORT_ZERO) << 16) | i64::from(u16::from_be_bytes(self.array()?)),
            tag::LONG_INT => i32::from_be_bytes(self.array()?).into(),
            tag::LONG => i64::from_be_bytes(self.array()?),
            other => return Err(self.error_before(Problem::Tag(other))),
        })
    }

    /// The form of four bytes counts thousandths: the specification's text speaks of a float, its example and Java do not.
    pub(super) fn double(&mut self, first: u8) -> Result<f64, DecodeError> {
        Ok(match first {
            tag::DOUBLE_ZERO => 0.0,
            tag::DOUBLE_ONE => 1.0,
            tag::DOUBLE_BYTE => i8::from_be_bytes(self.array()?).into(),
            tag::DOUBLE_SHORT => i16::from_be_bytes(self.array()?).into(),
            tag::DOUBLE_MILL => 0.001 * f64::from(i32::from_be_bytes(self.array()?)),
            tag::DOUBLE => f64::from_be_bytes(self.array()?),
            other => return Err(self.error_before(Problem::Tag(other))),
        })
    }
}
