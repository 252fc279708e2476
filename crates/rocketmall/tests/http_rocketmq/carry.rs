//! How messages travel in these tests: over a real broker.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Error, Result, bail};
use rocketmall::app::Running;
use rocketmall::bus::Bus as _;
use rocketmall::bus::rocketmq::RocketMq;
use rocketmall::config::{BusAddress, Flag, Sources, load};
use rocketmall::shutdown;
use rocketmall_core::message::subscribers;
use rocketmall_store::{Row, Statement, Value};
use rocketmall_trial::deadline::{Look, until};
use rocketmall_trial::rocketmq::Family;
use tokio::task::JoinSet;

use crate::shop::Shop;

/// A message that a stopped consumer had in hand comes again within this.
const PATIENCE: Duration = Duration::from_mins(1);

/// Carries the messages of one server.
pub(crate) struct Carrier {
    family: Family,
    held: bool,
}

impl Carrier {
    pub(crate) fn new() -> Self {
        Self { family: Family::fresh().expect("topics of its own"), held: false }
    }

    /// What the server is told about it.
    pub(crate) fn settings(&self) -> Vec<(&'static str, String)> {
        self.family.settings().into_iter().chain([("rocketmq.invisible", "10s".to_owned())]).collect()
    }

    /// Messages travel as soon as they are stored, and a scenario waits for them where it lets others travel.
    #[expect(clippy::unused_async, reason = "where the bus is in the process, holding it takes time")]
    pub(crate) async fn pace(&mut self, _running: &mut Running) {}

    /// From now on messages travel when a test lets them: the server's bus has ended, and one of ours takes its place for a moment.
    pub(crate) async fn hold(&mut self, running: &mut Running) {
        running.end_bus().await;
        self.held = true;
    }

    /// Waits until nothing is under way; how much there was.
    pub(crate) async fn carry(&self, shop: &Shop) -> Result<usize> {
        let there = under_way(shop).await?;
        if there == 0 || !self.held {
            settled(shop).await?;
        } else {
            self.open(shop, async || settled(shop).await).await?;
        }
        Ok(there)
    }

    /// Topics and groups.
    pub(crate) fn family(&self) -> &Family {
        &self.family
    }

    /// Has a bus carry messages until `wait` is over.
    pub(crate) async fn open(&self, shop: &Shop, wait: impl AsyncFnOnce() -> Result<()>) -> Result<()> {
        let flag = |(key, value)| Flag { key, name: "test", value };
        let sources = Sources { file: None, environment: Vec::new(), flags: self.settings().into_iter().map(flag).collect() };
        let config = load(&sources)?.config;
        let BusAddress::RocketMq(endpoints) = &config.bus else { bail!("{} is no broker", config.bus) };
        let bus = Arc::new(RocketMq::new(&config, endpoints).map_err(Error::msg)?);
        bus.check().await.map_err(Error::msg)?;
        let ((stop, told), mut loops) = (shutdown::switch(), JoinSet::new());
        bus.start(&shop.running.fleet, shop.running.runtime(), &told, &mut loops);
        let waited = wait().await;
        stop.stop();
        while loops.join_next().await.is_some() {}
        waited
    }
}

/// Waits until nothing of the shop's own is under way.
pub(crate) async fn settled(shop: &Shop) -> Result<()> {
    until("the messages to arrive", PATIENCE, async || {
        let left = under_way(shop).await?;
        Ok(if left == 0 { Look::Found(()) } else { Look::NotYet(format!("{left} are under way")) })
    })
    .await
}

/// What is to be sent, sent and not with each of its groups, or to be tried again now.
async fn under_way(shop: &Shop) -> Result<usize> {
    let sent = "select m.msg_topic, m.msg_tag, count(c.group_name) from trade_mq_producer_temp m
        left join trade_mq_consumer_log c on c.msg_tag = m.msg_tag and c.msg_key = m.msg_key where m.msg_status = 1 group by m.id";
    let mut left = 0;
    for row in rows(shop, sent).await? {
        let [Value::Text(topic), Value::Text(tag), Value::Int(taken)] = row.as_slice() else { bail!("{row:?}") };
        left += (i64::try_from(subscribers(topic, tag).count())? - taken).max(0);
    }
    let now = shop.now().millis();
    for query in [
        "select count(*) from trade_mq_producer_temp where msg_status = 0".to_owned(),
        format!("select count(*) from trade_mq_consumer_log where consumer_status = 0 and due_time <= {now}"),
    ] {
        if let Some([Value::Int(count)]) = rows(shop, query.leak()).await?.first().map(Vec::as_slice) {
            left += count;
        }
    }
    Ok(usize::try_from(left)?)
}

async fn rows(shop: &Shop, sql: &'static str) -> Result<Vec<Row>> {
    Ok(shop.database.query(Statement { name: "trial", sql }, Vec::new()).await?)
}
