//! Traces to a collector: they continue the caller's, survive a restart, and cost the shop nothing when nobody takes them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::http::Uri;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use reqwest::Method;
use rocketmall::config::{Flag, Sources, load};
use serde_json::json;

use crate::shop::{Mode, Shop};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "00f067aa0ba902b7";

/// A collector that keeps the spans it is sent.
struct Collector {
    url: String,
    spans: Arc<Mutex<Vec<Span>>>,
}

impl Collector {
    async fn listen() -> Self {
        let spans = Arc::new(Mutex::new(Vec::new()));
        let taken = Arc::clone(&spans);
        let router = Router::new().fallback(move |uri: Uri, body: Bytes| async move {
            if uri.path() == "/v1/traces" {
                let request = ExportTraceServiceRequest::decode(body).expect("spans");
                let scopes = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
                let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
                taken.extend(scopes.flat_map(|scope| scope.spans));
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, spans }
    }

    /// The spans of the caller's trace: name, id, parent.
    fn of_the_trace(&self) -> Vec<(String, String, String)> {
        let spans = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        let ours = spans.iter().filter(|span| hex::encode(&span.trace_id) == TRACE);
        ours.map(|span| (span.name.clone(), hex::encode(&span.span_id), hex::encode(&span.parent_span_id))).collect()
    }
}

async fn traced(shop: &Shop, flags: &str, path: &str, user: &str, body: serde_json::Value) -> crate::shop::Answer {
    let header = format!("00-{TRACE}-{CALLER}-{flags}");
    shop.send(shop.request(Method::POST, path).header("X-User-Id", user).header("traceparent", header).json(&body)).await
}

fn basket(goods: &str) -> serde_json::Value {
    json!({"lines": [{"goods_id": goods, "number": 1}], "address": "a", "consignee": "b"})
}

/// Cancelled by a process that tells nobody, delivered after its end by one that does.
#[tokio::test(flavor = "multi_thread")]
async fn a_trace_goes_on_in_the_process_that_delivers_its_message() {
    let (collector, folder) = (Collector::listen().await, tempfile::tempdir().expect("a folder"));
    let database = format!("sqlite:{}", folder.path().join("shop.db").display());
    let mut first = Shop::start(Mode::Dev, &[("database", &database)]).await;
    first.running.end_loops().await;
    first.running.end_bus().await;
    let (user, goods) = (first.user("0.00").await, first.goods("120.50", 9).await);
    let order = traced(&first, "01", "/v1/orders", &user, basket(&goods)).await.is(201).at("/id");
    traced(&first, "01", &format!("/v1/orders/{order}/cancel"), &user, json!({})).await.is(200);
    first.running.stop().await;

    let second = Shop::start(Mode::Dev, &[("database", &database), ("telemetry.endpoint", &collector.url)]).await;
    second.settle().await;
    second.running.stop().await;
    let spans = collector.of_the_trace();
    let sends: Vec<_> = spans.iter().filter(|(name, ..)| name == "send order-out").collect();
    let [(_, send, parent)] = sends.as_slice() else { panic!("one message was sent: {spans:?}") };
    assert_eq!(parent, CALLER, "the process before told nobody, so the caller stands above");
    let effects: Vec<_> = spans.iter().filter(|(name, _, parent)| name == "process order-out" && parent == send).collect();
    assert_eq!(effects.len(), 4, "{spans:?}");
}

/// The caller decides: flag 00 means that nobody records.
#[tokio::test(flavor = "multi_thread")]
async fn a_trace_that_the_caller_does_not_record_is_not_recorded() {
    let collector = Collector::listen().await;
    let shop = Shop::start(Mode::Dev, &[("telemetry.endpoint", &collector.url)]).await;
    let (user, goods) = (shop.user("0.00").await, shop.goods("120.50", 9).await);
    let answer = traced(&shop, "00", "/v1/orders", &user, basket(&goods)).await.is(201);
    assert_eq!(answer.headers["x-trace-id"], TRACE);
    shop.running.stop().await;
    assert_eq!(collector.of_the_trace(), []);
    let others = collector.spans.lock().unwrap_or_else(PoisonError::into_inner).len();
    assert!(others > 0, "traces that begin here are recorded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ratio_of_0_records_none_but_the_callers() {
    let collector = Collector::listen().await;
    let settings = [("telemetry.endpoint", collector.url.as_str()), ("telemetry.sampling_ratio", "0")];
    let shop = Shop::start(Mode::Dev, &settings).await;
    let (user, goods) = (shop.user("0.00").await, shop.goods("120.50", 9).await);
    traced(&shop, "01", "/v1/orders", &user, basket(&goods)).await.is(201);
    shop.running.stop().await;
    let mut names: Vec<_> = collector.of_the_trace().into_iter().map(|(name, ..)| name).collect();
    names.sort();
    assert_eq!(names, ["POST /v1/orders", "commit", "queue"]);
    assert_eq!(collector.spans.lock().unwrap_or_else(PoisonError::into_inner).len(), 3);
}

/// Accepts connections and never answers: the worst collector there is.
#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_hangs_holds_nobody_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let shop = Shop::start(Mode::Dev, &[("telemetry.endpoint", &url), ("telemetry.metrics_interval", "1ms")]).await;
    let (user, goods) = (shop.user("0.00").await, shop.goods("120.50", 100).await);
    let began = Instant::now();
    for _ in 0..50 {
        shop.place(&user, &goods, 1).await.is(201);
    }
    assert!(began.elapsed() < Duration::from_secs(10), "orders wait for nobody: {:?}", began.elapsed());
    let began = Instant::now();
    shop.running.stop().await;
    assert!(began.elapsed() < Duration::from_secs(14), "nor does the end: {:?}", began.elapsed());
    drop(listener);
}

#[test]
fn settings_that_cannot_be_used_are_named_and_secrets_are_not_shown() {
    let set = |key, value: &str| {
        let flags = vec![Flag { key, name: "test", value: value.to_owned() }];
        load(&Sources { file: None, environment: Vec::new(), flags }).map(drop).map_err(|error| error.to_string())
    };
    for (key, wrong) in [
        ("telemetry.endpoint", "collector:4318"),
        ("telemetry.headers", "authorization: hush"),
        ("telemetry.headers", "a b=hush"),
        ("telemetry.sampling_ratio", "1.5"),
        ("telemetry.service_name", " "),
    ] {
        let error = set(key, wrong).expect_err(key);
        assert!(error.contains(key) && !error.contains("hush"), "{error}");
    }
    set("telemetry.headers", "authorization=Bearer a=b, tenant=shop").expect("an equals sign may be in the value");
}
