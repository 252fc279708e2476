//! What this process tells an OpenTelemetry collector, if one is configured: spans of requests, messages and calls, and its
//! metrics. Without one nothing of it exists: no span is made, no task runs.
//!
//! [`span`] is one recorded step; `courier` carries what is to be sent, and bears that nobody takes it; [`metrics`] sends
//! the registry that Prometheus scrapes, which `openmetrics` reads.

mod courier;
pub mod metrics;
mod openmetrics;
pub mod span;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracer, SdkTracerProvider};

use crate::config::TelemetryConfig;
use courier::Courier;

/// Spans that wait to be sent at most; more are dropped, so that a collector that is away costs no more memory than this.
const WAITING: usize = 4096;
/// Spans sent at once.
const PORTION: usize = 512;
/// Spans wait this long for company.
const GATHER: Duration = Duration::from_secs(1);

/// The way to the collector, or none. Cheap to clone.
#[derive(Clone, Default)]
pub struct Telemetry(Option<Arc<Exports>>);

struct Exports {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
    courier: Courier,
    /// The same for metrics as for spans.
    resource: Vec<(&'static str, String)>,
    every: Duration,
}

impl Telemetry {
    /// Nothing is told to anybody.
    pub fn off() -> Self {
        Self::default()
    }

    /// As configured. Needs tokio's runtime, on which the calls to the collector run.
    pub fn start(config: &TelemetryConfig) -> Result<Self, String> {
        if config.endpoint.is_empty() {
            return Ok(Self::off());
        }
        let base = config.endpoint.trim_end_matches('/');
        let courier = Courier::new(base, &headers(config.headers.expose())?)?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("{base}/v1/traces"))
            .with_timeout(courier::PATIENCE)
            .with_http_client(courier.clone())
            .build()
            .map_err(|error| format!("telemetry.endpoint cannot be used: {error}"))?;
        let batches = BatchConfigBuilder::default()
            .with_max_queue_size(WAITING)
            .with_max_export_batch_size(PORTION)
            .with_scheduled_delay(GATHER)
            .build();
        let resource = vec![
            ("service.name", config.service_name.clone()),
            ("service.version", env!("CARGO_PKG_VERSION").to_owned()),
            ("service.instance.id", hex::encode(crate::ids::random::<8>())),
        ];
        let attributes = resource.iter().map(|(key, value)| KeyValue::new(*key, value.clone()));
        let provider = SdkTracerProvider::builder()
            .with_span_processor(BatchSpanProcessor::builder(exporter).with_batch_config(batches).build())
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(config.sampling_ratio.0))))
            .with_resource(Resource::builder_empty().with_attributes(attributes).build())
            .build();
        let tracer = provider.tracer("rocketmall");
        Ok(Self(Some(Arc::new(Exports { provider, tracer, courier, resource, every: config.metrics_interval }))))
    }

    /// Is there a collector to tell?
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Sends the spans that still wait; gives up after `limit`. Those that end afterwards are lost.
    pub async fn finish(&self, limit: Duration) {
        let Some(exports) = self.0.clone() else { return };
        let flushed = tokio::task::spawn_blocking(move || exports.provider.shutdown_with_timeout(limit));
        if !matches!(tokio::time::timeout(limit, flushed).await, Ok(Ok(Ok(())))) {
            tracing::warn!("the collector did not take the last spans in time");
        }
    }
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_on() { "Telemetry(on)" } else { "Telemetry(off)" })
    }
}

/// `name=value,name=value`, as OpenTelemetry's own environment variable has them.
pub(crate) fn headers(text: &str) -> Result<HashMap<String, String>, String> {
    let pair = |part: &str| {
        let (name, value) = part.split_once('=')?;
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
        let valid = courier::header(&name, value).is_some();
        valid.then(|| (name, value.to_owned()))
    };
    // not the text itself: it holds a secret
    let wrong = || "must be written as \"name=value,name=value\", with names and values that HTTP allows".to_owned();
    text.split(',').filter(|part| !part.trim().is_empty()).map(|part| pair(part).ok_or_else(wrong)).collect()
}
