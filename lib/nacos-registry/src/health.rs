//! Whether Nacos answers.

use std::time::Instant;

use crate::error::Error;

/// How it stands with Nacos, as of the last look.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Health {
    /// Whether Nacos answered.
    pub connected: bool,
    /// Since when it is so.
    pub since: Instant,
    /// How often it went away, or wasn't there to begin with.
    pub failures: u64,
    /// What went wrong last; it may be mended since.
    pub last_error: Option<Error>,
}

impl Health {
    pub(crate) fn new() -> Self {
        Self { connected: false, since: Instant::now(), failures: 0, last_error: None }
    }
}
