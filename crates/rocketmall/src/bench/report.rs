//! The table: medians over the rounds, a line for each contender and scenario.

use serde::Serialize;

use super::load::Pace;
use super::round::{Entry, Measured};

/// The medians of one entry.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// What is done.
    pub scenario: String,
    /// By whom.
    pub by: String,
    /// How many clients at once.
    pub clients: usize,
    /// Calls a second that were aimed at, in an open loop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aimed_at: Option<f64>,
    /// Orders decided a second.
    pub rate: f64,
    /// The lowest and the highest rate of a round.
    pub rates: [f64; 2],
    /// Median latency in milliseconds.
    pub p50_ms: f64,
    /// 99th percentile.
    pub p99_ms: f64,
    /// The longest.
    pub max_ms: f64,
    /// Refused as they should be, a second.
    pub refused: f64,
    /// Calls that failed, over all rounds.
    pub failed: u64,
    /// Why one of them did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// CPU microseconds per order: the server, or what stands in its place.
    pub server_cpu_us: Option<f64>,
    /// The database server.
    pub database_cpu_us: Option<f64>,
    /// The load itself.
    pub load_cpu_us: Option<f64>,
    /// Statements per order in the database server.
    pub statements: Option<f64>,
    /// Commits per order.
    pub commits: Option<f64>,
    /// The server's resident memory in MiB, at most.
    pub resident_mib: Option<f64>,
}

/// The middle of some values.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => 0.0,
        count if count % 2 == 1 => values[count / 2],
        count => f64::midpoint(values[count / 2 - 1], values[count / 2]),
    }
}

fn median_of(rounds: &[Measured], value: impl Fn(&Measured) -> Option<f64>) -> Option<f64> {
    let values: Option<Vec<f64>> = rounds.iter().map(value).collect();
    values.filter(|values| !values.is_empty()).map(median)
}

impl Line {
    /// The medians of the rounds of an entry.
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    pub fn of(entry: &Entry, rounds: &[Measured]) -> Self {
        let always = |value: fn(&Measured) -> f64| median(rounds.iter().map(value).collect());
        let rates: Vec<f64> = rounds.iter().map(Measured::rate).collect();
        let per_order = |count: fn(&super::stage::Counted) -> u64| {
            median_of(rounds, |round| round.counted.as_ref().map(|counted| count(counted) as f64 / round.decided().max(1.0)))
        };
        Self {
            scenario: entry.scenario.to_string(),
            by: entry.contender.to_string(),
            clients: entry.clients,
            aimed_at: match entry.pace {
                Pace::Open(rate) => Some(rate),
                Pace::Closed => None,
            },
            rate: always(Measured::rate),
            rates: [rates.iter().copied().fold(f64::INFINITY, f64::min), rates.iter().copied().fold(0.0, f64::max)],
            p50_ms: always(|round| round.tally.quantile(0.5)),
            p99_ms: always(|round| round.tally.quantile(0.99)),
            max_ms: rounds.iter().map(|round| round.tally.quantile(1.0)).fold(0.0, f64::max),
            refused: always(|round| round.tally.refused as f64 / round.took.as_secs_f64()),
            failed: rounds.iter().map(|round| round.tally.failed).sum(),
            failure: rounds.iter().find_map(|round| round.tally.failure.clone()),
            server_cpu_us: median_of(rounds, |round| round.per_order(round.server_cpu)),
            database_cpu_us: median_of(rounds, |round| round.per_order(round.database_cpu)),
            load_cpu_us: median_of(rounds, |round| round.per_order(round.load_cpu)),
            statements: per_order(|counted| counted.statements),
            commits: per_order(|counted| counted.commits),
            resident_mib: rounds.iter().filter_map(|round| round.resident).max().map(|bytes| bytes as f64 / 1_048_576.0),
        }
    }

    /// The names of the columns of [`Line::cells`].
    pub const NAMES: [&'static str; 13] = [
        "SCENARIO",
        "BY",
        "CLIENTS",
        "ORDERS/S",
        "LOW..HIGH",
        "P50 MS",
        "P99 MS",
        "FAILED",
        "CPU µs: SERVER",
        "DATABASE",
        "LOAD",
        "STATEMENTS",
        "COMMITS",
    ];

    /// As a line of the table.
    pub fn cells(&self) -> Vec<String> {
        let optional = |value: Option<f64>, digits: usize| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"));
        let by = match self.aimed_at {
            Some(rate) => format!("{} at {rate:.0}/s", self.by),
            None => self.by.clone(),
        };
        vec![
            self.scenario.clone(),
            by,
            self.clients.to_string(),
            format!("{:.0}", self.rate),
            format!("{:.0}..{:.0}", self.rates[0], self.rates[1]),
            format!("{:.2}", self.p50_ms),
            format!("{:.2}", self.p99_ms),
            self.failed.to_string(),
            optional(self.server_cpu_us, 1),
            optional(self.database_cpu_us, 1),
            optional(self.load_cpu_us, 1),
            optional(self.statements, 3),
            optional(self.commits, 4),
        ]
    }
}
