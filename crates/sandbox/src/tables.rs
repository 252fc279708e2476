//! The platform's own tables, each statement in one text that SQLite, MySQL and MariaDB read alike.
//!
//! What MySQL alone must be told stands in comments of the form it executes and SQLite passes over.

pub(crate) mod notifications;

use rocketmall_store::database::Work;
use rocketmall_store::{Columns, Connection, Database, Row, Statement, StoreError, Value};

use crate::payment::{Payment, State};
use crate::refund::Refund;

const CREATE: &str = "
create table if not exists sandbox_payment (
  payment_id varchar(64) not null primary key,
  platform_no varchar(64) not null unique,
  token varchar(64) not null unique,
  subject varchar(256) not null,
  amount bigint not null,
  currency varchar(3) not null,
  notify_url varchar(1024) not null,
  return_url varchar(1024),
  state varchar(16) not null,
  events bigint not null,
  refunded bigint not null,
  refund_failures bigint not null,
  refund_millis bigint not null,
  created_at bigint not null,
  expires_at bigint not null,
  paid_at bigint
) /*! engine = innodb, character set utf8mb4, collate utf8mb4_bin */;
create table if not exists sandbox_refund (
  refund_id varchar(64) not null primary key,
  payment_id varchar(64) not null,
  amount bigint not null,
  reason varchar(256) not null,
  failure varchar(256),
  created_at bigint not null,
  settles_at bigint not null
) /*! engine = innodb, character set utf8mb4, collate utf8mb4_bin */;
create table if not exists sandbox_notification (
  notify_id varchar(64) not null,
  copy_no bigint not null,
  payment_id varchar(64) not null,
  event_no bigint not null,
  url varchar(1024) not null,
  body varchar(1024) not null,
  tamper varchar(16),
  drops bigint not null,
  held bigint not null,
  state varchar(16) not null,
  attempts bigint not null,
  next_attempt_at bigint not null,
  give_up_at bigint not null,
  last_answer varchar(256),
  created_at bigint not null,
  primary key (notify_id, copy_no),
  unique (payment_id, event_no, copy_no),
  unique (state, next_attempt_at, notify_id, copy_no)
) /*! engine = innodb, character set utf8mb4, collate utf8mb4_bin */;";

macro_rules! payment_columns {
    () => {
        "payment_id, platform_no, token, subject, amount, currency, notify_url, return_url, state, events, refunded, \
         refund_failures, refund_millis, created_at, expires_at, paid_at"
    };
}

// these change nothing; they take the row's lock in a way that both databases know
const LOCK_BY_ID: Statement =
    Statement { name: "sandbox_lock_payment", sql: "update sandbox_payment set events = events where payment_id = ?" };
const LOCK_BY_TOKEN: Statement =
    Statement { name: "sandbox_lock_payment_by_token", sql: "update sandbox_payment set events = events where token = ?" };
const FIND_BY_ID: Statement =
    Statement { name: "sandbox_find_payment", sql: concat!("select ", payment_columns!(), " from sandbox_payment where payment_id = ?") };
const FIND_BY_TOKEN: Statement = Statement {
    name: "sandbox_find_payment_by_token",
    sql: concat!("select ", payment_columns!(), " from sandbox_payment where token = ?"),
};
const INSERT_PAYMENT: Statement = Statement {
    name: "sandbox_insert_payment",
    sql: concat!("insert into sandbox_payment (", payment_columns!(), ") values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"),
};
const SAVE_PAYMENT: Statement = Statement {
    name: "sandbox_save_payment",
    sql: "update sandbox_payment set state = ?, events = ?, refunded = ?, refund_failures = ?, refund_millis = ?, paid_at = ?
          where payment_id = ? and state = ? and events = ? and refunded = ?",
};
const FIND_REFUND: Statement = Statement {
    name: "sandbox_find_refund",
    sql: "select refund_id, payment_id, amount, reason, failure, created_at, settles_at from sandbox_refund where refund_id = ?",
};
const INSERT_REFUND: Statement = Statement {
    name: "sandbox_insert_refund",
    sql: "insert into sandbox_refund (refund_id, payment_id, amount, reason, failure, created_at, settles_at)
          values (?,?,?,?,?,?,?)",
};
const RETRY_REFUND: Statement = Statement {
    name: "sandbox_retry_refund",
    sql: "update sandbox_refund set failure = ?, settles_at = ? where refund_id = ? and failure is not null",
};

/// How often a transaction that the database undid is run again.
const RETRIES: u32 = 5;

/// The two names of a payment.
#[derive(Clone, Debug)]
pub(crate) enum Key {
    Id(String),
    Token(String),
}

impl Key {
    fn with(&self, by_id: Statement, by_token: Statement) -> (Statement, Vec<Value>) {
        match self {
            Self::Id(id) => (by_id, vec![id.as_str().into()]),
            Self::Token(token) => (by_token, vec![token.as_str().into()]),
        }
    }
}

pub(crate) async fn create(database: &Database) -> Result<(), StoreError> {
    database.with(|connection| Box::pin(connection.run("sandbox_create", CREATE))).await
}

/// Runs `work` in a transaction, again if the database undid it.
pub(crate) async fn transact<R, F>(database: &Database, work: F) -> Result<R, StoreError>
where
    R: Send + 'static,
    F: for<'c> Fn(&'c mut Connection) -> Work<'c, Result<R, StoreError>> + Clone + Send + 'static,
{
    let mut left = RETRIES;
    loop {
        let work = work.clone();
        match database.with(move |connection| Box::pin(once(connection, work))).await {
            Err(StoreError::Transient(_) | StoreError::Unreachable(_)) if left > 0 => left -= 1,
            answer => return answer,
        }
    }
}

