//! `rocketmall migrate`: the schema, created or brought up to date.

use std::process::ExitCode;

use rocketmall_store::migrate::{Pace, TakeOver};
use rocketmall_store::{Database, migrate};

use super::failure::Failure;
use super::options::MigrateOptions;
use super::output;
use crate::config::Config;

pub(super) async fn run(config: &Config, wanted: &MigrateOptions) -> Result<ExitCode, Failure> {
    let database = Database::open(config.database.expose()).await?.of(config.parts());
    let take_over = match wanted {
        MigrateOptions { again: true, .. } => TakeOver::Again,
        MigrateOptions { tables_only: true, .. } => TakeOver::TablesOnly,
        _ => TakeOver::Whole,
    };
    let applied = migrate::migrate_as(&database, take_over, Pace::WHOLE).await?;
    let shown = &config.database;
    let text = if applied.is_empty() {
        format!("{shown}: the schema is up to date\n")
    } else {
        format!("{shown}: applied {}\n", applied.join(", "))
    };
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}
