//! Fresh ids and batch marks, under a worker number leased in the database.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rocketmall_core::id::Timestamp;
use rocketmall_core::snowflake::Snowflake;
use rocketmall_store::worker::{self, BatchMark, LEASE, Worker};
use rocketmall_store::{Database, StoreError};

use crate::clock::Clock;

/// Makes this process's ids. Clones share one worker number.
#[derive(Clone)]
pub struct Ids {
    database: Database,
    clock: Clock,
    state: Arc<Mutex<State>>,
}

struct State {
    worker: Worker,
    snowflake: Snowflake,
    batch: i64,
}

impl Ids {
    /// Leases a worker number.
    pub async fn lease(database: Database, clock: Clock) -> Result<Self, StoreError> {
        let state = fresh(&database, clock()).await?;
        Ok(Self { database, clock, state: Arc::new(Mutex::new(state)) })
    }

    /// A number never given before, by this process or another.
    pub fn next(&self) -> i64 {
        let now = (self.clock)();
        self.lock().snowflake.next(now)
    }

    /// The mark of the next batch.
    pub fn next_mark(&self) -> BatchMark {
        let mut state = self.lock();
        state.batch += 1;
        BatchMark { worker: state.worker, batch: state.batch }
    }

    /// Extends the lease; takes another number if this one is lost.
    pub async fn renew(&self) -> Result<(), StoreError> {
        let (worker, latest) = {
            let state = self.lock();
            (state.worker, state.snowflake.last())
        };
        // ids may run ahead of the clock: the lease covers them too
        let until = (self.clock)().max(latest).after(LEASE);
        if worker::renew(&self.database, worker, until).await? {
            return Ok(());
        }
        tracing::warn!(worker = worker.id, "the worker number was taken by another process; taking a new one");
        let state = fresh(&self.database, (self.clock)()).await?;
        *self.lock() = state;
        Ok(())
    }

    /// Gives the worker number back for others, who begin after the latest id made here.
    pub async fn release(&self) -> Result<(), StoreError> {
        let (worker, latest) = {
            let state = self.lock();
            (state.worker, state.snowflake.last())
        };
        worker::renew(&self.database, worker, latest.max((self.clock)())).await.map(drop)
    }

    /// The worker number held.
    pub fn worker(&self) -> i64 {
        self.lock().worker.id
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn fresh(database: &Database, now: Timestamp) -> Result<State, StoreError> {
    let worker = worker::lease(database, i64::from_le_bytes(random()) & i64::MAX, now).await?;
    Ok(State { worker, snowflake: Snowflake::new(worker.id, worker.after), batch: 0 })
}

/// Random bytes from the operating system.
///
/// # Panics
/// If the operating system has no random source: nothing here could be kept secret then.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has a random source");
    bytes
}
