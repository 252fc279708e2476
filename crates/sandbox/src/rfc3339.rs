//! Times on the wire are RFC 3339 in UTC, inside milliseconds since the Unix epoch.

use std::time::{Duration, UNIX_EPOCH};

/// The last millisecond of the year 9999, beyond which the format has no words.
const LAST: u64 = 253_402_300_799_999;

pub(crate) fn write(millis: i64) -> String {
    let millis = u64::try_from(millis).unwrap_or(0).min(LAST);
    humantime::format_rfc3339_millis(UNIX_EPOCH + Duration::from_millis(millis)).to_string()
}

pub(crate) fn read(text: &str) -> Option<i64> {
    let since = humantime::parse_rfc3339(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()
}
