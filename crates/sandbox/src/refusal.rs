//! Everything the platform refuses, with its HTTP status and its code on the wire.

use axum::http::StatusCode;
use rocketmall_store::StoreError;
use serde::Serialize;

use crate::cents;
use crate::payment::State;

#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("the request carries no signature of the merchant that holds and is fresh")]
    BadSignature,
    #[error("the request is malformed: {0}")]
    Malformed(String),
    #[error("send application/json or a form")]
    UnsupportedType,
    #[error("{0}")]
    Invalid(String),
    #[error("no such payment or refund")]
    NotFound,
    #[error("this payment exists with another amount or currency")]
    AmountDiffers,
    #[error("the payment is paid")]
    AlreadyPaid,
    #[error("the payment is {} and takes no more", .0.word())]
    Over(State),
    #[error("the payment is {}, not paid: there is nothing to give back", .0.word())]
    NotPaid(State),
    #[error("only {} of this payment is left to give back", cents::write(*.0))]
    RefundExceeds(i64),
    #[error("this refund exists with another payment or amount")]
    RefundDiffers,
    #[error("the platform cannot answer now")]
    Store(#[from] StoreError),
}

/// A refusal as JSON.
#[derive(Debug, Serialize)]
pub(crate) struct Problem {
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
}

impl Refusal {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::BadSignature => StatusCode::UNAUTHORIZED,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::UnsupportedType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::AmountDiffers | Self::AlreadyPaid | Self::Over(_) | Self::NotPaid(_) | Self::RefundExceeds(_) | Self::RefundDiffers => {
                StatusCode::CONFLICT
            }
        }
    }

    pub(crate) fn problem(&self) -> Problem {
        let (code, state) = match self {
            Self::BadSignature => ("bad_signature", None),
            Self::Malformed(_) => ("malformed", None),
            Self::UnsupportedType => ("unsupported_type", None),
            Self::Invalid(_) => ("invalid", None),
            Self::NotFound => ("not_found", None),
            Self::AmountDiffers => ("amount_differs", None),
            Self::AlreadyPaid => ("already_paid", Some(State::Paid)),
            Self::Over(state) => ("over", Some(*state)),
            Self::NotPaid(state) => ("not_paid", Some(*state)),
            Self::RefundExceeds(_) => ("refund_exceeds", None),
            Self::RefundDiffers => ("refund_differs", None),
            Self::Store(error) => {
                tracing::warn!(%error, "the sandbox platform's database failed");
                ("unavailable", None)
            }
        };
        Problem { code, message: self.to_string(), state: state.map(State::word) }
    }
}
