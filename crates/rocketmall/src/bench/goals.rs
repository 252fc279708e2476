//! The goals: ratios of one run, each beside what was aimed at. They are reported, met or not; no test fails by them.

use serde::Serialize;

use super::load::Pace;
use super::report::median;
use super::round::{Contender, Entry, Measured};
use super::scenario::Scenario;

/// Clients at load: enough that batches are full.
const MANY: usize = 512;
/// Connections of what serves one order at a time.
const CONNECTIONS: usize = 16;
/// Part of the peak at which the tail of the latencies is looked at.
const EASY: f64 = 0.7;

/// What was found beside what was aimed at.
#[derive(Clone, Debug, Serialize)]
pub struct Goal {
    /// Its number.
    pub id: &'static str,
    /// What is compared.
    pub what: &'static str,
    /// What was aimed at.
    pub goal: String,
    /// What was found.
    pub found: f64,
    /// Is it met?
    pub met: bool,
}

#[derive(Clone, Copy)]
enum Aim {
    Least(f64),
    Most(f64),
}

impl Goal {
    fn new(id: &'static str, what: &'static str, aim: Aim, found: f64) -> Self {
        let (goal, met) = match aim {
            Aim::Least(least) => (format!("≥ {least}"), found >= least),
            Aim::Most(most) => (format!("≤ {most}"), found <= most),
        };
        Self { id, what, goal, found, met }
    }

    /// As a line of the table.
    pub fn cells(&self) -> Vec<String> {
        let found = if self.found >= 100.0 { format!("{:.0}", self.found) } else { format!("{:.3}", self.found) };
        vec![self.id.to_owned(), self.what.to_owned(), self.goal.clone(), found, if self.met { "met" } else { "NOT MET" }.to_owned()]
    }
}

fn entry(contender: Contender, scenario: Scenario, clients: usize) -> Entry {
    Entry { contender, scenario, clients, pace: Pace::Closed }
}

/// What is played on MySQL or MariaDB.
pub fn on_mysql() -> Vec<Entry> {
    vec![
        entry(Contender::Engine, Scenario::Spread, MANY),
        entry(Contender::Engine, Scenario::Hot, MANY),
        entry(Contender::Naive, Scenario::Spread, CONNECTIONS),
        entry(Contender::Naive, Scenario::Hot, CONNECTIONS),
        entry(Contender::Seed, Scenario::Spread, CONNECTIONS),
        entry(Contender::Floor, Scenario::Spread, 1),
        entry(Contender::Http, Scenario::Spread, MANY),
        entry(Contender::Engine, Scenario::Pay, MANY),
        entry(Contender::Naive, Scenario::Pay, CONNECTIONS),
        entry(Contender::Engine, Scenario::Spread, 1),
        entry(Contender::Naive, Scenario::Spread, 1),
        entry(Contender::Http, Scenario::Hot, MANY),
        entry(Contender::Fleet(2), Scenario::Hot, MANY),
    ]
}

/// What is played on SQLite.
pub fn on_sqlite() -> Vec<Entry> {
    vec![
        entry(Contender::Engine, Scenario::Spread, MANY / 2),
        entry(Contender::Single, Scenario::Spread, CONNECTIONS),
        entry(Contender::Http, Scenario::Spread, MANY / 2),
    ]
}

/// What is played once the peak over HTTP is known; nothing if it is not.
pub fn below_the_peak(played: &Run) -> Option<Entry> {
    let peak = entry(Contender::Http, Scenario::Spread, MANY);
    let rates: Vec<f64> = played.of(peak.contender, peak.scenario, peak.clients).iter().map(Measured::rate).collect();
    (!rates.is_empty()).then(|| Entry { pace: Pace::Open((EASY * median(rates)).max(1.0)), ..peak })
}

/// One run: its entries and their rounds.
#[derive(Clone, Debug, Default)]
pub struct Run {
    entries: Vec<Entry>,
    rounds: Vec<Vec<Measured>>,
}

impl Run {
    /// Of these entries, which took these rounds.
    pub fn new(entries: Vec<Entry>, rounds: Vec<Vec<Measured>>) -> Self {
        Self { entries, rounds }
    }

    /// Both together.
    pub fn extend(&mut self, entry: Entry, rounds: Vec<Measured>) {
        self.entries.push(entry);
        self.rounds.push(rounds);
    }

    /// The entries with their rounds.
    pub fn all(&self) -> impl Iterator<Item = (&Entry, &Vec<Measured>)> {
        self.entries.iter().zip(&self.rounds)
    }

    /// The rounds of an entry; none if it was not played.
    pub fn of(&self, contender: Contender, scenario: Scenario, clients: usize) -> &[Measured] {
        let same =
            |entry: &Entry| (entry.contender, entry.scenario, entry.clients, entry.pace) == (contender, scenario, clients, Pace::Closed);
        self.all().find(|(entry, _)| same(entry)).map_or(&[], |(_, rounds)| rounds)
    }
}

fn each(rounds: &[Measured], value: impl Fn(&Measured) -> f64) -> f64 {
    median(rounds.iter().map(value).collect())
}

/// The median of the rounds' ratios: both of a pair met the same machine.
fn ratio(upper: &[Measured], lower: &[Measured], value: impl Fn(&Measured) -> f64) -> f64 {
    median(upper.iter().zip(lower).map(|(upper, lower)| value(upper) / value(lower)).collect())
}

