//! A Maven project of `tests/interop`: built unless it is.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::debian;
use crate::shell::run;

/// Runs Maven in `project` with each of these words, after `folders` of earlier runs are gone from `made`; nothing where that was done
/// with the very same sources.
pub(super) fn build(project: &str, made: &Path, folders: &[&str], runs: &[&[&str]]) -> Result<()> {
    let project = crate::root().join(project);
    let sources = sources(&project)?;
    // Written when all is there, so that it says by being there, and of what.
    let mark = made.join("sources");
    if fs::read_to_string(&mark).is_ok_and(|built| built == sources) {
        return Ok(());
    }
    if ["javac", "mvn"].iter().any(|program| debian::find(program).is_none()) {
        debian::install(&["default-jdk-headless", "maven"], "A Java compiler or Maven is not installed: they build tests/interop")?;
    }
    for folder in folders.iter().map(|folder| made.join(folder)).filter(|folder| folder.exists()) {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    for words in runs {
        let made = format!("-Dmade={}", made.display());
        let mut mvn = Command::new("mvn");
        mvn.args(["--batch-mode", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "--strict-checksums", "-Dstyle.color=never", &made])
            .args(*words)
            .current_dir(&project);
        run(&mut mvn)?;
    }
    fs::write(&mark, sources).context("cannot mark the project as built")
}

/// All that the project consists of, in one text.
fn sources(project: &Path) -> Result<String> {
    let mut files = vec![project.join("pom.xml")];
    collect(&project.join("src"), &mut files)?;
    files.sort_unstable();
    let text = |file: &PathBuf| {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        Ok(format!("{}\n{text}", file.strip_prefix(project)?.display()))
    };
    files.iter().map(text).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() { collect(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_is_its_pom_and_all_its_sources() {
        let text = sources(&crate::root().join("tests/interop/dubbo")).expect("the project is there");
        assert!(text.starts_with("pom.xml\n") && text.contains("src/main/java/rocketmall/interop/dubbo/Main.java\npackage"));
    }
}
