//! A page for each kind of error, in English and Chinese, which the `type` of a problem points to; and one that lists them.
//!
//! Number, title and status are those that answers carry; `reasons` and `doors` hold what each means and what to do. Their
//! matches have no arm for "any other", so an error without its explanation does not compile.

mod doors;
mod page;
mod reasons;

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, HeaderValue, VARY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse as _, Response};
use rocketmall_core::rejection::Reason;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Shop;
use super::headers::PAGE_POLICY;
use super::problem::{self, Door, Failure, Language, Problems};

pub(super) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(index)).routes(routes!(explain))
}

/// A text in English and in Chinese.
type Bilingual = [&'static str; 2];

/// What an error means and what to do about it.
struct Explanation {
    means: Bilingual,
    remedy: Bilingual,
}

const fn explained(means: Bilingual, remedy: Bilingual) -> Explanation {
    Explanation { means, remedy }
}

/// A kind of error, as its page shows it.
struct Entry {
    slug: &'static str,
    code: i32,
    status: StatusCode,
    title: Bilingual,
    explanation: Explanation,
}

/// Every kind, those of the door first.
fn entries() -> impl Iterator<Item = Entry> {
    let doors = Door::ALL.iter().map(|door| {
        let (status, code, slug, title) = door.describe();
        Entry { slug, code, status, title, explanation: doors::explain(*door) }
    });
    let reasons = Reason::ALL.iter().map(|reason| Entry {
        slug: reason.slug(),
        code: reason.code(),
        status: problem::status(*reason),
        title: [reason.title(), reason.title_zh()],
        explanation: reasons::explain(*reason),
    });
    doors.chain(reasons)
}

/// Every kind of error. 错误一览
#[utoipa::path(get, path = "/docs/errors", tag = "operations",
    responses((status = 200, description = "A page in English or Chinese by Accept-Language", body = String, content_type = "text/html")))]
async fn index(headers: HeaderMap) -> Response {
    let language = Language::of(&headers);
    served(page::index(entries(), language), language)
}

/// What an error means and what to do; the `type` of a problem is this address. 错误说明
#[utoipa::path(get, path = "/docs/errors/{slug}", tag = "operations",
    params(("slug" = String, Path, description = "The last part of the problem's type", example = "stock-too-low")),
    responses((status = 200, description = "A page in English or Chinese by Accept-Language", body = String, content_type = "text/html"), Problems))]
async fn explain(slug: Result<Path<String>, PathRejection>, headers: HeaderMap) -> Result<Response, Failure> {
    let unknown = || Failure::Door(Door::NotFound, "there is no such kind of error; /docs/errors lists them".to_owned());
    let Path(slug) = slug.map_err(|_| unknown())?;
    let entry = entries().find(|entry| entry.slug == slug).ok_or_else(unknown)?;
    let language = Language::of(&headers);
    Ok(served(page::entry(&entry, language), language))
}

/// The pages hold nothing private and change with the version only.
fn served(page: String, language: Language) -> Response {
    let language = HeaderValue::from_static(if language == Language::Chinese { "zh-CN" } else { "en" });
    let headers = [
        (CONTENT_SECURITY_POLICY, PAGE_POLICY),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
        (CONTENT_LANGUAGE, language),
        (VARY, HeaderValue::from_static("Accept-Language")),
    ];
    (headers, Html(page)).into_response()
}
