//! A database of the test's own on the server of `TRIAL_MARIADB_URL`, dropped at the end.

use std::sync::atomic::{AtomicU32, Ordering};

use rocketmall_store::Database;

/// An empty database that outlives the processes that work on it.
pub(crate) struct TestDatabase {
    server: String,
    name: String,
}

static NUMBER: AtomicU32 = AtomicU32::new(0);

impl TestDatabase {
    pub(crate) async fn create() -> Self {
        let server = std::env::var("TRIAL_MARIADB_URL").expect("set TRIAL_MARIADB_URL first: eval \"$(cargo xtask mariadb up)\"");
        let name = format!("store_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        // as an old server would make it: our tables say themselves that they hold any text
        let create = format!("drop database if exists {name}; create database {name} character set latin1");
        run(&server, create).await;
        Self { server, name }
    }

    /// Opens it once more, as another process would.
    pub(crate) async fn open(&self) -> Database {
        Database::open(&format!("{}/{}", self.server, self.name)).await.expect("the database opens")
    }
}

/// A failed test leaves no database behind either; dropping one needs a runtime, which the test's own may not lend any more.
impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (server, drop_it) = (self.server.clone(), format!("drop database if exists {}", self.name));
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(run(&server, drop_it));
        });
        let dropped = dropping.join().is_ok();
        assert!(dropped || std::thread::panicking(), "the database {} could not be dropped", self.name);
    }
}

async fn run(server: &str, sql: String) {
    let database = Database::open(server).await.expect("the server of TRIAL_MARIADB_URL answers");
    let done = database.with(move |connection| Box::pin(async move { connection.run("test database", &sql).await }));
    done.await.expect("databases can be made and dropped there");
}
