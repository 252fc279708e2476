//! One server process of a stack: how it is started, found again, signalled, ended.
//!
//! A role's process is known by its command line, which names the role's own folder. A pid alone proves nothing: the number may have gone to another.

use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::json::{object, string, strings};
use super::ports;
use crate::shell::wait_until;

/// A broker writes back its store when it is told to stop.
const STOP_LIMIT: Duration = Duration::from_secs(40);
const STARTED_LIMIT: Duration = Duration::from_secs(10);
const KILL_LIMIT: Duration = Duration::from_secs(10);

/// A server of the stack.
#[derive(Clone, Debug)]
pub(super) struct Role {
    pub(super) name: &'static str,
    /// Its folder: configuration, store, log.
    pub(super) home: PathBuf,
    pub(super) program: PathBuf,
    /// One of them is `mark(home)`.
    pub(super) arguments: Vec<String>,
    pub(super) environment: Vec<(&'static str, String)>,
    /// Where it listens, the first one first.
    pub(super) ports: Vec<(&'static str, u16)>,
}

/// What a role's process is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Down,
    Running(u32),
    /// Stopped by a signal, to go on by another.
    Paused(u32),
}

/// The signals we send.
#[derive(Clone, Copy, Debug)]
pub(super) enum Signal {
    Terminate,
    Kill,
    Pause,
    Resume,
}

/// The argument by which a role's process is known. Java programs also write there what they would otherwise put into the user's home.
pub(super) fn mark(home: &Path) -> String {
    format!("-Duser.home={}", home.display())
}

impl Role {
    /// What the state file says of it, and `more`.
    pub(super) fn to_json<const N: usize>(&self, more: [(&'static str, String); N]) -> String {
        let program = self.program.display().to_string();
        let members = [
            ("argv", strings(std::iter::once(&program).chain(&self.arguments))),
            ("env", object(self.environment.iter().map(|(name, value)| (name, string(value))))),
            ("cwd", string(self.home.display())),
            ("ports", object(self.ports.iter().map(|(name, port)| (name, port.to_string())))),
            ("pid_file", string(self.pid_file().display())),
            ("log", string(self.log().display())),
        ];
        object(members.into_iter().chain(more))
    }

    pub(super) fn own_port(&self) -> Option<u16> {
        self.ports.first().map(|(_, port)| *port)
    }

    pub(super) fn log(&self) -> PathBuf {
        self.home.join("log")
    }

    /// Written by whoever starts the process, for others; we look at command lines.
    pub(super) fn pid_file(&self) -> PathBuf {
        self.home.join("pid")
    }

    pub(super) fn state(&self) -> State {
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        let mut numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        let Some(pid) = numbers.find(|pid| self.is_ours(*pid)) else { return State::Down };
        if status_line(pid, "State:").is_some_and(|state| state.starts_with('T')) { State::Paused(pid) } else { State::Running(pid) }
    }

    /// Whether this process is the role's. One that has ended and is not yet buried has no command line.
    fn is_ours(&self, pid: u32) -> bool {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let mut words = line.split(|byte| *byte == 0);
        let mark = mark(&self.home);
        let program = words.next().map(|word| Path::new(OsStr::from_bytes(word)));
        program.and_then(Path::file_name) == self.program.file_name() && words.any(|word| word == mark.as_bytes())
    }

    /// Starts it, in a process group of its own so that Ctrl-C does not reach it. Fails when a port is taken.
    pub(super) fn start(&self) -> Result<()> {
        if let Some((name, port)) = self.ports.iter().find(|(_, port)| !ports::is_free(*port)) {
            bail!("{} cannot start: another process listens at its port {port} ({name})", self.name);
        }
        let log = OpenOptions::new().create(true).append(true).open(self.log()).context("cannot open the log file")?;
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).envs(self.environment.iter().map(|(name, value)| (name, value))).current_dir(&self.home);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).process_group(0);
        let mut child = command.spawn().with_context(|| format!("cannot start {}", self.program.display()))?;
        fs::write(self.pid_file(), child.id().to_string()).context("cannot write the pid")?;
        // We go on before the system has given it its command line, and would take it for dead.
        wait_until(STARTED_LIMIT, || Ok((self.is_ours(child.id()) || child.try_wait()?.is_some()).then_some(())))
    }

    /// Waits until it listens at its first port; fails at once when it has ended.
    pub(super) fn wait_for_port(&self, limit: Duration) -> Result<()> {
        let Some(port) = self.own_port() else { return Ok(()) };
        wait_until(limit, || {
            self.must_live()?;
            Ok(ports::is_open(port).then_some(()))
        })
        .with_context(|| format!("{} does not listen at {port}; see {}", self.name, self.log().display()))
    }

