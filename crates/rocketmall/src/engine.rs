//! The one way a change gets into the database: a bounded queue, batches without linger, one commit each.
//!
//! A lane takes what queued up while its last commit ran: one command when idle, up to the cap under load. Several lanes work on
//! one queue, each like a process of its own: one decides while another waits for the database.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use rocketmall_core::command::{Command, Receipt, Request};
use rocketmall_core::decide::Answer;
use rocketmall_core::id::Timestamp;
use rocketmall_core::rejection::{Reason, Rejection};
use rocketmall_store::batch::{self, Environment};
use rocketmall_store::transact::Handover;
use rocketmall_store::{Database, Dialect};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Mutex, Notify, mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};

use crate::bus::relay::Relay;
use crate::ids::Ids;
use crate::metrics::Metrics;
use crate::runtime::Process;
use crate::telemetry::Telemetry;
use crate::telemetry::span::Passage;
use crate::trace;

type Decided = Result<Answer, Rejection>;

struct Job {
    request: Request,
    queued: Instant,
    answer: oneshot::Sender<(Decided, Passage)>,
}

/// What queues up: a command, or several that came together and stay together, as far as a batch takes so many.
#[expect(clippy::large_enum_variant, reason = "nearly all are single commands, which should not cost an allocation each")]
enum Queued {
    One(Job),
    Many(Vec<Job>),
}

/// How much the engine takes at once.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Commands that wait at most; more are refused as busy.
    pub queue: usize,
    /// Commands in one batch at most.
    pub batch: usize,
    /// Batches under way at the same time, each on a connection of its own; 0: as many as the cores suggest. SQLite takes one.
    pub lanes: usize,
}

impl Limits {
    /// The lanes to run on this machine: half of its cores, from 2 to 4. Each keeps about a core of the database busy; the second one
    /// works while the first waits for the disk.
    pub fn lanes(self, dialect: Dialect) -> usize {
        const MOST: usize = 4;
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        match (dialect, self.lanes) {
            (Dialect::Sqlite, _) => 1,
            (Dialect::Mysql, 0) => (cores / 2).clamp(2, MOST),
            (Dialect::Mysql, lanes) => lanes,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { queue: 4096, batch: 256, lanes: 0 }
    }
}

/// Bells rung when a commit leaves work for others. Whoever misses one finds the work in the tables a little later.
#[derive(Clone, Debug, Default)]
pub struct Bells {
    /// Outgoing messages were stored.
    pub messages: Arc<Notify>,
    /// Timers are due at once.
    pub timers: Arc<Notify>,
    /// When timers are due that were set.
    pub alarms: Relay<Timestamp>,
}

/// What the engine works with.
pub struct Parts {
    /// What the process has.
    pub process: Process,
    /// The database.
    pub database: Database,
    /// Ids and marks.
    pub ids: Ids,
    /// Who is woken.
    pub bells: Bells,
    /// Who takes the messages.
    pub relay: Relay,
    /// How much is taken at once.
    pub limits: Limits,
}

/// Takes commands. Clones feed one queue; when the last is dropped the engine finishes what is queued and ends.
#[derive(Clone, Debug)]
pub struct Engine {
    queue: mpsc::Sender<Queued>,
    telemetry: Telemetry,
}

impl Engine {
    /// Starts the engine. The handle ends when every [`Engine`] is dropped and the queue is empty.
    pub fn start(parts: Parts) -> (Self, JoinHandle<()>) {
        let (queue, jobs) = mpsc::channel(parts.limits.queue);
        let telemetry = parts.process.telemetry.clone();
        let (parts, jobs) = (Arc::new(parts), Arc::new(Mutex::new(jobs)));
        let mut lanes = JoinSet::new();
        for lane in 0..parts.limits.lanes {
            lanes.spawn(run(Arc::clone(&parts), Arc::clone(&jobs), lane));
        }
        (Self { queue, telemetry }, tokio::spawn(async move { while lanes.join_next().await.is_some() {} }))
    }

    /// Decides and stores one command of a caller who waits. A full queue refuses at once.
    pub async fn submit(&self, request: impl Into<Request>) -> Decided {
        let (answer, answered) = oneshot::channel();
        let request = traced(request.into());
        let trace = request.trace;
        self.queue.try_send(Queued::One(Job { request, queued: Instant::now(), answer })).map_err(|error| match error {
            TrySendError::Full(_) => Rejection::new(Reason::Busy, "the queue is full; try again in a second"),
            TrySendError::Closed(_) => Rejection::new(Reason::Busy, "the shop is shutting down"),
        })?;
        let Ok((decided, passage)) = answered.await else { return Err(Rejection::new(Reason::Internal, "the engine stopped")) };
        self.telemetry.passed(trace, passage);
        decided
    }

