//! Looks after what was sent: a message that a broker took and did not bring is sent once more.
//!
//! A walk along sent messages in the order of their time, some seconds behind the present. Each group that hears a message has a
//! row for it by then; where one is missing the message goes back to the outbox. That a group is merely slow does no harm, since
//! its row sees to it that nothing takes effect twice; but each time it takes twice as long until the next.

use std::collections::BTreeSet;

use rocketmall_core::id::Timestamp;
use rocketmall_core::message::{InboxKey, subscribers};

use crate::connection::Connection;
use crate::database::Database;
use crate::error::StoreError;
use crate::rows::{inbox_key_to_row, params, row};
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

/// A page of the walk: messages of which somebody has to say who has taken them.
pub struct Page {
    from: (i64, i64),
    sent: Vec<Sent>,
}

impl Page {
    /// The rows that the groups should have by now.
    pub fn wanted(&self) -> Vec<InboxKey> {
        let key = |message: &Sent, group: &str| InboxKey { group: group.to_owned(), tag: message.tag.clone(), key: message.key.clone() };
        self.sent.iter().flat_map(|message| message.groups().map(|group| key(message, group)).collect::<Vec<_>>()).collect()
    }
}

/// The next messages, at most [`PORTION`], that were sent at least `patience` milliseconds ago. Nothing, while another process is at it.
pub async fn page(database: &Database, now: Timestamp, patience: i64) -> Result<Option<Page>, StoreError> {
    let read = async move |connection: &mut Connection| {
        let sql = Statements::of(connection.dialect());
        let Some(from) = position(connection).await? else { return Ok(None) };
        let page = params![from.0, now.millis().saturating_sub(patience), from.0, from.1, PORTION];
        let rows = connection.query(sql.outbox_sent_page, &page).await?;
        let sent: Vec<Sent> = rows.into_iter().map(Sent::of).collect::<Result<_, _>>()?;
        Ok(Some(Page { from, sent }).filter(|page| !page.sent.is_empty()))
    };
    database.with(move |connection| Box::pin(in_transaction(connection, read))).await
}

/// Which of these rows this database has.
pub async fn known(database: &Database, wanted: &[InboxKey]) -> Result<Vec<InboxKey>, StoreError> {
    let key = |row| {
        let columns = &mut Columns::of("trade_mq_consumer_log", row);
        Ok(InboxKey { group: columns.text()?, tag: columns.text()?, key: columns.text()? })
    };
    let rows = database.rows(database.sql().inbox_heard, wanted.iter().map(inbox_key_to_row).collect()).await?;
    rows.into_iter().map(key).collect()
}

/// Sends again what a group has not taken, according to `known`, and goes on. Nothing, if another process has meanwhile.
pub async fn settle(
    database: &Database,
    page: Page,
    known: BTreeSet<InboxKey>,
    now: Timestamp,
    patience: i64,
) -> Result<Looked, StoreError> {
    let write = async move |connection: &mut Connection| {
        let sql = Statements::of(connection.dialect());
        let now = now.millis();
        let Some(last) = page.sent.last() else { return Ok(Looked::default()) };
        if position(connection).await? != Some(page.from) {
            return Ok(Looked::default());
        }
        let (mut touched, mut again) = (Vec::new(), 0);
        for message in &page.sent {
            let has =
                |group: &str| known.contains(&InboxKey { group: group.to_owned(), tag: message.tag.clone(), key: message.key.clone() });
            let Some(group) = message.groups().find(|group| !has(group)) else { continue };
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
        connection.execute(sql.cursor_save, &params![last.due, last.id, "heard"]).await?;
        Ok(Looked { messages: i64::try_from(page.sent.len()).unwrap_or(i64::MAX), again })
    };
    database.with(move |connection| Box::pin(in_transaction(connection, write))).await
}

async fn position(connection: &mut Connection) -> Result<Option<(i64, i64)>, StoreError> {
    let sql = Statements::of(connection.dialect());
    let Some(row) = connection.query(sql.cursor_load, &params!["heard"]).await?.into_iter().next() else { return Ok(None) };
    let mut columns = Columns::of("trade_cursor", row);
    Ok(Some((columns.int()?, columns.int()?)))
}

async fn in_transaction<R>(
    connection: &mut Connection,
    work: impl AsyncFnOnce(&mut Connection) -> Result<R, StoreError>,
) -> Result<R, StoreError> {
    connection.begin().await?;
    let done = work(connection).await;
    match &done {
        Ok(_) => connection.commit().await?,
        Err(_) => connection.rollback().await?,
    }
    done
}
