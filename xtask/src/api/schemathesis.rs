//! The tool: installed into a folder of its own, at the versions and with the hashes of tests/api/requirements.txt.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::debian;
use crate::shell::{run, run_within};

/// A run takes a minute or two; longer than this means that something waits for ever.
const LIMIT: Duration = Duration::from_mins(15);

/// The installed tool.
pub(super) struct Schemathesis(PathBuf);

/// Installs it, unless these very versions are installed.
pub(super) fn prepare() -> Result<Schemathesis> {
    let wanted = crate::root().join("tests/api/requirements.txt");
    let home = crate::target().join("api/venv");
    let installed = home.join("installed.txt");
    let versions = fs::read_to_string(&wanted).with_context(|| format!("cannot read {}", wanted.display()))?;
    if fs::read_to_string(&installed).ok().as_ref() != Some(&versions) {
        make(&home)?;
        let mut pip = Command::new(home.join("bin/python"));
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--requirement"]).arg(&wanted);
        run(&mut pip)?;
        fs::write(&installed, versions)?;
    }
    Ok(Schemathesis(home.join("bin/st")))
}

/// A Python of its own, so that nothing of the system's is touched.
fn make(home: &PathBuf) -> Result<()> {
    if home.exists() {
        fs::remove_dir_all(home)?;
    }
    // Debian splits Python: the program may be there without the part that makes such folders.
    let has_venv =
        |python: &str| Command::new(python).args(["-c", "import ensurepip, venv"]).output().is_ok_and(|answer| answer.status.success());
    if !has_venv("python3") {
        debian::install(&["python3", "python3-venv"], "Python 3 with venv, for schemathesis, is not installed")?;
    }
    run(Command::new("python3").args(["-m", "venv"]).arg(home))
}

impl Schemathesis {
    /// Meets the server at `url` as `settings` say; what it has to tell goes to `log`.
    pub(super) fn run(&self, settings: &str, url: &str, token: &str, log: &Path) -> Result<()> {
        let output = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let mut st = Command::new(&self.0);
        st.current_dir(crate::root().join("tests/api")).env("API_TOKEN", token).env("PYTHONDONTWRITEBYTECODE", "1");
        st.args(["--no-color", "--config-file", settings, "run", &format!("{url}/openapi.json")])
            .stdout(output.try_clone()?)
            .stderr(output);
        run_within(LIMIT, &mut st)
    }
}
