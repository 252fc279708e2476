//! What was found at a take-over: rows of the original that broke an invariant already when its tables became ours.
//!
//! A finding is known by its check and the id of what it names. It is reported apart from then on, however it changes, and goes when
//! the row is put right.

use rocketmall_core::id::Timestamp;
use rocketmall_core::part::Parts;

use super::rules::{Rule, Rules};
use super::{Limits, values};
use crate::connection::{Connection, Statement};
use crate::error::StoreError;
use crate::rows::row;
use crate::value::{Columns, Value};

const MOMENT: Statement = Statement { name: "verify_moment", sql: "select cast(unix_timestamp(now(3)) * 1000 as signed)" };
const CHECKS: Statement = Statement { name: "verify_known", sql: "select distinct check_name from trade_takeover_finding" };

/// Notes what the checks find now, of those that speak of a part in `taken` and of nothing that is not in `ours`.
pub(crate) async fn note_findings(connection: &mut Connection, ours: Parts, taken: &[&'static str]) -> Result<(), StoreError> {
    let now = match connection.query(MOMENT, &[]).await?.pop() {
        Some(row) => Columns::of("verify_moment", row).int()?,
        None => 0,
    };
    let rules = Rules::of(connection.dialect());
    for rule in rules.checks.iter().filter(|rule| rule.is_of(ours) && rule.speaks_of(taken)) {
        let mut params = row![now];
        params.extend(values(&rule.parameters, Timestamp::from_millis(now), Limits::default()));
        connection.execute(rule.noting, &params).await?;
    }
    Ok(())
}

/// The checks that found something at a take-over.
pub(super) async fn checks_with_known(connection: &mut Connection) -> Result<Vec<String>, StoreError> {
    let names = connection.query(CHECKS, &[]).await?.into_iter().filter_map(|row| match row.into_iter().next() {
        Some(Value::Text(name)) => Some(name),
        _ => None,
    });
    Ok(names.collect())
}

impl Rule {
    /// Are all tables that it reads in these parts?
    pub(super) fn is_of(&self, parts: Parts) -> bool {
        self.parts.iter().all(|part| crate::migrate::is_held(parts, part))
    }

    /// Of one of these parts, or of nothing but messages, which come with any.
    fn speaks_of(&self, parts: &[&'static str]) -> bool {
        let mut own = self.parts.iter().filter(|part| **part != "every").peekable();
        own.peek().is_none() || own.any(|part| parts.contains(part))
    }
}
