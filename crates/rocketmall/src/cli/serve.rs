//! `rocketmall serve`: the server, until it is told to stop.

use std::process::ExitCode;

use super::failure::Failure;
use super::logging;
use crate::config::{Loaded, Sources};
use crate::dynamic::{self, Handles};
use crate::shutdown::Signals;
use crate::{app, clock, registry};

pub(super) async fn run(loaded: Loaded, sources: Sources) -> Result<ExitCode, Failure> {
    loaded.config.check_served()?;
    let mut signals = signals()?;
    let nacos = registry::connect(&loaded.config).await.map_err(Failure::Usage)?;
    let loaded = Box::pin(dynamic::with_pushed(nacos.as_ref(), &sources, loaded)).await;
    let running = app::start_with(&loaded.config, clock::system(), nacos.clone()).await?;
    if let Some(nacos) = nacos {
        let handles = Handles::of(&running, logging::change);
        tokio::spawn(dynamic::follow(nacos, sources, loaded.config, handles, running.told()));
    }
    running.until_told(&mut signals).await;
    Ok(ExitCode::SUCCESS)
}

/// Listens for the words to stop.
pub(super) fn signals() -> Result<Signals, Failure> {
    Signals::listen().map_err(|error| Failure::Unreachable(format!("the operating system does not hand over signals: {error}")))
}
