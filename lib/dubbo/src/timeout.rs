//! How long a caller waits, as gRPC says it: up to eight digits and a unit.

use std::time::Duration;

/// Nothing where the header says nothing that can be read: a call is not refused for it.
pub(crate) fn parse(header: &str) -> Option<Duration> {
    const DIGITS: usize = 8;
    let (digits, unit) = header.split_at_checked(header.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > DIGITS || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let number: u64 = digits.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_secs(number * 3600),
        "M" => Duration::from_secs(number * 60),
        "S" => Duration::from_secs(number),
        "m" => Duration::from_millis(number),
        "u" => Duration::from_micros(number),
        "n" => Duration::from_nanos(number),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_unit_is_read_and_nothing_else() {
        let units = [("1H", 3_600_000), ("2M", 120_000), ("3S", 3000), ("5000m", 5000), ("6000u", 6), ("7000000n", 7), ("0m", 0)];
        for (header, millis) in units {
            assert_eq!(parse(header), Some(Duration::from_millis(millis)), "{header}");
        }
        for header in ["", "m", "1", "1s", "-1m", "+1m", "1.5S", "123456789m", "1é", "é"] {
            assert_eq!(parse(header), None, "{header}");
        }
    }
}
