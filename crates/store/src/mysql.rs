//! One MySQL or MariaDB connection. Rows go in as one parameter, however many they are, so a statement's text never varies: on
//! MariaDB inserts by its bulk protocol, everything else as JSON.

mod address;

use std::collections::HashMap;
use std::sync::LazyLock;
use std::time::Duration;

use mysql_async::consts::ColumnType;
use mysql_async::prelude::Queryable as _;
use mysql_async::{Conn, DriverError, Error, IoError, Params, Row as MysqlRow, ServerError, Value as MysqlValue};

use crate::error::StoreError;
use crate::statements::sections;
use crate::value::{Row, Value};

pub(crate) use address::Address;

/// A connection to one MySQL or MariaDB database.
#[derive(Debug)]
pub struct MysqlConnection {
    connection: Conn,
    bulk: Bulk,
}

/// How rows are inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bulk {
    /// By MariaDB's bulk protocol: the rows of a statement in one packet, at two thirds of the server's work.
    Protocol,
    /// As JSON: MySQL has no such protocol.
    Json,
}

/// The inserts as MariaDB takes them in bulk, by the names they have in mysql.sql.
static IN_BULK: LazyLock<HashMap<&'static str, &'static str>> =
    LazyLock::new(|| sections(include_str!("mariadb.sql")).into_iter().map(|statement| (statement.name, statement.sql)).collect());

/// Row locks only on the rows we name, errors instead of silent truncation, times in UTC, no endless lock wait.
const SESSION: &str = "set session transaction isolation level read committed;
    set session sql_mode = concat(@@sql_mode, ',STRICT_ALL_TABLES,PIPES_AS_CONCAT,NO_ENGINE_SUBSTITUTION');
    set session time_zone = '+00:00';
    set session innodb_lock_wait_timeout = 5;";

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

impl MysqlConnection {
    /// Connects and prepares the session.
    pub(crate) async fn open(address: &Address) -> Result<Self, StoreError> {
        // a server that hangs still accepts connections
        let opened = tokio::time::timeout(CONNECT_TIMEOUT, Self::try_open(address)).await;
        opened.map_err(|_| StoreError::Unreachable(format!("no answer within {CONNECT_TIMEOUT:?}")))?
    }

    async fn try_open(address: &Address) -> Result<Self, StoreError> {
        let mut connection = address.connect().await.map_err(|e| not_connected(&e))?;
        connection.query_drop(SESSION).await.map_err(|e| classify("session settings", &e))?;
        let version: Option<String> = connection.query_first("select version()").await.map_err(|e| classify("version", &e))?;
        let bulk = if version.is_some_and(|version| version.contains("MariaDB")) { Bulk::Protocol } else { Bulk::Json };
        Ok(Self { connection, bulk })
    }

    pub(crate) async fn run(&mut self, what: &'static str, sql: &str) -> Result<(), StoreError> {
        self.connection.query_drop(sql).await.map_err(|e| classify(what, &e))
    }

    pub(crate) async fn query(&mut self, what: &'static str, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.rows(what, sql, params.iter().map(to_mysql).collect()).await
    }

    pub(crate) async fn execute(&mut self, what: &'static str, sql: &'static str, params: &[Value]) -> Result<u64, StoreError> {
        self.change(what, sql, params.iter().map(to_mysql).collect()).await
    }

    pub(crate) async fn read(&mut self, what: &'static str, sql: &'static str, keys: &[Row]) -> Result<Vec<Row>, StoreError> {
        self.rows(what, sql, vec![json(what, keys)?]).await
    }

    pub(crate) async fn write(&mut self, what: &'static str, sql: &'static str, rows: &[Row]) -> Result<u64, StoreError> {
        match IN_BULK.get(what) {
            Some(sql) if self.bulk == Bulk::Protocol => self.insert(what, sql, rows).await,
            _ => self.change(what, sql, vec![json(what, rows)?]).await,
        }
    }

    async fn rows(&mut self, what: &'static str, sql: &'static str, params: Vec<MysqlValue>) -> Result<Vec<Row>, StoreError> {
        let rows: Vec<MysqlRow> = self.connection.exec(sql, positional(params)).await.map_err(|e| classify(what, &e))?;
        rows.into_iter().map(|row| from_mysql(what, row)).collect()
    }

    async fn change(&mut self, what: &'static str, sql: &'static str, params: Vec<MysqlValue>) -> Result<u64, StoreError> {
        self.connection.exec_drop(sql, positional(params)).await.map_err(|e| classify(what, &e))?;
        Ok(self.connection.affected_rows())
    }

    async fn insert(&mut self, what: &'static str, sql: &'static str, rows: &[Row]) -> Result<u64, StoreError> {
        let params = rows.iter().map(|row| Params::Positional(row.iter().map(to_mysql).collect()));
        self.connection.exec_batch(sql, params).await.map_err(|e| classify(what, &e))?;
        // what one packet does not hold goes in several, and only the last one's rows are counted; a row that is not inserted is an error
        Ok(rows.len() as u64)
    }

    pub(crate) async fn commit(&mut self) -> Result<(), StoreError> {
        match self.run("commit", "commit").await {
            Err(StoreError::Unreachable(message)) => Err(StoreError::CommitUnknown(message)),
            other => other,
        }
    }
}

