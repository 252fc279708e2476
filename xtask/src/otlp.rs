//! What the shipped program tells a telemetry collector, read by OpenTelemetry's own Python classes.

use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::shell::{run, run_within};

/// The demo's own limit is shorter; longer than this means that the check hangs.
const LIMIT: Duration = Duration::from_mins(2);

/// Plays the collector for one run of the release binary's demo.
pub(crate) fn check() -> Result<()> {
    let venv = crate::target().join("otlp-venv");
    let python = venv.join("bin/python");
    if !python.exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
    }
    let folder = crate::root().join("xtask/otlp");
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    run(Command::new(&python).args(install).arg(folder.join("requirements.txt")))?;
    run_within(LIMIT, Command::new(&python).arg(folder.join("check.py")).arg(crate::target().join("release/rocketmall")))
}