    /// Decides and stores commands that belong together, of background work or of another process. They wait for room in the queue.
    pub async fn submit_all(&self, requests: Vec<Request>) -> Vec<Decided> {
        if requests.is_empty() {
            return Vec::new();
        }
        let (mut waiting, mut jobs) = (Vec::with_capacity(requests.len()), Vec::with_capacity(requests.len()));
        for request in requests {
            let (answer, answered) = oneshot::channel();
            let request = traced(request);
            waiting.push((answered, request.trace));
            jobs.push(Job { request, queued: Instant::now(), answer });
        }
        // a closed queue drops the jobs, and with them the answers' senders
        let _ = self.queue.send(Queued::Many(jobs)).await;
        let mut answers = Vec::with_capacity(waiting.len());
        for (answered, trace) in waiting {
            answers.push(match answered.await {
                Ok((decided, passage)) => {
                    self.telemetry.passed(trace, passage);
                    decided
                }
                Err(_) => Err(Rejection::new(Reason::Busy, "the shop is shutting down")),
            });
        }
        answers
    }
}

/// What does not say where it comes from, comes from the task that submits it.
fn traced(request: Request) -> Request {
    Request { trace: request.trace.or_else(trace::current), ..request }
}

async fn run(parts: Arc<Parts>, queue: Arc<Mutex<mpsc::Receiver<Queued>>>, lane: usize) {
    let (ids, marks) = (parts.ids.clone(), parts.ids.clone());
    let mut environment = Environment {
        terms: parts.process.terms.get(),
        clock: Arc::clone(&parts.process.clock),
        next_id: Arc::new(move || ids.next()),
        next_mark: Arc::new(move || marks.next_mark(lane)),
        handover: Handover::Table,
        hooks: parts.process.crash_points.hooks(),
    };
    let mut taken = VecDeque::with_capacity(parts.limits.batch);
    while let Some(left) = take(&queue, &mut taken, parts.limits.batch).await {
        let batch = taken.drain(..taken.len().min(parts.limits.batch));
        let (requests, callers): (Vec<_>, Vec<_>) = batch.map(|job| (job.request, (job.queued, job.answer))).unzip();
        let orders: Vec<bool> =
            requests.iter().map(|request| matches!(request.command, Command::PlaceOrder(_) | Command::ConfirmOrder(_))).collect();
        let began = Instant::now();
        environment.terms = parts.process.terms.get();
        environment.handover = if parts.relay.is_open() { Handover::Hand } else { Handover::Table };
        let ran = batch::run(&parts.database, requests, &environment).await;
        let ended = Instant::now();
        let (commands, transactions) = (callers.len(), ran.transactions);
        parts.process.metrics.batch(commands, transactions, ended - began, left);
        match environment.handover {
            _ if ran.messages.is_empty() => {}
            Handover::Hand => parts.relay.hand_over(ran.messages),
            Handover::Table => parts.bells.messages.notify_one(),
        }
        if !ran.timers.is_empty() {
            tell_timers(&parts, ran.timers);
        }
        for (((queued, caller), decided), is_order) in callers.into_iter().zip(ran.answers).zip(orders) {
            count(&parts.process.metrics, &decided, is_order);
            // a caller who went away does not undo what is stored
            let _ = caller.send((decided, Passage { queued, began, ended, commands, transactions }));
        }
        if ran.fenced
            && let Err(error) = parts.ids.renew().await
        {
            tracing::error!(%error, "no new worker number");
        }
    }
}

/// Wakes whoever does what is due, now or by an alarm.
fn tell_timers(parts: &Parts, timers: Vec<Timestamp>) {
    let now = (parts.process.clock)();
    if timers.iter().any(|due| *due <= now) {
        parts.bells.timers.notify_one();
    }
    parts.bells.alarms.hand_over(timers);
}

/// Waits for what is queued and takes it, unless something is left of before; how much is left. `None` when nothing will come any more.
async fn take(queue: &Mutex<mpsc::Receiver<Queued>>, taken: &mut VecDeque<Job>, most: usize) -> Option<usize> {
    if !taken.is_empty() {
        return Some(taken.len());
    }
    let mut queue = queue.lock().await;
    let mut units = Vec::with_capacity(most);
    queue.recv_many(&mut units, most).await;
    let left = queue.len();
    drop(queue);
    for unit in units {
        match unit {
            Queued::One(job) => taken.push_back(job),
            Queued::Many(jobs) => taken.extend(jobs),
        }
    }
    (!taken.is_empty()).then_some(left)
}

fn count(metrics: &Metrics, decided: &Decided, is_order: bool) {
    match decided {
        Ok(Answer { receipt: Receipt::Placed(_), replayed: false }) if is_order => metrics.order_placed(),
        Ok(_) => {}
        Err(rejection) => metrics.refused(rejection.reason),
    }
}
