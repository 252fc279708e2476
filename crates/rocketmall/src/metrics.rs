//! What Prometheus sees.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use rocketmall_core::id::Timestamp;
use rocketmall_core::message::{ORDER_TOPIC, PAY_TOPIC};
use rocketmall_core::rejection::Reason;
use rocketmall_store::messages::MessageGauges;

fn latency() -> Histogram {
    Histogram::new(exponential_buckets(0.000_5, 2.0, 16))
}

fn under_way(messages: usize, gauge: Gauge, seconds: Option<(Histogram, Instant)>) -> UnderWay {
    let count = i64::try_from(messages).unwrap_or(i64::MAX);
    gauge.inc_by(count);
    UnderWay { count, gauge, seconds }
}

/// A refusal's reason.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ReasonLabel {
    reason: &'static str,
    code: i64,
}

/// A request's route and status.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RouteLabel {
    method: String,
    route: String,
    status: u16,
}

/// A consumer group and what became of a message.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct GroupLabel {
    group: &'static str,
    outcome: &'static str,
}

/// A topic.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct TopicLabel {
    topic: String,
}

/// A topic and what became of a message that was to be sent there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct SentLabel {
    topic: String,
    outcome: &'static str,
}

/// A role that is called, and how that ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct CallLabel {
    role: &'static str,
    outcome: &'static str,
}

/// A consumer group.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct HearerLabel {
    group: &'static str,
}

/// Messages that are under way to or from the broker, until this is dropped.
#[derive(Debug)]
pub struct UnderWay {
    count: i64,
    gauge: Gauge,
    seconds: Option<(Histogram, Instant)>,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.gauge.dec_by(self.count);
        if let Some((seconds, began)) = &self.seconds {
            seconds.observe(began.elapsed().as_secs_f64());
        }
    }
}

/// Every metric of this process.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    orders: Counter,
    refusals: Family<ReasonLabel, Counter>,
    batch_requests: Histogram,
    batch_seconds: Histogram,
    transactions: Counter,
    queue: Gauge,
    consumed: Family<GroupLabel, Counter>,
    sent: Family<SentLabel, Counter>,
    sent_again: Counter,
    sending: Family<TopicLabel, Gauge>,
    send_seconds: Family<TopicLabel, Histogram>,
    consuming: Family<HearerLabel, Gauge>,
    delivery_seconds: Family<HearerLabel, Histogram>,
    calls: Family<CallLabel, Counter>,
    call_requests: Histogram,
    call_seconds: Histogram,
    requests: Family<RouteLabel, Counter>,
    request_seconds: Histogram,
    outbox_pending: Family<TopicLabel, Gauge>,
    outbox_age: Family<TopicLabel, Gauge>,
    waiting: Mutex<BTreeSet<String>>,
    messages_dead: Gauge,
    messages_retrying: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("rocketmall");
        let orders = Counter::default();
        registry.register("orders_placed", "Orders placed", orders.clone());
        let refusals = Family::default();
        registry.register("refusals", "Commands refused, by reason", refusals.clone());
        let batch_requests = Histogram::new(exponential_buckets(1.0, 2.0, 10));
        registry.register("batch_requests", "Commands in one batch", batch_requests.clone());
        let batch_seconds = Histogram::new(exponential_buckets(0.000_5, 2.0, 14));
        registry.register_with_unit("batch", "From taking up a batch to its commit", Unit::Seconds, batch_seconds.clone());
        let transactions = Counter::default();
        registry.register("transactions", "Database transactions of batches", transactions.clone());
        let queue = Gauge::default();
        registry.register("queue_length", "Commands waiting for a batch", queue.clone());
        let consumed = Family::default();
        registry.register("messages_consumed", "Messages taken by consumer groups, by outcome", consumed.clone());
        let sent = Family::default();
        registry.register("messages_sent", "Messages handed to the broker, by outcome", sent.clone());
        let sent_again = Counter::default();
        registry.register("messages_sent_again", "Sent messages that a group had not taken in time", sent_again.clone());
        let sending = Family::default();
        registry.register("messages_sending", "Messages on their way to the broker", sending.clone());
        let send_seconds = Family::<TopicLabel, Histogram>::new_with_constructor(latency);
        registry.register_with_unit("message_send", "Time of one call that sends messages", Unit::Seconds, send_seconds.clone());
        let consuming = Family::default();
        registry.register("messages_consuming", "Messages in the hands of a group", consuming.clone());
        let delivery_seconds = Family::<HearerLabel, Histogram>::new_with_constructor(latency);
        let help = "From the broker's having a message to the commit of its effect";
        registry.register_with_unit("message_delivery", help, Unit::Seconds, delivery_seconds.clone());
        let requests = Family::default();
        registry.register("http_requests", "HTTP requests answered", requests.clone());
        let request_seconds = Histogram::new(exponential_buckets(0.000_5, 2.0, 14));
        registry.register_with_unit("http_request", "Time to answer an HTTP request", Unit::Seconds, request_seconds.clone());
        let calls = Family::default();
        registry.register("calls", "Calls to processes of other roles, each with a batch of requests, by outcome", calls.clone());
        let call_requests = Histogram::new(exponential_buckets(1.0, 2.0, 10));
        registry.register("call_requests", "Requests in one call to another process", call_requests.clone());
        let call_seconds = latency();
        registry.register_with_unit("call", "Time of a call to another process", Unit::Seconds, call_seconds.clone());
        let outbox_pending = Family::default();
        registry.register("outbox_pending", "Outgoing messages not yet delivered, by topic", outbox_pending.clone());
        let outbox_age = Family::default();
        registry.register_with_unit(
            "outbox_oldest_age",
            "Age of the oldest of them",
            Unit::Other("milliseconds".to_owned()),
            outbox_age.clone(),
        );
        let messages_dead = Gauge::default();
        registry.register("messages_dead", "Messages given up, to be replayed", messages_dead.clone());
        let messages_retrying = Gauge::default();
        registry.register("messages_retrying", "Messages to be tried again", messages_retrying.clone());
        Self {
            registry,
            orders,
            refusals,
            batch_requests,
            batch_seconds,
            transactions,
            queue,
            consumed,
            sent,
            sent_again,
            sending,
            send_seconds,
            consuming,
            delivery_seconds,
            calls,
            call_requests,
            call_seconds,
            requests,
            request_seconds,
            outbox_pending,
            outbox_age,
            waiting: Mutex::new([ORDER_TOPIC, PAY_TOPIC].map(str::to_owned).into()),
            messages_dead,
            messages_retrying,
        }
    }
}

