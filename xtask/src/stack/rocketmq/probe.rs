//! The gate: a message that goes in and comes out, by the client that the shop uses.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::shell::{cargo, run_aside, wait_until};

/// How long the probe tries. A fresh stack on a busy machine takes half a minute.
const SECONDS: u64 = 120;

/// Built by this process: to look again would wait for whatever else is being built.
static BUILT: AtomicBool = AtomicBool::new(false);

/// Builds the probe unless it is built.
pub(crate) fn build() -> Result<()> {
    if !BUILT.load(Ordering::Relaxed) {
        run_aside(&mut cargo(&["build", "--quiet", "--locked", "-p", "rocketmq-grpc", "--example", "probe"]))?;
        BUILT.store(true, Ordering::Relaxed);
    }
    Ok(())
}

/// Puts a message through `topic` and takes it out again. `holds` tells when it is of no use to try any longer.
pub(crate) fn pass(endpoint: &str, topic: &str, group: &str, login: Option<(&str, &str)>, holds: impl Fn() -> Result<()>) -> Result<()> {
    let mut command = Command::new(crate::target().join("debug/examples/probe"));
    command.args(["--endpoint", endpoint, "--topic", topic, "--group", group, "--timeout", &SECONDS.to_string()]);
    if let Some((key, secret)) = login {
        command.args(["--access-key", key]).env("ROCKETMQ_SECRET", secret);
    }
    let mut child = command.stdin(Stdio::null()).stdout(std::io::stderr()).spawn().context("the probe does not start")?;
    let ended = wait_until(Duration::from_secs(SECONDS + 10), || {
        holds()?;
        Ok(child.try_wait()?)
    });
    if ended.is_err() {
        child.kill()?;
        child.wait()?;
    }
    match ended.with_context(|| format!("no message went through {topic}"))? {
        status if status.success() => Ok(()),
        status => bail!("no message went through {topic} ({status})"),
    }
}
