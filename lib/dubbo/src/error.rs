//! What a call can end in.

use hessian2_codec::{DecodeError, EncodeError, Throwable};
use tonic::Status;

/// Why a handler gives nothing back.
#[derive(Debug)]
pub enum Failure {
    /// An exception that the consumer catches as the class that it names, if it has that class.
    Thrown(Box<Throwable>),
    /// A status of gRPC's, for what is no matter of the interface: too much to do, not now.
    Refused(Status),
}

impl From<Throwable> for Failure {
    fn from(thrown: Throwable) -> Self {
        Self::Thrown(Box::new(thrown))
    }
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        Self::Refused(status)
    }
}

/// Why a consumer gets nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The method threw an exception: the provider was asked and has answered.
    #[error("{0}")]
    Thrown(Box<Throwable>),
    /// No answer of the method. Where the code is `Unavailable`, `DeadlineExceeded`, `Cancelled` or `Unknown`, it may have run.
    #[error("{} ({:?})", .0.message(), .0.code())]
    Status(Status),
    /// An argument cannot be written; nothing was sent.
    #[error("an argument cannot be written: {0}")]
    Argument(#[from] EncodeError),
    /// The call cannot be made of these names; nothing was sent.
    #[error(
        "no call can be made of {0:?}: use the names of a Java interface and its method, and visible ASCII for versions, groups and applications"
    )]
    Name(String),
    /// The method ran, but its answer is no hessian2.
    #[error("the answer cannot be read: {0}")]
    Answer(#[from] DecodeError),
    /// The method ran, but its answer is in another serialization.
    #[error("the answer is in {0:?}, not in hessian4: set the provider's prefer.serialization to hessian2")]
    Serialization(String),
}

impl CallError {
    /// The exception, if there is one.
    pub fn thrown(&self) -> Option<&Throwable> {
        if let Self::Thrown(thrown) = self { Some(thrown) } else { None }
    }

    /// gRPC's status, if there is one that is no success.
    pub fn status(&self) -> Option<&Status> {
        if let Self::Status(status) = self { Some(status) } else { None }
    }
}

impl From<Status> for CallError {
    fn from(status: Status) -> Self {
        Self::Status(status)
    }
}
