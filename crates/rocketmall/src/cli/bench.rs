//! `rocketmall bench`: load, and how the shop bears it.

mod growth;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use rocketmall_store::Dialect;
use serde::Serialize;

use super::failure::Failure;
use super::options::JsonOption;
use super::output::{self, Format};
use super::{progress, verify};
use crate::bench::baseline;
use crate::bench::data::Size;
use crate::bench::load::Pace;
use crate::bench::machine;
use crate::bench::report::Line;
use crate::bench::round::{self, Contender, Entry, LOAD_THREADS, Measured, Span};
use crate::bench::scenario::Scenario;
use crate::bench::stage::{BenchError, Stage};
use crate::config::Loaded;

/// Connections of the baselines that serve one order at a time.
const CONNECTIONS: usize = 16;

#[derive(Args, Debug)]
pub(super) struct BenchOptions {
    /// What the clients do; all of it by default
    #[arg(value_name = "SCENARIO", value_enum)]
    scenarios: Vec<Scenario>,
    /// Straight into the engine, in this process, without HTTP
    #[arg(long)]
    engine: bool,
    /// Clients that call at the same time
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=4096))]
    clients: u32,
    /// So many calls a second, whatever the answers (open loop); latency counts from the moment a call was due
    #[arg(long, value_name = "PER_SECOND")]
    rate: Option<f64>,
    /// How long each round counts
    #[arg(long, value_name = "DURATION", default_value = "3s", value_parser = humantime::parse_duration)]
    duration: Duration,
    /// Rounds of each line; the table shows medians
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// Leave the baselines out
    #[arg(long)]
    no_baselines: bool,
    /// Users to order
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    users: u32,
    /// Kinds of goods to be ordered
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    goods: u32,
    #[command(flatten)]
    growth: growth::GrowthOptions,
    #[command(flatten)]
    json: JsonOption,
}

/// What `--json` answers.
#[derive(Serialize)]
struct Answer<'a> {
    machine: &'a str,
    database: &'a str,
    rounds: u32,
    seconds: f64,
    lines: &'a [Line],
    verified: bool,
}

pub(super) async fn run(loaded: &Loaded, wanted: &BenchOptions) -> Result<ExitCode, Failure> {
    let folder = if loaded.is_set_for_this_run("database") {
        None
    } else {
        Some(tempfile::Builder::new().prefix("rocketmall-bench-").tempdir().map_err(BenchError::from)?)
    };
    let url = match &folder {
        Some(folder) => format!("sqlite:{}", folder.path().join("bench.db").display()),
        None => loaded.config.database.expose().to_owned(),
    };
    let load = load_runtime()?;
    let done = if wanted.growth.growth {
        growth::run(&url, loaded, wanted, load.handle()).await
    } else {
        bench(&url, loaded, wanted, load.handle()).await
    };
    load.shutdown_background();
    done
}

