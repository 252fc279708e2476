//! What the original does wrong (seed-contract, section 6) and the core must not: a test each, named after the defect.

use rocketmall_core::command::{CancelCause, Command, Consume, Consumed, Outcome, Receipt};
use rocketmall_core::id::{CouponId, GoodsId, MessageId, OrderId, UserId};
use rocketmall_core::message::{Body, CancelledLine, Message, OrderCancelled, Subscription, subscribers};
use rocketmall_core::money::Cents;
use rocketmall_core::order::{Order, OrderStatus, PayStatus};
use rocketmall_core::payment::PaymentState;
use rocketmall_core::rejection::Reason;

use crate::world::{World, basket, cents};

/// An `order_cancel` as somebody may send it: of any order, any coupon, any goods.
fn cancel_message(world: &mut World, body: OrderCancelled) -> Message {
    let body = Body::OrderCancelled(body);
    let (topic, tag, key) = body.address();
    let json = body.to_json().expect("bodies serialise");
    let id = MessageId::new(world.fresh_id());
    Message { id, topic: topic.to_owned(), tag: tag.to_owned(), key, body: json, created_at: world.now, trace: None }
}

fn groups(message: &Message) -> impl Iterator<Item = &'static Subscription> {
    subscribers(&message.topic, &message.tag)
}

fn with_coupon(world: &mut World) -> Result<Order, Reason> {
    let mut asked = basket(8, &[(1, 1)]);
    asked.coupon_id = Some(CouponId::new(5));
    world.place(asked).map_err(|rejection| rejection.reason)
}

#[test]
fn oversell() {
    let mut world = World::with_goods();
    let sold = (0..200).filter(|_| world.place(basket(8, &[(1, 1)])).is_ok()).count();
    assert_eq!((sold, world.stock(1)), (10, 0));
}

#[test]
fn lost_update_of_the_balance() {
    let mut world = World::with_goods();
    let mut asked = basket(8, &[(1, 1)]);
    asked.money_paid = cents("60.00");
    let placed = (0..10).filter(|_| world.place(asked.clone()).is_ok()).count();
    assert_eq!((placed, world.account(8).balance), (8, cents("20.00")), "8 × 60.00 of 500.00");
}

#[test]
fn the_last_piece_cannot_be_bought() {
    let mut world = World::with_goods();
    world.place(basket(8, &[(2, 3)])).expect("all three pieces there are");
    assert_eq!(world.stock(2), 0);
    assert_eq!(world.place(basket(8, &[(2, 1)])).expect_err("none is left").reason, Reason::StockTooLow);
}

#[test]
fn goods_between_90_01_and_100_cannot_be_ordered() {
    for (price, freight, total) in
        [("90.00", "10", "100.00"), ("90.01", "10", "100.01"), ("100.00", "10", "110.00"), ("100.01", "0", "100.01")]
    {
        let mut world = World::with_goods();
        world.goods(7, price, 1);
        let mut asked = basket(8, &[(7, 1)]);
        (asked.seen_freight, asked.seen_total) = (Some(cents(freight)), Some(cents(total)));
        let order = world.place(asked).expect("freight is judged on the goods alone");
        assert_eq!((order.shipping_fee, order.order_amount), (cents(freight), cents(total)), "goods at {price}");
    }
}

/// Coupon and balance lower what is to be paid, not what freight is judged on.
#[test]
fn freight_is_judged_on_the_goods_alone() {
    let mut world = World::with_goods();
    let mut asked = basket(8, &[(2, 1)]);
    (asked.coupon_id, asked.money_paid) = (Some(CouponId::new(5)), cents("99.00"));
    let order = world.place(asked).expect("a sound order");
    assert_eq!((order.shipping_fee, order.pay_amount), (Cents::ZERO, cents("1.00")));
}

#[test]
fn the_coupon_of_another_user() {
    let mut world = World::with_goods();
    let mut asked = basket(9, &[(1, 1)]);
    asked.coupon_id = Some(CouponId::new(5));
    let theirs = world.place(asked.clone()).expect_err("coupon 5 is user 8's");
    asked.coupon_id = Some(CouponId::new(404));
    let none = world.place(asked).expect_err("there is no coupon 404");
    assert_eq!((theirs.reason, none.reason), (Reason::CouponUnknown, Reason::CouponUnknown));
    assert_eq!(theirs.detail.replace('5', "404"), none.detail, "nobody learns which coupons there are");
}

#[test]
fn one_coupon_for_two_orders() {
    let mut world = World::with_goods();
    let first = with_coupon(&mut world).expect("the coupon is free");
    assert_eq!(with_coupon(&mut world), Err(Reason::CouponNotValid));
    assert_eq!(world.coupon_used_by(5), Some(first.id));
}