fn positional(params: Vec<MysqlValue>) -> Params {
    if params.is_empty() { Params::Empty } else { Params::Positional(params) }
}

fn to_mysql(value: &Value) -> MysqlValue {
    match value {
        Value::Null => MysqlValue::NULL,
        Value::Int(number) => MysqlValue::Int(*number),
        Value::Text(text) => MysqlValue::Bytes(text.as_bytes().to_vec()),
    }
}

fn json(what: &'static str, rows: &[Row]) -> Result<MysqlValue, StoreError> {
    serde_json::to_vec(rows).map(MysqlValue::Bytes).map_err(|e| StoreError::Refused { statement: what, message: e.to_string() })
}

fn from_mysql(what: &'static str, row: MysqlRow) -> Result<Row, StoreError> {
    let columns = row.columns();
    let corrupt = |index: usize, why: &dyn std::fmt::Display| StoreError::Corrupt(format!("{what}: column {index} {why}"));
    let to_be_cast = "is neither a whole number nor a text: cast it in the statement";
    let value = |(index, value): (usize, MysqlValue)| match value {
        MysqlValue::NULL => Ok(Value::Null),
        MysqlValue::Int(number) => Ok(Value::Int(number)),
        MysqlValue::UInt(number) => i64::try_from(number).map(Value::Int).map_err(|e| corrupt(index, &e)),
        MysqlValue::Bytes(_) if columns.get(index).is_some_and(|column| is_decimal(column.column_type())) => {
            Err(corrupt(index, &to_be_cast))
        }
        MysqlValue::Bytes(bytes) => String::from_utf8(bytes).map(Value::Text).map_err(|e| corrupt(index, &e)),
        MysqlValue::Float(_) | MysqlValue::Double(_) | MysqlValue::Date(..) | MysqlValue::Time(..) => Err(corrupt(index, &to_be_cast)),
    };
    row.unwrap().into_iter().enumerate().map(value).collect()
}

fn is_decimal(kind: ColumnType) -> bool {
    matches!(kind, ColumnType::MYSQL_TYPE_DECIMAL | ColumnType::MYSQL_TYPE_NEWDECIMAL)
}

/// What stands in the way of a connection and does not go away by itself.
fn not_connected(error: &Error) -> StoreError {
    let insecure = |error: &dyn std::fmt::Display| {
        StoreError::Unusable(format!(
            "no secure connection to the database: {error}; ssl-mode in its URL says what is asked of the server (DISABLED, PREFERRED, \
             REQUIRED, VERIFY_CA, VERIFY_IDENTITY), ssl-ca names the file with the certificate that signed the server's"
        ))
    };
    match error {
        Error::Driver(DriverError::NoClientSslFlagFromServer) => insecure(&"the server does not support TLS"),
        Error::Io(IoError::Tls(error)) => insecure(error),
        Error::Io(error) => match address::tls_error(error) {
            Some(error) => insecure(error),
            None => classify("connect", &Error::Io(IoError::Io(std::io::Error::other(error.to_string())))),
        },
        other => classify("connect", other),
    }
}

fn classify(what: &'static str, error: &Error) -> StoreError {
    let Error::Server(ServerError { code, message, .. }) = error else {
        return match error {
            Error::Driver(DriverError::FromValue { .. } | DriverError::FromRow { .. }) => StoreError::Corrupt(format!("{what}: {error}")),
            // so many that they are an error of ours
            Error::Driver(DriverError::StmtParamsMismatch { .. } | DriverError::MixedParams | DriverError::Params(_)) => {
                StoreError::Refused { statement: what, message: error.to_string() }
            }
            Error::Url(_) => StoreError::Unusable(error.to_string()),
            _ => StoreError::Unreachable(error.to_string()),
        };
    };
    let message = format!("{code}: {message}");
    match *code {
        // lock wait, deadlock, snapshot conflict; 1205 undoes only the statement, so the caller always rolls back
        1205 | 1213 | 1020 => StoreError::Transient(message),
        // too many connections, shutdown in progress, server gone
        1040 | 1053 | 1927 | 2006 | 2013 => StoreError::Unreachable(message),
        1062 => StoreError::Duplicate { statement: what, message },
        // access denied, unknown database
        1044 | 1045 | 1049 => StoreError::Unusable(format!("{message}; correct the database's URL, or create the user and the database")),
        _ => StoreError::Refused { statement: what, message },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statements::Statements;

    #[test]
    fn what_goes_in_bulk_is_an_insert_that_mysql_has_too() {
        let all = Statements::of(crate::Dialect::Mysql).all();
        for (name, bulk) in IN_BULK.iter() {
            let other = all.iter().find(|statement| statement.name == *name).unwrap_or_else(|| panic!("mysql.sql has no {name}"));
            let head = |sql: &str| sql.split(')').next().map(str::to_owned);
            assert_eq!(head(bulk), head(other.sql), "{name}: the same columns");
            assert_eq!(bulk.matches('?').count(), other.sql.matches(" path '$[").count(), "{name}: as many values");
        }
    }
}
