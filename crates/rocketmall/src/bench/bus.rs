//! How fast messages travel over a broker: the relay alone, the groups with their effects alone, and how far behind the groups are
//! while orders are called off at a steady pace.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rocketmall_core::command::{CancelCause, CancelOrder, Command};
use rocketmall_core::id::OrderId;
use rocketmall_core::message::{ORDER_CANCEL, ORDER_TOPIC, subscribers};
use rocketmall_store::{Dialect, Statement, StoreError, Value};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use super::machine::Process;
use super::stage::{BenchError, Stage};
use crate::bus::Bus as _;
use crate::bus::rocketmq::RocketMq;
use crate::config::{BusAddress, Config, Role, Roles};
use crate::fleet::Fleet;
use crate::shutdown;

/// Commands handed to the engine at once.
const PORTION: usize = 512;
/// Between looks at how far it is.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// A broker that takes longer than this for all of it has lost something.
const PATIENCE: Duration = Duration::from_mins(5);

/// What is measured.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Messages of the first two measurements.
    pub messages: usize,
    /// Orders a second of the third.
    pub rate: f64,
    /// How long the third takes.
    pub span: Duration,
}

/// What was found.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct Found {
    /// Messages handed to the broker and marked sent, a second.
    pub relayed: f64,
    /// CPU of this process for each, in microseconds.
    pub relay_cpu_us: Option<f64>,
    /// Messages taken by a group, effect and row committed, acknowledged, a second.
    pub taken: f64,
    /// CPU of this process for each, in microseconds.
    pub taken_cpu_us: Option<f64>,
    /// Orders called off a second in the third measurement.
    pub rate: f64,
    /// From the commit of a message to the batch that has its effect, in milliseconds.
    pub lag_p50_ms: f64,
    /// The same, of the slowest hundredth.
    pub lag_p99_ms: f64,
}

/// Measures the bus that is configured.
pub async fn measure(stage: &Stage, config: &Config, wanted: Wanted) -> Result<Found, BenchError> {
    let BusAddress::RocketMq(endpoints) = &config.bus else {
        let advice = "no broker is configured: set ROCKETMALL_BUS=rocketmq://HOST:8081 (`cargo xtask stack up` starts one)";
        return Err(BenchError::Usage(advice.to_owned()));
    };
    let trial = Trial { stage, config, endpoints };
    trial.call_off(wanted.messages).await?;
    let total = trial.count("select count(*) from trade_mq_producer_temp where msg_status = 0").await?;

    let (relayed, relay_cpu_us) =
        trial.timed(Roles::Some(vec![Role::OrderWeb]), total, "select count(*) from trade_mq_producer_temp where msg_status = 1").await?;
    let groups = i64::try_from(subscribers(ORDER_TOPIC, ORDER_CANCEL).count()).unwrap_or(0);
    let taken = "select count(*) from trade_mq_consumer_log where consumer_status = 1";
    let (taken, taken_cpu_us) = trial.timed(Roles::All, total * groups, taken).await?;
    let (rate, mut lags) = trial.paced(wanted).await?;
    lags.sort_unstable();
    let quantile = |part: usize| lags.get((lags.len() * part / 100).min(lags.len().saturating_sub(1))).copied().unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a bench")]
    let (lag_p50_ms, lag_p99_ms) = (quantile(50) as f64, quantile(99) as f64);
    Ok(Found { relayed, relay_cpu_us, taken, taken_cpu_us, rate, lag_p50_ms, lag_p99_ms })
}

struct Trial<'t> {
    stage: &'t Stage,
    config: &'t Config,
    endpoints: &'t [String],
}

