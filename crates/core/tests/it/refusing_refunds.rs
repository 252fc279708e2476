//! Refunds that are refused, and for what reason.

use rocketmall_core::command::{Command, HandleRefund, Outcome, ReceiveCause, RefundStep};
use rocketmall_core::id::{GoodsId, OrderId, RefundId, UserId};
use rocketmall_core::money::Cents;
use rocketmall_core::refundable::Wanted;
use rocketmall_core::rejection::Reason;

use crate::world::{World, basket, cents};

fn refused(world: &mut World, order: OrderId, wanted: Wanted) -> (Reason, Option<String>) {
    let rejection = world.ask(order, wanted).expect_err("this is refused");
    (rejection.reason, rejection.field)
}

fn lines(lines: &[(i64, i64)]) -> Wanted {
    Wanted::Lines(lines.iter().map(|(goods, number)| (GoodsId::new(*goods), *number)).collect())
}

#[test]
fn what_cannot_be_had() {
    let mut world = World::with_goods();
    let order = world.paid(basket(8, &[(1, 2), (2, 1)]));
    let of = |field: &str| Some(field.to_owned());
    for (wanted, reason, field) in [
        (lines(&[]), Reason::BadParameter, of("lines")),
        (lines(&[(1, 0)]), Reason::BadParameter, of("lines[0].number")),
        (lines(&[(1, 1), (1, 1)]), Reason::BadParameter, of("lines[1].goods_id")),
        (lines(&[(1, 1), (7, 1)]), Reason::BadParameter, of("lines[1].goods_id")),
        (lines(&[(1, 3)]), Reason::RefundTooLarge, of("lines[0].number")),
        (Wanted::Amount(Cents::ZERO), Reason::BadParameter, of("amount")),
        (Wanted::Amount(cents("-1.00")), Reason::BadParameter, of("amount")),
        (Wanted::Amount(cents("220.01")), Reason::RefundTooLarge, of("amount")),
    ] {
        assert_eq!(refused(&mut world, order, wanted.clone()), (reason, field), "{wanted:?}");
    }
    let mut asking = world.asking(order, Wanted::Amount(cents("1.00")));
    asking.return_goods = true;
    assert_eq!(world.refused(Command::RequestRefund(asking.clone())), Reason::BadParameter, "an amount has no goods");
    (asking.return_goods, asking.reason) = (false, " ".to_owned());
    assert_eq!(world.refused(Command::RequestRefund(asking.clone())), Reason::BadParameter, "no reason");
    (asking.user_id, asking.reason) = (Some(UserId::new(9)), "mine".to_owned());
    assert_eq!(world.refused(Command::RequestRefund(asking)), Reason::OrderUnknown, "another's order looks like none");

    world.ask(order, Wanted::Whole).expect("there is something left");
    assert_eq!(refused(&mut world, order, Wanted::Whole).0, Reason::AlreadyRefunded);
    assert_eq!(refused(&mut world, order, Wanted::Amount(cents("0.01"))).0, Reason::AlreadyRefunded);
}

#[test]
fn orders_that_have_brought_nothing() {
    let mut world = World::with_goods();
    let order = world.place(basket(8, &[(1, 1)])).expect("a sound order").id;
    assert_eq!(refused(&mut world, order, Wanted::Whole).0, Reason::OrderNotRefundable);
    world.cancel(order).expect("an unpaid order");
    assert_eq!(refused(&mut world, order, Wanted::Whole).0, Reason::OrderNotRefundable);
}

