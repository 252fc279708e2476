//! Which messages are wanted.

use rocketmall_core::id::Timestamp;
use rocketmall_core::message::{InboxRow, subscribers};

use super::Outgoing;
use crate::rows::row;
use crate::value::Row;

/// The databases reckon in dates up to 2038; a bound behind it is as good as there.
const LAST_DATE: i64 = i32::MAX as i64 * 1_000;

/// Which messages are wanted: all that meet every part that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageFilter {
    /// The topic.
    pub topic: Option<String>,
    /// The tag.
    pub tag: Option<String>,
    /// A consumer group: the messages that it hears. Or a producer group: those that it sends.
    pub group: Option<String>,
    /// The key.
    pub key: Option<String>,
    /// Stored then or later; with a group: last tried then or later.
    pub since: Option<Timestamp>,
    /// Stored before then; with a group: last tried before then.
    pub until: Option<Timestamp>,
}

impl MessageFilter {
    /// Everything is wanted.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether an outgoing message is wanted.
    pub fn takes_outgoing(&self, outgoing: &Outgoing) -> bool {
        let message = &outgoing.message;
        let of_group = self.group.as_ref().is_none_or(|group| {
            *group == outgoing.group || subscribers(&message.topic, &message.tag).any(|subscription| subscription.group == group)
        });
        of_group && self.takes(&message.topic, &message.tag, &message.key, message.created_at)
    }

    /// Whether a group's row is wanted.
    pub fn takes_incoming(&self, row: &InboxRow) -> bool {
        is_wanted(self.group.as_ref(), &row.key.group) && self.takes(&row.topic, &row.key.tag, &row.key.key, row.at)
    }

    fn takes(&self, topic: &str, tag: &str, key: &str, at: Timestamp) -> bool {
        is_wanted(self.topic.as_ref(), topic)
            && is_wanted(self.tag.as_ref(), tag)
            && is_wanted(self.key.as_ref(), key)
            && self.since.is_none_or(|since| at >= since)
            && self.until.is_none_or(|until| at < until)
    }

    /// Topic and tag, each twice; empty for any.
    pub(super) fn topic_and_tag(&self) -> Row {
        let (topic, tag) = (text(self.topic.as_ref()), text(self.tag.as_ref()));
        row![topic, topic, tag, tag]
    }

    /// The group, twice; empty for any.
    pub(super) fn group_twice(&self) -> Row {
        let group = text(self.group.as_ref());
        row![group, group]
    }

    /// Since and until, each twice; below zero for any.
    pub(super) fn times(&self) -> Row {
        let bound = |at: Option<Timestamp>| at.map_or(-1, |at| at.millis().clamp(0, LAST_DATE));
        let (since, until) = (bound(self.since), bound(self.until));
        row![since, since, until, until]
    }

    /// What is wanted is due then or later, unless it is a dead outgoing message, which is never due.
    pub(super) fn least_due(&self) -> i64 {
        self.since.map_or(0, Timestamp::millis)
    }
}

fn is_wanted(wanted: Option<&String>, found: &str) -> bool {
    wanted.is_none_or(|wanted| wanted == found)
}

fn text(wanted: Option<&String>) -> &str {
    wanted.map_or("", String::as_str)
}
