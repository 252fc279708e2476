//! The databases: SQLite and MySQL/MariaDB behind one port whose unit is the batch.
//!
//! [`connection`] is the port; [`database`] opens one by its URL; [`transact`] is the batch's one transaction and
//! [`batch`] what happens when it fails; [`claim`] takes up work that is due; [`read`] serves pages, [`messages`] those
//! of messages; [`worker`] leases worker numbers; [`migrate`] keeps the schema; [`verify`] audits it.

pub mod batch;
pub mod claim;
pub mod connection;
pub mod database;
pub mod error;
pub mod heard;
pub mod messages;
pub mod migrate;
pub mod read;
pub mod statements;
pub mod transact;
pub mod value;
pub mod verify;
pub mod worker;

mod codes;
mod mysql;
mod rows;
mod sqlite;
mod take_over;

pub use connection::{Connection, Dialect, Statement};
pub use database::Database;
pub use error::StoreError;
pub use value::{Columns, Row, Value};
