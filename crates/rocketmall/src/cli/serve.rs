//! `rocketmall serve`: the server, until it is told to stop.

use std::process::ExitCode;

use super::failure::Failure;
use crate::config::Config;
use crate::{app, clock};

pub(super) async fn run(config: &Config) -> Result<ExitCode, Failure> {
    config.check_served()?;
    app::start(config, clock::system()).await?.until_told().await;
    Ok(ExitCode::SUCCESS)
}
