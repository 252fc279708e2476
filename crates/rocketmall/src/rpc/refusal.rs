//! Why a call gives nothing, in the words of each way in: an exception for Java, a status for a stub.

use dubbo_triple::{Failure, Throwable, java};
use rocketmall_core::rejection::{Kind, Reason, Rejection};
use rocketmall_store::StoreError;
use tonic::Status;

use super::constant;
use super::messages::ResultVo;

pub(super) const EXCEPTION: &str = "com.zzp.shop.common.exception.CustomerException";
pub(super) const CONSTANT: &str = "com.zzp.shop.common.constant.ShopConstant";
/// The field of the exception that holds the constant.
pub(super) const CODE: &str = "shopCode";

/// Why a call gives nothing.
pub(super) enum Refusal {
    /// The shop refuses.
    Of(Rejection),
    /// No matter of the shop's: not now, or not to whom calls here.
    Status(Status),
}

impl From<Rejection> for Refusal {
    fn from(rejection: Rejection) -> Self {
        Self::Of(rejection)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Status(Status::unavailable(error.to_string()))
    }
}

/// Java catches its own exception.
impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let rejection = match refusal {
            Refusal::Of(rejection) => rejection,
            Refusal::Status(status) => return Self::Refused(status),
        };
        tracing::info!(%rejection, "refused");
        let constant = constant::of(rejection.reason);
        Throwable::new(EXCEPTION, message(&rejection)).with(CODE, java::enumeration(CONSTANT, constant.name)).into()
    }
}

/// A stub's caller reads the constant's name.
impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        let rejection = match refusal {
            Refusal::Of(rejection) => rejection,
            Refusal::Status(status) => return status,
        };
        tracing::info!(%rejection, "refused");
        let text = format!("{}: {}", constant::of(rejection.reason).name, message(&rejection));
        match rejection.reason.kind() {
            Kind::Invalid => Self::invalid_argument(text),
            Kind::NotFound => Self::not_found(text),
            Kind::Conflict => Self::failed_precondition(text),
            Kind::Fault => Self::internal(text),
            Kind::Unavailable => Self::unavailable(text),
        }
    }
}

fn message(rejection: &Rejection) -> String {
    format!("{}: {}", rejection.reason.title_zh(), rejection.detail)
}

/// A field that cannot be taken.
pub(super) fn bad(field: &str, why: impl Into<String>) -> Rejection {
    Rejection::of_field(Reason::BadParameter, field, format!("{field}: {}", why.into()))
}

/// Is it our fault, or the moment's, and none of the caller's?
pub(super) fn is_ours(rejection: &Rejection) -> bool {
    matches!(rejection.reason.kind(), Kind::Fault | Kind::Unavailable)
}

/// The answer of methods that tell of a failure in their result: only what the caller did wrong is thrown.
pub(super) fn told(done: Result<(), Rejection>) -> Result<ResultVo, Refusal> {
    match done {
        Ok(()) => Ok(ResultVo { code: 0, msg: "正确".to_owned(), data: true }),
        Err(rejection) if is_ours(&rejection) => {
            tracing::warn!(%rejection, "failed");
            Ok(ResultVo { code: 1, msg: "错误".to_owned(), data: false })
        }
        Err(rejection) => Err(rejection.into()),
    }
}

/// The answer of methods that take something: what is our fault has a number of the method's own.
pub(super) fn taken<T>(decided: Result<T, Rejection>, failed: Reason) -> Result<bool, Refusal> {
    match decided {
        Ok(_) => Ok(true),
        Err(rejection) if is_ours(&rejection) => {
            tracing::warn!(%rejection, "failed");
            Err(Rejection { reason: failed, ..rejection }.into())
        }
        Err(rejection) => Err(rejection.into()),
    }
}
