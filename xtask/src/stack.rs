//! The servers that a shop in several processes needs, for tests and laptops: an Apache RocketMQ and a Nacos of our own, under
//! `target/rocketmq` and `target/nacos`, on ports of this machine, touching no other server.
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
//!
//! `target/nacos/stack.json` is the same for Nacos: `"server": "127.0.0.1:8848"` and the one role `nacos`.

mod for_ci;
mod json;
mod maven;
mod nacos;
mod options;
mod ports;
mod probe;
mod rocketmq;
mod role;

use std::fs::{self, File};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::mariadb;
pub(crate) use for_ci::{ForCi, Needed};
use nacos::{Access, Nacos};
use options::Options;
use rocketmq::{Layout, RocketMq};
use role::{Role, Signal, State};

/// How long a server may take for one step of its start, on a slow machine that does other things too.
const LIMIT: Duration = Duration::from_mins(3);

/// What becomes of what the servers stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Data {
    Keep,
    Forget,
}

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

/// Starts what does not run, waits until it works, and says how to use it.
fn up(options: Options) -> Result<()> {
    let rocketmq = options.rocketmq.map(|layout| bring_up_rocketmq(layout, options.data)).transpose()?;
    let nacos = options.nacos.map(|access| bring_up_nacos(access, options.data)).transpose()?;
    // On stdout only what a shell can read: `eval "$(cargo xtask stack up)"`.
    let variables = [rocketmq.map(|it| it.variables()), nacos.map(|it| it.variables())];
    for variables in variables.into_iter().flatten() {
        for (name, value) in variables? {
            println!("export {name}='{value}'");
        }
    }
    if options.mariadb {
        fs::write(mariadb_file(), "").context("cannot say that MariaDB came with the stack")?;
        mariadb::up()?;
    }
    Ok(())
}

fn bring_up_rocketmq(layout: Layout, data: Data) -> Result<RocketMq> {
    let _lock = lock()?;
    let rocketmq = RocketMq::prepare(layout, data)?;
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

fn bring_up_nacos(access: Access, data: Data) -> Result<Nacos> {
    let _lock = lock()?;
    let nacos = Nacos::prepare(access, data)?;
    let started = Instant::now();
    let was_down = nacos.start_missing()?;
    nacos.wait_until_ready()?;
    if was_down {
        eprintln!("nacos ready in {:.0} s", started.elapsed().as_secs_f64());
    } else {
        eprintln!("nacos was up, and is ready");
    }
    Ok(nacos)
}

/// Lists the servers; fails when one is missing.
fn status() -> Result<()> {
    let roles = running()?;
    println!("{:<10} {:<8} {:>7} {:>8}  ports", "role", "state", "pid", "memory");
    let mut missing = Vec::new();
    for role in &roles {
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
        bail!("{}; `cargo xtask stack up{}` mends it", missing.join(", "), words_for_up());
    }
    Ok(())
}

/// What `up` takes to start again what is meant to run.
fn words_for_up() -> String {
    let rocketmq = RocketMq::running().map(|it| format!(" --rocketmq {}", it.layout.name()));
    let nacos = Nacos::running().map(|it| format!(" {}", it.access.option()));
    rocketmq.into_iter().chain(nacos).collect()
}

/// Stops all servers of every kind and layout, and waits until they have ended.
fn down() -> Result<()> {
    let _lock = lock()?;
    let count = stop(rocketmq::all_roles().into_iter().chain(nacos::all_roles()).collect())?;
    rocketmq::forget_running();
    nacos::forget_running();
    match count {
        0 => eprintln!("it was not up"),
        1 => eprintln!("1 server stopped"),
        count => eprintln!("{count} servers stopped"),
    }
    if mariadb_file().exists() {
        mariadb::down()?;
        fs::remove_file(mariadb_file()).ok();
    }
    Ok(())
}

/// Stops those that run, and waits until they have ended. How many there were.
fn stop(roles: Vec<Role>) -> Result<usize> {
    let mut asked = Vec::new();
    // The last to start is the first to end, so that a broker still finds its name server.
    for role in roles.into_iter().rev().filter(|role| role.state() != State::Down) {
        role.ask_to_end()?;
        asked.push(role);
    }
    asked.iter().try_for_each(Role::end)?;
    Ok(asked.len())
}

/// Does it to each of these roles.
fn each(names: &[&str], action: impl Fn(&Role) -> Result<()>) -> Result<()> {
    let _lock = lock()?;
    let roles = running()?;
    let known = || roles.iter().map(|role| role.name).collect::<Vec<_>>().join(", ");
    if names.is_empty() {
        bail!("which role? There are: {}", known());
    }
    let find = |name: &&str| roles.iter().find(|role| role.name == *name);
    if let Some(unknown) = names.iter().find(|name| find(name).is_none()) {
        bail!("no role {unknown:?} is there; there are: {}", known());
    }
    names.iter().filter_map(find).try_for_each(action)
}

/// Starts one that is down and waits for its port. When it is ready is for the caller to see.
fn start(role: &Role) -> Result<()> {
    if role.state() == State::Down {
        role.start()?;
    }
    role.wait_for_port(LIMIT)
}

/// The roles that are meant to run.
fn running() -> Result<Vec<Role>> {
    let (rocketmq, nacos) = (RocketMq::running(), Nacos::running());
    if rocketmq.is_none() && nacos.is_none() {
        bail!("down; `cargo xtask stack up` starts it");
    }
    Ok(rocketmq.into_iter().flat_map(|it| it.roles).chain(nacos.map(|it| it.role)).collect())
}

/// Says that MariaDB was started along with the others, and is to stop with them.
fn mariadb_file() -> PathBuf {
    crate::target().join("stack-mariadb")
}

/// One command at a time: two that find the same server missing would both start it.
fn lock() -> Result<File> {
    let file = crate::target().join("stack.lock");
    fs::create_dir_all(crate::target()).context("cannot make the folder target")?;
    let file = File::create(file).context("cannot make the lock file")?;
    file.lock().context("cannot take the lock file")?;
    Ok(file)
}
