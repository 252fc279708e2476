//! `rocketmall orders`: an order and what happened to it.

use std::process::ExitCode;

use super::failure::Failure;
use super::options::ShowOrder;
use super::output::{self, Format};
use super::{open, timeline};
use crate::config::Config;
use crate::fleet::Fleet;

pub(super) async fn show(config: &Config, wanted: &ShowOrder) -> Result<ExitCode, Failure> {
    let database = open::existing(config).await?;
    let fleet = Fleet::to_read(open::process(config), database);
    let order = fleet.order(wanted.id).await?;
    let order = order.ok_or_else(|| Failure::Check(format!("there is no order {} in {}", wanted.id, config.database)))?;
    let found = crate::timeline::of(&fleet, &order).await?;
    match wanted.json.format() {
        Format::Json => output::print_json(&found)?,
        Format::Text => output::print(&timeline::text(&serde_json::to_value(&found).unwrap_or_default()))?,
    }
    Ok(ExitCode::SUCCESS)
}
