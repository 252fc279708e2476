//! The in-process bus: the outbox itself is the queue.
//!
//! A message comes straight from the batch that stored it ([`super::relay`]), or is due in the table and leased. It reaches every
//! group that hears it and is marked sent in one commit: each group has a row for it then, done, or to be tried again, or dead.
//! A crash before delivers it again; the groups' rows see to it that nothing takes effect twice. A group that fails keeps its own
//! row and its own pace, so it blocks nobody.

use std::time::Duration;

use rocketmall_core::command::{Command, Consume, Consumed, Deliver, Receipt, Request};
use rocketmall_core::decide::Answer;
use rocketmall_core::message::{InboxRow, Message, subscribers};
use rocketmall_core::rejection::{Kind, Reason, Rejection};
use rocketmall_store::{StoreError, claim};

use tokio::time::MissedTickBehavior;

use crate::runtime::Runtime;
use crate::shutdown::Shutdown;
use crate::telemetry::span::Span;
use crate::trace;

/// Batches whose messages are taken from the hand at once.
const PORTION: usize = 4;
/// Messages taken up from the table at once, of those that are fresh and of those to be tried again.
const CLAIM: i64 = 128;
/// As many as this: there are more.
const FULL: usize = 128;
/// Without a bell the tables are looked into this often: for other processes' messages, and for retries.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// After a failure of the database.
const PAUSE: Duration = Duration::from_secs(1);

/// Delivers until told to stop; then finishes the portion in hand.
pub async fn run(runtime: Runtime, mut shutdown: Shutdown) {
    let mut fresh = runtime.relay.open();
    let mut look = tokio::time::interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut portion = Vec::new();
    while !shutdown.is_told() {
        // whichever is ready, by chance: neither what comes by hand nor a backlog in the table keeps the other waiting for long
        let again = tokio::select! {
            () = shutdown.told() => None,
            _ = look.tick() => from_the_table(&runtime).await,
            () = runtime.bells.messages.notified() => from_the_table(&runtime).await,
            _ = fresh.recv_many(&mut portion, PORTION) => {
                by_hand(&runtime, portion.drain(..).flatten().collect()).await;
                None
            }
        };
        if let Some(pause) = again {
            look.reset_after(pause);
        }
    }
}

async fn by_hand(runtime: &Runtime, messages: Vec<Message>) {
    if let Err(error) = deliver(runtime, messages).await {
        tracing::warn!(%error, "messages cannot be delivered; they come again from the table");
    }
}

/// Delivers a portion; after which pause to look again, if not after the usual one.
async fn from_the_table(runtime: &Runtime) -> Option<Duration> {
    match deliver_due(runtime).await {
        Ok(count) if count >= FULL => Some(Duration::ZERO),
        Ok(_) => None,
        Err(error) => {
            tracing::warn!(%error, "messages cannot be taken up; trying again");
            Some(PAUSE)
        }
    }
}

/// Delivers what is due in the table now; how many messages that were.
pub async fn deliver_due(runtime: &Runtime) -> Result<usize, StoreError> {
    let now = (runtime.clock)();
    let fresh = claim::messages(&runtime.database, now, CLAIM).await?;
    let again = claim::retries(&runtime.database, now, CLAIM).await?;
    let count = fresh.len() + again.len();
    if count > 0 {
        deliver(runtime, fresh).await?;
        retry(runtime, again).await;
    }
    Ok(count)
}

async fn deliver(runtime: &Runtime, messages: Vec<Message>) -> Result<(), StoreError> {
    let (mut commands, mut heard) = (Vec::new(), Vec::new());
    for message in messages {
        let span = runtime.telemetry.producer(&message);
        let message = Message { trace: span.trace(), ..message };
        let consumes: Vec<Consume> =
            subscribers(&message.topic, &message.tag).map(|subscription| Consume::new(subscription, &message)).collect();
        if consumes.is_empty() {
            refuse(runtime, &message).await?;
            continue;
        }
        let spans: Vec<Span> = consumes.iter().map(|consume| consumer(runtime, consume)).collect();
        let consumes = consumes.into_iter().zip(&spans).map(|(consume, span)| (consume, span.trace())).collect();
        let deliver = Deliver { message_id: message.id, consumes };
        commands.push(Request { trace: span.trace(), ..Command::Deliver(deliver.clone()).into() });
        heard.push((deliver, spans, span));
    }
    let answers = runtime.engine.submit_all(commands).await;
    runtime.crash_points.reach("after-send");
    for (answer, (deliver, spans, _until_here)) in answers.into_iter().zip(heard) {
        match answer.map(|answer| answer.receipt) {
            Ok(Receipt::Delivered(taken)) => {
                for (((consume, _), consumed), mut span) in deliver.consumes.iter().zip(taken).zip(spans) {
                    report(runtime, consume, consumed, &mut span);
                }
            }
            // the database refuses an effect: each group by itself, so that the others have theirs
            Err(rejection) if rejection.reason.kind() != Kind::Unavailable => one_by_one(runtime, deliver).await,
            // it comes again
            Ok(_) | Err(_) => {}
        }
    }
    Ok(())
}

