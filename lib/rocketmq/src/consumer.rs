//! Receives messages and says what became of them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

use crate::code::{Code, Fault};
use crate::error::{Error, Refusal};
use crate::health::Health;
use crate::options::Options;
use crate::poller::{self, Catch};
use crate::received::{Receipt, ReceivedMessage};
use crate::session::{Owned, Role, Session};
use crate::wire;

const ACK: &str = "AckMessage";
const CHANGE: &str = "ChangeInvisibleDuration";
const FORWARD: &str = "ForwardMessageToDeadLetterQueue";
/// The most messages that a broker gives at once.
const MOST: u16 = 32;
/// How soon a message comes again that was never handed out.
const AT_ONCE: Duration = Duration::from_secs(1);

/// What is received of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// The topic.
    pub topic: String,
    /// Which of its messages.
    pub filter: Filter,
}

/// Which messages of a topic are received. The others count as consumed by the group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// All.
    All,
    /// Those with this tag, or with one of several: `a || b`.
    Tag(String),
    /// Those whose properties fulfil this condition; the broker must allow it (`enablePropertyFilter`).
    Sql(String),
}

/// How a consumer receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConsumerOptions {
    /// The most messages that one receive brings, 1 to 32; 32 by default.
    pub batch: u16,
    /// How long a message is kept from others while it is worked on, 10 s at least; 30 s by default.
    pub invisible: Duration,
    /// How long a receive waits for messages; 10 s by default.
    pub polling: Duration,
    /// How many receives are under way at each broker; 2 by default.
    pub pollers: u16,
    /// How often a topic's brokers are looked up, every 10 s by default: so long may a broker that came back wait for its pollers.
    pub route_refresh: Duration,
}

impl Default for ConsumerOptions {
    fn default() -> Self {
        Self {
            batch: 32,
            invisible: Duration::from_secs(30),
            polling: Duration::from_secs(10),
            pollers: 2,
            route_refresh: Duration::from_secs(10),
        }
    }
}

impl Subscription {
    /// Those messages of this topic.
    pub fn new(topic: impl Into<String>, filter: Filter) -> Self {
        Self { topic: topic.into(), filter }
    }
}

/// Receives messages for a group. Each poller holds one batch ready at most, besides one that waits for whoever asks next.
#[derive(Debug)]
pub struct Consumer {
    session: Arc<Session>,
    group: wire::Resource,
    caught: Mutex<mpsc::Receiver<Catch>>,
    pollers: std::sync::Mutex<JoinSet<()>>,
    _keeper: Owned,
}

impl Consumer {
    /// Starts a consumer of this group, and returns before it is connected. It polls each broker of each topic by itself, so
    /// that one that is slow or dead does not keep the others. To be called inside a tokio runtime.
    ///
    /// # Errors
    /// [`Error::Usage`] if the options can't work.
    pub fn start(
        options: &Options,
        group: &str,
        subscriptions: impl IntoIterator<Item = Subscription>,
        how: ConsumerOptions,
    ) -> Result<Self, Error> {
        let subscriptions: Vec<Subscription> = subscriptions.into_iter().collect();
        if subscriptions.is_empty() || how.pollers == 0 || !(1..=MOST).contains(&how.batch) {
            let why = format!("a consumer needs a subscription and a poller at least, and a batch of 1 to {MOST} messages");
            return Err(Error::Usage(why));
        }
        let group = wire::Resource::new(&options.namespace, group);
        let entry = |subscription: &Subscription| wire::SubscriptionEntry {
            topic: Some(wire::Resource::new(&options.namespace, &subscription.topic)),
            expression: Some(subscription.filter.wire()),
        };
        let settings = wire::settings::PubSub::Subscription(wire::Subscription {
            group: Some(group.clone()),
            subscriptions: subscriptions.iter().map(entry).collect(),
            fifo: None,
            receive_batch_size: Some(how.batch.into()),
            long_polling_timeout: Some(wire::duration(how.polling)),
        });
        let role = Role { client: wire::ClientType::SimpleConsumer, group: Some(group.clone()), settings };
        let (session, keeper) = Session::start(options, role)?;
        let (outlet, caught) = mpsc::channel(1);
        let mut pollers = JoinSet::new();
        for subscription in subscriptions {
            pollers.spawn(poller::follow_route(session.clone(), group.clone(), subscription, how, outlet.clone()));
        }
        Ok(Self { session, group, caught: Mutex::new(caught), pollers: std::sync::Mutex::new(pollers), _keeper: keeper })
    }

    /// Whether it is connected.
    pub fn health(&self) -> Health {
        self.session.health()
    }

    /// Waits until it is connected.
    ///
    /// # Errors
    /// What stands in the way: at once if that won't pass by itself, as a group that does not exist; else when `limit` is over.
    pub async fn ready(&self, limit: Duration) -> Result<(), Error> {
        self.session.ready_within(limit).await.map(|_| ())
    }

    /// The next messages, at least one, as soon as there are any. Several tasks may ask at once. Messages whose time ran out
    /// before anybody asked are left out: they come again.
    ///
    /// # Errors
    /// Only what does not pass by itself: a topic or a group that does not exist, a filter that makes no sense, a right that is
    /// missing. The consumer goes on trying, a few seconds apart, so go on asking. Whatever passes is in [`Consumer::health`].
    pub async fn receive(&self) -> Result<Vec<ReceivedMessage>, Error> {
        let mut caught = self.caught.lock().await;
        loop {
            let mut messages = caught.recv().await.unwrap_or(Err(Error::Closed))?;
            let now = Instant::now();
            messages.retain(|message| message.visible_again > now);
            if !messages.is_empty() {
                return Ok(messages);
            }
        }
    }

