//! Finding MariaDB's programs, and installing them where that is possible.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::shell::run;

/// Besides PATH: Debian keeps the server in a folder that only root has there.
const MORE_FOLDERS: [&str; 3] = ["/usr/sbin", "/usr/local/sbin", "/usr/libexec"];

/// The programs alone: the package `mariadb-server` would start a service of its own, these two start nothing.
const PACKAGES: [&str; 2] = ["mariadb-server-core", "mariadb-client-core"];

const APT_GET: &str = "apt-get";

/// MariaDB's programs.
#[derive(Debug)]
pub(crate) struct Programs {
    /// The server.
    pub(crate) mariadbd: PathBuf,
    /// Makes an empty data folder.
    pub(crate) install_db: PathBuf,
    /// The command line client.
    pub(crate) client: PathBuf,
}

impl Programs {
    /// The installed programs, if all are there.
    pub(crate) fn find() -> Option<Self> {
        Some(Self { mariadbd: find("mariadbd")?, install_db: find("mariadb-install-db")?, client: find("mariadb")? })
    }

    /// The installed programs; installs them from Debian's packages first if need be.
    pub(crate) fn find_or_install() -> Result<Self> {
        if let Some(programs) = Self::find() {
            return Ok(programs);
        }
        if find(APT_GET).is_none() || !runs_as_root() {
            bail!(
                "MariaDB is not installed, and only root can install it here, where there is apt-get. \
                 Install a MariaDB server (10.6 or newer) with mariadbd, mariadb-install-db and mariadb; on Debian: apt-get install {}",
                PACKAGES.join(" ")
            );
        }
        apt_get(&["update"])?;
        let install = ["install", "--yes", "--no-install-recommends"];
        apt_get(&[&install[..], &PACKAGES[..]].concat())?;
        Self::find().context("the packages are installed, but mariadbd, mariadb-install-db or mariadb is still missing")
    }

    /// What the MariaDB suites read: the server for tests that share one, the programs for tests that kill their own.
    pub(crate) fn variables(&self, port: u16) -> [(&'static str, String); 3] {
        [
            ("TRIAL_MARIADB_URL", super::url(port)),
            ("TRIAL_MARIADBD", self.mariadbd.display().to_string()),
            ("TRIAL_MARIADB_INSTALL_DB", self.install_db.display().to_string()),
        ]
    }
}

/// Whether we are root: then MariaDB wants to be told that this is meant.
pub(crate) fn runs_as_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|answer| answer.stdout.trim_ascii() == b"0")
}

fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).chain(MORE_FOLDERS.map(PathBuf::from)).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Waits for another apt-get rather than failing, and its words go to stderr: stdout is for the shell.
fn apt_get(words: &[&str]) -> Result<()> {
    let mut command = Command::new(APT_GET);
    command.args(["--quiet", "--option", "DPkg::Lock::Timeout=600"]).args(words);
    run(command.env("DEBIAN_FRONTEND", "noninteractive").stdout(std::io::stderr()))
}