async fn once<R, F>(connection: &mut Connection, work: F) -> Result<R, StoreError>
where
    F: for<'c> Fn(&'c mut Connection) -> Work<'c, Result<R, StoreError>>,
{
    connection.begin().await?;
    let worked = work(connection).await;
    let answer = match worked {
        Ok(answer) => connection.commit().await.map(|()| answer),
        Err(error) => Err(error),
    };
    if answer.is_err()
        && let Err(error) = connection.rollback().await
    {
        tracing::warn!(%error, "a transaction of the sandbox platform was not rolled back");
    }
    answer
}

/// A payment, as it was a moment ago.
pub(crate) async fn find(database: &Database, key: &Key) -> Result<Option<Payment>, StoreError> {
    let (statement, params) = key.with(FIND_BY_ID, FIND_BY_TOKEN);
    database.query(statement, params).await?.pop().map(payment).transpose()
}

/// A payment that nobody else changes until the transaction ends.
pub(crate) async fn lock(connection: &mut Connection, key: &Key) -> Result<Option<Payment>, StoreError> {
    let (statement, params) = key.with(LOCK_BY_ID, LOCK_BY_TOKEN);
    if connection.execute(statement, &params).await? == 0 {
        return Ok(None);
    }
    let (statement, params) = key.with(FIND_BY_ID, FIND_BY_TOKEN);
    connection.query(statement, &params).await?.pop().map(payment).transpose()
}

/// [`StoreError::Duplicate`] if the merchant's number is taken.
pub(crate) async fn insert_payment(connection: &mut Connection, payment: &Payment) -> Result<(), StoreError> {
    let payment = payment.clone();
    let row: Row = vec![
        payment.id.into(),
        payment.platform_no.into(),
        payment.token.into(),
        payment.subject.into(),
        payment.amount.into(),
        payment.currency.into(),
        payment.notify_url.into(),
        payment.return_url.into(),
        payment.state.word().into(),
        payment.events.into(),
        payment.refunded.into(),
        payment.refund_failures.into(),
        payment.refund_millis.into(),
        payment.created_at.into(),
        payment.expires_at.into(),
        payment.paid_at.into(),
    ];
    connection.execute(INSERT_PAYMENT, &row).await.map(drop)
}

/// Saves what changed since `before`, which was read under the row's lock.
pub(crate) async fn save(connection: &mut Connection, before: &Payment, after: &Payment) -> Result<(), StoreError> {
    if before == after {
        return Ok(());
    }
    let row: Row = vec![
        after.state.word().into(),
        after.events.into(),
        after.refunded.into(),
        after.refund_failures.into(),
        after.refund_millis.into(),
        after.paid_at.into(),
        before.id.as_str().into(),
        before.state.word().into(),
        before.events.into(),
        before.refunded.into(),
    ];
    match connection.execute(SAVE_PAYMENT, &row).await? {
        1 => Ok(()),
        _ => Err(StoreError::Transient(format!("payment {} changed under its lock", before.id))),
    }
}

pub(crate) async fn find_refund(database: &Database, refund_id: &str) -> Result<Option<Refund>, StoreError> {
    database.query(FIND_REFUND, vec![refund_id.into()]).await?.pop().map(refund).transpose()
}

pub(crate) async fn load_refund(connection: &mut Connection, refund_id: &str) -> Result<Option<Refund>, StoreError> {
    connection.query(FIND_REFUND, &[refund_id.into()]).await?.pop().map(refund).transpose()
}

/// Stores a decided refund: a new one, or the next try of one that failed.
pub(crate) async fn save_refund(connection: &mut Connection, before: Option<&Refund>, after: &Refund) -> Result<(), StoreError> {
    let Refund { id, payment_id, amount, reason, failure, created_at, settles_at } = after.clone();
    match before {
        Some(before) if before == after => Ok(()),
        Some(_) => connection.execute(RETRY_REFUND, &[failure.into(), settles_at.into(), id.into()]).await.map(drop),
        None => {
            let row: Row =
                vec![id.into(), payment_id.into(), amount.into(), reason.into(), failure.into(), created_at.into(), settles_at.into()];
            connection.execute(INSERT_REFUND, &row).await.map(drop)
        }
    }
}

fn payment(row: Row) -> Result<Payment, StoreError> {
    let mut columns = Columns::of("sandbox_payment", row);
    Ok(Payment {
        id: columns.text()?,
        platform_no: columns.text()?,
        token: columns.text()?,
        subject: columns.text()?,
        amount: columns.int()?,
        currency: columns.text()?,
        notify_url: columns.text()?,
        return_url: columns.optional_text()?,
        state: State::from_word(&columns.text()?).ok_or_else(|| columns.unexpected("a known state"))?,
        events: columns.int()?,
        refunded: columns.int()?,
        refund_failures: columns.int()?,
        refund_millis: columns.int()?,
        created_at: columns.int()?,
        expires_at: columns.int()?,
        paid_at: columns.optional_int()?,
    })
}

fn refund(row: Row) -> Result<Refund, StoreError> {
    let mut columns = Columns::of("sandbox_refund", row);
    Ok(Refund {
        id: columns.text()?,
        payment_id: columns.text()?,
        amount: columns.int()?,
        reason: columns.text()?,
        failure: columns.optional_text()?,
        created_at: columns.int()?,
        settles_at: columns.int()?,
    })
}
