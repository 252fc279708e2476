//! What every request passes: its trace id and log line, its time limit, and in development the check that it is local.

use std::fmt;
use std::net::IpAddr;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{HOST, HeaderName, HeaderValue, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Shop;
use super::problem::{Door, Failure, Language, TRACE_HEADER, written};

/// Names a request in logs and answers: 32 hex digits, taken over from a W3C traceparent where one is sent.
#[derive(Clone, Debug)]
pub struct TraceId(String);

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TraceId {
    fn of(headers: &HeaderMap) -> Self {
        let sent = headers.get(HeaderName::from_static("traceparent")).and_then(|value| value.to_str().ok());
        let sent = sent.and_then(|text| text.split('-').nth(1)).filter(|id| id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()));
        Self(sent.map_or_else(|| hex::encode(crate::ids::random::<16>()), str::to_owned))
    }
}

/// What a request was about, for its log line.
#[derive(Clone, Debug)]
pub struct About(pub String);

impl About {
    /// The response, about this.
    pub(super) fn mark(self, mut response: Response) -> Response {
        response.extensions_mut().insert(self);
        response
    }
}

/// Outermost: gives the trace id, writes failures, counts, logs one line.
pub(super) async fn trace(State(shop): State<Shop>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let trace = TraceId::of(request.headers());
    let language = Language::of(request.headers());
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let route = request.extensions().get::<MatchedPath>().map_or_else(|| "-".to_owned(), |matched| matched.as_str().to_owned());
    request.extensions_mut().insert(trace.clone());
    let mut response = written(next.run(request).await, language, &trace);
    if let Ok(value) = HeaderValue::from_str(&trace.0) {
        response.headers_mut().insert(TRACE_HEADER, value);
    }
    let (status, took) = (response.status().as_u16(), began.elapsed());
    let about = response.extensions().get::<About>().map_or("", |about| about.0.as_str());
    shop.runtime.metrics.request(method.as_str(), &route, status, took);
    let micros = took.as_micros();
    tracing::info!(%method, path, status, micros, trace_id = trace.0, about, "request");
    response
}

/// A request that takes too long is given up; what was already queued is decided all the same.
pub(super) async fn watch_time(State(shop): State<Shop>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(shop.manners.longest_time, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Failure::Door(Door::TimedOut, "ask again with the same idempotency key".to_owned()).into_response(),
    }
}

/// Without tokens only local programs may call: no other site's page (Origin), no rebound name (Host).
pub(super) async fn only_loopback_in_development(State(shop): State<Shop>, request: Request, next: Next) -> Response {
    let refusal = if shop.manners.dev { foreign(&request) } else { None };
    match refusal {
        Some(detail) => Failure::Door(Door::Forbidden, detail.to_owned()).into_response(),
        None => next.run(request).await,
    }
}

fn foreign(request: &Request) -> Option<&'static str> {
    let text = |name: HeaderName| request.headers().get(name).map(|value| value.to_str().unwrap_or("?"));
    let host = text(HOST).or_else(|| request.uri().authority().map(Authority::as_str));
    if !host.is_some_and(is_loopback) {
        return Some("with --dev the Host header must be a loopback address");
    }
    let local = |origin: &str| origin.parse::<Uri>().is_ok_and(|uri| uri.authority().is_some_and(|a| is_loopback(a.as_str())));
    if text(ORIGIN).is_some_and(|origin| !local(origin)) {
        return Some("with --dev pages of other sites may not call");
    }
    None
}

fn is_loopback(authority: &str) -> bool {
    let Ok(authority) = authority.parse::<Authority>() else { return false };
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