#[test]
fn an_order_without_a_coupon_crashes() {
    let mut world = World::with_goods();
    let order = world.place(basket(8, &[(1, 1)])).expect("an order without a coupon");
    world.cancel(order.id).expect("an unpaid order");
    world.settle();
}

#[test]
fn release_of_what_was_never_taken() {
    let mut world = World::with_goods();
    let holder = with_coupon(&mut world).expect("the coupon is free");
    let before = (world.stock(1), world.account(8).balance);
    let body = OrderCancelled {
        order_id: OrderId::new(404),
        coupon_id: Some(CouponId::new(5)),
        user_id: holder.user_id,
        user_money: Some(cents("100.00")),
        goods_id: holder.lines[0].goods_id,
        goods_num: 7,
        lines: Vec::new(),
    };
    let message = cancel_message(&mut world, body);
    for subscription in groups(&message) {
        world.deliver(subscription, &message);
    }
    assert_eq!((world.stock(1), world.account(8).balance), before, "order 404 took nothing");
    assert_eq!(world.coupon_used_by(5), Some(holder.id), "and holds no coupon");
}

/// The log says what was taken; the message may say what it likes.
#[test]
fn release_of_more_than_was_taken() {
    let mut world = World::with_goods();
    let mut asked = basket(8, &[(1, 2), (2, 1)]);
    asked.money_paid = cents("100.00");
    let order = world.place(asked).expect("a sound order");
    world.cancel(order.id).expect("an unpaid order");
    let mut body = OrderCancelled::of(&world.order(order.id)).expect("it has lines");
    (body.goods_num, body.user_money) = (9, Some(cents("400.00")));
    body.lines = vec![CancelledLine { goods_num: 9, ..body.lines[0] }, body.lines[1]];
    let message = cancel_message(&mut world, body);
    for subscription in groups(&message) {
        assert_eq!(world.deliver(subscription, &message), Consumed::Done);
    }
    assert_eq!((world.stock(1), world.stock(2), world.account(8).balance), (10, 3, cents("500.00")));
    world.settle();
}

#[test]
fn release_of_a_coupon_that_another_order_holds() {
    let mut world = World::with_goods();
    let mut asked = basket(8, &[(1, 1)]);
    (asked.coupon_id, asked.money_paid) = (Some(CouponId::new(5)), cents("10.00"));
    let first = world.place(asked.clone()).expect("the coupon is free");
    world.cancel(first.id).expect("an unpaid order");
    assert_eq!(with_coupon(&mut world), Err(Reason::CouponNotValid), "its message has not come through yet");
    world.deliver_all();
    let second = world.place(asked).expect("it is free again");
    let again = cancel_message(&mut world, OrderCancelled::of(&first).expect("it has lines"));
    // The consumer rows of finished messages are purged some day; a message may come again after that.
    world.shop.inbox = rocketmall_core::shop::Table::default();
    for subscription in groups(&again) {
        assert_eq!(world.deliver(subscription, &again), Consumed::Done);
    }
    assert_eq!(world.coupon_used_by(5), Some(second.id));
    assert_eq!((world.stock(1), world.account(8).balance), (9, cents("490.00")), "stock and balance came back once");
}

#[test]
fn the_retry_limit_is_off_by_one() {
    let mut world = World::with_goods();
    let body = OrderCancelled {
        order_id: OrderId::new(404),
        coupon_id: Some(CouponId::new(404)),
        user_id: UserId::new(8),
        user_money: None,
        goods_id: GoodsId::new(1),
        goods_num: 1,
        lines: Vec::new(),
    };
    let message = cancel_message(&mut world, body);
    let releases_coupon = groups(&message).next().expect("order-out-group1");
    let tries: Vec<Consumed> = (0..3).map(|_| world.deliver(releases_coupon, &message)).collect();
    assert!(matches!(tries[..], [Consumed::Retry(_), Consumed::Retry(_), Consumed::Dead]), "exactly three tries: {tries:?}");
    let key = Consume::new(releases_coupon, &message).inbox_key();
    world.coupon(404, 8, "1.00", "0");
    assert_eq!(world.deliver(releases_coupon, &message), Consumed::Dead, "it stays failed, however often it is delivered");
    assert_eq!(world.shop.inbox.get(&key).map(|row| row.times), Some(3));
    world.must(Command::Replay(key));
    assert_eq!(world.deliver(releases_coupon, &message), Consumed::Done, "until somebody replays it");
}

