//! One MySQL/MariaDB connection through sqlx. Rows go in as one JSON parameter, so a statement's text never varies.

use std::time::Duration;

use sqlx::mysql::{MySqlArguments, MySqlConnectOptions, MySqlConnection as SqlxConnection, MySqlDatabaseError, MySqlRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Column as _, Connection as _, Executor as _, MySql, Row as _, TypeInfo as _};

use crate::error::StoreError;
use crate::value::{Row, Value};

/// A connection to one MySQL or MariaDB database.
#[derive(Debug)]
pub struct MysqlConnection(SqlxConnection);

/// Row locks only on the rows we name, errors instead of silent truncation, times in UTC, no endless lock wait.
const SESSION: &str = "set session transaction isolation level read committed;
    set session sql_mode = concat(@@sql_mode, ',STRICT_ALL_TABLES');
    set session time_zone = '+00:00';
    set session innodb_lock_wait_timeout = 5;";

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

impl MysqlConnection {
    /// Connects and prepares the session.
    pub async fn open(options: &MySqlConnectOptions) -> Result<Self, StoreError> {
        // a server that hangs still accepts connections
        let connected = tokio::time::timeout(CONNECT_TIMEOUT, SqlxConnection::connect_with(options)).await;
        let connected = connected.map_err(|_| StoreError::Unreachable(format!("no answer within {CONNECT_TIMEOUT:?}")))?;
        let mut connection = connected.map_err(|e| not_connected(&e))?;
        connection.execute(sqlx::raw_sql(SESSION)).await.map_err(|e| classify("session settings", &e))?;
        Ok(Self(connection))
    }

    pub(crate) async fn run(&mut self, what: &'static str, sql: &str) -> Result<(), StoreError> {
        self.0.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.map_err(|e| classify(what, &e))?;
        Ok(())
    }

    pub(crate) async fn query(&mut self, what: &'static str, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        let rows = bound(sql, params).fetch_all(&mut self.0).await.map_err(|e| classify(what, &e))?;
        rows.iter().map(|row| from_mysql(what, row)).collect()
    }

    pub(crate) async fn execute(&mut self, what: &'static str, sql: &'static str, params: &[Value]) -> Result<u64, StoreError> {
        let done = bound(sql, params).execute(&mut self.0).await.map_err(|e| classify(what, &e))?;
        Ok(done.rows_affected())
    }

    pub(crate) async fn read(&mut self, what: &'static str, sql: &'static str, keys: &[Row]) -> Result<Vec<Row>, StoreError> {
        self.query(what, sql, &[json(what, keys)?]).await
    }

    pub(crate) async fn write(&mut self, what: &'static str, sql: &'static str, rows: &[Row]) -> Result<u64, StoreError> {
        self.execute(what, sql, &[json(what, rows)?]).await
    }

    pub(crate) async fn commit(&mut self) -> Result<(), StoreError> {
        match self.run("commit", "commit").await {
            Err(StoreError::Unreachable(message)) => Err(StoreError::CommitUnknown(message)),
            other => other,
        }
    }
}

fn bound<'q>(sql: &'static str, params: &'q [Value]) -> Query<'q, MySql, MySqlArguments> {
    params.iter().fold(sqlx::query(sql), |query, value| match value {
        Value::Null => query.bind(None::<i64>),
        Value::Int(number) => query.bind(*number),
        Value::Text(text) => query.bind(text.as_str()),
    })
}

fn json(what: &'static str, rows: &[Row]) -> Result<Value, StoreError> {
    serde_json::to_string(rows).map(Value::Text).map_err(|e| StoreError::Refused { statement: what, message: e.to_string() })
}

fn from_mysql(what: &'static str, row: &MySqlRow) -> Result<Row, StoreError> {
    let decode = |index: usize, kind: &str| -> Result<Value, sqlx::Error> {
        Ok(match kind {
            "BOOLEAN" | "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT" | "NULL" => {
                row.try_get_unchecked::<Option<i64>, _>(index)?.into()
            }
            "DECIMAL" | "FLOAT" | "DOUBLE" | "DATETIME" | "TIMESTAMP" | "DATE" => {
                return Err(sqlx::Error::Decode(format!("column {index} is {kind}: cast it to an integer in the statement").into()));
            }
            _ => row.try_get_unchecked::<Option<String>, _>(index)?.into(),
        })
    };
    row.columns()
        .iter()
        .map(|column| decode(column.ordinal(), column.type_info().name()).map_err(|e| StoreError::Corrupt(format!("{what}: {e}"))))
        .collect()
}

/// What stands in the way of a connection and does not go away by itself.
fn not_connected(error: &sqlx::Error) -> StoreError {
    let insecure = |error: &dyn std::fmt::Display| {
        StoreError::Unusable(format!(
            "no secure connection to the database: {error}; ssl-mode in its URL says what is asked of the server (DISABLED, PREFERRED, \
             REQUIRED, VERIFY_CA, VERIFY_IDENTITY), ssl-ca names the file with the certificate that signed the server's"
        ))
    };
    match error {
        sqlx::Error::Tls(error) => insecure(error),
        // so the library reports a certificate that it refuses
        sqlx::Error::Io(error) if error.kind() == std::io::ErrorKind::InvalidData => insecure(error),
        sqlx::Error::Configuration(error) if error.to_string().contains("RSA") => StoreError::Unusable(
            "this account's password (caching_sha2_password or sha256_password) is only sent over a secure connection: switch TLS on at the \
             database server, and leave ssl-mode=DISABLED out of the URL; or connect through its Unix socket (?socket=PATH)"
                .to_owned(),
        ),
        other => classify("connect", other),
    }
}

/// sqlx's `code()` is the SQLSTATE; the number that tells the cases apart is MySQL's own.
fn classify(what: &'static str, error: &sqlx::Error) -> StoreError {
    let message = error.to_string();
    let Some(number) = error.as_database_error().and_then(|e| e.try_downcast_ref::<MySqlDatabaseError>()).map(MySqlDatabaseError::number)
    else {
        return match error {
            sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => StoreError::Corrupt(format!("{what}: {message}")),
            sqlx::Error::Configuration(_) => StoreError::Unusable(message),
            _ => StoreError::Unreachable(message),
        };
    };
    match number {
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

    /// The library's own words name a cargo feature, which helps nobody who runs the program.
    #[test]
    fn an_account_whose_password_needs_a_secure_connection_is_told_so() {
        let words = "RSA auth backend disabled; enable feature `mysql-rsa` (or `rsa` if using sqlx-mysql directly) or use TLS.";
        let StoreError::Unusable(why) = not_connected(&sqlx::Error::Configuration(words.into())) else { panic!("it is unusable") };
        assert!(why.contains("switch TLS on") && !why.contains("feature"), "{why}");
        let StoreError::Unusable(why) = not_connected(&sqlx::Error::Configuration("the port is no number".into())) else {
            panic!("it is unusable")
        };
        assert_eq!(why, "error with configuration: the port is no number");
    }
}
