//! Follows a topic's route and polls each of its brokers, one apart from the other.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::backoff::Backoff;
use crate::code::{Code, Fault};
use crate::consumer::{ConsumerOptions, Subscription};
use crate::error::{Error, Refusal};
use crate::received::ReceivedMessage;
use crate::session::Session;
use crate::wire::receive_message_response::Content;
use crate::wire::{self, ReceiveMessageResponse};

const ROUTE: &str = "QueryRoute";
const RECEIVE: &str = "ReceiveMessage";
/// An answer without a message that comes sooner is followed by a pause of this length: no server is asked in a tight loop.
const SOON: Duration = Duration::from_millis(20);

/// Messages, or an error that does not pass by itself.
pub(crate) type Catch = Result<Vec<ReceivedMessage>, Error>;

/// What the pollers of one subscription share.
#[derive(Clone)]
struct Poller {
    session: Arc<Session>,
    group: wire::Resource,
    subscription: Arc<Subscription>,
    how: ConsumerOptions,
    outlet: mpsc::Sender<Catch>,
}

/// Looks up the topic's brokers again and again, and keeps pollers at each. Its pollers end with it.
pub(crate) async fn follow_route(
    session: Arc<Session>,
    group: wire::Resource,
    subscription: Subscription,
    how: ConsumerOptions,
    outlet: mpsc::Sender<Catch>,
) {
    let poller = Poller { session, group, subscription: Arc::new(subscription), how, outlet };
    let mut pollers = JoinSet::new();
    let mut known: HashMap<String, Arc<AtomicBool>> = HashMap::new();
    let mut backoff = Backoff::new();
    loop {
        let pause = match poller.brokers().await {
            Ok(brokers) => {
                backoff.reset();
                keep_pollers(&poller, &brokers, &mut known, &mut pollers);
                poller.how.route_refresh
            }
            Err(Error::Closed) => return,
            Err(error) => {
                poller.report(error);
                backoff.pause()
            }
        };
        tokio::time::sleep(pause).await;
        while pollers.try_join_next().is_some() {}
    }
}

/// Starts pollers where a broker came, and lets those end whose broker is gone.
fn keep_pollers(
    poller: &Poller,
    brokers: &BTreeMap<String, wire::Broker>,
    known: &mut HashMap<String, Arc<AtomicBool>>,
    pollers: &mut JoinSet<()>,
) {
    known.retain(|name, gone| {
        let stays = brokers.contains_key(name);
        gone.store(!stays, Ordering::Relaxed);
        stays
    });
    for (name, broker) in brokers {
        if known.contains_key(name) {
            continue;
        }
        let gone = Arc::new(AtomicBool::new(false));
        for _ in 0..poller.how.pollers {
            pollers.spawn(poller.clone().poll(broker.clone(), gone.clone()));
        }
        known.insert(name.clone(), gone);
    }
}

impl Poller {
    /// The brokers that have readable queues of the topic, by name.
    async fn brokers(&self) -> Result<BTreeMap<String, wire::Broker>, Error> {
        self.session.ready().await?;
        let topic = Some(self.session.resource(&self.subscription.topic));
        let request = wire::QueryRouteRequest { topic, endpoints: Some(self.session.wire_endpoint()) };
        let limit = self.session.options.request_timeout;
        let answer = self.session.call(ROUTE, limit, request, |mut stub, request| async move { stub.query_route(request).await }).await?;
        Refusal::unless_ok(answer.status).map_err(|refusal| refusal.of(ROUTE))?;
        let readable = [wire::Permission::Read.into(), wire::Permission::ReadWrite.into()];
        let queues = answer.message_queues.into_iter().filter(|queue| readable.contains(&queue.permission));
        Ok(queues.filter_map(|queue| queue.broker).map(|broker| (broker.name.clone(), broker)).collect())
    }

    /// Polls one broker until it is gone.
    async fn poll(self, broker: wire::Broker, gone: Arc<AtomicBool>) {
        let mut backoff = Backoff::new();
        let mut attempt = None;
        while !gone.load(Ordering::Relaxed) {
            // A receive whose answer got lost is asked again under its old name: the server may then give the same messages.
            let name = attempt.take().unwrap_or_else(|| format!("{:032x}", fastrand::u128(..)));
            let asked = Instant::now();
            match self.receive(&broker, &name, asked).await {
                Ok(messages) if messages.is_empty() => {
                    backoff.reset();
                    if asked.elapsed() < SOON {
                        tokio::time::sleep(SOON).await;
                    }
                }
                Ok(messages) => {
                    backoff.reset();
                    if self.outlet.send(Ok(messages)).await.is_err() {
                        return;
                    }
                }
                Err(Error::Closed) => return,
                Err(error) => {
                    attempt = matches!(error, Error::Timeout { .. }).then_some(name);
                    self.report(error);
                    tokio::time::sleep(backoff.pause()).await;
                }
            }
        }
    }

