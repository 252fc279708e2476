//! The HTTP door over a real socket: one server per test, with a clock that the test moves.

mod access;
mod carry;
mod contract;
mod defects;
mod document;
mod error_pages;
mod errors;
mod faults;
mod fields;
mod headers;
mod http_door;
mod idempotency;
mod limits;
mod lists;
mod mass_assignment;
mod messages;
mod pages;
mod payments;
mod refunds;
mod rights;
mod scenarios;
mod shop;
mod slow;
mod telemetry;
mod traces;
mod world;
