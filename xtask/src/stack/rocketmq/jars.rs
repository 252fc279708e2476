//! Apache RocketMQ's jars, fetched by Maven once, and the Java that runs them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::debian;
use crate::shell::run_aside;

/// 5.5.1 is only partly in the registry.
const VERSION: &str = "5.5.0";

const ARTIFACTS: [&str; 5] = ["rocketmq-namesrv", "rocketmq-broker", "rocketmq-proxy", "rocketmq-tools", "rocketmq-controller"];

/// Maven's own plugin for this, in one version, so that every run does the same.
const COPY: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies";

/// Java, installed first if need be.
pub(crate) fn java() -> Result<PathBuf> {
    if debian::find("java").is_none() {
        debian::install(&["default-jre-headless"], "Java is not installed: RocketMQ takes 11 or newer")?;
    }
    debian::find("java").context("the package is installed, but java is still missing")
}

/// The folder of the jars, fetched first if need be.
pub(crate) fn fetch(home: &Path) -> Result<PathBuf> {
    let (pom, folder) = (pom(), home.join("lib"));
    // Written when all the jars are there, so that it says by being there, and what.
    let mark = folder.join("complete.xml");
    if fs::read_to_string(&mark).is_ok_and(|fetched| fetched == pom) {
        return Ok(folder);
    }
    if debian::find("mvn").is_none() {
        debian::install(&["maven"], "Maven is not installed: mvn gets RocketMQ's jars")?;
    }
    eprintln!("fetching RocketMQ {VERSION}: 150 jars, 102 MB");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    fs::write(home.join("pom.xml"), &pom).context("cannot write the pom")?;
    let output = format!("-DoutputDirectory={}", folder.display());
    let words = ["--batch-mode", "--quiet", "--strict-checksums", "-Dstyle.color=never", COPY, &output, "-DincludeScope=runtime"];
    run_aside(Command::new("mvn").args(words).current_dir(home))?;
    fs::write(&mark, &pom).context("cannot mark the jars as complete")?;
    Ok(folder)
}

fn pom() -> String {
    let dependency = |artifact: &str| {
        format!(
            "    <dependency><groupId>org.apache.rocketmq</groupId><artifactId>{artifact}</artifactId><version>{VERSION}</version></dependency>\n"
        )
    };
    let dependencies: String = ARTIFACTS.map(dependency).concat();
    format!(
        "<project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n  <modelVersion>4.0.0</modelVersion>\n  \
         <groupId>rocketmall</groupId><artifactId>stack</artifactId><version>1</version><packaging>pom</packaging>\n  \
         <dependencies>\n{dependencies}  </dependencies>\n</project>\n"
    )
}
