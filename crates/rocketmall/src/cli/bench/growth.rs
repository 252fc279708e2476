//! `rocketmall bench --growth`: how the order path bears a shop that has grown, and the purge beside it.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use rocketmall_store::claim::Retention;
use serde::Serialize;

use super::{BenchOptions, conclude};
use crate::bench::data::Size;
use crate::bench::growth::{MOST_MESSAGES, MOST_ORDERS, Past, Rows};
use crate::bench::load::Pace;
use crate::bench::machine;
use crate::bench::report::{Line, median};
use crate::bench::round::{self, Contender, Entry, Measured, Span};
use crate::bench::scenario::Scenario;
use crate::bench::stage::{BenchError, Stage};
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::{progress, verify};
use crate::config::Loaded;
use crate::{shutdown, worker};

/// After a fill the server writes its pages and forgets old versions: for that is waited as long as the fill took, and so long at most.
const SETTLE_LIMIT: Duration = Duration::from_mins(3);
/// It has settled when it takes less than this part of a core.
const IDLE: f64 = 0.1;

#[derive(Args, Debug)]
pub(super) struct GrowthOptions {
    /// Spread and pay into the engine in a young shop, in one that has grown, and with the purge beside (MySQL, MariaDB)
    #[arg(long, conflicts_with_all = ["scenarios", "rate"])]
    pub(super) growth: bool,
    /// Orders that the shop has grown by
    #[arg(long, value_name = "N", default_value_t = 3_000_000, requires = "growth", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_ORDERS)))]
    orders: u32,
    /// Finished messages past their retention, sent ones and heard ones, so many of each; 0 leaves the purge out
    #[arg(long, value_name = "N", default_value_t = 10_000_000, requires = "growth", value_parser = clap::value_parser!(u32).range(0..=i64::from(MOST_MESSAGES)))]
    messages: u32,
}

/// What `--json` answers.
#[derive(Serialize)]
struct Answer {
    machine: String,
    database: String,
    rounds: u32,
    seconds: f64,
    lines: Vec<ShopLine>,
    ratios: Vec<Ratio>,
    fills: Vec<Fill>,
    purge: Option<Purge>,
    verified: bool,
    verify_seconds: f64,
}

/// A line of the table, and how the shop was.
#[derive(Serialize)]
struct ShopLine {
    shop: &'static str,
    orders: i64,
    #[serde(flatten)]
    line: Line,
}

/// A shop beside the one it is compared with; above 1 is more.
#[derive(Serialize)]
struct Ratio {
    scenario: String,
    of: &'static str,
    to: &'static str,
    rate: f64,
    database_cpu: Option<f64>,
}

#[derive(Serialize)]
struct Fill {
    what: &'static str,
    rows: u32,
    seconds: f64,
}

/// What the purge deleted while it ran, and what came meanwhile, in rows a second.
#[derive(Serialize)]
struct Purge {
    deleted: [f64; 3],
    made: [f64; 3],
    left: Rows,
}

const YOUNG: &str = "young";
const GROWN: &str = "grown";
const PURGE_OFF: &str = "purge off";
const PURGE_ON: &str = "purge on";

pub(super) async fn run(url: &str, loaded: &Loaded, wanted: &BenchOptions, load: &tokio::runtime::Handle) -> Result<ExitCode, Failure> {
    if !url.starts_with("mysql://") {
        let advice = "--growth needs MySQL or MariaDB; name an empty database with --database mysql://USER:PASSWORD@HOST:PORT/DATABASE";
        return Err(Failure::Usage(advice.to_owned()));
    }
    let size = Size { users: wanted.users as usize, goods: wanted.goods as usize };
    let stage = Stage::set(url, size, loaded.config.limits(), load).await?;
    let span = Span { warm_up: (wanted.duration / 4).min(Duration::from_secs(1)), measured: wanted.duration };
    let mut trial = Trial { stage: &stage, load, span, wanted, lines: Vec::new(), fills: Vec::new() };
    let purge = trial.play(loaded.config.retention()).await?;
    let (lines, fills) = (trial.lines, trial.fills);
    let began = Instant::now();
    let report = verify::look(&stage.runtime().database, &loaded.config.terms()).await?;
    let ratios = ratios(&lines);
    let answer = Answer {
        machine: machine::words(),
        database: stage.database_words.clone(),
        rounds: wanted.rounds,
        seconds: wanted.duration.as_secs_f64(),
        lines,
        ratios,
        fills,
        purge,
        verified: report.holds(),
        verify_seconds: began.elapsed().as_secs_f64(),
    };
    stage.clear().await;
    let failed = answer.lines.iter().any(|line| line.line.failed > 0);
    conclude(wanted.json.format(), &answer, text, &report, failed)
}

