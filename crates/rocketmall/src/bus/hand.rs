//! Hands messages to the groups that hear them. What both buses do alike.

use rocketmall_core::command::{Command, Consume, Consumed, Receipt, Request};
use rocketmall_core::decide::Answer;
use rocketmall_core::message::Message;
use rocketmall_core::rejection::{Kind, Reason, Rejection};
use rocketmall_store::{StoreError, claim};

use crate::runtime::Runtime;
use crate::telemetry::span::Span;
use crate::trace;

/// Nobody hears it: a message of a newer version, or one that others put into the table. Visible as dead, never lost.
pub(super) async fn refuse(runtime: &Runtime, message: &Message) -> Result<(), StoreError> {
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

/// Tries again what failed with its group and is due, at most `limit`; how many messages that were.
pub(super) async fn retry_due(runtime: &Runtime, limit: i64) -> Result<usize, StoreError> {
    let (count, again) = due(runtime, limit).await?;
    consume(runtime, again).await;
    Ok(count)
}

/// What failed with its group and is due; how many messages that are, those included that no group here is known for any more.
pub(super) async fn due(runtime: &Runtime, limit: i64) -> Result<(usize, Vec<Consume>), StoreError> {
    let again = claim::retries(&runtime.database, (runtime.clock)(), limit).await?;
    Ok((again.len(), again.iter().filter_map(Consume::again).collect()))
}

/// Hands messages to their groups. True where the group has a row for it now.
pub(super) async fn consume(runtime: &Runtime, consumes: Vec<Consume>) -> Vec<bool> {
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

pub(super) fn consumer(runtime: &Runtime, consume: &Consume) -> Span {
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

pub(super) fn report(runtime: &Runtime, consume: &Consume, consumed: Consumed, span: &mut Span) {
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
