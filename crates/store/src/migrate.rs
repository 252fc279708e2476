//! Schema changes: forward only, in order, by one process at a time. Each file is made of sections for parts of the shop: a database
//! gets those of the parts it holds. A section may be for several.

use std::collections::BTreeSet;

use rocketmall_core::part::Parts;

use crate::connection::{Connection, Dialect, Statement};
use crate::database::Database;
use crate::error::StoreError;
use crate::rows::params;
use crate::take_over;
use crate::value::{Row, Value};

pub use crate::take_over::Pace;

macro_rules! migrations {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../migrations/sqlite/", $name, ".sql")), include_str!(concat!("../migrations/mysql/", $name, ".sql")))),*]
    };
}

/// Name, text for SQLite, text for MySQL.
const MIGRATIONS: &[(&str, &str, &str)] = migrations!["0001_shop" "0002_refunds" "0003_trace" "0004_bus" "0005_take_over"];

const CREATE: &str = "create table if not exists trade_migration (name varchar(100) not null primary key)";
const APPLIED: Statement = Statement { name: "migrations_applied", sql: "select name from trade_migration" };
const APPLY: Statement = Statement { name: "migration_applied", sql: "insert into trade_migration (name) values (?)" };
const LOCK: Statement = Statement { name: "migration_lock", sql: "select get_lock(concat('rocketmall ', database()), 60)" };
const UNLOCK: Statement = Statement { name: "migration_unlock", sql: "select release_lock(concat('rocketmall ', database()))" };

/// What is done with a database that has the original's tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TakeOver {
    /// It is taken over.
    #[default]
    Whole,
    /// Its tables get our columns; its rows are adopted the next time. The original goes on writing.
    TablesOnly,
    /// It was taken over, and the original has written to it since: its rows are adopted once more.
    Again,
}

/// Brings the schema up to this program's. The names of the migrations that were applied.
pub async fn migrate(database: &Database) -> Result<Vec<&'static str>, StoreError> {
    migrate_as(database, TakeOver::Whole, Pace::WHOLE).await
}

/// The same, as far as is asked for.
pub async fn migrate_as(database: &Database, take_over: TakeOver, pace: Pace) -> Result<Vec<&'static str>, StoreError> {
    let parts = database.parts();
    database.with(move |connection| Box::pin(run(connection, parts, take_over, pace))).await
}

async fn run(connection: &mut Connection, parts: Parts, take_over: TakeOver, mut pace: Pace) -> Result<Vec<&'static str>, StoreError> {
    if connection.dialect() == Dialect::Mysql {
        let locked = connection.query(LOCK, &[]).await?;
        if locked != [vec![Value::Int(1)]] {
            return Err(StoreError::Unusable(
                "another process has been changing the schema for a minute; try again when it is done".to_owned(),
            ));
        }
        let applied = under_lock(connection, parts, take_over, &mut pace).await;
        connection.query(UNLOCK, &[]).await?;
        return applied;
    }
    connection.begin().await?;
    let applied = apply(connection, parts, &mut pace).await;
    match &applied {
        Ok(_) => connection.commit().await?,
        Err(_) => connection.rollback().await?,
    }
    applied
}

/// With the original's tables, where there are any: they become ours before the first of our migrations looks for them.
async fn under_lock(connection: &mut Connection, parts: Parts, course: TakeOver, pace: &mut Pace) -> Result<Vec<&'static str>, StoreError> {
    connection.run("migrations_table", CREATE).await?;
    let known = connection.query(APPLIED, &[]).await?;
    let first = MIGRATIONS.first().map_or("", |(name, ..)| *name);
    let is_ours = |part: &str| known.contains(&vec![first.into()]) || known.contains(&vec![format!("{first}/{part}").into()]);
    take_over::tables(connection, parts, is_ours, pace).await?;
    let mut applied = apply(connection, parts, pace).await?;
    if course == TakeOver::Again {
        take_over::again(connection, parts).await?;
    }
    if course != TakeOver::TablesOnly {
        let ours = parts_of(&connection.query(APPLIED, &[]).await?);
        applied.extend(take_over::rows(connection, parts, ours, pace).await?);
    }
    Ok(applied)
}

