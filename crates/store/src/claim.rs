//! Taking up work that is due: outgoing messages, messages to be tried again, timers. Several processes may ask at once:
//! what one takes up is leased, and comes back to all if that one dies.

use rocketmall_core::id::Timestamp;
use rocketmall_core::message::{InboxRow, Message};
use rocketmall_core::part::Parts;
use rocketmall_core::shop::Timer;
use rocketmall_core::trace::Trace;

use crate::codes::{Code as _, timer_from_columns};
use crate::connection::{Connection, Statement};
use crate::database::Database;
use crate::error::StoreError;
use crate::messages::OutboxState;
use crate::rows::{inbox_from_row, message_from_row, params, row};
use crate::statements::Statements;
use crate::value::{Columns, Row, Value};

/// How long a taken message is left to its taker, in milliseconds: so late comes what a crash interrupted. One that takes
/// longer is delivered twice, which the groups' rows make harmless.
pub const MESSAGE_LEASE: i64 = 5_000;

/// How long a taken timer is left to its taker, in milliseconds: longer, since it may call a payment platform.
pub const TIMER_LEASE: i64 = 15_000;

/// A piece of work that is due.
trait Due: Sized + Send + 'static {
    const LEASE: i64;

    fn lease(sql: &Statements) -> Statement;
    fn from_row(row: Row) -> Result<Self, StoreError>;
    fn lease_row(&self, until: i64) -> Row;
}

impl Due for Message {
    const LEASE: i64 = MESSAGE_LEASE;

    fn lease(sql: &Statements) -> Statement {
        sql.outbox_lease
    }

    fn from_row(row: Row) -> Result<Self, StoreError> {
        message_from_row(row)
    }

    fn lease_row(&self, until: i64) -> Row {
        row![self.id.get(), until]
    }
}

impl Due for InboxRow {
    const LEASE: i64 = MESSAGE_LEASE;

    fn lease(sql: &Statements) -> Statement {
        sql.inbox_lease
    }

    fn from_row(row: Row) -> Result<Self, StoreError> {
        inbox_from_row(row)
    }

    fn lease_row(&self, until: i64) -> Row {
        row![self.key.group.as_str(), self.key.tag.as_str(), self.key.key.as_str(), until]
    }
}

/// A timer as stored: one of a kind that this program does not know is left to a newer one.
struct TimerRow {
    kind: i64,
    subject: i64,
    trace: Option<Trace>,
}

impl Due for TimerRow {
    const LEASE: i64 = TIMER_LEASE;

    fn lease(sql: &Statements) -> Statement {
        sql.timer_lease
    }

    fn from_row(row: Row) -> Result<Self, StoreError> {
        let mut columns = Columns::of("trade_timer", row);
        Ok(Self { kind: columns.int()?, subject: columns.int()?, trace: columns.trace()? })
    }

    fn lease_row(&self, until: i64) -> Row {
        row![self.kind, self.subject, until]
    }
}

/// Outgoing messages that are due, at most `limit`.
pub async fn messages(database: &Database, now: Timestamp, limit: i64) -> Result<Vec<Message>, StoreError> {
    claim(database, Statements::of(database.dialect()).outbox_due, now, limit).await
}

/// Messages to be tried again, at most `limit`.
pub async fn retries(database: &Database, now: Timestamp, limit: i64) -> Result<Vec<InboxRow>, StoreError> {
    claim(database, Statements::of(database.dialect()).inbox_due, now, limit).await
}

/// Whose timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimersOf {
    /// All.
    Everybody,
    /// Those of orders alone.
    Orders,
    /// Those of payments and refunds alone, which call platforms.
    Payments,
}

/// Timers that are due, at most `limit`, each with the trace of the request that set it.
pub async fn timers(database: &Database, of: TimersOf, now: Timestamp, limit: i64) -> Result<Vec<(Timer, Option<Trace>)>, StoreError> {
    let sql = Statements::of(database.dialect());
    let due = match of {
        TimersOf::Everybody => sql.timer_due,
        TimersOf::Orders => sql.timer_due_orders,
        TimersOf::Payments => sql.timer_due_payments,
    };
    let rows: Vec<TimerRow> = claim(database, due, now, limit).await?;
    Ok(rows.into_iter().filter_map(|row| Some((timer_from_columns(row.kind, row.subject)?, row.trace))).collect())
}

async fn claim<T: Due>(database: &Database, due: Statement, now: Timestamp, limit: i64) -> Result<Vec<T>, StoreError> {
    let lease = T::lease(Statements::of(database.dialect()));
    if database.dialect() == crate::Dialect::Sqlite && database.query(due, row![now.millis(), 1]).await?.is_empty() {
        // a look beside the writer is free; an empty claim would cost a write transaction
        return Ok(Vec::new());
    }
    database
        .with(move |connection| {
            Box::pin(async move {
                connection.begin().await?;
                let claimed = lease_due(connection, due, lease, now, limit).await;
                match &claimed {
                    Ok(_) => connection.commit().await?,
                    Err(_) => connection.rollback().await?,
                }
                claimed
            })
        })
        .await
}

