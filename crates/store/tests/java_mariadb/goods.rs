//! Goods and their stock.

use rocketmall_core::basket::BasketLine;
use rocketmall_core::command::{Command, CorrectStock, Receipt};
use rocketmall_core::id::{GoodsId, OrderId};
use rocketmall_core::part::Parts;
use rocketmall_core::saga::ReserveStock;
use rocketmall_store::migrate::{self, Pace, TakeOver};
use rocketmall_store::verify::{Limits, audit};

use crate::original::{PHONE, ask, java_returns_stock, java_takes_stock, one, taken_over};
use crate::process::{Process, cents};

const STOCK: &str = "select goods_number from trade_goods where goods_id = 345959443973935104";

fn reserving(order: i64) -> Command {
    let lines = vec![BasketLine { goods_id: PHONE, number: 1, seen_price: Some(cents("5000.00")) }];
    Command::ReserveStock(ReserveStock { order_id: OrderId::new(order), lines })
}

async fn broken(process: &Process) -> Vec<&'static str> {
    let report = audit(&process.database, process.clock.now(), Limits::default()).await.expect("an audit");
    report.broken().map(|check| check.name).collect()
}

#[tokio::test]
async fn its_rows_stay_and_their_sum_is_the_stock() {
    let (_home, process) = taken_over(Parts::GOODS).await;
    let database = &process.database;
    // what int cut off is known from the orders, a repeated call stays repeated
    let log = "select goods_id, order_id, goods_number, cause, cause_id from trade_goods_number_log where cause = 1 order by order_id, entry_id limit 3";
    assert_eq!(
        ask(database, log).await,
        [format!("{PHONE} | 1001 | -1 | 1 | 0"), "7 | 1002 | -1 | 1 | 0".into(), "7 | 1002 | -1 | 1 | 1".into()]
    );
    let openings = "select goods_id, goods_number, order_id, reason from trade_goods_number_log where cause = 0 order by goods_id";
    assert_eq!(ask(database, openings).await, ["7 | 2 | - | taken over".to_owned(), format!("{PHONE} | 1005 | - | taken over")]);
    assert_eq!(broken(&process).await, Vec::<&str>::new());
    // a role takes its own tables only
    let others = "select count(*) from information_schema.columns where table_schema = database() and column_name in ('line_count', 'min_spend', 'mobile_shared', 'pay_state')";
    assert_eq!(one(database, others).await, "0");
    let goods = process.database.goods_page(GoodsId::new(0), 10).await.expect("a page");
    assert_eq!(goods.iter().map(|goods| (goods.name.as_str(), goods.stock)).collect::<Vec<_>>(), [("", 0), ("华为P30", 999)]);
}

#[tokio::test]
async fn each_side_reads_what_the_other_took() {
    let (_home, process) = taken_over(Parts::GOODS).await;
    let database = &process.database;
    process.must(reserving(2001)).await;
    // as its mapper selects
    let seen =
        "select goods_id, order_id, goods_number from trade_goods_number_log where order_id = '2001' and goods_id = 345959443973935104";
    assert_eq!(one(database, seen).await, format!("{PHONE} | 2001 | -1"));
    assert_eq!(one(database, STOCK).await, "998");

    java_takes_stock(database, 2002).await;
    assert_eq!(one(database, STOCK).await, "997");
    assert_eq!(broken(&process).await, Vec::<&str>::new());
    // taken already, by the other side
    assert!(matches!(process.must(reserving(2002)).await, Receipt::Done));
    assert_eq!(one(database, STOCK).await, "997");
    java_returns_stock(database, 2002).await;
    // what is ours it can undo as well
    java_returns_stock(database, 2001).await;
    assert_eq!(one(database, STOCK).await, "999");
    assert_eq!(broken(&process).await, Vec::<&str>::new());

    process.must(Command::CorrectStock(CorrectStock { goods_id: PHONE, delta: -9, reason: "counted".to_owned() })).await;
    assert_eq!(one(database, STOCK).await, "990");
}

/// It gave up a cancel; ours carries it out, and one that it had carried out does nothing.
#[tokio::test]
async fn an_unfinished_cancel_is_carried_out() {
    let (_home, process) = taken_over(Parts::GOODS).await;
    process.deliver().await;
    assert_eq!(one(&process.database, STOCK).await, "1000");
    let rows = "select msg_key, group_name, consumer_status from trade_mq_consumer_log order by msg_key, group_name";
    let wanted = ["1003 | order-out-group | 1", "1007 | order-out-group | 2", "1007 | order-out-group2 | 1"];
    assert_eq!(ask(&process.database, rows).await, wanted);
}

/// Back to the original, and to ours once more: what it overwrote meanwhile becomes a correction, but only when one says so.
#[tokio::test]
async fn taken_over_again() {
    let (_home, process) = taken_over(Parts::GOODS).await;
    let database = &process.database;
    // two of its calls read the same stock
    java_takes_stock(database, 2003).await;
    java_takes_stock(database, 2004).await;
    crate::original::run(database, "update trade_goods set goods_number = goods_number + 1 where goods_id = 345959443973935104").await;
    assert_eq!(migrate::migrate(database).await.expect("nothing to do"), Vec::<&str>::new());
    assert_eq!(broken(&process).await, ["stock_sum"]);
    migrate::migrate_as(database, TakeOver::Again, Pace::WHOLE).await.expect("adopted once more");
    assert_eq!(broken(&process).await, Vec::<&str>::new());
    let corrections = "select goods_number, reason from trade_goods_number_log where cause = 3";
    assert_eq!(one(database, corrections).await, "1 | taken over again");
    assert_eq!(one(database, "select count(*) from trade_goods_number_log where cause = 0").await, "2");
}
