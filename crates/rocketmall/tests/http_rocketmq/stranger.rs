//! Another program that may write to our topics, and what it may find out: what the shop holds.

use std::time::Duration;

use anyhow::Result;
use rocketmall_core::message::subscribers;
use rocketmall_store::{Row, Value};
use rocketmall_trial::deadline::{Look, until};
use rocketmq_grpc::{Credentials, Options, OutgoingMessage, Producer};

use crate::carry::settled;
use crate::shop::Shop;

/// Hundreds of messages arrive within this.
const PATIENCE: Duration = Duration::from_mins(2);
/// Messages in one call.
const BATCH: usize = 32;

/// What is said: where, under which tag and key, and how.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) topic: String,
    pub(crate) tag: String,
    pub(crate) key: Option<String>,
    pub(crate) id: String,
    pub(crate) body: Vec<u8>,
}

impl Said {
    pub(crate) fn new(topic: &str, tag: &str, key: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { topic: topic.to_owned(), tag: tag.to_owned(), key: Some(key.to_owned()), id: format!("stranger-{key}"), body: body.into() }
    }

    fn outgoing(&self) -> OutgoingMessage {
        let message = OutgoingMessage::new(self.id.clone(), self.body.clone()).with_tag(self.tag.clone());
        self.key.iter().fold(message, |message, key| message.with_key(key.clone()))
    }
}

/// What the shop has said so far itself.
pub(crate) async fn overheard(shop: &Shop) -> Vec<Said> {
    let rows = shop.rows("select msg_topic, msg_tag, msg_key, cast(id as text), msg_body from trade_mq_producer_temp order by id").await;
    let said = rows.into_iter().map(|row| match <[Value; 5]>::try_from(row) {
        Ok([Value::Text(topic), Value::Text(tag), Value::Text(key), Value::Text(id), Value::Text(body)]) => {
            Said { topic, tag, key: Some(key), id, body: body.into_bytes() }
        }
        other => panic!("{other:?}"),
    });
    said.collect()
}

/// Says all of it in this order, and waits until each group has taken all that it hears, and the shop's own too.
pub(crate) async fn say(shop: &Shop, said: &[Said]) {
    let family = shop.carrier.family();
    let mut options = Options::new([family.bus.replace("rocketmq://", "http://")]).expect("an endpoint");
    if let Some((key, secret)) = &family.login {
        options = options.with_credentials(Credentials::new(key, secret));
    }
    let topics = ["order-out", "payTopic"].map(|topic| format!("{}{topic}", family.prefix));
    let producer = Producer::start(&options, &topics).expect("options");
    let mut wanted = taken(shop);
    for (topic, name) in ["order-out", "payTopic"].iter().zip(&topics) {
        let there: Vec<&Said> = said.iter().filter(|said| said.topic == *topic).collect();
        for batch in there.chunks(BATCH) {
            let batch: Vec<_> = batch.iter().map(|said| said.outgoing()).collect();
            for outcome in producer.send(name, &batch).await.expect("the broker takes messages") {
                outcome.expect("it takes each");
            }
        }
    }
    producer.shutdown().await;
    let own = shop.rows("select msg_topic, msg_tag from trade_mq_producer_temp where msg_status = 0").await;
    let own = own.iter().map(|row| match row.as_slice() {
        [Value::Text(topic), Value::Text(tag)] => (topic.as_str(), tag.as_str()),
        other => panic!("{other:?}"),
    });
    let all = said.iter().map(|said| (said.topic.as_str(), said.tag.as_str())).chain(own);
    wanted += all.map(|(topic, tag)| subscribers(topic, tag).count()).sum::<usize>();
    let heard = async || -> Result<()> {
        until("the groups to take all", PATIENCE, async || {
            let taken = taken(shop);
            Ok(if taken >= wanted { Look::Found(()) } else { Look::NotYet(format!("{taken} of {wanted}")) })
        })
        .await?;
        settled(shop).await
    };
    shop.carrier.open(shop, heard).await.expect("they are taken");
}

/// How often a group has taken a message.
fn taken(shop: &Shop) -> usize {
    let text = shop.running.runtime().metrics.encoded();
    let lines = text.lines().filter(|line| line.starts_with("rocketmall_messages_consumed_total{"));
    lines.filter_map(|line| line.rsplit(' ').next()).map(|number| number.parse::<usize>().expect("a count")).sum()
}

/// All that a message could change.
pub(crate) async fn books(shop: &Shop) -> Vec<Vec<Row>> {
    let mut books = Vec::new();
    for sql in [
        "select goods_id, goods_number from trade_goods order by 1",
        "select user_id, user_money, user_score from trade_user order by 1",
        "select coupon_id, is_used, order_id from trade_coupon order by 1",
        "select order_id, order_status, pay_status, money_paid, refunded_amount from trade_order order by 1",
        "select pay_id, pay_state, fate, refunded_amount from trade_pay order by 1",
        "select refund_id, refund_state, refund_amount from trade_refund order by 1",
        "select order_id, goods_id, goods_number, cause from trade_goods_number_log order by 1, 2, 3, 4",
        "select user_id, order_id, money_log_type, use_money from trade_user_money_log order by 1, 2, 3, 4",
        "select pay_id, refund_id, points, shortfall from trade_user_score_log order by 1, 2, 3, 4",
        "select pay_id, refund_id, order_id, pay_amount from trade_pay_log order by 1, 2, 3, 4",
    ] {
        books.push(shop.rows(sql).await);
    }
    books
}
