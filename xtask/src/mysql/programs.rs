//! MySQL from Debian's unstable release, whose signature apt checks: with all its libraries, the C library too, in a folder of ours, since it is
//! built for newer ones than the machine may have.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::debian::{find, runs_as_root};
use crate::shell::run_aside;

const SOURCE: &str = "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian sid main\n";

/// The folder with MySQL and its libraries.
pub(super) struct Programs(PathBuf);

impl Programs {
    /// What was fetched before, or the release of today.
    pub(super) fn find_or_fetch(home: &Path) -> Result<Self> {
        let root = home.join("root");
        if !root.exists() {
            fetch(home, &root)?;
        }
        Ok(Self(root))
    }

    /// The server on this data folder, by the loader that came along.
    pub(super) fn server(&self, data: &Path) -> Command {
        let usr = self.0.join("usr");
        let libraries = usr.join("lib/x86_64-linux-gnu");
        let mut command = Command::new(libraries.join("ld-linux-x86-64.so.2"));
        command.arg("--library-path").arg(&libraries).arg(usr.join("sbin/mysqld"));
        let folder = |name: &str, path: PathBuf| format!("--{name}={}", path.display());
        command.args(["--no-defaults", "--secure-file-priv=NULL"]);
        command.args([folder("basedir", usr.clone()), folder("lc-messages-dir", usr.join("share/mysql"))]);
        command.args([folder("character-sets-dir", usr.join("share/mysql/charsets")), folder("datadir", data.to_owned())]);
        command.args(runs_as_root().then_some("--user=root"));
        command
    }
}

/// By an apt of its own, which knows of no package of the machine's, and so brings all that MySQL needs.
fn fetch(home: &Path, root: &Path) -> Result<()> {
    if find("apt-get").is_none() || find("dpkg-deb").is_none() || !cfg!(target_arch = "x86_64") {
        bail!("MySQL is fetched by Debian's apt-get and dpkg-deb, for x86-64 alone; otherwise set TRIAL_MARIADB_URL to a MySQL of yours");
    }
    let apt = home.join("apt");
    for folder in ["lists/partial", "cache/archives/partial"] {
        fs::create_dir_all(apt.join(folder)).with_context(|| format!("cannot make {}", apt.display()))?;
    }
    fs::write(apt.join("sources.list"), SOURCE).context("cannot write the source")?;
    fs::write(apt.join("status"), "").context("cannot write the status")?;
    let options = [
        ("Dir::Etc::sourcelist", apt.join("sources.list")),
        ("Dir::Etc::sourceparts", "-".into()),
        ("Dir::State::lists", apt.join("lists")),
        ("Dir::State::status", apt.join("status")),
        ("Dir::Cache", apt.join("cache")),
        ("Debug::NoLocking", "1".into()),
    ];
    let apt_get = |words: &[&str]| {
        let mut command = Command::new("apt-get");
        command
            .arg("--quiet")
            .args(options.iter().flat_map(|(name, value)| ["--option".to_owned(), format!("{name}={}", value.display())]));
        run_aside(command.args(words))
    };
    apt_get(&["update"])?;
    apt_get(&["install", "--yes", "--download-only", "--no-install-recommends", "mysql-server-core"])?;
    // under another name until it is whole
    let unfinished = home.join("root.new");
    for entry in fs::read_dir(apt.join("cache/archives")).context("apt-get has fetched nothing")? {
        let package = entry?.path();
        if package.extension().is_some_and(|extension| extension == "deb") {
            run_aside(Command::new("dpkg-deb").arg("--extract").arg(&package).arg(&unfinished))?;
        }
    }
    fs::rename(&unfinished, root).context("cannot name the folder")?;
    fs::remove_dir_all(&apt).context("cannot remove what was fetched")
}
