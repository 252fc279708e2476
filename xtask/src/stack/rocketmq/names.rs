//! The topics and consumer groups of every layout: those of the contract, those of the client's own tests, and the probe's.
//!
//! Those of the contract exist in families: once as they are, and once for each prefix `t1-` to `t1000-`: a test takes one that
//! none had before (`rocketmall_trial::rocketmq`), so that no message of another is in it. They are written as the brokers' own files before the first start: making one with mqadmin takes seconds.

use crate::stack::json::{object, string};

/// How many families there are besides the one without a prefix.
pub(crate) const FAMILIES: usize = 1000;

/// A message that the stack is ready goes through this topic.
pub(crate) const PROBE_TOPIC: &str = "rocketmall-probe";
/// The group that takes it.
pub(crate) const PROBE_GROUP: &str = "rocketmall-probe-group";

/// For readers of dead letters: a letter brings its count of attempts along, and a reader with fewer would send it on to its own.
const HARDLY_EVER: u32 = 10_000;

const TOPICS: [(&str, Kind); 3] = [("order-out", Kind::Normal), ("payTopic", Kind::Normal), ("rocketmall-wakeup", Kind::Delay)];

/// A group and how often a message is tried again. A message is delivered once more often than that.
const GROUPS: [(&str, u32); 8] = [
    ("order-out-group1", 16),
    ("order-out-group2", 16),
    ("order-out-group3", 16),
    ("order-out-group4", 16),
    ("pay_payTopic_group", 16),
    ("pay_payTopic_user_group", 16),
    ("pay_payTopic_log_group", 16),
    ("rocketmall-wakeup-group", 16),
];

/// What the client's own tests use (`lib/rocketmq/tests`), each a topic and a group of the same name. They run at the same time anyway.
const OF_THE_CLIENT: [(&str, Kind, u32); 11] = [
    ("client-normal", Kind::Normal, 16),
    ("client-patience", Kind::Normal, 16),
    ("client-tag", Kind::Normal, 16),
    ("client-nack", Kind::Normal, 16),
    ("client-extend", Kind::Normal, 16),
    ("client-break", Kind::Normal, 16),
    ("client-refused", Kind::Normal, 16),
    ("client-dead", Kind::Normal, 1),
    ("client-forward", Kind::Normal, 16),
    ("client-fifo", Kind::Fifo, 16),
    ("client-delay", Kind::Delay, 16),
];

/// By which the official Java clients hear what the shop sends (`tests/interop`), in topics of a family of the run's own.
const OF_JAVA: [&str; 4] = ["java-grpc", "java-classic", "java-classic-4", "java-classic-proxy"];

const DEAD_LETTER_READER: &str = "rocketmall-dead-letter-group";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Normal,
    Fifo,
    Delay,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Any,
    AsSent,
}

/// The topic that only this broker and its replicas have: what goes through it went through them.
pub(crate) fn probe_topic_of(broker: &str) -> String {
    format!("{PROBE_TOPIC}-{broker}")
}

/// The broker's file of topics.
pub(crate) fn topics_json(broker: &str) -> String {
    let shop = prefixes().flat_map(|prefix| TOPICS.map(|(name, kind)| topic(&format!("{prefix}{name}"), kind, 8)));
    let dead = GROUPS.map(|(name, ..)| topic(&format!("%DLQ%{name}"), Kind::Normal, 1));
    let client =
        OF_THE_CLIENT.into_iter().flat_map(|(name, kind, _)| [topic(name, kind, 8), topic(&format!("%DLQ%{name}"), Kind::Normal, 1)]);
    let probes = [topic(PROBE_TOPIC, Kind::Normal, 8), topic(&probe_topic_of(broker), Kind::Normal, 1)];
    object([("dataVersion", version()), ("topicConfigTable", object(shop.chain(dead).chain(client).chain(probes)))])
}

/// The broker's file of consumer groups.
pub(crate) fn groups_json() -> String {
    let consumers = prefixes().flat_map(|prefix| GROUPS.map(|(name, retries)| group(&format!("{prefix}{name}"), retries, Order::Any)));
    let readers = [group(DEAD_LETTER_READER, HARDLY_EVER, Order::Any)];
    let java = OF_JAVA.map(|name| group(name, 16, Order::Any));
    let client = OF_THE_CLIENT.into_iter().flat_map(|(name, kind, retries)| {
        let order = if kind == Kind::Fifo { Order::AsSent } else { Order::Any };
        [group(name, retries, order), group(&format!("{name}-reader"), HARDLY_EVER, Order::Any)]
    });
    let probe = group(PROBE_GROUP, 16, Order::Any);
    object([
        ("dataVersion", version()),
        ("subscriptionGroupTable", object(consumers.chain(readers).chain(java).chain(client).chain([probe]))),
    ])
}