struct Trial<'t> {
    stage: &'t Stage,
    load: &'t tokio::runtime::Handle,
    span: Span,
    wanted: &'t BenchOptions,
    lines: Vec<ShopLine>,
    fills: Vec<Fill>,
}

impl Trial<'_> {
    async fn play(&mut self, retention: Retention) -> Result<Option<Purge>, Failure> {
        // the first one warms the server up, and its orders are the young shop's
        self.round(Scenario::Spread).await?;
        self.rounds(YOUNG).await?;
        let runtime = self.stage.runtime();
        let mut past = Past::open(&runtime.database, (runtime.clock)()).await?;
        let options = &self.wanted.growth;
        let began = Instant::now();
        past.orders(options.orders.into()).await?;
        self.fills.push(Fill { what: "orders", rows: options.orders, seconds: began.elapsed().as_secs_f64() });
        self.settle(began.elapsed()).await;
        self.rounds(GROWN).await?;
        if options.messages == 0 {
            past.close().await?;
            return Ok(None);
        }
        let began = Instant::now();
        past.messages(options.messages.into()).await?;
        self.fills.push(Fill { what: "messages", rows: options.messages, seconds: began.elapsed().as_secs_f64() });
        past.close().await?;
        self.settle(began.elapsed()).await;
        self.purge(retention).await.map(Some)
    }

    /// Spread and pay by turns.
    async fn rounds(&mut self, shop: &'static str) -> Result<(), Failure> {
        let orders = Rows::orders(&self.stage.runtime().database).await?;
        let (mut spread, mut pay) = (Vec::new(), Vec::new());
        for _ in 0..self.wanted.rounds {
            spread.push(self.round(Scenario::Spread).await?);
            pay.push(self.round(Scenario::Pay).await?);
        }
        self.keep(shop, orders, Scenario::Spread, &spread);
        self.keep(shop, orders, Scenario::Pay, &pay);
        Ok(())
    }

    /// Pay without the purge and with it, by turns.
    async fn purge(&mut self, retention: Retention) -> Result<Purge, Failure> {
        let database = &self.stage.runtime().database;
        let orders = Rows::orders(database).await?;
        let (mut off, mut on) = (Vec::new(), Vec::new());
        let (mut deleted, mut made) = ([const { Vec::new() }; 3], [const { Vec::new() }; 3]);
        let mut left = Rows::default();
        for _ in 0..self.wanted.rounds {
            off.push(self.round(Scenario::Pay).await?);
            let runtime = self.stage.runtime();
            let now = (runtime.clock)();
            let before = Rows::past(database, now, retention).await?;
            let (began, moment) = (Instant::now(), (runtime.clock)());
            let (stop, told) = shutdown::switch();
            let purging = tokio::spawn(worker::purge::run(runtime.clone(), retention, told));
            let measured = self.round(Scenario::Pay).await;
            stop.stop();
            purging.await.map_err(|error| BenchError::Machine(error.to_string()))?;
            let seconds = began.elapsed().as_secs_f64();
            on.push(measured?);
            left = Rows::past(database, now, retention).await?;
            let came = Rows::since(database, moment).await?;
            for (index, count) in [|rows: Rows| rows.outbox, |rows: Rows| rows.inbox, |rows: Rows| rows.idempotency].iter().enumerate() {
                deleted[index].push(per_second(count(before) - count(left), seconds));
                made[index].push(per_second(count(came), seconds));
            }
        }
        self.keep(PURGE_OFF, orders, Scenario::Pay, &off);
        self.keep(PURGE_ON, orders, Scenario::Pay, &on);
        let purge = Purge { deleted: deleted.map(median), made: made.map(median), left };
        output::note(&purge_text(&purge));
        Ok(purge)
    }

    async fn round(&mut self, scenario: Scenario) -> Result<Measured, Failure> {
        /// More orders a second than one engine makes.
        const MOST: f64 = 60_000.0;
        let entry = entry(scenario, self.wanted);
        let latest =
            self.lines.iter().find(|line| line.line.scenario == scenario.to_string()).map_or(15_000.0, |line| line.line.rate * 2.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number of coupons")]
        let coupons = (latest.min(MOST) * (self.span.warm_up + self.span.measured).as_secs_f64()) as usize + 1_000;
        self.stage.data.stock_coupons(self.stage.runtime(), coupons).await?;
        // never the same twice on one database: keys are made of it
        Ok(round::run(self.stage, &entry, self.span, fastrand::u64(..), self.load).await?)
    }

    /// Says it at once, too: the audit of a grown shop takes minutes.
    fn keep(&mut self, shop: &'static str, orders: i64, scenario: Scenario, rounds: &[Measured]) {
        let line = Line::of(&entry(scenario, self.wanted), rounds);
        let cpu = line.database_cpu_us.map_or_else(String::new, |cpu| format!(", {cpu:.1} µs of the database's CPU for each"));
        output::note(&format!("{shop}, {orders} orders, {scenario}: {:.0} orders/s{cpu}", line.rate));
        self.lines.push(ShopLine { shop, orders, line });
    }

    /// Waits until the server does nothing by itself; where it cannot be watched, for a while.
    async fn settle(&self, filled: Duration) {
        const LOOK_EVERY: Duration = Duration::from_secs(1);
        let spinner = progress::spinner("waiting until the database is at rest");
        let (began, limit) = (Instant::now(), filled.min(SETTLE_LIMIT));
        let Some(process) = self.stage.database_process else {
            tokio::time::sleep(limit).await;
            return;
        };
        let mut before = process.cpu();
        while began.elapsed() < limit {
            tokio::time::sleep(LOOK_EVERY).await;
            let now = process.cpu();
            let used = now.zip(before).map_or(Duration::ZERO, |(now, before)| now.saturating_sub(before));
            if used.as_secs_f64() < IDLE * LOOK_EVERY.as_secs_f64() {
                break;
            }
            before = now;
        }
        spinner.finish_and_clear();
    }
}

