//! The folder of one server: its data, socket, port and log. Only our own server can answer on the socket in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::programs::Programs;
use crate::debian::runs_as_root;
use crate::shell::wait_until;

/// A server that has taken the command to stop writes back its buffers first.
const STOP_LIMIT: Duration = Duration::from_mins(1);

/// The folder of one server.
#[derive(Clone, Debug)]
pub(crate) struct Home(PathBuf);

impl Home {
    /// The folder `name` under cargo's target folder.
    pub(crate) fn named(name: &str) -> Self {
        Self(crate::target().join(name))
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.0.join("mariadbd.sock")
    }

    pub(crate) fn pid_file(&self) -> PathBuf {
        self.0.join("mariadbd.pid")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.0.join("mariadbd.log")
    }

    /// Makes the folder and an empty database in it, unless they are there.
    pub(crate) fn prepare(&self, programs: &Programs) -> Result<()> {
        if self.data().is_dir() {
            return Ok(());
        }
        // Under another name until it is whole: an interrupted run leaves nothing that looks finished.
        let unfinished = self.0.join("data.new");
        remove(&unfinished)?;
        fs::create_dir_all(&self.0).with_context(|| format!("cannot make {}", self.0.display()))?;
        let mut command = Command::new(&programs.install_db);
        command.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]);
        command.arg(option("--datadir", &unfinished)).args(as_root()).stdin(Stdio::null());
        let answer = command.output().with_context(|| format!("cannot start {}", programs.install_db.display()))?;
        if !answer.status.success() {
            let words = String::from_utf8_lossy(&answer.stdout).into_owned() + &String::from_utf8_lossy(&answer.stderr);
            bail!("{} failed ({}):\n{}", programs.install_db.display(), answer.status, last_lines(&words));
        }
        fs::rename(&unfinished, self.data()).context("cannot name the data folder")
    }

    /// Removes the folder with all that is in it.
    pub(crate) fn clear(&self) -> Result<()> {
        remove(&self.0)
    }

    /// The port of the server that runs in this folder, if it answers.
    pub(crate) fn answering_port(&self, programs: &Programs) -> Option<u16> {
        let answer = self.client(programs, "select @@port").output().ok()?;
        String::from_utf8(answer.stdout).ok()?.trim().parse().ok()
    }

    /// The client's command that runs `sql` on the server in this folder.
    pub(crate) fn client(&self, programs: &Programs, sql: &str) -> Command {
        let mut command = Command::new(&programs.client);
        command.args(["--no-defaults", "--batch", "--skip-column-names", "--user=root", "--connect-timeout=10"]);
        command.arg(option("--socket", &self.socket())).arg(format!("--execute={sql}")).stdin(Stdio::null());
        command
    }

    /// Stops the server in this folder and waits until it has ended.
    pub(crate) fn shut_down(&self, programs: &Programs) -> Result<()> {
        let answer = self.client(programs, "shutdown").output().context("cannot start the MariaDB client")?;
        if !answer.status.success() {
            bail!("MariaDB refused to stop: {}", String::from_utf8_lossy(&answer.stderr).trim());
        }
        // It removes the file as the last thing but one.
        wait_until(STOP_LIMIT, || Ok((!self.pid_file().exists()).then_some(())))
            .with_context(|| format!("MariaDB did not stop; see {}", self.log().display()))
    }

    /// The end of the server's log, for an error.
    pub(crate) fn end_of_log(&self) -> String {
        last_lines(&fs::read_to_string(self.log()).unwrap_or_default())
    }
}

/// `--name=PATH`, also for a path that is not UTF-8.
pub(crate) fn option(name: &str, path: &Path) -> std::ffi::OsString {
    let mut word = std::ffi::OsString::from(name);
    word.push("=");
    word.push(path);
    word
}

/// MariaDB refuses to run as root unless told to.
pub(crate) fn as_root() -> Option<&'static str> {
    runs_as_root().then_some("--user=root")
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}
