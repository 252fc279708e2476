//! Everything that must pass before a change lands, in order, up to the first failure.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::browser;
use crate::mariadb::Server;
use crate::shell::{Beside, OPENED, beside, cargo, run, run_within};
use crate::stack::{ForCi, Needed};
use crate::{api, fuzz, instructions};

/// The demo places and pays one order; longer than this means that it hangs.
const DEMO_LIMIT: Duration = Duration::from_mins(1);

/// Each fuzz target runs so long; what it finds in minutes is for `cargo xtask fuzz`.
const FUZZ_SECONDS: u64 = 20;

/// The long one.
const PROCESSES: &str = "process_rocketmq";
/// Those that are short, and wait for the broker most of the time.
const BESIDE_THE_PROCESSES: [&str; 3] = ["login_rocketmq", "http_rocketmq", "it_rocketmq"];
/// The others would wait for it.
const KILLS_THE_BROKER: &str = "broker_rocketmq";
/// It needs all servers that there are.
const FLEET: &str = "fleet_nacos";

struct Step {
    name: &'static str,
    what: &'static str,
    run: fn() -> Result<Outcome>,
}

#[derive(Clone, Copy)]
enum Outcome {
    Passed,
    /// Not part of this run, and why: never silently.
    LeftOut(&'static str),
}

const STEPS: [Step; 19] = [
    Step { name: "fmt", what: "the code is formatted", run: fmt },
    Step { name: "clippy", what: "no lint, no warning, in no suite", run: clippy },
    Step { name: "test", what: "all tests that need nothing but Rust", run: || passes(&["test", "--workspace", "--locked"]) },
    Step { name: "doc", what: "the documentation builds without a warning", run: doc },
    Step { name: "build", what: "the release binary", run: || passes(&["build", "--release", "--locked", "-p", "rocketmall"]) },
    Step { name: "instructions", what: "the core takes hardly more instructions than is stored", run: instructions },
    Step { name: "demo", what: "the release binary places and pays an order", run: demo },
    Step { name: "readme", what: "the READMEs' lines do what they say", run: readme },
    Step { name: "otlp", what: "what the release binary tells a telemetry collector", run: otlp },
    Step { name: "bench", what: "every load for a moment, and verify after it", run: bench },
    Step { name: "browser", what: "a real browser uses the debug pages and pays an order", run: browser },
    Step { name: "api", what: "the API answers as its document says, whatever is sent", run: api },
    Step { name: "fuzz", what: "what strangers send is read as it should be", run: fuzz },
    Step { name: "mariadb", what: "the MariaDB suites on a fresh server", run: mariadb },
    Step { name: "rocketmq", what: "the RocketMQ suites on a fresh broker and a fresh MariaDB", run: rocketmq },
    Step { name: "fleet", what: "each role in processes of its own, on MariaDB, RocketMQ and Nacos", run: fleet },
    Step { name: "nacos", what: "the Nacos suites on a fresh server", run: nacos },
    Step {
        name: "interop",
        what: "RocketMQ's own Java clients and the shop hear each other, Java's Dubbo and ours call each other",
        run: interop,
    },
    Step { name: "deny", what: "licences, advisories and bans of the dependencies", run: deny },
];

/// The steps' names, in order.
pub(crate) fn names() -> String {
    STEPS.map(|step| step.name).join(" ")
}

/// Runs the steps named in `only`, or all of them.
pub(crate) fn check(only: &[&str]) -> Result<()> {
    if let Some(unknown) = only.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        bail!("ci has no step {unknown:?}; it has: {}", names());
    }
    let mut summary = vec!["ci passed:".to_owned()];
    for step in STEPS.iter().filter(|step| only.is_empty() || only.contains(&step.name)) {
        println!("\n==> {}: {}", step.name, step.what);
        let started = Instant::now();
        let outcome = (step.run)();
        let seconds = started.elapsed().as_secs_f64();
        let line = match outcome.with_context(|| format!("ci stopped at {} after {seconds:.1} s", step.name))? {
            Outcome::Passed => format!("{:<15} {seconds:>7.1} s", step.name),
            Outcome::LeftOut(why) => format!("{:<15} NOT part of this run: {why}", step.name),
        };
        println!("<== {line}");
        summary.push(format!("  {line}"));
    }
    println!("\n{}", summary.join("\n"));
    Ok(())
}

fn passes(words: &[&str]) -> Result<Outcome> {
    run(&mut cargo(words))?;
    Ok(Outcome::Passed)
}

/// Test targets that are built while servers start.
struct Built(Beside);

impl Built {
    fn begin(names: &str) -> Result<Self> {
        let mut command = suites(&[names]);
        command.args(["--no-run", "--quiet"]);
        Ok(Self(beside(&mut command)?))
    }

    fn wait(self) -> Result<()> {
        self.0.finish()
    }
}

/// The fuzz targets are a workspace of their own.
fn fmt() -> Result<Outcome> {
    passes(&["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"])?;
    passes(&["fmt", "--all", "--check"])
}

/// With every target that a feature opens: the features change no code, `tidy` sees to that, so one look is enough.
fn clippy() -> Result<Outcome> {
    passes(&[&["clippy", "--all-targets"], &OPENED[..], &["--", "-D", "warnings"]].concat())
}

