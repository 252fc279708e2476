//! What to do when a batch's transaction fails: try again, split it, look whether it is stored.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use rocketmall_core::basket::Terms;
use rocketmall_core::command::Request;
use rocketmall_core::decide::{Answer, Context};
use rocketmall_core::id::Timestamp;
use rocketmall_core::message::Message;
use rocketmall_core::rejection::{Reason, Rejection};
use rocketmall_core::trace::TraceId;

use crate::database::Database;
use crate::error::StoreError;
use crate::transact::{Committed, Handover, Hooks, Manner, Stock, Transacted, transact};
use crate::worker::BatchMark;

/// Tries of a transaction that the database asked to run again.
const TRANSIENT_TRIES: u32 = 8;
/// Tries after a duplicate key: a rival's commit is visible the second time.
const DUPLICATE_TRIES: u32 = 2;
/// Looks for the outcome of a lost COMMIT answer, while the database comes back.
const LOOKS: u32 = 40;

/// What batches need besides their requests.
#[derive(Clone)]
pub struct Environment {
    /// The shop's terms.
    pub terms: Arc<Terms>,
    /// The clock.
    pub clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// Fresh ids.
    pub next_id: Arc<dyn Fn() -> i64 + Send + Sync>,
    /// A mark for the next transaction, with this process's worker number.
    pub next_mark: Arc<dyn Fn() -> BatchMark + Send + Sync>,
    /// Whose the messages are.
    pub handover: Handover,
    /// Where trials may make the process die.
    pub hooks: Hooks,
}

/// What a batch of requests came to.
#[derive(Debug, Default)]
pub struct Ran {
    /// The answer to each request, in order.
    pub answers: Vec<Result<Answer, Rejection>>,
    /// Outgoing messages it stored.
    pub messages: Vec<Message>,
    /// When timers that it set are due.
    pub timers: Vec<Timestamp>,
    /// Transactions it took.
    pub transactions: u32,
    /// The worker number must be leased anew before the next batch.
    pub fenced: bool,
}

/// Runs the requests, in one transaction if all goes well. One poisoned request never fails its neighbours.
pub async fn run(database: &Database, requests: Vec<Request>, environment: &Environment) -> Ran {
    let requests = Arc::new(requests);
    let mut ran = Ran { answers: vec![Err(busy(&"not run")); requests.len()], ..Ran::default() };
    let mut ranges = vec![(0..requests.len(), 1)];
    while let Some((range, tries)) = ranges.pop() {
        let mark = (environment.next_mark)();
        ran.transactions += 1;
        // who was too late locks the goods before looking
        let stock = if tries == 1 { Stock::fit_for(&requests[range.clone()]) } else { Stock::Locked };
        match attempt(database, &requests, range.clone(), environment, mark, stock).await {
            Ok(Transacted::Stored(committed)) => ran.keep(range, committed),
            Ok(Transacted::Unknown(committed)) => match look(database, mark).await {
                Ok(true) => ran.keep(range, committed),
                Ok(false) if tries <= TRANSIENT_TRIES => ranges.push((range, tries + 1)),
                Ok(false) => ran.refuse(range, &busy(&"the database could not commit")),
                Err(error) => ran.refuse(range, &unknown(&error)),
            },
            Err(error) => match next_step(&error, tries, range.len()) {
                Step::Again => ranges.push((range, tries + 1)),
                Step::Split => {
                    let middle = range.start + range.len() / 2;
                    ranges.push((middle..range.end, 1));
                    ranges.push((range.start..middle, 1));
                }
                Step::GiveUp => {
                    let trace_id = only_trace(&requests[range.clone()]);
                    tracing::warn!(%error, requests = range.len(), trace_id = trace_id.map(tracing::field::display), "a batch failed");
                    ran.fenced |= matches!(error, StoreError::Fenced);
                    ran.refuse(range, &rejection(&error, trace_id));
                }
            },
        }
    }
    ran
}

impl Ran {
    fn keep(&mut self, range: Range<usize>, committed: Committed) {
        self.messages.extend(committed.messages);
        self.timers.extend(committed.timers);
        for (slot, answer) in self.answers[range].iter_mut().zip(committed.answers) {
            *slot = answer;
        }
    }

