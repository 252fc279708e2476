//! What travels between this program's processes: batches of calls and of replies, as JSON in one gRPC message each way.
//!
//! JSON, since fields may come and go while an old and a new version run side by side; unknown ones are passed over.

use rocketmall_core::command::{RefundOutcome, Request};
use rocketmall_core::payment::Payment;
use rocketmall_core::rejection::Rejection;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Decided;
use super::platform::GiveBack;
use super::reads::Question;

/// The path of the one method, on the port where a role is called.
pub(super) const PATH: &str = "/rocketmall.Role/Call";
/// The header with the secret that the processes of a fleet share.
pub(super) const SECRET: &str = "x-rocketmall-secret";
/// The largest batch, in bytes; a caller makes none that comes near it.
pub(super) const LARGEST: usize = 16 << 20;

/// One call.
#[derive(Debug, Serialize, Deserialize)]
pub enum Call {
    /// Decide and store.
    Execute(Box<Request>),
    /// Look something up.
    Ask(Question),
    /// To the pay role: ask the platform about an attempt, of which this is the order's note.
    Look(Box<Payment>),
    /// To the pay role: have the platform give money back.
    GiveBack(Box<GiveBack>),
}

/// The reply to one call.
#[derive(Debug, Serialize, Deserialize)]
pub enum Reply {
    /// To [`Call::Execute`].
    Decided(Box<Decided>),
    /// To [`Call::Ask`]: what was found.
    Found(Box<RawValue>),
    /// To [`Call::Ask`]: why nothing can be found at the moment.
    Failed(String),
    /// To [`Call::Look`]: the attempt as it stands with the pay role.
    Looked(Box<Result<Payment, Rejection>>),
    /// To [`Call::GiveBack`].
    GivenBack(RefundOutcome),
}

/// The one gRPC message.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Batch {
    /// A JSON list of calls, or of replies in the same order.
    #[prost(bytes = "bytes", tag = "1")]
    pub json: bytes::Bytes,
}

impl Batch {
    pub(super) fn of<T: Serialize>(calls: &[T]) -> Result<Self, serde_json::Error> {
        serde_json::to_vec(calls).map(|json| Self { json: json.into() })
    }

    pub(super) fn read<'b, T: Deserialize<'b>>(&'b self) -> Result<Vec<T>, serde_json::Error> {
        serde_json::from_slice(&self.json)
    }
}
