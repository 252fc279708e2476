//! Messages: listed, shown, replayed.

use serde_json::Value;

use crate::cli_program::{Folder, has};

const DEAD_OUTGOING: &str = "insert into trade_mq_producer_temp
    (id, group_name, msg_topic, msg_tag, msg_key, msg_body, msg_status, create_time, due_time, tries, remark)
    values (71, 'payProducerGroup', 'payTopic', 'strange', '900', '{}', 2, 1790000000000, 0, 1, 'nobody hears it')";
const SENT: &str = "insert into trade_mq_producer_temp
    (id, group_name, msg_topic, msg_tag, msg_key, msg_body, msg_status, create_time, due_time, sent_time, tries)
    values (72, 'orderProducerGroup', 'order-out', 'order_cancel', '901', '{\"orderId\":901}', 1, 1790000000000, 1790000005000, 1790000000001, 1)";
const DEAD_WITH_A_GROUP: &str = "insert into trade_mq_consumer_log (group_name, msg_tag, msg_key, msg_id, msg_topic, msg_body,
    consumer_status, consumer_times, consumer_timestamp, due_time, remark)
    values ('order-out-group2', 'order_cancel', '901', '72', 'order-out', '{\"orderId\":901}', 2, 3, 1790000000002, 1790000000002, 'goods-unknown: none')";
/// Of another program: two groups have it, the outbox knows nothing of it.
const FOREIGN: &str = "insert into trade_mq_consumer_log (group_name, msg_tag, msg_key, msg_id, msg_topic, msg_body,
    consumer_status, consumer_times, consumer_timestamp, due_time, remark)
    values ('pay_payTopic_group', 'paid', '905', '7F0000010001-AB', 'payTopic', 'no JSON', 2, 3, 1790003600000, 1790003600000, 'no body'),
      ('pay_payTopic_log_group', 'paid', '905', '7F0000010001-AB', 'payTopic', 'no JSON', 0, 1, 1790003600000, 4790003600000, 'no body')";

fn folder() -> Folder {
    let folder = Folder::with_database();
    for sql in [DEAD_OUTGOING, SENT, DEAD_WITH_A_GROUP] {
        assert_eq!(folder.sql(sql, vec![]), 1);
    }
    folder
}

