//! Keeps the worker number.

use std::time::Duration;

use crate::runtime::Runtime;
use crate::shutdown::Shutdown;

/// Several tries fit into one lease.
const RENEW_EVERY: Duration = Duration::from_secs(10);

/// Renews until told to stop.
pub async fn run(runtime: Runtime, mut shutdown: Shutdown) {
    while !shutdown.is_told() {
        tokio::select! {
            () = tokio::time::sleep(RENEW_EVERY) => {}
            () = shutdown.told() => return,
        }
        if let Err(error) = runtime.ids.renew().await {
            tracing::warn!(%error, "the worker number could not be renewed; trying again");
        }
    }
}