async fn one_by_one(runtime: &Runtime, deliver: Deliver) {
    let taken = consume(runtime, deliver.consumes.into_iter().map(|(consume, _)| consume).collect()).await;
    if taken.into_iter().all(|taken| taken) {
        runtime.engine.submit_all(vec![Command::MarkSent(deliver.message_id).into()]).await;
    }
}

/// Nobody hears it: a message of a newer version, or one that others put into the table. Visible as dead, never lost.
async fn refuse(runtime: &Runtime, message: &Message) -> Result<(), StoreError> {
    let reason = if message.topic.is_empty() {
        Rejection::new(Reason::TopicEmpty, "the message has no topic")
    } else if message.body.is_empty() {
        Rejection::new(Reason::BodyEmpty, "the message has no body")
    } else {
        Rejection::new(Reason::SendFailed, format!("nobody hears topic {:?} with tag {:?}", message.topic, message.tag))
    };
    let trace_id = trace::id_of(message.trace);
    tracing::error!(message = %message.id, topic = message.topic, tag = message.tag, trace_id, %reason, "message dead");
    claim::fail_message(&runtime.database, message.id.get(), None, &reason.to_string()).await
}

async fn retry(runtime: &Runtime, rows: Vec<InboxRow>) {
    consume(runtime, rows.iter().filter_map(Consume::again).collect()).await;
}

/// Hands messages to their groups. True where the group has a row for it now.
async fn consume(runtime: &Runtime, consumes: Vec<Consume>) -> Vec<bool> {
    let mut spans: Vec<Span> = consumes.iter().map(|consume| consumer(runtime, consume)).collect();
    let requests = consumes.iter().cloned().zip(&spans).map(|(consume, span)| request(consume, span)).collect();
    let answers = runtime.engine.submit_all(requests).await;
    let mut taken = Vec::with_capacity(answers.len());
    for ((consume, answer), span) in consumes.into_iter().zip(answers).zip(&mut spans) {
        taken.push(match answer {
            Ok(answer) => {
                report_answer(runtime, &consume, &answer, span);
                true
            }
            Err(rejection) if rejection.reason.kind() == Kind::Unavailable => false,
            // the database refuses the effect: the row that says so is what remains
            Err(rejection) => note_failure(runtime, consume, rejection, span).await,
        });
    }
    taken
}

fn consumer(runtime: &Runtime, consume: &Consume) -> Span {
    let heard = consume.subscription;
    let mut span = runtime.telemetry.consumer(consume.trace, heard.group, heard.topic, heard.tag, &consume.key);
    if span.is_recorded() {
        span.set("messaging.message.id", consume.message_id.clone());
    }
    span
}

/// A group's effect goes on with the trace of the message.
fn request(consume: Consume, span: &Span) -> Request {
    Request { trace: span.trace(), ..Command::Consume(consume).into() }
}

async fn note_failure(runtime: &Runtime, consume: Consume, rejection: Rejection, span: &mut Span) -> bool {
    let failed = Consume { body: Err(rejection), ..consume };
    match runtime.engine.submit(request(failed.clone(), span)).await {
        Ok(answer) => {
            report_answer(runtime, &failed, &answer, span);
            true
        }
        Err(error) => {
            let trace_id = trace::id_of(failed.trace);
            tracing::error!(%error, group = failed.subscription.group, key = failed.key, trace_id, "a failed message could not be noted");
            false
        }
    }
}

fn report_answer(runtime: &Runtime, consume: &Consume, answer: &Answer, span: &mut Span) {
    if let Receipt::Consumed(consumed) = answer.receipt {
        report(runtime, consume, consumed, span);
    }
}

fn report(runtime: &Runtime, consume: &Consume, consumed: Consumed, span: &mut Span) {
    let outcome = match consumed {
        Consumed::Done => "done",
        Consumed::Already => "already",
        Consumed::Retry(_) => "retry",
        Consumed::Dead => "dead",
    };
    let (group, topic, tag) = (consume.subscription.group, consume.subscription.topic, consume.subscription.tag);
    runtime.metrics.consumed(group, outcome);
    span.set("rocketmall.outcome", outcome);
    let trace_id = trace::id_of(consume.trace);
    match consumed {
        Consumed::Done | Consumed::Already => {
            tracing::info!(message = consume.message_id, group, topic, tag, key = consume.key, outcome, trace_id, "message");
        }
        Consumed::Retry(_) | Consumed::Dead => {
            span.failed(outcome);
            tracing::warn!(message = consume.message_id, group, topic, tag, key = consume.key, outcome, trace_id, "message");
        }
    }
}
