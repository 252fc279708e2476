//! One round: some clients, one scenario, for some seconds; what it took.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rocketmall_store::StoreError;
use serde::Serialize;

use super::baseline::floor::FloorClient;
use super::baseline::naive::NaiveClient;
use super::baseline::seed::SeedClient;
use super::engine_client::EngineClient;
use super::http_client::HttpClient;
use super::load::{self, Pace, Phase, Tally};
use super::machine::{Process, threads_cpu};
use super::scenario::Scenario;
use super::server::Server;
use super::stage::{BenchError, Counted, Stage};
use crate::runtime::Runtime;
use crate::{bus, shutdown};

/// The names of the threads that the load runs on begin so.
pub const LOAD_THREADS: &str = "bench-load";

/// What follows from payments is done within this, or something is wrong.
const DRAIN_LIMIT: Duration = Duration::from_mins(2);
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Who does the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Contender {
    /// RocketMall's engine, called in this process.
    Engine,
    /// RocketMall's server, called over HTTP.
    Http,
    /// So many servers on one database.
    Fleet(usize),
    /// The engine with one order in each transaction.
    Single,
    /// One correct transaction per order, row by row.
    Naive,
    /// The original's statements.
    Seed,
    /// Only the inserts.
    Floor,
}

impl std::fmt::Display for Contender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Engine => f.pad("engine"),
            Self::Http => f.pad("http"),
            Self::Fleet(servers) => f.pad(&format!("http x{servers}")),
            Self::Single => f.pad("single"),
            Self::Naive => f.pad("naive"),
            Self::Seed => f.pad("seed"),
            Self::Floor => f.pad("floor"),
        }
    }
}

/// One line of the table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    /// Who.
    pub contender: Contender,
    /// What.
    pub scenario: Scenario,
    /// How many at once.
    pub clients: usize,
    /// When they call.
    pub pace: Pace,
}

/// How long a round takes.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// Before it counts.
    pub warm_up: Duration,
    /// While it counts.
    pub measured: Duration,
}

/// What a round took. Times of CPU are for all processes of that kind.
#[derive(Clone, Debug)]
pub struct Measured {
    /// What the clients saw.
    pub tally: Tally,
    /// How long it counted.
    pub took: Duration,
    /// The server, or what stands in its place.
    pub server_cpu: Option<Duration>,
    /// The database server.
    pub database_cpu: Option<Duration>,
    /// The clients.
    pub load_cpu: Option<Duration>,
    /// In the database server.
    pub counted: Option<Counted>,
    /// The largest server's memory at the end, in bytes.
    pub resident: Option<u64>,
}

impl Measured {
    /// Orders decided.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    pub fn decided(&self) -> f64 {
        (self.tally.done + self.tally.refused) as f64
    }

    /// Orders a second.
    pub fn rate(&self) -> f64 {
        self.decided() / self.took.as_secs_f64()
    }

    /// Microseconds for each order.
    pub fn per_order(&self, cpu: Option<Duration>) -> Option<f64> {
        cpu.map(|cpu| cpu.as_secs_f64() * 1e6 / self.decided().max(1.0))
    }
}

struct Snapshot {
    at: Instant,
    own: Option<Duration>,
    load: Option<Duration>,
    servers: Option<Duration>,
    database: Option<Duration>,
    counted: Option<Counted>,
}

async fn snapshot(stage: &Stage, servers: &[Server]) -> Result<Snapshot, BenchError> {
    Ok(Snapshot {
        counted: stage.counted().await?,
        own: Process::own().cpu(),
        load: threads_cpu(LOAD_THREADS),
        servers: servers.iter().map(|server| server.process().cpu()).sum(),
        database: stage.database_process.and_then(Process::cpu),
        at: Instant::now(),
    })
}

/// Runs a round. Its load runs on `load`, apart from the engine's threads.
pub async fn run(stage: &Stage, entry: &Entry, span: Span, seed: u64, load: &tokio::runtime::Handle) -> Result<Measured, BenchError> {
    let servers = servers(stage, entry.contender).await?;
    let phase = Arc::new(Phase::default());
    let clients = start(stage, entry, &servers, &phase, seed, load).await?;
    let (stop, told) = shutdown::switch();
    // over HTTP the servers' own loops bring the messages to their groups
    let bus = matches!(entry.contender, Contender::Engine | Contender::Single) && entry.scenario == Scenario::Pay;
    let bus = bus.then(|| tokio::spawn(bus::local::run(runtime(stage, entry.contender).clone(), told)));
    if entry.scenario != Scenario::Pay {
        tokio::time::sleep(span.warm_up).await;
    }
    phase.measure();
    let before = snapshot(stage, &servers).await?;
    tokio::time::sleep(span.measured).await;
    let mut after = snapshot(stage, &servers).await?;
    let resident = servers.iter().filter_map(|server| server.process().resident()).max();
    phase.end();
    let tally = clients.await.map_err(|error| BenchError::Machine(error.to_string()))?;
    if entry.scenario == Scenario::Pay {
        drained(stage).await?;
        after = snapshot(stage, &servers).await?;
    }
    stop.stop();
    if let Some(bus) = bus {
        bus.await.map_err(|error| BenchError::Machine(error.to_string()))?;
    }
    for server in servers {
        server.stop().await;
    }
    if tally.exhausted {
        return Err(BenchError::Machine("the coupons ran out in the middle of a round; give it fewer --seconds".to_owned()));
    }
    Ok(measured(entry.contender, tally, &before, &after, resident))
}

