//! Takes a database over that has the original's tables, part by part: docs/migrating-from-java.md says what that means to its
//! owner, `take_over/*.sql` what is done.
//!
//! Three stages, each of which may end at any statement and is gone through again by the next migration: the tables get our columns
//! and keys, with which the original goes on working; its rows get what ours need, an opening entry among it, in one transaction for
//! each part; what `verify` finds then is noted as found at the take-over.

mod step;

use rocketmall_core::part::Parts;
use step::{Kind, Part, Step, Until};

use crate::connection::{Connection, Statement};
use crate::database::Database;
use crate::error::StoreError;
use crate::migrate::is_held;
use crate::rows::params;
use crate::value::{Row, Value};
use crate::verify;

/// The same tables as in migration 0005, which may come after.
const TABLES: &str = "create table if not exists trade_takeover (part varchar(32) not null primary key, begun_time bigint not null,
    adopted_time bigint null, finished_time bigint null, turn int not null default 0) engine=InnoDB default character set utf8mb4 collate utf8mb4_bin;
  create table if not exists trade_takeover_finding (check_name varchar(64) not null, row_id varchar(128) not null, found_time bigint not null,
    primary key (check_name, row_id)) engine=InnoDB default character set utf8mb4 collate utf8mb4_bin";
const NOW: &str = "set @now = cast(unix_timestamp(now(3)) * 1000 as signed)";

const TABLE: Statement = Statement {
    name: "take_over_table",
    sql: "select count(*) from information_schema.tables where table_schema = database() and table_name = ?",
};
const COLUMN: Statement = Statement {
    name: "take_over_column",
    sql: "select count(*) from information_schema.columns where table_schema = database() and table_name = ? and column_name = ?
      and coalesce(character_maximum_length, 0) >= ?",
};
const KEY: Statement = Statement {
    name: "take_over_key",
    sql: "select count(*) from information_schema.statistics where table_schema = database() and table_name = ? and index_name = ?",
};
const BEGIN: Statement = Statement {
    name: "take_over_begin",
    sql: "insert ignore into trade_takeover (part, begun_time) values (?, cast(unix_timestamp(now(3)) * 1000 as signed))",
};
const BEGUN: Statement = Statement { name: "take_over_begun", sql: "select part, adopted_time, finished_time, turn from trade_takeover" };
const ADOPTED: Statement = Statement { name: "take_over_adopted", sql: "update trade_takeover set adopted_time = @now where part = ?" };
const FINISHED: Statement = Statement {
    name: "take_over_finished",
    sql: "update trade_takeover set finished_time = @now where part = ? and adopted_time is not null",
};
const AGAIN: Statement = Statement {
    name: "take_over_again",
    sql: "update trade_takeover set adopted_time = null, finished_time = null, turn = turn + 1 where part = ? and finished_time is not null",
};
const UNFINISHED: Statement =
    Statement { name: "take_over_unfinished", sql: "select part from trade_takeover where finished_time is null" };

/// Rows that a refusal names.
const NAMED: usize = 20;
/// Rows that are changed at once.
const PORTION: u32 = 10_000;

/// How a server changes a table, the gentlest first.
const MANNERS: [(&str, &str); 3] = [
    ("at once", " algorithm=instant,"),
    ("in place, beside its writers", " algorithm=inplace, lock=none,"),
    ("by copying it, while its writers wait", ""),
];

/// How far a migration goes: a trial stops it after so many statements.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace(Option<u32>);

impl Pace {
    /// To its end.
    pub const WHOLE: Self = Self(None);

    /// As if the process died after `statements`.
    pub fn stops_after(statements: u32) -> Self {
        Self(Some(statements))
    }

