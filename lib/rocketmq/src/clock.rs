//! The time of day, read in one place.

use std::time::SystemTime;

#[expect(clippy::disallowed_methods, reason = "the client's one clock: signatures and messages that do not say when they were born")]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}
