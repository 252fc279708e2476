//! The store on a SQLite file: the same tests as on MariaDB.

mod alone;
mod audit;
mod damage;
mod database;
mod heard;
mod lives;
mod messages;
mod plans;
mod poison;
mod port;
mod process;
mod rivals;
mod round_trip;
mod soak;
mod steps;
mod story;
mod traces;
mod upgrades;
mod verify_page;
mod workers;
