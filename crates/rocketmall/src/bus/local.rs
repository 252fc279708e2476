//! The in-process bus: the outbox itself is the queue.
//!
//! A message is due, is leased, reaches every group that hears it as one command each, and is marked sent when each group
//! has a row for it: done, or to be tried again, or dead. A crash anywhere in between delivers it again; the groups' rows
//! see to it that nothing takes effect twice. A group that fails keeps its own row and its own pace, so it blocks nobody.

use std::time::Duration;

use rocketmall_core::command::{Command, Consume, Consumed, Receipt, Request};
use rocketmall_core::decide::Answer;
use rocketmall_core::id::MessageId;
use rocketmall_core::message::{InboxRow, Message, subscribers};
use rocketmall_core::rejection::{Kind, Reason, Rejection};
use rocketmall_store::{StoreError, claim};

use crate::runtime::Runtime;
use crate::shutdown::Shutdown;
use crate::telemetry::span::Span;
use crate::trace;

/// Messages taken up at once.
const PORTION: i64 = 128;
/// Without a bell the tables are looked into this often: for other processes' messages, and for retries.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// After a failure of the database.
const PAUSE: Duration = Duration::from_secs(1);

/// Delivers until told to stop; then finishes the portion in hand.
pub async fn run(runtime: Runtime, mut shutdown: Shutdown) {
    while !shutdown.is_told() {
        let pause = match deliver_due(&runtime).await {
            Ok(0) => LOOK_EVERY,
            Ok(_) => continue,
            Err(error) => {
                tracing::warn!(%error, "messages cannot be taken up; trying again");
                PAUSE
            }
        };
        tokio::select! {
            () = runtime.bells.messages.notified() => {}
            () = tokio::time::sleep(pause) => {}
            () = shutdown.told() => {}
        }
    }
}

/// Delivers what is due now; how many messages that were.
pub async fn deliver_due(runtime: &Runtime) -> Result<usize, StoreError> {
    let now = (runtime.clock)();
    let fresh = claim::messages(&runtime.database, now, PORTION).await?;
    let again = claim::retries(&runtime.database, now, PORTION).await?;
    let count = fresh.len() + again.len();
    if count > 0 {
        deliver(runtime, fresh).await?;
        retry(runtime, again).await;
    }
    Ok(count)
}

async fn deliver(runtime: &Runtime, messages: Vec<Message>) -> Result<(), StoreError> {
    let mut consumes = Vec::new();
    let mut heard = Vec::new();
    let mut spans = Vec::new();
    for message in messages {
        let span = runtime.telemetry.producer(&message);
        let message = Message { trace: span.trace(), ..message };
        spans.push(span);
        let before = consumes.len();
        consumes.extend(subscribers(&message.topic, &message.tag).map(|subscription| Consume::new(subscription, &message)));
        if consumes.len() == before {
            refuse(runtime, &message).await?;
        } else {
            heard.push((message.id, before..consumes.len()));
        }
    }
    let taken = consume(runtime, consumes).await;
    runtime.crash_points.reach("after-send");
    let all_have_it = |(_, range): &(MessageId, std::ops::Range<usize>)| taken[range.clone()].iter().all(|taken| *taken);
    let sent: Vec<Request> = heard.into_iter().filter(all_have_it).map(|(id, _)| Command::MarkSent(id).into()).collect();
    runtime.engine.submit_all(sent).await;
    // the spans end here: each group has the message, or it comes again
    drop(spans);
    Ok(())
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
                report(runtime, &consume, &answer, span);
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
            report(runtime, &failed, &answer, span);
            true
        }
        Err(error) => {
            let trace_id = trace::id_of(failed.trace);
            tracing::error!(%error, group = failed.subscription.group, key = failed.key, trace_id, "a failed message could not be noted");
            false
        }
    }
}

fn report(runtime: &Runtime, consume: &Consume, answer: &Answer, span: &mut Span) {
    let Receipt::Consumed(consumed) = answer.receipt else { return };
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
