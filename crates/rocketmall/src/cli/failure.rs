//! What went wrong: one sentence on stderr and an exit code.

use std::io::Write as _;
use std::process::ExitCode;

use rocketmall_core::rejection::{Kind, Rejection};
use rocketmall_store::StoreError;

use crate::app::StartError;
use crate::bench::stage::BenchError;
use crate::config::ConfigError;

/// The exit code of wrong usage or configuration.
pub(super) const USAGE: u8 = 2;

/// A command that did not do what was asked.
#[derive(Debug)]
pub(super) enum Failure {
    /// What was looked for is not so, or not there: exit code 1.
    Check(String),
    /// Wrong usage or configuration: exit code 2.
    Usage(String),
    /// Something needed is not reachable: exit code 3.
    Unreachable(String),
    /// Whoever read our output has gone away: nobody is left to tell.
    PipeClosed,
}

impl Failure {
    /// Says it, and gives the exit code.
    pub(super) fn report(self) -> ExitCode {
        let (code, text) = match self {
            Self::Check(text) => (1, text),
            Self::Usage(text) => (USAGE, text),
            Self::Unreachable(text) => (3, text),
            Self::PipeClosed => return ExitCode::SUCCESS,
        };
        let mut stderr = std::io::stderr().lock();
        for line in text.lines() {
            // there is no other place to complain
            let _ = writeln!(stderr, "error: {line}");
        }
        ExitCode::from(code)
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Usage(error.0)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unreachable(_) | StoreError::CommitUnknown(_) => {
                Self::Unreachable(format!("{error}; start it, or name another with --database"))
            }
            StoreError::Transient(_) | StoreError::Stale => Self::Unreachable(format!("{error}; it is busy: do so in a moment")),
            StoreError::Unusable(_) | StoreError::NotOffered(_) => Self::Unreachable(format!("{error}")),
            StoreError::Refused { .. } | StoreError::Duplicate { .. } | StoreError::Fenced | StoreError::Corrupt(_) => {
                Self::Check(error.to_string())
            }
        }
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Listen { .. } => Self::Unreachable(error.to_string()),
            StartError::Store(error) => error.into(),
            StartError::Config(text) => Self::Usage(text),
            StartError::Bus(text) => Self::Unreachable(text),
            StartError::Knife4j(error) => Self::Usage(error.to_string()),
        }
    }
}

impl From<BenchError> for Failure {
    fn from(error: BenchError) -> Self {
        match error {
            BenchError::Store(error) => error.into(),
            BenchError::Rejected(rejection) => rejection.into(),
            BenchError::Machine(text) => Self::Unreachable(text),
            BenchError::Usage(text) => Self::Usage(text),
        }
    }
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        match rejection.reason.kind() {
            Kind::Unavailable => Self::Unreachable(rejection.detail),
            _ => Self::Check(format!("{}: {}", rejection.reason.title(), rejection.detail)),
        }
    }
}
