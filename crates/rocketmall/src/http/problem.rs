//! Refusals as answers: application/problem+json (RFC 9457), and the only place that knows HTTP statuses.

use std::time::Duration;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
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

/// An error, as RFC 9457 has it 错误
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Where this kind of error is explained. 错误说明的地址
    #[serde(rename = "type")]
    #[schema(example = "/docs/errors/stock-too-low")]
    kind: String,
    /// What kind of error it is, in English or Chinese by Accept-Language.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What exactly is wrong and what to do. 具体原因与处理办法
    detail: String,
    /// The contract's number; ours start at 80000. 失败编号
    code: i32,
    /// Names this request in the logs. 日志中的请求编号
    trace_id: String,
    /// The fields to blame. 有问题的字段
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

/// A field that breaks a rule 字段错误
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
    /// The request cannot be read. 请求无法解析
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(Problem),
    /// No token, or one that is not good any more. 未登录或令牌失效
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthorized(Problem),
    /// The caller may not do this. 没有权限
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(Problem),
    /// No such thing, or another's. 不存在或属于他人
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
    /// State, stock, coupon or balance refuse. 状态、库存、优惠券或余额不允许
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(Problem),
    /// The body did not come in time. 请求体未及时到达
    #[response(status = 408, content_type = "application/problem+json")]
    TooSlow(Problem),
    /// The body is too large. 请求体过大
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(Problem),
    /// The body is not JSON. 请求体不是 JSON
    #[response(status = 415, content_type = "application/problem+json")]
    UnsupportedType(Problem),
    /// The request breaks a rule; each field is named. 违反规则，列出字段
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(Problem),
    /// Too many calls: ask again after Retry-After. 请求过于频繁
    #[response(status = 429, content_type = "application/problem+json")]
    TooMany(Problem),
    /// Something failed on our side; nothing was stored. 服务器故障，未保存任何内容
    #[response(status = 500, content_type = "application/problem+json")]
    Fault(Problem),
    /// Busy, or a dependency is away: ask again after Retry-After. 繁忙或依赖不可用，请稍后重试
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
    /// Several fields are wrong at once.
    Several {
        /// The first in order of precedence, which the answer is called after.
        first: Rejection,
        /// The others.
        others: Vec<Rejection>,
    },
    /// A refusal of this door.
    Door(Door, String),
    /// More calls than are taken: how long to wait.
    TooMany {
        /// Until one more is taken.
        wait: Duration,
        /// What is counted.
        detail: String,
    },
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
    /// The body did not come in time.
    TooSlow,
    /// More calls than are taken.
    TooMany,
    /// It took too long.
    TimedOut,
}

impl Door {
    /// All reasons.
    pub const ALL: [Self; 10] = [
        Self::Malformed,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::TooSlow,
        Self::TooLarge,
        Self::UnsupportedType,
        Self::TooMany,
        Self::TimedOut,
    ];

    /// Status, number, last part of the documentation address, titles in English and Chinese.
    pub(super) const fn describe(self) -> (StatusCode, i32, &'static str, [&'static str; 2]) {
        match self {
            Self::Malformed => (StatusCode::BAD_REQUEST, 80100, "malformed", ["The request cannot be read", "请求格式不正确"]),
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, 80101, "unauthorized", ["Log in first", "请先登录"]),
            Self::Forbidden => (StatusCode::FORBIDDEN, 80102, "forbidden", ["You may not do this", "没有权限"]),
            Self::NotFound => (StatusCode::NOT_FOUND, 80103, "not-found", ["There is nothing at this address", "地址不存在"]),
            Self::MethodNotAllowed => {
                (StatusCode::METHOD_NOT_ALLOWED, 80104, "method-not-allowed", ["Not with this method", "请求方法不支持"])
            }
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, 80105, "too-large", ["The body is too large", "请求体过大"]),
            Self::UnsupportedType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, 80106, "unsupported-type", ["Send JSON", "请发送 JSON"]),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, 80108, "too-slow", ["The body did not come in time", "请求体发送超时"]),
            Self::TooMany => (StatusCode::TOO_MANY_REQUESTS, 80109, "too-many-requests", ["Too many calls", "请求过于频繁"]),
            Self::TimedOut => (StatusCode::SERVICE_UNAVAILABLE, 80107, "timed-out", ["It took too long", "请求超时"]),
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
        if let StoreError::NotOffered(why) = error {
            return Self::Refused(Rejection::new(Reason::NotOffered, why));
        }
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
    /// The one of the two that Accept-Language likes best: by weight, then as written (RFC 9110, section 12.5.4).
    pub fn of(headers: &HeaderMap) -> Self {
        let wanted = headers.get_all(ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok()).flat_map(|list| list.split(','));
        let mut best = (0, Self::English);
        for range in wanted {
            let mut parts = range.split(';').map(str::trim);
            let tag = parts.next().unwrap_or_default().split('-').next().unwrap_or_default();
            let language = match tag.to_ascii_lowercase().as_str() {
                "zh" => Self::Chinese,
                "en" | "*" => Self::English,
                _ => continue,
            };
            let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q="))).map_or(1000, thousandths);
            if weight > best.0 {
                best = (weight, language);
            }
        }
        best.1
    }
}

