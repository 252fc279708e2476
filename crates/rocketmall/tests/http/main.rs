//! The HTTP door over a real socket: one server per test, with a clock that the test moves.

mod access;
mod contract;
mod defects;
mod document;
mod errors;
mod faults;
mod http_door;
mod idempotency;
mod lists;
mod payments;
mod scenarios;
mod shop;
