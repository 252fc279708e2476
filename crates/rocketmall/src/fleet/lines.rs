//! How a role's processes are reached: at addresses that stay, or at those that a registry lists.

use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use tonic::transport::channel::Change;
use tonic::transport::{Channel, Endpoint};

use crate::config::{RpcConfig, Tls};
use crate::current::Current;

/// Changes of a list of processes that wait to be acted on.
const CHANGES: usize = 64;
/// An address that has left a list is remembered so long.
const REMEMBERED: Duration = Duration::from_mins(1);
/// So many of them, those that left last.
const MOST_REMEMBERED: usize = 16;

/// How a role's processes are reached.
#[derive(Clone)]
pub struct Lines {
    /// Balances over those that are there.
    channel: Channel,
    /// What the processes of the fleet share; empty for none.
    pub(super) secret: String,
    /// A batch is answered within so long, or given up.
    pub(super) patience: Current<Duration>,
    known: Arc<dyn Fn() -> usize + Send + Sync>,
    /// The last first.
    gone: Arc<Mutex<VecDeque<Gone>>>,
}

impl Lines {
    /// To these addresses, which stay.
    pub fn to(addresses: &[String], rpc: &RpcConfig, patience: Current<Duration>) -> Result<Self, String> {
        let count = addresses.len();
        let tls = rpc.tls()?;
        let endpoints = addresses.iter().map(|address| endpoint(address, tls.as_ref())).collect::<Result<Vec<_>, _>>()?;
        let channel = Channel::balance_list(endpoints.into_iter());
        Ok(Self::over(channel, rpc, patience, move || count))
    }

    /// To the processes that are listed here, as the list changes.
    pub fn following(mut listed: watch::Receiver<Vec<Place>>, rpc: &RpcConfig, patience: Current<Duration>) -> Result<Self, String> {
        let tls = rpc.tls()?;
        let (channel, changes) = Channel::balance_channel(CHANGES);
        let count = listed.clone();
        let lines = Self::over(channel, rpc, patience, move || count.borrow().iter().filter(|place| place.copy == 0).count());
        let gone = Arc::clone(&lines.gone);
        tokio::spawn(async move {
            let mut known = BTreeSet::new();
            loop {
                let wanted: BTreeSet<Place> = listed.borrow_and_update().iter().cloned().collect();
                let mut turned = Vec::new();
                for left in known.difference(&wanted) {
                    turned.push(Change::Remove(Place::clone(left)));
                    if !wanted.iter().any(|listed| listed.address == left.address) {
                        remember(&gone, left, tls.as_ref());
                    }
                }
                for new in wanted.difference(&known) {
                    lock(&gone).retain(|gone| gone.address != new.address);
                    match endpoint(&new.address, tls.as_ref()) {
                        Ok(endpoint) => turned.push(Change::Insert(new.clone(), endpoint)),
                        Err(error) => tracing::warn!(error, "a process in the registry cannot be called"),
                    }
                }
                for change in turned {
                    if changes.send(change).await.is_err() {
                        return;
                    }
                }
                known = wanted;
                if listed.changed().await.is_err() {
                    return;
                }
            }
        });
        Ok(lines)
    }

    fn over(channel: Channel, rpc: &RpcConfig, patience: Current<Duration>, known: impl Fn() -> usize + Send + Sync + 'static) -> Self {
        Self { channel, secret: rpc.secret.expose().to_owned(), patience, known: Arc::new(known), gone: Arc::default() }
    }

    /// How many processes there are, as far as is known.
    pub(super) fn known(&self) -> usize {
        (self.known)()
    }

    /// Where to try, after so many tries that reached nobody: where the list says, and in every other try where it said so a moment ago. A process that
    /// starts again at its old address is there before the list says so. Nothing if no process is known.
    pub(super) fn at(&self, tries: usize) -> Option<Channel> {
        let listed = self.known() > 0;
        if listed && tries.is_multiple_of(2) {
            return Some(self.channel.clone());
        }
        let gone = lately_gone(&self.gone, tries / 2).map(|endpoint| endpoint.connect_lazy());
        gone.or_else(|| listed.then(|| self.channel.clone()))
    }
}

/// An address that has left the list.
struct Gone {
    address: String,
    endpoint: Endpoint,
    at: Instant,
}

fn lock(gone: &Mutex<VecDeque<Gone>>) -> MutexGuard<'_, VecDeque<Gone>> {
    gone.lock().unwrap_or_else(PoisonError::into_inner)
}

fn remember(gone: &Mutex<VecDeque<Gone>>, left: &Place, tls: Option<&Tls>) {
    let Ok(endpoint) = endpoint(&left.address, tls) else { return };
    let mut gone = lock(gone);
    gone.retain(|gone| gone.address != left.address);
    gone.push_front(Gone { address: left.address.clone(), endpoint, at: Instant::now() });
    gone.truncate(MOST_REMEMBERED);
}

/// One of the addresses that left not long ago, in turn, the last of them first.
fn lately_gone(gone: &Mutex<VecDeque<Gone>>, turn: usize) -> Option<Endpoint> {
    let mut gone = lock(gone);
    gone.retain(|gone| gone.at.elapsed() < REMEMBERED);
    let place = turn.checked_rem(gone.len())?;
    gone.get(place).map(|gone| gone.endpoint.clone())
}

/// Where one process of a role is called. A process that is to get more calls than others is there several times.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// HOST:PORT.
    pub address: String,
    /// 0, and up for those that are there several times.
    pub copy: u8,
}

/// An address as one calls it: connections are made when they are needed, and looked after.
pub(super) fn endpoint(address: &str, tls: Option<&Tls>) -> Result<Endpoint, String> {
    let scheme = if tls.is_some() { "https" } else { "http" };
    let no_address = |error: &dyn fmt::Display| format!("peers: {address:?} is no address: {error}");
    let endpoint = Endpoint::from_shared(format!("{scheme}://{address}")).map_err(|error| no_address(&error))?;
    let endpoint = match tls {
        Some(tls) => endpoint.tls_config(tls.of_caller()).map_err(|error| format!("rpc.tls_cert: {}", chain(&error)))?,
        None => endpoint,
    };
    Ok(endpoint
        .connect_timeout(Duration::from_millis(500))
        .tcp_nodelay(true)
        .http2_keep_alive_interval(Duration::from_secs(5))
        .keep_alive_timeout(Duration::from_secs(2))
        .keep_alive_while_idle(true))
}

/// An error with its innermost cause, which says the most.
pub(super) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
