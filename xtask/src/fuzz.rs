//! Fuzzing on any toolchain: the targets of fuzz/, built as cargo-fuzz builds them but without what takes a nightly compiler.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::debian;
use crate::shell::{cargo, compiler, run, wait_until};

/// What libFuzzer needs to see where an input leads. All are options of the stable compiler; the sanitizers, which are not,
/// look for what code without `unsafe` cannot do.
const FLAGS: [&str; 8] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cllvm-args=-simplifycfg-branch-fold-threshold=0",
    "--cfg",
    "fuzzing",
];

/// So many targets run at the same time.
const ABREAST: usize = 2;

/// A run ends by its own clock; longer than this beyond it, and it hangs.
const GRACE: Duration = Duration::from_mins(1);

/// Builds all targets and runs each for so many seconds. Fails at the first input that breaks a property.
pub(crate) fn all(seconds: u64) -> Result<()> {
    let targets = targets()?;
    let programs = build()?;
    for abreast in targets.chunks(ABREAST) {
        let mut runs = Vec::new();
        for target in abreast {
            runs.push(Run::start(target, &programs, seconds)?);
        }
        for run in runs {
            run.finish(Duration::from_secs(seconds) + GRACE)?;
        }
    }
    Ok(())
}

fn home() -> PathBuf {
    crate::target().join("fuzz")
}

/// A target is a file; cargo complains where the manifest does not name it.
fn targets() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(crate::root().join("fuzz/fuzz_targets"))? {
        let path = entry?.path();
        names.extend(path.file_stem().and_then(|name| name.to_str()).map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

/// The folder of the built targets.
fn build() -> Result<PathBuf> {
    if debian::find("c++").is_none() {
        debian::install(&["g++"], "a C++ compiler, for libFuzzer, is not installed")?;
    }
    let host = compiler("host: ")?;
    let mut command = cargo(&["build", "--release", "--locked", "--manifest-path", "fuzz/Cargo.toml", "--target", &host, "--target-dir"]);
    // Named, the target keeps the flags away from build scripts and macros, which have no fuzzer to be linked with.
    command.arg(home()).env_remove("CARGO_ENCODED_RUSTFLAGS").env("RUSTFLAGS", FLAGS.join(" "));
    run(&mut command)?;
    Ok(home().join(host).join("release"))
}

struct Run {
    target: String,
    log: PathBuf,
    child: Child,
}

impl Run {
    /// What it finds goes to a folder of its own; what is kept in fuzz/corpus is where it starts.
    fn start(target: &str, programs: &Path, seconds: u64) -> Result<Self> {
        let found = home().join("corpus").join(target);
        let broken = home().join("artifacts").join(target);
        fs::create_dir_all(&found)?;
        fs::create_dir_all(&broken)?;
        let log = home().join(format!("{target}.log"));
        let output = File::create(&log)?;
        let mut command = Command::new(programs.join(target));
        command.arg(&found).arg(crate::root().join("fuzz/corpus").join(target));
        command.arg(format!("-max_total_time={seconds}")).arg(format!("-artifact_prefix={}/", broken.display()));
        command.args(["-timeout=10", "-rss_limit_mb=2048", "-max_len=4096", "-print_final_stats=1"]);
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let child = command.spawn().with_context(|| format!("the fuzz target {target} does not start"))?;
        Ok(Self { target: target.to_owned(), log, child })
    }

    fn finish(mut self, limit: Duration) -> Result<()> {
        let status = wait_until(limit, || Ok(self.child.try_wait()?)).with_context(|| format!("{} does not end", self.target))?;
        let log = String::from_utf8_lossy(&fs::read(&self.log)?).into_owned();
        if !status.success() {
            let lines: Vec<&str> = log.lines().collect();
            let end = lines[lines.len().saturating_sub(60)..].join("\n");
            bail!("{end}\n{} broke ({status}); the input stands at the end of {}", self.target, self.log.display());
        }
        let executions = log.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:")).unwrap_or("?").trim();
        println!("{:<13} {executions:>10} executions", self.target);
        Ok(())
    }
}

/// A run that nobody waits for any more ends with us.
impl Drop for Run {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_a_name_in_the_manifest_and_seeds() {
        let manifest = fs::read_to_string(crate::root().join("fuzz/Cargo.toml")).expect("fuzz/Cargo.toml");
        let targets = targets().expect("fuzz/fuzz_targets");
        assert!(!targets.is_empty());
        for target in &targets {
            assert!(manifest.contains(&format!("name = \"{target}\"")), "{target}");
            let seeds = fs::read_dir(crate::root().join("fuzz/corpus").join(target)).expect("its corpus").count();
            assert!(seeds > 0, "{target} starts from nothing");
        }
        assert_eq!(manifest.matches("[[bin]]").count(), targets.len());
    }
}
