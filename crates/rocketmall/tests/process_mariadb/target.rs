//! A MariaDB database of the test's own.

use std::time::Duration;

pub(crate) use rocketmall_trial::home::Home as Target;

/// Leases of what a crash interrupted run out well before this.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

/// Faults that are tried at the same time.
pub(crate) const LANES: usize = 8;

/// Every arrival is tried.
pub(crate) const fn stride() -> usize {
    1
}

pub(crate) async fn fresh() -> Target {
    Target::mariadb().await.expect("a database of its own")
}

/// What servers on this database are told about the bus: nothing, it is in the process.
pub(crate) fn bus(_database: &str) -> Vec<(&'static str, String)> {
    Vec::new()
}
