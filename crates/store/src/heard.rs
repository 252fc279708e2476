//! Looks after what was sent: a message that a broker took and did not bring is sent once more.
//!
//! A walk along sent messages in the order of their time, some seconds behind the present. Each group that hears a message has a
//! row for it by then; where one is missing the message goes back to the outbox. That a group is merely slow does no harm, since
//! its row sees to it that nothing takes effect twice; but each time it takes twice as long until the next.

use std::collections::BTreeSet;

use rocketmall_core::id::Timestamp;
use rocketmall_core::message::subscribers;

use crate::connection::Connection;
use crate::database::Database;
use crate::error::StoreError;
use crate::rows::{params, row};
use crate::statements::Statements;
use crate::value::{Columns, Row, Value};

/// Messages looked at in one transaction at most.
pub const PORTION: i64 = 512;

/// Doublings of the patience at most: with a minute to begin with, about an hour.
const DOUBLINGS: i64 = 6;

/// What a step of the walk found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Messages that were looked at.
    pub messages: i64,
    /// Those that go out once more.
    pub again: usize,
}

/// A sent message.
struct Sent {
    id: i64,
    topic: String,
    tag: String,
    key: String,
    due: i64,
    tries: i64,
    at: i64,
}

impl Sent {
    fn of(row: Row) -> Result<Self, StoreError> {
        let mut columns = Columns::of("trade_mq_producer_temp", row);
        Ok(Self {
            id: columns.int()?,
            topic: columns.text()?,
            tag: columns.text()?,
            key: columns.text()?,
            due: columns.int()?,
            tries: columns.int()?,
            at: columns.int()?,
        })
    }

    /// The groups that hear it.
    fn groups(&self) -> impl Iterator<Item = &'static str> + use<'_> {
        subscribers(&self.topic, &self.tag).map(|subscription| subscription.group)
    }

    /// From when on it counts as lost, if a group does not know it.
    fn lost_at(&self, patience: i64) -> i64 {
        let doublings = self.tries.saturating_sub(1).clamp(0, DOUBLINGS);
        self.at.saturating_add(patience.saturating_mul(1 << doublings))
    }
}

/// One step: at most [`PORTION`] messages that were sent at least `patience` milliseconds ago. If it found so many there are more.
/// Nothing, while another process takes its step.
pub async fn look(database: &Database, now: Timestamp, patience: i64) -> Result<Looked, StoreError> {
    database
        .with(move |connection| {
            Box::pin(async move {
                connection.begin().await?;
                let looked = step(connection, now.millis(), patience).await;
                match &looked {
                    Ok(_) => connection.commit().await?,
                    Err(_) => connection.rollback().await?,
                }
                looked
            })
        })
        .await
}

async fn step(connection: &mut Connection, now: i64, patience: i64) -> Result<Looked, StoreError> {
    let sql = Statements::of(connection.dialect());
    let Some(row) = connection.query(sql.cursor_load, &params!["heard"]).await?.into_iter().next() else {
        return Ok(Looked::default());
    };
    let mut columns = Columns::of("trade_cursor", row);
    let (position, after) = (columns.int()?, columns.int()?);
    let page = params![position, now.saturating_sub(patience), position, after, PORTION];
    let sent: Vec<Sent> = connection.query(sql.outbox_sent_page, &page).await?.into_iter().map(Sent::of).collect::<Result<_, _>>()?;
    let Some(last) = sent.last() else { return Ok(Looked::default()) };
    let (last_due, last_id) = (last.due, last.id);

    let wanted: Vec<Row> = sent
        .iter()
        .flat_map(|message| message.groups().map(|group| row![group, message.tag.as_str(), message.key.as_str()]).collect::<Vec<_>>())
        .collect();
    let known: BTreeSet<(String, String, String)> = connection
        .read(sql.inbox_heard, &wanted)
        .await?
        .into_iter()
        .map(|row| {
            let mut columns = Columns::of("trade_mq_consumer_log", row);
            Ok((columns.text()?, columns.text()?, columns.text()?))
        })
        .collect::<Result<_, StoreError>>()?;

    let (mut touched, mut again) = (Vec::new(), 0);
    for message in &sent {
        let deaf = message.groups().find(|group| !known.contains(&((*group).to_owned(), message.tag.clone(), message.key.clone())));
        let Some(group) = deaf else { continue };
        let lost_at = message.lost_at(patience);
        if lost_at > now {
            // the walk comes to it again at that time
            touched.push(row![message.id, 1_i64, 1_i64, lost_at.saturating_sub(patience), Value::Null]);
        } else {
            again += 1;
            touched.push(row![message.id, 1_i64, 0_i64, now, format!("sent again: {group} has not taken it")]);
        }
    }
    connection.write(sql.outbox_touch, &touched).await?;
    connection.execute(sql.cursor_save, &params![last_due, last_id, "heard"]).await?;
    Ok(Looked { messages: i64::try_from(sent.len()).unwrap_or(i64::MAX), again })
}
