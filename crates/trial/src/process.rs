//! Signals to processes that the trial started itself, and their end.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tokio::process::Child;

const DEATH_LIMIT: Duration = Duration::from_secs(10);

/// Sends the signal of this name, such as TERM.
pub(crate) fn send(child: &Child, name: &str) -> Result<()> {
    let pid = child.id().context("the process has ended already")?.to_string();
    let sent = Command::new("kill").args([&format!("-{name}"), &pid]).stdin(Stdio::null()).status()?;
    ensure!(sent.success(), "kill -{name} {pid} failed");
    Ok(())
}

/// kill -9, and waits where nothing can be awaited: in a drop.
pub(crate) fn end(child: &mut Child) {
    let _ = child.start_kill();
    let until = Instant::now() + DEATH_LIMIT;
    while matches!(child.try_wait(), Ok(None)) && Instant::now() < until {
        std::thread::yield_now();
    }
}
