//! A broker that wants a login, over TLS: the stack in its layout `acl`.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rocketmall_trial::rocketmq::{Family, authority};

/// A message arrives within this.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

static FAMILIES: Mutex<BTreeMap<String, Family>> = Mutex::new(BTreeMap::new());

/// What a server on this database is told about the bus.
pub(crate) fn bus(database: &str) -> Vec<(&'static str, String)> {
    let mut families = FAMILIES.lock().unwrap_or_else(PoisonError::into_inner);
    let family = families.entry(database.to_owned()).or_insert_with(|| Family::fresh().expect("topics of its own"));
    let ca = authority().expect("a stack with TLS: eval \"$(cargo xtask stack up --rocketmq acl)\"");
    let mut settings = family.settings();
    assert_eq!((settings[0].0, settings.len()), ("bus", 4), "the stack wants a login: eval \"$(cargo xtask stack up --rocketmq acl)\"");
    settings[0].1 = settings[0].1.replace("rocketmq://", "rocketmqs://");
    settings.push(("rocketmq.ca", ca));
    settings
}
