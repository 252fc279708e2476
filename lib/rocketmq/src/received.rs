//! A message that a consumer was given, and the receipt to say what became of it.

use std::collections::HashMap;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;

use crate::wire;

/// A message, until its time runs out: then it comes again, to whoever asks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReceivedMessage {
    /// The topic it came from.
    pub topic: String,
    /// The id that its sender gave it; the same at every delivery.
    pub id: String,
    /// The body, as it was sent; see `encoding`.
    pub body: Bytes,
    /// How the body is encoded. Only senders of other protocols compress.
    pub encoding: Encoding,
    /// Its tag.
    pub tag: Option<String>,
    /// Its keys.
    pub keys: Vec<String>,
    /// The sender's own properties.
    pub properties: HashMap<String, String>,
    /// Which delivery this is, from 1. After the group's last the message goes to the dead letter queue.
    pub attempt: u32,
    /// When the sender says that it was born.
    pub born: Option<SystemTime>,
    /// Where it was born.
    pub born_host: String,
    /// When the broker stored it.
    pub stored: Option<SystemTime>,
    /// Where it was stored.
    pub store_host: String,
    /// When it was to be delivered, if it was delayed.
    pub deliver_at: Option<SystemTime>,
    /// What it is kept in order with, in a topic that keeps order.
    pub group: Option<String>,
    /// The queue's number in its broker.
    pub queue: i32,
    /// Its place in the queue.
    pub offset: Option<i64>,
    /// In a dead letter queue: where it was before.
    pub dead_letter: Option<Origin>,
    /// The broker that it was received from.
    pub broker: String,
    /// When it becomes visible to others, if nothing is done: counted from before it was asked for, so rather early.
    pub visible_again: Instant,
    pub(crate) handle: String,
}

/// Where a dead letter was before it died.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The topic.
    pub topic: String,
    /// The id that it had there.
    pub id: String,
}

/// How a body is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Not at all.
    Identity,
    /// Compressed: gzip by the protocol, zlib in practice where the older Java client sent it.
    Gzip,
    /// In a way that this crate does not know.
    Unknown(i32),
}

/// What the server needs to know which delivery of a message is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The message's topic.
    pub topic: String,
    /// The message's id.
    pub id: String,
    /// Which delivery this was.
    pub attempt: u32,
    pub(crate) handle: String,
}

impl ReceivedMessage {
    /// To acknowledge this delivery, prolong it, give it back or have it put away.
    pub fn receipt(&self) -> Receipt {
        Receipt { topic: self.topic.clone(), id: self.id.clone(), attempt: self.attempt, handle: self.handle.clone() }
    }

    /// `asked` is when the receive was sent, `invisible` what it asked for.
    pub(crate) fn of(message: wire::Message, broker: &str, asked: Instant, invisible: Duration) -> Self {
        let system = message.system_properties.unwrap_or_default();
        let promised = system.invisible_duration.and_then(|duration| Duration::try_from(duration).ok());
        let invisible = promised.map_or(invisible, |promised| promised.min(invisible));
        Self {
            topic: message.topic.unwrap_or_default().name,
            encoding: match wire::Encoding::try_from(system.body_encoding) {
                Ok(wire::Encoding::Gzip) => Encoding::Gzip,
                Ok(_) => Encoding::Identity,
                Err(_) => Encoding::Unknown(system.body_encoding),
            },
            attempt: system.delivery_attempt.and_then(|attempt| u32::try_from(attempt).ok()).unwrap_or(1).max(1),
            born: wire::time(system.born_timestamp),
            stored: wire::time(system.store_timestamp),
            deliver_at: wire::time(system.delivery_timestamp),
            dead_letter: system.dead_letter_queue.map(|origin| Origin { topic: origin.topic, id: origin.message_id }),
            visible_again: asked.checked_add(invisible).unwrap_or(asked),
            id: system.message_id,
            body: message.body,
            tag: system.tag,
            keys: system.keys,
            properties: message.user_properties,
            born_host: system.born_host,
            store_host: system.store_host,
            group: system.message_group,
            queue: system.queue_id,
            offset: system.queue_offset,
            broker: broker.to_owned(),
            handle: system.receipt_handle.unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outgoing::{Delivery, OutgoingMessage};

    const INVISIBLE: Duration = Duration::from_secs(30);

    #[test]
    fn what_is_sent_is_what_is_received() {
        let born = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_123);
        let sent = OutgoingMessage::new("id", "body")
            .with_tag("tag")
            .with_key("k1")
            .with_key("k2")
            .with_property("a", "b")
            .with_born(born)
            .with_delivery(Delivery::InOrder { group: "7".to_owned() });
        let asked = Instant::now();
        let received = ReceivedMessage::of(sent.wire(&wire::Resource::new("", "topic")), "broker-a", asked, INVISIBLE);
        assert_eq!((received.topic.as_str(), received.id.as_str(), received.body.as_ref()), ("topic", "id", b"body".as_slice()));
        assert_eq!((received.tag.as_deref(), received.keys.len(), received.attempt), (Some("tag"), 2, 1));
        assert_eq!((received.born, received.group.as_deref()), (Some(born), Some("7")));
        assert_eq!((received.properties["a"].as_str(), received.visible_again), ("b", asked + INVISIBLE));
    }

    #[test]
    fn a_message_of_nothing_or_of_nonsense_is_read() {
        let asked = Instant::now();
        let nothing = ReceivedMessage::of(wire::Message::default(), "b", asked, Duration::MAX);
        assert_eq!((nothing.attempt, nothing.encoding, nothing.visible_again), (1, Encoding::Identity, asked));
        let system = wire::SystemProperties {
            delivery_attempt: Some(-3),
            body_encoding: 99,
            born_timestamp: Some(prost_types::Timestamp { seconds: i64::MIN, nanos: -1 }),
            invisible_duration: Some(prost_types::Duration { seconds: -5, nanos: 0 }),
            ..wire::SystemProperties::default()
        };
        let nonsense = wire::Message { system_properties: Some(system), ..wire::Message::default() };
        let nonsense = ReceivedMessage::of(nonsense, "b", asked, INVISIBLE);
        assert_eq!((nonsense.attempt, nonsense.encoding, nonsense.born), (1, Encoding::Unknown(99), None));
        assert_eq!(nonsense.visible_again, asked + INVISIBLE);
    }
}