fn doc() -> Result<Outcome> {
    run(cargo(&["doc", "--workspace", "--no-deps", "--locked"]).env("RUSTDOCFLAGS", "-D warnings"))?;
    Ok(Outcome::Passed)
}

fn instructions() -> Result<Outcome> {
    instructions::check()?;
    Ok(Outcome::Passed)
}

fn demo() -> Result<Outcome> {
    run_within(DEMO_LIMIT, Command::new(crate::target().join("release/rocketmall")).args(["demo", "--exit"]))?;
    Ok(Outcome::Passed)
}

fn readme() -> Result<Outcome> {
    crate::readme::check()?;
    Ok(Outcome::Passed)
}

fn bench() -> Result<Outcome> {
    crate::bench::briefly()?;
    Ok(Outcome::Passed)
}

fn otlp() -> Result<Outcome> {
    crate::otlp::check()?;
    Ok(Outcome::Passed)
}

/// Only the test targets that the feature `browser` opens, found by their name as those of `mariadb` are.
fn browser() -> Result<Outcome> {
    browser::prepare()?;
    passes(&[&["test"], &OPENED[..], &["--test", "*browser*"]].concat())
}

fn api() -> Result<Outcome> {
    api::check()?;
    Ok(Outcome::Passed)
}

fn fuzz() -> Result<Outcome> {
    fuzz::all(FUZZ_SECONDS)?;
    Ok(Outcome::Passed)
}

/// Only the test targets that the feature `mariadb` opens: the others have run, and `tidy` sees to it that each of these has the word in its name.
fn mariadb() -> Result<Outcome> {
    let built = Built::begin("*mariadb*")?;
    let server = Server::start_for_ci()?;
    built.wait()?;
    run(suites(&["*mariadb*"]).envs(server.variables()))?;
    Ok(Outcome::Passed)
}

/// Only the test targets that the feature `rocketmq` opens; some of them keep their rows in MariaDB. The broker wants a login, and so
/// all of them log in; without one the shop meets a broker in `interop`. Most of the time they wait for the broker to deliver again,
/// so they do that together, but no more at once: a broker that starves is none. The one that kills it comes last.
fn rocketmq() -> Result<Outcome> {
    ForCi::build(&[Needed::RocketMqWithLogin])?;
    let built = Built::begin("*rocketmq*")?;
    let (stack, server) = (ForCi::start(&[Needed::RocketMqWithLogin])?, Server::start_for_ci()?);
    built.wait()?;
    let variables: Vec<_> = server.variables().into_iter().chain(stack.variables()?).collect();
    let suites = |names: &[&str]| {
        let mut command = suites(names);
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        command
    };
    let beside = beside(&mut suites(&BESIDE_THE_PROCESSES))?;
    let processes = run(&mut suites(&[PROCESSES]));
    beside.finish()?;
    processes?;
    run(&mut suites(&[KILLS_THE_BROKER]))?;
    Ok(Outcome::Passed)
}

/// Each role in processes of its own. One after the other: one of the trials kills the Nacos.
fn fleet() -> Result<Outcome> {
    const NEEDED: [Needed; 2] = [Needed::RocketMqWithLogin, Needed::Nacos];
    ForCi::build(&NEEDED)?;
    let built = Built::begin(FLEET)?;
    let (stack, server) = (ForCi::start(&NEEDED)?, Server::start_for_ci()?);
    built.wait()?;
    run(suites(&[FLEET]).args(["--", "--test-threads=1"]).envs(server.variables()).envs(stack.variables()?))?;
    Ok(Outcome::Passed)
}

/// The other targets that the feature `nacos` opens. They run one after the other: one of them kills the server.
fn nacos() -> Result<Outcome> {
    let stack = ForCi::start(&[Needed::Nacos])?;
    run(suites(&["it_nacos", "restart_nacos"]).envs(stack.variables()?))?;
    Ok(Outcome::Passed)
}

/// Test targets that a feature opens.
fn suites(names: &[&str]) -> Command {
    let mut words = [&["test"], &OPENED[..]].concat();
    words.extend(names.iter().flat_map(|name| ["--test", name]));
    cargo(&words)
}

fn interop() -> Result<Outcome> {
    crate::interop::check(&[])?;
    Ok(Outcome::Passed)
}

/// cargo-deny takes minutes to compile, so it is not installed here: it runs where it is.
fn deny() -> Result<Outcome> {
    let installed = cargo(&["deny", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status()?.success();
    if installed { passes(&["deny", "check"]) } else { Ok(Outcome::LeftOut("cargo-deny is not installed (cargo install cargo-deny)")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_suite_of_the_broker_runs() {
        let manifests = ["crates/rocketmall/Cargo.toml", "lib/rocketmq/Cargo.toml"];
        let text = manifests.map(|path| std::fs::read_to_string(crate::root().join(path)).expect(path)).concat();
        let names = text.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
        let mut found: Vec<&str> = names.filter(|name| name.ends_with("_rocketmq")).collect();
        let mut run = [&BESIDE_THE_PROCESSES[..], &[PROCESSES, KILLS_THE_BROKER]].concat();
        found.sort_unstable();
        run.sort_unstable();
        assert_eq!(found, run);
    }

    #[test]
    fn an_unknown_step_is_refused_before_anything_runs() {
        let error = check(&["fmt", "fnt"]).expect_err("there is no such step");
        assert!(error.to_string().starts_with("ci has no step \"fnt\"; it has: fmt clippy "), "{error}");
    }
}
