//! The only place that reads the machine's clock.

use std::sync::Arc;
use std::time::SystemTime;

use rocketmall_core::id::Timestamp;

/// Tells the moment. Injected everywhere, so that tests can make time pass.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The machine's clock.
pub fn system() -> Clock {
    Arc::new(|| {
        #[expect(clippy::disallowed_methods, reason = "this is the one place")]
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    })
}

/// RFC 3339 in UTC with milliseconds, as the API writes times.
pub fn rfc3339(at: Timestamp) -> String {
    let since_epoch = std::time::Duration::from_millis(u64::try_from(at.millis()).unwrap_or(0));
    humantime::format_rfc3339_millis(SystemTime::UNIX_EPOCH + since_epoch).to_string()
}

/// Reads an RFC 3339 time, in UTC or with an offset such as +08:00.
pub fn parse_rfc3339(text: &str) -> Option<Timestamp> {
    let (local, ahead) = match text.char_indices().rev().nth(5) {
        Some((at, sign @ ('+' | '-'))) => {
            let (hours, minutes) = text[at + 1..].split_once(':')?;
            let digits = |text: &str| text.parse().ok().filter(|_| text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit()));
            let (hours, minutes): (i64, i64) = (digits(hours).filter(|h| *h < 24)?, digits(minutes).filter(|m| *m < 60)?);
            let ahead = (hours * 60 + minutes) * 60_000;
            (format!("{}Z", &text[..at]), if sign == '+' { ahead } else { -ahead })
        }
        _ => (text.to_owned(), 0),
    };
    let time = humantime::parse_rfc3339(&local).ok()?;
    let since_epoch = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    let millis = i64::try_from(since_epoch.as_millis()).ok()?.checked_sub(ahead)?;
    Some(Timestamp::from_millis(millis)).filter(|_| millis >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_utc_and_with_an_offset() {
        let read = |text: &str| parse_rfc3339(text).map(rfc3339);
        let eight = Some("2026-11-24T08:00:00.000Z".to_owned());
        for text in ["2026-11-24T08:00:00Z", "2026-11-24T16:00:00+08:00", "2026-11-24T04:30:00.000-03:30", "2026-11-24T08:00:00+00:00"] {
            assert_eq!(read(text), eight, "{text}");
        }
        for wrong in [
            "",
            "2026-11-24",
            "2026-11-24T08:00:00+24:00",
            "2026-11-24T08:00:00+8:00",
            "2026-11-24T08:00:00 08:00",
            "1970-01-01T00:00:00+08:00",
            "héé+08:00",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
