//! The database, or a shop at work on it, for one command.

use std::path::Path;

use rocketmall_core::part::Parts;
use rocketmall_store::{Database, migrate};
use tokio::task::JoinHandle;

use super::failure::Failure;
use crate::clock;
use crate::config::Config;
use crate::crash::CrashPoints;
use crate::runtime::{Migrate, Opening, Process, Runtime};
use crate::telemetry::Telemetry;

/// A database that is there and has this version's schema. Makes none: who mistypes a path should hear of it.
pub(super) async fn existing(config: &Config) -> Result<Database, Failure> {
    let file = config.database.sqlite_path();
    if let Some(path) = file.filter(|path| !Path::new(path).exists()) {
        let advice = "rocketmall migrate makes it, --database names another";
        return Err(Failure::Unreachable(format!("there is no database {path}; {advice}")));
    }
    at(config.database.expose(), &config.database.to_string()).await
}

/// The database of this address, shown as `shown`, with the parts that it holds: a role's own has no others.
pub(super) async fn at(address: &str, shown: &str) -> Result<Database, Failure> {
    let database = Database::open(address).await?;
    let parts = migrate::parts(&database).await?;
    let database = database.of(if parts == Parts::NONE { Parts::ALL } else { parts });
    if migrate::is_current(&database).await? {
        return Ok(database);
    }
    Err(Failure::Unreachable(format!("the database {shown} does not have this version's schema; run rocketmall migrate")))
}

/// What a command's process has.
pub(super) fn process(config: &Config) -> Process {
    Process::new(clock::system(), config.terms(), CrashPoints, Telemetry::off())
}

/// A shop that takes commands, without a door and without loops.
pub(super) struct Counter {
    pub(super) runtime: Runtime,
    engine: JoinHandle<()>,
}

impl Counter {
    /// Opens the shop. Where `migrate` is off the schema must be there.
    pub(super) async fn open(config: &Config) -> Result<Self, Failure> {
        Self::of(config, Parts::ALL).await
    }

    async fn of(config: &Config, parts: Parts) -> Result<Self, Failure> {
        let opening = Opening {
            process: process(config),
            database: config.database.expose().to_owned(),
            parts,
            migrate: if config.migrate { Migrate::Yes } else { Migrate::No },
            limits: config.limits(),
        };
        let (runtime, engine) = Runtime::open(opening).await?;
        Ok(Self { runtime, engine })
    }

    /// Opens a shop that is there already.
    pub(super) async fn open_existing(config: &Config) -> Result<Self, Failure> {
        let parts = existing(config).await?.parts();
        Self::of(config, parts).await
    }

    /// Gives the worker number back and lets the engine end.
    pub(super) async fn close(self) {
        let Self { runtime, engine } = self;
        let ids = runtime.ids.clone();
        drop(runtime);
        if let Err(error) = engine.await {
            tracing::warn!(%error, "the engine did not end well");
        }
        if let Err(error) = ids.release().await {
            tracing::warn!(%error, "the worker number could not be given back; its lease runs out by itself");
        }
    }
}
