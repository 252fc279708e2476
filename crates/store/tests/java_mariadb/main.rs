//! A database as the original leaves it is taken over, as a whole and part by part, and each side understands what the other writes.

#[path = "../it_mariadb/database.rs"]
mod database;
#[path = "../it/process.rs"]
#[expect(dead_code, reason = "the other suites use the rest")]
mod process;

mod accounts;
mod coupons;
mod goods;
mod messages;
mod orders;
mod original;
mod refusals;
mod stops;
mod whole;
