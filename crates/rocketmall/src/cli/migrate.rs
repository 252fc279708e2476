//! `rocketmall migrate`: the schema, created or brought up to date.

use std::process::ExitCode;

use rocketmall_store::{Database, migrate};

use super::failure::Failure;
use super::output;
use crate::config::Config;

pub(super) async fn run(config: &Config) -> Result<ExitCode, Failure> {
    let database = Database::open(config.database.expose()).await?.of(config.parts());
    let applied = migrate::migrate(&database).await?;
    let shown = &config.database;
    let text = if applied.is_empty() {
        format!("{shown}: the schema is up to date\n")
    } else {
        format!("{shown}: applied {}\n", applied.join(", "))
    };
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}
