//! Schema changes: forward only, in order, by one process at a time.

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
    database.with(|connection| Box::pin(run(connection))).await
}

async fn run(connection: &mut Connection) -> Result<Vec<&'static str>, StoreError> {
    if connection.dialect() == Dialect::Mysql {
        let locked = connection.query(LOCK, &[]).await?;
        if locked != [vec![Value::Int(1)]] {
            return Err(StoreError::Unusable(
                "another process has been changing the schema for a minute; try again when it is done".to_owned(),
            ));
        }
        let applied = apply(connection).await;
        connection.query(UNLOCK, &[]).await?;
        return applied;
    }
    connection.begin().await?;
    let applied = apply(connection).await;
    match &applied {
        Ok(_) => connection.commit().await?,
        Err(_) => connection.rollback().await?,
    }
    applied
}

/// MySQL commits each schema change by itself, so every file is written to be run again after a crash in the middle.
async fn apply(connection: &mut Connection) -> Result<Vec<&'static str>, StoreError> {
    connection.run("migrations_table", CREATE).await?;
    let known = connection.query(APPLIED, &[]).await?;
    let names: Vec<&str> = MIGRATIONS.iter().map(|(name, ..)| *name).collect();
    for row in &known {
        if let [Value::Text(name)] = row.as_slice()
            && !names.contains(&name.as_str())
        {
            return Err(StoreError::Unusable(format!(
                "the database has migration {name}, which this version does not know; run a newer rocketmall"
            )));
        }
    }
    let mut applied = Vec::new();
    for (name, sqlite, mysql) in MIGRATIONS {
        if known.contains(&vec![(*name).into()]) {
            continue;
        }
        let sql = if connection.dialect() == Dialect::Sqlite { sqlite } else { mysql };
        connection.run(name, sql).await?;
        connection.execute(APPLY, &params![*name]).await?;
        applied.push(*name);
    }
    Ok(applied)
}

/// Is the schema there, and this program's?
pub async fn is_current(database: &Database) -> Result<bool, StoreError> {
    match database.query(APPLIED, Vec::new()).await {
        Ok(rows) => Ok(MIGRATIONS.iter().all(|(name, ..)| rows.contains(&vec![(*name).into()]))),
        Err(StoreError::Refused { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}
