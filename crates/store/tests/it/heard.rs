//! What a broker took and did not bring is found out and sent again.

use rocketmall_core::command::{Command, Outcome};
use rocketmall_core::id::OrderId;
use rocketmall_core::message::Message;
use rocketmall_core::refundable::Wanted;
use rocketmall_store::heard::{self, Looked, PORTION};
use rocketmall_store::messages::OutboxState;
use rocketmall_store::{Statement, Value, claim};

use crate::database::TestDatabase;
use crate::process::{Clock, Process, basket, placed};

const PATIENCE: i64 = 60_000;

/// A shop with so many orders that were called off.
async fn called_off(home: &TestDatabase, count: usize) -> (Process, Vec<OrderId>) {
    let process = Process::start(home, &Clock::new()).await;
    let (user, goods) = (process.user("0.00").await, process.goods("200.00", 100_000).await);
    let places = (0..count).map(|_| process.placing(basket(user, &[(goods, 1)])).into()).collect();
    let orders: Vec<OrderId> =
        process.run(places).await.answers.into_iter().map(|answer| placed(answer.expect("placed").receipt).id).collect();
    for order in &orders {
        process.cancel(*order).await;
    }
    (process, orders)
}

/// The broker takes what is due, and says so.
async fn sent(process: &Process) -> Vec<Message> {
    let messages = claim::messages(&process.database, process.clock.now(), 10_000).await.expect("messages");
    process.run(messages.iter().map(|message| Command::MarkSent(message.id).into()).collect()).await;
    messages
}

async fn looked(process: &Process) -> Looked {
    let (database, now) = (&process.database, process.clock.now());
    let Some(page) = heard::page(database, now, PATIENCE).await.expect("a page") else { return Looked::default() };
    let known = heard::known(database, &page.wanted()).await.expect("a look");
    heard::settle(database, page, known.into_iter().collect(), now, PATIENCE).await.expect("the walk goes on")
}

#[tokio::test]
async fn what_a_group_has_not_taken_is_sent_again_after_ever_longer_pauses() {
    let home = TestDatabase::create().await;
    let (process, _) = called_off(&home, 1).await;
    let first = sent(&process).await;
    process.clock.pass(PATIENCE);
    assert_eq!(looked(&process).await, Looked::default(), "too young");
    process.clock.pass(10_000);
    assert_eq!(looked(&process).await, Looked { messages: 1, again: 1 });
    let shown = process.database.outgoing(first[0].id.get()).await.expect("a look").expect("the message");
    assert_eq!(shown.state, OutboxState::Pending);
    assert!(shown.remark.is_some_and(|remark| remark.starts_with("sent again: order-out-group")));

    // a second time it has twice as long
    assert_eq!(sent(&process).await.len(), 1);
    process.clock.pass(PATIENCE + 10_000);
    assert_eq!(looked(&process).await, Looked { messages: 1, again: 0 }, "it is looked at again later");
    process.clock.pass(PATIENCE);
    assert_eq!(looked(&process).await, Looked { messages: 1, again: 1 });

    // one that arrived is left alone
    process.deliver().await;
    process.clock.pass(10 * PATIENCE);
    assert_eq!(looked(&process).await, Looked { messages: 1, again: 0 });
    assert_eq!(looked(&process).await, Looked::default());
}

#[tokio::test]
async fn the_walk_passes_every_message_once_however_many_share_a_moment() {
    let home = TestDatabase::create().await;
    let (process, orders) = called_off(&home, usize::try_from(PORTION).expect("small") + 100).await;
    let sent = sent(&process).await;
    assert_eq!(sent.len(), orders.len());
    process.clock.pass(PATIENCE + 10_000);
    assert_eq!(looked(&process).await, Looked { messages: PORTION, again: 512 });
    assert_eq!(looked(&process).await, Looked { messages: 100, again: 100 });
    assert_eq!(looked(&process).await, Looked::default());
}

#[tokio::test]
async fn one_that_could_not_be_sent_waits_with_its_reason() {
    let home = TestDatabase::create().await;
    let (process, _) = called_off(&home, 2).await;
    let due = claim::messages(&process.database, process.clock.now(), 10).await.expect("messages");
    let ids: Vec<i64> = due.iter().map(|message| message.id.get()).collect();
    let later = process.clock.now().after(20_000);
    claim::put_off(&process.database, &ids, later, &"no broker ".repeat(100)).await.expect("noted");
    process.clock.pass(19_000);
    assert!(claim::messages(&process.database, process.clock.now(), 10).await.expect("messages").is_empty());
    process.clock.pass(1_000);
    assert_eq!(claim::messages(&process.database, process.clock.now(), 10).await.expect("messages").len(), 2);
    let sql = "select count(*) from trade_mq_producer_temp where tries = 2 and remark like 'no broker%'";
    let rows = process.database.query(Statement { name: "test", sql }, Vec::new()).await.expect("rows");
    assert_eq!(rows, [vec![Value::Int(2)]]);
}

/// The groups' rows have gone; what they did has not.
#[tokio::test]
async fn what_is_sent_again_after_its_rows_were_purged_takes_no_second_effect() {
    let home = TestDatabase::create().await;
    let process = Process::start(&home, &Clock::new()).await;
    let (user, goods) = (process.user("0.00").await, process.goods("200.00", 10).await);
    let order = process.place(basket(user, &[(goods, 1)])).await;
    let payment = process.open_attempt(order.id, "sandbox").await;
    process.notify(&payment, Outcome::Succeeded).await;
    process.deliver().await;
    process.refund(order.id, Wanted::Whole, false).await;
    process.fire().await;
    process.deliver().await;
    let figures = "select cast((select number from (select goods_number as number from trade_goods) g) + (select sum(user_score) from trade_user)
        + (select count(*) from trade_pay_log) + (select count(*) from trade_goods_number_log) + (select count(*) from trade_user_money_log) as signed)";
    let count = async || process.database.query(Statement { name: "test", sql: figures }, Vec::new()).await.expect("figures");
    let before = count().await;
    process.sql("delete from trade_mq_consumer_log").await;
    process.sql("update trade_mq_producer_temp set msg_status = 0, due_time = 0").await;
    process.deliver().await;
    assert_eq!(count().await, before);
    let sql = "select count(*) from trade_mq_consumer_log where consumer_status <> 1";
    assert_eq!(process.database.query(Statement { name: "test", sql }, Vec::new()).await.expect("rows"), [vec![Value::Int(0)]]);
}
