//! What goes back with a refund, and when: money to the cent, goods, coupon, points.

use rocketmall_core::command::{ReceiveCause, RefundOutcome, RefundStep};
use rocketmall_core::id::{CouponId, GoodsId, OrderId};
use rocketmall_core::money::Cents;
use rocketmall_core::order::{OrderStatus, PayStatus, ShippingStatus};
use rocketmall_core::payment::PaymentState;
use rocketmall_core::refund::{Refund, RefundState};
use rocketmall_core::refundable::Wanted;
use rocketmall_core::rejection::Reason;

use crate::world::{World, basket, cents};

fn lines(lines: &[(i64, i64)]) -> Wanted {
    Wanted::Lines(lines.iter().map(|(goods, number)| (GoodsId::new(*goods), *number)).collect())
}

fn amount(text: &str) -> Wanted {
    Wanted::Amount(cents(text))
}

/// Total, the channel's part, the balance's part.
fn parts(refund: &Refund) -> [String; 3] {
    [refund.amount, refund.channel_amount, refund.balance_amount].map(|amount| amount.to_string())
}

/// Three pieces at 33.33 and one at 10.00, coupon 20.00, balance 30.00: goods 109.99, no freight, 59.99 through the channel.
fn mixed() -> (World, OrderId) {
    let mut world = World::new();
    world.goods(1, "33.33", 9);
    world.goods(2, "10.00", 9);
    world.user(8, "100.00");
    world.coupon(5, 8, "20.00", "0.00");
    let mut asked = basket(8, &[(1, 3), (2, 1)]);
    (asked.coupon_id, asked.money_paid) = (Some(CouponId::new(5)), cents("30.00"));
    let order = world.paid(asked);
    (world, order)
}

#[test]
fn the_whole_of_an_unshipped_order_goes_back() {
    let (mut world, order) = mixed();
    let refund = world.refund(order, Wanted::Whole);
    assert_eq!(parts(&refund), ["89.99", "59.99", "30.00"]);
    let after = world.order(order);
    assert_eq!(
        (after.status, after.pay_status, after.shipping_status),
        (OrderStatus::Refunded, PayStatus::Paid, ShippingStatus::NotShipped)
    );
    assert_eq!((world.stock(1), world.stock(2), world.coupon_used_by(5)), (9, 9, None));
    let account = world.account(8);
    assert_eq!((account.balance, account.score), (cents("100.00"), 0));
    assert_eq!(world.payment(refund.payment_id).state, PaymentState::Refunded);
    world.settle();
}

/// 89.99 paid for goods of 109.99: shares 81.81 and 8.18 (81.8088… and 8.1811…, the left-over cent to the larger remainder).
#[test]
fn the_parts_by_line_add_up_to_the_cent() {
    let (mut world, order) = mixed();
    let first = world.refund(order, lines(&[(1, 1)]));
    assert_eq!(parts(&first), ["27.27", "27.27", "0.00"], "a third of 81.81");
    assert_eq!((world.stock(1), world.account(8).score), (7, 32), "59.99 − 27.27 is 32.72");
    let second = world.refund(order, lines(&[(2, 1)]));
    assert_eq!(parts(&second), ["8.18", "8.18", "0.00"]);
    assert_eq!(world.order(order).status, OrderStatus::Confirmed);
    assert_eq!(world.coupon_used_by(5), Some(order), "the order is not complete");
    let last = world.refund(order, lines(&[(1, 2)]));
    assert_eq!(parts(&last), ["54.54", "24.54", "30.00"], "the last pieces take the line's rest");
    assert_eq!((world.order(order).status, world.coupon_used_by(5)), (OrderStatus::Refunded, None));
    assert_eq!(world.account(8).balance, cents("100.00"));
    world.settle();
}

/// The coupon pays goods first: an order of 50.00 and 10.00 freight with a coupon of 55.00 has 5.00 of freight paid, nothing of goods.
#[test]
fn freight_goes_back_with_what_completes_an_unshipped_order() {
    let mut world = World::with_goods();
    world.coupon(6, 8, "55.00", "0.00");
    let mut asked = basket(8, &[(1, 1)]);
    asked.coupon_id = Some(CouponId::new(6));
    let order = world.paid(asked);
    assert_eq!(parts(&world.refund(order, lines(&[(1, 1)]))), ["5.00", "5.00", "0.00"]);
    assert_eq!(world.order(order).status, OrderStatus::Refunded);
    world.settle();

    let shipped = world.paid(basket(8, &[(1, 1)]));
    world.ship(shipped).expect("a paid order");
    assert_eq!(parts(&world.refund(shipped, Wanted::Whole))[0], "50.00", "the freight of 10.00 was used");
    assert_eq!(world.order(shipped).status, OrderStatus::Refunded, "all lines are refunded");
    assert_eq!(parts(&world.refund(shipped, amount("10.00")))[0], "10.00", "unless somebody asks for it");
    world.settle();
}

