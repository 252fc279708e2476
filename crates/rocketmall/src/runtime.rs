//! What every door works with: the database, the engine and what belongs to them.

use std::ops::Deref;
use std::sync::Arc;

use rocketmall_core::basket::Terms;
use rocketmall_core::part::Parts;
use rocketmall_store::{Database, StoreError, migrate};
use tokio::task::JoinHandle;

use crate::bus::relay::Relay;
use crate::clock::Clock;
use crate::crash::CrashPoints;
use crate::current::Current;
use crate::engine::{self, Bells, Engine, Limits};
use crate::ids::Ids;
use crate::metrics::Metrics;
use crate::telemetry::Telemetry;

/// What every process has, whatever it keeps. Cheap to clone.
#[derive(Clone)]
pub struct Process {
    /// The clock.
    pub clock: Clock,
    /// The shop's terms.
    pub terms: Current<Terms>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Where trials may make the process die.
    pub crash_points: CrashPoints,
    /// What the collector is told.
    pub telemetry: Telemetry,
}

impl Process {
    /// A process that begins.
    pub fn new(clock: Clock, terms: Terms, crash_points: CrashPoints, telemetry: Telemetry) -> Self {
        Self { clock, terms: Current::new(terms), metrics: Arc::default(), crash_points, telemetry }
    }
}

/// A shop, or the parts of one, opened in this process. Cheap to clone.
#[derive(Clone)]
pub struct Runtime {
    /// What every process has.
    pub process: Process,
    /// The database, for reads.
    pub database: Database,
    /// The engine, for changes.
    pub engine: Engine,
    /// Fresh ids.
    pub ids: Ids,
    /// Who is woken.
    pub bells: Bells,
    /// Who takes the messages.
    pub relay: Relay,
}

impl Deref for Runtime {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.process
    }
}

/// How to open a shop.
pub struct Opening {
    /// What the process has.
    pub process: Process,
    /// The database's URL.
    pub database: String,
    /// The parts of the shop that it holds.
    pub parts: Parts,
    /// Bring the schema up to date first?
    pub migrate: Migrate,
    /// How much the engine takes at once.
    pub limits: Limits,
}

/// Whether opening a shop may change its schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Migrate {
    /// Bring it up to date.
    Yes,
    /// Refuse to work with another schema than this program's.
    No,
}

impl Runtime {
    /// Opens the database and starts the engine. The handle ends when every clone is dropped.
    pub async fn open(opening: Opening) -> Result<(Self, JoinHandle<()>), StoreError> {
        let database = Database::open(&opening.database).await?.of(opening.parts);
        match opening.migrate {
            Migrate::Yes => drop(migrate::migrate(&database).await?),
            Migrate::No if migrate::is_current(&database).await? => {}
            Migrate::No => return Err(StoreError::Unusable("the schema is not this version's; run rocketmall migrate".to_owned())),
        }
        let process = opening.process;
        let limits = Limits { lanes: opening.limits.lanes(database.dialect()), ..opening.limits };
        let ids = Ids::lease(database.clone(), Arc::clone(&process.clock), limits.lanes).await?;
        let (bells, relay) = (Bells::default(), Relay::default());
        let (engine, ended) = Engine::start(engine::Parts {
            process: process.clone(),
            database: database.clone(),
            ids: ids.clone(),
            bells: bells.clone(),
            relay: relay.clone(),
            limits,
        });
        Ok((Self { process, database, engine, ids, bells, relay }, ended))
    }
}
