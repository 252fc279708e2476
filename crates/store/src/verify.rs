//! Audits a database from its rows alone: what must hold (I1 to I8), and what is just under way.
//!
//! The checks stand in `verify/*.sql`, one section each, in one text for both dialects. A section selects what breaks it.
//! Its first comment says which invariant it belongs to and what holds. Its second says what a found row is, whose id is the
//! first column, and what is wrong with it: the further columns in turn, `{money}` for cents. A section "under way" counts.
//! [`page`] prints them all for `docs/verify.md`.
//!
//! A message that is not done yet excuses what it is to bring: then the effect is under way, or the message itself is late or
//! dead, which is a finding of its own. All checks read one snapshot, lock nothing, and so may run beside a busy shop.

mod gather;
mod known;
mod rules;

use rocketmall_core::id::Timestamp;
use rocketmall_core::money::Cents;
use rocketmall_core::part::Parts;
use serde::Serialize;

use crate::connection::{Connection, Dialect};
use crate::database::Database;
use crate::error::StoreError;
use crate::value::{Row, Value};

pub use gather::gather;
pub(crate) use known::note_findings;
pub use rules::page;
use rules::{Count, Parameter, Rule, Rules};

/// Found rows that a check names; the others it counts.
const NAMED: usize = 20;

/// How long what is in between may last, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From storing an outgoing message to sending it.
    pub outbox_age: i64,
    /// From sending a message until each group has heard it, and from a retry's due time to the retry.
    pub inbox_age: i64,
    /// Consumed messages are kept longer than this: a younger message that a group does not know is lost.
    pub inbox_kept: i64,
    /// From saving a pre-order to its confirmation or end.
    pub lease: i64,
    /// From the due time of a timer, or an unpaid order's end, to what it does.
    pub grace: i64,
    /// From handing a refund to its platform to its end.
    pub refund_age: i64,
}

impl Default for Limits {
    fn default() -> Self {
        const MINUTE: i64 = 60_000;
        const DAY: i64 = 24 * 60 * MINUTE;
        Self {
            outbox_age: 10 * MINUTE,
            inbox_age: 15 * MINUTE,
            inbox_kept: 6 * DAY,
            lease: 2 * MINUTE,
            grace: 5 * MINUTE,
            refund_age: 8 * DAY,
        }
    }
}

/// What an audit found.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The moment that ages were reckoned from.
    pub at: Timestamp,
    /// Every check, those that found nothing too.
    pub checks: Vec<Check>,
    /// What broke a check already when the original's tables were taken over: no break of ours.
    pub found_at_take_over: Vec<Check>,
    /// Checks that were left out, since they read tables of parts that this database has not.
    pub left_out: usize,
    /// What is in between and may be.
    pub under_way: Vec<UnderWay>,
}

impl Report {
    /// Did every check find nothing?
    pub fn holds(&self) -> bool {
        self.broken().next().is_none()
    }

    /// Only what this report and an earlier one both found: what is wrong at one look alone was under way between two databases.
    #[must_use]
    pub fn and(mut self, earlier: &Self) -> Self {
        for check in &mut self.checks {
            let before = earlier.checks.iter().find(|before| before.name == check.name);
            check.found.retain(|found| before.is_some_and(|before| before.found.iter().any(|known| known.id == found.id)));
            let unnamed =
                check.total > i64::try_from(NAMED).unwrap_or(i64::MAX) && before.is_some_and(|before| before.total >= check.total);
            if !unnamed {
                check.total = i64::try_from(check.found.len()).unwrap_or(i64::MAX);
            }
        }
        self
    }

    /// The checks that found something.
    pub fn broken(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| check.total > 0)
    }
}

/// One check and what breaks it.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// `I1` to `I8`.
    pub invariant: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What holds if it finds nothing.
    pub holds: &'static str,
    /// The first rows that break it.
    pub found: Vec<Finding>,
    /// How many rows break it.
    pub total: i64,
}

/// One row that breaks a check.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// What it is: goods, order, payment, …
    pub of: &'static str,
    /// Its id.
    pub id: String,
    /// What is wrong.
    pub detail: String,
}

/// Something that may be in between on a running shop.
#[derive(Clone, Debug, Serialize)]
pub struct UnderWay {
    /// Its name.
    pub name: &'static str,
    /// What is counted.
    pub what: &'static str,
    /// How many.
    pub count: i64,
}

