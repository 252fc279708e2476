//! Whether a client is connected.

use std::time::Instant;

use crate::error::Error;

/// A client's connection, as it is now.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Health {
    /// Whether the proxy has accepted this client and the connection stands.
    pub connected: bool,
    /// The proxy in use, or the one that is tried next.
    pub endpoint: String,
    /// Since when it is so.
    pub since: Instant,
    /// How often the connection was lost, or not made.
    pub failures: u64,
    /// What went wrong last, with the connection or while polling; it may be mended since.
    pub last_error: Option<Error>,
}