async fn lease_due<T: Due>(
    connection: &mut Connection,
    due: Statement,
    lease: Statement,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<T>, StoreError> {
    let rows = connection.query(due, &params![now.millis(), limit]).await?;
    let work = rows.into_iter().map(T::from_row).collect::<Result<Vec<T>, _>>()?;
    let until = now.after(T::LEASE).millis();
    let leases: Vec<Row> = work.iter().map(|item| item.lease_row(until)).collect();
    connection.write(lease, &leases).await?;
    Ok(work)
}

/// An outgoing message that nobody here can deliver: again at `due`, or dead (`None`).
pub async fn fail_message(database: &Database, id: i64, due: Option<Timestamp>, remark: &str) -> Result<(), StoreError> {
    let statement = Statements::of(database.dialect()).outbox_fail;
    let status = if due.is_some() { 0_i64 } else { 2 };
    let remark: String = remark.chars().take(500).collect();
    database.execute(statement, row![status, due.unwrap_or_default().millis(), remark, id]).await?;
    Ok(())
}

/// Outgoing messages that could not be sent just now: again at `due`, with the reason in their rows.
pub async fn put_off(database: &Database, ids: &[i64], due: Timestamp, remark: &str) -> Result<(), StoreError> {
    let remark: String = remark.chars().take(500).collect();
    let rows: Vec<Row> = ids.iter().map(|id| row![*id, 0_i64, 0_i64, due.millis(), remark.as_str()]).collect();
    let statement = Statements::of(database.dialect()).outbox_touch;
    database.with(move |connection| Box::pin(async move { connection.write(statement, &rows).await.map(drop) })).await
}

/// Messages that stand so go out once more, to all who hear them; those who had them take no second effect. How many there were.
pub async fn resend(database: &Database, ids: &[i64], state: OutboxState, now: Timestamp) -> Result<u64, StoreError> {
    let mut ids = ids.to_vec();
    // whoever else locks several takes them in this order too
    ids.sort_unstable();
    let rows: Vec<Row> = ids.iter().map(|id| row![*id, state.code(), now.millis()]).collect();
    let statement = Statements::of(database.dialect()).outbox_replay;
    database
        .with(move |connection| {
            Box::pin(async move {
                connection.begin().await?;
                let sent = connection.write(statement, &rows).await;
                match &sent {
                    Ok(_) => connection.commit().await?,
                    Err(_) => connection.rollback().await?,
                }
                sent
            })
        })
        .await
}

/// When the next timer is due, if there is one.
pub async fn next_timer(database: &Database) -> Result<Option<Timestamp>, StoreError> {
    let rows = database.query(Statements::of(database.dialect()).timer_next, Vec::new()).await?;
    match rows.first().and_then(|row| row.first()) {
        Some(Value::Int(due)) if *due > 0 => Ok(Some(Timestamp::from_millis(*due))),
        _ => Ok(None),
    }
}

/// Ages after which finished rows go, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Retention {
    /// Sent messages.
    pub outbox: i64,
    /// Consumed messages; at least 7 days, since a broker may deliver so late.
    pub inbox: i64,
    /// Remembered answers; at least 24 hours (api.md).
    pub idempotency: i64,
}

/// Rows deleted in one transaction at most, so that a purge never holds the tables for long.
pub const PURGE_ROWS: u64 = 1_000;

/// Whose finished rows go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Finished {
    Outbox,
    Inbox,
    Idempotency,
    Sessions,
}

/// A walk along a table's finished rows from the oldest on, deleting what is past its retention.
///
/// It remembers where it is. The server keeps deleted rows in the index for as long as somebody reads an older state, a backup or
/// an audit; to begin at the index's front each time would be to step over all of them again. No row comes in behind the walk:
/// what finishes now is dated now.
#[derive(Clone, Copy, Debug)]
pub struct Sweep {
    of: Finished,
    from: i64,
}

impl Sweep {
    /// One for each table of this database that is purged.
    pub fn all(database: &Database) -> Vec<Self> {
        let sessions = database.parts().hold(Parts::ACCOUNTS).then_some(Finished::Sessions);
        let tables = [Finished::Outbox, Finished::Inbox, Finished::Idempotency].into_iter().chain(sessions);
        tables.map(|of| Self { of, from: 0 }).collect()
    }

    /// Deletes a portion of what is past its retention, in a transaction of its own; how many rows. If [`PURGE_ROWS`], more may be
    /// left.
    pub async fn portion(&mut self, database: &Database, now: Timestamp, retention: Retention) -> Result<u64, StoreError> {
        let sql = Statements::of(database.dialect());
        let (end, delete, age) = match self.of {
            Finished::Outbox => (sql.purge_outbox_end, sql.purge_outbox, retention.outbox),
            Finished::Inbox => (sql.purge_inbox_end, sql.purge_inbox, retention.inbox),
            Finished::Idempotency => (sql.purge_idempotency_end, sql.purge_idempotency, retention.idempotency),
            Finished::Sessions => (sql.purge_sessions_end, sql.purge_sessions, 0),
        };
        let before = now.after(-age).millis();
        let last = database.query(end, row![self.from, before, PURGE_ROWS.cast_signed() - 1]).await?;
        let deleted = database.execute(delete, row![self.from, before, PURGE_ROWS.cast_signed()]).await?;
        self.from = match last.first().and_then(|row| row.first()) {
            // others of the same moment may be left
            Some(Value::Int(last)) => *last,
            _ => before.max(self.from),
        };
        Ok(deleted)
    }
}
