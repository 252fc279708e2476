//! Log lines go to stderr, so that stdout is the command's answer alone.

use std::io::IsTerminal as _;
use std::sync::OnceLock;

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Registry, fmt, reload};

use crate::config::{Config, Loaded, LogFormat};

/// How much a command has to say for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Voice {
    /// A server: its log is what there is to see.
    Server,
    /// A command with an answer: only warnings, unless a level is set.
    Command,
}

/// What a running server logs, to be changed.
static FILTER: OnceLock<reload::Handle<EnvFilter, Registry>> = OnceLock::new();

/// Sets up this process's log.
pub(super) fn init(loaded: &Loaded, voice: Voice) {
    let config = &loaded.config;
    let level = if voice == Voice::Command && loaded.is_default("log_level") { "warn" } else { &config.log_level };
    let (filter, handle) = reload::Layer::new(filter(level, voice));
    let lines = fmt::layer().with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry().with(filter);
    // the only process that has a log already is a test's
    let begun = match config.log {
        LogFormat::Text => registry.with(lines.with_ansi(std::io::stderr().is_terminal())).try_init(),
        LogFormat::Json => registry.with(lines.json().flatten_event(true)).try_init(),
    };
    if begun.is_ok() {
        let _ = FILTER.set(handle);
    }
}

/// From now on a server logs what this configuration says.
pub(super) fn change(config: &Config) -> Result<(), String> {
    let handle = FILTER.get().ok_or("this process has no log of its own")?;
    handle.reload(filter(&config.log_level, Voice::Server)).map_err(|error| error.to_string())
}

fn filter(level: &str, voice: Voice) -> EnvFilter {
    // a server that logs warnings alone still writes down what administrators change, unless that is set itself
    let audited = voice == Voice::Server && !level.contains("audit");
    let filter = if audited { format!("{level},audit=info") } else { level.to_owned() };
    // the client of the registry tells what matters itself; the library below it is loud where nothing is wrong
    EnvFilter::new(if level.contains("nacos_sdk") { filter } else { format!("{filter},{}", nacos_registry::LOG_FILTER) })
}
