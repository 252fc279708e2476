//! Refusals as answers: application/problem+json (RFC 9457), and the only place that knows HTTP statuses.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use rocketmall_core::rejection::{Kind, Reason, Rejection};
use rocketmall_store::StoreError;
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use super::guard::TraceId;

/// Seconds after which a busy shop may be asked again.
const RETRY_SECONDS: HeaderValue = HeaderValue::from_static("1");

/// The header that repeats the trace id.
pub(super) const TRACE_HEADER: HeaderName = HeaderName::from_static("x-trace-id");

/// An error, as RFC 9457 has it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Where this kind of error is explained.
    #[serde(rename = "type")]
    #[schema(example = "/docs/errors/stock-too-low")]
    kind: String,
    /// What kind of error it is, in English or Chinese by Accept-Language.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What exactly is wrong and what to do.
    detail: String,
    /// The contract's number; ours start at 80000.
    code: i32,
    /// Names this request in the logs.
    trace_id: String,
    /// The fields to blame.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

/// A field that breaks a rule.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FieldError {
    /// The field's path in the body.
    #[schema(example = "lines[0].number")]
    field: String,
    /// What is wrong with it.
    message: String,
}

/// The errors that any call may answer.
#[derive(IntoResponses)]
pub enum Problems {
    /// The request cannot be read.
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(Problem),
    /// No token, or one that is not good any more.
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthorized(Problem),
    /// The caller may not do this.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(Problem),
    /// No such thing, or another's.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
    /// State, stock, coupon or balance refuse.
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(Problem),
    /// The body is too large.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(Problem),
    /// The body is not JSON.
    #[response(status = 415, content_type = "application/problem+json")]
    UnsupportedType(Problem),
    /// The request breaks a rule; each field is named.
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(Problem),
    /// Something failed on our side; nothing was stored.
    #[response(status = 500, content_type = "application/problem+json")]
    Fault(Problem),
    /// Busy, or a dependency is away: ask again after Retry-After.
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(Problem),
}

/// A failed call, before it is known in which language and under which trace it is answered.
#[derive(Debug)]
pub enum Failure {
    /// A refusal of the shop's rules.
    Refused(Rejection),
    /// What the address names is not there, whatever the same refusal means about a body.
    Absent(Rejection),
    /// A refusal of this door.
    Door(Door, String),
}

/// Why this door refuses, apart from the shop's rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// The request cannot be read.
    Malformed,
    /// Who calls is not known.
    Unauthorized,
    /// Who calls may not.
    Forbidden,
    /// No such address.
    NotFound,
    /// Not with this method.
    MethodNotAllowed,
    /// Longer than is taken.
    TooLarge,
    /// Not JSON.
    UnsupportedType,
    /// It took too long.
    TimedOut,
}

impl Door {
    /// Status, number, last part of the documentation address, titles.
    const fn describe(self) -> (StatusCode, i32, &'static str, &'static str, &'static str) {
        match self {
            Self::Malformed => (StatusCode::BAD_REQUEST, 80100, "malformed", "The request cannot be read", "请求格式不正确"),
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, 80101, "unauthorized", "Log in first", "请先登录"),
            Self::Forbidden => (StatusCode::FORBIDDEN, 80102, "forbidden", "You may not do this", "没有权限"),
            Self::NotFound => (StatusCode::NOT_FOUND, 80103, "not-found", "There is nothing at this address", "地址不存在"),
            Self::MethodNotAllowed => {
                (StatusCode::METHOD_NOT_ALLOWED, 80104, "method-not-allowed", "Not with this method", "请求方法不支持")
            }
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, 80105, "too-large", "The body is too large", "请求体过大"),
            Self::UnsupportedType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, 80106, "unsupported-type", "Send JSON", "请发送 JSON"),
            Self::TimedOut => (StatusCode::SERVICE_UNAVAILABLE, 80107, "timed-out", "It took too long", "请求超时"),
        }
    }
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        Self::Refused(rejection)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        tracing::warn!(%error, "a read failed");
        let reason = match error {
            StoreError::Corrupt(_) | StoreError::Refused { .. } => Reason::Internal,
            _ => Reason::Busy,
        };
        Self::Refused(Rejection::new(reason, "the database could not be read; try again"))
    }
}