/// Audits at one moment what the database holds.
pub async fn audit(database: &Database, now: Timestamp, limits: Limits) -> Result<Report, StoreError> {
    let parts = database.parts();
    database.look(move |connection| Box::pin(in_snapshot(connection, parts, now, limits))).await
}

/// All queries see the rows of one moment, so that what commits meanwhile can't look like half a change.
async fn in_snapshot(connection: &mut Connection, parts: Parts, now: Timestamp, limits: Limits) -> Result<Report, StoreError> {
    begin_snapshot(connection).await?;
    let report = read(connection, parts, now, limits).await;
    let ended = connection.rollback().await;
    let report = report?;
    ended?;
    Ok(report)
}

async fn begin_snapshot(connection: &mut Connection) -> Result<(), StoreError> {
    let begin = match connection.dialect() {
        Dialect::Sqlite => "begin deferred",
        Dialect::Mysql => "set transaction isolation level repeatable read; start transaction with consistent snapshot, read only",
    };
    connection.run("snapshot", begin).await
}

async fn read(connection: &mut Connection, parts: Parts, now: Timestamp, limits: Limits) -> Result<Report, StoreError> {
    let rules = Rules::of(connection.dialect());
    let known = known::checks_with_known(connection).await?;
    let mut report = Report {
        at: now,
        checks: Vec::with_capacity(rules.checks.len()),
        found_at_take_over: Vec::new(),
        left_out: 0,
        under_way: Vec::with_capacity(rules.counts.len()),
    };
    let apart: &[Rule] = if gather::has_apart(connection).await? { &Rules::of_apart().checks } else { &[] };
    for rule in rules.checks.iter().chain(apart) {
        if !rule.is_of(parts) {
            report.left_out += 1;
            continue;
        }
        let values = values(&rule.parameters, now, limits);
        let rows = connection.query(rule.statement, &values).await?;
        report.checks.push(check(rule, rows)?);
        if known.iter().any(|name| name == rule.name) {
            let known = check(rule, connection.query(rule.known, &values).await?)?;
            report.found_at_take_over.extend((known.total > 0).then_some(known));
        }
    }
    for count in rules.counts.iter().filter(|count| count.parts.iter().all(|part| crate::migrate::is_held(parts, part))) {
        let rows = connection.query(count.statement, &values(&count.parameters, now, limits)).await?;
        report.under_way.push(under_way(count, &rows)?);
    }
    Ok(report)
}

fn values(parameters: &[Parameter], now: Timestamp, limits: Limits) -> Vec<Value> {
    parameters.iter().map(|parameter| Value::Int(parameter.value(now, limits))).collect()
}

fn check(rule: &Rule, rows: Vec<Row>) -> Result<Check, StoreError> {
    let mut check =
        Check { invariant: rule.invariant, name: rule.name, holds: rule.holds, found: Vec::with_capacity(rows.len()), total: 0 };
    for mut row in rows {
        let Some(Value::Int(total)) = row.pop() else { return Err(unexpected(rule.name)) };
        check.total = total;
        let mut columns = row.into_iter();
        let id = columns.next().map(shown).ok_or_else(|| unexpected(rule.name))?;
        let detail = detail(rule.found, columns).ok_or_else(|| unexpected(rule.name))?;
        check.found.push(Finding { of: rule.of, id, detail });
    }
    Ok(check)
}

fn under_way(count: &Count, rows: &[Row]) -> Result<UnderWay, StoreError> {
    match rows {
        [row] if let [Value::Int(number)] = row.as_slice() => Ok(UnderWay { name: count.name, what: count.what, count: *number }),
        _ => Err(unexpected(count.name)),
    }
}

/// The template with the columns in their places.
fn detail(template: &str, mut columns: impl Iterator<Item = Value>) -> Option<String> {
    let mut parts = template.split('{');
    let mut text = parts.next()?.to_owned();
    for part in parts {
        let (place, rest) = part.split_once('}')?;
        let value = match (place, columns.next()?) {
            ("money", Value::Int(cents)) => Cents::new(cents).to_string(),
            (_, value) => shown(value),
        };
        text.push_str(&value);
        text.push_str(rest);
    }
    columns.next().is_none().then_some(text)
}

fn shown(value: Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => text,
    }
}

fn unexpected(name: &str) -> StoreError {
    StoreError::Corrupt(format!("verify {name}: the columns are not those that its comment speaks of"))
}
