//! One server process, to be killed.

use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::target;

const BINARY: &str = env!("CARGO_BIN_EXE_rocketmall");

/// No server takes longer to start than this, or it is broken.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Server {
    child: Child,
    port: u16,
    ready_after: Duration,
}

impl Server {
    /// Starts a server under --dev and waits until it is ready. Settings are keys of the configuration.
    pub(crate) async fn start(database: &str, port: u16, settings: &[(&str, &str)]) -> Self {
        let began = Instant::now();
        let mut command = Command::new(BINARY);
        command.args(["serve", "--dev", "--database", database, "--listen", &format!("127.0.0.1:{port}")]);
        command.env("ROCKETMALL_LOG_LEVEL", "error").stdin(Stdio::null()).stdout(Stdio::null());
        // more than one, whatever the machine: where the database takes several, batches race each other
        command.env("ROCKETMALL_LIMITS__LANES", "3");
        let bus = target::bus(database);
        for (key, value) in bus.iter().map(|(key, value)| (*key, value.as_str())).chain(settings.iter().copied()) {
            command.env(format!("ROCKETMALL_{}", key.to_uppercase().replace('.', "__")), value);
        }
        let child = command.spawn().expect("the binary starts");
        let mut server = Self { child, port, ready_after: Duration::ZERO };
        let http = reqwest::Client::new();
        while !http.get(server.url("/readyz")).send().await.is_ok_and(|answer| answer.status() == 200) {
            assert!(server.child.try_wait().is_ok_and(|ended| ended.is_none()), "the server ended before it was ready");
            assert!(began.elapsed() < PATIENCE, "the server is not ready");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        server.ready_after = began.elapsed();
        server
    }

    pub(crate) fn ready_after(&self) -> Duration {
        self.ready_after
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// kill -9.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("the process can be killed");
        self.child.wait().expect("the process ends");
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

    /// Has it died by itself?
    pub(crate) fn is_dead(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|ended| ended.is_some())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that stays ours while a server is down.
pub(crate) fn free_port() -> u16 {
    rocketmall_trial::ports::free().expect("a free port").port()
}

/// What a command of the binary prints, and its exit code.
pub(crate) fn run(database: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(BINARY).args(arguments).args(["--database", database]).output().expect("the binary runs");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}
