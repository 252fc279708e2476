//! Money: whole cents, checked arithmetic, never a float.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// An amount of money in cents (1/100 of the currency unit). May be negative in differences and corrections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cents(i64);

/// Digits before the point that the largest amount has.
const WHOLE_DIGITS: usize = 8;

/// Why a text is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseCentsError {
    /// Not digits with an optional sign, point and at most two decimals.
    #[error("is not an amount: write it like \"12.34\", with at most two decimals")]
    Malformed,
    /// Beyond the largest amount of the tables.
    #[error("is beyond the largest amount, 99999999.99")]
    TooLarge,
}

impl Cents {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest amount the tables hold: `DECIMAL(10,2)` (seed-contract, section 7).
    pub const MAX: Self = Self(9_999_999_999);

    /// An amount from a count of cents.
    pub const fn new(cents: i64) -> Self {
        Self(cents)
    }

    /// The count of cents.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The sum, or `None` beyond [`Cents::MAX`] in either direction.
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).and_then(Self::in_range)
    }

    /// The difference, or `None` beyond [`Cents::MAX`] in either direction.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).and_then(Self::in_range)
    }

    /// The amount for `number` pieces, or `None` beyond [`Cents::MAX`].
    pub fn times(self, number: i64) -> Option<Self> {
        self.0.checked_mul(number).and_then(Self::in_range)
    }

    /// Whole units of currency in this amount, rounded down (the score rule of api.md).
    pub const fn whole_units(self) -> i64 {
        self.0.div_euclid(100)
    }

    /// Below zero?
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    fn in_range(cents: i64) -> Option<Self> {
        (-Self::MAX.0..=Self::MAX.0).contains(&cents).then_some(Self(cents))
    }
}

/// Always with two decimals: `4880.00`.
impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let cents = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", cents.div_euclid(100), cents.rem_euclid(100))
    }
}

impl FromStr for Cents {
    type Err = ParseCentsError;

    fn from_str(text: &str) -> Result<Self, ParseCentsError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "00"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(whole) || !all_digits(fraction) || fraction.len() > 2 {
            return Err(ParseCentsError::Malformed);
        }
        // Zeros count too: an amount is written one way, as the API document says.
        if whole.len() > WHOLE_DIGITS {
            return Err(ParseCentsError::TooLarge);
        }
        let padded = format!("{whole}{fraction:0<2}");
        let cents: i64 = padded.parse().map_err(|_| ParseCentsError::TooLarge)?;
        let signed = if negative { cents.checked_neg() } else { Some(cents) };
        signed.and_then(Self::in_range).ok_or(ParseCentsError::TooLarge)
    }
}

/// As the contract's messages carry money: a JSON number, `4880` or `0.01`.
///
/// Reading takes a number or a string; the text is read exactly and never becomes a float.
impl Serialize for Cents {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let exact = self.to_string();
        let short = exact.strip_suffix(".00").unwrap_or(&exact).to_owned();
        RawValue::from_string(short).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Cents {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get();
        let amount = if text.starts_with('"') {
            // A string may spell its digits in escapes.
            serde_json::from_str::<String>(text).map_err(D::Error::custom)?.parse()
        } else {
            text.parse()
        };
        amount.map_err(|error| D::Error::custom(format!("{text} {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_exactly() {
        for (text, cents) in [("0", 0), ("0.01", 1), ("12.3", 1230), ("4880.00", 488_000), ("-5.05", -505)] {
            assert_eq!(text.parse(), Ok(Cents(cents)), "{text}");
        }
        assert_eq!("99999999.99".parse(), Ok(Cents::MAX));
        for text in ["100000000", "000000001", "-000000000.50", "99999999999999999999"] {
            assert_eq!(text.parse::<Cents>(), Err(ParseCentsError::TooLarge), "{text}");
        }
        assert_eq!("00000001".parse(), Ok(Cents(100)));
        for text in ["", ".", "1.", ".5", "1.234", "1e2", "+1", " 1", "1,00", "--1", "NaN", "１"] {
            assert_eq!(text.parse::<Cents>(), Err(ParseCentsError::Malformed), "{text}");
        }
        assert_eq!(Cents(-505).to_string(), "-5.05");
    }

    #[test]
    fn json_is_a_number_and_reads_both() {
        let json = |cents| serde_json::to_string(&Cents(cents)).expect("amounts serialise");
        assert_eq!(json(10_000), "100");
        assert_eq!(json(1), "0.01");
        for text in ["0.1", "\"0.10\"", "0.10", "\"\\u0030.1\""] {
            assert_eq!(serde_json::from_str::<Cents>(text).expect(text), Cents(10));
        }
        for text in ["1e1", "null", "0.001", "[1]", "\"\""] {
            serde_json::from_str::<Cents>(text).expect_err(text);
        }
    }

    #[test]
    fn arithmetic_is_checked() {
        assert_eq!(Cents::MAX.plus(Cents(1)), None);
        assert_eq!(Cents(i64::MAX).times(2), None);
        assert_eq!(Cents(250).times(4), Some(Cents(1000)));
        assert_eq!(Cents(199).whole_units(), 1);
    }
}
