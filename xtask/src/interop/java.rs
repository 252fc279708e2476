//! The Maven project of `tests/interop`: built unless it is, and how it is run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::debian;
use crate::shell::run;

/// The version in the pom; the whole project is compiled against it.
const CLASSIC: &str = "5.5.0";

/// What the original's time had; it stands beside the other in a folder of its own.
const OLDER: &str = "4.7.1";

/// The clients, compiled, with their jars.
pub(super) struct Clients {
    made: PathBuf,
}

/// Compiles the project and gets its jars, unless that was done with the very same sources.
pub(super) fn build() -> Result<Clients> {
    let project = crate::root().join("tests/interop");
    let made = crate::target().join("interop");
    let sources = sources(&project)?;
    // Written when all is there, so that it says by being there, and of what.
    let mark = made.join("sources");
    if fs::read_to_string(&mark).is_ok_and(|built| built == sources) {
        return Ok(Clients { made });
    }
    if ["javac", "mvn"].iter().any(|program| debian::find(program).is_none()) {
        debian::install(&["default-jdk-headless", "maven"], "A Java compiler or Maven is not installed: they build tests/interop")?;
    }
    for folder in ["build".to_owned(), jars(CLASSIC), jars(OLDER)] {
        let folder = made.join(folder);
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
        }
    }
    let maven = |words: &[&str]| {
        let made = format!("-Dmade={}", made.display());
        let mut mvn = Command::new("mvn");
        mvn.args(["--batch-mode", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "--strict-checksums", "-Dstyle.color=never", &made])
            .args(words)
            .current_dir(&project);
        run(&mut mvn)
    };
    maven(&["compile", "dependency:copy-dependencies"])?;
    maven(&["dependency:copy-dependencies", &format!("-Dclassic={OLDER}")])?;
    fs::write(&mark, sources).context("cannot mark the clients as built")?;
    Ok(Clients { made })
}

/// All that the project consists of, in one text.
fn sources(project: &Path) -> Result<String> {
    let folder = project.join("src/main/java/rocketmall/interop");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.sort_unstable();
    files.push(project.join("pom.xml"));
    files.iter().map(|file| fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))).collect()
}

fn jars(version: &str) -> String {
    format!("lib-{version}")
}

impl Clients {
    /// Runs all checks; what it reads from the environment is still to be set.
    pub(super) fn command(&self) -> Result<Command> {
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
