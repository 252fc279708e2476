//! The platform as merchants and customers meet it: over TCP, on a SQLite file.

mod channel;
mod database;
mod merchant;
mod misbehaviour;
mod notifications;
mod page;
mod payments;
mod refunds;
mod signatures;
mod world;