/// MySQL commits each schema change by itself, so every file is written to be run again after a crash in the middle.
async fn apply(connection: &mut Connection, parts: Parts, pace: &mut Pace) -> Result<Vec<&'static str>, StoreError> {
    connection.run("migrations_table", CREATE).await?;
    let known = connection.query(APPLIED, &[]).await?;
    let is_known = |name: &str| known.contains(&vec![name.into()]);
    let names: Vec<&str> = MIGRATIONS.iter().map(|(name, ..)| *name).collect();
    for row in &known {
        if let [Value::Text(name)] = row.as_slice()
            && !names.contains(&name.split('/').next().unwrap_or_default())
        {
            return Err(StoreError::Unusable(format!(
                "the database has migration {name}, which this version does not know; run a newer rocketmall"
            )));
        }
    }
    let mut applied = Vec::new();
    for (name, sqlite, mysql) in MIGRATIONS {
        if is_known(name) {
            continue;
        }
        let sql = if connection.dialect() == Dialect::Sqlite { sqlite } else { mysql };
        // the whole shop's database notes the file, one with parts of it notes the sections
        let mut notes: BTreeSet<String> = (parts == Parts::ALL).then(|| (*name).to_owned()).into_iter().collect();
        for (section, sql) in sections(sql) {
            let missing: Vec<String> = notes_of(name, section, parts).filter(|note| !is_known(note)).collect();
            if missing.is_empty() {
                continue;
            }
            pace.step()?;
            connection.run(name, sql).await?;
            if parts != Parts::ALL {
                notes.extend(missing);
            }
        }
        for note in &notes {
            pace.step()?;
            connection.execute(APPLY, &params![note.as_str()]).await?;
        }
        if !notes.is_empty() {
            applied.push(*name);
        }
    }
    Ok(applied)
}

/// The parts of the shop whose tables the database has, as far as this program knows them; none if it has no schema.
pub async fn parts(database: &Database) -> Result<Parts, StoreError> {
    let rows = match database.query(APPLIED, Vec::new()).await {
        Err(StoreError::Refused { .. }) => return Ok(Parts::NONE),
        rows => rows?,
    };
    Ok(parts_of(&rows))
}

fn parts_of(rows: &[Row]) -> Parts {
    let first = MIGRATIONS.first().map_or("", |(name, ..)| *name);
    let has = |name: &str| rows.contains(&vec![name.into()]);
    if has(first) {
        return Parts::ALL;
    }
    let named = [
        ("orders", Parts::ORDERS),
        ("goods", Parts::GOODS),
        ("coupons", Parts::COUPONS),
        ("accounts", Parts::ACCOUNTS),
        ("payment_log", Parts::PAYMENT_LOG),
        ("payments", Parts::PAYMENTS),
    ];
    named.into_iter().filter(|(name, _)| has(&format!("{first}/{name}"))).fold(Parts::NONE, |parts, (_, part)| parts.with(part))
}

/// Is the schema there, and this program's?
pub async fn is_current(database: &Database) -> Result<bool, StoreError> {
    match database.query(APPLIED, Vec::new()).await {
        Ok(rows) => {
            let has_all = MIGRATIONS.iter().all(|(name, sqlite, _)| {
                let has = |name: &str| rows.contains(&vec![name.into()]);
                let mut wanted = sections(sqlite).flat_map(|(section, _)| notes_of(name, section, database.parts()));
                has(name) || (database.parts() != Parts::ALL && wanted.all(|note| has(&note)))
            });
            Ok(has_all && take_over::is_finished(database).await?)
        }
        Err(StoreError::Refused { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// What a database with these parts notes of a migration's section.
fn notes_of<'s>(migration: &'s str, section: &'s str, parts: Parts) -> impl Iterator<Item = String> + 's {
    section.split(' ').filter(move |part| is_held(parts, part)).map(move |part| format!("{migration}/{part}"))
}

/// The sections of a file: the parts each is for, and its text. What stands before the first is a comment.
fn sections(sql: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    sql.split("-- part: ").skip(1).filter_map(|section| section.split_once('\n'))
}

/// Does a database with these parts have what is of `part`?
pub(crate) fn is_held(parts: Parts, part: &str) -> bool {
    match part {
        "orders" => parts.hold(Parts::ORDERS),
        "goods" => parts.hold(Parts::GOODS),
        "coupons" => parts.hold(Parts::COUPONS),
        "accounts" => parts.hold(Parts::ACCOUNTS),
        "payment_log" => parts.hold(Parts::PAYMENT_LOG),
        "payments" => parts.hold(Parts::PAYMENTS),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_section_is_for_a_part_that_exists() {
        for (name, sqlite, mysql) in MIGRATIONS {
            for sql in [sqlite, mysql] {
                assert!(sections(sql).count() > 0, "{name} has no section");
                for part in sections(sql).flat_map(|(section, _)| section.split(' ')) {
                    assert!(part == "every" || !is_held(Parts::NONE, part), "{name}: nobody knows the part {part:?}");
                }
            }
        }
    }
}
