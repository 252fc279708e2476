//! What the tests share: the server of `cargo xtask stack`, names that nobody had before, waiting with an end.

use std::time::{Duration, Instant};

use nacos_registry::{Instance, Login, Options, Patience};
use tokio::sync::watch;

/// Longer than anything here should take, the start of Nacos on a machine that does other things too among it.
pub(crate) const PATIENCE: Duration = Duration::from_mins(3);
/// What a call may take where it is no matter: many log in at once, and the machine may do other things too.
pub(crate) const SLOW: Duration = Duration::from_secs(20);
pub(crate) const SETTLED: Duration = Duration::from_secs(2);

pub(crate) fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: eval \"$(cargo xtask stack up --nacos-auth)\" first"))
}

/// Of the server, without a login.
pub(crate) fn anonymous() -> Options {
    Options::new(&variable("TRIAL_NACOS"))
        .expect("TRIAL_NACOS is a server")
        .with_cache_folder(concat!(env!("CARGO_TARGET_TMPDIR"), "/nacos"))
        .with_call_limit(SLOW)
        .with_look(Duration::from_secs(1))
        .with_patience(Patience { settled: SETTLED, after_outage: Duration::from_secs(20) })
}

pub(crate) fn options() -> Options {
    anonymous().with_login(Login::new(variable("TRIAL_NACOS_USER"), variable("TRIAL_NACOS_PASSWORD")))
}

/// A name that no other run has.
pub(crate) fn unique(what: &str) -> String {
    format!("{what}-{:016x}", fastrand::u64(..))
}

pub(crate) fn addresses(list: &[Instance]) -> Vec<String> {
    list.iter().map(Instance::address).collect()
}

/// Waits until what is watched is as wanted; how long that took.
pub(crate) async fn until<T: std::fmt::Debug>(what: &str, shown: &mut watch::Receiver<T>, wanted: impl FnMut(&T) -> bool) -> Duration {
    let started = Instant::now();
    let came = tokio::time::timeout(PATIENCE, shown.wait_for(wanted)).await.is_ok();
    assert!(came, "{what} did not come true; it shows {:?}", *shown.borrow());
    started.elapsed()
}
