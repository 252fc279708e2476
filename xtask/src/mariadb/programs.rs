//! Finding MariaDB's programs, and installing them where that is possible.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::debian::{self, find};

/// The programs alone: the package `mariadb-server` would start a service of its own, these two start nothing.
const PACKAGES: [&str; 2] = ["mariadb-server-core", "mariadb-client-core"];

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
        debian::install(
            &PACKAGES,
            "MariaDB is not installed: it takes a server (10.6 or newer) with mariadbd, mariadb-install-db and mariadb",
        )?;
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
