//! A running server: detached for developers, or tied to this process for CI.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::home::{Home, as_root, option};
use super::programs::Programs;
use crate::shell::{run, wait_until};

const START_LIMIT: Duration = Duration::from_mins(1);
const STOP_LIMIT: Duration = Duration::from_mins(1);

/// A server that ends when this value is dropped, or when this process ends in whatever way.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    watchdog: Child,
    home: Home,
    programs: Programs,
    port: u16,
}

/// Room for two server processes and their tests.
const SMALL: [&str; 3] = ["--skip-log-bin", "--innodb-buffer-pool-size=256M", "--max-connections=300"];

impl Server {
    /// A fresh server for one run of CI, beside the developers' one.
    pub(crate) fn start_for_ci() -> Result<Self> {
        Self::start_fresh("mariadb-ci", &SMALL)
    }

    /// A fresh server in the folder `name`, with these options.
    pub(crate) fn start_fresh(name: &str, options: &[&str]) -> Result<Self> {
        let home = Home::named(name);
        let programs = Programs::find_or_install()?;
        if home.answering_port(&programs).is_some() {
            bail!("another `cargo xtask` uses {}; wait for it", home.socket().display());
        }
        home.clear()?;
        home.prepare(&programs)?;
        let mut watchdog = watch(&home, &programs)?;
        let started = start(&home, &programs, options);
        if started.is_err() {
            end(&mut watchdog);
        }
        let (child, port) = started?;
        println!("MariaDB is up: {}", super::url(port));
        Ok(Self { child, watchdog, home, programs, port })
    }

    /// A server that outlives this process; its port.
    pub(crate) fn start_detached(home: &Home, programs: &Programs) -> Result<u16> {
        home.prepare(programs)?;
        Ok(start(home, programs, &SMALL)?.1)
    }

    /// Makes an empty database; its URL.
    pub(crate) fn create_database(&self, name: &str) -> Result<String> {
        run(self.home.client(&self.programs, &format!("create or replace database {name}")).stdin(Stdio::null()))?;
        Ok(format!("{}/{name}", super::url(self.port)))
    }

    /// The server's process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What the MariaDB suites read from the environment.
    pub(crate) fn variables(&self) -> [(&'static str, String); 3] {
        self.programs.variables(self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.watchdog.stdin.take());
        let ended = wait_until(STOP_LIMIT, || Ok(self.child.try_wait()?));
        if ended.is_err() {
            eprintln!("MariaDB does not stop; killing it");
            end(&mut self.child);
        }
        end(&mut self.watchdog);
    }
}

/// Kills a child of ours, if it still runs, and takes note of its end.
fn end(child: &mut Child) {
    child.kill().ok();
    child.wait().ok();
}

/// Tells the server to stop as soon as our end of its stdin closes: when we say so, on a panic, on Ctrl-C and when we are killed.
/// It tries for a while, since we may be killed when the server does not listen yet.
fn watch(home: &Home, programs: &Programs) -> Result<Child> {
    let stop = home.client(programs, "shutdown");
    let mut shell = Command::new("sh");
    let script =
        r#"read -r _; tries=0; until "$@" </dev/null 2>/dev/null; do tries=$((tries + 1)); [ $tries -lt 30 ] || exit 1; sleep 1; done"#;
    shell.args(["-c", script, "sh"]).arg(stop.get_program()).args(stop.get_args());
    shell.process_group(0).stdin(Stdio::piped()).spawn().context("cannot start sh")
}

/// Starts a server in `home` and waits until it answers. In a process group of its own, so that Ctrl-C does not reach it.
fn start(home: &Home, programs: &Programs, options: &[&str]) -> Result<(Child, u16)> {
    let port = free_port()?;
    let log = File::create(home.log()).context("cannot make the log file")?;
    let mut command = Command::new(&programs.mariadbd);
    command.arg("--no-defaults").args(as_root());
    command.arg(option("--datadir", &home.data())).arg(option("--socket", &home.socket())).arg(option("--pid-file", &home.pid_file()));
    command.args(["--bind-address=127.0.0.1", &format!("--port={port}"), "--skip-name-resolve"]);
    // Durable as in production, so that trials and measurements mean something.
    command.args(["--innodb-flush-log-at-trx-commit=1", "--character-set-server=utf8mb4"]).args(options);
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).process_group(0);
    let mut child = command.spawn().with_context(|| format!("cannot start {}", programs.mariadbd.display()))?;

    let answered = wait_until(START_LIMIT, || match child.try_wait()? {
        Some(status) => bail!("mariadbd ended at once ({status})"),
        None => Ok(home.answering_port(programs).filter(|answering| *answering == port)),
    });
    if answered.is_err() {
        end(&mut child);
    }
    let port = answered.with_context(|| format!("MariaDB did not start; the end of {}:\n{}", home.log().display(), home.end_of_log()))?;
    Ok((child, port))
}

/// A port that nobody listens on at this moment.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}
