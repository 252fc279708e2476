//! Debian's packages: what the project's tasks need of other programs, installed where that is possible.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::shell::run_aside;

/// Besides PATH: Debian keeps servers in a folder that only root has there.
const MORE_FOLDERS: [&str; 3] = ["/usr/sbin", "/usr/local/sbin", "/usr/libexec"];

const APT_GET: &str = "apt-get";

/// Where a program is, if it is installed.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).chain(MORE_FOLDERS.map(PathBuf::from)).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Installs packages. `otherwise` says what to do where that cannot be done.
pub(crate) fn install(packages: &[&str], otherwise: &str) -> Result<()> {
    if find(APT_GET).is_none() || !runs_as_root() {
        bail!("{otherwise}; only root can install it here, where there is apt-get. On Debian: apt-get install {}", packages.join(" "));
    }
    apt_get(&["update"])?;
    apt_get(&[&["install", "--yes", "--no-install-recommends"][..], packages].concat())
}

/// Whether we are root.
pub(crate) fn runs_as_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|answer| answer.stdout.trim_ascii() == b"0")
}

/// Waits for another apt-get rather than failing, and its words go to stderr: stdout is for the shell.
fn apt_get(words: &[&str]) -> Result<()> {
    let mut command = Command::new(APT_GET);
    command.args(["--quiet", "--option", "DPkg::Lock::Timeout=600"]).args(words);
    run_aside(command.env("DEBIAN_FRONTEND", "noninteractive"))
}
