//! Orders and their payments.

use rocketmall_core::command::{Command, Consume, Outcome, Receipt, SettlePayment};
use rocketmall_core::id::{OrderId, PaymentId, UserId};
use rocketmall_core::message::{Subscription, subscribers};
use rocketmall_core::order::{OrderStatus, PayStatus};
use rocketmall_core::part::Parts;
use rocketmall_core::payment::{CURRENCY, PaymentState};
use rocketmall_store::claim;

use crate::original::{LIU_BEI, ask, one, run, taken_over};
use crate::process::{Process, cents};

async fn statuses(process: &Process, order: i64) -> (OrderStatus, PayStatus) {
    let order = process.database.order(OrderId::new(order)).await.expect("a look").expect("the order");
    (order.status, order.pay_status)
}

/// What is due reaches the groups of this part; the others are other processes' own.
async fn deliver(process: &Process) {
    let messages = claim::messages(&process.database, process.clock.now(), 100).await.expect("messages");
    for message in &messages {
        let ours = |s: &&&Subscription| ["order-out-group3", "pay_payTopic_group"].contains(&s.group);
        let hears: Vec<_> = subscribers(&message.topic, &message.tag).collect();
        for subscription in hears.iter().filter(ours) {
            process.must(Command::Consume(Consume::new(subscription, message))).await;
        }
        process.must(Command::MarkSent(message.id)).await;
    }
}

#[tokio::test]
async fn its_orders_can_be_read_and_go_on() {
    let (_home, process) = taken_over(Parts::ORDERS.with(Parts::PAYMENTS)).await;
    let order = process.database.order(OrderId::new(1001)).await.expect("a look").expect("the order");
    assert_eq!((order.consignee.as_str(), order.lines[0].name.as_str(), order.kept_payment), ("", "华为P30", Some(PaymentId::new(5001))));
    assert_eq!(order.created_at.millis(), 1_577_844_000_000, "ten o'clock in China");
    assert_eq!(statuses(&process, 1007).await, (OrderStatus::Cancelled, PayStatus::Unpaid));

    // the pre-order that nobody will finish is dropped; an order that waits for money waits on
    process.fire().await;
    assert_eq!(statuses(&process, 1004).await, (OrderStatus::Cancelled, PayStatus::Unpaid));
    assert_eq!(one(&process.database, "select order_status from trade_order where order_id = 1004").await, "2");
    assert_eq!(statuses(&process, 1002).await, (OrderStatus::Confirmed, PayStatus::Unpaid));

    // money whose message was lost, and money whose message was still to be sent, reach their orders
    deliver(&process).await;
    assert_eq!(statuses(&process, 1006).await, (OrderStatus::Confirmed, PayStatus::Paid));
    assert_eq!(statuses(&process, 1008).await, (OrderStatus::Confirmed, PayStatus::Paid));

    // what is not paid in time is called off, as ours are
    process.clock.pass(31 * 60_000);
    process.fire().await;
    assert_eq!(statuses(&process, 1002).await, (OrderStatus::Cancelled, PayStatus::Unpaid));
}

/// An attempt of the original's is closed; money that comes all the same pays its order.
#[tokio::test]
async fn an_open_attempt_of_its_can_still_succeed() {
    let (_home, process) = taken_over(Parts::ORDERS.with(Parts::PAYMENTS)).await;
    let payment = process.database.payment(PaymentId::new(5002)).await.expect("a look").expect("the payment");
    assert_eq!((payment.state, payment.user_id), (PaymentState::Closed, LIU_BEI));
    process.notify(&payment, Outcome::Succeeded).await;
    assert_eq!(one(&process.database, "select is_paid from trade_pay where pay_id = 5002").await, "2");
    deliver(&process).await;
    assert_eq!(statuses(&process, 1002).await, (OrderStatus::Confirmed, PayStatus::Paid));
    // as its mapper reads it
    let seen = "select order_status, pay_status, pay_time is not null from trade_order where order_id = 1002";
    assert_eq!(one(&process.database, seen).await, "1 | 2 | 1");
}

