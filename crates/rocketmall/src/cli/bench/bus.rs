//! `rocketmall bench --bus`: how fast messages travel over a broker.

use std::process::ExitCode;

use serde::Serialize;
use tokio::runtime::Handle;

use super::{BenchOptions, conclude};
use crate::bench::bus::{Found, Wanted, measure};
use crate::bench::data::Size;
use crate::bench::machine;
use crate::bench::stage::Stage;
use crate::cli::failure::Failure;
use crate::cli::verify;
use crate::config::{BusAddress, Config, Loaded};

/// Messages of the first two measurements.
const MESSAGES: usize = 50_000;
/// Orders a second of the third, unless others are wanted.
const RATE: f64 = 500.0;

/// What `--json` answers.
#[derive(Serialize)]
struct Answer {
    machine: String,
    database: String,
    bus: String,
    messages: usize,
    #[serde(flatten)]
    found: Found,
    verified: bool,
}

pub(super) async fn run(url: &str, bus: &str, loaded: &Loaded, wanted: &BenchOptions, load: &Handle) -> Result<ExitCode, Failure> {
    let bus: BusAddress = bus.parse().map_err(|wrong| Failure::Usage(format!("--bus {wrong}")))?;
    let config = Config { bus, ..loaded.config.clone() };
    let size = Size { users: wanted.users as usize, goods: wanted.goods as usize };
    let stage = Stage::set(url, size, config.limits(), load).await?;
    let found = measure(&stage, &config, Wanted { messages: MESSAGES, rate: wanted.rate.unwrap_or(RATE), span: wanted.duration }).await?;
    let report = verify::look(&stage.runtime().database, &config.terms()).await?;
    let answer = Answer {
        machine: machine::words(),
        database: stage.database_words.clone(),
        bus: config.bus.to_string(),
        messages: MESSAGES,
        found,
        verified: report.holds(),
    };
    stage.clear().await;
    conclude(wanted.json.format(), &answer, text, &report, false)
}

fn text(answer: &Answer) -> String {
    let found = answer.found;
    let cpu = |cpu: Option<f64>| cpu.map_or_else(String::new, |cpu| format!(", {cpu:.0} µs of this process's CPU each"));
    format!(
        "{}\n{}\n{}, {} messages\n\nto the broker    {:.0} messages/s{}\nwith effects     {:.0} messages/s{}\n\
         at {:.0} orders/s  {:.0} ms behind, the slowest hundredth {:.0} ms\n\nverify: {}\n",
        answer.machine,
        answer.database,
        answer.bus,
        answer.messages,
        found.relayed,
        cpu(found.relay_cpu_us),
        found.taken,
        cpu(found.taken_cpu_us),
        found.rate,
        found.lag_p50_ms,
        found.lag_p99_ms,
        if answer.verified { "every invariant holds" } else { "SOMETHING IS WRONG" },
    )
}
