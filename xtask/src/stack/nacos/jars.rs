//! Nacos's jars, and the few lines that start it.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::shell::run_aside;
use crate::stack::maven::{self, Artifact};

/// Nacos's own server modules are not in the registry; this is Nacos 3.1.0 as others published it, for tests and laptops alone.
const SERVER: Artifact = ("io.github.pig-mesh.nacos", "nacos-server", "3.1.0-bugfix");
/// Another jar has classes of the same names, without a method that Nacos calls: this one comes first.
const HESSIAN: Artifact = ("com.caucho", "hessian", "4.0.63");
const FIRST: &str = "hessian-4.0.63.jar";

const MAIN: &str = include_str!("NacosServer.java");
pub(super) const MAIN_CLASS: &str = "NacosServer";
const PACKAGE: &str = "default-jdk-headless";
const WHAT_FOR: &str = "Nacos takes Java 17 or newer, and a compiler for the lines that start it";

/// Fetches and compiles what is missing.
pub(super) fn prepare(home: &Path) -> Result<()> {
    let compiler = maven::java("javac", PACKAGE, WHAT_FOR)?;
    let jars = maven::fetch(home, &[HESSIAN, SERVER], "Nacos 3.1.0: 133 jars, 152 MB")?;
    let (source, classes) = (home.join("NacosServer.java"), home.join("classes"));
    let class = classes.join("NacosServer.class");
    if class.exists() && fs::read_to_string(&source).is_ok_and(|compiled| compiled == MAIN) {
        return Ok(());
    }
    if class.exists() {
        fs::remove_file(&class).context("cannot remove the old class")?;
    }
    fs::write(&source, MAIN).context("cannot write the Java source")?;
    let jars = format!("{}/*", jars.display());
    run_aside(Command::new(compiler).args(["--release", "17", "-encoding", "UTF-8", "-cp", &jars, "-d"]).arg(&classes).arg(&source))
}

/// The class path, in the order that matters.
pub(super) fn class_path(home: &Path) -> String {
    let jars = home.join("lib");
    format!("{}:{}:{}/*", home.join("classes").display(), jars.join(FIRST).display(), jars.display())
}
