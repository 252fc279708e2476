//! Waiting for something to become true, for so long and no longer.

use std::time::Duration;

use anyhow::{Result, bail};
use tokio::time::{Instant, sleep};

const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// What a look found: what was waited for, or how things stand instead.
pub enum Look<T> {
    /// It is so.
    Found(T),
    /// Not yet; the text goes into the error if it never is.
    NotYet(String),
}

/// Looks again and again until `look` finds `what`. An error of `look` ends the waiting at once.
pub async fn until<T, F>(what: &str, within: Duration, mut look: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<Look<T>>>,
{
    let end = Instant::now() + within;
    loop {
        match look().await? {
            Look::Found(found) => return Ok(found),
            Look::NotYet(state) if Instant::now() >= end => bail!("waited {within:?} in vain for {what}: {state}"),
            Look::NotYet(_) => sleep(BETWEEN_LOOKS).await,
        }
    }
}