    async fn receive(&self, broker: &wire::Broker, attempt: &str, asked: Instant) -> Result<Vec<ReceivedMessage>, Error> {
        self.session.ready().await?;
        let queue = wire::MessageQueue {
            topic: Some(self.session.resource(&self.subscription.topic)),
            id: -1,
            permission: wire::Permission::ReadWrite.into(),
            broker: Some(broker.clone()),
            accept_message_types: Vec::new(),
        };
        let request = wire::ReceiveMessageRequest {
            group: Some(self.group.clone()),
            message_queue: Some(queue),
            filter_expression: Some(self.subscription.filter.wire()),
            batch_size: self.how.batch.into(),
            invisible_duration: Some(wire::duration(self.how.invisible)),
            auto_renew: false,
            long_polling_timeout: Some(wire::duration(self.how.polling)),
            attempt_id: Some(attempt.to_owned()),
        };
        let limit = self.how.polling + self.session.options.request_timeout;
        let most = usize::from(self.how.batch);
        let make = |mut stub: crate::session::Stub, request| async move {
            let mut answers = stub.receive_message(request).await?.into_inner();
            let mut contents = Vec::new();
            // A status, a time and the messages: a server that sends more is not listened to.
            while contents.len() < most + 2
                && let Some(answer) = answers.message().await?
            {
                contents.push(answer);
            }
            Ok(tonic::Response::new(contents))
        };
        let contents = self.session.call(RECEIVE, limit, request, make).await?;
        messages_in(contents, most).map(|messages| {
            let of = |message| ReceivedMessage::of(message, &broker.name, asked, self.how.invisible);
            messages.into_iter().map(of).collect()
        })
    }

    /// Whatever it is, it can be seen; what does not pass by itself is handed to whoever receives, unless one such waits already.
    fn report(&self, error: Error) {
        tracing::debug!(topic = self.subscription.topic, %error, "receiving failed");
        if error.fault() != Fault::Passing {
            let _ = self.outlet.try_send(Err(error.clone()));
        }
        self.session.note(error);
    }
}

/// The messages of an answer. Some before a bad status are messages all the same.
fn messages_in(contents: Vec<ReceiveMessageResponse>, most: usize) -> Result<Vec<wire::Message>, Error> {
    let mut messages = Vec::new();
    let mut refused = Ok(());
    for content in contents {
        match content.content {
            Some(Content::Message(message)) if messages.len() < most => messages.push(message),
            Some(Content::Status(status)) if Code(status.code) != Code::MESSAGE_NOT_FOUND => {
                refused = refused.and(Refusal::unless_ok(Some(status)));
            }
            _ => {}
        }
    }
    match refused {
        Err(refusal) if messages.is_empty() => Err(refusal.of(RECEIVE)),
        _ => Ok(messages),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(code: i32) -> ReceiveMessageResponse {
        ReceiveMessageResponse { content: Some(Content::Status(wire::Status { code, message: String::new() })) }
    }

    fn message() -> ReceiveMessageResponse {
        ReceiveMessageResponse { content: Some(Content::Message(wire::Message::default())) }
    }

    #[test]
    fn messages_are_taken_up_to_the_batch_and_a_refusal_only_without_any() {
        assert_eq!(messages_in(vec![status(20000), message(), message()], 32).expect("messages").len(), 2);
        assert_eq!(messages_in(vec![message(), message(), message()], 2).expect("messages").len(), 2);
        assert_eq!(messages_in(vec![status(40401)], 32), Ok(Vec::new()));
        assert_eq!(messages_in(vec![ReceiveMessageResponse { content: None }], 32), Ok(Vec::new()));
        assert_eq!(messages_in(Vec::new(), 32), Ok(Vec::new()));
        assert_eq!(messages_in(vec![status(40402)], 32).expect_err("refused").code(), Some(Code::TOPIC_NOT_FOUND));
        assert_eq!(messages_in(vec![status(50001), message()], 32).expect("messages").len(), 1);
    }
}