    /// Before each statement.
    pub(crate) fn step(&mut self) -> Result<(), StoreError> {
        match &mut self.0 {
            Some(0) => Err(StoreError::Unreachable("stopped, as was asked for".to_owned())),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

/// Where the take-over of a part stands.
struct Begun {
    part: String,
    adopted: bool,
    finished: bool,
    turn: i64,
}

fn held(parts: Parts) -> impl Iterator<Item = &'static Part> {
    // payments beside their orders are taken over with them
    let is_alone = move |part: &Part| part.name != "payments" || parts.hold_payments_alone();
    step::parts().iter().filter(move |part| is_held(parts, part.name) && is_alone(part))
}

/// The first stage: of each part of `parts` that is the original's, the tables become ours. `is_ours` says which parts are already.
pub(crate) async fn tables(
    connection: &mut Connection,
    parts: Parts,
    is_ours: impl Fn(&str) -> bool,
    pace: &mut Pace,
) -> Result<(), StoreError> {
    let mut wanted = Vec::new();
    for part in held(parts).filter(|part| !is_ours(part.name)) {
        if is_the_originals(connection, part).await? {
            wanted.push(part);
        }
    }
    if wanted.is_empty() {
        return Ok(());
    }
    refuse(connection, &wanted).await?;
    pace.step()?;
    connection.run("take_over_tables", TABLES).await?;
    for part in wanted {
        pace.step()?;
        connection.execute(BEGIN, &params![part.name]).await?;
        for step in part.steps.iter().filter(|step| matches!(step.kind, Kind::Alter | Kind::Run)) {
            if !applies(connection, step).await? {
                continue;
            }
            pace.step()?;
            match step.kind {
                Kind::Alter => alter(connection, step).await?,
                _ => connection.run(step.name, step.sql).await?,
            }
        }
    }
    Ok(())
}

/// Has it a table that lacks what ours have, or was the take-over of it begun?
async fn is_the_originals(connection: &mut Connection, part: &Part) -> Result<bool, StoreError> {
    for step in part.steps.iter().filter(|step| step.kind == Kind::Alter) {
        if applies(connection, step).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Is there something for the step to do?
async fn applies(connection: &mut Connection, step: &Step) -> Result<bool, StoreError> {
    for table in [step.table(), step.needs].into_iter().flatten() {
        if !counts(connection, TABLE, &params![table]).await? {
            return Ok(false);
        }
    }
    let done = match step.until {
        None => false,
        Some(Until::Column { table, column }) => counts(connection, COLUMN, &params![table, column, 0_i64]).await?,
        Some(Until::Length { table, column, length }) => counts(connection, COLUMN, &params![table, column, length]).await?,
        Some(Until::Key { table, key }) => counts(connection, KEY, &params![table, key]).await?,
    };
    Ok(!done)
}

async fn counts(connection: &mut Connection, statement: Statement, params: &[Value]) -> Result<bool, StoreError> {
    let rows = connection.query(statement, params).await?;
    Ok(matches!(rows.first().map(Vec::as_slice), Some([Value::Int(count)]) if *count > 0))
}

/// Every row that cannot be kept is named before the first change.
async fn refuse(connection: &mut Connection, parts: &[&Part]) -> Result<(), StoreError> {
    let mut complaints = Vec::new();
    for step in parts.iter().flat_map(|part| &part.steps).filter(|step| step.kind == Kind::Refuse) {
        if applies(connection, step).await? {
            let rows = connection.query(Statement { name: step.name, sql: step.sql }, &[]).await?;
            complaints.extend((!rows.is_empty()).then(|| complaint(step, &rows)));
        }
    }
    if complaints.is_empty() {
        return Ok(());
    }
    Err(StoreError::Unusable(format!("the original's rows cannot be taken over, and nothing was changed: {}", complaints.join("; "))))
}

fn complaint(step: &Step, rows: &[Row]) -> String {
    let name = |row: &Row| match row.first() {
        Some(Value::Text(text)) => format!("{text:?}"),
        Some(Value::Int(number)) => number.to_string(),
        _ => "NULL".to_owned(),
    };
    let named: Vec<String> = rows.iter().take(NAMED).map(name).collect();
    let more = rows.len().saturating_sub(NAMED);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}: {}{rest}", step.says, named.join(", "))
}

/// Changes a table as gently as the server can.
async fn alter(connection: &mut Connection, step: &Step) -> Result<(), StoreError> {
    // a time without a zone, as the stock log's, is of the server's
    connection.run("take_over_zone", "set session time_zone = @@global.time_zone; set session lock_wait_timeout = 60").await?;
    let has_primary = counts(connection, KEY, &params![step.name, "PRIMARY"]).await?;
    let sql = if has_primary { step.sql.replace("/* drop primary key, */", "drop primary key,") } else { step.sql.to_owned() };
    let head = format!("alter table {}", step.name);
    for (manner, option) in MANNERS {
        let wanted = sql.replacen(&head, &format!("{head}{option}"), 1);
        match connection.run(step.name, &wanted).await {
            // this server can't do it in this manner
            Err(StoreError::Refused { message, .. })
                if !option.is_empty() && ["1845", "1846", "1800", "1064"].iter().any(|code| message.starts_with(code)) => {}
            altered => {
                altered?;
                tracing::info!(table = step.name, manner, "the original's table was changed");
                break;
            }
        }
    }
    connection.run("take_over_zone", "set session time_zone = '+00:00'; set session lock_wait_timeout = default").await
}

/// Says that the original has written to these parts since they were taken over.
pub(crate) async fn again(connection: &mut Connection, parts: Parts) -> Result<(), StoreError> {
    if counts(connection, TABLE, &params!["trade_takeover"]).await? {
        for part in held(parts) {
            connection.execute(AGAIN, &params![part.name]).await?;
        }
    }
    Ok(())
}

/// The second and third stage, for what was begun. The parts that were taken over.
pub(crate) async fn rows(connection: &mut Connection, parts: Parts, ours: Parts, pace: &mut Pace) -> Result<Vec<&'static str>, StoreError> {
    let begun: Vec<Begun> = connection.query(BEGUN, &[]).await?.into_iter().map(begun_from_row).collect::<Result<_, _>>()?;
    let mut taken = Vec::new();
    for part in held(parts) {
        let Some(begun) = begun.iter().find(|begun| begun.part == part.name && !begun.finished) else { continue };
        taken.push(part.name);
        if !begun.adopted {
            pace.step()?;
            connection.run("take_over_now", NOW).await?;
            portions(connection, part, pace).await?;
            connection.begin().await?;
            let adopted = adopt(connection, part, begun.turn, pace).await;
            match &adopted {
                Ok(()) => connection.commit().await?,
                Err(StoreError::Unreachable(_)) => {}
                Err(_) => connection.rollback().await?,
            }
            adopted?;
        }
    }
    if !taken.is_empty() {
        pace.step()?;
        connection.run("take_over_now", NOW).await?;
        connection.begin().await?;
        let noted = finish(connection, ours, &taken, pace).await;
        match &noted {
            Ok(()) => connection.commit().await?,
            Err(StoreError::Unreachable(_)) => {}
            Err(_) => connection.rollback().await?,
        }
        noted?;
    }
    Ok(taken)
}

fn begun_from_row(row: Row) -> Result<Begun, StoreError> {
    let c = &mut crate::value::Columns::of("trade_takeover", row);
    Ok(Begun { part: c.text()?, adopted: c.optional_int()?.is_some(), finished: c.optional_int()?.is_some(), turn: c.int()? })
}

async fn portions(connection: &mut Connection, part: &Part, pace: &mut Pace) -> Result<(), StoreError> {
    for step in part.steps.iter().filter(|step| step.kind == Kind::Portions) {
        let Some((table, key)) = step.along else { continue };
        if !applies(connection, step).await? {
            continue;
        }
        let mut from = -1_i64;
        while from < i64::MAX {
            pace.step()?;
            let to = end_of_portion(connection, table, key, from).await?.unwrap_or(i64::MAX);
            let sql = step.sql.replace(":from", &from.to_string()).replace(":to", &to.to_string());
            connection.run(step.name, &sql).await?;
            from = to;
        }
    }
    Ok(())
}

/// Where the portion after `from` ends, unless it is the last.
async fn end_of_portion(connection: &mut Connection, table: &str, key: &str, from: i64) -> Result<Option<i64>, StoreError> {
    let mark = format!(
        "set @end = (select {key} from {table} where {key} > {from} order by {key} limit 1 offset {offset})",
        offset = PORTION.saturating_sub(1)
    );
    connection.run("take_over_portion", &mark).await?;
    let rows = connection.query(Statement { name: "take_over_portion", sql: "select cast(@end as signed)" }, &[]).await?;
    match rows.first().map(Vec::as_slice) {
        Some([Value::Int(end)]) => Ok(Some(*end)),
        _ => Ok(None),
    }
}

/// One transaction: the part's rows are ours, or nothing is.
async fn adopt(connection: &mut Connection, part: &Part, turn: i64, pace: &mut Pace) -> Result<(), StoreError> {
    for step in &part.steps {
        let wanted = step.kind == Kind::Adopt || step.kind == Kind::Again && turn > 0;
        if wanted && applies(connection, step).await? {
            pace.step()?;
            connection.run(step.name, step.sql).await?;
        }
    }
    pace.step()?;
    connection.execute(ADOPTED, &params![part.name]).await.map(drop)
}

async fn finish(connection: &mut Connection, ours: Parts, taken: &[&'static str], pace: &mut Pace) -> Result<(), StoreError> {
    pace.step()?;
    verify::note_findings(connection, ours, taken).await?;
    for part in taken {
        pace.step()?;
        connection.execute(FINISHED, &params![*part]).await?;
    }
    Ok(())
}

/// Is every take-over that was begun of a part of this database at its end?
pub(crate) async fn is_finished(database: &Database) -> Result<bool, StoreError> {
    let rows = database.query(UNFINISHED, Vec::new()).await?;
    let is_held = |row: &Row| matches!(row.first(), Some(Value::Text(part)) if is_held(database.parts(), part));
    Ok(!rows.iter().any(is_held))
}
