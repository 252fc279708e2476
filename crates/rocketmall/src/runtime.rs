//! What every door works with: the database, the engine and what belongs to them.

use std::sync::Arc;

use rocketmall_core::basket::Terms;
use rocketmall_store::{Database, StoreError, migrate};
use tokio::task::JoinHandle;

use crate::bus::relay::Relay;
use crate::clock::Clock;
use crate::crash::CrashPoints;
use crate::engine::{Bells, Engine, Limits, Parts};
use crate::ids::Ids;
use crate::metrics::Metrics;
use crate::sessions::Sessions;
use crate::telemetry::Telemetry;

/// An opened shop. Cheap to clone.
#[derive(Clone)]
pub struct Runtime {
    /// The database, for reads.
    pub database: Database,
    /// The engine, for changes.
    pub engine: Engine,
    /// Whose tokens are whose.
    pub sessions: Sessions,
    /// Fresh ids.
    pub ids: Ids,
    /// The clock.
    pub clock: Clock,
    /// The shop's terms.
    pub terms: Arc<Terms>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Who is woken.
    pub bells: Bells,
    /// Who takes the messages.
    pub relay: Relay,
    /// Where trials may make the process die.
    pub crash_points: CrashPoints,
    /// What the collector is told.
    pub telemetry: Telemetry,
}

/// How to open a shop.
pub struct Opening {
    /// The database's URL.
    pub database: String,
    /// Bring the schema up to date first?
    pub migrate: Migrate,
    /// The clock.
    pub clock: Clock,
    /// The shop's terms.
    pub terms: Terms,
    /// How much the engine takes at once.
    pub limits: Limits,
    /// Where trials may make the process die.
    pub crash_points: CrashPoints,
    /// What the collector is told.
    pub telemetry: Telemetry,
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
        let database = Database::open(&opening.database).await?;
        match opening.migrate {
            Migrate::Yes => drop(migrate::migrate(&database).await?),
            Migrate::No if migrate::is_current(&database).await? => {}
            Migrate::No => return Err(StoreError::Unusable("the schema is not this version's; run rocketmall migrate".to_owned())),
        }
        let limits = Limits { lanes: opening.limits.lanes(database.dialect()), ..opening.limits };
        let ids = Ids::lease(database.clone(), Arc::clone(&opening.clock), limits.lanes).await?;
        let (metrics, bells, terms) = (Arc::<Metrics>::default(), Bells::default(), Arc::new(opening.terms));
        let relay = Relay::default();
        let (engine, ended) = Engine::start(Parts {
            database: database.clone(),
            ids: ids.clone(),
            clock: Arc::clone(&opening.clock),
            terms: Arc::clone(&terms),
            metrics: Arc::clone(&metrics),
            bells: bells.clone(),
            relay: relay.clone(),
            hooks: opening.crash_points.hooks(),
            limits,
            telemetry: opening.telemetry.clone(),
        });
        let (clock, crash_points, telemetry) = (opening.clock, opening.crash_points, opening.telemetry);
        let sessions = Sessions::of(database.clone());
        let runtime = Self { database, engine, sessions, ids, clock, terms, metrics, bells, relay, crash_points, telemetry };
        Ok((runtime, ended))
    }
}
