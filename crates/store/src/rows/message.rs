//! Messages on their way out and in.

use rocketmall_core::id::{MessageId, Timestamp};
use rocketmall_core::message::{InboxKey, InboxRow, InboxState, Message, producer_group};

use super::{Read, row, trace_to_row};
use crate::value::{Columns, Row};

/// As it is stored when it comes up; `due`: when it is anybody's to deliver.
pub(crate) fn message_to_row(message: &Message, due: Timestamp) -> Row {
    let mut row = row![
        message.id.get(),
        producer_group(&message.topic),
        message.topic.as_str(),
        message.tag.as_str(),
        message.key.as_str(),
        message.body.as_str(),
        message.created_at.millis(),
        due.millis(),
    ];
    row.extend(trace_to_row(message.trace));
    row
}

/// Id, topic, tag, key, body, time, trace.
pub(crate) fn message_from_row(row: Row) -> Read<Message> {
    let c = &mut Columns::of("trade_mq_producer_temp", row);
    let id = MessageId::new(c.int()?);
    let (topic, tag, key, body) = (c.text()?, c.text()?, c.text()?, c.text()?);
    Ok(Message { id, topic, tag, key, body, created_at: c.time()?, trace: c.trace()? })
}

/// `consumer_status` and `due_time`.
fn inbox_state(row: &InboxRow) -> (i64, i64) {
    match row.state {
        InboxState::Retrying { due } => (0, due.millis()),
        InboxState::Done => (1, row.at.millis()),
        InboxState::Dead => (2, row.at.millis()),
    }
}

pub(crate) fn inbox_to_row(inbox: &InboxRow) -> Row {
    let (status, due) = inbox_state(inbox);
    let mut row = row![
        inbox.key.group.as_str(),
        inbox.key.tag.as_str(),
        inbox.key.key.as_str(),
        inbox.message_id.as_str(),
        inbox.topic.as_str(),
        inbox.body.as_str(),
        status,
        inbox.times,
        inbox.at.millis(),
        due,
        inbox.remark.as_deref(),
    ];
    row.extend(trace_to_row(inbox.trace));
    row
}

/// What the row says is of the message that was tried last: another one of the same key may have come first, and been no good.
pub(crate) fn inbox_update_row(inbox: &InboxRow) -> Row {
    let (status, due) = inbox_state(inbox);
    let mut row = row![
        inbox.key.group.as_str(),
        inbox.key.tag.as_str(),
        inbox.key.key.as_str(),
        status,
        inbox.times,
        inbox.at.millis(),
        due,
        inbox.remark.as_deref(),
        inbox.message_id.as_str(),
        inbox.body.as_str(),
    ];
    row.extend(trace_to_row(inbox.trace));
    row
}

pub(crate) fn inbox_from_row(row: Row) -> Read<InboxRow> {
    let c = &mut Columns::of("trade_mq_consumer_log", row);
    let key = InboxKey { group: c.text()?, tag: c.text()?, key: c.text()? };
    let (message_id, topic, body) = (c.text_or_empty()?, c.text_or_empty()?, c.text_or_empty()?);
    let (status, times, at, due) = (c.int_or(0)?, c.int_or(0)?, c.time_or_epoch()?, c.time_or_epoch()?);
    let state = match status {
        0 => InboxState::Retrying { due },
        1 => InboxState::Done,
        2 => InboxState::Dead,
        other => return Err(c.unexpected(&format!("a known consumer_status, found {other}"))),
    };
    Ok(InboxRow { key, message_id, topic, body, state, times, at, remark: c.optional_text()?, trace: c.trace()? })
}

pub(crate) fn inbox_key_to_row(key: &InboxKey) -> Row {
    row![key.group.as_str(), key.tag.as_str(), key.key.as_str()]
}
