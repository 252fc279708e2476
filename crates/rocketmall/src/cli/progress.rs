//! Progress of long work, on a terminal only.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Whether a bar is drawn at all.
pub(crate) fn is_watched() -> bool {
    std::io::stderr().is_terminal()
}

/// A bar for so many steps.
pub(crate) fn bar(what: &'static str, steps: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:>10} [{bar:40}] {pos}/{len} {eta}").unwrap_or_else(|_| ProgressStyle::default_bar());
    let steps = u64::try_from(steps).unwrap_or(u64::MAX);
    // stderr draws nothing unless it is a terminal
    ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::stderr()).with_style(style.progress_chars("=> ")).with_message(what)
}

/// A sign of life for work of unknown length.
pub(crate) fn spinner(what: &'static str) -> ProgressBar {
    let spinner = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_message(what);
    spinner.enable_steady_tick(Duration::from_millis(120));
    spinner
}
