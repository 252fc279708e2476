//! Walks along messages: each once, by any combination of what is wanted, from any place on; and sending again.

use std::collections::BTreeMap;

use rocketmall_core::id::Timestamp;
use rocketmall_store::messages::{Found, InboxStage, MessageFilter, OutboxState, Part, Place, Walk};
use rocketmall_store::{Database, claim};

use crate::database::TestDatabase;
use crate::process::{Clock, Process};

const OUTBOX: &[Part] = &[Part::Outbox];
const SENT: &[Part] = &[Part::Outgoing(OutboxState::Sent)];
const DEAD: &[Part] = &[Part::Outgoing(OutboxState::Dead), Part::Incoming(InboxStage::Dead)];
const RETRYING: &[Part] = &[Part::Incoming(InboxStage::Retrying)];

/// Rows as the shop writes them: id or message, state, second, and what they are about.
async fn filled() -> (TestDatabase, Process) {
    let home = TestDatabase::create().await;
    let process = Process::start(&home, &Clock::new()).await;
    let time = |second: i64| match process.database.dialect() {
        rocketmall_store::Dialect::Sqlite => (second * 1_000).to_string(),
        rocketmall_store::Dialect::Mysql => format!("from_unixtime({second})"),
    };
    for (id, state, second, tag, key) in [
        (1, 1, 100, "paid", "k1"),
        (2, 1, 200, "paid", "k2"),
        (3, 2, 300, "paid", "k3"),
        (4, 2, 400, "refunded", "k4"),
        (5, 0, 500, "paid", "k5"),
        (6, 1, 600, "refunded", "k6"),
    ] {
        let due = if state == 2 { 0 } else { second * 1_000 + 5_000 };
        let sent = if state == 1 { (second * 1_000 + 1).to_string() } else { "null".to_owned() };
        let created = time(second);
        process
            .sql(&format!(
                "insert into trade_mq_producer_temp (id, group_name, msg_topic, msg_tag, msg_key, msg_body, msg_status, create_time,
                 due_time, sent_time, tries, remark) values ({id}, 'payProducerGroup', 'payTopic', '{tag}', '{key}', '{{}}', {state},
                 {created}, {due}, {sent}, 3, 'r')"
            ))
            .await;
    }
    for (message, state, second, group, key) in [
        ("1", 2, 700, "pay_payTopic_group", "k1"),
        ("1", 2, 700, "pay_payTopic_log_group", "k1"),
        ("2", 1, 710, "pay_payTopic_group", "k2"),
        ("2", 0, 720, "pay_payTopic_log_group", "k2"),
        ("7F00-FOREIGN", 2, 730, "pay_payTopic_user_group", "k9"),
    ] {
        let (tried, due) = (time(second), second * 1_000);
        process
            .sql(&format!(
                "insert into trade_mq_consumer_log (group_name, msg_tag, msg_key, msg_id, msg_topic, msg_body, consumer_status,
                 consumer_times, consumer_timestamp, due_time) values ('{group}', 'paid', '{key}', '{message}', 'payTopic', '{{}}',
                 {state}, 3, {tried}, {due})"
            ))
            .await;
    }
    (home, process)
}

fn name(found: &Found) -> String {
    match found {
        Found::Outgoing(outgoing) => outgoing.message.id.to_string(),
        Found::Incoming(incoming) => format!("{} {}", incoming.row.message_id, incoming.row.key.group),
    }
}

/// What a walk comes to in portions of this size, each begun anew from the place as a text.
async fn walked(database: &Database, parts: &'static [Part], filter: &MessageFilter, limit: i64) -> Vec<String> {
    let (mut place, mut names) = (Place::default(), Vec::new());
    loop {
        let portion = Walk::new(parts, filter.clone(), place.clone()).next(database, limit).await.expect("readable");
        let Some((_, last)) = portion.last() else { return names };
        place = last.to_string().parse().expect("a place");
        assert_eq!(place, *last);
        names.extend(portion.iter().map(|(found, _)| name(found)));
    }
}