impl Trial<'_> {
    /// Places so many orders and calls them off: each leaves a message, which waits.
    async fn call_off(&self, orders: usize) -> Result<(), BenchError> {
        let runtime = self.stage.runtime();
        let mut left = orders;
        while left > 0 {
            let ids: Vec<OrderId> = (0..left.min(PORTION)).map(|_| OrderId::new(runtime.ids.next())).collect();
            left -= ids.len();
            for answer in runtime.engine.submit_all(ids.iter().map(|id| self.placing(*id).into()).collect()).await {
                answer?;
            }
            for answer in runtime.engine.submit_all(ids.iter().map(|id| cancelling(*id).into()).collect()).await {
                answer?;
            }
        }
        Ok(())
    }

    fn placing(&self, id: OrderId) -> Command {
        Command::PlaceOrder(self.stage.data.plain_order(&mut fastrand::Rng::new()).command(id))
    }

    /// Lets a bus of these roles run until `query` counts `wanted`; how many a second, and this process's CPU for each.
    async fn timed(&self, roles: Roles, wanted: i64, query: &'static str) -> Result<(f64, Option<f64>), BenchError> {
        let before = self.count(query).await?;
        let (cpu, began) = (Process::own().cpu(), Instant::now());
        let running = self.start(roles)?;
        self.until(query, wanted).await?;
        let (took, used) = (began.elapsed(), Process::own().cpu());
        running.end().await;
        #[expect(clippy::cast_precision_loss, reason = "a number of messages")]
        let count = (wanted - before) as f64;
        let used = used.zip(cpu).map(|(after, before)| after.saturating_sub(before).as_secs_f64() * 1e6 / count);
        Ok((count / took.as_secs_f64(), used))
    }

    /// Calls orders off at a steady pace while the bus runs; orders a second, and how long each message took to each group, in
    /// milliseconds.
    async fn paced(&self, wanted: Wanted) -> Result<(f64, Vec<i64>), BenchError> {
        let runtime = self.stage.runtime();
        let running = self.start(Roles::All)?;
        let first = runtime.ids.next();
        let (mut tick, mut calls) = (tokio::time::interval(Duration::from_secs_f64(1.0 / wanted.rate)), JoinSet::new());
        tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let (began, mut count) = (Instant::now(), 0_u32);
        while began.elapsed() < wanted.span {
            tick.tick().await;
            let id = OrderId::new(runtime.ids.next());
            let (engine, placing) = (runtime.engine.clone(), self.placing(id));
            calls.spawn(async move {
                engine.submit(placing).await?;
                engine.submit(cancelling(id)).await
            });
            count += 1;
            while calls.try_join_next().is_some() {}
        }
        let rate = f64::from(count) / began.elapsed().as_secs_f64();
        while calls.join_next().await.is_some() {}
        self.until(
            "select count(*) from trade_mq_producer_temp where msg_status = 1",
            self.count("select count(*) from trade_mq_producer_temp").await?,
        )
        .await?;
        let groups = i64::try_from(subscribers(ORDER_TOPIC, ORDER_CANCEL).count()).unwrap_or(0);
        let all = self.count("select count(*) from trade_mq_producer_temp").await? * groups;
        self.until("select count(*) from trade_mq_consumer_log where consumer_status = 1", all).await?;
        running.end().await;
        Ok((rate, self.lags(first).await?))
    }

    async fn lags(&self, first: i64) -> Result<Vec<i64>, BenchError> {
        let sql = match self.stage.dialect() {
            Dialect::Sqlite => {
                "select c.consumer_timestamp - m.create_time from trade_mq_producer_temp m
                join trade_mq_consumer_log c on c.msg_id = cast(m.id as text) where m.id > ?"
            }
            Dialect::Mysql => {
                "select cast((unix_timestamp(c.consumer_timestamp) - unix_timestamp(m.create_time)) * 1000 as signed) from trade_mq_producer_temp m
                straight_join trade_mq_consumer_log c force index (by_message) on c.msg_id = cast(m.id as char) where m.id > ?"
            }
        };
        let rows = self.stage.runtime().database.query(Statement { name: "bench_lags", sql }, vec![first.into()]).await?;
        Ok(rows.iter().filter_map(|row| if let Some(Value::Int(lag)) = row.first() { Some(*lag) } else { None }).collect())
    }

    fn start(&self, roles: Roles) -> Result<Carrying, BenchError> {
        let config = Config { roles, ..self.config.clone() };
        let bus = RocketMq::new(&config, self.endpoints).map_err(BenchError::Usage)?;
        let ((stop, told), mut loops) = (shutdown::switch(), JoinSet::new());
        Arc::new(bus).start(&Fleet::here(self.stage.runtime().clone()), self.stage.runtime(), &told, &mut loops);
        Ok(Carrying { stop, loops })
    }

    async fn until(&self, query: &'static str, wanted: i64) -> Result<(), BenchError> {
        let end = Instant::now() + PATIENCE;
        loop {
            let count = self.count(query).await?;
            if count >= wanted {
                return Ok(());
            }
            if Instant::now() > end {
                return Err(BenchError::Machine(format!("only {count} of {wanted} messages in {PATIENCE:?}")));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn count(&self, sql: &'static str) -> Result<i64, StoreError> {
        let rows = self.stage.runtime().database.query(Statement { name: "bench_count", sql }, Vec::new()).await?;
        Ok(rows.first().and_then(|row| row.first()).map_or(0, |count| if let Value::Int(count) = count { *count } else { 0 }))
    }
}

/// A bus that runs.
struct Carrying {
    stop: shutdown::StopSwitch,
    loops: JoinSet<()>,
}

impl Carrying {
    async fn end(mut self) {
        self.stop.stop();
        while self.loops.join_next().await.is_some() {}
    }
}

fn cancelling(order_id: OrderId) -> Command {
    Command::CancelOrder(CancelOrder { order_id, cause: CancelCause::Shop, reason: None })
}
