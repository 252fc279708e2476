//! Calls a role's processes: what queued up while the last call was under way travels in the next one, several at a time.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rocketmall_core::command::{RefundOutcome, Request};
use rocketmall_core::decide::Answer;
use rocketmall_core::payment::Payment;
use rocketmall_core::rejection::{Reason, Rejection};
use rocketmall_core::shop::IdempotencyKey;
use serde::de::DeserializeOwned;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;
use tonic::{Code, ConnectError, Status};
use tonic_prost::ProstCodec;

use super::Decided;
use super::lines::{Lines, chain};
use super::owner::is_repeatable;
use super::platform::GiveBack;
use super::reads::Question;
use super::wire::{Batch, Call, LARGEST, PATH, Reply, SECRET};
use crate::config::Role;
use crate::ids::random;
use crate::metrics::Metrics;
use crate::trace;

/// Calls that wait for a batch at most.
const QUEUE: usize = 4096;
/// Calls in one batch at most.
const PORTION: usize = 256;
/// Batches under way at once.
const UNDER_WAY: usize = 3;
/// A platform may take so long beside.
const PLATFORM: Duration = Duration::from_secs(10);
/// Tries of a batch whose connection breaks.
const TRIES: u32 = 3;
/// Where no process that is known can be reached, the next may only be on its way here: the list of a registry is a moment behind, and a process
/// that starts again needs one. So long a call waits for it, and tries the addresses that were known a moment ago.
const MOVING: Duration = Duration::from_secs(2);
/// And looks so often.
const GLANCE: Duration = Duration::from_millis(50);

/// A role that is elsewhere. Clones share its queue.
#[derive(Clone)]
pub struct Peer {
    role: Role,
    calls: mpsc::Sender<Vec<Waiting>>,
    /// Those that make the role call a platform: nobody else waits for that.
    slow: mpsc::Sender<Vec<Waiting>>,
    lines: Lines,
}

struct Waiting {
    call: Call,
    answer: oneshot::Sender<Result<Reply, Trouble>>,
}

/// Why a role gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    role: Role,
    why: String,
    /// Did it perhaps carry the call out?
    reached: bool,
}

impl Trouble {
    pub(super) fn nowhere(role: Role) -> Self {
        let why = format!("this process has not that role, and neither `registry` nor `peers.{role}` says where it is");
        Self { role, why, reached: false }
    }

    /// Of Java's provider.
    pub(super) fn at_java(role: Role, why: String, reached: bool) -> Self {
        Self { role, why, reached }
    }

    /// Did it perhaps carry the call out?
    pub(super) fn reached(&self) -> bool {
        self.reached
    }

    fn of(role: Role, status: &Status) -> Self {
        let why = match status.code() {
            Code::DeadlineExceeded | Code::Cancelled => "it did not answer in time".to_owned(),
            _ => format!("{}{}", status.message(), causes(status)),
        };
        Self { role, why, reached: !never_left(status) }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} service does not answer: {}", self.role, self.why)
    }
}

impl From<Trouble> for Rejection {
    fn from(trouble: Trouble) -> Self {
        let reason = if trouble.reached { Reason::OutcomeUnknown } else { Reason::ServiceAway };
        Self::new(reason, trouble.to_string())
    }
}

