//! One chromedriver process. It gets its port from us: two that choose for themselves at the same moment may choose the same.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use rocketmall_trial::ports;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(30);

/// What it says when it is ready.
const READY: &str = "was started successfully";

/// A driver that is killed when its test ends.
pub(crate) struct Driver {
    _child: Child,
    /// Where it takes commands.
    pub(crate) url: String,
}

impl Driver {
    pub(crate) async fn start() -> Result<Self> {
        let address = ports::free()?;
        let mut command = Command::new("chromedriver");
        command.arg(format!("--port={}", address.port())).stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().context("chromedriver does not start; `cargo xtask browser` installs it")?;
        let mut lines = BufReader::new(child.stdout.take().context("its output")?).lines();
        let ready = timeout(PATIENCE, async {
            let mut said = String::new();
            while let Some(line) = lines.next_line().await? {
                if line.contains(READY) {
                    return Ok(());
                }
                said.extend([line.as_str(), "\n"]);
            }
            bail!("chromedriver ended before it was ready: {said}")
        });
        ready.await.context("chromedriver is not ready in time")??;
        // a pipe that nobody reads would stop the driver when it is full
        tokio::spawn(async move { while matches!(lines.next_line().await, Ok(Some(_))) {} });
        Ok(Self { _child: child, url: format!("http://{address}") })
    }
}
