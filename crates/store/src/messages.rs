//! Messages on their way out and with the groups that hear them, as pages and commands read them.

mod filter;
mod walk;

use rocketmall_core::id::{MessageId, Timestamp};
use rocketmall_core::message::{InboxKey, InboxRow, InboxState, Message};

pub use filter::MessageFilter;
pub use walk::{Found, Part, Place, Walk};

use crate::codes::Code as _;
use crate::database::Database;
use crate::error::StoreError;
use crate::read::one;
use crate::rows::{inbox_from_row, inbox_key_to_row, row};
use crate::value::{Columns, Row, Value};

/// Where an outgoing message stands (`trade_mq_producer_temp.msg_status`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutboxState {
    /// Not yet handed to all who hear it, or to the broker.
    Pending,
    /// Handed over.
    Sent,
    /// Given up.
    Dead,
}

/// Where a message stands with a group (`trade_mq_consumer_log.consumer_status`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InboxStage {
    /// To be tried again.
    Retrying,
    /// Its effect is in the tables.
    Done,
    /// Given up.
    Dead,
}

/// An outgoing message and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The message.
    pub message: Message,
    /// Its producer group.
    pub group: String,
    /// Where it stands.
    pub state: OutboxState,
    /// When it is taken up next, or was.
    pub due: Timestamp,
    /// When it was handed to all who hear it, or to the broker.
    pub sent_at: Option<Timestamp>,
    /// How often it was taken up.
    pub tries: i64,
    /// Why it could not be sent the last time, or why it was sent again.
    pub remark: Option<String>,
}

/// A message as a group has it, and its place in lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// The group's row.
    pub row: InboxRow,
    /// When it is tried again, or when it was done or given up.
    pub due: Timestamp,
}

impl Incoming {
    /// Where it stands.
    pub fn stage(&self) -> InboxStage {
        match self.row.state {
            InboxState::Retrying { .. } => InboxStage::Retrying,
            InboxState::Done => InboxStage::Done,
            InboxState::Dead => InboxStage::Dead,
        }
    }
}

/// How many messages are under way.
#[derive(Clone, Debug, Default)]
pub struct MessageGauges {
    /// Outgoing and not yet sent, by topic. A topic without any is not among them.
    pub outbox: Vec<OutboxGauge>,
    /// Dead, outgoing or with a consumer.
    pub dead: i64,
    /// With a consumer, to be tried again.
    pub retrying: i64,
}

impl MessageGauges {
    /// Outgoing and not yet sent.
    pub fn pending(&self) -> i64 {
        self.outbox.iter().map(|topic| topic.pending).sum()
    }
}

/// How many messages of a topic wait in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxGauge {
    /// The topic.
    pub topic: String,
    /// Not yet sent.
    pub pending: i64,
    /// When the oldest of them was stored.
    pub oldest: Timestamp,
}

impl Database {
    /// One outgoing message.
    pub async fn outgoing(&self, id: i64) -> Result<Option<Outgoing>, StoreError> {
        Ok(self.outgoing_with(&[id]).await?.pop())
    }

    /// The outgoing messages with these ids, as far as there are any, in no order.
    pub async fn outgoing_with(&self, ids: &[i64]) -> Result<Vec<Outgoing>, StoreError> {
        let rows = self.rows(self.sql().outbox_by_id, ids.iter().map(|id| row![*id]).collect()).await?;
        rows.into_iter().map(outgoing_from_row).collect()
    }

    /// Outgoing messages with this key, oldest first.
    pub async fn outgoing_of(&self, key: &str) -> Result<Vec<Outgoing>, StoreError> {
        self.query(self.sql().outbox_by_key, row![key]).await?.into_iter().map(outgoing_from_row).collect()
    }

    /// What the groups have of the messages with these ids, in no order.
    pub async fn incoming_with(&self, message_ids: &[String]) -> Result<Vec<Incoming>, StoreError> {
        let keys = message_ids.iter().map(|id| row![id.as_str()]).collect();
        self.rows(self.sql().inbox_by_message, keys).await?.into_iter().map(incoming_from_row).collect()
    }

    /// What groups have under these keys, in no order.
    pub async fn incoming_at(&self, keys: &[InboxKey]) -> Result<Vec<Incoming>, StoreError> {
        let rows = self.rows(self.sql().inbox_load, keys.iter().map(inbox_key_to_row).collect()).await?;
        rows.into_iter().map(incoming_from_row).collect()
    }

    /// What the groups have of messages about this key.
    pub async fn incoming_of(&self, key: &str) -> Result<Vec<Incoming>, StoreError> {
        self.query(self.sql().inbox_by_key, row![key]).await?.into_iter().map(incoming_from_row).collect()
    }

    /// How many messages are under way.
    pub async fn message_gauges(&self) -> Result<MessageGauges, StoreError> {
        let topic = |row| {
            let c = &mut Columns::of("outbox_gauges", row);
            Ok(OutboxGauge { topic: c.text()?, pending: c.int()?, oldest: Timestamp::from_millis(c.int()?) })
        };
        let outbox = self.query(self.sql().outbox_gauges, Vec::new()).await?.into_iter().map(topic).collect::<Result<_, StoreError>>()?;
        let gauges = one(self.query(self.sql().message_gauges, Vec::new()).await?, |row| {
            let c = &mut Columns::of("message_gauges", row);
            Ok(MessageGauges { outbox, dead: c.int()?, retrying: c.int()? })
        })?;
        Ok(gauges.unwrap_or_default())
    }
}

fn outgoing_from_row(row: Row) -> Result<Outgoing, StoreError> {
    let c = &mut Columns::of("trade_mq_producer_temp", row);
    let id = c.int()?;
    let (group, topic, tag) = (c.text_or_empty()?, c.text_or_empty()?, c.text_or_empty()?);
    let (key, body) = (c.text_or_empty()?, c.text_or_empty()?);
    let status = c.int_or(0)?;
    let state = OutboxState::from_code(status).ok_or_else(|| c.unexpected(&format!("a known msg_status, found {status}")))?;
    let (created_at, due) = (Timestamp::from_millis(c.int()?), Timestamp::from_millis(c.int_or(0)?));
    let sent_at = c.optional_int()?.map(Timestamp::from_millis);
    let (tries, remark) = (c.int()?, c.optional_text()?);
    let message = Message { id: MessageId::new(id), topic, tag, key, body, created_at, trace: c.trace()? };
    Ok(Outgoing { message, group, state, due, sent_at, tries, remark })
}

fn incoming_from_row(row: Row) -> Result<Incoming, StoreError> {
    // what is done or dead has none in its state
    let due = match row.get(9) {
        Some(Value::Int(due)) => Timestamp::from_millis(*due),
        // the original's own
        Some(Value::Null) => Timestamp::default(),
        other => return Err(StoreError::Corrupt(format!("trade_mq_consumer_log: wanted due_time, found {other:?}"))),
    };
    Ok(Incoming { row: inbox_from_row(row)?, due })
}
