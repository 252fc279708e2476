//! `rocketmall bench`: load, and how the shop bears it.

mod bus;
mod growth;

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use rocketmall_store::Dialect;
use rocketmall_store::verify::Report;
use serde::Serialize;
use tokio::runtime::Handle;

use super::failure::Failure;
use super::options::JsonOption;
use super::output::{self, Format};
use super::{progress, verify};
use crate::bench::data::Size;
use crate::bench::goals::{self, Goal, Run};
use crate::bench::load::Pace;
use crate::bench::play::{Plan, play};
use crate::bench::remote::Remote;
use crate::bench::report::Line;
use crate::bench::round::{Contender, Entry, LOAD_THREADS};
use crate::bench::scenario::Scenario;
use crate::bench::stage::{BenchError, Stage};
use crate::bench::{baseline, machine};
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
    /// The goals of docs/performance.md, each beside what is found: ratios of one run
    #[arg(long, conflicts_with_all = ["scenarios", "engine", "clients", "rate", "no_baselines", "growth"])]
    goals: bool,
    /// How fast messages travel over this broker (`rocketmq://HOST:8081`): to it, from it with their effects, and behind how many
    /// milliseconds at --rate orders a second (500 by default)
    #[arg(long, value_name = "URL", conflicts_with_all = ["scenarios", "engine", "goals", "url", "clients", "rounds", "no_baselines", "growth"])]
    bus: Option<String>,
    /// A server that runs already, as http://HOST:PORT: users, goods and orders are made there through its API
    #[arg(long, value_name = "URL", conflicts_with_all = ["engine", "goals", "growth", "users", "goods", "no_baselines"])]
    url: Option<String>,
    /// An administrator's token for that server; needed unless it runs under --dev
    #[arg(long, value_name = "TOKEN", requires = "url")]
    token: Option<String>,
    /// Clients that call at the same time
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=4096))]
    clients: u32,
    /// So many calls a second, whatever the answers (open loop); latency counts from the moment a call was due
    #[arg(long, value_name = "PER_SECOND", value_parser = a_rate)]
    rate: Option<f64>,
    /// How long each round counts
    #[arg(long, value_name = "DURATION", default_value = "3s", value_parser = a_duration)]
    duration: Duration,
    /// Rounds of each line; the table shows medians
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// Leave the baselines out
    #[arg(long)]
    no_baselines: bool,
    /// Users to order
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    users: u32,
    /// Kinds of goods to be ordered
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(3..=1_000_000))]
    goods: u32,
    #[command(flatten)]
    growth: growth::GrowthOptions,
    #[command(flatten)]
    json: JsonOption,
}

impl BenchOptions {
    fn plan(&self) -> Plan {
        Plan { rounds: self.rounds, measured: self.duration }
    }

    fn pace(&self) -> Pace {
        self.rate.map_or(Pace::Closed, Pace::Open)
    }
}

fn a_rate(text: &str) -> Result<f64, String> {
    let rate: f64 = text.parse().map_err(|error| format!("{error}"))?;
    if (0.1..=1e6).contains(&rate) { Ok(rate) } else { Err("from 0.1 to 1000000 calls a second".to_owned()) }
}

fn a_duration(text: &str) -> Result<Duration, String> {
    let duration = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    let sensible = Duration::from_millis(100)..=Duration::from_mins(10);
    if sensible.contains(&duration) { Ok(duration) } else { Err("from 100ms to 10m".to_owned()) }
}

/// What `--json` answers.
#[derive(Serialize)]
struct Answer {
    machine: String,
    database: String,
    /// How long a small write takes to be safe on the disk, in milliseconds.
    fsync_ms: Option<f64>,
    /// How long the database takes to answer a statement that does nothing, in microseconds.
    round_trip_us: f64,
    rounds: u32,
    seconds: f64,
    lines: Vec<Line>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    goals: Vec<Goal>,
    verified: bool,
}

pub(super) async fn run(loaded: &Loaded, wanted: &BenchOptions) -> Result<ExitCode, Failure> {
    // a file's database is the one that a shop works on: a bench touches it only if it is named for this run
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
    let done = match (&wanted.url, &wanted.bus) {
        (Some(url), _) => remote(url, wanted, load.handle()).await,
        (None, Some(bus)) => bus::run(&url, bus, loaded, wanted, load.handle()).await,
        (None, None) if wanted.growth.growth => growth::run(&url, loaded, wanted, load.handle()).await,
        (None, None) => bench(&url, loaded, wanted, load.handle()).await,
    };
    load.shutdown_background();
    done
}

async fn bench(url: &str, loaded: &Loaded, wanted: &BenchOptions, load: &Handle) -> Result<ExitCode, Failure> {
    let size = Size { users: wanted.users as usize, goods: wanted.goods as usize };
    let stage = Stage::set(url, size, loaded.config.limits(), load).await?;
    let (fsync_ms, round_trip_us) = (stage.fsync_ms(), stage.round_trip_us().await?);
    let played = measure(&stage, wanted, load).await?;
    if played.all().any(|(entry, _)| matches!(entry.contender, Contender::Seed | Contender::Floor)) {
        baseline::repair(&stage.runtime().database).await?;
    }
    let report = verify::look(&stage.runtime().database, &loaded.config.terms()).await?;
    let goals = match stage.dialect() {
        _ if !wanted.goals => Vec::new(),
        Dialect::Mysql => goals::of_mysql(&played),
        Dialect::Sqlite => goals::of_sqlite(&played),
    };
    let answer = Answer {
        machine: machine::words(),
        database: stage.database_words.clone(),
        fsync_ms,
        round_trip_us,
        rounds: wanted.rounds,
        seconds: wanted.duration.as_secs_f64(),
        lines: played.all().map(|(entry, rounds)| Line::of(entry, rounds)).collect(),
        goals,
        verified: report.holds(),
    };
    stage.clear().await;
    let failed = answer.lines.iter().any(|line| line.failed > 0);
    conclude(wanted.json.format(), &answer, text, &report, failed)
}

