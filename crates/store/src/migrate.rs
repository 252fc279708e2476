//! Schema changes: forward only, in order, by one process at a time. Each file is made of sections for parts of the shop: a database
//! gets those of the parts it holds.

use std::collections::BTreeSet;

use rocketmall_core::part::Parts;

use crate::connection::{Connection, Dialect, Statement};
use crate::database::Database;
use crate::error::StoreError;
use crate::rows::params;
use crate::value::Value;

macro_rules! migrations {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../migrations/sqlite/", $name, ".sql")), include_str!(concat!("../migrations/mysql/", $name, ".sql")))),*]
    };
}

/// Name, text for SQLite, text for MySQL.
const MIGRATIONS: &[(&str, &str, &str)] = migrations!["0001_shop" "0002_refunds" "0003_trace" "0004_bus"];

const CREATE: &str = "create table if not exists trade_migration (name varchar(100) not null primary key)";
const APPLIED: Statement = Statement { name: "migrations_applied", sql: "select name from trade_migration" };
const APPLY: Statement = Statement { name: "migration_applied", sql: "insert into trade_migration (name) values (?)" };
const LOCK: Statement = Statement { name: "migration_lock", sql: "select get_lock(concat('rocketmall ', database()), 60)" };
const UNLOCK: Statement = Statement { name: "migration_unlock", sql: "select release_lock(concat('rocketmall ', database()))" };

/// Brings the schema up to this program's. The names of the migrations that were applied.
pub async fn migrate(database: &Database) -> Result<Vec<&'static str>, StoreError> {
    let parts = database.parts();
    database.with(move |connection| Box::pin(run(connection, parts))).await
}

async fn run(connection: &mut Connection, parts: Parts) -> Result<Vec<&'static str>, StoreError> {
    if connection.dialect() == Dialect::Mysql {
        let locked = connection.query(LOCK, &[]).await?;
        if locked != [vec![Value::Int(1)]] {
            return Err(StoreError::Unusable(
                "another process has been changing the schema for a minute; try again when it is done".to_owned(),
            ));
        }
        let applied = apply(connection, parts).await;
        connection.query(UNLOCK, &[]).await?;
        return applied;
    }
    connection.begin().await?;
    let applied = apply(connection, parts).await;
    match &applied {
        Ok(_) => connection.commit().await?,
        Err(_) => connection.rollback().await?,
    }
    applied
}

/// MySQL commits each schema change by itself, so every file is written to be run again after a crash in the middle.
async fn apply(connection: &mut Connection, parts: Parts) -> Result<Vec<&'static str>, StoreError> {
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
        for (part, sql) in sections(sql).filter(|(part, _)| is_held(parts, part) && !is_known(&format!("{name}/{part}"))) {
            connection.run(name, sql).await?;
            if parts != Parts::ALL {
                notes.insert(format!("{name}/{part}"));
            }
        }
        for note in &notes {
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
    let first = MIGRATIONS.first().map_or("", |(name, ..)| *name);
    let has = |name: &str| rows.contains(&vec![name.into()]);
    if has(first) {
        return Ok(Parts::ALL);
    }
    let named = [
        ("orders", Parts::ORDERS),
        ("goods", Parts::GOODS),
        ("coupons", Parts::COUPONS),
        ("accounts", Parts::ACCOUNTS),
        ("payment_log", Parts::PAYMENT_LOG),
    ];
    Ok(named.into_iter().filter(|(name, _)| has(&format!("{first}/{name}"))).fold(Parts::NONE, |parts, (_, part)| parts.with(part)))
}

/// Is the schema there, and this program's?
pub async fn is_current(database: &Database) -> Result<bool, StoreError> {
    match database.query(APPLIED, Vec::new()).await {
        Ok(rows) => Ok(MIGRATIONS.iter().all(|(name, sqlite, _)| {
            let has = |name: &str| rows.contains(&vec![name.into()]);
            let wanted = || sections(sqlite).filter(|(part, _)| is_held(database.parts(), part));
            has(name) || (database.parts() != Parts::ALL && wanted().all(|(part, _)| has(&format!("{name}/{part}"))))
        })),
        Err(StoreError::Refused { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The sections of a file: the part each is for, and its text. What stands before the first is a comment.
fn sections(sql: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    sql.split("-- part: ").skip(1).filter_map(|section| section.split_once('\n'))
}

/// Does a database with these parts get the section?
pub(crate) fn is_held(parts: Parts, section: &str) -> bool {
    match section {
        "orders" => parts.hold(Parts::ORDERS),
        "goods" => parts.hold(Parts::GOODS),
        "coupons" => parts.hold(Parts::COUPONS),
        "accounts" => parts.hold(Parts::ACCOUNTS),
        "payment_log" => parts.hold(Parts::PAYMENT_LOG),
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
                for (part, _) in sections(sql) {
                    assert!(part == "every" || !is_held(Parts::NONE, part), "{name}: nobody knows the part {part:?}");
                }
            }
        }
    }
}
