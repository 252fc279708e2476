//! What a call can end in.

use std::time::Duration;

use crate::code::{Code, Fault};
use crate::wire;

/// Why there is no result. Each says what to do next; [`Error::fault`] says it to a program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The caller's options or arguments can't work; nothing was sent.
    #[error("{0}")]
    Usage(String),
    /// The proxy can't be reached, or the connection broke. A call that was in flight may have been carried out.
    #[error("the RocketMQ proxy {endpoint} cannot be reached: {reason}")]
    Unreachable {
        /// The proxy, as its endpoint was given.
        endpoint: String,
        /// What the network, TLS or HTTP/2 said.
        reason: String,
    },
    /// The proxy's certificate is none that is trusted.
    #[error(
        "the certificate of the RocketMQ proxy {endpoint} is not trusted: {reason} (name the file with its authority, or have it renewed)"
    )]
    Untrusted {
        /// The proxy, as its endpoint was given.
        endpoint: String,
        /// What TLS said.
        reason: String,
    },
    /// No answer in time. The call may have been carried out.
    #[error("the RocketMQ proxy {endpoint} did not answer {call} within {limit:?}")]
    Timeout {
        /// The call's name in the protocol.
        call: &'static str,
        /// The proxy, as its endpoint was given.
        endpoint: String,
        /// How long was waited.
        limit: Duration,
    },
    /// The server answered with a code that is no success, for the call as a whole.
    #[error("RocketMQ refused {call}: {refusal}")]
    Refused {
        /// The call's name in the protocol.
        call: &'static str,
        /// What it said.
        refusal: Refusal,
    },
    /// The answer breaks the protocol. The call may have been carried out.
    #[error("RocketMQ's answer to {call} makes no sense: {reason}; is the server a RocketMQ 5 proxy?")]
    Protocol {
        /// The call's name in the protocol.
        call: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The client was shut down.
    #[error("the client is shut down")]
    Closed,
}

impl Error {
    /// Who can mend it, which says whether to try again.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Usage(_) | Self::Closed => Fault::Request,
            Self::Unreachable { .. } | Self::Timeout { .. } | Self::Protocol { .. } => Fault::Passing,
            Self::Untrusted { .. } => Fault::Setup,
            Self::Refused { refusal, .. } => refusal.fault(),
        }
    }

    /// The server's code, where it is the server that refused.
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Refused { refusal, .. } => Some(refusal.code),
            _ => None,
        }
    }

    /// What gRPC says instead of an answer.
    pub(crate) fn of_grpc(call: &'static str, endpoint: &str, limit: Duration, status: &tonic::Status) -> Self {
        use tonic::Code as Grpc;
        let refused = |code| Self::Refused { call, refusal: Refusal { code, text: one_line(status.message()) } };
        match status.code() {
            // What a proxy answers before it accepts settings of a group that it does not know.
            Grpc::InvalidArgument if status.message().contains("group") && status.message().contains("not found") => {
                refused(Code::CONSUMER_GROUP_NOT_FOUND)
            }
            Grpc::InvalidArgument => refused(Code::BAD_REQUEST),
            Grpc::NotFound => refused(Code(40400)),
            Grpc::Unauthenticated => refused(Code::UNAUTHORIZED),
            Grpc::PermissionDenied => refused(Code::FORBIDDEN),
            Grpc::ResourceExhausted => refused(Code::TOO_MANY_REQUESTS),
            Grpc::Unimplemented => refused(Code::NOT_IMPLEMENTED),
            Grpc::DeadlineExceeded => Self::Timeout { call, endpoint: endpoint.to_owned(), limit },
            Grpc::OutOfRange => Self::Protocol { call, reason: status.message().to_owned() },
            _ => {
                let (endpoint, reason) = (endpoint.to_owned(), whole_story(status));
                if reason.contains(UNTRUSTED) { Self::Untrusted { endpoint, reason } } else { Self::Unreachable { endpoint, reason } }
            }
        }
    }
}

/// How rustls begins what it says of a certificate.
const UNTRUSTED: &str = "invalid peer certificate";

