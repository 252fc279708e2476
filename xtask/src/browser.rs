//! What the browser tests need: Chromium with its driver, fonts with Chinese characters, Knife4j's jar.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::{debian, knife4j};

const PACKAGES: [&str; 3] = ["chromium", "chromium-driver", "fonts-noto-cjk"];

/// Installs what is missing. Fails where it cannot: a test that is left out in silence proves nothing.
pub(crate) fn prepare() -> Result<()> {
    if !is_complete() {
        debian::install(&PACKAGES, "Chromium, chromedriver or a font with Chinese characters is not installed")?;
    }
    if !is_complete() {
        bail!("{} are installed, but chromium, chromedriver or a font with Chinese characters is still missing", PACKAGES.join(", "));
    }
    knife4j::fetch().map(drop)
}

fn is_complete() -> bool {
    ["chromium", "chromedriver"].iter().all(|program| debian::find(program).is_some()) && has_chinese_font().unwrap_or(false)
}

/// Without one, screenshots show boxes.
fn has_chinese_font() -> Result<bool> {
    let answer = Command::new("fc-list").args([":lang=zh", "family"]).stdin(Stdio::null()).output().context("fc-list does not start")?;
    Ok(answer.status.success() && !answer.stdout.trim_ascii().is_empty())
}