fn prefixes() -> impl Iterator<Item = String> {
    std::iter::once(String::new()).chain((1..=FAMILIES).map(|number| format!("t{number}-")))
}

fn version() -> String {
    object([("counter", 1), ("stateVersion", 0), ("timestamp", 1)].map(|(name, number)| (name, number.to_string())))
}

fn topic(name: &str, kind: Kind, queues: u8) -> (String, String) {
    let word = match kind {
        Kind::Normal => "NORMAL",
        Kind::Fifo => "FIFO",
        Kind::Delay => "DELAY",
    };
    let members = [
        ("topicName", string(name)),
        ("readQueueNums", queues.to_string()),
        ("writeQueueNums", queues.to_string()),
        ("perm", "6".to_owned()),
        ("order", (kind == Kind::Fifo).to_string()),
        ("topicSysFlag", "0".to_owned()),
        ("topicFilterType", string("SINGLE_TAG")),
        ("attributes", object([("message.type", string(word))])),
    ];
    (name.to_owned(), object(members))
}

fn group(name: &str, retries: u32, order: Order) -> (String, String) {
    let members = [
        ("groupName", string(name)),
        ("consumeEnable", "true".to_owned()),
        ("consumeBroadcastEnable", "false".to_owned()),
        ("consumeFromMinEnable", "true".to_owned()),
        ("consumeMessageOrderly", (order == Order::AsSent).to_string()),
        ("retryQueueNums", "1".to_owned()),
        ("retryMaxTimes", retries.to_string()),
        ("brokerId", "0".to_owned()),
        ("whichBrokerWhenConsumeSlowly", "1".to_owned()),
        ("notifyConsumerIdsChangedEnable", "true".to_owned()),
    ];
    (name.to_owned(), object(members))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// xtask is built on no crate of ours, so it reads the contract as text.
    #[test]
    fn every_group_and_topic_of_the_contract_is_there() {
        let contract = std::fs::read_to_string(crate::root().join("crates/core/src/message.rs")).expect("the core has its messages");
        let quoted = |line: &str| line.split('"').nth(1).map(str::to_owned).expect("it is quoted");
        let groups: Vec<String> = contract.lines().filter(|line| line.trim_start().starts_with("hears(\"")).map(quoted).collect();
        let topics: Vec<String> = contract.lines().filter(|line| line.contains("_TOPIC: &str =")).map(quoted).collect();
        assert!(groups.len() >= 11 && topics.len() >= 2, "the contract is written in another way now");
        for group in groups {
            assert!(GROUPS.iter().any(|(name, ..)| *name == group), "{group} is missing");
        }
        for topic in topics {
            assert!(TOPICS.iter().any(|(name, _)| *name == topic), "{topic} is missing");
        }
    }

    #[test]
    fn a_topic_says_what_may_be_sent_to_it() {
        let json = topics_json("broker-a");
        for expected in [
            r#""order-out":{"topicName":"order-out","readQueueNums":8,"writeQueueNums":8,"perm":6,"order":false,"#,
            r#""t16-order-out":{"topicName":"t16-order-out","readQueueNums":8,"writeQueueNums":8,"perm":6,"order":false,"#,
            r#""%DLQ%order-out-group1":{"#,
            r#""rocketmall-probe-broker-a":{"#,
            r#""attributes":{"message.type":"DELAY"}"#,
        ] {
            assert!(json.contains(expected), "{expected} is not in {json}");
        }
        assert_eq!(json.matches("topicName").count(), (FAMILIES + 1) * TOPICS.len() + GROUPS.len() + 2 * OF_THE_CLIENT.len() + 2);
    }

    #[test]
    fn a_reader_of_dead_letters_takes_what_a_group_gave_up() {
        let json = groups_json();
        assert!(json.contains(r#""groupName":"rocketmall-dead-letter-group","#), "{json}");
        assert_eq!(json.matches(r#""retryMaxTimes":10000"#).count(), 1 + OF_THE_CLIENT.len());
        assert_eq!(json.matches(r#""consumeMessageOrderly":true"#).count(), 1);
    }
}
