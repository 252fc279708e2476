//! One chromedriver process, on a port of its own choice.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(30);

/// What it says when it is ready, before its port.
const READY: &str = "was started successfully on port ";

/// A driver that is killed when its test ends.
pub(crate) struct Driver {
    _child: Child,
    /// Where it takes commands.
    pub(crate) url: String,
}

impl Driver {
    pub(crate) async fn start() -> Result<Self> {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().context("chromedriver does not start; `cargo xtask browser` installs it")?;
        let mut lines = BufReader::new(child.stdout.take().context("its output")?).lines();
        let port = timeout(PATIENCE, async {
            while let Some(line) = lines.next_line().await? {
                if let Some((_, port)) = line.split_once(READY) {
                    return Ok(port.trim_end_matches('.').to_owned());
                }
            }
            bail!("chromedriver ended before it was ready")
        });
        let port = port.await.context("chromedriver is not ready in time")??;
        // a pipe that nobody reads would stop the driver when it is full
        tokio::spawn(async move { while matches!(lines.next_line().await, Ok(Some(_))) {} });
        Ok(Self { _child: child, url: format!("http://127.0.0.1:{port}") })
    }
}