/// A gRPC status with everything below it: the outermost only says "transport error".
fn whole_story(status: &tonic::Status) -> String {
    let mut story = if status.message().is_empty() { format!("{:?}", status.code()) } else { status.message().to_owned() };
    let mut cause = std::error::Error::source(status);
    while let Some(error) = cause {
        let text = error.to_string();
        if !story.contains(&text) {
            story.push_str(": ");
            story.push_str(&text);
        }
        cause = error.source();
    }
    story
}

/// What a server calls an internal error although it is the request that is wrong, and would be wrong again.
const MISNAMED: [(&str, Code); 2] =
    [("message body size exceeded", Code::MESSAGE_BODY_TOO_LARGE), ("recall handle is invalid", Code::INVALID_RECEIPT_HANDLE)];

/// A server's words as a part of a line: some of them come with a stack of calls below.
fn one_line(text: &str) -> String {
    const LONGEST: usize = 500;
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(LONGEST).collect()
}

/// A server's answer that is no success: its code and its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The code.
    pub code: Code,
    /// The server's words; may be empty.
    pub text: String,
}

impl Refusal {
    /// Who can mend it, which says whether to try again.
    pub fn fault(&self) -> Fault {
        self.code.fault()
    }

    /// Nothing, if the status says that all is well. One that is missing is none.
    pub(crate) fn unless_ok(status: Option<wire::Status>) -> Result<(), Self> {
        let status = status.unwrap_or_else(|| wire::Status { code: Code::INTERNAL_SERVER_ERROR.0, message: "no status".to_owned() });
        let code = Code(status.code);
        if code == Code::OK {
            return Ok(());
        }
        let misnamed = MISNAMED.iter().find(|(text, _)| code == Code::INTERNAL_SERVER_ERROR && status.message.contains(text));
        Err(Self { code: misnamed.map_or(code, |(_, code)| *code), text: one_line(&status.message) })
    }

    /// The refusal of a whole call.
    pub(crate) fn of(self, call: &'static str) -> Error {
        Error::Refused { call, refusal: self }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.code)?;
        if !self.text.is_empty() {
            write!(f, ": {}", self.text)?;
        }
        self.code.advice().map_or(Ok(()), |advice| write!(f, " ({advice})"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: tonic::Code, text: &str) -> Error {
        Error::of_grpc("SendMessage", "http://a:1", Duration::from_secs(3), &tonic::Status::new(code, text))
    }

    #[test]
    fn what_grpc_says_becomes_one_of_ours() {
        assert_eq!(of(tonic::Code::Unavailable, "gone").to_string(), "the RocketMQ proxy http://a:1 cannot be reached: gone");
        assert_eq!(of(tonic::Code::Unknown, "").to_string(), "the RocketMQ proxy http://a:1 cannot be reached: Unknown");
        assert_eq!(of(tonic::Code::InvalidArgument, "group not found").code(), Some(Code::CONSUMER_GROUP_NOT_FOUND));
        assert_eq!(of(tonic::Code::Unauthenticated, "who").fault(), Fault::Setup);
        assert_eq!(of(tonic::Code::ResourceExhausted, "").fault(), Fault::Passing);
        assert!(matches!(of(tonic::Code::DeadlineExceeded, ""), Error::Timeout { call: "SendMessage", .. }));
        assert!(matches!(of(tonic::Code::OutOfRange, "too large"), Error::Protocol { .. }));
    }

    #[test]
    fn a_status_is_judged_by_its_code_and_none_is_no_success() {
        let status = |code: i32| Some(wire::Status { code, message: "words".to_owned() });
        assert_eq!(Refusal::unless_ok(status(20000)), Ok(()));
        assert_eq!(one_line(&format!("CODE: 17\n{}", "at ".repeat(1000))).chars().count(), 500);
        let refusal = Refusal::unless_ok(status(40402)).expect_err("no success");
        assert!(refusal.to_string().starts_with("TOPIC_NOT_FOUND (40402): words (create the topic"), "{refusal}");
        let misnamed = wire::Status { code: 50001, message: "message body size exceeded. RuntimeException".to_owned() };
        assert_eq!(Refusal::unless_ok(Some(misnamed)).expect_err("no success").fault(), Fault::Request);
        assert_eq!(Refusal::unless_ok(None).expect_err("no success").fault(), Fault::Passing);
    }
}