#[tokio::test]
async fn what_waits_is_counted_by_topic() {
    let (_home, process) = filled().await;
    process.sql("update trade_mq_producer_temp set msg_topic = 'order-out', msg_status = 0 where id in (2, 6)").await;
    let gauges = process.database.message_gauges().await.expect("gauges");
    let waiting: BTreeMap<_, _> = gauges.outbox.iter().map(|waiting| (waiting.topic.as_str(), (waiting.pending, waiting.oldest))).collect();
    let at = |second: i64| Timestamp::from_millis(second * 1_000);
    assert_eq!(waiting, BTreeMap::from([("order-out", (2, at(200))), ("payTopic", (1, at(500)))]));
    assert_eq!((gauges.pending(), gauges.dead, gauges.retrying), (3, 5, 1));
}

#[tokio::test]
async fn a_walk_comes_to_everything_wanted_once_in_portions_of_any_size() {
    let (_home, process) = filled().await;
    let filter = MessageFilter::default;
    let text = |text: &str| Some(text.to_owned());
    let at = |second: i64| Some(Timestamp::from_millis(second * 1_000));
    let foreign = "7F00-FOREIGN pay_payTopic_user_group";
    let (log, order) = ("1 pay_payTopic_log_group", "1 pay_payTopic_group");
    let cases: [(&'static [Part], MessageFilter, &[&str]); 16] = [
        (OUTBOX, filter(), &["6", "5", "4", "3", "2", "1"]),
        (OUTBOX, MessageFilter { tag: text("refunded"), ..filter() }, &["6", "4"]),
        (OUTBOX, MessageFilter { topic: text("order-out"), ..filter() }, &[]),
        (OUTBOX, MessageFilter { group: text("pay_payTopic_group"), ..filter() }, &["5", "3", "2", "1"]),
        (OUTBOX, MessageFilter { group: text("payProducerGroup"), until: at(300), ..filter() }, &["2", "1"]),
        (OUTBOX, MessageFilter { since: at(200), until: at(600), ..filter() }, &["5", "4", "3", "2"]),
        (OUTBOX, MessageFilter { key: text("k4"), ..filter() }, &["4"]),
        (SENT, filter(), &["6", "2", "1"]),
        (SENT, MessageFilter { since: at(200), tag: text("paid"), ..filter() }, &["2"]),
        (SENT, MessageFilter { until: at(4_000_000_000), ..filter() }, &["6", "2", "1"]),
        (DEAD, filter(), &["4", "3", foreign, log, order]),
        (DEAD, MessageFilter { since: at(400), tag: text("paid"), ..filter() }, &[foreign, log, order]),
        (DEAD, MessageFilter { since: at(710), ..filter() }, &[foreign]),
        (DEAD, MessageFilter { group: text("pay_payTopic_group"), ..filter() }, &["3", order]),
        (DEAD, MessageFilter { key: text("k1"), topic: text("payTopic"), ..filter() }, &[log, order]),
        (RETRYING, MessageFilter { topic: text("payTopic"), ..filter() }, &["2 pay_payTopic_log_group"]),
    ];
    for (parts, filter, wanted) in cases {
        for limit in [1, 2, 100] {
            assert_eq!(walked(&process.database, parts, &filter, limit).await, wanted, "{parts:?} {filter:?} by {limit}");
        }
    }
}

#[tokio::test]
async fn only_what_stands_so_is_sent_again_and_as_if_it_were_new() {
    let (_home, process) = filled().await;
    let (database, now) = (&process.database, Timestamp::from_millis(900_000));
    assert_eq!(claim::resend(database, &[6, 5, 4, 1, 99], OutboxState::Sent, now).await.expect("sent"), 2);
    assert_eq!(claim::resend(database, &[3, 5, 6], OutboxState::Dead, now).await.expect("sent"), 1);
    assert_eq!(walked(database, DEAD, &MessageFilter { key: Some("k3".to_owned()), ..MessageFilter::default() }, 9).await, [""; 0]);
    let again = database.outgoing(6).await.expect("readable").expect("there");
    assert_eq!((again.state, again.tries, again.remark, again.due), (OutboxState::Pending, 0, None, now));
    let due = claim::messages(database, now, 10).await.expect("claimed");
    let mut ids: Vec<i64> = due.iter().map(|message| message.id.get()).collect();
    ids.sort_unstable();
    assert_eq!(ids, [1, 3, 5, 6]);
}