/// Says what was found, and what the audit has against it: that, or a call that failed, is a failure of the bench.
fn conclude<A: Serialize>(
    format: Format,
    answer: &A,
    text: impl Fn(&A) -> String,
    report: &Report,
    failed: bool,
) -> Result<ExitCode, Failure> {
    match format {
        Format::Json => output::print_json(answer)?,
        Format::Text => output::print(&text(answer))?,
    }
    if !report.holds() {
        output::note(&verify::text(report));
    }
    Ok(if report.holds() && !failed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Load on a server that runs already: what its clients see, and no more.
async fn remote(url: &str, wanted: &BenchOptions, load: &Handle) -> Result<ExitCode, Failure> {
    if wanted.scenarios.contains(&Scenario::Pay) {
        return Err(Failure::Usage(
            "pay needs a payment platform of its own, so it runs on the bench's own server alone; leave --url away".to_owned(),
        ));
    }
    let all = Scenario::ALL.into_iter().filter(|scenario| *scenario != Scenario::Pay).collect();
    let scenarios = if wanted.scenarios.is_empty() { all } else { wanted.scenarios.clone() };
    let server = Remote::prepare(url, wanted.token.as_deref()).await?;
    let (plan, pace) = (wanted.plan(), wanted.pace());
    let bar = progress::bar("rounds", scenarios.len() * wanted.rounds as usize);
    let mut lines = Vec::new();
    for scenario in scenarios {
        let mut rounds = Vec::new();
        for _ in 0..wanted.rounds {
            rounds.push(server.round(scenario, wanted.clients as usize, pace, plan, load).await?);
            bar.inc(1);
        }
        lines.push(Line::of(&Entry { contender: Contender::Http, scenario, clients: wanted.clients as usize, pace }, &rounds));
    }
    bar.finish_and_clear();
    match wanted.json.format() {
        Format::Json => output::print_json(&lines)?,
        Format::Text => {
            output::print(&output::table(&Line::NAMES, &lines.iter().map(Line::cells).collect::<Vec<_>>()))?;
            output::note("whether every invariant holds there: rocketmall verify --database URL");
        }
    }
    let failed = lines.iter().find_map(|line| line.failure.as_ref());
    match failed {
        Some(why) => Err(Failure::Check(format!("some calls failed: {why}"))),
        None => Ok(ExitCode::SUCCESS),
    }
}

async fn measure(stage: &Stage, wanted: &BenchOptions, load: &Handle) -> Result<Run, BenchError> {
    let plan = wanted.plan();
    let entries = match stage.dialect() {
        _ if !wanted.goals => entries(wanted, stage.dialect()),
        Dialect::Mysql => goals::on_mysql(),
        Dialect::Sqlite => goals::on_sqlite(),
    };
    let rounds = play(stage, &entries, plan, load).await?;
    let mut played = Run::new(entries, rounds);
    if let Some(easy) = goals::below_the_peak(&played).filter(|_| wanted.goals) {
        let rounds = play(stage, &[easy], plan, load).await?;
        played.extend(easy, rounds.into_iter().flatten().collect());
    }
    Ok(played)
}

fn text(answer: &Answer) -> String {
    let mut text = format!("{}\n{}\n", answer.machine, answer.database);
    let fsync = answer.fsync_ms.map_or_else(|| "not measured".to_owned(), |fsync| format!("{fsync:.2} ms"));
    // writing to a text cannot fail
    let _ = writeln!(text, "a small write is safe on the disk after {fsync}; the database answers after {:.0} µs", answer.round_trip_us);
    let _ = writeln!(text, "{} rounds of {} s, medians\n", answer.rounds, answer.seconds);
    text.push_str(&output::table(&Line::NAMES, &answer.lines.iter().map(Line::cells).collect::<Vec<_>>()));
    for line in &answer.lines {
        if let Some(failure) = &line.failure {
            let _ = writeln!(text, "{} {} failed: {failure}", line.scenario, line.by);
        }
    }
    if !answer.goals.is_empty() {
        let cells: Vec<Vec<String>> = answer.goals.iter().map(Goal::cells).collect();
        let _ = write!(text, "\n{}", output::table(&["#", "WHAT", "GOAL", "FOUND", ""], &cells));
    }
    text.push_str(if answer.verified { "\nverify: every invariant holds\n" } else { "\nverify: SOMETHING IS WRONG\n" });
    text
}

/// The lines of the table: each scenario by RocketMall, the baselines that have it beside it.
fn entries(wanted: &BenchOptions, dialect: Dialect) -> Vec<Entry> {
    let scenarios = if wanted.scenarios.is_empty() { Scenario::ALL.to_vec() } else { wanted.scenarios.clone() };
    let pace = wanted.pace();
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

fn load_runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores)
        .thread_name(LOAD_THREADS)
        .enable_all()
        .build()
        .map_err(|error| Failure::Unreachable(format!("the threads to make load with cannot be started: {error}")))
}
