//! Worker numbers: who makes ids with which number, for how long; and whether a batch whose COMMIT answer was lost is stored.

use rocketmall_core::id::Timestamp;

use crate::connection::Connection;
use crate::database::Database;
use crate::error::StoreError;
use crate::rows::{params, row};
use crate::statements::Statements;
use crate::value::{Columns, Value};

/// How long a worker number is leased, in milliseconds; it is renewed long before.
pub const LEASE: i64 = 60_000;

/// Worker numbers there are: 5 bits data centre, 5 bits machine (seed-contract, section 7).
pub const WORKERS: i64 = 1024;

/// A leased worker number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worker {
    /// The number, 0 to 1023.
    pub id: i64,
    /// Tells this lease from an earlier one of the same number.
    pub token: i64,
    /// Ids made under earlier leases of this number may carry times up to here: ours begin after it.
    pub after: Timestamp,
}

/// One batch of one worker, told apart by its number.
#[derive(Clone, Copy, Debug)]
pub struct BatchMark {
    /// Whose.
    pub worker: Worker,
    /// Counts this worker's batches.
    pub batch: i64,
}

impl BatchMark {
    /// Written with the batch: the proof that it is stored, and the refusal of a worker whose lease another holds.
    pub(crate) async fn write(self, connection: &mut Connection) -> Result<(), StoreError> {
        let statement = Statements::of(connection.dialect()).batch_mark;
        let matched = connection.execute(statement, &params![self.batch, self.worker.id, self.worker.token]).await?;
        if matched == 1 { Ok(()) } else { Err(StoreError::Fenced) }
    }

    /// Is this batch stored? Waits for a COMMIT still under way, since that holds the row.
    pub async fn is_stored(self, database: &Database) -> Result<bool, StoreError> {
        let statement = Statements::of(database.dialect()).batch_look;
        let rows = database.query(statement, row![self.worker.id, self.worker.token]).await?;
        let Some(row) = rows.into_iter().next() else { return Err(StoreError::Fenced) };
        Ok(Columns::of("trade_worker", row).int()? == self.batch)
    }
}

/// Takes a free worker number. A number whose holder died is skipped until its lease is over: there are enough.
pub async fn lease(database: &Database, token: i64, now: Timestamp) -> Result<Worker, StoreError> {
    for _ in 0..64 {
        let taken = database.with(move |connection| Box::pin(try_lease(connection, token, now))).await;
        match taken {
            Ok(Some(worker)) => return Ok(worker),
            // another process took the same number in the same moment
            Ok(None) | Err(StoreError::Refused { .. } | StoreError::Duplicate { .. } | StoreError::Transient(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Err(StoreError::Unusable(format!("all {WORKERS} worker numbers are leased; stop processes that are not needed")))
}

async fn try_lease(connection: &mut Connection, token: i64, now: Timestamp) -> Result<Option<Worker>, StoreError> {
    let sql = Statements::of(connection.dialect());
    let until = now.after(LEASE).millis();
    let free = connection.query(sql.worker_free, &params![now.millis()]).await?;
    if let Some(row) = free.into_iter().next() {
        let mut columns = Columns::of("trade_worker", row);
        let (id, lease_until) = (columns.int()?, columns.int()?);
        let taken = connection.execute(sql.worker_take, &params![token, until, id, lease_until]).await?;
        return Ok((taken == 1).then_some(Worker { id, token, after: Timestamp::from_millis(lease_until) }));
    }
    let highest = connection.query(sql.worker_highest, &[]).await?;
    let id = match highest.into_iter().next().and_then(|row| row.into_iter().next()) {
        Some(Value::Int(highest)) => highest + 1,
        _ => 0,
    };
    if id >= WORKERS {
        return Ok(None);
    }
    connection.execute(sql.worker_add, &params![id, token, until]).await?;
    Ok(Some(Worker { id, token, after: Timestamp::from_millis(0) }))
}

/// Extends the lease. False if another process holds the number now.
pub async fn renew(database: &Database, worker: Worker, until: Timestamp) -> Result<bool, StoreError> {
    let statement = Statements::of(database.dialect()).worker_renew;
    Ok(database.execute(statement, row![until.millis(), worker.id, worker.token]).await? == 1)
}
