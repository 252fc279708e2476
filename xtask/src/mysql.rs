//! A MySQL of our own, for a look at what MariaDB takes and MySQL does not: under `target/mysql`, on a free port of the loopback interface.
//!
//! No part of `ci`: Debian's stable release has no MySQL, and what its unstable one has changes from day to day.

mod programs;

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::shell::{run_aside, wait_until};
use programs::Programs;

const START_LIMIT: Duration = Duration::from_mins(2);
const STOP_LIMIT: Duration = Duration::from_mins(1);

fn home() -> PathBuf {
    crate::target().join("mysql")
}

fn data() -> PathBuf {
    home().join("data")
}

/// There while the server runs: its pid.
fn pid_file() -> PathBuf {
    home().join("mysqld.pid")
}

fn port_file() -> PathBuf {
    home().join("port")
}

/// Starts the server unless it is up, and says how to use it.
pub(crate) fn up() -> Result<()> {
    let programs = Programs::find_or_fetch(&home())?;
    let port = match running() {
        Some((_, port)) => port,
        None => start(&programs)?,
    };
    // on stdout only what a shell can read: `eval "$(cargo xtask mysql up)"`; the suites ask for a server, whichever it is
    eprintln!("up: mysql://root@127.0.0.1:{port}");
    println!("export TRIAL_MARIADB_URL='mysql://root@127.0.0.1:{port}'");
    Ok(())
}

/// Stops it, if it is up, and waits until it has ended.
pub(crate) fn down() -> Result<()> {
    let Some((pid, _)) = running() else {
        eprintln!("it was not up");
        return Ok(());
    };
    run_aside(std::process::Command::new("kill").arg(&pid))?;
    wait_until(STOP_LIMIT, || Ok((!process(&pid).exists()).then_some(()))).context("MySQL does not stop")
}

/// The pid and the port of the one that runs, if it is ours: another process may have got a dead one's pid.
fn running() -> Option<(String, u16)> {
    let pid = fs::read_to_string(pid_file()).ok()?.trim().to_owned();
    let command_line = fs::read(process(&pid).join("cmdline")).ok()?;
    let ours = String::from_utf8_lossy(&command_line).contains(&*data().to_string_lossy());
    ours.then_some((pid, fs::read_to_string(port_file()).ok()?.trim().parse().ok()?))
}

fn process(pid: &str) -> PathBuf {
    Path::new("/proc").join(pid)
}

fn start(programs: &Programs) -> Result<u16> {
    if !data().exists() {
        // under another name until it is whole
        let unfinished = home().join("data.new");
        fs::remove_dir_all(&unfinished).ok();
        run_aside(programs.server(&unfinished).arg("--initialize-insecure")).context("MySQL makes no empty database")?;
        fs::rename(&unfinished, data()).context("cannot name the data folder")?;
    }
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on 127.0.0.1")?.local_addr()?.port();
    fs::write(port_file(), port.to_string()).context("cannot write the port")?;
    fs::remove_file(pid_file()).ok();
    let log = File::create(home().join("mysqld.log")).context("cannot make the log file")?;
    let mut command = programs.server(&data());
    command.args(["--bind-address=127.0.0.1", &format!("--port={port}"), "--mysqlx=OFF", "--skip-name-resolve", "--max-connections=300"]);
    // Durable as in production, so that trials and measurements mean something.
    command.args(["--innodb-flush-log-at-trx-commit=1", "--skip-log-bin"]);
    command.arg(format!("--pid-file={}", pid_file().display())).arg(format!("--socket={}", home().join("mysqld.sock").display()));
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).process_group(0);
    let mut child = command.spawn().context("MySQL does not start")?;
    answers(&mut child)?;
    Ok(port)
}

/// It writes its pid when it takes connections.
fn answers(child: &mut Child) -> Result<()> {
    let log = home().join("mysqld.log");
    wait_until(START_LIMIT, || match child.try_wait()? {
        Some(status) => bail!("mysqld ended at once ({status})"),
        None => Ok(pid_file().exists().then_some(())),
    })
    .with_context(|| format!("MySQL did not start; see {}", log.display()))
}
