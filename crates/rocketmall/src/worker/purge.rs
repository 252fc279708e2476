//! Deletes finished rows that are past their retention, in small portions.

use std::time::Duration;

use rocketmall_store::claim::{self, Retention};

use crate::runtime::Runtime;
use crate::shutdown::Shutdown;

const EVERY: Duration = Duration::from_mins(1);
/// Between two portions, so that the purge never has the database to itself.
const BREATH: Duration = Duration::from_millis(50);

/// Purges until told to stop. Several processes may do so at once: each deletes what the others have not.
pub async fn run(runtime: Runtime, retention: Retention, mut shutdown: Shutdown) {
    while !shutdown.is_told() {
        let pause = match claim::purge(&runtime.database, (runtime.clock)(), retention).await {
            Ok(true) => BREATH,
            Ok(false) => EVERY,
            Err(error) => {
                tracing::warn!(%error, "the purge failed; trying again");
                EVERY
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = shutdown.told() => {}
        }
    }
}