    fn refuse(&mut self, range: Range<usize>, rejection: &Rejection) {
        self.answers[range].fill(Err(rejection.clone()));
    }
}

/// The trace of what is tried, if it is one request's: a batch has as many as it has requests.
fn only_trace(requests: &[Request]) -> Option<TraceId> {
    match requests {
        [request] => request.trace.map(|trace| trace.id),
        _ => None,
    }
}

enum Step {
    Again,
    Split,
    GiveUp,
}

fn next_step(error: &StoreError, tries: u32, requests: usize) -> Step {
    match error {
        // unreachable: an idle connection that the server has closed meanwhile; nothing was stored, and the next one is fresh
        StoreError::Transient(_) | StoreError::Unreachable(_) | StoreError::Stale if tries < TRANSIENT_TRIES => Step::Again,
        StoreError::Duplicate { .. } if tries < DUPLICATE_TRIES => Step::Again,
        StoreError::Refused { .. } | StoreError::Duplicate { .. } | StoreError::Corrupt(_) if requests > 1 => Step::Split,
        _ => Step::GiveUp,
    }
}

/// One transaction. An error that leaves the connection clean must not close it, so it travels inside `Ok`.
async fn attempt(
    database: &Database,
    requests: &Arc<Vec<Request>>,
    range: Range<usize>,
    environment: &Environment,
    mark: BatchMark,
    stock: Stock,
) -> Result<Transacted, StoreError> {
    let (requests, environment, database_parts) = (Arc::clone(requests), environment.clone(), database.parts());
    let answer = database
        .with(move |connection| {
            Box::pin(async move {
                let manner = Manner { parts: database_parts, stock, handover: environment.handover, hooks: environment.hooks };
                let mut next_id = || (environment.next_id)();
                let mut context = Context::new((environment.clock)(), &environment.terms, &mut next_id);
                let done = transact(connection, &requests[range], &mut context, mark, manner).await;
                match done {
                    Err(error @ (StoreError::Unreachable(_) | StoreError::Unusable(_))) => Err(error),
                    clean => Ok(clean),
                }
            })
        })
        .await;
    answer.and_then(|inner| inner)
}

/// Looks whether a batch is stored, for as long as a database needs to come back.
async fn look(database: &Database, mark: BatchMark) -> Result<bool, StoreError> {
    let mut looked = mark.is_stored(database).await;
    for _ in 0..LOOKS {
        if !matches!(looked, Err(StoreError::Unreachable(_) | StoreError::Transient(_))) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
        looked = mark.is_stored(database).await;
    }
    looked
}

/// The step of the contract's diagram that a statement belongs to, as the number the contract has for its failure.
fn rejection(error: &StoreError, trace_id: Option<TraceId>) -> Rejection {
    let (statement, message) = match error {
        StoreError::Refused { statement, message } | StoreError::Duplicate { statement, message } => (*statement, message.clone()),
        StoreError::Transient(_) | StoreError::Unreachable(_) | StoreError::Fenced | StoreError::Stale => return busy(error),
        StoreError::CommitUnknown(_) => return unknown(error),
        StoreError::Corrupt(message) | StoreError::Unusable(message) | StoreError::NotOffered(message) => ("", message.clone()),
    };
    let reason = match statement {
        "order_insert" | "order_line_insert" => Reason::SaveFailed,
        "goods_move" | "stock_log_insert" => Reason::DeductFailed,
        "coupon_update" => Reason::CouponUseFailed,
        "account_update" | "money_log_insert" => Reason::BalanceDeductFailed,
        "outbox_insert" => Reason::SendFailed,
        "commit" | "order_update" => Reason::ConfirmFailed,
        _ => Reason::Internal,
    };
    tracing::error!(statement, message, trace_id = trace_id.map(tracing::field::display), "the database refused a command");
    Rejection::new(reason, "the database refused it; nothing was stored")
}

fn busy(why: &dyn std::fmt::Display) -> Rejection {
    Rejection::new(Reason::Busy, format!("nothing was stored, try again: {why}"))
}

fn unknown(why: &StoreError) -> Rejection {
    tracing::error!(%why, "whether a batch is stored could not be found out");
    Rejection::new(Reason::OutcomeUnknown, "ask again with the same idempotency key; that is safe whether it is stored or not")
}
