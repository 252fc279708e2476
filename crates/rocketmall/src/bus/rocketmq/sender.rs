//! Relays the outbox: batches of one topic, several in flight, each row marked when the broker has its message.
//!
//! A crash between the two sends a message twice, which the groups' rows make harmless. A broker that fails is left alone for a
//! while, longer with each failure; what could not be sent keeps its row, with the reason.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use rocketmall_core::command::{Command, Request};
use rocketmall_core::message::{Body, Message, subscribers};
use rocketmall_core::trace::SpanId;
use rocketmall_store::{StoreError, claim};
use rocketmq_grpc::{Fault, OutgoingMessage};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use super::RocketMq;
use crate::bus::hand::refuse;
use crate::ids;
use crate::runtime::Runtime;
use crate::shutdown::Shutdown;
use crate::telemetry::span::Span;
use crate::trace;

/// Messages in one call.
const BATCH: usize = 32;
/// Calls in flight.
const IN_FLIGHT: usize = 32;
/// Batches of the engine whose messages are taken from the hand at once.
const PORTION: usize = 4;
/// Messages taken up from the table at once.
const CLAIM: i64 = 1024;
/// As many as this: there are more.
const FULL: usize = 1024;
/// Without a bell the table is looked into this often: for what failed, and for what another process left.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// After a failure of the database.
const PAUSE: Duration = Duration::from_secs(1);
/// After the broker's first failure; twice as long after each further one.
const FIRST_REST: Duration = Duration::from_millis(200);
/// Doublings of it at most: some six seconds.
const DOUBLINGS: u32 = 5;

/// How the broker fares: after a failure it is left alone for a while.
#[derive(Debug, Default)]
struct Rest(Mutex<(u32, Option<Instant>)>);

impl Rest {
    /// Until when it is left alone, if it is now.
    fn until(&self) -> Option<Instant> {
        self.lock().1.filter(|until| *until > Instant::now())
    }

    fn succeeded(&self) {
        *self.lock() = (0, None);
    }

