//! One SQLite connection. Every call completes at once: it runs on a thread of its own (see `database`).

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql, params_from_iter};

use crate::error::StoreError;
use crate::value::{Row, Value};

/// A connection to one SQLite file.
#[derive(Debug)]
pub struct SqliteConnection(Connection);

/// FULL makes COMMIT durable against power loss; with batches it is nearly free (measured: 3–10 %).
const PRAGMAS: &str = "pragma busy_timeout = 5000; pragma synchronous = full;
    pragma cache_size = -20480; pragma wal_autocheckpoint = 8192; pragma temp_store = memory; pragma foreign_keys = on;";

impl SqliteConnection {
    /// Opens the file, creating it if need be.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let connection = Connection::open(path).map_err(|e| unusable(path, &e))?;
        connection.execute_batch(PRAGMAS).map_err(|e| unusable(path, &e))?;
        write_ahead(&connection).map_err(|e| unusable(path, &e))?;
        connection.set_prepared_statement_cache_capacity(128);
        Ok(Self(connection))
    }

    /// Opens an existing file for reading only.
    pub fn open_read_only(path: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(|e| unusable(path, &e))?;
        connection.execute_batch("pragma busy_timeout = 5000; pragma temp_store = memory;").map_err(|e| unusable(path, &e))?;
        Ok(Self(connection))
    }

    pub(crate) fn run(&self, what: &'static str, sql: &str) -> Result<(), StoreError> {
        self.0.execute_batch(sql).map_err(|e| classify(what, &e))
    }

    pub(crate) fn query(&self, what: &'static str, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        self.query_into(what, sql, params, &mut rows)?;
        Ok(rows)
    }

    pub(crate) fn read(&self, what: &'static str, sql: &str, keys: &[Row]) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::with_capacity(keys.len());
        for key in keys {
            self.query_into(what, sql, key, &mut rows)?;
        }
        Ok(rows)
    }

    fn query_into(&self, what: &'static str, sql: &str, params: &[Value], out: &mut Vec<Row>) -> Result<(), StoreError> {
        let fail = |e: rusqlite::Error| classify(what, &e);
        let mut statement = self.0.prepare_cached(sql).map_err(fail)?;
        let width = statement.column_count();
        let mut rows = statement.query(params_from_iter(params)).map_err(fail)?;
        while let Some(row) = rows.next().map_err(fail)? {
            let columns = (0..width).map(|index| row.get_ref(index).map_err(fail).and_then(|value| from_sqlite(what, value)));
            out.push(columns.collect::<Result<Row, StoreError>>()?);
        }
        Ok(())
    }

    pub(crate) fn write(&self, what: &'static str, sql: &str, rows: &[Row]) -> Result<u64, StoreError> {
        let fail = |e: rusqlite::Error| classify(what, &e);
        let mut statement = self.0.prepare_cached(sql).map_err(fail)?;
        let mut affected = 0_u64;
        for row in rows {
            affected += statement.execute(params_from_iter(row)).map_err(fail)? as u64;
        }
        Ok(affected)
    }

    /// True while a transaction is open: after some errors SQLite has rolled back by itself.
    pub(crate) fn in_transaction(&self) -> bool {
        !self.0.is_autocommit()
    }
}

/// The switch of a fresh file wants it alone and does not wait by itself: two processes that open it at once take turns.
fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    let until = Instant::now() + Duration::from_secs(5);
    loop {
        match connection.execute_batch("pragma journal_mode = wal") {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && Instant::now() < until => {
                #[expect(clippy::disallowed_methods, reason = "a few milliseconds, once in the life of a file, before anything is served")]
                std::thread::sleep(Duration::from_millis(5));
            }
            done => return done,
        }
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

fn from_sqlite(what: &'static str, value: ValueRef<'_>) -> Result<Value, StoreError> {
    match value {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(number) => Ok(Value::Int(number)),
        ValueRef::Text(text) => match std::str::from_utf8(text) {
            Ok(text) => Ok(Value::Text(text.to_owned())),
            Err(_) => Err(StoreError::Corrupt(format!("{what}: a text that is not UTF-8"))),
        },
        ValueRef::Real(_) | ValueRef::Blob(_) => Err(StoreError::Corrupt(format!("{what}: a column that is neither number nor text"))),
    }
}

fn classify(what: &'static str, error: &rusqlite::Error) -> StoreError {
    let message = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Transient(message),
        Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure | ErrorCode::CannotOpen | ErrorCode::ReadOnly) => {
            StoreError::Unreachable(message)
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Corrupt(message),
        Some(ErrorCode::ConstraintViolation) if is_duplicate(error) => StoreError::Duplicate { statement: what, message },
        _ => StoreError::Refused { statement: what, message },
    }
}

fn is_duplicate(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_ROWID, SQLITE_CONSTRAINT_UNIQUE};
    let unique = [SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_ROWID, SQLITE_CONSTRAINT_UNIQUE];
    error.sqlite_error().is_some_and(|e| unique.contains(&e.extended_code))
}

fn unusable(path: &Path, error: &rusqlite::Error) -> StoreError {
    StoreError::Unusable(format!("cannot open the SQLite file {}: {error}; give another with --database sqlite:PATH", path.display()))
}
