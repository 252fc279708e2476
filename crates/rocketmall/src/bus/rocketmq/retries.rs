//! Messages that failed with their group: their rows say when they are tried again, the broker has nothing to do with it.

use std::time::Duration;

use rocketmall_store::StoreError;

use super::super::confirm::confirm;
use super::super::hand::{consume, due};
use crate::fleet::Fleet;
use crate::runtime::Runtime;
use crate::shutdown::Shutdown;

/// Messages taken up at once.
const PORTION: i64 = 128;
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// After a failure of the database.
const PAUSE: Duration = Duration::from_secs(1);

/// Tries again what is due, until told to stop.
pub(super) async fn run(fleet: Fleet, runtime: Runtime, mut told: Shutdown) {
    while !told.is_told() {
        let pause = match retry_due(&fleet, &runtime).await {
            Ok(0) => LOOK_EVERY,
            Ok(_) => continue,
            Err(error) => {
                tracing::warn!(%error, "failed messages cannot be taken up; trying again");
                PAUSE
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = told.told() => {}
        }
    }
}

async fn retry_due(fleet: &Fleet, runtime: &Runtime) -> Result<usize, StoreError> {
    let (count, again) = due(runtime, PORTION).await?;
    consume(runtime, confirm(fleet, again).await).await;
    Ok(count)
}
