//! A database of the test's own on the server of `TRIAL_MARIADB_URL`.

use std::sync::atomic::{AtomicU32, Ordering};

use rocketmall_store::Database;

/// An empty database that outlives the platforms opened on it.
pub(crate) struct TestDatabase(String);

static NUMBER: AtomicU32 = AtomicU32::new(0);

impl TestDatabase {
    pub(crate) async fn create() -> Self {
        let server = std::env::var("TRIAL_MARIADB_URL").expect("TRIAL_MARIADB_URL: eval \"$(cargo xtask mariadb up)\"");
        let name = format!("sandbox_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let create = format!("drop database if exists {name}; create database {name} character set latin1");
        let database = Database::open(&server).await.expect("the server answers");
        let created = database.with(move |connection| Box::pin(async move { connection.run("create", &create).await }));
        created.await.expect("a new database");
        Self(format!("{server}/{name}"))
    }

    /// Opens it once more, as another process would.
    pub(crate) async fn open(&self) -> Database {
        Database::open(&self.0).await.expect("the database opens")
    }
}
