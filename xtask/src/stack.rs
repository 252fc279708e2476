//! The servers that a shop in several processes needs, for tests and laptops: so far an Apache RocketMQ of our own, under `target/rocketmq`, on
//! ports of this machine, touching no other server.
//!
//! `target/rocketmq/stack.json` says what runs, for tests that break it; it is there from `up` to `down`:
//!
//! ```json
//! {
//! "layout": "single",
//! "endpoint": "http://127.0.0.1:8081",
//! "namesrv": "127.0.0.1:9876",
//! "roles": {
//! "namesrv": {"argv":["/usr/bin/java", …],"env":{"ROCKETMQ_HOME":"…"},"cwd":"…","ports":{"namesrv":9876},"pid_file":"…","log":"…","broker":null}, …
//! }
//! }
//! ```
//!
//! A role's pid is in its `pid_file`, and whoever starts it again by `argv`, `env` and `cwd` (stdin from nothing, stdout and stderr to the end of
//! `log`) writes the new one there. We ourselves find processes by their command lines. `broker` is the name under which clients know a broker.

mod json;
mod ports;
mod rocketmq;
mod role;

use std::fs::File;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use rocketmq::{Data, Layout, RocketMq};
use role::{Role, Signal, State};

/// Does what the words after `cargo xtask stack` say.
pub(crate) fn command(words: &[&str]) -> Result<()> {
    if !std::path::Path::new("/proc/self/cmdline").exists() {
        bail!("the stack knows its processes by /proc, which is not here: it takes Linux");
    }
    match words {
        ["up", options @ ..] => up(Options::read(options)?),
        ["status"] => status(),
        ["down"] => down(),
        ["kill", names @ ..] => each(names, Role::kill),
        ["stop", names @ ..] => each(names, |role| role.ask_to_end().and_then(|()| role.end())),
        ["start", names @ ..] => each(names, start),
        ["pause", names @ ..] => each(names, |role| role.signal(Signal::Pause)),
        ["resume", names @ ..] => each(names, |role| role.signal(Signal::Resume)),
        _ => bail!("stack does not know {:?}; it knows up, status, down, kill, stop, start, pause, resume", words.join(" ")),
    }
}

/// What is to be started, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Options {
    rocketmq: Layout,
    data: Data,
}

impl Options {
    fn read(words: &[&str]) -> Result<Self> {
        let mut options = Self { rocketmq: Layout::Single, data: Data::Keep };
        let mut rest = words;
        while let [word, more @ ..] = rest {
            rest = match (*word, more) {
                ("--fresh", _) => {
                    options.data = Data::Forget;
                    more
                }
                ("--rocketmq", [name, more @ ..]) => {
                    let known = Layout::ALL.map(Layout::name).join(", ");
                    options.rocketmq = Layout::named(name).with_context(|| format!("no layout {name:?}; there are: {known}"))?;
                    more
                }
                _ => bail!("stack up does not know {word:?}; it knows --rocketmq LAYOUT and --fresh"),
            };
        }
        Ok(options)
    }
}

/// The stack for a step of ci: the one that runs, whatever its layout, or a small one. It stops when this is dropped, unless it ran before.
pub(crate) struct ForCi {
    rocketmq: RocketMq,
    ours: bool,
}

impl ForCi {
    /// What a start builds, to be built before anything else is at the same time.
    pub(crate) fn build() -> Result<()> {
        rocketmq::probe::build()
    }

    /// Starts the smallest, with nothing in it, unless one runs.
    pub(crate) fn start() -> Result<Self> {
        Self::start_layout(Layout::Single)
    }

    /// Starts the smallest with a login and TLS, with nothing in it, unless one runs.
    pub(crate) fn start_with_login() -> Result<Self> {
        Self::start_layout(Layout::SingleWithLogin)
    }

    fn start_layout(wanted: Layout) -> Result<Self> {
        let running = RocketMq::running().filter(RocketMq::lives);
        let (ours, options) = match running {
            Some(RocketMq { layout, .. }) => (false, Options { rocketmq: layout, data: Data::Keep }),
            None => (true, Options { rocketmq: wanted, data: Data::Forget }),
        };
        Ok(Self { rocketmq: bring_up(options)?, ours })
    }

    /// What tests find it by.
    pub(crate) fn variables(&self) -> Result<Vec<(&'static str, String)>> {
        self.rocketmq.variables()
    }

    /// The proxy's port for gRPC clients, as HOST:PORT.
    pub(crate) fn grpc(&self) -> Result<String> {
        self.rocketmq.address("grpc")
    }

    /// As HOST:PORT.
    pub(crate) fn name_server(&self) -> Result<String> {
        self.rocketmq.address("namesrv")
    }

    /// The proxy's port for classic clients, as HOST:PORT. A proxy in its broker's process has one too, but sends clients from there to its
    /// port for gRPC (apache/rocketmq, issue 9630).
    pub(crate) fn proxy_for_classic_clients(&self) -> Result<Option<String>> {
        self.rocketmq.roles.iter().any(|role| role.name == "proxy").then(|| self.rocketmq.address("remoting")).transpose()
    }

    /// The prefix of topics and groups that nobody had since its data were made.
    pub(crate) fn family(&self) -> Result<String> {
        self.rocketmq.family()
    }
}

