//! Goods leave and arrive.

use rocketmall_core::command::{Command, ReceiveCause, RefundStep, ShipOrder};
use rocketmall_core::id::UserId;
use rocketmall_core::order::ShippingStatus;
use rocketmall_core::refundable::Wanted;
use rocketmall_core::rejection::Reason;
use rocketmall_core::shop::Timer;

use crate::world::{World, basket, cents};

#[test]
fn only_a_paid_order_is_shipped_and_once() {
    let mut world = World::with_goods();
    let unpaid = world.place(basket(8, &[(1, 1)])).expect("a sound order").id;
    assert_eq!(world.ship(unpaid).expect_err("unpaid").reason, Reason::OrderNotShippable);
    let order = world.paid(basket(8, &[(1, 1)]));
    world.ship(order).expect("a paid order");
    world.ship(order).expect("the same again");
    let other = ShipOrder { order_id: order, carrier: "SF".to_owned(), tracking_no: "other".to_owned() };
    assert_eq!(world.refused(Command::ShipOrder(other)), Reason::OrderNotShippable);
    let shipped = world.order(order);
    assert_eq!((shipped.carrier.as_deref(), shipped.tracking_no.as_deref()), (Some("SF"), Some("SF100")));
    for (carrier, tracking_no) in [("", "1"), ("SF", " "), ("x", &*"x".repeat(65))] {
        let ship = ShipOrder { order_id: order, carrier: carrier.to_owned(), tracking_no: tracking_no.to_owned() };
        assert_eq!(world.refused(Command::ShipOrder(ship)), Reason::BadParameter);
    }
}

#[test]
fn an_order_with_a_refund_under_way_is_not_shipped() {
    let mut world = World::with_goods();
    let order = world.paid(basket(8, &[(1, 2)]));
    let refund = world.ask(order, Wanted::Amount(cents("5.00"))).expect("there is something left").id;
    assert_eq!(world.ship(order).expect_err("a refund is requested").reason, Reason::OrderNotShippable);
    world.handle(refund, RefundStep::Reject { reason: "no".to_owned() }).expect("a requested refund");
    world.ship(order).expect("the refund is settled");
}

#[test]
fn the_user_receives_what_was_shipped() {
    let mut world = World::with_goods();
    let order = world.paid(basket(8, &[(1, 1)]));
    let user = |id| ReceiveCause::User(UserId::new(id));
    assert_eq!(world.receive(order, user(8)).expect_err("not shipped").reason, Reason::OrderNotReceivable);
    world.ship(order).expect("a paid order");
    assert_eq!(world.receive(order, user(9)).expect_err("another's").reason, Reason::OrderUnknown);
    world.receive(order, user(8)).expect("shipped");
    world.receive(order, user(8)).expect("the same again");
    assert_eq!(world.order(order).shipping_status, ShippingStatus::Received);
    assert_eq!(world.order(order).received_at, Some(world.now));
}

#[test]
fn after_ten_days_it_counts_as_received_unless_a_refund_is_open() {
    let mut world = World::with_goods();
    let order = world.paid(basket(8, &[(1, 1)]));
    world.ship(order).expect("a paid order");
    let due = world.shop.timers.get(&Timer::AutoReceive(order)).copied().flatten();
    assert_eq!(due, Some(world.now.after(10 * 86_400_000)));
    world.fire(Timer::AutoReceive(order));
    assert_eq!(world.order(order).shipping_status, ShippingStatus::Shipped, "too early");
    world.pass(10 * 86_400_000);
    let refund = world.ask(order, Wanted::Amount(cents("5.00"))).expect("there is something left").id;
    world.fire(Timer::AutoReceive(order));
    assert_eq!(world.order(order).shipping_status, ShippingStatus::Shipped, "a refund is open");
    world.handle(refund, RefundStep::Reject { reason: "no".to_owned() }).expect("a requested refund");
    world.settle();
    assert_eq!(world.order(order).shipping_status, ShippingStatus::Received);
}