fn entry(scenario: Scenario, wanted: &BenchOptions) -> Entry {
    Entry { contender: Contender::Engine, scenario, clients: wanted.clients as usize, pace: Pace::Closed }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn per_second(rows: i64, seconds: f64) -> f64 {
    rows as f64 / seconds
}

fn ratios(lines: &[ShopLine]) -> Vec<Ratio> {
    let find = |shop, scenario: &str| lines.iter().find(|line| line.shop == shop && line.line.scenario == scenario);
    [("spread", GROWN, YOUNG), ("pay", GROWN, YOUNG), ("pay", PURGE_ON, PURGE_OFF)]
        .into_iter()
        .filter_map(|(scenario, of, to)| {
            let (one, other) = (&find(of, scenario)?.line, &find(to, scenario)?.line);
            let database_cpu = one.database_cpu_us.zip(other.database_cpu_us).map(|(one, other)| one / other);
            Some(Ratio { scenario: scenario.to_owned(), of, to, rate: one.rate / other.rate, database_cpu })
        })
        .collect()
}

fn text(answer: &Answer) -> String {
    let mut text = format!("{}\n{}\n{} rounds of {} s, medians\n", answer.machine, answer.database, answer.rounds, answer.seconds);
    for fill in &answer.fills {
        // writing to a text cannot fail
        let _ = writeln!(text, "{} further {} in {:.0} s", fill.rows, fill.what, fill.seconds);
    }
    let names: Vec<&str> = ["SHOP", "ORDERS"].into_iter().chain(Line::NAMES).collect();
    let cells = |line: &ShopLine| [line.shop.to_owned(), line.orders.to_string()].into_iter().chain(line.line.cells()).collect();
    let rows: Vec<Vec<String>> = answer.lines.iter().map(cells).collect();
    text.push('\n');
    text.push_str(&output::table(&names, &rows));
    text.push('\n');
    for ratio in &answer.ratios {
        let cpu = ratio.database_cpu.map_or_else(String::new, |cpu| format!(", database CPU per order x {cpu:.3}"));
        let _ = writeln!(text, "{}, {} against {}: rate x {:.3}{cpu}", ratio.scenario, ratio.of, ratio.to, ratio.rate);
    }
    if let Some(purge) = &answer.purge {
        text.push_str(&purge_text(purge));
    }
    for line in &answer.lines {
        if let Some(failure) = &line.line.failure {
            let _ = writeln!(text, "{} {} failed: {failure}", line.shop, line.line.scenario);
        }
    }
    let verdict = if answer.verified { "every invariant holds" } else { "SOMETHING IS WRONG" };
    let _ = writeln!(text, "\nverify: {verdict} ({:.0} s)", answer.verify_seconds);
    text
}

fn purge_text(purge: &Purge) -> String {
    let row = |what: &str, counts: [f64; 3]| {
        let total: f64 = counts.iter().sum();
        [what.to_owned()].into_iter().chain(counts.into_iter().chain([total]).map(|count| format!("{count:.0}"))).collect()
    };
    let left = purge.left;
    let rows = [
        row("deleted", purge.deleted),
        row("made", purge.made),
        ["left in all".to_owned(), left.outbox.to_string(), left.inbox.to_string(), left.idempotency.to_string(), left.total().to_string()]
            .into(),
    ];
    format!("\n{}", output::table(&["ROWS/S", "OUTBOX", "INBOX", "IDEMPOTENCY", "TOTAL"], &rows))
}
