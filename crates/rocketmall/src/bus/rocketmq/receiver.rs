//! Takes a group's messages: a batch, its effects in the engine's next transactions, then the acknowledgement.
//!
//! A message whose effect is refused is acknowledged too: its row says when it is tried again, or that it is dead, and blocks
//! nobody. What is not acknowledged, since the database was away or the process died, comes again by itself.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use rocketmall_core::message::{SUBSCRIPTIONS, Subscription};
use rocketmq_grpc::{Consumer, ConsumerOptions, Error, Filter, Options, Receipt, ReceivedMessage};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::{Names, RocketMq, incoming};
use crate::bus::confirm::confirm;
use crate::bus::hand::consume;
use crate::fleet::Fleet;
use crate::runtime::Runtime;
use crate::shutdown::Shutdown;

/// Batches of one group that are worked on at the same time.
const BATCHES: usize = 8;
/// A poll that finds nothing ends after so long.
const POLLING: Duration = Duration::from_secs(10);
/// What keeps a group from its messages is said so often.
const SAY_EVERY: Duration = Duration::from_secs(30);
/// Between looks whether the database is back.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// A group's consumer, of what it hears.
pub(super) fn consumer(
    options: &Options,
    names: &Names,
    group: &str,
    hears: &[&Subscription],
    invisible: Duration,
) -> Result<Consumer, Error> {
    let mut topics: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for Subscription { topic, tag, .. } in hears {
        topics.entry(topic).or_default().push(tag);
    }
    let subscriptions =
        topics.into_iter().map(|(topic, tags)| rocketmq_grpc::Subscription::new(names.of(topic), Filter::Tag(tags.join(" || "))));
    let how = ConsumerOptions { invisible, polling: POLLING, ..ConsumerOptions::default() };
    Consumer::start(options, &names.of(group), subscriptions, how)
}

/// Takes the group's messages until told to stop; then finishes those in hand.
pub(super) async fn run(
    bus: Arc<RocketMq>,
    group: &'static str,
    consumer: Arc<Consumer>,
    fleet: Fleet,
    runtime: Runtime,
    mut told: Shutdown,
) {
    let mut said = None;
    let (seats, mut batches) = (Arc::new(Semaphore::new(BATCHES)), JoinSet::new());
    loop {
        let next = async {
            let seat = Arc::clone(&seats).acquire_owned().await;
            (seat, consumer.receive().await)
        };
        let (Ok(seat), received) = (tokio::select! {
            next = next => next,
            () = told.told() => break,
        }) else {
            break;
        };
        match received {
            Ok(messages) => {
                let (bus, consumer) = (Arc::clone(&bus), Arc::clone(&consumer));
                let work = Work { bus, consumer, group, fleet: fleet.clone(), runtime: runtime.clone() };
                batches.spawn(async move {
                    work.take(messages).await;
                    drop(seat);
                });
            }
            // a broker that is just back does not know its topics for a moment: what lasts is said again and again, but not all the time
            Err(error) if said.is_none_or(|said: Instant| said.elapsed() > SAY_EVERY) => {
                tracing::error!(group, %error, "the group's messages cannot be taken; trying again");
                said = Some(Instant::now());
            }
            Err(error) => tracing::debug!(group, %error, "the group's messages cannot be taken; trying again"),
        }
        while batches.try_join_next().is_some() {}
    }
    while batches.join_next().await.is_some() {}
    consumer.shutdown().await;
}

struct Work {
    bus: Arc<RocketMq>,
    consumer: Arc<Consumer>,
    group: &'static str,
    fleet: Fleet,
    runtime: Runtime,
}

impl Work {
    async fn take(&self, messages: Vec<ReceivedMessage>) {
        let working = self.runtime.metrics.consuming(self.group, messages.len());
        let (mut consumes, mut receipts, mut born) = (Vec::new(), Vec::new(), Vec::new());
        for message in &messages {
            let topic = self.bus.names.bare(&message.topic);
            let tag = message.tag.as_deref().unwrap_or_default();
            let heard = SUBSCRIPTIONS.iter().find(|heard| heard.group == self.group && heard.topic == topic && heard.tag == tag);
            let Some(heard) = heard else {
                tracing::warn!(group = self.group, topic, tag, message = message.id, "a message that the group does not hear is put away");
                if let Err(error) = self.consumer.forward_to_dead_letter(&message.receipt()).await {
                    tracing::warn!(%error, message = message.id, "a message could not be put away; it comes again");
                }
                continue;
            };
            consumes.push(incoming::consume(heard, message));
            receipts.push(message.receipt());
            born.push(message.stored);
        }
        let taking = async { consume(&self.runtime, confirm(&self.fleet, consumes).await).await };
        tokio::pin!(taking);
        let taken = loop {
            tokio::select! {
                taken = &mut taking => break taken,
                () = tokio::time::sleep(self.bus.invisible / 2) => self.keep(&mut receipts).await,
            }
        };
        drop(working);
        let done: Vec<Receipt> = receipts.iter().zip(&taken).filter(|(_, taken)| **taken).map(|(receipt, _)| receipt.clone()).collect();
        let now = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from((self.runtime.clock)().millis()).unwrap_or(0));
        for stored in born.iter().zip(&taken).filter(|(_, taken)| **taken).filter_map(|(stored, _)| *stored) {
            self.runtime.metrics.delivered(self.group, now.duration_since(stored).unwrap_or_default());
        }
        self.runtime.crash_points.reach("before-ack");
        self.acknowledge(&done).await;
        if done.len() < receipts.len() {
            self.database_is_back().await;
        }
    }

    /// The work takes long: nobody else is given these meanwhile.
    async fn keep(&self, receipts: &mut [Receipt]) {
        for receipt in receipts {
            match self.consumer.change_invisible(receipt, self.bus.invisible).await {
                Ok(kept) => *receipt = kept,
                Err(error) => tracing::debug!(%error, group = self.group, "a message could not be kept; it may come twice"),
            }
        }
    }

    async fn acknowledge(&self, receipts: &[Receipt]) {
        match self.consumer.ack(receipts).await {
            Ok(outcomes) => {
                for refusal in outcomes.into_iter().filter_map(Result::err) {
                    tracing::debug!(group = self.group, %refusal, "an acknowledgement came too late; the message comes again");
                }
            }
            Err(error) => tracing::debug!(group = self.group, %error, "messages could not be acknowledged; they come again"),
        }
    }

    /// Waits with its seat, so that messages do not use up their deliveries while nothing can be stored.
    async fn database_is_back(&self) {
        while let Err(error) = rocketmall_store::migrate::is_current(&self.runtime.database).await {
            tracing::debug!(group = self.group, %error, "waiting for the database");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}
