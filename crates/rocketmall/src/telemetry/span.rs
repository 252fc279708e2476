//! One step of a trace. Names and attributes are those of OpenTelemetry's semantic conventions where it has some.

use std::time::{Duration, Instant, SystemTime};

use opentelemetry::trace::{
    Span as _, SpanBuilder, SpanContext, SpanKind, Status, TraceContextExt as _, TraceFlags, TraceState, Tracer as _,
};
use opentelemetry::{Context, KeyValue, SpanId, TraceId, Value};
use rocketmall_core::message::Message;
use rocketmall_core::trace::{self, Trace};

use super::Telemetry;

/// A step that is under way. It ends when this is dropped. Where nothing is recorded it only carries the trace on.
#[derive(Debug, Default)]
pub struct Span {
    trace: Option<Trace>,
    recorded: Option<opentelemetry_sdk::trace::Span>,
}

impl Span {
    /// The trace for what follows from this step.
    pub fn trace(&self) -> Option<Trace> {
        self.trace
    }

    /// Is it recorded? What costs something to tell is told only then.
    pub fn is_recorded(&self) -> bool {
        self.recorded.is_some()
    }

    /// Adds a fact to what is recorded.
    pub fn set(&mut self, key: &'static str, value: impl Into<Value>) {
        if let Some(span) = &mut self.recorded {
            span.set_attribute(KeyValue::new(key, value));
        }
    }

    /// The step failed, and what kind of failure it was.
    pub fn failed(&mut self, kind: impl Into<String>) {
        if let Some(span) = &mut self.recorded {
            let kind = kind.into();
            span.set_attribute(KeyValue::new("error.type", kind.clone()));
            span.set_status(Status::error(kind));
        }
    }
}

/// How a command fared in the engine.
#[derive(Clone, Copy, Debug)]
pub struct Passage {
    /// When it was queued.
    pub queued: Instant,
    /// When its batch was taken up.
    pub began: Instant,
    /// When the batch was committed, or given up.
    pub ended: Instant,
    /// Commands in the batch.
    pub commands: usize,
    /// Transactions that the batch took.
    pub transactions: u32,
}

impl Telemetry {
    /// An HTTP request that came in; the beginning of a trace, or the continuation of the caller's.
    pub fn server(&self, method: &str, route: &str, path: &str, parent: Option<Trace>) -> Span {
        self.step(parent, || {
            // the address of a call that no route takes is the caller's invention: it names no span
            let known = Some(route).filter(|route| *route != "-");
            let name = known.map_or_else(|| method.to_owned(), |route| format!("{method} {route}"));
            let mut attributes = vec![
                KeyValue::new("http.request.method", method.to_owned()),
                KeyValue::new("url.path", path.to_owned()),
                KeyValue::new("url.scheme", "http"),
            ];
            attributes.extend(known.map(|route| KeyValue::new("http.route", route.to_owned())));
            SpanBuilder::from_name(name).with_kind(SpanKind::Server).with_attributes(attributes)
        })
    }

    /// A stored message on its way to all who hear it: from the moment of its commit.
    pub fn producer(&self, message: &Message) -> Span {
        self.step(message.trace, || {
            let stored = u64::try_from(message.created_at.millis()).unwrap_or(0);
            messaging("send", &message.topic, &message.tag, &message.key)
                .with_kind(SpanKind::Producer)
                .with_start_time(SystemTime::UNIX_EPOCH + Duration::from_millis(stored))
        })
        .with("messaging.message.id", || message.id.to_string())
    }

    /// A message in the hands of a group.
    pub fn consumer(&self, parent: Option<Trace>, group: &'static str, topic: &str, tag: &str, key: &str) -> Span {
        self.step(parent, || messaging("process", topic, tag, key).with_kind(SpanKind::Consumer))
            .with("messaging.consumer.group.name", || group.to_owned())
    }

