//! Fresh ids and batch marks, under worker numbers leased in the database: one for each lane of the engine, since a mark tells
//! the batches of one lane apart. The first one's number makes the ids.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rocketmall_core::id::Timestamp;
use rocketmall_core::snowflake::Snowflake;
use rocketmall_store::worker::{self, BatchMark, LEASE, Worker};
use rocketmall_store::{Database, StoreError};

use crate::clock::Clock;

/// Makes this process's ids. Clones share their worker numbers.
#[derive(Clone)]
pub struct Ids {
    database: Database,
    clock: Clock,
    state: Arc<Mutex<State>>,
}

struct State {
    snowflake: Snowflake,
    lanes: Vec<Lane>,
}

/// A lane's worker number, and how many batches it has begun.
#[derive(Clone, Copy)]
struct Lane {
    worker: Worker,
    batch: i64,
}

impl Ids {
    /// Leases a worker number for each lane; there is at least one.
    pub async fn lease(database: Database, clock: Clock, lanes: usize) -> Result<Self, StoreError> {
        let first = fresh(&database, clock()).await?;
        let snowflake = Snowflake::new(first.worker.id, first.worker.after);
        let mut leased = vec![first];
        while leased.len() < lanes {
            leased.push(fresh(&database, clock()).await?);
        }
        Ok(Self { database, clock, state: Arc::new(Mutex::new(State { snowflake, lanes: leased })) })
    }

    /// A number never given before, by this process or another.
    pub fn next(&self) -> i64 {
        let now = (self.clock)();
        self.lock().snowflake.next(now)
    }

    /// The mark of a lane's next batch; lanes count from 0.
    ///
    /// # Panics
    /// If there is no such lane.
    pub fn next_mark(&self, lane: usize) -> BatchMark {
        let lane = &mut self.lock().lanes[lane];
        lane.batch += 1;
        BatchMark { worker: lane.worker, batch: lane.batch }
    }

    /// Extends the leases; takes another number where one is lost.
    pub async fn renew(&self) -> Result<(), StoreError> {
        let (lanes, latest) = self.held();
        // ids may run ahead of the clock: the lease covers them too
        let until = (self.clock)().max(latest).after(LEASE);
        for (number, lane) in lanes.into_iter().enumerate() {
            if worker::renew(&self.database, lane.worker, until).await? {
                continue;
            }
            tracing::warn!(worker = lane.worker.id, "the worker number was taken by another process; taking a new one");
            let lane = fresh(&self.database, (self.clock)()).await?;
            let mut state = self.lock();
            if number == 0 {
                state.snowflake = Snowflake::new(lane.worker.id, lane.worker.after);
            }
            state.lanes[number] = lane;
        }
        Ok(())
    }

    /// Gives the worker numbers back for others, who begin after the latest id made here.
    pub async fn release(&self) -> Result<(), StoreError> {
        let (lanes, latest) = self.held();
        for lane in lanes {
            worker::renew(&self.database, lane.worker, latest.max((self.clock)())).await?;
        }
        Ok(())
    }

    fn held(&self) -> (Vec<Lane>, Timestamp) {
        let state = self.lock();
        (state.lanes.clone(), state.snowflake.last())
    }

    /// The worker number that makes the ids.
    pub fn worker(&self) -> i64 {
        self.lock().lanes[0].worker.id
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn fresh(database: &Database, now: Timestamp) -> Result<Lane, StoreError> {
    let worker = worker::lease(database, i64::from_le_bytes(random()) & i64::MAX, now).await?;
    Ok(Lane { worker, batch: 0 })
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
