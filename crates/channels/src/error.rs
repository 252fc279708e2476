//! What a call to a platform can end in, sorted by what the caller should do.

/// A call that gave no answer to work with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChannelError {
    /// The request never left: nothing happened, try again.
    #[error("the payment platform is not reachable, nothing was sent: {0}")]
    NotSent(String),
    /// The platform understood and refused: repeating it changes nothing.
    #[error("the payment platform refused: {message} ({code})")]
    Rejected {
        /// The platform's code for the refusal.
        code: String,
        /// Its words.
        message: String,
    },
    /// Too many calls: nothing happened, try again later.
    #[error("the payment platform asks for fewer calls")]
    Throttled,
    /// The request may have been carried out: ask the platform.
    #[error("the payment platform's answer is not known: {0}")]
    Unknown(String),
    /// Something answered that does not have the platform's key. The request may have been carried out.
    #[error("the answer does not carry the payment platform's signature; compare the channel's secret and address")]
    BadSignature,
}
