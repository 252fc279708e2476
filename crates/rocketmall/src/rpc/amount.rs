//! Money as Java's `BigDecimal` writes it, read exactly: never a float.

use rocketmall_core::money::Cents;

/// More digits than any amount has that can be kept; whoever sends more means no money.
const DIGITS: usize = 30;

/// An amount from the digits of a `BigDecimal`, which may have an exponent: `5E+3`. Zeros beyond the cents are nothing; anything else
/// beyond them, or beyond the largest amount, is no amount.
///
/// ```
/// use rocketmall::rpc::amount::amount;
/// use rocketmall_core::money::Cents;
///
/// assert_eq!(amount("5E+3"), Some(Cents::new(500_000)));
/// assert_eq!(amount("19.900"), Some(Cents::new(1_990)));
/// assert_eq!(amount("0.001"), None);
/// ```
pub fn amount(text: &str) -> Option<Cents> {
    let (number, exponent) = match text.split_once(['E', 'e']) {
        Some((number, exponent)) => (number, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (sign, number) = match number.strip_prefix('-') {
        Some(number) => (-1, number),
        None => (1, number),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = [whole, fraction].concat();
    if digits.is_empty() || digits.len() > DIGITS || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let digits: i128 = digits.parse().ok()?;
    if digits == 0 {
        return Some(Cents::ZERO);
    }
    // cents are hundredths
    let shift = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?.checked_add(2)?;
    let factor = 10_i128.checked_pow(shift.unsigned_abs())?;
    let cents = if shift >= 0 { digits.checked_mul(factor)? } else { Some(digits / factor).filter(|_| digits % factor == 0)? };
    let cents = i64::try_from(cents).ok().filter(|cents| *cents <= Cents::MAX.get())?;
    Some(Cents::new(sign * cents))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_that_java_writes_is_read_exactly() {
        for (text, cents) in [
            ("0", 0),
            ("0E-10", 0),
            ("0E+999999999", 0),
            ("-0.00", 0),
            ("5000", 500_000),
            ("5000.0", 500_000),
            ("5E+3", 500_000),
            ("5.0E3", 500_000),
            ("0.01", 1),
            ("1E-2", 1),
            ("1000E-3", 100),
            ("19.9000", 1_990),
            ("-12.34", -1_234),
            ("99999999.99", Cents::MAX.get()),
        ] {
            assert_eq!(amount(text), Some(Cents::new(cents)), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_not_rounded_to_one() {
        for text in
            ["", "-", ".", "E", "1E", "1E+", "0.001", "1E-3", "100000000", "1E+30", "1E+2147483647", "1E-2147483648", "1e1e1", "１", "NaN"]
        {
            assert_eq!(amount(text), None, "{text}");
        }
        assert_eq!(amount(&"9".repeat(31)), None);
    }
}
