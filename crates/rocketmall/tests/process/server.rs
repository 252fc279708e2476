//! One server process, to be killed.

use std::process::{Command, ExitStatus};
use std::time::Duration;

use rocketmall_trial::program::Program;

use crate::target;

const BINARY: &str = env!("CARGO_BIN_EXE_rocketmall");

pub(crate) struct Server {
    program: Program,
    port: u16,
    ready_after: Duration,
}

impl Server {
    /// Starts a server under --dev and waits until it is ready. Settings are keys of the configuration.
    pub(crate) async fn start(database: &str, port: u16, settings: &[(&str, &str)]) -> Self {
        let bus = target::bus(database);
        // several lanes, whatever the machine: where the database takes more than one, batches race each other
        let all = [("log_level", "error"), ("limits.lanes", "3")];
        let all = all.into_iter().chain(bus.iter().map(|(key, value)| (*key, value.as_str()))).chain(settings.iter().copied());
        let arguments = ["serve", "--dev", "--database", database, "--listen", &format!("127.0.0.1:{port}")];
        let program = Program::start(BINARY, &arguments, all).expect("the binary starts");
        let mut server = Self { program, port, ready_after: Duration::ZERO };
        let (http, ready) = (reqwest::Client::new(), server.url("/readyz"));
        let is_ready = async || http.get(&ready).send().await.is_ok_and(|answer| answer.status() == 200);
        server.ready_after = server.program.until(is_ready).await.expect("a server");
        server
    }

    pub(crate) fn ready_after(&self) -> Duration {
        self.ready_after
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// kill -9.
    pub(crate) fn kill(self) {
        self.program.kill().expect("the process can be killed");
    }

    /// SIGTERM; how it ended and after how long.
    pub(crate) async fn terminate(self) -> (ExitStatus, Duration) {
        self.program.terminate().await.expect("the server ends")
    }

    /// Has it died by itself?
    pub(crate) fn is_dead(&mut self) -> bool {
        self.program.has_ended()
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
