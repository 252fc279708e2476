//! Running other programs, and waiting for something with a deadline.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Between two looks at a condition that another process brings about.
const POLL: Duration = Duration::from_millis(50);

/// The cargo that runs us, in the root of the workspace.
pub(crate) fn cargo(words: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // What cargo told us about ourselves would otherwise reach build scripts, which then rebuild for nothing.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&*name);
        }
    }
    command.args(words).current_dir(crate::root());
    command
}

/// Runs `command` with our output and without input; fails unless it succeeds.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = line(command);
    println!("$ {line}");
    let status = command.stdin(Stdio::null()).status().with_context(|| format!("cannot start `{line}`"))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// Every crate and every test target that a feature opens: one set of features, so that what one step has built serves the others.
pub(crate) const OPENED: [&str; 4] = ["--workspace", "--locked", "--features", "mariadb,rocketmq,nacos,dubbo,browser"];

/// Has `target/debug/rocketmall` up to date: with overflow checks and debug assertions, as the suites take it.
pub(crate) fn build_as_tested() -> Result<()> {
    run(&mut cargo(&[&["test"], &OPENED[..], &["--no-run", "--quiet", "--test", "process_rocketmq"]].concat()))
}

/// A command that runs beside what we do ourselves. It is ended where nobody waits for it.
pub(crate) struct Beside {
    line: String,
    child: Child,
}

/// Starts it, with our output and without input.
pub(crate) fn beside(command: &mut Command) -> Result<Beside> {
    let line = line(command);
    println!("$ {line} &");
    let child = command.stdin(Stdio::null()).spawn().with_context(|| format!("cannot start `{line}`"))?;
    Ok(Beside { line, child })
}

impl Beside {
    /// Waits for its end; fails unless it succeeds.
    pub(crate) fn finish(mut self) -> Result<()> {
        let status = self.child.wait().with_context(|| format!("`{}` cannot be waited for", self.line))?;
        if !status.success() {
            bail!("`{}` failed ({status})", self.line);
        }
        Ok(())
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// As `run`, but with every word on stderr, where stdout is for a shell that reads what we say.
pub(crate) fn run_aside(command: &mut Command) -> Result<()> {
    let line = line(command);
    eprintln!("$ {line}");
    let status = command.stdin(Stdio::null()).stdout(std::io::stderr()).status().with_context(|| format!("cannot start `{line}`"))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// Runs `command`, but ends it and fails when it takes longer than `limit`.
pub(crate) fn run_within(limit: Duration, command: &mut Command) -> Result<()> {
    let line = line(command);
    println!("$ {line}");
    let mut child = command.stdin(Stdio::null()).spawn().with_context(|| format!("cannot start `{line}`"))?;
    let ended = wait_until(limit, || Ok(child.try_wait()?));
    if ended.is_err() {
        child.kill()?;
        child.wait()?;
    }
    let status = ended.with_context(|| format!("`{line}` did not end"))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// What `command` says on stdout, without input and with our stderr; fails unless it succeeds.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let line = line(command);
    let answer = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().with_context(|| format!("cannot start `{line}`"))?;
    if !answer.status.success() {
        bail!("`{line}` failed ({})", answer.status);
    }
    String::from_utf8(answer.stdout).with_context(|| format!("what `{line}` says is not UTF-8"))
}

/// What the compiler says of itself after `label`, as in "host: ".
pub(crate) fn compiler(label: &str) -> Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let answer = Command::new(rustc).arg("-vV").output().context("rustc does not start")?;
    let text = String::from_utf8_lossy(&answer.stdout);
    text.lines().find_map(|line| line.strip_prefix(label)).map(str::to_owned).with_context(|| format!("rustc -vV has no line {label:?}"))
}

/// Looks again and again until `look` finds something; fails when `limit` has passed or a look fails.
pub(crate) fn wait_until<T>(limit: Duration, mut look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let started = Instant::now();
    loop {
        if let Some(found) = look()? {
            return Ok(found);
        }
        if started.elapsed() > limit {
            bail!("gave up after {} s", limit.as_secs());
        }
        #[expect(clippy::disallowed_methods, reason = "the one place that polls other processes, with a deadline")]
        std::thread::sleep(POLL);
    }
}

/// The command as one would type it.
fn line(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let program = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy();
    let arguments = command.get_args().map(|word| format!(" {}", word.to_string_lossy()));
    std::iter::once(program.into_owned()).chain(arguments).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_command_is_named_with_its_arguments() {
        let error = run(Command::new("sh").args(["-c", "exit 3"])).expect_err("it exits with 3");
        assert_eq!(error.to_string(), "`sh -c exit 3` failed (exit status: 3)");
    }

    #[test]
    fn what_a_command_says_is_given_only_when_it_succeeds() {
        assert_eq!(output(Command::new("sh").args(["-c", "echo said"])).expect("it succeeds"), "said\n");
        let error = output(Command::new("sh").args(["-c", "echo said; exit 3"])).expect_err("it exits with 3");
        assert_eq!(error.to_string(), "`sh -c echo said; exit 3` failed (exit status: 3)");
    }

    #[test]
    fn a_command_that_does_not_end_is_ended() {
        let error = run_within(Duration::ZERO, Command::new("sh").args(["-c", "exec sleep 600"])).expect_err("it sleeps");
        assert_eq!(error.to_string(), "`sh -c exec sleep 600` did not end");
    }
}
