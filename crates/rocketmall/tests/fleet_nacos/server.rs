//! A process with both roles on the web, before a fleet that keeps everything.

use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::target;

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_rocketmall");

const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Server {
    child: Child,
    port: u16,
}

impl Server {
    /// Starts one before the fleet of this database, and the fleet if it does not run. Settings are keys of the configuration.
    pub(crate) async fn start(database: &str, port: u16, settings: &[(&str, &str)]) -> Self {
        let began = Instant::now();
        let fleet = target::of(database);
        let environment = fleet.environment(Some(port));
        fleet.start(settings).await;
        let mut command = Command::new(BINARY);
        // the platform's own rows, if it is here
        let folder = std::env::temp_dir().join(format!("rocketmall-trial-{}-{port}.db", std::process::id()));
        command.args(["serve", "--dev", "--roles", "order-web,pay-web", "--listen", &format!("127.0.0.1:{port}")]);
        command.args(["--database", &format!("sqlite:{}", folder.display())]);
        let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        for (key, value) in environment.into_iter().chain(settings) {
            command.env(format!("ROCKETMALL_{}", key.to_uppercase().replace('.', "__")), value);
        }
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("the binary starts");
        let mut server = Self { child, port };
        let http = reqwest::Client::new();
        while !http.get(server.url("/readyz")).send().await.is_ok_and(|answer| answer.status() == 200) {
            assert!(server.child.try_wait().is_ok_and(|ended| ended.is_none()), "the server ended before it was ready");
            assert!(began.elapsed() < PATIENCE, "the server is not ready");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        server
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// SIGTERM; how it ended and after how long.
    pub(crate) async fn terminate(mut self) -> (ExitStatus, Duration) {
        let began = Instant::now();
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "SIGTERM can be sent");
        loop {
            if let Some(status) = self.child.try_wait().expect("the process can be asked") {
                return (status, began.elapsed());
            }
            assert!(began.elapsed() < PATIENCE, "the server does not end");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        for suffix in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(std::env::temp_dir().join(format!(
                "rocketmall-trial-{}-{}.db{suffix}",
                std::process::id(),
                self.port
            )));
        }
    }
}

/// A port that stays ours while a server is down.
pub(crate) fn free_port() -> u16 {
    rocketmall_trial::ports::free().expect("a free port").port()
}

/// What a command of the binary prints that is told what a process of this fleet is.
pub(crate) fn run_with(fleet: &target::Fleet, arguments: &[&str]) -> String {
    let mut command = Command::new(BINARY);
    for (key, value) in fleet.environment(None) {
        command.env(format!("ROCKETMALL_{}", key.to_uppercase().replace('.', "__")), value);
    }
    let output = command.args(arguments).output().expect("the binary runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What a command of the binary prints about the fleet of this database, and its exit code: an audit looks at all databases.
pub(crate) fn run(database: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let databases =
        if arguments[0] == "verify" { target::of(database).databases() } else { vec!["--database".to_owned(), database.to_owned()] };
    let output = Command::new(BINARY).args(arguments).args(databases).output().expect("the binary runs");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}
