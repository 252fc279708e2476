//! `rocketmall serve`: the server, until it is told to stop.

use std::process::ExitCode;

use super::failure::Failure;
use crate::config::Config;
use crate::shutdown::Signals;
use crate::{app, clock};

pub(super) async fn run(config: &Config) -> Result<ExitCode, Failure> {
    config.check_served()?;
    let mut signals = signals()?;
    app::start(config, clock::system()).await?.until_told(&mut signals).await;
    Ok(ExitCode::SUCCESS)
}

/// Listens for the words to stop.
pub(super) fn signals() -> Result<Signals, Failure> {
    Signals::listen().map_err(|error| Failure::Unreachable(format!("the operating system does not hand over signals: {error}")))
}
