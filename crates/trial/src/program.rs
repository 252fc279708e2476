//! The shipped binary as a process of a trial's own: started, watched, signalled, killed.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

/// No process takes longer to start or to end than this, or it is broken.
const PATIENCE: Duration = Duration::from_mins(1);
const BETWEEN_LOOKS: Duration = Duration::from_millis(5);

/// A process, which is killed when this is dropped.
#[derive(Debug)]
pub struct Program {
    child: Child,
    began: Instant,
}

/// The environment variable that sets a key of the configuration.
pub fn variable(key: &str) -> String {
    format!("ROCKETMALL_{}", key.to_uppercase().replace('.', "__"))
}

impl Program {
    /// Starts it with these arguments, and with settings by the keys of its configuration.
    pub fn start<K: AsRef<str>, V: AsRef<OsStr>>(
        binary: &str,
        arguments: &[&str],
        settings: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Self> {
        Self::start_in(Path::new("."), binary, arguments, settings)
    }

    /// The same in this folder.
    pub fn start_in<K: AsRef<str>, V: AsRef<OsStr>>(
        folder: &Path,
        binary: &str,
        arguments: &[&str],
        settings: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Self> {
        let mut command = Command::new(binary);
        command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null());
        command.envs(settings.into_iter().map(|(key, value)| (variable(key.as_ref()), value)));
        let began = Instant::now();
        Ok(Self { child: command.spawn().with_context(|| format!("{binary} does not start"))?, began })
    }

    /// Waits until it is ready; how long after its start that was.
    pub async fn until<F: Future<Output = bool>>(&mut self, mut ready: impl FnMut() -> F) -> Result<Duration> {
        while !ready().await {
            ensure!(!self.has_ended(), "it ended before it was ready");
            ensure!(self.began.elapsed() < PATIENCE, "it is not ready after {PATIENCE:?}");
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
        Ok(self.began.elapsed())
    }

    /// Has it ended by itself?
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|ended| ended.is_some())
    }

    /// Sends the signal of this name, such as `STOP`.
    pub fn signal(&self, name: &str) -> Result<()> {
        let sent = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status()?;
        ensure!(sent.success(), "{name} cannot be sent");
        Ok(())
    }

    /// kill -9, and waits for its end.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// SIGTERM; how it ended and after how long.
    pub async fn terminate(mut self) -> Result<(ExitStatus, Duration)> {
        let told = Instant::now();
        self.signal("TERM")?;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok((status, told.elapsed()));
            }
            ensure!(told.elapsed() < PATIENCE, "it does not end in {PATIENCE:?}");
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