fn measured(contender: Contender, tally: Tally, before: &Snapshot, after: &Snapshot, resident: Option<u64>) -> Measured {
    let between = |before: Option<Duration>, after: Option<Duration>| Some(after?.saturating_sub(before?));
    let (own, load) = (between(before.own, after.own), between(before.load, after.load));
    let servers = between(before.servers, after.servers);
    let (server_cpu, load_cpu) = match contender {
        Contender::Http | Contender::Fleet(_) => (servers, own),
        Contender::Engine | Contender::Single => (own.zip(load).map(|(own, load)| own.saturating_sub(load)), load),
        // the clients are the program
        Contender::Naive | Contender::Seed | Contender::Floor => (own, None),
    };
    let counted = before.counted.zip(after.counted).map(|(before, after)| Counted {
        statements: after.statements.saturating_sub(before.statements),
        commits: after.commits.saturating_sub(before.commits),
    });
    let database_cpu = between(before.database, after.database);
    Measured { tally, took: after.at - before.at, server_cpu, database_cpu, load_cpu, counted, resident }
}

fn runtime(stage: &Stage, contender: Contender) -> &Runtime {
    if contender == Contender::Single { stage.single() } else { stage.runtime() }
}

async fn servers(stage: &Stage, contender: Contender) -> Result<Vec<Server>, BenchError> {
    let wanted = match contender {
        Contender::Http => 1,
        Contender::Fleet(servers) => servers,
        _ => 0,
    };
    let mut servers = Vec::with_capacity(wanted);
    for _ in 0..wanted {
        servers.push(stage.server().await?);
    }
    Ok(servers)
}

type Clients = tokio::task::JoinHandle<Tally>;

async fn start(
    stage: &Stage,
    entry: &Entry,
    servers: &[Server],
    phase: &Arc<Phase>,
    seed: u64,
    load: &tokio::runtime::Handle,
) -> Result<Clients, BenchError> {
    let (count, runtime) = (entry.clients, runtime(stage, entry.contender));
    let go = Go { entry: *entry, data: &stage.data, phase, seed, load };
    Ok(match entry.contender {
        Contender::Engine | Contender::Single => go.with((0..count).map(|_| EngineClient::new(runtime.clone())).collect()),
        Contender::Http | Contender::Fleet(_) => {
            let targets: Vec<_> = servers.iter().map(|server| stage.target(server)).collect();
            go.with(targets.iter().cycle().take(count).map(|target| HttpClient::new(target.clone())).collect())
        }
        Contender::Naive => go.with(connected(count, async || NaiveClient::connect(runtime).await).await?),
        Contender::Seed => go.with(connected(count, async || SeedClient::connect(runtime).await).await?),
        Contender::Floor => go.with(connected(count, async || FloorClient::connect(runtime).await).await?),
    })
}

/// So many clients, each with a connection of its own.
async fn connected<C>(count: usize, connect: impl AsyncFn() -> Result<C, StoreError>) -> Result<Vec<C>, StoreError> {
    let mut clients = Vec::with_capacity(count);
    for _ in 0..count {
        clients.push(connect().await?);
    }
    Ok(clients)
}

struct Go<'g> {
    entry: Entry,
    data: &'g Arc<super::data::Data>,
    phase: &'g Arc<Phase>,
    seed: u64,
    load: &'g tokio::runtime::Handle,
}

impl Go<'_> {
    fn with<C: load::Client>(self, clients: Vec<C>) -> Clients {
        let (data, phase, entry, seed) = (Arc::clone(self.data), Arc::clone(self.phase), self.entry, self.seed);
        self.load.spawn(async move { load::run(clients, entry.scenario, entry.pace, &data, &phase, seed).await })
    }
}

/// Waits until every message has reached its groups.
async fn drained(stage: &Stage) -> Result<(), BenchError> {
    let deadline = Instant::now() + DRAIN_LIMIT;
    loop {
        let gauges = stage.runtime().database.message_gauges().await?;
        if gauges.pending() == 0 && gauges.retrying == 0 {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(BenchError::Machine(format!(
                "{} messages are still under way after {DRAIN_LIMIT:?}",
                gauges.pending() + gauges.retrying
            )));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