#[test]
fn a_repeated_callback_counts_twice() {
    let mut world = World::with_goods();
    let order = world.place(basket(8, &[(1, 1)])).expect("a sound order").id;
    let payment = world.start(order, "sandbox");
    let news: Vec<bool> = (0..20).map(|_| world.notify(payment, Outcome::Succeeded)).collect();
    assert_eq!(news.iter().filter(|news| **news).count(), 1);
    world.deliver_all();
    world.notify(payment, Outcome::Succeeded);
    world.settle();
    assert_eq!((world.account(8).score, world.shop.payment_log.iter().count()), (60, 1));
    assert_eq!(world.shop.outbox.iter().count(), 1, "one message");
}

#[test]
fn the_amount_of_the_callback_is_trusted() {
    let mut world = World::with_goods();
    let order = world.place(basket(8, &[(1, 1)])).expect("a sound order").id;
    let payment = world.start(order, "sandbox");
    let mut notice = world.notice(payment, Outcome::Succeeded);
    notice.amount = cents("0.01");
    assert_eq!(world.refused(Command::SettlePayment(notice)), Reason::AmountWrong);
    assert_eq!((world.payment(payment).state, world.order(order).pay_status), (PaymentState::Pending, PayStatus::Paying));
    world.notify(payment, Outcome::Succeeded);
    world.settle();
    assert_eq!((world.payment(payment).amount, world.order(order).pay_amount), (cents("60.00"), cents("60.00")));
}

#[test]
fn paying_what_is_paid() {
    let mut world = World::with_goods();
    let order = world.place(basket(8, &[(1, 1)])).expect("a sound order").id;
    let payment = world.start(order, "sandbox");
    world.notify(payment, Outcome::Succeeded);
    world.deliver_all();
    let again = world.starting(order, "sandbox");
    assert_eq!(world.refused(Command::StartPayment(again)), Reason::AlreadyPaid);
}

#[test]
fn the_paid_update_without_its_message() {
    let mut world = World::with_goods();
    let order = world.place(basket(8, &[(1, 1)])).expect("a sound order").id;
    let payment = world.start(order, "sandbox");
    world.notify(payment, Outcome::Succeeded);
    let told: Vec<_> = world.shop.outbox.iter().map(|message| (message.tag.clone(), message.key.clone())).collect();
    assert_eq!(told, [("paid".to_owned(), payment.to_string())], "one decision holds both");
}

#[test]
fn cents_are_lost() {
    let mut world = World::with_goods();
    world.user(7, "0.05");
    world.goods(7, "0.07", 1);
    let mut asked = basket(7, &[(7, 1)]);
    asked.money_paid = cents("0.05");
    let order = world.place(asked).expect("a sound order");
    assert_eq!((order.order_amount, order.money_paid, order.pay_amount), (cents("10.07"), cents("0.05"), cents("10.02")));
    let payment = world.start(order.id, "sandbox");
    world.notify(payment, Outcome::Succeeded);
    let paid = world.shop.outbox.iter().next().expect("a message").body.clone();
    assert!(paid.contains(r#""payAmount":10.02,"#), "{paid}");
    world.settle();
    assert_eq!((world.account(7).balance, world.account(7).score), (Cents::ZERO, 10));
}

#[test]
fn score_payment_log_and_pay_time_are_columns_only() {
    let mut world = World::with_goods();
    let order = world.place(basket(8, &[(1, 1)])).expect("a sound order").id;
    let payment = world.start(order, "sandbox");
    world.pass(5_000);
    world.notify(payment, Outcome::Succeeded);
    world.settle();
    assert_eq!(world.order(order).paid_at, Some(world.now));
    assert_eq!(world.account(8).score, 60);
    let logged: Vec<_> = world.shop.payment_log.iter().map(|entry| (entry.payment_id, entry.amount)).collect();
    assert_eq!(logged, [(payment, cents("60.00"))]);
}

/// The timeout finds nothing to do after a cancel, and the other way round: everything comes back once.
#[test]
fn compensation_runs_twice() {
    let mut world = World::with_goods();
    let mut asked = basket(8, &[(1, 2)]);
    (asked.coupon_id, asked.money_paid) = (Some(CouponId::new(5)), cents("10.00"));
    let order = world.place(asked).expect("a sound order").id;
    world.cancel(order).expect("an unpaid order");
    world.deliver_all();
    world.pass(31 * 60_000);
    let Receipt::Cancelled(again) = world.must(World::cancelling(order, CancelCause::Timeout)) else { panic!("an order") };
    assert_eq!(again.status, OrderStatus::Cancelled);
    world.cancel(order).expect("calling off what is off changes nothing");
    world.deliver_all();
    world.settle();
    assert_eq!((world.stock(1), world.account(8).balance, world.coupon_used_by(5)), (10, cents("500.00"), None));
    assert_eq!(world.shop.outbox.iter().count(), 1);
}
