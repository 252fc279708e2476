//! Sends messages.

use std::sync::Arc;
use std::time::Duration;

use crate::error::{Error, Refusal};
use crate::health::Health;
use crate::options::Options;
use crate::outgoing::{Delivery, OutgoingMessage};
use crate::poller;
use crate::session::{Owned, Role, Session};
use crate::wire;

const SEND: &str = "SendMessage";
const RECALL: &str = "RecallMessage";

/// Sends messages in batches. Any number of calls may be in flight; share it by reference or `Arc`.
#[derive(Debug)]
pub struct Producer {
    session: Arc<Session>,
    _keeper: Owned,
}

/// A message that the broker has.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sent {
    /// The message's id, as the broker knows it: the sender's own.
    pub id: String,
    /// Its place in its queue.
    pub offset: i64,
    /// What a delayed message is recalled by; only where the broker allows that (`recallMessageEnable`).
    pub recall_handle: Option<String>,
}

impl Producer {
    /// Starts a producer for these topics, and returns before it is connected: calls wait for that, for as long as they may
    /// take. To be called inside a tokio runtime.
    ///
    /// # Errors
    /// [`Error::Usage`] if the options can't work.
    pub fn start<T: AsRef<str>>(options: &Options, topics: impl IntoIterator<Item = T>) -> Result<Self, Error> {
        let topics = topics.into_iter().map(|topic| wire::Resource::new(&options.namespace, topic.as_ref())).collect();
        let publishing = wire::Publishing { topics, max_body_size: 0, validate_message_type: true };
        let settings = wire::settings::PubSub::Publishing(publishing);
        let (session, keeper) = Session::start(options, Role { client: wire::ClientType::Producer, group: None, settings })?;
        Ok(Self { session, _keeper: keeper })
    }

    /// Whether it is connected.
    pub fn health(&self) -> Health {
        self.session.health()
    }

    /// Waits until it is connected.
    ///
    /// # Errors
    /// What stands in the way: at once if that won't pass by itself, else when `limit` is over.
    pub async fn ready(&self, limit: Duration) -> Result<(), Error> {
        self.session.ready_within(limit).await.map(|_| ())
    }

    /// Looks whether the topic is there.
    ///
    /// # Errors
    /// [`Code::TOPIC_NOT_FOUND`](crate::Code::TOPIC_NOT_FOUND), or what kept it from being looked up.
    pub async fn check_topic(&self, topic: &str) -> Result<(), Error> {
        poller::route(&self.session, topic).await.map(drop)
    }

    /// Sends messages to one topic, in one call, into one queue. The answers are in the order of the messages.
    ///
    /// Only [`Delivery::Normal`] goes in batches. A server refuses a batch of delayed messages, and puts one of messages in order
    /// into any queue, whatever their group: those are one message a call, and in order the next after the answer.
    ///
    /// After an error, or an answer that got lost, the messages may be stored all the same: send them again with the same ids.
    /// A server takes 4 MiB in one call by default, all bodies together.
    ///
    /// # Errors
    /// The batch as a whole was not taken; [`Error::fault`] says whether to send it again. Where several were sent and the fault is
    /// the request's, one message may be to blame for all: send them one by one.
    pub async fn send(&self, topic: &str, messages: &[OutgoingMessage]) -> Result<Vec<Result<Sent, Refusal>>, Error> {
        if messages.is_empty() {
            return Ok(Vec::new());
        }
        check(messages)?;
        let resource = self.session.resource(topic);
        let request = wire::SendMessageRequest { messages: messages.iter().map(|message| message.wire(&resource)).collect() };
        let limit = self.session.options.request_timeout;
        let answer = self.session.call(SEND, limit, request, |mut stub, request| async move { stub.send_message(request).await }).await?;
        outcomes(messages, answer)
    }

    /// Takes back a delayed message that is not yet delivered. Gives its id.
    ///
    /// # Errors
    /// Among others when it was delivered or recalled already.
    pub async fn recall(&self, topic: &str, recall_handle: &str) -> Result<String, Error> {
        let topic = Some(self.session.resource(topic));
        let request = wire::RecallMessageRequest { topic, recall_handle: recall_handle.to_owned() };
        let limit = self.session.options.request_timeout;
        let answer =
            self.session.call(RECALL, limit, request, |mut stub, request| async move { stub.recall_message(request).await }).await?;
        Refusal::unless_ok(answer.status).map_err(|refusal| refusal.of(RECALL))?;
        Ok(answer.message_id)
    }

