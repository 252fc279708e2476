//! Room for the stores: a broker answers, but takes no message, on a disk that is nearly full.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// A broker refuses messages from here on (`diskSpaceWarningLevelRatio`, which it lets nobody set higher).
const REFUSED_AT: u32 = 90;

/// Fails if the disk of this folder is so full that a broker would refuse what it is sent.
pub(super) fn has_room(home: &Path) -> Result<()> {
    let mut command = Command::new("df");
    command.arg("-P").arg(home).stdin(Stdio::null()).stderr(Stdio::null());
    let output = command.output().context("df does not start")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let used = percent(&text).with_context(|| format!("df says nothing of {}: {text:?}", home.display()))?;
    if used >= REFUSED_AT {
        bail!("the disk of {} is {used} % full, and a broker refuses messages from {REFUSED_AT} % on: make room first", home.display());
    }
    Ok(())
}

/// The percentage in what `df -P` says, which is rounded up, to the safe side.
fn percent(df: &str) -> Option<u32> {
    df.lines().nth(1)?.split_whitespace().nth(4)?.strip_suffix('%')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_seen() {
        let df = "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda 264113160 52428800 42991616 91% /\n";
        assert_eq!(percent(df), Some(91));
        assert_eq!(percent("df: nowhere: No such file"), None);
    }
}
