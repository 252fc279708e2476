//! What every answer tells browsers. A handler that sets one of these itself keeps its own: a page with styles or scripts
//! answers with its own Content-Security-Policy, such as [`PAGE_POLICY`].

use axum::http::HeaderMap;
use axum::http::Method;
use axum::http::header::{
    ACCEPT_LANGUAGE, AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY,
    RETRY_AFTER, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use std::time::Duration;
use tower_http::cors::CorsLayer;

use super::problem::TRACE_HEADER;

/// For a page that is one file: its own styles, no scripts, nothing from elsewhere.
pub const PAGE_POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");

const ALWAYS: [(HeaderName, HeaderValue); 5] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    // an answer of an API is no page: should a browser show it, nothing in it runs
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// A year, as browsers are told that this host speaks https.
const HTTPS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Adds what the answer does not say itself.
pub(super) fn complete(headers: &mut HeaderMap, https: super::Https) {
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(value);
    }
    if https == super::Https::Only {
        headers.entry(STRICT_TRANSPORT_SECURITY).or_insert(HTTPS_ONLY);
    }
}

/// Lets pages of these origins call, with tokens but without cookies, of which we have none. `None` if there are no origins.
pub(super) fn cors(origins: &[String]) -> Option<CorsLayer> {
    let origins: Vec<HeaderValue> = origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()).collect();
    if origins.is_empty() {
        return None;
    }
    let from_static = HeaderName::from_static;
    let taken = [AUTHORIZATION, CONTENT_TYPE, ACCEPT_LANGUAGE, from_static("idempotency-key"), from_static("x-user-id")];
    let layer = CorsLayer::new().allow_origin(origins).allow_methods([Method::GET, Method::POST, Method::PATCH, Method::DELETE]);
    let shown = [TRACE_HEADER, RETRY_AFTER, from_static("idempotent-replayed")];
    Some(layer.allow_headers(taken).expose_headers(shown).max_age(Duration::from_mins(10)))
}
