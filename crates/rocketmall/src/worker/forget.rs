//! Forgets callers who have been quiet, so that counting them takes no memory for good.

use std::sync::Arc;
use std::time::Duration;

use crate::http::Manners;
use crate::shutdown::Shutdown;

const EVERY: Duration = Duration::from_secs(10);

/// Forgets until told to stop.
pub async fn run(manners: Arc<Manners>, mut shutdown: Shutdown) {
    while !shutdown.is_told() {
        manners.rates.get().forget();
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = shutdown.told() => {}
        }
    }
}
