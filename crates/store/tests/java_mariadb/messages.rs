//! Messages: the tables that all its services share.

use rocketmall_core::part::Parts;

use crate::original::{ask, one, run, taken_over};

/// A role that takes no message's sender over leaves what is to be sent alone.
#[tokio::test]
async fn what_is_its_own_stays_its_own() {
    let (_home, process) = taken_over(Parts::PAYMENT_LOG).await;
    process.deliver().await;
    let database = &process.database;
    assert_eq!(ask(database, "select msg_status, tries from trade_mq_producer_temp order by id").await, ["0 | 0", "0 | 0"]);
    assert_eq!(one(database, "select count(*) from trade_pay_log").await, "0");
    // its ids are texts to it, and differ in their last digit alone
    run(database, "delete from trade_mq_producer_temp where id = '1322698832693301249'").await;
    assert_eq!(ask(database, "select id from trade_mq_producer_temp").await, ["1322698832693301248"]);
    let time = "select create_time = timestamp'2020-01-01 02:00:03' from trade_mq_producer_temp";
    assert_eq!(one(database, time).await, "1");
    // it begins and ends the hearing of a message
    run(
        database,
        "insert into trade_mq_consumer_log (msg_id, group_name, msg_tag, msg_key, msg_body, consumer_status, consumer_times, consumer_timestamp, remark)
           values ('AC9', 'order-out-group', 'order_cancel', '2001', '{}', 0, 0, null, null);
         update trade_mq_consumer_log set consumer_status = 1, consumer_times = 1, consumer_timestamp = now() where group_name = 'order-out-group' and msg_tag = 'order_cancel' and msg_key = '2001'",
    )
    .await;
    process.deliver().await;
    let incoming = database.incoming_of("2001").await.expect("a look");
    assert_eq!(incoming.iter().map(|message| message.row.times).collect::<Vec<_>>(), [1]);
    assert_eq!(database.outgoing(1_322_698_832_693_301_248).await.expect("a look").map(|message| message.tries), Some(0));
}

#[tokio::test]
async fn with_the_orders_what_it_had_to_send_is_sent_and_what_it_could_not_is_named() {
    let (_home, process) = taken_over(Parts::ALL).await;
    process.deliver().await;
    let rows = "select id, msg_status, coalesce(remark, '') from trade_mq_producer_temp where id in (1322698832693301248, 1322698832693301249, 5006) order by id";
    let wanted =
        ["5006 | 1 | taken over", "1322698832693301248 | 1 | ", "1322698832693301249 | 2 | taken over without topic, tag, key or body"];
    assert_eq!(ask(&process.database, rows).await, wanted);
}