/// Two pieces that a coupon pays for, and 5.00 of freight that the customer paid. One piece was asked back, then all the rest.
fn a_free_piece_and_the_rest() -> (World, OrderId, Refund) {
    let mut world = World::with_goods();
    world.goods(7, "10.00", 9);
    world.coupon(7, 8, "25.00", "0.00");
    let mut asked = basket(8, &[(7, 2)]);
    asked.coupon_id = Some(CouponId::new(7));
    let order = world.paid(asked);
    let piece = world.ask(order, lines(&[(7, 1)])).expect("a piece");
    let rest = world.ask(order, Wanted::Whole).expect("the rest");
    assert_eq!((parts(&piece)[0].as_str(), parts(&rest)[0].as_str()), ("0.00", "5.00"), "the coupon paid for the goods");
    world.handle(rest.id, RefundStep::Approve).expect("asked for");
    world.finish(rest.id, RefundOutcome::Succeeded);
    world.deliver_undone();
    assert_eq!((world.order(order).refunded_amount, world.stock(7)), (cents("5.00"), 8));
    assert_eq!(world.order(order).status, OrderStatus::Confirmed, "a piece of it is still asked for");
    (world, order, piece)
}

#[test]
fn an_order_whose_money_is_back_waits_for_its_last_piece() {
    let (mut world, order, piece) = a_free_piece_and_the_rest();
    assert_eq!(world.handle(piece.id, RefundStep::Approve).expect("asked for").state, RefundState::Succeeded);
    world.deliver_undone();
    assert_eq!((world.order(order).status, world.stock(7), world.coupon_used_by(7)), (OrderStatus::Refunded, 9, None));
    world.settle();
}

#[test]
fn a_piece_that_nobody_paid_for_stays_here_and_can_still_go_back() {
    let (mut world, order, piece) = a_free_piece_and_the_rest();
    world.handle(piece.id, RefundStep::Reject { reason: "sealed".to_owned() }).expect("asked for");
    assert_eq!(world.ship(order).expect_err("all of its money went back").reason, Reason::OrderNotShippable);
    assert_eq!(world.coupon_used_by(7), Some(order));
    world.cancel(order).expect("it can be called off");
    world.deliver_undone();
    assert_eq!((world.order(order).status, world.stock(7), world.coupon_used_by(7)), (OrderStatus::Refunded, 9, None));
    world.settle();
}

#[test]
fn amounts_repeat_until_nothing_is_left() {
    let (mut world, order) = mixed();
    world.ship(order).expect("a paid order");
    for part in ["0.01", "50.00", "39.97"] {
        assert_eq!(parts(&world.refund(order, amount(part)))[0], part);
        assert_eq!(world.order(order).status, OrderStatus::Confirmed);
    }
    assert_eq!(parts(&world.refund(order, amount("0.01"))), ["0.01", "0.00", "0.01"]);
    let after = world.order(order);
    assert_eq!((after.status, after.refunded_amount), (OrderStatus::Refunded, cents("89.99")));
    assert_eq!((world.stock(1), world.account(8).balance), (6, cents("100.00")), "the goods are the customer's");
    world.settle();
    assert_eq!(world.order(order).shipping_status, ShippingStatus::Received);
}

#[test]
fn all_the_money_of_an_unshipped_order_is_the_whole_order() {
    let (mut world, order) = mixed();
    world.refund(order, amount("9.99"));
    let rest = world.refund(order, amount("80.00"));
    assert_eq!(rest.lines.iter().map(|line| line.number).sum::<i64>(), 4);
    assert_eq!((world.stock(1), world.stock(2), world.coupon_used_by(5)), (9, 9, None));
    assert_eq!(world.order(order).status, OrderStatus::Refunded);
    world.settle();
}

#[test]
fn lines_are_capped_by_what_amounts_have_left() {
    let (mut world, order) = mixed();
    world.ship(order).expect("a paid order");
    world.refund(order, amount("80.00"));
    let refund = world.refund(order, lines(&[(1, 2), (2, 1)]));
    assert_eq!(parts(&refund)[0], "9.99");
    assert_eq!(refund.lines.iter().map(|line| line.amount.to_string()).collect::<Vec<_>>(), ["9.99", "0.00"]);
    world.settle();
}

