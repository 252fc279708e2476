//! Jars from Maven's registry, fetched once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::debian;
use crate::shell::run_aside;

/// Maven's own plugin for this, in one version, so that every run does the same.
const COPY: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies";

/// Group, artifact, version.
pub(super) type Artifact = (&'static str, &'static str, &'static str);

/// Where `program` is; the Debian package is installed first if need be.
pub(super) fn java(program: &str, package: &str, what_for: &str) -> Result<PathBuf> {
    if debian::find(program).is_none() {
        debian::install(&[package], &format!("{program} is not installed: {what_for}"))?;
    }
    debian::find(program).with_context(|| format!("the package is installed, but {program} is still missing"))
}

/// The folder of the jars that these need, under `home`; they are fetched first if need be, and `what` says what is coming.
pub(super) fn fetch(home: &Path, artifacts: &[Artifact], what: &str) -> Result<PathBuf> {
    let (pom, folder) = (pom(artifacts), home.join("lib"));
    // Written when all the jars are there, so that it says by being there, and what.
    let mark = folder.join("complete.xml");
    if fs::read_to_string(&mark).is_ok_and(|fetched| fetched == pom) {
        return Ok(folder);
    }
    if debian::find("mvn").is_none() {
        debian::install(&["maven"], "Maven is not installed: mvn gets the jars")?;
    }
    eprintln!("fetching {what}");
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

fn pom(artifacts: &[Artifact]) -> String {
    let dependency = |(group, artifact, version): &Artifact| {
        format!("    <dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version></dependency>\n")
    };
    let dependencies: String = artifacts.iter().map(dependency).collect();
    format!(
        "<project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n  <modelVersion>4.0.0</modelVersion>\n  \
         <groupId>rocketmall</groupId><artifactId>stack</artifactId><version>1</version><packaging>pom</packaging>\n  \
         <dependencies>\n{dependencies}  </dependencies>\n</project>\n"
    )
}
