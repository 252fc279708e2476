//! Carries bodies to the collector. It may be away for as long as it likes: the shop is told now and then, nothing waits.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{HeaderName, HeaderValue};
use hyper_rustls::HttpsConnectorBuilder;
use opentelemetry_http::hyper::HyperClient;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response, ResponseExt as _};
use tokio::runtime::Handle;

/// The longest time of one call.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);
/// A collector that is away is mentioned this often.
const MENTION_EVERY: Duration = Duration::from_mins(1);

/// The HTTP client of everything that is sent. Clones share connections.
#[derive(Clone)]
pub(super) struct Courier(Arc<Inner>);

struct Inner {
    client: Arc<dyn HttpClient>,
    base: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// The span exporter works on a thread of its own, but sockets belong to this runtime.
    runtime: Handle,
    trouble: Mutex<Trouble>,
}

#[derive(Default)]
struct Trouble {
    failed: u64,
    mentioned: Option<Instant>,
}

/// A header that HTTP allows.
pub(super) fn header(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    let mut value = HeaderValue::from_str(value).ok()?;
    value.set_sensitive(true);
    Some((HeaderName::from_bytes(name.as_bytes()).ok()?, value))
}

impl Courier {
    pub(super) fn new(base: &str, headers: &HashMap<String, String>) -> Result<Self, String> {
        let client: Arc<dyn HttpClient> = if base.starts_with("https://") {
            let roots = HttpsConnectorBuilder::new().with_native_roots();
            let roots =
                roots.map_err(|error| format!("telemetry.endpoint is https, but this system has no certificates to trust: {error}"))?;
            Arc::new(HyperClient::new(roots.https_only().enable_http1().build(), PATIENCE, None))
        } else {
            Arc::new(HyperClient::with_default_connector(PATIENCE, None))
        };
        let headers = headers.iter().filter_map(|(name, value)| header(name, value)).collect();
        let (base, runtime, trouble) = (base.to_owned(), Handle::current(), Mutex::default());
        Ok(Self(Arc::new(Inner { client, base, headers, runtime, trouble })))
    }

    /// Sends one protobuf message to this path of the collector.
    pub(super) async fn post(&self, path: &str, body: Vec<u8>) -> Result<(), HttpError> {
        let request = Request::post(format!("{}{path}", self.0.base)).header("content-type", "application/x-protobuf");
        self.send_bytes(request.body(body.into())?).await?.error_for_status().map(drop)
    }

    fn took(&self, outcome: Result<(), &dyn fmt::Display>) {
        let mut trouble = self.0.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            Ok(()) => {
                if trouble.mentioned.take().is_some() {
                    tracing::info!(failed = trouble.failed, "the telemetry collector takes what it is sent again");
                }
                trouble.failed = 0;
            }
            Err(error) => {
                trouble.failed += 1;
                if trouble.mentioned.is_none_or(|at| at.elapsed() >= MENTION_EVERY) {
                    trouble.mentioned = Some(Instant::now());
                    let (failed, collector) = (trouble.failed, &self.0.base);
                    tracing::warn!(%error, failed, collector, "the telemetry collector does not take what it is sent; the shop goes on");
                }
            }
        }
    }
}

/// An error with what caused it: "client error (Connect)" alone helps nobody.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

impl fmt::Debug for Courier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Courier").field("base", &self.0.base).finish_non_exhaustive()
    }
}

impl HttpClient for Courier {
    fn send_bytes<'c, 'f>(
        &'c self,
        mut request: Request<Bytes>,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'f>>
    where
        'c: 'f,
        Self: 'f,
    {
        for (name, value) in &self.0.headers {
            request.headers_mut().insert(name.clone(), value.clone());
        }
        let client = Arc::clone(&self.0.client);
        let sent = self.0.runtime.spawn(async move { client.send_bytes(request).await });
        Box::pin(async move {
            let answer = sent.await.map_err(HttpError::from).and_then(|answer| answer);
            match &answer {
                Ok(response) if response.status().is_success() => self.took(Ok(())),
                Ok(response) => self.took(Err(&format!("HTTP {}", response.status()))),
                Err(error) => self.took(Err(&causes(error.as_ref()))),
            }
            answer
        })
    }
}
