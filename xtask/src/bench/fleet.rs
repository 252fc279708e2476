//! What an order costs where the roles are processes of their own, beside all of them in one: both run at once, and are loaded in turn.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::mariadb::Server;
use crate::server::get;
use crate::shell::{output, run, wait_until};
use crate::stack::{ForCi, Needed};

const START_LIMIT: Duration = Duration::from_mins(1);
/// What is on its way when the load ends arrives within that.
const SETTLED_LIMIT: Duration = Duration::from_mins(5);
/// The roles that keep rows, each in a database of its own.
const KEEPERS: [&str; 6] = ["order", "pay", "goods", "coupon", "user", "message"];
/// Linux counts a process's CPU time in hundredths of a second.
const TICK_US: f64 = 10_000.0;

/// Rounds of one length on each shop in turn, the medians, and `verify` after them.
pub(super) fn measure(server: &Server, length: &str, rounds: usize) -> Result<()> {
    let stack = ForCi::start(&[Needed::RocketMq])?;
    let home = crate::target().join("bench-fleet");
    fs::create_dir_all(&home)?;
    let shops = [Shop::whole(server, &home)?, Shop::apart(server, &stack, &home)?];
    let mut found = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        for (shop, found) in shops.iter().zip(&mut found) {
            found.push(shop.round(server, length)?);
        }
    }
    let [whole, apart] = found.map(|rounds| Round::median(&rounds));
    println!(
        "\n{:<12} {:>9} {:>8} {:>8} {:>12} {:>12} {:>14} {:>12}",
        "SHOP", "ORDERS/S", "P50 MS", "P99 MS", "CPU µs/ORDER", "DB µs/ORDER", "CALLS/ORDER", "MIB"
    );
    for (name, shop, round) in [("one process", &shops[0], &whole), ("the fleet", &shops[1], &apart)] {
        let Round { rate, p50, p99, cpu, database, calls } = round;
        println!("{name:<12} {rate:>9.0} {p50:>8.1} {p99:>8.1} {cpu:>12.1} {database:>12.1} {calls:>14.3} {:>12}", shop.memory()?);
    }
    println!(
        "\nthe fleet's CPU, and with its database's, against one process's: {:.2}, {:.2}",
        apart.cpu / whole.cpu,
        (apart.cpu + apart.database) / (whole.cpu + whole.database)
    );
    shops.iter().try_for_each(Shop::verify)
}

/// A shop that runs.
struct Shop {
    processes: Vec<Process>,
    /// Where clients order, and where orders are decided.
    door: SocketAddr,
    orders: SocketAddr,
    databases: Vec<String>,
}

struct Process(Child);

/// Whatever happens, it ends with us.
impl Drop for Process {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

impl Shop {
    fn whole(server: &Server, home: &Path) -> Result<Self> {
        let (database, door) = (server.create_database("bench_whole")?, free()?);
        let words = ["serve", "--dev", "--database", &database, "--listen", &door.to_string()].map(str::to_owned);
        let processes = vec![start(home, "whole", &words, &[])?];
        ready(door)?;
        Ok(Self { processes, door, orders: door, databases: vec![database] })
    }

    fn apart(server: &Server, stack: &ForCi, home: &Path) -> Result<Self> {
        let (door, pay_web) = (free()?, free()?);
        let ports = KEEPERS.map(|role| Ok((role, free()?, free()?))).into_iter().collect::<Result<Vec<_>>>()?;
        let mut settings = vec![
            ("ROCKETMALL_BUS".to_owned(), format!("rocketmq://{}", stack.grpc()?)),
            ("ROCKETMALL_ROCKETMQ__PREFIX".to_owned(), stack.family()?),
        ];
        settings.extend(ports.iter().map(|(role, rpc, _)| (format!("ROCKETMALL_PEERS__{}", role.to_uppercase()), rpc.to_string())));
        let platform = [&settings[..], &[("ROCKETMALL_CHANNELS__SANDBOX__URL".to_owned(), format!("http://{pay_web}"))]].concat();
        let (mut processes, mut databases) = (Vec::new(), Vec::new());
        for (role, rpc, watched) in &ports {
            let database = server.create_database(&format!("bench_{role}"))?;
            let words = [
                "serve",
                "--dev",
                "--roles",
                role,
                "--database",
                &database,
                "--listen",
                &watched.to_string(),
                "--rpc-listen",
                &rpc.to_string(),
            ];
            processes.push(start(home, role, &words.map(str::to_owned), &platform)?);
            databases.push(format!("{role}={database}"));
        }
        // the sandbox platform, which no order of this load asks, keeps its rows in a file
        let sandbox = format!("sqlite:{}", home.join("sandbox.db").display());
        for (role, address, settings) in [("pay-web", pay_web, &settings), ("order-web", door, &platform)] {
            let words = ["serve", "--dev", "--roles", role, "--database", &sandbox, "--listen", &address.to_string()];
            processes.push(start(home, role, &words.map(str::to_owned), settings)?);
        }
        for address in ports.iter().map(|(.., watched)| *watched).chain([pay_web, door]) {
            ready(address)?;
        }
        let orders = ports.iter().find(|(role, ..)| *role == "order").context("an order role")?.2;
        Ok(Self { processes, door, orders, databases })
    }