    /// One more failure; for how long it is left alone now. Calls that were in flight together count once.
    fn failed(&self) -> Duration {
        let mut state = self.lock();
        let now = Instant::now();
        if let Some(until) = state.1.filter(|until| *until > now) {
            return until - now;
        }
        let rest = FIRST_REST * (1 << state.0.min(DOUBLINGS));
        *state = (state.0.saturating_add(1), Some(now + rest));
        rest
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, (u32, Option<Instant>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What every call needs.
struct Sender {
    bus: Arc<RocketMq>,
    runtime: Runtime,
    rest: Rest,
    seats: Arc<Semaphore>,
}

/// Sends until told to stop; then finishes what is in flight.
pub(super) async fn run(bus: Arc<RocketMq>, runtime: Runtime, mut told: Shutdown) {
    let mut fresh = runtime.relay.open();
    let sender = Arc::new(Sender { bus, runtime, rest: Rest::default(), seats: Arc::new(Semaphore::new(IN_FLIGHT)) });
    let mut look = tokio::time::interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut portion, mut calls) = (Vec::new(), JoinSet::new());
    while !told.is_told() {
        let again = tokio::select! {
            () = told.told() => None,
            _ = look.tick() => from_the_table(&sender, &mut calls).await,
            () = sender.runtime.bells.messages.notified() => from_the_table(&sender, &mut calls).await,
            _ = fresh.recv_many(&mut portion, PORTION) => {
                // while the broker is left alone they wait in the table, where they are already
                if sender.rest.until().is_none() {
                    send_all(&sender, portion.drain(..).flatten().collect(), &mut calls).await;
                }
                portion.clear();
                None
            }
        };
        if let Some(pause) = again {
            look.reset_after(pause);
        }
        while calls.try_join_next().is_some() {}
    }
    while calls.join_next().await.is_some() {}
    sender.bus.producer.shutdown().await;
}

/// Sends a portion; after which pause to look again, if not after the usual one.
async fn from_the_table(sender: &Arc<Sender>, calls: &mut JoinSet<()>) -> Option<Duration> {
    if let Some(until) = sender.rest.until() {
        return Some(until.saturating_duration_since(Instant::now()));
    }
    match claim::messages(&sender.runtime.database, (sender.runtime.clock)(), CLAIM).await {
        Ok(due) => {
            let full = due.len() >= FULL;
            send_all(sender, due, calls).await;
            full.then_some(Duration::ZERO)
        }
        Err(error) => {
            tracing::warn!(%error, "messages cannot be taken up; trying again");
            Some(PAUSE)
        }
    }
}

/// Starts the calls for these messages; waits where too many are in flight.
async fn send_all(sender: &Arc<Sender>, messages: Vec<Message>, calls: &mut JoinSet<()>) {
    let mut topics: BTreeMap<String, Vec<Message>> = BTreeMap::new();
    for message in messages {
        if subscribers(&message.topic, &message.tag).next().is_some() && !message.body.is_empty() {
            topics.entry(message.topic.clone()).or_default().push(message);
        } else if let Err(error) = refuse(&sender.runtime, &message).await {
            tracing::warn!(%error, message = %message.id, "a message that nobody hears could not be put aside; it comes again");
        }
    }
    for (topic, mut messages) in topics {
        while !messages.is_empty() {
            let batch = messages.drain(..messages.len().min(BATCH)).collect();
            let Ok(seat) = Arc::clone(&sender.seats).acquire_owned().await else { return };
            let (sender, topic) = (Arc::clone(sender), topic.clone());
            calls.spawn(async move {
                sender.send(&topic, batch).await;
                drop(seat);
            });
        }
    }
}

impl Sender {
    /// Sends messages of one topic and notes what became of each.
    async fn send(&self, topic: &str, messages: Vec<Message>) {
        let mut spans: Vec<Span> = messages.iter().map(|message| self.runtime.telemetry.producer(message)).collect();
        let outgoing: Vec<OutgoingMessage> = messages.iter().zip(&spans).map(|(message, span)| outgoing(message, span)).collect();
        let name = self.bus.names.of(topic);
        let sending = self.runtime.metrics.sending(topic, messages.len());
        let sent = self.bus.producer.send(&name, &outgoing).await;
        drop(sending);
        let outcomes = match sent {
            Ok(outcomes) => {
                outcomes.into_iter().map(|outcome| outcome.map(drop).map_err(|refusal| (refusal.fault(), refusal.to_string()))).collect()
            }
            // one of them may be to blame for all
            Err(error) if error.fault() == Fault::Request && messages.len() > 1 => {
                for message in messages {
                    Box::pin(self.send(topic, vec![message])).await;
                }
                return;
            }
            Err(error) => vec![Err((error.fault(), error.to_string())); messages.len()],
        };
        self.runtime.crash_points.reach("after-send");
        let (mut marks, mut later, mut reason) = (Vec::new(), Vec::new(), None);
        for ((message, outcome), span) in messages.iter().zip(outcomes).zip(&mut spans) {
            let trace_id = trace::id_of(message.trace);
            match outcome {
                Ok(()) => {
                    tracing::debug!(message = %message.id, topic, tag = message.tag, key = message.key, trace_id, "sent");
                    marks.push(Request { trace: span.trace(), ..Command::MarkSent(message.id).into() });
                }
                Err((Fault::Request, why)) => {
                    span.failed("refused");
                    tracing::error!(message = %message.id, topic, tag = message.tag, trace_id, reason = why, "message dead");
                    note(claim::fail_message(&self.runtime.database, message.id.get(), None, &why).await);
                }
                Err((_, why)) => {
                    span.failed("unsent");
                    later.push(message.id.get());
                    reason = Some(why);
                }
            }
        }
        self.runtime.metrics.sent(topic, marks.len(), later.len());
        if !marks.is_empty() {
            self.rest.succeeded();
            // what cannot be marked comes again, and takes no second effect
            self.runtime.engine.submit_all(marks).await;
        }
        if let Some(why) = reason {
            let rest = self.rest.failed();
            tracing::warn!(topic, messages = later.len(), reason = why, rest = ?rest, "messages could not be sent; they wait in the outbox");
            let due = (self.runtime.clock)().after(i64::try_from(rest.as_millis()).unwrap_or(i64::MAX));
            note(claim::put_off(&self.runtime.database, &later, due, &why).await);
        }
    }
}

fn note(noted: Result<(), StoreError>) {
    if let Err(error) = noted {
        tracing::warn!(%error, "what became of a message could not be noted; it comes again");
    }
}

/// The message as the contract has it on the wire, with the order's id and the trace beside it, which the broker's dashboard shows.
fn outgoing(message: &Message, span: &Span) -> OutgoingMessage {
    let millis = u64::try_from(message.created_at.millis()).unwrap_or(0);
    let mut outgoing = OutgoingMessage::new(message.id.to_string(), message.body.clone())
        .with_tag(message.tag.clone())
        .with_key(message.key.clone())
        .with_property("contentType", "application/json")
        .with_born(SystemTime::UNIX_EPOCH + Duration::from_millis(millis));
    if let Ok(body) = Body::read(&message.topic, &message.tag, &message.body) {
        outgoing = outgoing.with_property("orderId", body.order_id().to_string());
    }
    if let Some(trace) = span.trace().or(message.trace) {
        outgoing = outgoing.with_property("traceId", trace.id.to_string());
        if let Some(step) = SpanId::from_bytes(ids::random()) {
            outgoing = outgoing.with_property("traceparent", trace.to_traceparent(step));
        }
    }
    outgoing
}