/// Every step on a refund in every state it can be in.
#[test]
fn every_step_in_every_state() {
    type Reach = fn(&mut World, RefundId);
    let approve: Reach = |world, refund| drop(world.handle(refund, RefundStep::Approve).expect("a requested refund"));
    let fail: Reach = |world, refund| {
        world.handle(refund, RefundStep::Approve).expect("a requested refund");
        world.finish(refund, rocketmall_core::command::RefundOutcome::Failed("no".to_owned()));
    };
    let states: [(&str, Reach); 7] = [
        ("requested", |_, _| {}),
        ("approved", approve),
        ("processing", |world, refund| {
            world.handle(refund, RefundStep::Approve).expect("a requested refund");
            world.finish(refund, rocketmall_core::command::RefundOutcome::Processing);
        }),
        ("succeeded", |world, refund| {
            world.handle(refund, RefundStep::Approve).expect("a requested refund");
            world.finish(refund, rocketmall_core::command::RefundOutcome::Succeeded);
        }),
        ("failed", fail),
        ("rejected", |world, refund| drop(world.handle(refund, RefundStep::Reject { reason: "no".to_owned() }).expect("requested"))),
        ("given up", |world, refund| {
            world.handle(refund, RefundStep::Approve).expect("a requested refund");
            world.finish(refund, rocketmall_core::command::RefundOutcome::Failed("no".to_owned()));
            world.handle(refund, RefundStep::Abandon).expect("a failed refund");
        }),
    ];
    let steps = [
        RefundStep::Approve,
        RefundStep::Reject { reason: "no".to_owned() },
        RefundStep::GoodsReceived,
        RefundStep::Retry,
        RefundStep::Abandon,
    ];
    let mut table = Vec::new();
    for (name, reach) in states {
        for step in &steps {
            let mut world = World::with_goods();
            let order = world.paid(basket(8, &[(1, 2)]));
            world.ship(order).expect("a paid order");
            let mut asking = world.asking(order, lines(&[(1, 1)]));
            asking.return_goods = true;
            world.must(Command::RequestRefund(asking.clone()));
            reach(&mut world, asking.refund_id);
            let outcome = match world.handle(asking.refund_id, step.clone()) {
                Ok(refund) => format!("{:?}{}", refund.state, if refund.goods_back_at.is_some() { ", goods back" } else { "" }),
                Err(rejection) => format!("refused: {}", rejection.reason.slug()),
            };
            table.push(format!("{name:<11}| {:<14}| {outcome}", format!("{step:?}").split(' ').next().unwrap_or_default()));
            world.settle();
        }
    }
    insta::assert_snapshot!("every_step_in_every_state", table.join("\n"));
}

#[test]
fn money_that_came_twice_is_never_kept() {
    let mut world = World::with_goods();
    let order = world.place(basket(8, &[(1, 1)])).expect("a sound order").id;
    let (first, second) = (world.start(order, "sandbox"), world.start(order, "other"));
    world.notify(first, Outcome::Succeeded);
    world.notify(second, Outcome::Succeeded);
    world.deliver_undone();
    let refund = world.refunds()[0].id;
    world.finish(refund, rocketmall_core::command::RefundOutcome::Failed("no".to_owned()));
    let abandon = Command::HandleRefund(HandleRefund { refund_id: refund, step: RefundStep::Abandon });
    assert_eq!(world.refused(abandon), Reason::RefundStateWrong);
    world.ship(order).expect("it is no refund of the order's money");
    world.receive(order, ReceiveCause::Timeout).expect("too early changes nothing");
    world.handle(refund, RefundStep::Retry).expect("a failed refund");
    world.settle();
}

#[test]
fn a_refund_that_is_not_there() {
    let mut world = World::with_goods();
    let step = RefundStep::Approve;
    assert_eq!(world.refused(Command::HandleRefund(HandleRefund { refund_id: RefundId::new(404), step })), Reason::RefundUnknown);
}

#[test]
fn fifty_refunds_are_the_most() {
    let mut world = World::with_goods();
    let order = world.paid(basket(8, &[(1, 1)]));
    for _ in 0..50 {
        world.ask(order, Wanted::Amount(cents("0.01"))).expect("there is something left");
    }
    assert_eq!(refused(&mut world, order, Wanted::Whole).0, Reason::TooManyRefunds);
    world.cancel(order).expect("a paid order can always be called off");
    world.settle();
}