    /// Tells the server that this client is gone. Calls in flight may still end well; later ones are [`Error::Closed`].
    pub async fn shutdown(&self) {
        self.session.close().await;
    }
}

/// A server would refuse a batch of delayed messages for good, and lose the order of others.
fn check(messages: &[OutgoingMessage]) -> Result<(), Error> {
    if messages.len() > 1 && messages.iter().any(|message| message.delivery != Delivery::Normal) {
        let why = "messages that are delayed or in order are sent one by one: RocketMQ has no batches of them";
        return Err(Error::Usage(why.to_owned()));
    }
    Ok(())
}

/// An answer has an entry for each message, or one for all of them, or, if nothing was taken, none.
fn outcomes(messages: &[OutgoingMessage], answer: wire::SendMessageResponse) -> Result<Vec<Result<Sent, Refusal>>, Error> {
    let count = answer.entries.len();
    let outcome = |entry: wire::SendResultEntry| {
        Refusal::unless_ok(entry.status)?;
        let recall_handle = (!entry.recall_handle.is_empty()).then_some(entry.recall_handle);
        Ok(Sent { id: entry.message_id, offset: entry.offset, recall_handle })
    };
    if count == messages.len() {
        return Ok(answer.entries.into_iter().map(outcome).collect());
    }
    Refusal::unless_ok(answer.status).map_err(|refusal| refusal.of(SEND))?;
    match <[_; 1]>::try_from(answer.entries) {
        Ok([entry]) => {
            let all = outcome(entry);
            let of = |message: &OutgoingMessage| all.clone().map(|sent| Sent { id: message.id.clone(), ..sent });
            Ok(messages.iter().map(of).collect())
        }
        Err(_) => Err(Error::Protocol { call: SEND, reason: format!("{count} entries for {} messages", messages.len()) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    fn messages(count: usize) -> Vec<OutgoingMessage> {
        (0..count).map(|number| OutgoingMessage::new(format!("id-{number}"), "body")).collect()
    }

    fn answer(code: i32, entries: &[i32]) -> wire::SendMessageResponse {
        let status = |code: i32| Some(wire::Status { code, message: String::new() });
        let entry = |code: &i32| wire::SendResultEntry { status: status(*code), message_id: "theirs".to_owned(), ..Default::default() };
        wire::SendMessageResponse { status: status(code), entries: entries.iter().map(entry).collect() }
    }

    #[test]
    fn each_entry_is_judged_by_itself() {
        let found = outcomes(&messages(2), answer(30000, &[20000, 41301])).expect("an answer for each");
        assert_eq!(found[0].as_ref().map(|sent| sent.id.as_str()), Ok("theirs"));
        assert_eq!(found[1].as_ref().map_err(|refusal| refusal.code), Err(Code::MESSAGE_BODY_TOO_LARGE));
        // A good status in front does not make an entry good.
        assert!(outcomes(&messages(1), answer(20000, &[50402])).expect("an answer for each")[0].is_err());
    }

    #[test]
    fn one_entry_may_stand_for_all_and_none_for_a_refusal() {
        let found = outcomes(&messages(3), answer(20000, &[20000])).expect("an answer for all");
        assert_eq!(found.iter().flatten().map(|sent| sent.id.as_str()).collect::<Vec<_>>(), ["id-0", "id-1", "id-2"]);
        assert_eq!(outcomes(&messages(3), answer(40402, &[])).expect_err("refused").code(), Some(Code::TOPIC_NOT_FOUND));
        assert!(matches!(outcomes(&messages(3), answer(20000, &[])), Err(Error::Protocol { .. })));
        assert!(matches!(outcomes(&messages(3), answer(20000, &[20000, 20000])), Err(Error::Protocol { .. })));
        assert!(outcomes(&messages(1), wire::SendMessageResponse::default()).is_err());
    }

    #[test]
    fn only_what_is_delivered_at_once_goes_in_batches() {
        let with = |delivery: &Delivery| OutgoingMessage::new("id", "body").with_delivery(delivery.clone());
        let (normal, at) = (Delivery::Normal, Delivery::At(std::time::SystemTime::UNIX_EPOCH));
        let in_order = Delivery::InOrder { group: "a".to_owned() };
        for (first, second, fine) in [(&normal, &normal, true), (&at, &at, false), (&normal, &at, false), (&in_order, &in_order, false)] {
            assert_eq!(check(&[with(first), with(second)]).is_ok(), fine, "{first:?} and {second:?}");
            assert_eq!(check(&[with(first)]), Ok(()));
        }
    }
}
