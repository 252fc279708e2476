//! How messages travel in these tests: over a real broker.

use std::time::Duration;

use anyhow::Result;
use rocketmall_core::message::subscribers;
use rocketmall_store::{Row, Statement, Value};
use rocketmall_trial::deadline::{Look, until};
use rocketmall_trial::rocketmq::Family;

use crate::shop::Shop;

/// A message that a stopped consumer had in hand comes again within this.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a server is told about it.
pub(crate) fn settings() -> Vec<(&'static str, String)> {
    let Family { bus, prefix } = Family::fresh().expect("topics of its own");
    vec![("bus", bus), ("rocketmq.prefix", prefix), ("rocketmq.invisible", "10s".to_owned())]
}

/// Nobody holds a broker: messages travel as soon as they are stored, and a scenario waits for them where it lets others travel.
#[expect(clippy::unused_async, reason = "where the bus is in the process, holding it takes time")]
pub(crate) async fn hold(_shop: &mut Shop) {}

/// Waits until nothing is under way; how much there was.
pub(crate) async fn carry(shop: &Shop) -> Result<usize> {
    let there = under_way(shop).await?;
    let settled = until("the messages to arrive", PATIENCE, async || {
        let left = under_way(shop).await?;
        Ok(if left == 0 { Look::Found(()) } else { Look::NotYet(format!("{left} are under way")) })
    });
    settled.await?;
    Ok(there)
}

/// What is to be sent, sent and not with each of its groups, or to be tried again now.
async fn under_way(shop: &Shop) -> Result<usize> {
    let sent = rows(shop, "select msg_topic, msg_tag, count(*) from trade_mq_producer_temp where msg_status = 1 group by 1, 2").await?;
    let taken = rows(shop, "select msg_topic, msg_tag, count(*) from trade_mq_consumer_log group by 1, 2").await?;
    let mut left = 0;
    for row in &sent {
        let [Value::Text(topic), Value::Text(tag), Value::Int(count)] = row.as_slice() else { anyhow::bail!("{row:?}") };
        let wanted = count * i64::try_from(subscribers(topic, tag).count())?;
        let there =
            taken.iter().find(|taken| taken[..2] == row[..2]).map_or(0, |taken| if let Value::Int(count) = taken[2] { count } else { 0 });
        left += wanted.saturating_sub(there).max(0);
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
