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

/// Reads an RFC 3339 time.
pub fn parse_rfc3339(text: &str) -> Option<Timestamp> {
    let time = humantime::parse_rfc3339(text).ok()?;
    let since_epoch = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    i64::try_from(since_epoch.as_millis()).ok().map(Timestamp::from_millis)
}