#[test]
fn goods_that_were_shipped_come_back_when_they_are_here() {
    let (mut world, order) = mixed();
    world.ship(order).expect("a paid order");
    world.receive(order, ReceiveCause::Shop).expect("a shipped order");
    let mut asking = world.asking(order, lines(&[(1, 3)]));
    asking.return_goods = true;
    world.must(rocketmall_core::command::Command::RequestRefund(asking.clone()));
    world.handle(asking.refund_id, RefundStep::GoodsReceived).expect_err("it is not approved");
    world.handle(asking.refund_id, RefundStep::Approve).expect("a requested refund");
    world.deliver_undone();
    assert_eq!(world.stock(1), 6, "the goods are on their way");
    for _ in 0..2 {
        world.handle(asking.refund_id, RefundStep::GoodsReceived).expect("an approved return");
        world.deliver_undone();
        assert_eq!((world.stock(1), world.order(order).shipping_status), (9, ShippingStatus::Received));
    }
    world.finish(asking.refund_id, RefundOutcome::Succeeded);
    let mut rest = world.asking(order, Wanted::Whole);
    rest.return_goods = true;
    world.must(rocketmall_core::command::Command::RequestRefund(rest.clone()));
    world.handle(rest.refund_id, RefundStep::Approve).expect("a requested refund");
    world.handle(rest.refund_id, RefundStep::GoodsReceived).expect("an approved return");
    assert_eq!(world.order(order).shipping_status, ShippingStatus::Returned, "all lines are back");
    world.settle();
    assert_eq!((world.order(order).status, world.coupon_used_by(5)), (OrderStatus::Refunded, Some(order)), "shipped: the coupon is used");
}

#[test]
fn an_order_paid_by_balance_alone_calls_no_channel() {
    let mut world = World::with_goods();
    let mut asked = basket(8, &[(1, 1)]);
    asked.money_paid = cents("60.00");
    let order = world.paid(asked);
    let refund = world.ask(order, amount("20.00")).expect("there is something left");
    let done = world.handle(refund.id, RefundStep::Approve).expect("a requested refund");
    assert_eq!((done.state, parts(&done)), (RefundState::Succeeded, ["20.00", "0.00", "20.00"].map(str::to_owned)));
    world.deliver_undone();
    assert_eq!(world.account(8).balance, cents("460.00"));
    world.settle();
}

#[test]
fn an_order_that_cost_nothing_gives_its_goods_and_coupon_back() {
    let mut world = World::with_goods();
    world.coupon(6, 8, "500.00", "0.00");
    let mut asked = basket(8, &[(1, 2)]);
    asked.coupon_id = Some(CouponId::new(6));
    let order = world.paid(asked);
    world.cancel(order).expect("a paid order that is not shipped");
    world.deliver_undone();
    assert_eq!((world.order(order).status, world.stock(1), world.coupon_used_by(6)), (OrderStatus::Refunded, 10, None));
    world.settle();
}

#[test]
fn calling_a_paid_order_off_is_a_whole_refund_that_nobody_has_to_approve() {
    let (mut world, order) = mixed();
    let requested = world.ask(order, lines(&[(2, 1)])).expect("there is something left");
    world.cancel(order).expect("a paid order that is not shipped");
    world.cancel(order).expect("the same again");
    let refunds = world.refunds();
    assert_eq!(refunds.iter().map(|refund| refund.state).collect::<Vec<_>>(), [RefundState::Rejected, RefundState::Approved]);
    assert_eq!((refunds[0].id, parts(&refunds[1])[0].as_str()), (requested.id, "89.99"));
    assert_eq!(world.order(order).status, OrderStatus::Confirmed, "not before the money is back");
    world.settle();
    assert_eq!((world.order(order).status, world.stock(1)), (OrderStatus::Refunded, 9));
    world.cancel(order).expect("the same again, after the end");
    assert_eq!(world.refunds().len(), 2);
}

#[test]
fn a_failed_refund_is_retried_under_its_own_number_and_holds_its_money() {
    let (mut world, order) = mixed();
    let refund = world.ask(order, amount("50.00")).expect("there is something left").id;
    world.handle(refund, RefundStep::Approve).expect("a requested refund");
    world.finish(refund, RefundOutcome::Failed("account closed".to_owned()));
    let failed = world.refunds()[0].clone();
    assert_eq!((failed.state, failed.remark.as_deref()), (RefundState::Failed, Some("account closed")));
    world.ask(order, amount("50.00")).expect_err("39.99 are left");
    assert_eq!(world.handle(refund, RefundStep::Retry).expect("a failed refund").state, RefundState::Processing);
    world.finish(refund, RefundOutcome::Succeeded);
    world.finish(refund, RefundOutcome::Succeeded);
    assert_eq!(world.order(order).refunded_amount, cents("50.00"));
    assert_eq!(world.handle(refund, RefundStep::Retry).expect_err("it is done").reason.slug(), "refund-state-wrong");
    world.settle();
}

