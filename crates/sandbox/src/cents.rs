//! Money on the wire is a decimal text with two decimals, inside whole cents.

/// 99999999.99, more than any test needs and far from where sums of `i64` end.
const MOST: i64 = 9_999_999_999;

/// `4880.00` as 488000. Nothing below 0.01, no sign, no more than two decimals.
pub(crate) fn read(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "00"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.len() > 2 {
        return None;
    }
    let cents: i64 = format!("{whole}{fraction:0<2}").parse().ok()?;
    (1..=MOST).contains(&cents).then_some(cents)
}

/// 488000 as `4880.00`.
pub(crate) fn write(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let cents = cents.unsigned_abs();
    format!("{sign}{}.{:02}", cents / 100, cents % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_exactly() {
        for (text, cents) in [("0.01", 1), ("1", 100), ("12.3", 1230), ("4880.00", 488_000), ("99999999.99", MOST)] {
            assert_eq!(read(text), Some(cents), "{text}");
        }
        for text in ["", "0", "0.00", ".5", "5.", "1.234", "-1", "+1", "1e3", " 1", "1,0", "100000000", "99999999999999999999"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(write(488_000), "4880.00");
        assert_eq!(write(5), "0.05");
        assert_eq!(write(-105), "-1.05");
    }
}
