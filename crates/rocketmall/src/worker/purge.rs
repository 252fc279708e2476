//! Deletes finished rows that are past their retention, in small portions, as many as come and no faster than the shop bears.
//!
//! Each table has its own pace: full portions come sooner, portions that are not half full come later. So a table's rows go as
//! steadily as they came, rather than all of a minute's at once. After each portion the purge rests for a multiple of the time
//! that it took: a busy database answers late, and so slows the purge down.

use std::time::Duration;

use rocketmall_core::id::Timestamp;
use rocketmall_store::StoreError;
use rocketmall_store::claim::{PURGE_ROWS, Retention, Sweep};
use tokio::time::Instant;

use crate::runtime::Runtime;
use crate::shutdown::Shutdown;

/// Between two portions of a table at most, and after a failure.
const LONGEST: Duration = Duration::from_mins(1);
/// Between two portions of a table at least.
const SHORTEST: Duration = Duration::from_millis(10);
/// How many times as long as it worked the purge rests.
const REST: u32 = 3;

/// Purges until told to stop. Several processes may do so at once: each deletes what the others have not.
pub async fn run(runtime: Runtime, retention: Retention, mut shutdown: Shutdown) {
    let sweeps = Sweep::all(&runtime.database).into_iter();
    let mut tables: Vec<Table> = sweeps.map(|sweep| Table { sweep, pause: SHORTEST, due: Instant::now() }).collect();
    while !shutdown.is_told() {
        let Some(table) = tables.iter_mut().min_by_key(|table| table.due) else { return };
        tokio::select! {
            () = tokio::time::sleep_until(table.due) => {}
            () = shutdown.told() => return,
        }
        let took = table.purge(&runtime, (runtime.clock)(), retention).await;
        tokio::select! {
            () = tokio::time::sleep(took * REST) => {}
            () = shutdown.told() => {}
        }
    }
}

struct Table {
    sweep: Sweep,
    pause: Duration,
    due: Instant,
}

impl Table {
    /// Deletes a portion and says when the next is due; how long it took.
    async fn purge(&mut self, runtime: &Runtime, now: Timestamp, retention: Retention) -> Duration {
        let began = Instant::now();
        let deleted: Result<u64, StoreError> = self.sweep.portion(&runtime.database, now, retention).await;
        self.pause = match deleted {
            Ok(PURGE_ROWS) => (self.pause / 2).max(SHORTEST),
            Ok(deleted) if deleted < PURGE_ROWS / 2 => (self.pause * 2).min(LONGEST),
            Ok(_) => self.pause,
            Err(error) => {
                tracing::warn!(%error, "the purge failed; trying again");
                LONGEST
            }
        };
        self.due = Instant::now() + self.pause;
        began.elapsed()
    }
}
