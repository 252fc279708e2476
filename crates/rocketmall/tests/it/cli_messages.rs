//! Messages: listed, shown, replayed.

use serde_json::Value;

use crate::cli_program::{Folder, has};

const DEAD_OUTGOING: &str = "insert into trade_mq_producer_temp
    (id, group_name, msg_topic, msg_tag, msg_key, msg_body, msg_status, create_time, due_time, tries, remark)
    values (71, 'payProducerGroup', 'payTopic', 'strange', '900', '{}', 2, 1790000000000, 0, 1, 'nobody hears it')";
const SENT: &str = "insert into trade_mq_producer_temp
    (id, group_name, msg_topic, msg_tag, msg_key, msg_body, msg_status, create_time, due_time, sent_time, tries)
    values (72, 'orderProducerGroup', 'order-out', 'order_cancel', '901', '{\"orderId\":901}', 1, 1790000000000, 0, 1790000000001, 1)";
const DEAD_WITH_A_GROUP: &str = "insert into trade_mq_consumer_log (group_name, msg_tag, msg_key, msg_id, msg_topic, msg_body,
    consumer_status, consumer_times, consumer_timestamp, due_time, remark)
    values ('order-out-group2', 'order_cancel', '901', '72', 'order-out', '{\"orderId\":901}', 2, 3, 1790000000002, 0, 'goods-unknown: none')";

fn folder() -> Folder {
    let folder = Folder::with_database();
    for sql in [DEAD_OUTGOING, SENT, DEAD_WITH_A_GROUP] {
        assert_eq!(folder.sql(sql, vec![]), 1);
    }
    folder
}

fn list(folder: &Folder, arguments: &[&str]) -> (Vec<String>, Vec<String>) {
    let answer = folder.run(["messages", "list", "--json"].iter().chain(arguments)).ok();
    let listed: Value = serde_json::from_str(&answer).expect("JSON");
    let texts = |kind: &str, field: &str| -> Vec<String> {
        listed[kind].as_array().expect(kind).iter().map(|item| item[field].as_str().expect(field).to_owned()).collect()
    };
    (texts("outgoing", "id"), texts("incoming", "group"))
}

#[test]
fn messages_are_listed_by_state_topic_and_key() {
    let folder = folder();
    let group = "order-out-group2".to_owned();
    assert_eq!(list(&folder, &[]), (vec!["72".to_owned(), "71".to_owned()], vec![group.clone()]));
    assert_eq!(list(&folder, &["--state", "dead"]), (vec!["71".to_owned()], vec![group.clone()]));
    assert_eq!(list(&folder, &["--state", "sent"]), (vec!["72".to_owned()], vec![]));
    assert_eq!(list(&folder, &["--state", "retrying"]), (vec![], vec![]));
    assert_eq!(list(&folder, &["--topic", "payTopic"]), (vec!["71".to_owned()], vec![]));
    assert_eq!(list(&folder, &["--key", "901"]), (vec!["72".to_owned()], vec![group]));
    assert_eq!(list(&folder, &["--limit", "1"]).0, ["72"]);
    let text = folder.run(["messages", "list", "--state", "dead"]).ok();
    has(&text, &["strange", "nobody hears it", "order-out-group2", "goods-unknown: none"]);
}

#[test]
fn a_message_is_shown_with_its_body_and_groups() {
    let folder = folder();
    has(&folder.run(["messages", "show", "72"]).ok(), &["message 72: sent", "{\"orderId\":901}", "order-out-group2", "dead"]);
    let json: Value = serde_json::from_str(&folder.run(["messages", "show", "72", "--json"]).ok()).expect("JSON");
    assert_eq!(json["consumers"][0]["state"], "dead");
    has(&folder.run(["messages", "show", "73"]).fails(1), &["no message 73"]);
}

#[test]
fn replay_tries_dead_ones_again_and_a_dry_run_only_says_so() {
    let folder = folder();
    let dead = |folder: &Folder| list(folder, &["--state", "dead"]);
    let before = dead(&folder);
    has(
        &folder.run(["messages", "replay", "--state", "dead", "--dry-run"]).ok(),
        &["71", "order-out-group2", "1 to send and 1 with groups would"],
    );
    has(&folder.run(["messages", "replay", "71", "72", "--dry-run"]).ok(), &["71: would be tried again", "72: would be tried again"]);
    assert_eq!(dead(&folder), before);
    has(&folder.run(["messages", "replay", "--state", "dead", "--topic", "order-out"]).ok(), &["0 to send and 1 with groups"]);
    assert_eq!(list(&folder, &["--state", "retrying"]).1, ["order-out-group2"]);
    has(&folder.run(["messages", "replay", "71"]).ok(), &["71: tried again"]);
    assert_eq!(list(&folder, &["--state", "pending"]).0, ["71"]);
    assert_eq!(dead(&folder), (vec![], vec![]));
    has(&folder.run(["messages", "replay", "72"]).ok(), &["72: nothing of it is dead"]);
    has(&folder.run(["messages", "replay", "73", "71"]).fails(1), &["no message 73"]);
}