/// Microseconds of CPU for each order: server and database together.
fn cpu(round: &Measured) -> f64 {
    let database = round.per_order(round.database_cpu).unwrap_or(0.0);
    round.per_order(round.server_cpu).unwrap_or(f64::NAN) + database
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn mib(round: &Measured) -> f64 {
    round.resident.map_or(f64::NAN, |bytes| bytes as f64 / 1_048_576.0)
}

/// What MySQL or MariaDB decides.
pub fn of_mysql(run: &Run) -> Vec<Goal> {
    use Contender::{Engine, Fleet, Floor, Http, Naive, Seed};
    use Scenario::{Hot, Pay, Spread};
    let (spread, hot) = (run.of(Engine, Spread, MANY), run.of(Engine, Hot, MANY));
    let (naive, http) = (run.of(Naive, Spread, CONNECTIONS), run.of(Http, Spread, MANY));
    let (easy, fleet) = (run.rounds.last().map_or(&[][..], Vec::as_slice), run.of(Fleet(2), Hot, MANY));
    let per_order = |count: fn(&super::stage::Counted) -> u64| {
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let value = |round: &Measured| round.counted.as_ref().map_or(f64::NAN, |counted| count(counted) as f64 / round.decided());
        each(spread, value)
    };
    let p50 = |round: &Measured| round.tally.quantile(0.5);
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let failed = fleet.iter().chain(http).chain(spread).chain(hot).map(|round| round.tally.failed).sum::<u64>() as f64;
    vec![
        Goal::new("P1", "engine hot / naive hot, rate", Aim::Least(12.0), ratio(hot, run.of(Naive, Hot, CONNECTIONS), Measured::rate)),
        Goal::new("P2", "engine spread / naive spread, rate", Aim::Least(7.0), ratio(spread, naive, Measured::rate)),
        Goal::new("P2", "naive spread / engine spread, CPU per order", Aim::Least(13.0), ratio(naive, spread, cpu)),
        Goal::new("P3", "engine spread / seed, rate", Aim::Least(10.0), ratio(spread, run.of(Seed, Spread, CONNECTIONS), Measured::rate)),
        Goal::new("P4", "engine spread / floor, rate", Aim::Least(0.65), ratio(spread, run.of(Floor, Spread, 1), Measured::rate)),
        Goal::new("P5", "engine hot / engine spread, rate", Aim::Least(0.95), ratio(hot, spread, Measured::rate)),
        Goal::new("P6", "statements per order", Aim::Most(0.10), per_order(|counted| counted.statements)),
        Goal::new("P6", "commits per order", Aim::Most(0.01), per_order(|counted| counted.commits)),
        Goal::new("P7", "HTTP / engine, rate", Aim::Least(0.85), ratio(http, spread, Measured::rate)),
        Goal::new(
            "P8",
            "pay to the end / naive, rate",
            Aim::Least(8.0),
            ratio(run.of(Engine, Pay, MANY), run.of(Naive, Pay, CONNECTIONS), Measured::rate),
        ),
        Goal::new("P9", "p50 of one client / naive's", Aim::Most(1.0), ratio(run.of(Engine, Spread, 1), run.of(Naive, Spread, 1), p50)),
        Goal::new("P9", "p99 over HTTP at 70 % of the peak, ms", Aim::Most(25.0), each(easy, |round| round.tally.quantile(0.99))),
        Goal::new("P10", "CPU per order over HTTP with the database, µs", Aim::Most(80.0), each(http, cpu)),
        Goal::new("P12", "two servers / one, hot, rate", Aim::Least(1.1), ratio(fleet, run.of(Http, Hot, MANY), Measured::rate)),
        Goal::new("P12", "calls that failed", Aim::Most(0.0), failed),
        Goal::new("P13", "resident memory of the server, MiB", Aim::Most(80.0), http.iter().map(mib).fold(0.0, f64::max)),
    ]
}

/// What SQLite decides.
pub fn of_sqlite(run: &Run) -> Vec<Goal> {
    use Contender::{Engine, Http, Single};
    use Scenario::Spread;
    let (engine, http) = (run.of(Engine, Spread, MANY / 2), run.of(Http, Spread, MANY / 2));
    vec![
        Goal::new("P10", "SQLite: CPU per order over HTTP, µs", Aim::Most(55.0), each(http, cpu)),
        Goal::new(
            "P11",
            "SQLite: engine / one transaction per order, rate",
            Aim::Least(5.0),
            ratio(engine, run.of(Single, Spread, CONNECTIONS), Measured::rate),
        ),
        Goal::new("P11", "SQLite: HTTP / engine, rate", Aim::Least(0.9), ratio(http, engine, Measured::rate)),
        Goal::new("P13", "SQLite: resident memory of the server, MiB", Aim::Most(80.0), http.iter().map(mib).fold(0.0, f64::max)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_is_met_at_its_bound() {
        assert!(Goal::new("P1", "", Aim::Least(12.0), 12.0).met);
        assert!(!Goal::new("P1", "", Aim::Least(12.0), 11.999).met);
        assert!(Goal::new("P10", "", Aim::Most(80.0), 80.0).met);
        assert!(!Goal::new("P10", "", Aim::Most(80.0), f64::NAN).met, "what could not be measured is not met");
    }
}
