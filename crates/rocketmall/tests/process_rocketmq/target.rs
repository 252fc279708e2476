//! A MariaDB database of the test's own, and topics of its own at the broker.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

pub(crate) use rocketmall_trial::home::Home as Target;
use rocketmall_trial::rocketmq::Family;

/// Leases of what a crash interrupted run out before this, and a message that a broker does not bring is sent again twice.
pub(crate) const PATIENCE: Duration = Duration::from_mins(4);

static FAMILIES: Mutex<BTreeMap<String, Family>> = Mutex::new(BTreeMap::new());

/// Faults that are tried at the same time: most of the time one waits for the broker to give a dead process's messages to another.
pub(crate) const LANES: usize = 10;

/// Every sixth arrival is tried, since each takes a while; all of them with `TRIAL_STRIDE=1`.
pub(crate) fn stride() -> usize {
    std::env::var("TRIAL_STRIDE").ok().and_then(|text| text.parse().ok()).unwrap_or(6)
}

pub(crate) async fn fresh() -> Target {
    Target::mariadb().await.expect("a database of its own")
}

/// What servers on this database are told about the bus: the same for each, so that they share the work.
pub(crate) fn bus(database: &str) -> Vec<(&'static str, String)> {
    let mut families = FAMILIES.lock().unwrap_or_else(PoisonError::into_inner);
    let family = families.entry(database.to_owned()).or_insert_with(|| Family::fresh().expect("topics of its own"));
    // what a killed process had in hand comes again soon
    let soon = [("rocketmq.invisible", "10s".to_owned()), ("messages.heard_within", "20s".to_owned())];
    family.settings().into_iter().chain(soon).collect()
}
