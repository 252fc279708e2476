//! The whole shop at once, and one part after the other.

use rocketmall_core::basket::Basket;
use rocketmall_core::command::Outcome;
use rocketmall_core::id::OrderId;
use rocketmall_core::order::{OrderStatus, PayStatus};
use rocketmall_core::part::Parts;
use rocketmall_core::refundable::Wanted;
use rocketmall_store::migrate::{self, Pace, TakeOver};
use rocketmall_store::verify::{Limits, audit};

use crate::original::{COUPON, LIU_BEI, PHONE, clock, java_returns_stock, java_takes_stock, one, original, run, taken_over};
use crate::process::{Process, basket, cents};

async fn broken(process: &Process) -> Vec<String> {
    let report = audit(&process.database, process.clock.now(), Limits::default()).await.expect("an audit");
    report
        .broken()
        .flat_map(|check| check.found.iter().map(move |found| format!("{} {}: {}", check.name, found.id, found.detail)))
        .collect()
}

async fn known(process: &Process) -> Vec<String> {
    let report = audit(&process.database, process.clock.now(), Limits::default()).await.expect("an audit");
    let checks = &report.found_at_take_over;
    checks.iter().flat_map(|check| check.found.iter().map(move |found| format!("{} {}", check.name, found.id))).collect()
}

/// All that the original left wrong is named, apart from ours, and only that.
#[tokio::test]
async fn its_defects_are_found_at_the_take_over_and_no_breaks_of_ours() {
    let (_home, process) = taken_over(Parts::ALL).await;
    assert_eq!(broken(&process).await, Vec::<String>::new());
    let known = known(&process).await;
    for wanted in
        ["balance_negative 3", "paid_without_payment 1005", "order_goods_amount 1002", "order_stock 1002", "order_unconfirmed 1004"]
    {
        assert!(known.iter().any(|found| found == wanted), "{wanted}: {known:?}");
    }
    run(&process.database, "update trade_goods set goods_number = goods_number - 1 where goods_id = 7").await;
    assert_eq!(broken(&process).await.len(), 2, "a new break is one");
}

#[tokio::test]
async fn a_shop_that_was_taken_over_sells_and_is_paid() {
    let (_home, process) = taken_over(Parts::ALL).await;
    sell(&process).await;
}

/// In the order in which the guide takes them, each on its own.
#[tokio::test]
async fn one_part_after_the_other() {
    let home = original().await;
    for parts in [Parts::PAYMENT_LOG, Parts::COUPONS, Parts::GOODS, Parts::ACCOUNTS, Parts::ORDERS.with(Parts::PAYMENTS)] {
        let process = Process::on(home.open().await.of(parts), &clock()).await;
        assert_eq!(broken(&process).await, Vec::<String>::new());
    }
    let database = home.open().await;
    let held = migrate::parts(&database).await.expect("it can be told");
    assert!(Parts::EACH.into_iter().all(|part| held.hold(part)));
    sell(&Process::on(database, &clock()).await).await;
}

async fn sell(process: &Process) {
    let wish = Basket { coupon_id: Some(COUPON), money_paid: cents("100.50"), ..basket(LIU_BEI, &[(PHONE, 1)]) };
    let order = process.place(wish).await;
    let seen = format!(
        "select order_status, pay_status, goods_id, cast(pay_amount * 100 as signed) from trade_order where order_id = {}",
        order.id
    );
    assert_eq!(one(&process.database, seen).await, format!("1 | 0 | {PHONE} | 487950"));
    let payment = process.open_attempt(order.id, "sandbox").await;
    process.notify(&payment, Outcome::Succeeded).await;
    process.fire().await;
    process.deliver().await;
    let paid = process.database.order(order.id).await.expect("a look").expect("the order");
    assert_eq!((paid.status, paid.pay_status), (OrderStatus::Confirmed, PayStatus::Paid));
    assert_eq!(broken(process).await, Vec::<String>::new());

    // an order that the original was paid for goes back whole, to where its money came from
    let refund = process.refund(OrderId::new(1001), Wanted::Whole, false).await;
    process.finish(refund, rocketmall_core::command::RefundOutcome::Succeeded).await;
    process.deliver().await;
    let money = format!("select cast(user_money * 100 as signed) from trade_user where user_id = {LIU_BEI}");
    assert_eq!(one(&process.database, money).await, "89950");
    let cancelled = process.place(basket(LIU_BEI, &[(PHONE, 2)])).await;
    process.cancel(cancelled.id).await;
    process.deliver().await;
    assert_eq!(broken(process).await, Vec::<String>::new());
}

/// The guide's own statements, then the original's; and ours once more.
#[tokio::test]
async fn back_to_the_original_and_forward_again() {
    let (_home, process) = taken_over(Parts::ALL).await;
    let (kept, off) = (process.place(basket(LIU_BEI, &[(PHONE, 1)])).await, process.place(basket(LIU_BEI, &[(PHONE, 2)])).await);
    process.cancel(off.id).await;
    process.deliver().await;
    let guide = include_str!("../../../../docs/migrating-from-java.md");
    let statements: Vec<&str> = guide.split("```sql\n").skip(1).filter_map(|text| text.split("```").next()).collect();
    assert_eq!(statements.len(), 2);
    for statement in statements {
        run(&process.database, statement).await;
    }
    let database = &process.database;
    // what it looks for before it takes a cancel up, and whether anything of that order is still out
    let heard = format!(
        "select consumer_status from trade_mq_consumer_log where group_name = 'order-out-group' and msg_tag = 'order_cancel' and msg_key = '{}'",
        off.id
    );
    assert_eq!(one(database, heard).await, "1");
    let out = |order: OrderId| format!("select count(*) from trade_goods_number_log where order_id = '{order}' and goods_id = {PHONE}");
    assert_eq!((one(database, out(off.id)).await, one(database, out(kept.id)).await), ("0".to_owned(), "1".to_owned()));
    java_returns_stock(database, kept.id.get()).await;
    run(database, format!("update trade_order set order_status = 2 where order_id = {}", kept.id)).await;
    java_takes_stock(database, 3001).await;
    run(database, "update trade_goods set goods_number = 500 where goods_id = 345959443973935104").await;
    migrate::migrate_as(database, TakeOver::Again, Pace::WHOLE).await.expect("taken over again");
    assert_eq!(broken(&process).await, Vec::<String>::new());
    assert_eq!(process.place(basket(LIU_BEI, &[(PHONE, 1)])).await.lines.len(), 1);
}
