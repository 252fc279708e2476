//! The gate of a server: a client of ours that uses it as the shop does.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::shell::{cargo, run_aside, wait_until};

/// How long a probe tries. A fresh RocketMQ on a busy machine takes half a minute; a Nacos whose password was just set knows it after a quarter.
const SECONDS: u64 = 120;

/// Built by this process: to look again would wait for whatever else is being built.
static BUILT: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// An example of one of our clients that ends with success when the server works.
pub(super) struct Probe {
    pub(super) package: &'static str,
    pub(super) example: &'static str,
}

impl Probe {
    /// Builds it unless it is built.
    pub(super) fn build(&self) -> Result<()> {
        let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
        if !built.contains(self.example) {
            run_aside(&mut cargo(&["build", "--quiet", "--locked", "-p", self.package, "--example", self.example]))?;
            built.insert(self.example);
        }
        Ok(())
    }

    /// Its command line, with the limit of its patience.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(crate::target().join("debug/examples").join(self.example));
        command.args(["--timeout", &SECONDS.to_string()]);
        command
    }

    /// Runs it; an error begins with `otherwise`. `holds` tells when it is of no use to try any longer.
    pub(super) fn pass(&self, command: &mut Command, otherwise: &str, holds: impl Fn() -> Result<()>) -> Result<()> {
        let started = command.stdin(Stdio::null()).stdout(std::io::stderr()).spawn();
        let mut child = started.with_context(|| format!("{} does not start", self.example))?;
        let ended = wait_until(Duration::from_secs(SECONDS + 20), || {
            holds()?;
            Ok(child.try_wait()?)
        });
        if ended.is_err() {
            child.kill()?;
            child.wait()?;
        }
        match ended.with_context(|| otherwise.to_owned())? {
            status if status.success() => Ok(()),
            status => bail!("{otherwise} ({status})"),
        }
    }
}