impl Drop for ForCi {
    fn drop(&mut self) {
        if self.ours
            && let Err(error) = down()
        {
            eprintln!("the stack could not be stopped: {error:#}");
        }
    }
}

/// Starts what does not run, waits until messages go through, and says how to use it.
fn up(options: Options) -> Result<()> {
    let rocketmq = bring_up(options)?;
    // On stdout only what a shell can read: `eval "$(cargo xtask stack up)"`.
    for (name, value) in rocketmq.variables()? {
        println!("export {name}='{value}'");
    }
    Ok(())
}

fn bring_up(options: Options) -> Result<RocketMq> {
    let _lock = lock()?;
    let rocketmq = RocketMq::prepare(options.rocketmq, options.data)?;
    let started = Instant::now();
    let count = rocketmq.start_missing()?;
    rocketmq.wait_until_ready()?;
    let name = rocketmq.layout.name();
    match count {
        0 => eprintln!("rocketmq {name} was up, and is ready"),
        _ => eprintln!("rocketmq {name} ready in {:.0} s", started.elapsed().as_secs_f64()),
    }
    Ok(rocketmq)
}

/// Lists the servers; fails when one is missing.
fn status() -> Result<()> {
    let rocketmq = running()?;
    println!("{:<10} {:<8} {:>7} {:>8}  ports", "role", "state", "pid", "memory");
    let mut missing = Vec::new();
    for role in &rocketmq.roles {
        let (word, pid) = match role.state() {
            State::Running(pid) => ("running", Some(pid)),
            State::Paused(pid) => ("paused", Some(pid)),
            State::Down => ("down", None),
        };
        if word != "running" {
            missing.push(format!("{} is {word}", role.name));
        }
        let memory = pid.and_then(role::resident).map_or_else(String::new, |megabytes| format!("{megabytes} MB"));
        let ports: Vec<String> = role.ports.iter().map(|(name, port)| format!("{name} {port}")).collect();
        let pid = pid.map(|pid| pid.to_string()).unwrap_or_default();
        println!("{:<10} {word:<8} {pid:>7} {memory:>8}  {}", role.name, ports.join(", "));
    }
    if !missing.is_empty() {
        bail!("rocketmq {}: {}; `cargo xtask stack up --rocketmq {0}` mends it", rocketmq.layout.name(), missing.join(", "));
    }
    Ok(())
}

/// Stops all servers of every layout, and waits until they have ended.
fn down() -> Result<()> {
    let _lock = lock()?;
    let mut asked = Vec::new();
    for layout in Layout::ALL {
        // The last to start is the first to end, so that a broker still finds its name server.
        for role in RocketMq::known(layout).into_iter().flat_map(|rocketmq| rocketmq.roles).rev() {
            if role.state() != State::Down {
                role.ask_to_end()?;
                asked.push(role);
            }
        }
    }
    for role in &asked {
        role.end()?;
    }
    rocketmq::forget_running();
    match asked.len() {
        0 => eprintln!("it was not up"),
        count => eprintln!("{count} servers stopped"),
    }
    Ok(())
}

/// Does it to each of these roles.
fn each(names: &[&str], action: impl Fn(&Role) -> Result<()>) -> Result<()> {
    let _lock = lock()?;
    let rocketmq = running()?;
    let known = || rocketmq.roles.iter().map(|role| role.name).collect::<Vec<_>>().join(", ");
    if names.is_empty() {
        bail!("which role? There are: {}", known());
    }
    let find = |name: &&str| rocketmq.roles.iter().find(|role| role.name == *name);
    if let Some(unknown) = names.iter().find(|name| find(name).is_none()) {
        bail!("rocketmq {} has no role {unknown:?}; it has: {}", rocketmq.layout.name(), known());
    }
    names.iter().filter_map(find).try_for_each(action)
}

/// Starts one that is down and waits for its port. When it is ready is for the caller to see.
fn start(role: &Role) -> Result<()> {
    if role.state() == State::Down {
        role.start()?;
    }
    role.wait_for_port(rocketmq::LIMIT)
}

fn running() -> Result<RocketMq> {
    RocketMq::running().context("down; `cargo xtask stack up` starts it")
}

/// One command at a time: two that find the same server missing would both start it.
fn lock() -> Result<File> {
    let home = rocketmq::home();
    std::fs::create_dir_all(&home).with_context(|| format!("cannot make {}", home.display()))?;
    let file = File::create(home.join("lock")).context("cannot make the lock file")?;
    file.lock().context("cannot take the lock file")?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_in_any_order() {
        let read = |words: &[&str]| Options::read(words).map_err(|error| error.to_string());
        assert_eq!(read(&[]), Ok(Options { rocketmq: Layout::Single, data: Data::Keep }));
        let both = Ok(Options { rocketmq: Layout::TwoMastersTwoSlaves, data: Data::Forget });
        assert_eq!(read(&["--fresh", "--rocketmq", "2m2s"]), both);
        assert_eq!(read(&["--rocketmq", "2m2s", "--fresh"]), both);
        assert_eq!(read(&["--rocketmq", "3m"]), Err("no layout \"3m\"; there are: single, acl, 2m2s, controller".to_owned()));
        assert!(read(&["--rocketmq"]).is_err() && read(&["--nacos"]).is_err());
    }
}
