//! The store on a SQLite file: the same tests as on MariaDB.

mod audit;
mod big;
mod damage;
mod database;
mod process;
mod story;
mod verify_page;
