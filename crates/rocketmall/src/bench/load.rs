//! Clients that call as fast as they are answered (closed loop), or at fixed moments whatever the answers (open loop).

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use super::data::Data;
use super::scenario::Scenario;

/// What one call came to.
#[derive(Debug)]
pub enum Outcome {
    /// So many orders are done; several where one call stands for a batch.
    Done(u64),
    /// Refused, as it should be.
    Refused,
    /// Something else than what should come.
    Failed(String),
    /// There is nothing left to order with.
    Exhausted,
}

/// Somebody who calls a shop, or does what a shop should do.
pub trait Client: Send + 'static {
    /// The next thing of the scenario, from its beginning to its answer.
    fn act(&mut self, scenario: Scenario, data: &Data, rng: &mut fastrand::Rng) -> impl Future<Output = Outcome> + Send;
}

/// When calls begin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// Each client's next call when its last one is answered.
    Closed,
    /// So many calls a second over all clients, at their moments; a late one's latency counts from its moment.
    Open(f64),
}

const MEASURING: u8 = 1;
const OVER: u8 = 2;

/// Where a round stands; shared by its clients. It begins with calls that do not count.
#[derive(Debug, Default)]
pub struct Phase(AtomicU8);

impl Phase {
    /// From now on calls count.
    pub fn measure(&self) {
        self.0.store(MEASURING, Ordering::Release);
    }

    /// No more calls.
    pub fn end(&self) {
        self.0.store(OVER, Ordering::Release);
    }

    /// Calls count now.
    pub fn is_measuring(&self) -> bool {
        self.0.load(Ordering::Acquire) == MEASURING
    }

    /// It is over.
    pub fn is_over(&self) -> bool {
        self.0.load(Ordering::Acquire) == OVER
    }
}

/// What the clients saw while it counted.
#[derive(Clone, Debug)]
pub struct Tally {
    /// Orders done.
    pub done: u64,
    /// Orders refused that should be.
    pub refused: u64,
    /// Calls that failed.
    pub failed: u64,
    /// Why the first of them did.
    pub failure: Option<String>,
    /// Coupons ran out.
    pub exhausted: bool,
    /// Latencies in microseconds.
    pub latency: Histogram<u64>,
}

impl Default for Tally {
    fn default() -> Self {
        // 1 µs to 5 min with three digits: within the bounds that the library takes
        let latency = Histogram::new_with_bounds(1, 300_000_000, 3).expect("the bounds are fixed");
        Self { done: 0, refused: 0, failed: 0, failure: None, exhausted: false, latency }
    }
}

impl Tally {
    fn take(&mut self, outcome: Outcome, latency: Duration) {
        match outcome {
            Outcome::Done(orders) => self.done += orders,
            Outcome::Refused => self.refused += 1,
            Outcome::Failed(why) => {
                self.failed += 1;
                self.failure.get_or_insert(why);
            }
            Outcome::Exhausted => self.exhausted = true,
        }
        self.latency.saturating_record(u64::try_from(latency.as_micros()).unwrap_or(u64::MAX));
    }

    /// Both together.
    pub fn add(&mut self, other: Self) {
        self.done += other.done;
        self.refused += other.refused;
        self.failed += other.failed;
        self.failure = self.failure.take().or(other.failure);
        self.exhausted |= other.exhausted;
        // same bounds everywhere
        let _ = self.latency.add(other.latency);
    }

    /// A latency quantile in milliseconds.
    pub fn quantile(&self, quantile: f64) -> f64 {
        Duration::from_micros(self.latency.value_at_quantile(quantile)).as_secs_f64() * 1_000.0
    }
}

/// Lets the clients work until the phase is over; what they saw.
pub async fn run<C: Client>(clients: Vec<C>, scenario: Scenario, pace: Pace, data: &Arc<Data>, phase: &Arc<Phase>, seed: u64) -> Tally {
    let schedule = Arc::new(Schedule { began: Instant::now(), next: AtomicU64::new(0), pace });
    let tasks: Vec<_> = clients
        .into_iter()
        .zip(0_u64..)
        .map(|(client, number)| {
            let (data, phase, schedule) = (Arc::clone(data), Arc::clone(phase), Arc::clone(&schedule));
            let rng = fastrand::Rng::with_seed(seed.wrapping_mul(1_000_003).wrapping_add(number));
            tokio::spawn(one(client, scenario, data, phase, schedule, rng))
        })
        .collect();
    let mut tally = Tally::default();
    for task in tasks {
        match task.await {
            Ok(seen) => tally.add(seen),
            Err(error) => tally.take(Outcome::Failed(error.to_string()), Duration::ZERO),
        }
    }
    tally
}

/// The moments of an open loop.
struct Schedule {
    began: Instant,
    next: AtomicU64,
    pace: Pace,
}

impl Schedule {
    /// Waits for the next moment nobody has taken, and gives it.
    async fn moment(&self) -> Instant {
        let Pace::Open(rate) = self.pace else { return Instant::now() };
        #[expect(clippy::cast_precision_loss, reason = "less than 2^52 calls")]
        let number = self.next.fetch_add(1, Ordering::Relaxed) as f64;
        let moment = self.began + Duration::from_secs_f64(number / rate);
        tokio::time::sleep_until(moment.into()).await;
        moment
    }
}

async fn one<C: Client>(
    mut client: C,
    scenario: Scenario,
    data: Arc<Data>,
    phase: Arc<Phase>,
    schedule: Arc<Schedule>,
    mut rng: fastrand::Rng,
) -> Tally {
    let mut tally = Tally::default();
    loop {
        let began = schedule.moment().await;
        if phase.is_over() {
            return tally;
        }
        let outcome = client.act(scenario, &data, &mut rng).await;
        let exhausted = matches!(outcome, Outcome::Exhausted);
        if exhausted || phase.is_measuring() {
            tally.take(outcome, began.elapsed());
        }
        if exhausted {
            return tally;
        }
    }
}