    pub(super) fn must_live(&self) -> Result<()> {
        match self.state() {
            State::Down => bail!("{} has ended; the end of {}:\n{}", self.name, self.log().display(), self.end_of_log()),
            State::Running(_) | State::Paused(_) => Ok(()),
        }
    }

    /// Sends the signal to its process, if there is one.
    pub(super) fn signal(&self, signal: Signal) -> Result<()> {
        let (State::Running(pid) | State::Paused(pid)) = self.state() else { return Ok(()) };
        let word = match signal {
            Signal::Terminate => "TERM",
            Signal::Kill => "KILL",
            Signal::Pause => "STOP",
            Signal::Resume => "CONT",
        };
        let script = r#"kill -s "$1" "$2""#;
        let mut shell = Command::new("sh");
        let sent = shell.args(["-c", script, "sh", word, &pid.to_string()]).stdin(Stdio::null()).output().context("cannot start sh")?;
        // It may have ended by itself in between.
        if !sent.status.success() && self.is_ours(pid) {
            bail!("{word} does not reach {} (pid {pid}): {}", self.name, String::from_utf8_lossy(&sent.stderr).trim());
        }
        Ok(())
    }

    /// Kills it and waits for its end.
    pub(super) fn kill(&self) -> Result<()> {
        self.signal(Signal::Kill)?;
        self.wait_for_end(KILL_LIMIT)
    }

    /// Asks it to end. A paused one hears that only when it goes on.
    pub(super) fn ask_to_end(&self) -> Result<()> {
        self.signal(Signal::Terminate)?;
        self.signal(Signal::Resume)
    }

    /// Waits for the end of one that was asked; kills it when it takes too long.
    pub(super) fn end(&self) -> Result<()> {
        if self.wait_for_end(STOP_LIMIT).is_ok() {
            return Ok(());
        }
        eprintln!("{} does not end; killing it", self.name);
        self.kill()
    }

    fn wait_for_end(&self, limit: Duration) -> Result<()> {
        wait_until(limit, || Ok((self.state() == State::Down).then_some(()))).with_context(|| format!("{} does not end", self.name))?;
        fs::remove_file(self.pid_file()).ok();
        Ok(())
    }

    /// The end of its log, for an error.
    fn end_of_log(&self) -> String {
        let text = fs::read(self.log()).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(15)..].join("\n")
    }
}

/// The memory that a process really has, in MB.
pub(super) fn resident(pid: u32) -> Option<u64> {
    let kilobytes: u64 = status_line(pid, "VmRSS:")?.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes / 1024)
}

fn status_line(pid: u32, label: &str) -> Option<String> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    text.lines().find_map(|line| line.strip_prefix(label)).map(|rest| rest.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A shell in place of a server.
    fn role(name: &'static str, home: &Path) -> Role {
        let script = "while :; do sleep 1; done".to_owned();
        let arguments = vec!["-c".to_owned(), script, mark(home)];
        let program = crate::debian::find("sh").expect("there is a shell");
        Role { name, home: home.to_owned(), program, arguments, environment: Vec::new(), ports: Vec::new() }
    }

    fn folder(name: &str) -> PathBuf {
        let folder = crate::target().join("xtask-tests").join(format!("{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("target can be written to");
        folder
    }

    #[test]
    fn a_process_of_another_role_is_not_ours_whatever_the_pid_file_says() {
        let (ours, other) = (role("ours", &folder("server")), role("other", &folder("server-2")));
        other.start().expect("sh starts");
        let State::Running(pid) = other.state() else { panic!("it runs") };
        fs::write(ours.pid_file(), pid.to_string()).expect("it can be written");
        assert!(!ours.is_ours(pid) && !ours.is_ours(std::process::id()));
        assert_eq!(ours.state(), State::Down);
        ours.kill().expect("there is nothing to kill");
        assert_eq!(other.state(), State::Running(pid));
        other.kill().expect("it is killed");
        for role in [ours, other] {
            fs::remove_dir_all(role.home).expect("it is ours");
        }
    }

    #[test]
    fn it_is_paused_and_goes_on_and_ends() {
        let role = role("server", &folder("paused"));
        assert_eq!(role.state(), State::Down);
        role.start().expect("sh starts");
        let State::Running(pid) = role.state() else { panic!("it runs") };
        assert!(resident(pid).is_some());
        role.signal(Signal::Pause).expect("it is there");
        wait_until(KILL_LIMIT, || Ok((role.state() == State::Paused(pid)).then_some(()))).expect("it pauses");
        role.ask_to_end().expect("it is there");
        role.end().expect("it ends");
        assert_eq!(role.state(), State::Down);
        assert!(!role.pid_file().exists());
        fs::remove_dir_all(role.home).expect("it is ours");
    }
}
