//! Log lines go to stderr, so that stdout is the command's answer alone.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::config::{Loaded, LogFormat};

/// How much a command has to say for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Voice {
    /// A server: its log is what there is to see.
    Server,
    /// A command with an answer: only warnings, unless a level is set.
    Command,
}

/// Sets up this process's log.
pub(super) fn init(loaded: &Loaded, voice: Voice) {
    let config = &loaded.config;
    let level = if voice == Voice::Command && loaded.is_default("log_level") { "warn" } else { &config.log_level };
    // a server that logs warnings alone still writes down what administrators change, unless that is set itself
    let audited = voice == Voice::Server && !level.contains("audit");
    let filter = if audited { format!("{level},audit=info") } else { level.to_owned() };
    // the client of the registry tells what matters itself; the library below it is loud where nothing is wrong
    let filter = if level.contains("nacos_sdk") { filter } else { format!("{filter},{}", nacos_registry::LOG_FILTER) };
    let lines = tracing_subscriber::fmt().with_env_filter(EnvFilter::new(filter)).with_writer(std::io::stderr);
    // the only process that has a log already is a test's
    let _ = match config.log {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
}
