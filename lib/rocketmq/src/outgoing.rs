//! A message on its way to a topic.

use std::collections::HashMap;
use std::time::SystemTime;

use bytes::Bytes;

use crate::clock;
use crate::wire;

/// What is sent. A server takes bodies of 1 byte to 4 MiB, 128 properties of 16 KiB together, all by default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingMessage {
    /// The sender's own id, not blank; the receiver gets it unchanged. The same id for the same message, however often it is sent.
    pub id: String,
    /// The body.
    pub body: Bytes,
    /// What receivers filter by.
    pub tag: Option<String>,
    /// What the message can be looked up by; none blank.
    pub keys: Vec<String>,
    /// The sender's own properties.
    pub properties: HashMap<String, String>,
    /// When what the message tells of happened.
    pub born: SystemTime,
    /// When, and after what, it is delivered.
    pub delivery: Delivery,
}

/// When a message is delivered. A topic takes one kind only: its `message.type`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// At once, in any order (`NORMAL`).
    Normal,
    /// After those of the same group that were sent before it (`FIFO`); sent one message a call.
    InOrder {
        /// What is kept in order, such as the number of an order.
        group: String,
    },
    /// At a time, to the second or so (`DELAY`), 24 h ahead at most by default; until then it can be recalled. Sent one message a call.
    At(SystemTime),
}

impl OutgoingMessage {
    /// A message that was born now, delivered at once, without tag, keys and properties.
    pub fn new(id: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self {
            id: id.into(),
            body: body.into(),
            tag: None,
            keys: Vec::new(),
            properties: HashMap::new(),
            born: clock::now(),
            delivery: Delivery::Normal,
        }
    }

    /// With this tag.
    #[must_use]
    pub fn with_tag(mut self, tag: impl Into<String>) -> Self {
        self.tag = Some(tag.into());
        self
    }

    /// With this key besides.
    #[must_use]
    pub fn with_key(mut self, key: impl Into<String>) -> Self {
        self.keys.push(key.into());
        self
    }

    /// With this property besides.
    #[must_use]
    pub fn with_property(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.properties.insert(name.into(), value.into());
        self
    }

    /// Born then.
    #[must_use]
    pub fn with_born(mut self, born: SystemTime) -> Self {
        self.born = born;
        self
    }

    /// Delivered so.
    #[must_use]
    pub fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    pub(crate) fn wire(&self, topic: &wire::Resource) -> wire::Message {
        let (message_type, message_group, delivery_timestamp) = match &self.delivery {
            Delivery::Normal => (wire::MessageType::Normal, None, None),
            Delivery::InOrder { group } => (wire::MessageType::Fifo, Some(group.clone()), None),
            Delivery::At(time) => (wire::MessageType::Delay, None, Some((*time).into())),
        };
        let system = wire::SystemProperties {
            tag: self.tag.clone(),
            keys: self.keys.clone(),
            message_id: self.id.clone(),
            body_encoding: wire::Encoding::Identity.into(),
            message_type: message_type.into(),
            born_timestamp: Some(self.born.into()),
            message_group,
            delivery_timestamp,
            ..wire::SystemProperties::default()
        };
        wire::Message {
            topic: Some(topic.clone()),
            user_properties: self.properties.clone(),
            system_properties: Some(system),
            body: self.body.clone(),
        }
    }
}
