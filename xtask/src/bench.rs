//! The measurements of docs/performance.md, and in CI every scenario for a moment, with `verify` after it.

mod fleet;

use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::mariadb::Server;
use crate::shell::{cargo, run};

/// A server with room for what is measured, as a shop of that size would give it.
const ROOMY: [&str; 3] = ["--innodb-buffer-pool-size=2G", "--innodb-log-file-size=1G", "--max-connections=300"];
const WITHOUT_BINLOG: &str = "--skip-log-bin";
const WITH_BINLOG: [&str; 3] = ["--log-bin=binlog", "--sync-binlog=1", "--server-id=1"];

/// Everything that docs/performance.md shows: SQLite, MariaDB, MariaDB with its binary log, a fleet; some twelve minutes.
pub(crate) fn all(words: &[&str]) -> Result<()> {
    let plan = Plan::of(words)?;
    run(&mut cargo(&["build", "--release", "--locked", "-p", "rocketmall"]))?;
    let goals = [&["--goals"][..], words].concat();
    println!("\n== SQLite");
    run(&mut bench(&goals, None))?;
    println!("\n== MariaDB, durable, without a binary log");
    on_mariadb(&[&ROOMY[..], &[WITHOUT_BINLOG]].concat(), &goals)?;
    println!("\n== MariaDB, durable, with a binary log (sync_binlog=1)");
    on_mariadb(&[&ROOMY[..], &WITH_BINLOG].concat(), &goals)?;
    play_apart(&plan)
}

/// One process and a fleet, side by side: some two minutes.
pub(crate) fn apart(words: &[&str]) -> Result<()> {
    let plan = Plan::of(words)?;
    run(&mut cargo(&["build", "--release", "--locked", "-p", "rocketmall"]))?;
    play_apart(&plan)
}

fn play_apart(plan: &Plan<'_>) -> Result<()> {
    println!("\n== One process and a fleet of eight, MariaDB, durable, without a binary log");
    let server = Server::start_fresh("mariadb-bench", &[&ROOMY[..], &[WITHOUT_BINLOG]].concat())?;
    fleet::measure(&server, plan.length, plan.rounds)
}

/// How long, and how often.
struct Plan<'w> {
    length: &'w str,
    rounds: usize,
}

impl<'w> Plan<'w> {
    /// `rocketmall bench` judges the length.
    fn of(words: &[&'w str]) -> Result<Self> {
        let mut plan = Self { length: "5s", rounds: 3 };
        for pair in words.chunks(2) {
            match pair {
                ["--duration", length] => plan.length = length,
                ["--rounds", rounds] => {
                    plan.rounds = rounds.parse().ok().filter(|rounds| (1..=100).contains(rounds)).context("--rounds takes 1 to 100")?;
                }
                other => bail!("{}: the bench of a fleet takes --duration 5s and --rounds 3", other.join(" ")),
            }
        }
        Ok(plan)
    }
}

/// Every scenario for a moment, over HTTP and straight into the engine, on both databases. No figure is judged.
pub(crate) fn briefly() -> Result<()> {
    const MOMENT: [&str; 8] = ["--duration", "300ms", "--rounds", "1", "--users", "2000", "--clients", "64"];
    let engine = [&MOMENT[..], &["--engine", "--json"]].concat();
    run(&mut bench(&MOMENT, None))?;
    run(&mut bench(&engine, None))?;
    let server = Server::start_fresh("mariadb-bench", &["--skip-log-bin"])?;
    run(&mut bench(&MOMENT, Some(&server.create_database("bench")?)))?;
    run(&mut bench(&engine, Some(&server.create_database("bench")?)))
}

fn on_mariadb(options: &[&str], words: &[&str]) -> Result<()> {
    let server = Server::start_fresh("mariadb-bench", options)?;
    run(&mut bench(words, Some(&server.create_database("bench")?)))
}

fn bench(words: &[&str], database: Option<&str>) -> Command {
    let mut command = Command::new(crate::target().join("release/rocketmall"));
    command.arg("bench").args(words);
    if let Some(url) = database {
        command.args(["--database", url]);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_word_is_refused_before_anything_runs() {
        let plan = Plan::of(&["--rounds", "5", "--duration", "2s"]).expect("a plan");
        assert_eq!((plan.rounds, plan.length), (5, "2s"));
        for wrong in [&["--rounds", "0"][..], &["--rounds"], &["--round", "3"], &["3s"]] {
            assert!(Plan::of(wrong).is_err(), "{wrong:?}");
        }
    }
}
