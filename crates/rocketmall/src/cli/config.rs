//! `rocketmall config`: every setting in effect.

use std::process::ExitCode;

use super::failure::Failure;
use super::output;
use crate::config::Loaded;

pub(super) fn run(loaded: &Loaded) -> Result<ExitCode, Failure> {
    output::print(&loaded.to_string())?;
    Ok(ExitCode::SUCCESS)
}