    /// A call to a payment platform.
    pub fn client(&self, parent: Option<Trace>, channel: &str, call: &'static str) -> Span {
        self.step(parent, || {
            let attributes = [KeyValue::new("peer.service", channel.to_owned()), KeyValue::new("rocketmall.channel.call", call)];
            SpanBuilder::from_name(format!("{channel} {call}")).with_kind(SpanKind::Client).with_attributes(attributes)
        })
    }

    /// A step within the shop, such as a timer's.
    pub fn internal(&self, parent: Option<Trace>, name: &'static str) -> Span {
        self.step(parent, || SpanBuilder::from_name(name).with_kind(SpanKind::Internal))
    }

    /// A command's wait for its batch, and the batch. Recorded afterwards, by the caller: the engine has other things to do.
    pub fn passed(&self, trace: Option<Trace>, passage: Passage) {
        if !self.is_on() || trace.is_none_or(|trace| trace.span.is_none()) {
            return;
        }
        let (now, clock) = (opentelemetry::time::now(), Instant::now());
        let at = |moment: Instant| now - clock.saturating_duration_since(moment);
        let queue = SpanBuilder::from_name("queue").with_kind(SpanKind::Internal).with_start_time(at(passage.queued));
        self.between(trace, queue, at(passage.began));
        let facts = [
            KeyValue::new("rocketmall.batch.commands", i64::try_from(passage.commands).unwrap_or(i64::MAX)),
            KeyValue::new("rocketmall.batch.transactions", i64::from(passage.transactions)),
        ];
        let commit =
            SpanBuilder::from_name("commit").with_kind(SpanKind::Internal).with_attributes(facts).with_start_time(at(passage.began));
        self.between(trace, commit, at(passage.ended));
    }

    fn between(&self, parent: Option<Trace>, builder: SpanBuilder, end: SystemTime) {
        if let Some(mut span) = self.step(parent, || builder).recorded {
            span.end_with_timestamp(end);
        }
    }

    /// A span below `parent`, or the first of a new trace. None below a parent that is not recorded itself.
    fn step(&self, parent: Option<Trace>, describe: impl FnOnce() -> SpanBuilder) -> Span {
        let Some(exports) = &self.0 else { return Span { trace: parent, recorded: None } };
        let above = match parent {
            None => Context::new(),
            Some(Trace { id, span: Some(span) }) => {
                let (id, span) = (TraceId::from_bytes(id.to_bytes()), SpanId::from_bytes(span.to_bytes()));
                Context::new().with_remote_span_context(SpanContext::new(id, span, TraceFlags::SAMPLED, true, TraceState::default()))
            }
            Some(Trace { span: None, .. }) => return Span { trace: parent, recorded: None },
        };
        let span = exports.tracer.build_with_context(describe(), &above);
        let context = span.span_context();
        let step = context.is_sampled().then(|| trace::SpanId::from_bytes(context.span_id().to_bytes())).flatten();
        let id = trace::TraceId::from_bytes(context.trace_id().to_bytes());
        Span { trace: id.map(|id| Trace { id, span: step }), recorded: step.map(|_| span) }
    }
}

impl Span {
    fn with(mut self, key: &'static str, value: impl FnOnce() -> String) -> Self {
        if self.recorded.is_some() {
            self.set(key, value());
        }
        self
    }
}

fn messaging(operation: &'static str, topic: &str, tag: &str, key: &str) -> SpanBuilder {
    SpanBuilder::from_name(format!("{operation} {topic}")).with_attributes([
        KeyValue::new("messaging.system", "rocketmall"),
        KeyValue::new("messaging.operation.name", operation),
        KeyValue::new("messaging.operation.type", operation),
        KeyValue::new("messaging.destination.name", topic.to_owned()),
        KeyValue::new("rocketmall.message.tag", tag.to_owned()),
        KeyValue::new("rocketmall.message.key", key.to_owned()),
    ])
}
