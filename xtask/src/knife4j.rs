//! Knife4j's page: one jar from the Maven registry, put under `target/knife4j`, and known by its hash.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::debian;
use crate::shell::run;

const ARTIFACT: &str = "com.github.xiaoymin:knife4j-openapi3-ui:4.5.0";

/// As the server looks for it under `--dev`.
const JAR: &str = "knife4j-openapi3-ui-4.5.0.jar";

const SHA256: &str = "5d50ec693a1ffd5cc3cdc8b924d9a937512fb91854b35c2edc97436f4debdd47";

/// Maven's own plugin for this, in one version, so that every run does the same.
const COPY: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy";

/// Gets the jar unless it is there, and says where it is.
pub(crate) fn fetch() -> Result<PathBuf> {
    let folder = crate::target().join("knife4j");
    let jar = folder.join(JAR);
    if jar.is_file() && hash(&jar)? == SHA256 {
        println!("{} is there", jar.display());
        return Ok(jar);
    }
    if debian::find("mvn").is_none() {
        debian::install(&["maven"], "Maven is not installed: mvn gets Knife4j's jar")?;
    }
    std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let output = format!("-DoutputDirectory={}", folder.display());
    let words = ["--batch-mode", "--quiet", COPY, &format!("-Dartifact={ARTIFACT}"), &output, "-Dmdep.overWriteReleases=true"];
    run(Command::new("mvn").args(words).current_dir(&folder))?;
    let found = hash(&jar)?;
    if found != SHA256 {
        std::fs::remove_file(&jar)?;
        bail!("what Maven got for {ARTIFACT} has the SHA-256 {found}, not {SHA256}: it is not what was looked at, and is removed");
    }
    println!("{} is there; `rocketmall demo` and `serve --dev` find it when they run in the root of the checkout", jar.display());
    Ok(jar)
}

fn hash(file: &Path) -> Result<String> {
    let answer = Command::new("sha256sum").arg(file).output().context("sha256sum does not start")?;
    let text = String::from_utf8_lossy(&answer.stdout);
    match text.split_whitespace().next() {
        // a name with a backslash is marked by one before the hash
        Some(hash) if answer.status.success() => Ok(hash.trim_start_matches('\\').to_owned()),
        _ => bail!("sha256sum {} failed: {}", file.display(), String::from_utf8_lossy(&answer.stderr).trim()),
    }
}
