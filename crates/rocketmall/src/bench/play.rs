//! Rounds in turn: one of each entry, then the next of each, so that what changes on the machine meets all alike.

use std::time::Duration;

use super::round::{self, Contender, Entry, Measured, Span};
use super::stage::{BenchError, Stage};
use crate::cli::progress;

/// Coupons beyond what the last round of an entry used.
const MARGIN: f64 = 1.5;

/// How long, and how often.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Rounds of each entry.
    pub rounds: u32,
    /// How long each counts.
    pub measured: Duration,
}

impl Plan {
    fn span(self) -> Span {
        Span { warm_up: (self.measured / 4).min(Duration::from_secs(1)), measured: self.measured }
    }
}

/// Plays the rounds; what each entry's took.
pub async fn play(stage: &Stage, entries: &[Entry], plan: Plan, load: &tokio::runtime::Handle) -> Result<Vec<Vec<Measured>>, BenchError> {
    let bar = progress::bar("rounds", entries.len() * plan.rounds as usize);
    let mut measured: Vec<Vec<Measured>> = vec![Vec::new(); entries.len()];
    for _ in 0..plan.rounds {
        for (index, entry) in entries.iter().enumerate() {
            let rate = measured[index].last().map_or(first_guess(entry), Measured::rate).max(1_000.0);
            stage.data.stock_coupons(stage.runtime(), coupons(rate, plan.span())).await?;
            // never the same twice on one database: keys are made of it
            let seed = fastrand::u64(..);
            measured[index].push(round::run(stage, entry, plan.span(), seed, load).await?);
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    Ok(measured)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number of coupons, far below 2^52")]
fn coupons(rate: f64, span: Span) -> usize {
    (rate * MARGIN * (span.warm_up + span.measured).as_secs_f64()) as usize + 1_000
}

/// Orders a second, for the coupons of the first round.
fn first_guess(entry: &Entry) -> f64 {
    match entry.contender {
        Contender::Naive | Contender::Seed | Contender::Single => 8_000.0,
        _ if entry.clients == 1 => 8_000.0,
        _ => 35_000.0,
    }
}