    /// These are done with and don't come again. The answers are in the order of the receipts.
    ///
    /// # Errors
    /// The call as a whole failed. To acknowledge what is acknowledged already does no harm.
    pub async fn ack(&self, receipts: &[Receipt]) -> Result<Vec<Result<(), Refusal>>, Error> {
        let mut outcomes: Vec<Result<(), Refusal>> = Vec::with_capacity(receipts.len());
        outcomes.resize_with(receipts.len(), || {
            Err(Refusal { code: Code::INTERNAL_SERVER_ERROR, text: "the server's answer leaves it out".to_owned() })
        });
        let mut topics: HashMap<&str, Vec<usize>> = HashMap::new();
        for (place, receipt) in receipts.iter().enumerate() {
            topics.entry(&receipt.topic).or_default().push(place);
        }
        for (topic, places) in topics {
            self.ack_topic(topic, &places, receipts, &mut outcomes).await?;
        }
        Ok(outcomes)
    }

    async fn ack_topic(
        &self,
        topic: &str,
        places: &[usize],
        receipts: &[Receipt],
        outcomes: &mut [Result<(), Refusal>],
    ) -> Result<(), Error> {
        let entry = |place: &usize| wire::AckMessageEntry {
            message_id: receipts[*place].id.clone(),
            receipt_handle: receipts[*place].handle.clone(),
        };
        let entries = places.iter().map(entry).collect();
        let request = wire::AckMessageRequest { group: Some(self.group.clone()), topic: Some(self.session.resource(topic)), entries };
        let limit = self.session.options.request_timeout;
        let answer = self.session.call(ACK, limit, request, |mut stub, request| async move { stub.ack_message(request).await }).await?;
        if answer.entries.is_empty() {
            Refusal::unless_ok(answer.status).map_err(|refusal| refusal.of(ACK))?;
        }
        let mut answers: HashMap<String, Option<wire::Status>> =
            answer.entries.into_iter().map(|entry| (entry.receipt_handle, entry.status)).collect();
        for place in places {
            if let Some(status) = answers.remove(&receipts[*place].handle) {
                outcomes[*place] = Refusal::unless_ok(status);
            }
        }
        Ok(())
    }

    /// The message comes again after so long from now: later than it would, to work on it longer, or earlier, to give it back.
    /// The old receipt is spent; the new one stands for the same delivery.
    ///
    /// # Errors
    /// Among others [`Code::INVALID_RECEIPT_HANDLE`], if its time has run out.
    pub async fn change_invisible(&self, receipt: &Receipt, invisible: Duration) -> Result<Receipt, Error> {
        let request = wire::ChangeInvisibleDurationRequest {
            group: Some(self.group.clone()),
            topic: Some(self.session.resource(&receipt.topic)),
            receipt_handle: receipt.handle.clone(),
            invisible_duration: Some(wire::duration(invisible)),
            message_id: receipt.id.clone(),
        };
        let limit = self.session.options.request_timeout;
        let make = |mut stub: crate::session::Stub, request| async move { stub.change_invisible_duration(request).await };
        let answer = self.session.call(CHANGE, limit, request, make).await?;
        Refusal::unless_ok(answer.status).map_err(|refusal| refusal.of(CHANGE))?;
        Ok(Receipt { handle: answer.receipt_handle, ..receipt.clone() })
    }

    /// Puts the message into the group's dead letter queue at once, however many deliveries it has left. No acknowledgement is
    /// needed.
    ///
    /// # Errors
    /// Among others [`Code::INVALID_RECEIPT_HANDLE`], if its time has run out.
    pub async fn forward_to_dead_letter(&self, receipt: &Receipt) -> Result<(), Error> {
        let request = wire::ForwardMessageToDeadLetterQueueRequest {
            group: Some(self.group.clone()),
            topic: Some(self.session.resource(&receipt.topic)),
            receipt_handle: receipt.handle.clone(),
            message_id: receipt.id.clone(),
            delivery_attempt: i32::try_from(receipt.attempt).unwrap_or(i32::MAX),
            max_delivery_attempts: self.session.server().max_attempts,
        };
        let limit = self.session.options.request_timeout;
        let make = |mut stub: crate::session::Stub, request| async move { stub.forward_message_to_dead_letter_queue(request).await };
        let answer = self.session.call(FORWARD, limit, request, make).await?;
        Refusal::unless_ok(answer.status).map_err(|refusal| refusal.of(FORWARD))
    }

    /// Stops polling, gives back what nobody asked for, and tells the server that this client is gone. What was handed out can't
    /// be acknowledged any more, so do that first.
    pub async fn shutdown(&self) {
        // A lock that somebody died with is as good as any.
        let mut pollers = std::mem::take(&mut *self.pollers.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        pollers.shutdown().await;
        let mut caught = self.caught.lock().await;
        while let Some(catch) = caught.recv().await {
            for message in catch.unwrap_or_default() {
                let given_back = self.change_invisible(&message.receipt(), AT_ONCE).await;
                if given_back.is_err_and(|error| error.fault() == Fault::Passing) {
                    break;
                }
            }
        }
        self.session.close().await;
    }
}

impl Filter {
    pub(crate) fn wire(&self) -> wire::FilterExpression {
        let (kind, expression) = match self {
            Self::All => (wire::FilterType::Tag, "*"),
            Self::Tag(tags) => (wire::FilterType::Tag, tags.as_str()),
            Self::Sql(condition) => (wire::FilterType::Sql, condition.as_str()),
        };
        wire::FilterExpression { r#type: kind.into(), expression: expression.to_owned() }
    }
}
