//! The store on MariaDB: the same tests as on SQLite.

mod database;

#[path = "../it/alone.rs"]
mod alone;
#[path = "../it/audit.rs"]
mod audit;
#[path = "../it/damage/mod.rs"]
mod damage;
#[path = "../it/heard.rs"]
mod heard;
#[path = "../it/lives.rs"]
mod lives;
#[path = "../it/messages.rs"]
mod messages;
#[path = "../it/plans.rs"]
mod plans;
#[path = "../it/poison.rs"]
mod poison;
#[path = "../it/port.rs"]
mod port;
#[path = "../it/process.rs"]
mod process;
#[path = "../it/rivals.rs"]
mod rivals;
#[path = "../it/round_trip.rs"]
mod round_trip;
#[path = "../it/soak.rs"]
mod soak;
#[path = "../it/steps.rs"]
mod steps;
#[path = "../it/story.rs"]
mod story;
#[path = "../it/traces.rs"]
mod traces;
#[path = "../it/upgrades.rs"]
mod upgrades;
#[path = "../it/workers.rs"]
mod workers;