impl Peer {
    /// Calls this role over these lines. The task that does ends with the last clone.
    pub fn new(role: Role, lines: Lines, metrics: Arc<Metrics>) -> Self {
        let (calls, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(run(role, lines.clone(), Duration::ZERO, Arc::clone(&metrics), waiting));
        let (slow, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(run(role, lines.clone(), PLATFORM, metrics, waiting));
        Self { role, calls, slow, lines }
    }

    /// Is anybody known to be there?
    pub fn health(&self) -> Result<(), String> {
        if self.lines.known() == 0 { Err("no process of this role is known".to_owned()) } else { Ok(()) }
    }

    /// Decides and stores one command there.
    pub async fn submit(&self, request: Request) -> Decided {
        let request = Request { trace: request.trace.or_else(trace::current), ..request };
        let had_key = request.idempotency.is_some();
        match self.call(Call::Execute(Box::new(safe_to_repeat(request)))).await? {
            Reply::Decided(decided) => decided.map(|answer| Answer { replayed: answer.replayed && had_key, ..answer }),
            other => Err(self.nonsense(&other).into()),
        }
    }

    /// Decides and stores commands there; the answers in the same order.
    pub async fn submit_all(&self, requests: Vec<Request>) -> Vec<Result<Decided, Trouble>> {
        let (mut unit, mut waiting) = (Vec::with_capacity(requests.len()), Vec::with_capacity(requests.len()));
        for request in requests {
            let (answer, answered) = oneshot::channel();
            unit.push(Waiting { call: Call::Execute(Box::new(safe_to_repeat(request))), answer });
            waiting.push(answered);
        }
        // a closed queue drops the calls, and with them the answers' senders
        let _ = self.calls.send(unit).await;
        let mut answers = Vec::with_capacity(waiting.len());
        for answered in waiting {
            answers.push(match self.wait(answered).await {
                Ok(Reply::Decided(decided)) => Ok(*decided),
                Ok(other) => Err(self.nonsense(&other)),
                Err(trouble) => Err(trouble),
            });
        }
        answers
    }

    /// Looks something up there.
    pub async fn ask<T: DeserializeOwned>(&self, question: Question) -> Result<T, Trouble> {
        match self.call(Call::Ask(question)).await? {
            Reply::Found(json) => {
                serde_json::from_str(json.get()).map_err(|error| self.trouble(format!("its answer cannot be read: {error}")))
            }
            Reply::Failed(why) => Err(self.trouble(why)),
            other @ (Reply::Decided(_) | Reply::Looked(_) | Reply::GivenBack(_)) => Err(self.nonsense(&other)),
        }
    }

    /// Asks the pay role's processes about an attempt, and these its platform.
    pub async fn look(&self, noted: Payment) -> Result<Payment, Rejection> {
        match self.call_by(&self.slow, Call::Look(Box::new(noted))).await? {
            Reply::Looked(found) => *found,
            other => Err(self.nonsense(&other).into()),
        }
    }

    /// Has the pay role's processes give money back. What nobody answered may be under way.
    pub async fn give_back(&self, wanted: GiveBack) -> Result<RefundOutcome, Trouble> {
        match self.call_by(&self.slow, Call::GiveBack(Box::new(wanted))).await? {
            Reply::GivenBack(outcome) => Ok(outcome),
            other => Err(self.nonsense(&other)),
        }
    }

    async fn call(&self, call: Call) -> Result<Reply, Trouble> {
        self.call_by(&self.calls, call).await
    }

    async fn call_by(&self, queue: &mpsc::Sender<Vec<Waiting>>, call: Call) -> Result<Reply, Trouble> {
        let (answer, answered) = oneshot::channel();
        let _ = queue.send(vec![Waiting { call, answer }]).await;
        self.wait(answered).await
    }

    async fn wait(&self, answered: oneshot::Receiver<Result<Reply, Trouble>>) -> Result<Reply, Trouble> {
        answered.await.map_err(|_| self.trouble("this process is shutting down".to_owned()))?
    }

    fn trouble(&self, why: String) -> Trouble {
        Trouble { role: self.role, why, reached: false }
    }

    fn nonsense(&self, reply: &Reply) -> Trouble {
        Trouble { reached: true, ..self.trouble(format!("it answered something else than it was asked: {reply:?}")) }
    }
}

async fn run(role: Role, lines: Lines, more: Duration, metrics: Arc<Metrics>, mut calls: mpsc::Receiver<Vec<Waiting>>) {
    let seats = Arc::new(Semaphore::new(UNDER_WAY));
    let mut taken = Vec::with_capacity(PORTION);
    // never closed
    while let Ok(seat) = Arc::clone(&seats).acquire_owned().await {
        if calls.recv_many(&mut taken, PORTION).await == 0 {
            return;
        }
        let (waiting, lines, metrics) = (taken.drain(..).flatten().collect(), lines.clone(), Arc::clone(&metrics));
        tokio::spawn(async move {
            let _seat = seat;
            deliver(role, &lines, more, &metrics, waiting).await;
        });
    }
}

/// A call whose answer was lost is made again, perhaps by another process of the role: what must not be done twice gets a key.
fn safe_to_repeat(mut request: Request) -> Request {
    if request.idempotency.is_none() && !is_repeatable(&request.command) {
        let key = IdempotencyKey { user: 0, call: "rpc".to_owned(), key: hex::encode(random::<16>()) };
        request.idempotency = Some((key, String::new()));
    }
    request
}

/// One batch there and back; each caller gets its reply.
async fn deliver(role: Role, lines: &Lines, more: Duration, metrics: &Metrics, waiting: Vec<Waiting>) {
    let (calls, callers): (Vec<_>, Vec<_>) = waiting.into_iter().map(|waiting| (waiting.call, waiting.answer)).unzip();
    let began = tokio::time::Instant::now();
    let replies = match Batch::of(&calls) {
        Ok(batch) => travel(role, lines, more, batch, calls.len()).await,
        Err(error) => Err(Trouble { role, why: format!("the call cannot be written: {error}"), reached: false }),
    };
    let outcome = if replies.is_ok() { "answered" } else { "failed" };
    metrics.called(role.name(), outcome, callers.len(), began.elapsed());
    match replies {
        // a caller who went away needs no reply
        Ok(replies) => callers.into_iter().zip(replies).for_each(|(caller, reply)| drop(caller.send(Ok(reply)))),
        Err(trouble) => callers.into_iter().for_each(|caller| drop(caller.send(Err(trouble.clone())))),
    }
}

async fn travel(role: Role, lines: &Lines, more: Duration, batch: Batch, calls: usize) -> Result<Vec<Reply>, Trouble> {
    let (began, patience) = (tokio::time::Instant::now(), patience_of(role, lines).saturating_add(more));
    let (mut tried, mut looked) = (0, 0);
    let answered = loop {
        let left = patience.saturating_sub(began.elapsed());
        let Some(channel) = lines.at(looked) else {
            return Err(Trouble { role, why: "no process of this role is known".to_owned(), reached: false });
        };
        match once(channel, &lines.secret, batch.clone(), left).await {
            Ok(answered) => break answered,
            Err(status) => {
                if never_left(&status) && began.elapsed() < patience.min(MOVING) {
                    looked += 1;
                    tokio::time::sleep(GLANCE).await;
                    continue;
                }
                let broken = status.code() == Code::Unavailable;
                tried += 1;
                if !broken || tried >= TRIES || began.elapsed() >= patience {
                    return Err(Trouble::of(role, &status));
                }
                tracing::debug!(%role, %status, "calling once more");
            }
        }
    };
    let nonsense = |why: String| Trouble { role, why, reached: true };
    let replies: Vec<Reply> = answered.read().map_err(|error| nonsense(format!("its reply cannot be read: {error}")))?;
    if replies.len() == calls { Ok(replies) } else { Err(nonsense(format!("{} replies to {calls} calls", replies.len()))) }
}

/// Placing an order takes the order's role two calls of its own, one after the other, and commits between them.
fn patience_of(role: Role, lines: &Lines) -> Duration {
    let patience = *lines.patience.get();
    if role == Role::Order { patience.saturating_mul(3) } else { patience }
}

async fn once(channel: Channel, secret: &str, batch: Batch, patience: Duration) -> Result<Batch, Status> {
    let mut grpc = Grpc::new(channel).max_decoding_message_size(LARGEST).max_encoding_message_size(LARGEST);
    let mut request = tonic::Request::new(batch);
    request.set_timeout(patience);
    if !secret.is_empty() {
        let secret: MetadataValue<Ascii> = secret.parse().map_err(|_| Status::internal("the secret is not visible ASCII"))?;
        request.metadata_mut().insert(SECRET, secret);
    }
    let call = async {
        grpc.ready().await.map_err(|error| Status::from_error(error.into()))?;
        grpc.unary(request, PathAndQuery::from_static(PATH), ProstCodec::default()).await
    };
    let answered = tokio::time::timeout(patience, call).await.map_err(|_| Status::deadline_exceeded("no answer in time"))?;
    answered.map(tonic::Response::into_inner)
}

/// Was nothing sent at all, for want of a connection?
pub(crate) fn never_left(status: &Status) -> bool {
    let mut cause = std::error::Error::source(status);
    while let Some(error) = cause {
        if error.is::<ConnectError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

fn causes(status: &Status) -> String {
    std::error::Error::source(status).map(|cause| format!(": {}", chain(cause))).unwrap_or_default()
}
