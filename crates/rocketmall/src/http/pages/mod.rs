//! Debug pages, offline: `/docs` (Swagger UI, in the binary) and `/doc.html` (Knife4j, from its jar).
//!
//! They and the metrics are an administrator's, unless the server is for development or the request came through the door of
//! `debug_listen`. A browser cannot send a token to open a page, so a person who is no program takes one of these two ways.

pub(super) mod archive;
mod knife4j;
mod swagger;

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::Response;
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;

use super::Shop;
use super::problem::{Door, Failure};

const ICON: &str = include_str!("icon.svg");

pub(super) fn routes() -> OpenApiRouter<Shop> {
    swagger::routes().merge(knife4j::routes()).route("/favicon.ico", get(icon))
}

/// The little picture that browsers ask for beside every page, the payment page included: for everybody.
async fn icon() -> Response {
    file("image/svg+xml", Keep::Hour, "default-src 'none'", ICON)
}

/// Who may see the debug pages and the metrics at this door, besides administrators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Onlookers {
    /// Nobody.
    Nobody,
    /// Everybody who reaches it.
    Everybody,
}

/// How long a browser may keep a file.
#[derive(Clone, Copy)]
enum Keep {
    /// Its name changes with its content.
    Forever,
    /// It changes with the program.
    Hour,
    /// It is asked for every time.
    Never,
}

impl Keep {
    const fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Forever => "private, max-age=31536000, immutable",
            Self::Hour => "private, max-age=3600",
            Self::Never => "no-cache",
        })
    }
}

/// A file of a page, which may load nothing but what this server has.
fn file(content_type: &str, keep: Keep, policy: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    let content_type = HeaderValue::from_str(content_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, content_type);
    headers.insert(CACHE_CONTROL, keep.header());
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}

fn absent() -> Failure {
    Failure::Door(Door::NotFound, "the page has no such file".to_owned())
}
