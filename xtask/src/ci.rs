//! Everything that must pass before a change lands, in order, up to the first failure.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::browser;
use crate::mariadb::Server;
use crate::shell::{cargo, run, run_within};
use crate::stack::{ForCi, Needed};
use crate::{api, fuzz, instructions};

/// The demo places and pays one order; longer than this means that it hangs.
const DEMO_LIMIT: Duration = Duration::from_mins(1);

/// Each fuzz target runs so long; what it finds in minutes is for `cargo xtask fuzz`.
const FUZZ_SECONDS: u64 = 20;

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

const STEPS: [Step; 24] = [
    Step { name: "fmt", what: "the code is formatted", run: fmt },
    Step { name: "clippy", what: "no lint, no warning", run: clippy },
    Step { name: "clippy-mariadb", what: "no lint, no warning in the MariaDB suites", run: clippy_mariadb },
    Step { name: "clippy-rocketmq", what: "no lint, no warning in the RocketMQ suites", run: clippy_rocketmq },
    Step { name: "clippy-nacos", what: "no lint, no warning in the Nacos suites", run: clippy_nacos },
    Step { name: "clippy-dubbo", what: "no lint, no warning in the Dubbo suites", run: clippy_dubbo },
    Step { name: "clippy-browser", what: "no lint, no warning in the browser tests", run: clippy_browser },
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

/// The fuzz targets are a workspace of their own.
fn fmt() -> Result<Outcome> {
    passes(&["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"])?;
    passes(&["fmt", "--all", "--check"])
}

fn clippy() -> Result<Outcome> {
    passes(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])
}

fn clippy_mariadb() -> Result<Outcome> {
    passes(&["clippy", "--workspace", "--all-targets", "--locked", "--features", "mariadb", "--", "-D", "warnings"])
}

fn clippy_rocketmq() -> Result<Outcome> {
    let features = ["--features", "rocketmall/nacos,rocketmq,mariadb", "--", "-D", "warnings"];
    passes(&[&["clippy", "-p", "rocketmall", "-p", "rocketmq-grpc", "--tests", "--locked"], &features[..]].concat())
}

fn clippy_nacos() -> Result<Outcome> {
    passes(&["clippy", "-p", "nacos-registry", "--all-targets", "--locked", "--features", "nacos", "--", "-D", "warnings"])
}

fn clippy_dubbo() -> Result<Outcome> {
    passes(&["clippy", "-p", "dubbo-triple", "-p", "rocketmall", "--tests", "--locked", "--features", "dubbo", "--", "-D", "warnings"])
}

fn clippy_browser() -> Result<Outcome> {
    passes(&["clippy", "-p", "rocketmall", "--test", "browser", "--locked", "--features", "browser", "--", "-D", "warnings"])
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
    passes(&["test", "--workspace", "--locked", "--features", "browser", "--test", "*browser*"])
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
    let server = Server::start_for_ci()?;
    let words = ["test", "--workspace", "--locked", "--features", "mariadb", "--test", "*mariadb*"];
    run(cargo(&words).envs(server.variables()))?;
    Ok(Outcome::Passed)
}

/// Only the test targets that the feature `rocketmq` opens; some of them keep their rows in MariaDB. The broker wants a login, and so
/// all of them log in; without one the shop meets a broker in `interop`.
fn rocketmq() -> Result<Outcome> {
    let (stack, server) = (ForCi::start(&[Needed::RocketMqWithLogin])?, Server::start_for_ci()?);
    let words = ["test", "--workspace", "--locked", "--features", "rocketmq,mariadb", "--test", "*rocketmq*"];
    run(cargo(&words).envs(server.variables()).envs(stack.variables()?))?;
    Ok(Outcome::Passed)
}

/// Only the test targets that the feature `nacos` opens. They run one after the other: one of them kills the server.
fn nacos() -> Result<Outcome> {
    let stack = ForCi::start(&[Needed::Nacos])?;
    let words = ["test", "-p", "nacos-registry", "--locked", "--features", "nacos", "--test", "*nacos*"];
    run(cargo(&words).envs(stack.variables()?))?;
    Ok(Outcome::Passed)
}

/// One after the other: one of them kills the Nacos.
fn fleet() -> Result<Outcome> {
    let (stack, server) = (ForCi::start(&[Needed::RocketMqWithLogin, Needed::Nacos])?, Server::start_for_ci()?);
    let words =
        ["test", "-p", "rocketmall", "--locked", "--features", "nacos,rocketmq,mariadb", "--test", "fleet_nacos", "--", "--test-threads=1"];
    run(cargo(&words).envs(server.variables()).envs(stack.variables()?))?;
    Ok(Outcome::Passed)
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
    fn an_unknown_step_is_refused_before_anything_runs() {
        let error = check(&["fmt", "fnt"]).expect_err("there is no such step");
        assert!(error.to_string().starts_with("ci has no step \"fnt\"; it has: fmt clippy "), "{error}");
    }
}
