//! The official Java clients of RocketMQ beside the shop: what it sends they read, what they send it reads.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::maven;
use crate::debian;
use crate::server::{Server, Shop, program};
use crate::shell::{build_as_tested, run, run_within};
use crate::stack::{ForCi, Needed};

/// The version in the pom; the whole project is compiled against it.
const CLASSIC: &str = "5.5.0";

/// What the original's time had; it stands beside the other in a folder of its own.
const OLDER: &str = "4.7.1";

/// It takes half a minute; each wait in it has an end of its own.
const LIMIT: Duration = Duration::from_mins(15);

/// Builds the clients, has the stack ready, and lets a fresh shop and the clients meet in topics that nobody used before.
pub(super) fn check() -> Result<()> {
    build_as_tested()?;
    let clients = build()?;
    let stack = ForCi::start(&[Needed::RocketMq])?;
    let home = crate::target().join("interop/shop");
    if home.exists() {
        fs::remove_dir_all(&home)?;
    }
    fs::create_dir_all(&home)?;
    let (grpc, prefix) = (stack.grpc()?, stack.family()?);
    let environment = vec![
        ("ROCKETMALL_ROCKETMQ__PREFIX", prefix.clone()),
        // what cannot be read is tried three times all the same, but nobody waits for it here
        ("ROCKETMALL_MESSAGES__BACKOFF", "100ms".to_owned()),
    ];
    let shop = Shop { home, environment };
    run(&mut shop.command(&["load-demo"]))?;
    let server = Server::start(&shop, &["--dev", "--bus", &format!("rocketmq://{grpc}")])?;
    let mut meeting = clients.command()?;
    meeting.envs([
        ("INTEROP_SHOP", server.url()),
        ("INTEROP_PROGRAM", program().display().to_string()),
        ("INTEROP_HOME", shop.home.display().to_string()),
        ("INTEROP_PREFIX", prefix),
        ("INTEROP_GRPC", grpc),
        ("INTEROP_NAME_SERVER", stack.name_server()?),
        ("INTEROP_PROXY", stack.proxy_for_classic_clients()?.unwrap_or_default()),
    ]);
    let met = run_within(LIMIT, &mut meeting);
    server.stop()?;
    met?;
    if shop.log()?.contains("panicked at") {
        bail!("the server panicked; see {}", shop.home.join("server.log").display());
    }
    Ok(())
}

/// The clients, compiled, with their jars.
struct Clients {
    made: PathBuf,
}

fn build() -> Result<Clients> {
    let made = crate::target().join("interop");
    let older = format!("-Dclassic={OLDER}");
    let runs: [&[&str]; 2] = [&["compile", "dependency:copy-dependencies"], &["dependency:copy-dependencies", &older]];
    maven::build("tests/interop", &made, &["build", &jars(CLASSIC), &jars(OLDER)], &runs)?;
    Ok(Clients { made })
}

fn jars(version: &str) -> String {
    format!("lib-{version}")
}

impl Clients {
    /// Runs all checks; what it reads from the environment is still to be set.
    fn command(&self) -> Result<Command> {
        let program = debian::find("java").context("java is missing")?;
        let path = format!("{}:{}/*", self.made.join("build/classes").display(), self.made.join(jars(CLASSIC)).display());
        let mut java = Command::new(program);
        // The clients write logs into the user's home, and the older one's Netty looks into a buffer.
        let home = format!("-Duser.home={}", self.made.display());
        java.args(["-XX:TieredStopAtLevel=1", "-Xmx256m", "--add-opens", "java.base/java.nio=ALL-UNNAMED", &home, "-cp", &path]);
        java.arg("rocketmall.interop.Main").env("INTEROP_OLDER_JARS", self.made.join(jars(OLDER)));
        Ok(java)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pom_has_the_version_that_is_run() {
        let pom = fs::read_to_string(crate::root().join("tests/interop/pom.xml")).expect("the project has one");
        assert!(pom.contains(&format!("<classic>{CLASSIC}</classic>")), "{pom}");
    }
}