/// The status of a refusal.
pub(super) fn status(reason: Reason) -> StatusCode {
    match reason.kind() {
        Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Fault => StatusCode::INTERNAL_SERVER_ERROR,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// The languages that titles are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English, the default.
    English,
    /// Chinese.
    Chinese,
}

impl Language {
    /// The first of the two that Accept-Language names.
    pub fn of(headers: &HeaderMap) -> Self {
        let wanted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or("");
        let known = |tag: &str| match tag.trim().get(..2).map(str::to_ascii_lowercase).as_deref() {
            Some("zh") => Some(Self::Chinese),
            Some("en") => Some(Self::English),
            _ => None,
        };
        wanted.split(',').find_map(known).unwrap_or(Self::English)
    }
}

impl Failure {
    /// The answer, in the caller's language and with the request's trace id.
    fn answer(self, language: Language, trace: &TraceId) -> Response {
        let of = |reason: Reason, status| (status, reason.code(), reason.slug(), [reason.title(), reason.title_zh()]);
        let (status, code, slug, [title, title_zh]) = match &self {
            Self::Refused(rejection) => of(rejection.reason, status(rejection.reason)),
            Self::Absent(rejection) => of(rejection.reason, StatusCode::NOT_FOUND),
            Self::Door(door, _) => {
                let (status, code, slug, title, title_zh) = door.describe();
                (status, code, slug, [title, title_zh])
            }
        };
        let title = if language == Language::Chinese { title_zh } else { title };
        let (detail, errors) = match self {
            Self::Refused(Rejection { detail, field: Some(field), .. }) => (detail.clone(), vec![FieldError { field, message: detail }]),
            Self::Refused(Rejection { detail, .. }) | Self::Absent(Rejection { detail, .. }) | Self::Door(_, detail) => {
                (detail, Vec::new())
            }
        };
        let kind = format!("/docs/errors/{slug}");
        let problem = Problem { kind, title: title.to_owned(), status: status.as_u16(), detail, code, trace_id: trace.to_string(), errors };
        let mut response = (status, Json(problem)).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        ask_again(&mut response);
        response
    }
}

/// An answer that says "not now" says when.
pub(super) fn ask_again(response: &mut Response) {
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, RETRY_SECONDS);
    }
}

/// Failures travel to the outermost layer inside the response and are written there, where language and trace are known.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(Carried(std::sync::Arc::new(std::sync::Mutex::new(Some(self)))));
        response
    }
}

#[derive(Clone)]
struct Carried(std::sync::Arc<std::sync::Mutex<Option<Failure>>>);

/// Writes the failure that a response carries, if it carries one.
pub(super) fn written(mut response: Response, language: Language, trace: &TraceId) -> Response {
    let carried = response.extensions_mut().remove::<Carried>();
    let failure = carried.and_then(|carried| carried.0.lock().ok().and_then(|mut failure| failure.take()));
    match failure {
        Some(failure) => failure.answer(language, trace),
        None => response,
    }
}

/// For addresses that are not served.
pub(super) async fn no_such_route() -> Failure {
    Failure::Door(Door::NotFound, "see /openapi.json for what is served".to_owned())
}

/// For addresses that are served with other methods.
pub(super) async fn no_such_method() -> Failure {
    Failure::Door(Door::MethodNotAllowed, "see /openapi.json for the methods of this address".to_owned())
}

/// A path's id: one that is no number names nothing.
pub struct PathId<T>(pub T);

impl<S, T> FromRequestParts<S> for PathId<T>
where
    S: Send + Sync,
    T: std::str::FromStr + Send,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let path = axum::extract::Path::<String>::from_request_parts(parts, state).await;
        let id = path.ok().and_then(|path| path.0.parse().ok());
        id.map(Self).ok_or_else(|| Failure::Door(Door::NotFound, "ids are positive whole numbers".to_owned()))
    }
}
