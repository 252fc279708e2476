//! What a call can end in.

use std::time::Duration;

/// Why there is no result. Each says what to do next; [`Error::is_passing`] says it to a program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The caller's options or arguments can't work; nothing was sent.
    #[error("{0}")]
    Usage(String),
    /// No connection. What was in flight may have been carried out.
    #[error("Nacos at {servers} cannot be reached: {reason}")]
    Unreachable {
        /// The servers, as they were given.
        servers: String,
        /// What the network or the protocol said.
        reason: String,
    },
    /// No answer in time. The call may have been carried out.
    #[error("Nacos did not answer within {limit:?}: {what}")]
    Timeout {
        /// What was asked for.
        what: &'static str,
        /// How long was waited.
        limit: Duration,
    },
    /// Nacos knows no such user, or not with this password.
    #[error("Nacos at {servers} lets {user:?} not in: {reason}; check user and password")]
    Login {
        /// The servers, as they were given.
        servers: String,
        /// Who asked.
        user: String,
        /// What Nacos said.
        reason: String,
    },
    /// Nacos wants a login, or the user may not do this.
    #[error("Nacos forbids it ({what}): {reason}; give a user and a password with the right to do it")]
    Forbidden {
        /// What was asked for.
        what: &'static str,
        /// What Nacos said.
        reason: String,
    },
    /// Nacos answered that it can't or won't.
    #[error("Nacos refused it ({what}): {reason}")]
    Refused {
        /// What was asked for.
        what: &'static str,
        /// What Nacos said.
        reason: String,
    },
}

impl Error {
    /// Whether the same again may succeed without anybody changing anything.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Timeout { .. } | Self::Refused { .. } => true,
            Self::Usage(_) | Self::Login { .. } | Self::Forbidden { .. } => false,
        }
    }

    /// What the SDK says instead of an answer. Nacos's own words come as text alone.
    pub(crate) fn of_sdk(what: &'static str, servers: &str, error: &nacos_sdk::api::error::Error) -> Self {
        use nacos_sdk::api::error::Error as Sdk;
        let reason = error.to_string();
        match error {
            Sdk::InvalidParam(..) | Sdk::WrongServerAddress(_) => Self::Usage(reason),
            Sdk::ErrResult(text) if forbids(text) => Self::Forbidden { what, reason },
            Sdk::ErrResult(text) if text.contains("result_code=") => Self::Refused { what, reason },
            Sdk::ErrResponse(..) | Sdk::Serialization(_) | Sdk::ConfigNotFound(_) | Sdk::ConfigQueryConflict(_) => {
                Self::Refused { what, reason }
            }
            _ => Self::Unreachable { servers: servers.to_owned(), reason },
        }
    }
}

fn forbids(text: &str) -> bool {
    ["error_code=403", "error_code=401"].iter().any(|code| text.contains(code))
}
