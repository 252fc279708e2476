//! A MariaDB server of the test's own, to be killed.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rocketmall_store::Database;
use serde_json::json;
use tempfile::TempDir;

use crate::client::{Call, Client, basket, below};
use crate::kills::{Load, SETTINGS, check};
use crate::server::{Server, free_port};
use crate::settle::holds;

const PATIENCE: Duration = Duration::from_mins(1);

struct Mariadb {
    folder: TempDir,
    port: u16,
    child: Child,
}

fn program(variable: &str) -> PathBuf {
    std::env::var_os(variable).map_or_else(|| panic!("{variable} names no program; eval \"$(cargo xtask mariadb up)\""), PathBuf::from)
}

impl Mariadb {
    async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let data = folder.path().join("data");
        let made = Command::new(program("TRIAL_MARIADB_INSTALL_DB"))
            .args(["--no-defaults", "--auth-root-authentication-method=normal", "--user=root"])
            .arg(format!("--datadir={}", data.display()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(made.is_ok_and(|status| status.success()), "a data folder can be made");
        let port = free_port();
        let child = Self::spawn(&folder, port);
        let started = Self { folder, port, child };
        started.answers().await;
        started
    }

    fn spawn(folder: &TempDir, port: u16) -> Child {
        let path = |name: &str| folder.path().join(name).display().to_string();
        let arguments = [
            "--no-defaults".to_owned(),
            "--user=root".to_owned(),
            format!("--datadir={}", path("data")),
            format!("--socket={}", path("socket")),
            format!("--pid-file={}", path("pid")),
            format!("--port={port}"),
            "--bind-address=127.0.0.1".to_owned(),
            "--innodb-flush-log-at-trx-commit=1".to_owned(),
            "--innodb-buffer-pool-size=64M".to_owned(),
        ];
        let log = std::fs::File::create(folder.path().join("log")).expect("a log");
        Command::new(program("TRIAL_MARIADBD")).args(arguments).stdout(Stdio::null()).stderr(log).spawn().expect("mariadbd starts")
    }

    fn url(&self, name: &str) -> String {
        format!("mysql://root@127.0.0.1:{}/{name}", self.port)
    }

    async fn answers(&self) {
        let until = Instant::now() + PATIENCE;
        while let Err(error) = Database::open(&self.url("mysql")).await {
            assert!(Instant::now() < until, "mariadbd does not answer: {error}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// kill -9.
    fn kill(&mut self) {
        self.child.kill().expect("mariadbd can be killed");
        self.child.wait().expect("mariadbd ends");
    }

    async fn start_again(&mut self) {
        self.child = Self::spawn(&self.folder, self.port);
        self.answers().await;
    }
}

impl Drop for Mariadb {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// kill -9 of the database under load: nothing acknowledged is lost, and while it is away callers are told to come back.
pub(crate) async fn killed(kills: usize) {
    let mut mariadb = Mariadb::start().await;
    let database = Database::open(&mariadb.url("mysql")).await.expect("mariadbd answers");
    database.with(|connection| Box::pin(async move { connection.run("trial", "create database shop").await })).await.expect("a database");
    let url = mariadb.url("shop");
    let port = free_port();
    let server = Server::start(&url, port, SETTINGS).await;
    let client = Client::of(&[port]);
    let load = Load::start(&client).await;
    for _ in 0..kills {
        tokio::time::sleep(Duration::from_millis(500 + below(1_000))).await;
        mariadb.kill();
        mariadb.start_again().await;
    }
    let told = load.finish().await;
    check(&client, &told).await;
    holds(&url).await;
    eprintln!("{kills} kills of the database: {} orders", told.len());
    assert!(told.len() > kills, "there must be load for the kills to mean something");

    mariadb.kill();
    let order = Call { path: "/v1/orders", user: "7", key: "", body: Some(basket("7", 1)) };
    let (headers, text, status) = client.once(0, &order).await.expect("an answer");
    assert_eq!((status, headers.get("retry-after").and_then(|value| value.to_str().ok())), (503, Some("1")), "{text}");
    let ready = Call { path: "/readyz", user: "", key: "", body: None };
    let (_, text, status) = client.once(0, &ready).await.expect("an answer");
    assert_eq!(status, 503, "{text}");
    assert!(text.contains("not reachable"), "{text}");
    mariadb.start_again().await;
    let (status, body) = client.post("/v1/goods", json!({"name": "after", "price": "1.00", "number": 1})).await;
    assert_eq!(status, 201, "{body}");
    assert!(server.terminate().await.0.success());
}
