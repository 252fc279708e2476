//! Times as text: RFC 3339 in UTC, to the millisecond.

use std::time::{Duration, UNIX_EPOCH};

use rocketmall_core::id::Timestamp;

/// The last millisecond of the year 9999, beyond which the format has no words.
const LAST: u64 = 253_402_300_799_999;

pub(crate) fn write(at: Timestamp) -> String {
    let millis = u64::try_from(at.millis()).unwrap_or(0).min(LAST);
    humantime::format_rfc3339_millis(UNIX_EPOCH + Duration::from_millis(millis)).to_string()
}

pub(crate) fn read(text: &str) -> Option<Timestamp> {
    let since = humantime::parse_rfc3339(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok().map(Timestamp::from_millis)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn has_the_usual_form() {
        assert_eq!(write(Timestamp::from_millis(1_700_000_000_123)), "2023-11-14T22:13:20.123Z");
        for extreme in [i64::MIN, i64::MAX] {
            assert!(read(&write(Timestamp::from_millis(extreme))).is_some(), "{extreme}");
        }
    }

    proptest! {
        #[test]
        fn reads_what_it_writes(millis in 0..=i64::try_from(LAST).expect("fits")) {
            let at = Timestamp::from_millis(millis);
            prop_assert_eq!(read(&write(at)), Some(at));
        }

        #[test]
        fn no_text_makes_it_panic(text in "[0-9]{0,5}[-:.TZ+ é0-9]{0,30}") {
            let _ = read(&text);
        }
    }
}
