//! Trials: what tests of several crates share.
//!
//! A [`home`] is a fresh database of a test's own; [`scenario`] is the language of stories that every door must tell alike. This
//! crate knows the shop by its rules and its rows and does not depend on the binary, whose process trials are its test targets.

pub mod deadline;
pub mod home;
pub mod mariadb;
pub mod ports;
mod process;
pub mod program;
pub mod rocketmq;
pub mod scenario;

/// Prints a line past the test harness, which keeps the output of tests that pass to itself: figures and seeds are to be seen.
pub fn say(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{line}");
}
