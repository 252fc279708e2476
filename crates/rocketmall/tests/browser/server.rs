//! A server process for development, with the demo data and Knife4j's jar.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use rocketmall_trial::deadline::{Look, until};
use rocketmall_trial::home::Home;
use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_rocketmall");

/// The demo user.
const USER: &str = "345963634385633280";

/// How long the shop may take for what follows a payment.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where cargo builds to.
pub(crate) fn target() -> &'static Path {
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    temporary.parent().unwrap_or(temporary)
}

/// The jar, as `cargo xtask knife4j` left it.
fn jar() -> Result<PathBuf> {
    let name = Path::new(rocketmall::config::KNIFE4J_IN_TARGET).file_name().context("the jar has a name")?;
    let jar = target().join("knife4j").join(name);
    ensure!(jar.is_file(), "{} is missing: run cargo xtask knife4j", jar.display());
    Ok(jar)
}

/// The door that a browser comes through.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    /// Of a server for development: no tokens.
    Development,
    /// `debug_listen` of a server for business: pages without a token, calls with one.
    Debug,
}

impl Door {
    const fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Development => &["serve", "--dev", "--log", "json", "--listen", "127.0.0.1:0"],
            Self::Debug => &["serve", "--log", "json", "--listen", "127.0.0.1:0"],
        }
    }

    /// What the server says of the door.
    const fn announced(self) -> &'static str {
        match self {
            Self::Development => "listening",
            Self::Debug => "the debug pages and metrics take no token here",
        }
    }
}

/// A server that is killed when its test ends.
pub(crate) struct Server {
    child: Child,
    /// Where its door is, as `http://127.0.0.1:PORT`.
    pub(crate) url: String,
    http: reqwest::Client,
    home: Home,
}

impl Server {
    /// With the demo data, on a port of its own.
    pub(crate) fn start(door: Door) -> Result<Self> {
        let home = Home::sqlite()?;
        let loaded = rocketmall(&home, &["load-demo"]).output()?;
        ensure!(loaded.status.success(), "load-demo: {}", String::from_utf8_lossy(&loaded.stderr));
        let mut serve = rocketmall(&home, door.arguments());
        if door == Door::Debug {
            serve.env("ROCKETMALL_DEBUG_LISTEN", "127.0.0.1:0");
        }
        serve.env("ROCKETMALL_KNIFE4J", jar()?).env("ROCKETMALL_PAYMENT__QUERY_AFTER", "1h");
        let mut child = serve.stderr(Stdio::piped()).spawn()?;
        let mut lines = BufReader::new(child.stderr.take().context("its log")?).lines();
        let address = lines.by_ref().map_while(std::result::Result::ok).find_map(|line| {
            let line: Value = serde_json::from_str(&line).ok()?;
            (line["message"] == door.announced()).then(|| line["address"].as_str().map(str::to_owned))?
        });
        // a pipe that nobody reads would stop the server when it is full
        std::thread::spawn(move || lines.map_while(std::result::Result::ok).for_each(drop));
        let http = reqwest::Client::builder().no_proxy().build()?;
        let mut started = Self { child, url: String::new(), http, home };
        started.url = format!("http://{}", address.context("the server does not say where it listens")?);
        Ok(started)
    }

    /// An administrator's token, as the command line makes it.
    pub(crate) fn token(&self) -> Result<String> {
        let made = rocketmall(&self.home, &["token", "create", "--role", "admin"]).stdout(Stdio::piped()).output()?;
        ensure!(made.status.success(), "token create: {}", String::from_utf8_lossy(&made.stderr));
        Ok(String::from_utf8(made.stdout)?.trim().to_owned())
    }

    /// What a GET for the demo user answers.
    pub(crate) async fn get(&self, path: &str) -> Result<Value> {
        let request = self.http.get(format!("{}{path}", self.url)).header("X-User-Id", USER);
        Ok(request.send().await?.error_for_status()?.json().await?)
    }

    /// What a POST for the demo user answers.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let request = self.http.post(format!("{}{path}", self.url)).header("X-User-Id", USER).json(body);
        Ok(request.send().await?.error_for_status()?.json().await?)
    }

    /// How many orders the demo user has.
    pub(crate) async fn orders(&self) -> Result<usize> {
        Ok(self.get("/v1/orders").await?["items"].as_array().context("a list")?.len())
    }

    /// Waits until this order reads paid.
    pub(crate) async fn wait_until_paid(&self, order: &str) -> Result<()> {
        until("the order to be paid", PATIENCE, async || {
            let order = self.get(&format!("/v1/orders/{order}")).await?;
            Ok(if order["pay_status"] == "paid" { Look::Found(()) } else { Look::NotYet(order.to_string()) })
        })
        .await
    }
}

fn rocketmall(home: &Home, arguments: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("ROCKETMALL_")) {
        command.env_remove(name);
    }
    command.args(arguments).args(["--database", &home.url()]).stdin(Stdio::null()).stdout(Stdio::null());
    command
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
