//! The databases: SQLite and MySQL/MariaDB behind one port whose unit is the batch.

pub mod connection;
pub mod database;
pub mod error;
pub mod value;

mod mysql;
mod sqlite;

pub use connection::{Connection, Dialect, Statement};
pub use database::Database;
pub use error::StoreError;
pub use value::{Columns, Row, Value};
