//! What every request passes: its trace id and log line, and in development the check that it is local.

use std::net::IpAddr;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{HOST, HeaderName, HeaderValue, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use rocketmall_core::trace::Trace;
pub use rocketmall_core::trace::TraceId;

use super::problem::{Door, Failure, Language, TRACE_HEADER, written};
use super::{Shop, headers};
use crate::trace;

/// The trace of the caller, if its W3C traceparent names one. Two would leave open which of them counts.
fn caller_trace(headers: &HeaderMap) -> Option<Trace> {
    let mut sent = headers.get_all(HeaderName::from_static("traceparent")).iter();
    let (first, second) = (sent.next()?, sent.next());
    first.to_str().ok().filter(|_| second.is_none()).and_then(Trace::from_traceparent)
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

/// Outermost: gives the trace id, lets in, writes failures, completes the headers, counts, logs one line.
pub(super) async fn pass(State(shop): State<Shop>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let language = Language::of(request.headers());
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let route = request.extensions().get::<MatchedPath>().map_or_else(|| "-".to_owned(), |matched| matched.as_str().to_owned());
    let mut span = shop.process().telemetry.server(method.as_str(), &route, &path, caller_trace(request.headers()));
    let trace = span.trace().unwrap_or_else(trace::begin);
    request.extensions_mut().insert(trace.id);
    let answered = trace::within(Some(trace), admitted(&shop, request, next)).await;
    let mut response = written(answered, language, &trace.id);
    headers::complete(response.headers_mut(), shop.manners.https);
    if let Ok(value) = HeaderValue::from_str(&trace.id.to_string()) {
        response.headers_mut().insert(TRACE_HEADER, value);
    }
    let (status, took) = (response.status().as_u16(), began.elapsed());
    let about = response.extensions().get::<About>().map_or("", |about| about.0.as_str());
    shop.process().metrics.request(method.as_str(), &route, status, took);
    span.set("http.response.status_code", i64::from(status));
    if status >= 500 {
        span.failed(status.to_string());
    }
    let micros = took.as_micros();
    tracing::info!(%method, path, status, micros, trace_id = %trace.id, about, "request");
    response
}

/// Without tokens only local programs may call: no other site's page (Origin), no rebound name (Host).
async fn admitted(shop: &Shop, request: Request, next: Next) -> Response {
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