/// A weight from "0" to "1.000"; anything else is none.
fn thousandths(text: &str) -> u32 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let weight = format!("{whole}{fraction:0<3}").parse().unwrap_or(0);
    if fraction.len() <= 3 && weight <= 1000 { weight } else { 0 }
}

impl Failure {
    /// The refusal for these faults, if there are any.
    pub(super) fn of_faults(faults: Vec<Rejection>) -> Option<Self> {
        let mut faults = faults.into_iter();
        let first = faults.next()?;
        let others: Vec<Rejection> = faults.collect();
        Some(if others.is_empty() { Self::Refused(first) } else { Self::Several { first, others } })
    }

    fn described(&self) -> (StatusCode, i32, &'static str, [&'static str; 2]) {
        let of = |reason: Reason, status| (status, reason.code(), reason.slug(), [reason.title(), reason.title_zh()]);
        match self {
            Self::Refused(rejection) | Self::Several { first: rejection, .. } => of(rejection.reason, status(rejection.reason)),
            Self::Absent(rejection) => of(rejection.reason, StatusCode::NOT_FOUND),
            Self::Door(door, _) => door.describe(),
            Self::TooMany { .. } => Door::TooMany.describe(),
        }
    }

    /// The answer, in the caller's language and with the request's trace id.
    fn answer(self, language: Language, trace: &TraceId) -> Response {
        let (status, code, slug, [title, title_zh]) = self.described();
        let title = if language == Language::Chinese { title_zh } else { title };
        let wait = match &self {
            Self::TooMany { wait, .. } => Some(wait.as_secs().saturating_add(1).into()),
            _ if status == StatusCode::SERVICE_UNAVAILABLE => Some(RETRY_SECONDS),
            _ => None,
        };
        let (detail, errors) = self.told();
        let kind = format!("/docs/errors/{slug}");
        let problem = Problem { kind, title: title.to_owned(), status: status.as_u16(), detail, code, trace_id: trace.to_string(), errors };
        let mut response = (status, Json(problem)).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(wait) = wait {
            response.headers_mut().insert(RETRY_AFTER, wait);
        }
        response
    }

    /// What exactly is wrong, and with which fields.
    fn told(self) -> (String, Vec<FieldError>) {
        let of_field = |rejection: &Rejection| {
            let field = rejection.field.clone()?;
            Some(FieldError { field, message: rejection.detail.clone() })
        };
        match self {
            Self::Refused(rejection) => (rejection.detail.clone(), of_field(&rejection).into_iter().collect()),
            Self::Several { first, others } => {
                let fields: Vec<FieldError> = std::iter::once(&first).chain(&others).filter_map(of_field).collect();
                let names: Vec<&str> = fields.iter().map(|error| error.field.as_str()).collect();
                (format!("{} fields are wrong: {}", fields.len(), names.join(", ")), fields)
            }
            Self::Absent(Rejection { detail, .. }) | Self::Door(_, detail) | Self::TooMany { detail, .. } => (detail, Vec::new()),
        }
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
        let mut response = self.described().0.into_response();
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
    let mut response = match failure {
        Some(failure) => {
            let mut answer = failure.answer(language, trace);
            // what layers said meanwhile: the methods that are served, security headers, whose pages may read this
            for (name, value) in response.headers().iter().filter(|(name, _)| *name != CONTENT_LENGTH) {
                answer.headers_mut().entry(name).or_insert_with(|| value.clone());
            }
            answer
        }
        None => response,
    };
    if response.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().entry(WWW_AUTHENTICATE).or_insert(HeaderValue::from_static("Bearer"));
    }
    response
}

/// For addresses that are not served.
pub(super) async fn no_such_route() -> Failure {
    Failure::Door(Door::NotFound, "see /openapi.json for what is served".to_owned())
}

/// For addresses that are served with other methods; the router adds which ones. That is all OPTIONS asks.
pub(super) async fn no_such_method(method: Method) -> Result<StatusCode, Failure> {
    if method == Method::OPTIONS {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Failure::Door(Door::MethodNotAllowed, "the Allow header names the methods of this address".to_owned()))
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
