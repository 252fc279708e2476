//! Notifications to be sent: which are due, who sends them, what became of them.
//!
//! A claim is a lease: it moves `next_attempt_at` into the future and counts the attempt, so whoever claims second finds
//! the row changed, and a row whose sender was killed is simply due again.

use rocketmall_store::{Columns, Connection, Database, Row, Statement, StoreError, Value};

use crate::event::{Planned, Tamper};

const INSERT: Statement = Statement {
    name: "sandbox_insert_notification",
    sql: "insert into sandbox_notification (notify_id, copy_no, payment_id, event_no, url, body, tamper, drops, held, state,
            attempts, next_attempt_at, give_up_at, created_at)
          values (?,?,?,?,?,?,?,?,?,'pending',0,?,?,?)",
};
const DUE: Statement = Statement {
    name: "sandbox_due_notifications",
    sql: "select notify_id, copy_no, payment_id, event_no, url, body, tamper, drops, attempts, next_attempt_at, give_up_at
          from sandbox_notification where state = 'pending' and next_attempt_at <= ? order by next_attempt_at limit 64",
};
const NEXT_DUE: Statement = Statement {
    name: "sandbox_next_due",
    sql: "select next_attempt_at from sandbox_notification where state = 'pending' order by next_attempt_at limit 1",
};
const CLAIM: Statement = Statement {
    name: "sandbox_claim_notification",
    sql: "update sandbox_notification set next_attempt_at = ?, attempts = attempts + 1, held = 0
          where notify_id = ? and copy_no = ? and state = 'pending' and attempts = ? and next_attempt_at = ?",
};
const DELIVERED: Statement = Statement {
    name: "sandbox_notification_delivered",
    sql: "update sandbox_notification set state = 'delivered', last_answer = ?
          where notify_id = ? and copy_no = ? and state <> 'delivered'",
};
const RELEASE: Statement = Statement {
    name: "sandbox_release_held",
    sql: "update sandbox_notification set next_attempt_at = ?, held = 0
          where payment_id = ? and event_no < ? and held = 1 and state = 'pending'",
};
const FAILED: Statement = Statement {
    name: "sandbox_notification_failed",
    sql: "update sandbox_notification set state = ?, next_attempt_at = ?, last_answer = ?
          where notify_id = ? and copy_no = ? and state = 'pending' and attempts = ?",
};
const OF_PAYMENT: Statement = Statement {
    name: "sandbox_notifications_of_payment",
    sql: "select state, attempts, last_answer from sandbox_notification where payment_id = ? order by event_no, copy_no limit 20",
};

/// A due notification; once claimed, the right to make its next delivery.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) notify_id: String,
    pub(crate) copy_no: i64,
    pub(crate) payment_id: String,
    event_no: i64,
    pub(crate) url: String,
    pub(crate) body: String,
    pub(crate) tamper: Option<Tamper>,
    drops: i64,
    /// Which attempt this is, from 1, once claimed.
    pub(crate) attempts: i64,
    next_attempt_at: i64,
    pub(crate) give_up_at: i64,
}

impl Delivery {
    /// One of those that were wished to be lost?
    pub(crate) fn is_dropped(&self) -> bool {
        self.attempts <= self.drops
    }
}

/// What became of a delivery.
#[derive(Clone, Debug)]
pub(crate) enum Fate {
    /// Answered 2xx.
    Delivered,
    /// To be made again then.
    Again(i64),
    /// Never again: a day has passed.
    Abandoned,
}

/// A notification as the customer's page shows it.
#[derive(Debug)]
pub(crate) struct Progress {
    pub(crate) state: String,
    pub(crate) attempts: i64,
    pub(crate) last_answer: Option<String>,
}

pub(crate) async fn insert(connection: &mut Connection, planned: Planned) -> Result<(), StoreError> {
    let row: Row = vec![
        planned.notify_id.into(),
        planned.copy_no.into(),
        planned.payment_id.into(),
        planned.event_no.into(),
        planned.url.into(),
        planned.body.into(),
        planned.tamper.map(Tamper::word).into(),
        planned.drops.into(),
        i64::from(planned.held).into(),
        planned.due_at.into(),
        planned.give_up_at.into(),
        planned.created_at.into(),
    ];
    connection.execute(INSERT, &row).await.map(drop)
}

/// Up to 64 notifications that are due, the longest due first.
pub(crate) async fn due(database: &Database, now: i64) -> Result<Vec<Delivery>, StoreError> {
    database.query(DUE, vec![now.into()]).await?.into_iter().map(delivery).collect()
}

/// When the next one is due, claimed ones included.
pub(crate) async fn next_due(database: &Database) -> Result<Option<i64>, StoreError> {
    let row = database.query(NEXT_DUE, Vec::new()).await?.pop();
    row.map(|row| Columns::of("sandbox_notification", row).int()).transpose()
}

/// Claims what is still as it was read, until `lease_until`.
pub(crate) async fn claim(connection: &mut Connection, due: &[Delivery], lease_until: i64) -> Result<Vec<Delivery>, StoreError> {
    let mut claimed = Vec::with_capacity(due.len());
    for delivery in due {
        let row: [Value; 5] = [
            lease_until.into(),
            delivery.notify_id.as_str().into(),
            delivery.copy_no.into(),
            delivery.attempts.into(),
            delivery.next_attempt_at.into(),
        ];
        if connection.execute(CLAIM, &row).await? == 1 {
            claimed.push(Delivery { attempts: delivery.attempts + 1, ..delivery.clone() });
        }
    }
    Ok(claimed)
}

/// Stores what became of a delivery. A late answer cannot undo a later attempt, except that taken is taken.
pub(crate) async fn settle(
    connection: &mut Connection,
    delivery: &Delivery,
    fate: &Fate,
    answer: &str,
    now: i64,
) -> Result<(), StoreError> {
    let answer: String = answer.chars().take(256).collect();
    let (state, next) = match fate {
        Fate::Delivered => {
            let row = [answer.into(), delivery.notify_id.as_str().into(), delivery.copy_no.into()];
            connection.execute(DELIVERED, &row).await?;
            let row = [now.into(), delivery.payment_id.as_str().into(), delivery.event_no.into()];
            return connection.execute(RELEASE, &row).await.map(drop);
        }
        Fate::Again(at) => ("pending", *at),
        Fate::Abandoned => ("abandoned", now),
    };
    let row: [Value; 6] =
        [state.into(), next.into(), answer.into(), delivery.notify_id.as_str().into(), delivery.copy_no.into(), delivery.attempts.into()];
    connection.execute(FAILED, &row).await.map(drop)
}

pub(crate) async fn of_payment(database: &Database, payment_id: &str) -> Result<Vec<Progress>, StoreError> {
    let read = |row| {
        let mut columns = Columns::of("sandbox_notification", row);
        Ok(Progress { state: columns.text()?, attempts: columns.int()?, last_answer: columns.optional_text()? })
    };
    database.query(OF_PAYMENT, vec![payment_id.into()]).await?.into_iter().map(read).collect()
}

fn delivery(row: Row) -> Result<Delivery, StoreError> {
    let mut columns = Columns::of("sandbox_notification", row);
    Ok(Delivery {
        notify_id: columns.text()?,
        copy_no: columns.int()?,
        payment_id: columns.text()?,
        event_no: columns.int()?,
        url: columns.text()?,
        body: columns.text()?,
        tamper: columns.optional_text()?.as_deref().and_then(Tamper::from_word),
        drops: columns.int()?,
        attempts: columns.int()?,
        next_attempt_at: columns.int()?,
        give_up_at: columns.int()?,
    })
}
