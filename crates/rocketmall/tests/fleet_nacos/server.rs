//! A process on the web, before a fleet that keeps everything.

use std::process::{Command, ExitStatus};
use std::time::Duration;

use rocketmall_trial::program::{Program, variable};
use tempfile::TempDir;

use crate::target;

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_rocketmall");

pub(crate) struct Server {
    program: Program,
    port: u16,
    /// With the platform's own rows, if it is here.
    _folder: TempDir,
}

impl Server {
    /// Starts one with both roles before the fleet of this database, and the fleet if it does not run. Settings are keys of the
    /// configuration.
    pub(crate) async fn start(database: &str, port: u16, settings: &[(&str, &str)]) -> Self {
        Self::with_roles("order-web,pay-web", database, port, settings).await
    }

    /// The same with these roles.
    pub(crate) async fn with_roles(roles: &str, database: &str, port: u16, settings: &[(&str, &str)]) -> Self {
        let fleet = target::of(database);
        // first, since the platform is in the first process on the web
        let environment = fleet.environment(Some(port));
        fleet.start(settings).await;
        let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Self::before(roles, port, environment.into_iter().chain(settings)).await
    }

    /// One that is told all of this, ready to serve.
    pub(crate) async fn before(roles: &str, port: u16, settings: impl IntoIterator<Item = (String, String)>) -> Self {
        Self::of(BINARY, roles, port, settings).await
    }

    /// The same of this program, perhaps of another version.
    pub(crate) async fn of(binary: &str, roles: &str, port: u16, settings: impl IntoIterator<Item = (String, String)>) -> Self {
        let folder = TempDir::new().expect("a folder");
        let database = format!("sqlite:{}", folder.path().join("platform.db").display());
        let arguments = ["serve", "--dev", "--roles", roles, "--listen", &format!("127.0.0.1:{port}"), "--database", &database];
        let program = Program::start(binary, &arguments, settings).expect("the binary starts");
        let mut server = Self { program, port, _folder: folder };
        let (http, ready) = (reqwest::Client::new(), server.url("/readyz"));
        let is_ready = async || http.get(&ready).send().await.is_ok_and(|answer| answer.status() == 200);
        server.program.until(is_ready).await.expect("a server");
        server
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// SIGTERM; how it ended and after how long.
    pub(crate) async fn terminate(self) -> (ExitStatus, Duration) {
        self.program.terminate().await.expect("the server ends")
    }
}

/// A port that stays ours while a server is down.
pub(crate) fn free_port() -> u16 {
    rocketmall_trial::ports::free().expect("a free port").port()
}

/// What a command of the binary prints that is told what a process of this fleet is.
pub(crate) fn run_with(fleet: &target::Fleet, arguments: &[&str]) -> String {
    let environment = fleet.environment(None).into_iter().map(|(key, value)| (variable(&key), value));
    let output = Command::new(BINARY).args(arguments).envs(environment).output().expect("the binary runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What a command of the binary prints about the fleet of this database, and its exit code: an audit looks at all databases.
pub(crate) fn run(database: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let databases =
        if arguments[0] == "verify" { target::of(database).databases() } else { vec!["--database".to_owned(), database.to_owned()] };
    let output = Command::new(BINARY).args(arguments).args(databases).output().expect("the binary runs");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}
