//! The store on MariaDB: the same tests as on SQLite.

mod database;
#[path = "../it/big.rs"]
mod big;

#[path = "../it/audit.rs"]
mod audit;
#[path = "../it/damage/mod.rs"]
mod damage;
#[path = "../it/process.rs"]
mod process;
#[path = "../it/story.rs"]
mod story;
