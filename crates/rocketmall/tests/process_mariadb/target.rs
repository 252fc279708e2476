//! A MariaDB database of the test's own.

use rocketmall_store::{Database, Statement};

/// An empty database, dropped at the end.
pub(crate) struct Target {
    server: String,
    name: String,
}

/// Where tests find a server; `cargo xtask ci` starts one.
const SERVER: &str = "TRIAL_MARIADB_URL";

pub(crate) async fn fresh() -> Target {
    let server = std::env::var(SERVER).unwrap_or_else(|_| panic!("{SERVER} names no server; eval \"$(cargo xtask mariadb up)\""));
    let target = Target { server, name: format!("trial_{:x}", u64::from_le_bytes(rocketmall::ids::random())) };
    target.run(format!("create database {}", target.name)).await;
    target
}

impl Target {
    pub(crate) fn url(&self) -> String {
        self.named(&self.name)
    }

    fn named(&self, name: &str) -> String {
        let (base, options) =
            self.server.split_once('?').map_or((self.server.as_str(), String::new()), |(base, options)| (base, format!("?{options}")));
        format!("{}/{name}{options}", base.trim_end_matches('/'))
    }

    async fn run(&self, sql: String) {
        const ALIVE: Statement = Statement { name: "alive", sql: "select 1" };
        let database = Database::open(&self.named("mysql")).await.expect("the server answers");
        database.query(ALIVE, Vec::new()).await.expect("the server answers");
        database.with(move |connection| Box::pin(async move { connection.run("trial", &sql).await })).await.expect("the statement runs");
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        let dropped = std::thread::spawn(move || {
            let target = std::mem::ManuallyDrop::new(Self { server, name });
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(target.run(format!("drop database {}", target.name)));
        });
        let _ = dropped.join();
    }
}
