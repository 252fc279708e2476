//! The port: one connection, either database. Nothing outside this crate knows a database library.

use crate::error::StoreError;
use crate::mysql::MysqlConnection;
use crate::sqlite::SqliteConnection;
use crate::value::{Row, Value};

/// Which SQL a connection speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite.
    Sqlite,
    /// MySQL and MariaDB.
    Mysql,
}

/// A statement under its name, for errors and metrics.
#[derive(Clone, Copy, Debug)]
pub struct Statement {
    /// The name of its section in the SQL file.
    pub name: &'static str,
    /// Its text in one dialect.
    pub sql: &'static str,
}

/// One connection. On SQLite every future is ready at once.
#[derive(Debug)]
pub enum Connection {
    /// SQLite.
    Sqlite(SqliteConnection),
    /// MySQL and MariaDB.
    Mysql(Box<MysqlConnection>),
}

impl Connection {
    /// Which SQL it speaks.
    pub fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Mysql(_) => Dialect::Mysql,
        }
    }

    /// Opens a transaction that may write.
    pub async fn begin(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(connection) => connection.run("begin", "begin immediate"),
            Self::Mysql(connection) => connection.run("begin", "begin").await,
        }
    }

    /// Makes the transaction durable. [`StoreError::CommitUnknown`] if the answer was lost.
    pub async fn commit(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(connection) => connection.run("commit", "commit"),
            Self::Mysql(connection) => connection.commit().await,
        }
    }

    /// Undoes the transaction, if one is open.
    pub async fn rollback(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(connection) if !connection.in_transaction() => Ok(()),
            Self::Sqlite(connection) => connection.run("rollback", "rollback"),
            Self::Mysql(connection) => connection.run("rollback", "rollback").await,
        }
    }

    /// Runs a text of several statements without parameters (schema changes).
    pub async fn run(&mut self, what: &'static str, sql: &str) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(connection) => connection.run(what, sql),
            Self::Mysql(connection) => connection.run(what, sql).await,
        }
    }

    /// One plain statement with `?` parameters, and its rows.
    pub async fn query(&mut self, statement: Statement, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Sqlite(connection) => connection.query(statement.name, statement.sql, params),
            Self::Mysql(connection) => connection.query(statement.name, statement.sql, params).await,
        }
    }

    /// One plain statement with `?` parameters; the number of rows it matched.
    pub async fn execute(&mut self, statement: Statement, params: &[Value]) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(connection) => connection.write(statement.name, statement.sql, &[params.to_vec()]),
            Self::Mysql(connection) => connection.execute(statement.name, statement.sql, params).await,
        }
    }

    /// The rows for a set of keys: MySQL gets the keys as one JSON parameter, SQLite the statement once per key.
    pub async fn read(&mut self, statement: Statement, keys: &[Row]) -> Result<Vec<Row>, StoreError> {
        match self {
            _ if keys.is_empty() => Ok(Vec::new()),
            Self::Sqlite(connection) => connection.read(statement.name, statement.sql, keys),
            Self::Mysql(connection) => connection.read(statement.name, statement.sql, keys).await,
        }
    }

    /// Writes a set of rows, the same way; the number of rows it matched.
    pub async fn write(&mut self, statement: Statement, rows: &[Row]) -> Result<u64, StoreError> {
        match self {
            _ if rows.is_empty() => Ok(0),
            Self::Sqlite(connection) => connection.write(statement.name, statement.sql, rows),
            Self::Mysql(connection) => connection.write(statement.name, statement.sql, rows).await,
        }
    }
}
