//! A server of our own with its database, which ends with this process: the debug binary, with overflow checks and debug assertions.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::shell::{run, wait_until};

const START_LIMIT: Duration = Duration::from_mins(1);
const STOP_LIMIT: Duration = Duration::from_secs(30);

/// A shop in a folder, and what its commands find in the environment.
pub(crate) struct Shop {
    pub(crate) home: PathBuf,
    pub(crate) environment: Vec<(&'static str, String)>,
}

impl Shop {
    /// One of the program's commands on this shop's database.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(program());
        command
            .args(words)
            .args(["--database", "sqlite:shop.db"])
            .current_dir(&self.home)
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// What a command prints.
    pub(crate) fn output(&self, words: &[&str]) -> Result<String> {
        let answer = self.command(words).stderr(Stdio::inherit()).output()?;
        if !answer.status.success() {
            bail!("rocketmall {} failed ({})", words.join(" "), answer.status);
        }
        Ok(String::from_utf8(answer.stdout)?)
    }

    /// What the server said.
    pub(crate) fn log(&self) -> Result<String> {
        Ok(String::from_utf8_lossy(&fs::read(self.home.join("server.log"))?).into_owned())
    }
}

/// The program of all shops.
pub(crate) fn program() -> PathBuf {
    crate::target().join("debug/rocketmall")
}

/// A server that is ready.
pub(crate) struct Server {
    address: SocketAddr,
    child: Child,
}

impl Server {
    pub(crate) fn start(shop: &Shop, words: &[&str]) -> Result<Self> {
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let log = File::create(shop.home.join("server.log"))?;
        let mut command = shop.command(&[&["serve", "--listen", &address.to_string()], words].concat());
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let mut server = Self { address, child: command.spawn().context("the server does not start")? };
        wait_until(START_LIMIT, || match server.child.try_wait()? {
            Some(status) => bail!("the server ended at once ({status}); see {}", shop.home.join("server.log").display()),
            None => Ok(is_ready(address).then_some(())),
        })?;
        Ok(server)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Asks it to end, as an operator would, and waits.
    pub(crate) fn stop(mut self) -> Result<()> {
        run(Command::new(OsStr::new("kill")).arg(self.child.id().to_string()))?;
        let status = wait_until(STOP_LIMIT, || Ok(self.child.try_wait()?)).context("the server does not end")?;
        if status.success() { Ok(()) } else { bail!("the server ended badly ({status})") }
    }
}

/// Whatever happens, it ends with us.
impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

pub(crate) fn is_ready(address: SocketAddr) -> bool {
    get(address, "/readyz").is_ok()
}

/// The body of a page that is there.
pub(crate) fn get(address: SocketAddr, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").with_context(|| format!("{path} has no body"))?;
    if head.split(' ').nth(1) != Some("200") {
        bail!("{path}: {}", head.lines().next().unwrap_or_default());
    }
    Ok(body.to_owned())
}