/// Rows that it writes while they are ours already: all its columns, none of ours.
#[tokio::test]
async fn what_it_writes_later_can_be_read() {
    let (_home, process) = taken_over(Parts::ORDERS.with(Parts::PAYMENTS)).await;
    let database = &process.database;
    run(
        database,
        "insert into trade_order (order_id, user_id, order_status, pay_status, shipping_status, address, consignee, goods_id, goods_number, goods_price, goods_amount,
           shipping_fee, order_amount, coupon_id, coupon_paid, money_paid, pay_amount, add_time, confirm_time, pay_time)
         values (2001, 345963634385633280, 0, 0, 0, 'x', null, 7, 1, 12.50, 12.50, 10.00, 22.50, null, 0.00, 0.00, 22.50, now(), null, null);
         update trade_order set order_status = 1, confirm_time = now() where order_id = 2001;
         insert into trade_pay (pay_id, order_id, pay_amount, is_paid) values (6001, 2001, 22.50, 0)",
    )
    .await;
    let payment = process.database.payment(PaymentId::new(6001)).await.expect("a look").expect("the payment");
    assert_eq!(
        (payment.state, payment.user_id, payment.channel.as_str()),
        (PaymentState::Pending, UserId::new(345_963_634_385_633_280), "sandbox")
    );
    run(
        database,
        r#"update trade_pay set pay_id = 6001, order_id = 2001, pay_amount = 22.50, is_paid = 2 where pay_id = 6001;
           insert into trade_mq_producer_temp (id, group_name, msg_topic, msg_tag, msg_key, msg_body, msg_status, create_time)
             values ('6100', 'payProducerGroup', 'payTopic', 'paid', '6001', '{"payId":6001,"orderId":2001,"payAmount":22.50,"isPaid":2}', 0, now());
           delete from trade_mq_producer_temp where id = '1322698832693301249'"#,
    )
    .await;
    // its own message is its own to send
    deliver(&process).await;
    assert_eq!(
        ask(database, "select id, due_time, tries from trade_mq_producer_temp where id in ('6100', '1322698832693301249')").await,
        ["6100 | - | 0"]
    );
    let payment = process.database.payment(PaymentId::new(6001)).await.expect("a look").expect("the payment");
    assert_eq!(payment.state, PaymentState::Succeeded);
    let again = SettlePayment {
        payment_id: payment.id,
        channel: payment.channel.clone(),
        order_id: None,
        amount: cents("22.50"),
        currency: CURRENCY.to_owned(),
        platform_no: None,
        outcome: Outcome::Succeeded,
    };
    assert!(process.answer(Command::SettlePayment(again)).await.is_ok_and(|receipt| !matches!(receipt, Receipt::Placed(_))));
}

/// A database of the pay role's own, with a copy of the original's payments: what is agreed with a platform goes on there.
#[tokio::test]
async fn its_payments_can_be_apart_from_their_orders() {
    let (_home, process) = taken_over(Parts::PAYMENTS).await;
    let database = &process.database;
    let states = "select pay_id, pay_state, pay_time is not null from trade_pay order by pay_id";
    let wanted = ["5001 | 1 | 1", "5002 | 3 | 0", "5003 | 3 | 0", "5005 | 1 | 1", "5006 | 1 | 1", "5008 | 1 | 1"];
    assert_eq!(ask(database, states).await, wanted);
    let payment = database.payment(PaymentId::new(5002)).await.expect("a look").expect("the payment");
    process.notify(&payment, Outcome::Succeeded).await;
    assert_eq!(one(database, "select is_paid, pay_state from trade_pay where pay_id = 5002").await, "2 | 1");
    assert_eq!(one(database, "select count(*) from trade_mq_producer_temp where msg_key = '5002' and msg_tag = 'paid'").await, "1");
    // what its order has noted of it is nothing new
    assert!(matches!(process.must(Command::MeetAttempt(Box::new(payment))).await, Receipt::Checked(kept) if kept.has_money()));
}