#[test]
fn what_is_given_up_can_be_refunded_otherwise_and_its_goods_come_back_once() {
    let (mut world, order) = mixed();
    let refund = world.ask(order, Wanted::Whole).expect("there is something left").id;
    world.handle(refund, RefundStep::Approve).expect("a requested refund");
    world.deliver_undone();
    world.finish(refund, RefundOutcome::Failed("account closed".to_owned()));
    assert_eq!(world.handle(refund, RefundStep::Abandon).expect("a failed refund").state, RefundState::Abandoned);
    assert_eq!((world.stock(1), world.order(order).refunded_amount), (9, Cents::ZERO));
    world.ship(order).expect_err("all its goods are back in the stock");
    world.refund(order, Wanted::Whole);
    assert_eq!((world.stock(1), world.stock(2), world.order(order).status), (9, 9, OrderStatus::Refunded));
    world.settle();
}

/// A refund was given up after its goods had come back: its money goes back by amount, and no piece comes back twice.
#[test]
fn goods_of_a_refund_that_was_given_up_come_back_once() {
    let (mut world, order) = mixed();
    let refund = world.ask(order, lines(&[(1, 1)])).expect("there is something left").id;
    world.handle(refund, RefundStep::Approve).expect("a requested refund");
    world.finish(refund, RefundOutcome::Failed("account closed".to_owned()));
    world.handle(refund, RefundStep::Abandon).expect("a failed refund");
    world.deliver_undone();
    assert_eq!(world.stock(1), 7);
    world.ask(order, lines(&[(1, 3)])).expect_err("one of the three is back already");
    assert_eq!(parts(&world.refund(order, lines(&[(1, 1)])))[0], "27.27");
    assert_eq!(world.stock(1), 8);
    world.refund(order, amount("27.27"));
    assert_eq!((world.stock(1), world.order(order).status), (8, OrderStatus::Confirmed));
    world.ship(order).expect("one piece of each is still to go");
    world.settle();
}

/// Lines that take all the money that amounts have left are the whole order, if it was never shipped: nobody pays for the rest.
#[test]
fn no_goods_are_left_without_money() {
    let mut world = World::with_goods();
    world.goods(3, "50.00", 10);
    let order = world.paid(basket(8, &[(1, 2), (3, 2)]));
    world.refund(order, amount("100.00"));
    let refund = world.refund(order, lines(&[(1, 2)]));
    assert_eq!((parts(&refund)[0].as_str(), refund.lines.len()), ("100.00", 2));
    assert_eq!((world.order(order).status, world.stock(1), world.stock(3)), (OrderStatus::Refunded, 10, 10));
    world.settle();
}

/// Another process had the refund in hand while it failed, and its word comes afterwards.
#[test]
fn only_a_person_takes_up_again_what_failed() {
    let (mut world, order) = mixed();
    let refund = world.ask(order, amount("50.00")).expect("there is something left").id;
    world.handle(refund, RefundStep::Approve).expect("a requested refund");
    world.finish(refund, RefundOutcome::Failed("account closed".to_owned()));
    world.finish(refund, RefundOutcome::Unreachable("no answer".to_owned()));
    assert_eq!(world.refunds()[0].state, RefundState::Failed);
    world.settle();
}

#[test]
fn a_platform_that_takes_too_long_is_a_persons_business() {
    let (mut world, order) = mixed();
    let refund = world.ask(order, amount("50.00")).expect("there is something left").id;
    world.handle(refund, RefundStep::Approve).expect("a requested refund");
    world.finish(refund, RefundOutcome::Unreachable("no answer".to_owned()));
    assert_eq!(world.refunds()[0].state, RefundState::Processing);
    world.pass(world.terms.refund_patience);
    world.finish(refund, RefundOutcome::Processing);
    let stuck = world.refunds()[0].clone();
    assert_eq!(stuck.state, RefundState::Failed);
    assert!(stuck.remark.is_some_and(|remark| remark.contains("retry")));
    world.handle(refund, RefundStep::Retry).expect("a failed refund");
    world.finish(refund, RefundOutcome::Processing);
    assert_eq!(world.refunds()[0].state, RefundState::Processing, "the clock starts again");
    world.settle();
}