    fn round(&self, server: &Server, length: &str) -> Result<Round> {
        let before = (self.cpu()?, cpu(server.pid())?, Self::counted("rocketmall_orders_placed_total", self.orders)?, self.calls()?);
        let url = format!("http://{}", self.door);
        let said =
            output(Command::new(program()).args(["bench", "spread", "--url", &url, "--rounds", "1", "--duration", length, "--json"]))?;
        let orders = Self::counted("rocketmall_orders_placed_total", self.orders)? - before.2;
        let figure = |name: &str| after(&said, &format!("\"{name}\": ")).with_context(|| format!("bench tells no {name}"));
        Ok(Round {
            rate: figure("rate")?,
            p50: figure("p50_ms")?,
            p99: figure("p99_ms")?,
            cpu: (self.cpu()? - before.0) / orders,
            database: (cpu(server.pid())? - before.1) / orders,
            calls: (self.calls()? - before.3) / orders,
        })
    }

    /// Calls that processes made of each other for orders: those of the door and those of the order role.
    fn calls(&self) -> Result<f64> {
        if self.door == self.orders {
            return Ok(0.0);
        }
        Ok(Self::counted("rocketmall_calls_total", self.door)? + Self::counted("rocketmall_calls_total", self.orders)?)
    }

    /// The sum of a counter's lines at a process.
    fn counted(counter: &str, at: SocketAddr) -> Result<f64> {
        let metrics = get(at, "/metrics")?;
        let lines =
            metrics.lines().filter(|line| line.starts_with(counter) && matches!(line.as_bytes().get(counter.len()), Some(b' ' | b'{')));
        Ok(lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum())
    }

    /// CPU time of its processes so far, in microseconds.
    fn cpu(&self) -> Result<f64> {
        self.processes.iter().map(|process| cpu(process.0.id())).sum()
    }

    /// Resident memory, the least and the most of a process.
    fn memory(&self) -> Result<String> {
        let all = self.processes.iter().map(|process| resident_mib(process.0.id())).collect::<Result<Vec<_>>>()?;
        let (least, most) = (all.iter().min().context("a process")?, all.iter().max().context("a process")?);
        Ok(if least == most { least.to_string() } else { format!("{least} to {most}") })
    }

    /// Every invariant, over all its databases, once what was under way is done.
    fn verify(&self) -> Result<()> {
        let databases: Vec<&str> = self.databases.iter().flat_map(|database| ["--database", database]).collect();
        let holds = wait_until(SETTLED_LIMIT, || {
            let looked = Command::new(program()).arg("verify").args(&databases).stdin(Stdio::null()).output()?;
            Ok(looked.status.success().then_some(()))
        });
        if holds.is_err() {
            run(Command::new(program()).arg("verify").args(&databases))?;
        }
        println!("verify: every invariant holds");
        Ok(())
    }
}

struct Round {
    rate: f64,
    p50: f64,
    p99: f64,
    /// CPU microseconds of an order: the shop's processes, and the database.
    cpu: f64,
    database: f64,
    calls: f64,
}

impl Round {
    fn median(rounds: &[Self]) -> Self {
        let of = |value: fn(&Self) -> f64| {
            let mut values: Vec<f64> = rounds.iter().map(value).collect();
            values.sort_by(f64::total_cmp);
            values.get(values.len() / 2).copied().unwrap_or_default()
        };
        Self {
            rate: of(|round| round.rate),
            p50: of(|round| round.p50),
            p99: of(|round| round.p99),
            cpu: of(|round| round.cpu),
            database: of(|round| round.database),
            calls: of(|round| round.calls),
        }
    }
}

fn program() -> PathBuf {
    crate::target().join("release/rocketmall")
}

fn start(home: &Path, name: &str, words: &[String], settings: &[(String, String)]) -> Result<Process> {
    let log = File::create(home.join(format!("{name}.log")))?;
    let mut command = Command::new(program());
    command.args(words).current_dir(home).envs(settings.iter().map(|(key, value)| (key, value))).env("ROCKETMALL_LIMITS__QUEUE", "20000");
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    Ok(Process(command.spawn().context("rocketmall does not start")?))
}

fn ready(address: SocketAddr) -> Result<()> {
    wait_until(START_LIMIT, || Ok(crate::server::is_ready(address).then_some(()))).with_context(|| format!("nobody is ready at {address}"))
}

fn free() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// CPU time of a process so far, in microseconds: `utime` and `stime`, the 12th and 13th word after its name (`proc_pid_stat(5)`).
fn cpu(pid: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let words = stat.rsplit(") ").next().unwrap_or_default().split(' ').skip(11).take(2);
    let ticks = words.map(str::parse::<f64>).sum::<Result<f64, _>>().context("a strange /proc/PID/stat")?;
    Ok(ticks * TICK_US)
}

fn resident_mib(pid: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let Some(kilobytes) = after(&status, "VmRSS:") else { bail!("process {pid} has no memory") };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of kilobytes")]
    Ok(kilobytes as u64 / 1024)
}

/// The number after the first `label`.
fn after(text: &str, label: &str) -> Option<f64> {
    let rest = text.split_once(label)?.1.trim_start();
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    rest.get(..end)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_after_a_label_is_read() {
        assert_eq!(after("{\"rate\": 12.5,\"p50_ms\": 3}", "\"p50_ms\": "), Some(3.0));
        assert_eq!(after("VmRSS:\t  1024 kB", "VmRSS:"), Some(1024.0));
        assert_eq!(after("nothing", "VmRSS:"), None);
    }
}
