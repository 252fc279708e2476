//! The lines of the READMEs' "Use it", run as a new user would, one after the other, against the release binary.

use std::fs;
use std::net::TcpListener;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::debian;
use crate::shell::run_within;

/// The whole path takes seconds; longer than this means that something waits for what does not come.
const LIMIT: Duration = Duration::from_mins(2);

const PAGES: [(&str, &str); 2] = [("README.md", "## Use it"), ("README.zh-CN.md", "## 使用")];

/// What the path must have come to, in the order of its steps.
const REACHED: [&str; 6] = [
    "\"money\":\"500.00\"",
    "\"pay_status\":\"paid\"",
    "\"shipping_status\":\"shipped\"",
    "\"status\":\"succeeded\"",
    "\"shipping_status\":\"received\"",
    "{\"code\":0,\"msg\":\"正确\",\"data\":true}",
];

/// Runs the path of both READMEs.
pub(crate) fn check() -> Result<()> {
    if debian::find("curl").is_none() {
        debian::install(&["curl"], "curl is not installed, which the READMEs use")?;
    }
    for (page, heading) in PAGES {
        let text = fs::read_to_string(crate::root().join(page)).with_context(|| format!("{page} cannot be read"))?;
        walk(page, &lines(&text, heading)?)?;
    }
    Ok(())
}

/// The shell lines under a heading, up to the next one.
fn lines(page: &str, heading: &str) -> Result<String> {
    let (_, rest) = page.split_once(heading).with_context(|| format!("there is no heading {heading:?}"))?;
    let section = rest.split("\n## ").next().unwrap_or_default();
    let blocks: Vec<&str> = section.split("```sh\n").skip(1).filter_map(|block| block.split("```").next()).collect();
    ensure!(!blocks.is_empty(), "there are no shell lines under {heading:?}");
    Ok(blocks.concat())
}

/// Runs the lines in a folder of their own, on a port that is free, and ends the server.
fn walk(page: &str, lines: &str) -> Result<()> {
    let folder = crate::target().join("readme").join(page);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let listen = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
    let binary = crate::target().join("release/rocketmall");
    let lines = lines.replace("cargo build --release\n", "").replace("127.0.0.1:8181", &listen);
    let lines = lines.replace("target/release/rocketmall", &format!("\"{}\"", binary.display()));
    ensure!(lines.contains("serve --dev &"), "{page} starts no server");
    fs::write(folder.join("lines.sh"), format!("trap 'kill $!' EXIT\n{lines}"))?;
    let mut shell = Command::new("sh");
    shell.args(["-eu", "lines.sh"]).current_dir(&folder).env("ROCKETMALL_LISTEN", &listen).env("ROCKETMALL_LOG_LEVEL", "warn");
    shell.stdout(fs::File::create(folder.join("said"))?);
    let ended = run_within(LIMIT, &mut shell);
    let said = fs::read_to_string(folder.join("said"))?;
    print!("{said}");
    ended.with_context(|| format!("the lines of {page}"))?;
    let mut rest = said.as_str();
    for wanted in REACHED {
        let Some((_, after)) = rest.split_once(wanted) else { bail!("the lines of {page} never came to {wanted}") };
        rest = after;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_a_section_are_its_shell_blocks() {
        let page = "## A\n```sh\nno\n```\n## B\ntext\n```sh\none\n```\nmore\n```json\n{}\n```\n```sh\ntwo\n```\n## C\n```sh\nno\n```\n";
        assert_eq!(lines(page, "## B").expect("a section"), "one\ntwo\n");
        lines(page, "## D").expect_err("there is none");
    }
}
