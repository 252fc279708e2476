//! The in-process bus: the outbox itself is the queue.
//!
//! A message comes straight from the batch that stored it ([`super::relay`]), or is due in the table and leased. It reaches every
//! group that hears it and is marked sent in one commit: each group has a row for it then, done, or to be tried again, or dead.
//! A crash before delivers it again; the groups' rows see to it that nothing takes effect twice. A group that fails keeps its own
//! row and its own pace, so it blocks nobody.

use std::sync::Arc;
use std::time::Duration;

use rocketmall_core::command::{Command, Consume, Deliver, Receipt, Request};
use rocketmall_core::message::{Message, subscribers};
use rocketmall_core::rejection::Kind;
use rocketmall_store::{StoreError, claim};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use super::Bus;
use super::hand::{consume, consumer, refuse, report, retry_due};
use super::heard::{self, Until};
use crate::fleet::Fleet;
use crate::runtime::Runtime;
use crate::shutdown::Shutdown;
use crate::telemetry::span::Span;

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

/// The in-process bus.
#[derive(Clone, Copy, Debug)]
pub struct Local {
    /// How long a broker that was used before had to bring what it took.
    pub heard_within: Duration,
}

impl Bus for Local {
    fn name(&self) -> &'static str {
        "local"
    }

    fn health(&self) -> Result<(), String> {
        Ok(())
    }

    fn start(self: Arc<Self>, fleet: &Fleet, runtime: &Runtime, told: &Shutdown, loops: &mut JoinSet<()>) {
        loops.spawn(run(runtime.clone(), told.clone()));
        loops.spawn(heard::run(fleet.clone(), self.heard_within, Until::CaughtUp, told.clone()));
    }
}

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
    let count = fresh.len();
    if count > 0 {
        deliver(runtime, fresh).await?;
    }
    Ok(count + retry_due(runtime, CLAIM).await?)
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
