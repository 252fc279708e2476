//! A MariaDB server of the trial's own, durable as in production, which may be stopped, killed and started again.

use std::ffi::OsString;
use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use rocketmall_store::Database;
use tokio::process::{Child, Command};

use crate::deadline::{Look, until};
use crate::{ports, process};

const START_LIMIT: Duration = Duration::from_mins(1);

/// A server with its own data folder and port.
#[derive(Debug)]
pub struct Mariadb {
    folder: PathBuf,
    address: SocketAddr,
    child: Child,
    settings: Vec<String>,
}

impl Mariadb {
    /// Makes the data folder below `folder` and starts the server on it.
    pub(crate) async fn start(folder: &Path) -> Result<Self> {
        Self::start_with(folder, Vec::new()).await
    }

    /// The same with further settings, such as `--ssl-cert=FILE`.
    pub async fn start_with(folder: &Path, settings: Vec<String>) -> Result<Self> {
        let folder = folder.join("mariadb");
        std::fs::create_dir_all(&folder)?;
        let mut install = Command::new(program("TRIAL_MARIADB_INSTALL_DB")?);
        install.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", "--user=root"]);
        install.arg(option("--datadir", &folder.join("data")));
        // two that run at once would delete each other's temporary tables
        install.env("TMPDIR", &folder);
        let log = File::create(folder.join("install.log"))?;
        let installed = install.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).status().await?;
        let told = || std::fs::read_to_string(folder.join("install.log")).unwrap_or_default();
        ensure!(installed.success(), "MariaDB's data folder could not be made:\n{}", told());
        let address = ports::free()?;
        let child = run(&folder, address, &settings)?;
        let server = Self { folder, address, child, settings };
        server.ready().await?;
        Ok(server)
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("mysql://root@{}", self.address)
    }

    /// kill -9.
    pub async fn kill(&mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }

    /// Starts it again where it was, and waits until it answers.
    pub async fn restart(&mut self) -> Result<()> {
        self.child = run(&self.folder, self.address, &self.settings)?;
        self.ready().await
    }

    /// It hangs: connections are accepted by the system and nobody answers them.
    pub fn freeze(&self) -> Result<()> {
        process::send(&self.child, "STOP")
    }

    /// It goes on.
    pub fn thaw(&self) -> Result<()> {
        process::send(&self.child, "CONT")
    }

    async fn ready(&self) -> Result<()> {
        let url = self.url();
        let answers = async || match Database::open(&url).await {
            Ok(_) => Ok(Look::Found(())),
            Err(error) => Ok(Look::NotYet(error.to_string())),
        };
        let ready = until("MariaDB's first answer", START_LIMIT, answers).await;
        let log = || std::fs::read_to_string(self.folder.join("server.log")).unwrap_or_default();
        ready.with_context(log)
    }
}

/// The folder it works in goes right after it.
impl Drop for Mariadb {
    fn drop(&mut self) {
        process::end(&mut self.child);
    }
}

fn run(folder: &Path, address: SocketAddr, settings: &[String]) -> Result<Child> {
    let mut command = Command::new(program("TRIAL_MARIADBD")?);
    command.arg("--no-defaults").arg("--user=root").env("TMPDIR", folder);
    command.arg(option("--datadir", &folder.join("data"))).arg(option("--socket", &folder.join("socket")));
    command.arg(option("--pid-file", &folder.join("pid")));
    command.args(["--bind-address=127.0.0.1", &format!("--port={}", address.port()), "--skip-name-resolve", "--skip-log-bin"]);
    command.args(["--innodb-flush-log-at-trx-commit=1", "--innodb-buffer-pool-size=64M", "--character-set-server=utf8mb4"]);
    command.args(settings);
    let log = File::options().create(true).append(true).open(folder.join("server.log"))?;
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).kill_on_drop(true);
    command.spawn().context("mariadbd does not start")
}

fn program(variable: &str) -> Result<OsString> {
    std::env::var_os(variable).with_context(|| format!("set {variable} first: eval \"$(cargo xtask mariadb up)\""))
}

fn option(name: &str, path: &Path) -> OsString {
    let mut word = OsString::from(name);
    word.push("=");
    word.push(path);
    word
}
