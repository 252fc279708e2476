//! The same tests on MariaDB.

mod database;

#[path = "../it/channel.rs"]
mod channel;
#[path = "../it/merchant.rs"]
mod merchant;
#[path = "../it/misbehaviour.rs"]
mod misbehaviour;
#[path = "../it/notifications.rs"]
mod notifications;
#[path = "../it/page.rs"]
mod page;
#[path = "../it/payments.rs"]
mod payments;
#[path = "../it/refunds.rs"]
mod refunds;
#[path = "../it/signatures.rs"]
mod signatures;
#[path = "../it/world.rs"]
mod world;
