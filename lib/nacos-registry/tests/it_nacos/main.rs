//! Against a real Nacos that wants a login: `eval "$(cargo xtask stack up --nacos-auth)"` sets what is read here.
//!
//! The server is left alone: what kills it is in `restart_nacos`.

mod configs;
mod refusals;
mod services;

#[path = "../common/mod.rs"]
mod common;

use std::time::Duration;

use nacos_registry::Nacos;

/// What takes a tenth of a second where nothing else runs.
const SOON: Duration = Duration::from_secs(10);

async fn connect() -> Nacos {
    Nacos::connect(common::options()).await.expect("Nacos is up")
}