async fn bench(url: &str, loaded: &Loaded, wanted: &BenchOptions, load: &tokio::runtime::Handle) -> Result<ExitCode, Failure> {
    let size = Size { users: wanted.users as usize, goods: wanted.goods as usize };
    let stage = Stage::set(url, size, loaded.config.limits(), Vec::new(), load).await?;
    let entries = entries(wanted, stage.dialect());
    let span = Span { warm_up: (wanted.duration / 4).min(Duration::from_secs(1)), measured: wanted.duration };
    let rounds = play(&stage, &entries, wanted.rounds, span, load).await?;
    if entries.iter().any(|entry| matches!(entry.contender, Contender::Seed | Contender::Floor)) {
        baseline::repair(&stage.runtime().database).await?;
    }
    let lines: Vec<Line> = entries.iter().zip(&rounds).map(|(entry, rounds)| Line::of(entry, rounds)).collect();
    let report = verify::look(&stage.runtime().database, &loaded.config.terms()).await?;
    let failed = lines.iter().any(|line| line.failed > 0);
    let (machine, database) = (machine::words(), stage.database_words.clone());
    stage.clear().await;
    let answer = Answer {
        machine: &machine,
        database: &database,
        rounds: wanted.rounds,
        seconds: wanted.duration.as_secs_f64(),
        lines: &lines,
        verified: report.holds(),
    };
    match wanted.json.format() {
        Format::Json => output::print_json(&answer)?,
        Format::Text => output::print(&text(&answer))?,
    }
    if !report.holds() {
        output::note(&verify::text(&report));
    }
    Ok(if report.holds() && !failed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn text(answer: &Answer<'_>) -> String {
    let rows: Vec<Vec<String>> = answer.lines.iter().map(Line::cells).collect();
    let mut text = format!("{}\n{}\n{} rounds of {} s, medians\n\n", answer.machine, answer.database, answer.rounds, answer.seconds);
    text.push_str(&output::table(&Line::NAMES, &rows));
    for line in answer.lines {
        if let Some(failure) = &line.failure {
            text.push_str(&format!("{} {} failed: {failure}\n", line.scenario, line.by));
        }
    }
    text.push_str(if answer.verified { "\nverify: every invariant holds\n" } else { "\nverify: SOMETHING IS WRONG\n" });
    text
}

/// The lines of the table: each scenario by RocketMall, the baselines that have it beside it.
fn entries(wanted: &BenchOptions, dialect: Dialect) -> Vec<Entry> {
    let scenarios = if wanted.scenarios.is_empty() { Scenario::ALL.to_vec() } else { wanted.scenarios.clone() };
    let pace = wanted.rate.map_or(Pace::Closed, Pace::Open);
    let mut entries = Vec::new();
    for scenario in scenarios {
        let contender = if wanted.engine { Contender::Engine } else { Contender::Http };
        entries.push(Entry { contender, scenario, clients: wanted.clients as usize, pace });
        if wanted.no_baselines {
            continue;
        }
        let others: &[(Contender, usize)] = match (dialect, scenario) {
            (Dialect::Mysql, Scenario::Spread) => &[(Contender::Naive, CONNECTIONS), (Contender::Seed, CONNECTIONS), (Contender::Floor, 1)],
            (Dialect::Mysql, Scenario::Hot | Scenario::Pay) => &[(Contender::Naive, CONNECTIONS)],
            (Dialect::Sqlite, Scenario::Spread | Scenario::Hot) => &[(Contender::Single, CONNECTIONS)],
            _ => &[],
        };
        entries.extend(others.iter().map(|(contender, clients)| Entry {
            contender: *contender,
            scenario,
            clients: *clients,
            pace: Pace::Closed,
        }));
    }
    entries
}

/// Plays the rounds: one of each entry, then the next of each, so that what changes on the machine meets all alike.
async fn play(
    stage: &Stage,
    entries: &[Entry],
    rounds: u32,
    span: Span,
    load: &tokio::runtime::Handle,
) -> Result<Vec<Vec<Measured>>, Failure> {
    let bar = progress::bar("rounds", entries.len() * rounds as usize);
    let mut measured: Vec<Vec<Measured>> = vec![Vec::new(); entries.len()];
    let mut rates: BTreeMap<usize, f64> = BTreeMap::new();
    for round in 0..rounds {
        for (index, entry) in entries.iter().enumerate() {
            let rate = rates.get(&index).copied().unwrap_or(first_guess(entry.contender)) * 1.4;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number of coupons")]
            let coupons = (rate * (span.warm_up + span.measured).as_secs_f64()) as usize + 1_000;
            stage.data.stock_coupons(stage.runtime(), coupons).await?;
            let seed = u64::from(round) * 1_000 + index as u64;
            let done = round::run(stage, entry, span, seed, load).await?;
            rates.insert(index, done.rate().max(1_000.0));
            measured[index].push(done);
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    Ok(measured)
}

/// Orders a second, for the coupons of the first round.
fn first_guess(contender: Contender) -> f64 {
    match contender {
        Contender::Naive | Contender::Seed | Contender::Single => 8_000.0,
        _ => 40_000.0,
    }
}

fn load_runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores)
        .thread_name(LOAD_THREADS)
        .enable_all()
        .build()
        .map_err(|error| Failure::Unreachable(format!("the threads to make load with cannot be started: {error}")))
}
