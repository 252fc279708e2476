//! The metrics that Prometheus scrapes, sent to the collector under the same names: one registry, counted once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum,
    number_data_point,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message as _;
use rocketmall_store::Database;

use super::Exports;
use super::openmetrics::{self, Family, Kind, Sample};
use crate::clock::Clock;
use crate::fleet::Fleet;
use crate::metrics::Metrics;
use crate::shutdown::Shutdown;

/// Sends the metrics again and again. Each time they are all sent, as they stand, so one that got lost is made up for.
#[derive(Clone)]
pub struct MetricsPush {
    exports: Arc<Exports>,
    metrics: Arc<Metrics>,
    database: Option<Database>,
    clock: Clock,
    began: u64,
}

impl MetricsPush {
    /// If there is a collector.
    pub fn new(fleet: &Fleet) -> Option<Self> {
        let process = fleet.process();
        let exports = process.telemetry.0.clone()?;
        let (metrics, clock, database) =
            (Arc::clone(&process.metrics), Arc::clone(&process.clock), fleet.own().map(|own| own.database.clone()));
        Some(Self { exports, metrics, database, clock, began: nanoseconds() })
    }

    /// Sends until told to stop. Once more is the caller's to do, when the last command is counted.
    pub async fn run(self, mut shutdown: Shutdown) {
        while !shutdown.is_told() {
            self.send().await;
            tokio::select! {
                () = tokio::time::sleep(self.exports.every) => {}
                () = shutdown.told() => {}
            }
        }
    }

    /// Sends them as they stand. A failure is the courier's to mention.
    pub async fn send(&self) {
        let messages = match &self.database {
            Some(database) => database.message_gauges().await.ok(),
            None => None,
        };
        let text = messages.map_or_else(|| self.metrics.encoded(), |messages| self.metrics.text(&messages, (self.clock)()));
        let (families, strange) = openmetrics::read(&text);
        if let Some(line) = strange {
            tracing::error!(line, "a metric cannot be read and is not sent");
        }
        let span = Moments { began: self.began, now: nanoseconds() };
        let request = request(&self.exports.resource, families, span);
        let _ = self.exports.courier.post("/v1/metrics", request.encode_to_vec()).await;
    }

    /// Sends them a last time, for as long as `limit` allows.
    pub async fn finish(&self, limit: Duration) {
        let _ = tokio::time::timeout(limit, self.send()).await;
    }
}

#[derive(Clone, Copy)]
struct Moments {
    began: u64,
    now: u64,
}

/// The collector compares with its own clock, so this is the machine's, not the shop's.
fn nanoseconds() -> u64 {
    let since_epoch = opentelemetry::time::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since_epoch.as_nanos()).unwrap_or(u64::MAX)
}

fn request(resource: &[(&'static str, String)], families: Vec<Family>, moments: Moments) -> ExportMetricsServiceRequest {
    let attributes = resource.iter().map(|(key, value)| attribute(key, value)).collect();
    let scope = InstrumentationScope { name: "rocketmall".to_owned(), ..InstrumentationScope::default() };
    let metrics = families.into_iter().map(|family| metric(family, moments)).collect();
    ExportMetricsServiceRequest {
        resource_metrics: vec![ResourceMetrics {
            resource: Some(Resource { attributes, ..Resource::default() }),
            scope_metrics: vec![ScopeMetrics { scope: Some(scope), metrics, schema_url: String::new() }],
            schema_url: String::new(),
        }],
    }
}

fn attribute(key: &str, value: &str) -> KeyValue {
    let value = AnyValue { value: Some(Any::StringValue(value.to_owned())) };
    KeyValue { key: key.to_owned(), value: Some(value), ..KeyValue::default() }
}

fn metric(family: Family, moments: Moments) -> Metric {
    let unit = match family.unit.as_str() {
        "seconds" => "s",
        "milliseconds" => "ms",
        other => other,
    };
    let cumulative = AggregationTemporality::Cumulative.into();
    let data = match family.kind {
        Kind::Gauge => Data::Gauge(Gauge { data_points: family.samples.iter().map(|sample| number(sample, moments)).collect() }),
        Kind::Counter => Data::Sum(Sum {
            data_points: family.samples.iter().map(|sample| number(sample, moments)).collect(),
            aggregation_temporality: cumulative,
            is_monotonic: true,
        }),
        Kind::Histogram => {
            Data::Histogram(Histogram { data_points: histograms(&family.samples, moments), aggregation_temporality: cumulative })
        }
    };
    Metric { unit: unit.to_owned(), name: family.name, description: family.help, data: Some(data), ..Metric::default() }
}

fn number(sample: &Sample, moments: Moments) -> NumberDataPoint {
    NumberDataPoint {
        attributes: sample.labels.iter().map(|(key, value)| attribute(key, value)).collect(),
        start_time_unix_nano: moments.began,
        time_unix_nano: moments.now,
        value: Some(number_data_point::Value::AsDouble(sample.value)),
        ..NumberDataPoint::default()
    }
}

/// One point for each set of labels. The text counts everything up to a bound, the collector what lies between two.
fn histograms(samples: &[Sample], moments: Moments) -> Vec<HistogramDataPoint> {
    let mut points: BTreeMap<Vec<(String, String)>, (HistogramDataPoint, u64)> = BTreeMap::new();
    for sample in samples {
        let labels: Vec<_> = sample.labels.iter().filter(|(name, _)| name != "le").cloned().collect();
        let (point, below) = points.entry(labels).or_default();
        match sample.suffix.as_str() {
            "_sum" => point.sum = Some(sample.value),
            "_count" => point.count = whole(sample.value),
            _ => {
                let bound = sample.labels.iter().find(|(name, _)| name == "le").and_then(|(_, bound)| bound.parse::<f64>().ok());
                point.explicit_bounds.extend(bound.filter(|bound| bound.is_finite()));
                point.bucket_counts.push(whole(sample.value).saturating_sub(*below));
                *below = whole(sample.value);
            }
        }
    }
    let finished = |(labels, (point, _)): (Vec<(String, String)>, (HistogramDataPoint, u64))| HistogramDataPoint {
        attributes: labels.iter().map(|(key, value)| attribute(key, value)).collect(),
        start_time_unix_nano: moments.began,
        time_unix_nano: moments.now,
        ..point
    };
    points.into_iter().map(finished).collect()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was written from a counter")]
fn whole(value: f64) -> u64 {
    value as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_counts_what_lies_between_its_bounds() {
        let text =
            "# TYPE h histogram\nh_sum 7.5\nh_count 4\nh_bucket{le=\"1.0\"} 1\nh_bucket{le=\"2.0\"} 3\nh_bucket{le=\"+Inf\"} 4\n# EOF\n";
        let (families, strange) = openmetrics::read(text);
        assert_eq!(strange, None);
        let points = histograms(&families[0].samples, Moments { began: 1, now: 2 });
        let [point] = points.as_slice() else { panic!("one point: {points:?}") };
        assert_eq!((point.explicit_bounds.as_slice(), point.bucket_counts.as_slice()), ([1.0, 2.0].as_slice(), [1, 2, 1].as_slice()));
        assert_eq!((point.count, point.sum), (4, Some(7.5)));
    }
}
