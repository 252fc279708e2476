//! The server under load: a process of its own, this same program, with its defaults but for the limits per caller.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use super::machine::Process;

const START_LIMIT: Duration = Duration::from_secs(30);
const STOP_LIMIT: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A server that ends with this value.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    log: PathBuf,
}

impl Server {
    /// Starts one on a database whose schema is there, and waits until it listens. `folder` takes its log.
    pub async fn start(database: &str, folder: &Path, platform: SocketAddr, secret: &str) -> Result<Self, String> {
        let log = folder.join(format!("server-{}.log", fs::read_dir(folder).map_or(0, Iterator::count)));
        let file = File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?;
        let address = free_address().await.map_err(|error| format!("no port is free: {error}"))?;
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut command = Command::new(program);
        // its settings are the bench's own, whatever a file in the working directory says
        command.args(["serve", "--listen", &address.to_string(), "--no-migrate", "--database", database]).current_dir(folder);
        for limit in ["LOGINS_PER_ADDRESS", "LOGINS_PER_MOBILE", "ORDERS_PER_USER", "ORDERS_PER_ADDRESS"] {
            command.env(format!("ROCKETMALL_LIMITS__{limit}"), "");
        }
        command.env("ROCKETMALL_CHANNELS__SANDBOX__ENABLED", "true").env("ROCKETMALL_CHANNELS__SANDBOX__SECRET", secret);
        command.env("ROCKETMALL_CHANNELS__SANDBOX__URL", format!("http://{platform}"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(file);
        let child = command.spawn().map_err(|error| format!("the server cannot be started: {error}"))?;
        let mut server = Self { child, address, log };
        server.listening().await?;
        Ok(server)
    }

    async fn listening(&mut self) -> Result<(), String> {
        let deadline = Instant::now() + START_LIMIT;
        while TcpStream::connect(self.address).await.is_err() {
            let ended = self.child.try_wait().ok().flatten();
            if ended.is_some() || Instant::now() > deadline {
                let log = fs::read_to_string(&self.log).unwrap_or_default();
                return Err(format!("the server does not start ({ended:?}): {log}"));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    /// The process.
    pub fn process(&self) -> Process {
        Process(self.child.id())
    }

    /// Asks it to stop, and waits until it has.
    pub async fn stop(mut self) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().is_ok_and(|status| status.success());
        let deadline = Instant::now() + STOP_LIMIT;
        while asked && Instant::now() < deadline && matches!(self.child.try_wait(), Ok(None)) {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // stopped already, or not to be stopped otherwise
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// An address that nobody listens on. Somebody might in the next moment; then the server says so and ends.
async fn free_address() -> std::io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0").await?.local_addr()
}