fn with_foreign() -> Folder {
    let folder = folder();
    assert_eq!(folder.sql(FOREIGN, vec![]), 2);
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

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
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
fn messages_are_listed_by_group_tag_and_time_as_well() {
    let folder = with_foreign();
    let (order, pay, log) = ("order-out-group2", "pay_payTopic_group", "pay_payTopic_log_group");
    for (arguments, outgoing, incoming) in [
        (&["--group", order][..], &["72"][..], &[order][..]),
        (&["--group", "payProducerGroup"], &["71"], &[]),
        (&["--tag", "paid"], &[], &[pay, log]),
        (&["--tag", "order_cancel", "--topic", "payTopic"], &[], &[]),
        (&["--state", "dead", "--group", pay], &[], &[pay]),
        (&["--state", "retrying"], &[], &[log]),
        (&["--state", "done"], &[], &[]),
        (&["--key", "905"], &[], &[pay, log]),
        (&["--since", "2026-09-21T15:00:00Z"], &[], &[pay, log]),
        (&["--until", "2026-09-21T23:00:00+08:00"], &["72", "71"], &[order]),
        (&["--since", "1s"], &[], &[]),
        (&["--since", "100y", "--until", "1h"], &["72", "71"], &[pay, order, log]),
    ] {
        assert_eq!(list(&folder, arguments), (owned(outgoing), owned(incoming)), "{arguments:?}");
    }
    has(&folder.run(["messages", "list", "--since", "yesterday"]).fails(2), &["2026-11-24T08:00:00Z", "2h"]);
    has(&folder.run(["messages", "list", "--since", "1h", "--until", "2h"]).fails(2), &["exchange them"]);
    has(&folder.run(["messages", "list", "--key", ""]).fails(2), &["--key"]);
}

#[test]
fn a_message_is_shown_with_its_body_and_groups() {
    let folder = folder();
    has(&folder.run(["messages", "show", "72"]).ok(), &["message 72: sent", "{\"orderId\":901}", "order-out-group2", "dead"]);
    has(&folder.run(["messages", "show", "72"]).ok(), &["not yet taken by order-out-group1, order-out-group3, order-out-group4"]);
    let json: Value = serde_json::from_str(&folder.run(["messages", "show", "72", "--json"]).ok()).expect("JSON");
    assert_eq!(json["consumers"][0]["state"], "dead");
    assert_eq!(json["waiting_for"].as_array().map(Vec::len), Some(3));
    has(&folder.run(["messages", "show", "73"]).fails(1), &["no message 73"]);
}

#[test]
fn a_message_of_another_program_is_shown_and_replayed_by_its_own_id() {
    let folder = with_foreign();
    let text = folder.run(["messages", "show", "7F0000010001-AB"]).ok();
    has(&text, &["message 7F0000010001-AB: dead", "key 905", "another program", "no JSON", "pay_payTopic_log_group", "no body"]);
    let json: Value = serde_json::from_str(&folder.run(["messages", "show", "7F0000010001-AB", "--json"]).ok()).expect("JSON");
    assert_eq!((&json["group"], &json["created_at"], &json["consumers"][1]["state"]), (&Value::Null, &Value::Null, &"retrying".into()));
    has(&folder.run(["messages", "replay", "7F0000010001-AB"]).ok(), &["tried again: with pay_payTopic_group\n"]);
    assert_eq!(list(&folder, &["--state", "retrying"]).1, ["pay_payTopic_log_group", "pay_payTopic_group"]);
    has(&folder.run(["messages", "replay", "7F0000010001-AB", "--state", "sent"]).ok(), &["not sent from here"]);
}

/// One effect, whoever's message came first: ours says by which message its group came to it.
#[test]
fn a_message_that_another_one_came_before_says_so() {
    let folder = with_foreign();
    folder.sql(
        "insert into trade_mq_producer_temp (id, group_name, msg_topic, msg_tag, msg_key, msg_body, msg_status, create_time, due_time, sent_time, tries)
         values (75, 'payProducerGroup', 'payTopic', 'paid', '905', '{}', 1, 1790000000000, 1790000005000, 1790000000001, 1)",
        vec![],
    );
    let json: Value = serde_json::from_str(&folder.run(["messages", "show", "75", "--json"]).ok()).expect("JSON");
    assert_eq!(json["consumers"][0]["message_id"], "7F0000010001-AB");
    assert_eq!(json["waiting_for"], serde_json::json!(["pay_payTopic_user_group"]));
    has(&folder.run(["messages", "replay", "75", "--dry-run"]).ok(), &["75: would be tried again: with pay_payTopic_group\n"]);
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

#[test]
fn replay_takes_any_combination_of_selectors_but_not_none() {
    let folder = with_foreign();
    has(&folder.run(["messages", "replay"]).fails(2), &["--state dead is all that is dead"]);
    has(&folder.run(["messages", "replay", "--dry-run"]).fails(2), &["say which messages"]);
    has(&folder.run(["messages", "replay", "--key", ""]).fails(2), &["--key"]);
    for (arguments, counts) in [
        (&["--group", "order-out-group2"][..], "0 to send and 1 with groups"),
        (&["--since", "2026-09-21T15:00:00Z"], "0 to send and 1 with groups"),
        (&["--until", "2026-09-21T15:00:00Z"], "1 to send and 1 with groups"),
        (&["--topic", "payTopic", "--tag", "paid"], "0 to send and 1 with groups"),
        (&["--key", "900"], "1 to send and 0 with groups"),
        (&["--key", "900", "--tag", "paid"], "0 to send and 0 with groups"),
        (&["--state", "sent"], "1 to send and 0 with groups"),
        (&["--state", "sent", "--group", "order-out-group4"], "1 to send and 0 with groups"),
        (&["--state", "sent", "--key", "905"], "0 to send and 0 with groups"),
        (&["--state", "retrying", "--key", "905"], "0 to send and 1 with groups"),
    ] {
        let told = folder.run(["messages", "replay", "--dry-run"].iter().chain(arguments)).ok();
        assert!(told.ends_with(&format!("{counts} would be tried again\n")), "{arguments:?}: {told}");
    }
    has(
        &folder.run(["messages", "replay", "72", "71", "--tag", "strange"]).ok(),
        &["72: nothing of it is dead and as selected", "71: tried again"],
    );
    has(&folder.run(["messages", "replay", "--state", "sent", "--group", "order-out-group4"]).ok(), &["1 to send and 0 with groups are"]);
    assert_eq!(list(&folder, &["--state", "pending"]).0, ["72", "71"]);
    has(&folder.run(["messages", "replay", "--state", "retrying", "--key", "905"]).ok(), &["0 to send and 1 with groups are"]);
    has(&folder.run(["messages", "replay", "--state", "retrying", "--key", "905"]).ok(), &["0 to send and 0 with groups are"]);
}

/// More than a portion: each once, and none left.
#[test]
fn a_replay_of_many_leaves_none() {
    let folder = folder();
    let many = "insert into trade_mq_producer_temp
        (id, group_name, msg_topic, msg_tag, msg_key, msg_body, msg_status, create_time, due_time, sent_time, tries)
        with recursive n(i) as (select 1000 union all select i + 1 from n where i < 2200)
        select i, 'g', 'payTopic', 'paid', i, '{}', 1 + i % 2, 1790000000000 + i, (1 - i % 2) * 1790000005000, 1790000000000 + i, 1 from n";
    assert_eq!(folder.sql(many, vec![]), 1201);
    let with_groups = "insert into trade_mq_consumer_log (group_name, msg_tag, msg_key, msg_id, msg_topic, msg_body,
        consumer_status, consumer_times, consumer_timestamp, due_time)
        with recursive n(i) as (select 1000 union all select i + 1 from n where i < 2200)
        select 'pay_payTopic_log_group', 'paid', i, i, 'payTopic', '{}', 2, 3, 1790000000000, 1790000000000 from n";
    assert_eq!(folder.sql(with_groups, vec![]), 1201);
    let told = folder.run(["messages", "replay", "--topic", "payTopic", "--dry-run"]).ok();
    assert_eq!(told.lines().count(), 601 + 1201 + 1);
    has(&folder.run(["messages", "replay", "--topic", "payTopic"]).ok(), &["601 to send and 1201 with groups are"]);
    has(&folder.run(["messages", "replay", "--state", "sent", "--tag", "paid"]).ok(), &["601 to send and 0 with groups are"]);
    assert_eq!(list(&folder, &["--state", "dead", "--topic", "payTopic"]), (vec![], vec![]));
}
