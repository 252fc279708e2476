//! The project's own tasks, so that cargo is the only tool one needs: `cargo xtask ci`, `api`, `bench`, `browser`, `fuzz`, `instructions`, `interop`, `knife4j`, `mariadb`, `mysql`, `stack`, `tidy`.
#![expect(clippy::print_stdout, reason = "a command line tool talks through stdout")]

mod api;
mod bench;
mod browser;
mod ci;
mod debian;
mod fuzz;
mod instructions;
mod interop;
mod knife4j;
mod mariadb;
mod mysql;
mod otlp;
mod readme;
mod server;
mod shell;
mod stack;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask ci                  everything that must pass before a change lands
cargo xtask ci --only STEP...   only these steps of it
cargo xtask api                 meets the API as its document describes it, and as it forbids (part of ci)
cargo xtask bench [--duration 3s] [--rounds 3]   the measurements of docs/performance.md
cargo xtask bench fleet [--duration 5s] [--rounds 3]   of them, what a fleet of processes costs
cargo xtask fuzz SECONDS        runs each fuzz target so long (part of ci with 20)
cargo xtask instructions        counts the core's instructions for fixed batches against the stored numbers (part of ci; installs valgrind first if need be)
cargo xtask instructions --store  stores the numbers as they are now
cargo xtask interop [rocketmq] [dubbo]   the official Java clients of RocketMQ and the shop hear each other, on the stack that is up, or on one for the time;
                                Java's Dubbo calls lib/dubbo and the shop, and they call it (part of ci)
cargo xtask mariadb up          starts a MariaDB of our own in target/mariadb (installs it first if need be) and prints its URL
cargo xtask mariadb status      prints the URL, or fails if it is down
cargo xtask mariadb down        stops it; its data stay
cargo xtask mysql up            fetches a MySQL of today to target/mysql, starts it and prints its URL, for the suites that take MariaDB
cargo xtask mysql down          stops it; its data stay
cargo xtask stack up [--rocketmq single|acl|2m2s|controller] [--nacos|--nacos-auth] [--all] [--fresh]   starts an Apache RocketMQ of our own in target/rocketmq,
                                a Nacos in target/nacos, or both (installs Java and Maven first if need be); without a word about servers RocketMQ, with --all
                                both and MariaDB; uses each once and says how to use it; starts what is missing; --fresh forgets their data
cargo xtask stack status        lists its servers with their memory, or fails if one is down
cargo xtask stack down          stops them; their data stay
cargo xtask stack kill|stop|start|pause|resume ROLE...   faults for tests: SIGKILL, SIGTERM, again, SIGSTOP, SIGCONT
cargo xtask knife4j             gets the page of /doc.html, Knife4j's jar, to target/knife4j (installs Maven first if need be)
cargo xtask browser             installs what the browser tests need: Chromium, its driver, a Chinese font, Knife4j's jar
cargo xtask tidy                the checks of the tree that no compiler makes (cargo test runs them too)";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words[..] {
        ["ci"] => ci::check(&[]),
        ["ci", "--only", ref steps @ ..] if !steps.is_empty() => ci::check(steps),
        ["mariadb", "up"] => mariadb::up(),
        ["mariadb", "status"] => mariadb::status(),
        ["mariadb", "down"] => mariadb::down(),
        ["mysql", "up"] => mysql::up(),
        ["mysql", "down"] => mysql::down(),
        ["stack", ref words @ ..] if !words.is_empty() => stack::command(words),
        ["knife4j"] => knife4j::fetch().map(drop),
        ["browser"] => browser::prepare(),
        ["api"] => api::check(),
        ["bench", "fleet", ref words @ ..] => bench::apart(words),
        ["bench", ref words @ ..] => bench::all(words),
        ["fuzz", seconds] if seconds.parse::<u64>().is_ok() => fuzz::all(seconds.parse().unwrap_or_default()),
        ["interop", ref which @ ..] => interop::check(which),
        ["instructions"] => instructions::check(),
        ["instructions", "--store"] => instructions::store(),
        ["tidy"] => tidy::run(),
        _ => {
            eprintln!("{USAGE}\n\nSteps of ci: {}", ci::names());
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the workspace. Cargo sets the variable; the compiled-in value serves a binary that is started by hand.
fn root() -> PathBuf {
    let own = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    own.parent().map_or_else(|| own.clone(), Path::to_owned)
}

/// Where cargo builds to.
fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}
