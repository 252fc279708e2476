//! `rocketmall config`: every setting in effect.

use std::process::ExitCode;

use super::failure::Failure;
use super::output;
use crate::config::{Loaded, Sources};
use crate::{dynamic, registry};

pub(super) async fn run(loaded: Loaded, sources: &Sources) -> Result<ExitCode, Failure> {
    let nacos = registry::connect(&loaded.config).await.map_err(Failure::Usage)?;
    let loaded = Box::pin(dynamic::with_pushed(nacos.as_ref(), sources, loaded)).await;
    output::print(&loaded.to_string())?;
    Ok(ExitCode::SUCCESS)
}