impl Metrics {
    /// An order was placed.
    pub fn order_placed(&self) {
        self.orders.inc();
    }

    /// A command was refused.
    pub fn refused(&self, reason: Reason) {
        self.refusals.get_or_create(&ReasonLabel { reason: reason.slug(), code: i64::from(reason.code()) }).inc();
    }

    /// A batch was run.
    pub fn batch(&self, requests: usize, transactions: u32, took: Duration, waiting: usize) {
        #[expect(clippy::cast_precision_loss, reason = "a batch is small")]
        self.batch_requests.observe(requests as f64);
        self.batch_seconds.observe(took.as_secs_f64());
        self.transactions.inc_by(u64::from(transactions));
        self.queue.set(i64::try_from(waiting).unwrap_or(i64::MAX));
    }

    /// A group took a message.
    pub fn consumed(&self, group: &'static str, outcome: &'static str) {
        self.consumed.get_or_create(&GroupLabel { group, outcome }).inc();
    }

    /// Messages go to the broker in one call.
    pub fn sending(&self, topic: &str, messages: usize) -> UnderWay {
        let label = TopicLabel { topic: topic.to_owned() };
        let seconds = self.send_seconds.get_or_create(&label).clone();
        under_way(messages, self.sending.get_or_create(&label).clone(), Some((seconds, Instant::now())))
    }

    /// So many the broker has, so many it has not.
    pub fn sent(&self, topic: &str, sent: usize, failed: usize) {
        for (outcome, count) in [("sent", sent), ("failed", failed)] {
            let label = SentLabel { topic: topic.to_owned(), outcome };
            self.sent.get_or_create(&label).inc_by(u64::try_from(count).unwrap_or(u64::MAX));
        }
    }

    /// A group had not taken them in time.
    pub fn sent_again(&self, messages: usize) {
        self.sent_again.inc_by(u64::try_from(messages).unwrap_or(u64::MAX));
    }

    /// A group works on messages.
    pub fn consuming(&self, group: &'static str, messages: usize) -> UnderWay {
        under_way(messages, self.consuming.get_or_create(&HearerLabel { group }).clone(), None)
    }

    /// A group has the effect of a message that the broker has had for so long.
    pub fn delivered(&self, group: &'static str, after: Duration) {
        self.delivery_seconds.get_or_create(&HearerLabel { group }).observe(after.as_secs_f64());
    }

    /// An HTTP request was answered.
    pub fn request(&self, method: &str, route: &str, status: u16, took: Duration) {
        self.requests.get_or_create(&RouteLabel { method: method.to_owned(), route: route.to_owned(), status }).inc();
        self.request_seconds.observe(took.as_secs_f64());
    }

    /// A call to another process, with so many requests.
    pub fn called(&self, role: &'static str, outcome: &'static str, requests: usize, took: Duration) {
        self.calls.get_or_create(&CallLabel { role, outcome }).inc();
        self.call_requests.observe(f64::from(u32::try_from(requests).unwrap_or(u32::MAX)));
        self.call_seconds.observe(took.as_secs_f64());
    }

    /// The text that Prometheus scrapes.
    pub fn text(&self, messages: &MessageGauges, now: Timestamp) -> String {
        self.count_messages(messages, now);
        self.encoded()
    }

    fn count_messages(&self, messages: &MessageGauges, now: Timestamp) {
        let mut topics = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        topics.extend(messages.outbox.iter().map(|waiting| waiting.topic.clone()));
        // one that waited before and does not now is told too
        for topic in topics.iter() {
            let waiting = messages.outbox.iter().find(|waiting| waiting.topic == *topic);
            let label = TopicLabel { topic: topic.clone() };
            self.outbox_pending.get_or_create(&label).set(waiting.map_or(0, |waiting| waiting.pending));
            let age = waiting.map_or(0, |waiting| now.millis().saturating_sub(waiting.oldest.millis()).max(0));
            self.outbox_age.get_or_create(&label).set(age);
        }
        self.messages_dead.set(messages.dead);
        self.messages_retrying.set(messages.retrying);
    }

    /// The same with the messages as they were counted last: for when the database is away.
    pub fn encoded(&self) -> String {
        let mut text = String::new();
        if encode(&mut text, &self.registry).is_err() {
            let _ = writeln!(text, "# the metrics could not be written");
        }
        text
    }
}
