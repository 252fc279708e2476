//! Cancel against pay against timeout, in every order, with messages through at once or late.

use rocketmall_core::command::{CancelCause, Outcome, PlatformView};
use rocketmall_core::id::{CouponId, OrderId, PaymentId};
use rocketmall_core::order::{OrderStatus, PayStatus};
use rocketmall_core::payment::{Fate, PaymentState};

use crate::world::{World, basket, cents};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    UserCancels,
    TimeRunsOut,
    FirstSucceeds,
    SecondSucceeds,
    SecondFails,
}

const STEPS: [Step; 5] = [Step::UserCancels, Step::TimeRunsOut, Step::FirstSucceeds, Step::SecondSucceeds, Step::SecondFails];

fn take(world: &mut World, step: Step, order: OrderId, first: PaymentId, second: PaymentId) {
    match step {
        Step::UserCancels => drop(world.cancel(order)),
        Step::TimeRunsOut => {
            world.pass(31 * 60_000);
            drop(world.run(World::cancelling(order, CancelCause::Timeout)));
        }
        Step::FirstSucceeds => drop(world.notify(first, Outcome::Succeeded)),
        Step::SecondSucceeds => drop(world.notify(second, Outcome::Succeeded)),
        Step::SecondFails => drop(world.notify(second, Outcome::Failed)),
    }
}

/// `messages`: bit n set: everything in the outbox is delivered after step n.
fn race(steps: &[Step], messages: u32) {
    let mut world = World::with_goods();
    let mut asked = basket(8, &[(1, 2)]);
    (asked.coupon_id, asked.money_paid) = (Some(CouponId::new(5)), cents("30.00"));
    let order = world.place(asked).expect("a sound order").id;
    let first = world.start(order, "sandbox");
    let second = world.start(order, "other");
    for (number, step) in (0_u32..).zip(steps) {
        take(&mut world, *step, order, first, second);
        if messages & (1 << number) != 0 {
            world.deliver_all();
        }
    }
    world.settle();

    let kept: Vec<_> = world.shop.attempts(order).filter(|attempt| attempt.fate == Fate::Kept).map(|attempt| attempt.id).collect();
    let after = world.order(order);
    let figures = (after.status, world.stock(1), world.account(8).balance, world.coupon_used_by(5), world.account(8).score);
    if after.status == OrderStatus::Refunded {
        assert_eq!(figures, (OrderStatus::Refunded, 10, cents("500.00"), None, 0), "{steps:?} {messages:b}");
        assert_eq!((after.pay_status, after.refunded_amount), (PayStatus::Paid, cents("90.00")), "{steps:?} {messages:b}");
    } else if after.pay_status == PayStatus::Paid {
        assert_eq!(figures, (OrderStatus::Confirmed, 8, cents("470.00"), Some(order), 60), "{steps:?} {messages:b}");
        assert_eq!(kept, [after.kept_payment.expect("a paid order keeps one")], "{steps:?} {messages:b}");
    } else {
        assert_eq!(figures, (OrderStatus::Cancelled, 10, cents("500.00"), None, 0), "{steps:?} {messages:b}");
        assert_eq!(kept, [], "{steps:?} {messages:b}");
    }
    for id in [first, second] {
        let attempt = world.payment(id);
        let back = attempt.paid_at.is_some() && (after.status == OrderStatus::Refunded || !kept.contains(&id));
        assert_eq!(attempt.state == PaymentState::Refunded, back, "{steps:?} {messages:b}: attempt {id}");
    }
    let success = steps.iter().position(|step| matches!(step, Step::FirstSucceeds | Step::SecondSucceeds));
    let end = steps.iter().position(|step| matches!(step, Step::UserCancels | Step::TimeRunsOut));
    let in_time = success.is_some_and(|success| end.is_none_or(|end| success < end));
    assert_eq!(after.pay_status == PayStatus::Paid, in_time, "money that came first wins: {steps:?} {messages:b}");
}

fn permutations(steps: &[Step]) -> Vec<Vec<Step>> {
    if steps.is_empty() {
        return vec![Vec::new()];
    }
    let without = |skipped: Step| steps.iter().copied().filter(|step| *step != skipped).collect::<Vec<_>>();
    let begun = |first: Step| permutations(&without(first)).into_iter().map(move |rest| [vec![first], rest].concat());
    steps.iter().flat_map(|first| begun(*first)).collect()
}

#[test]
fn every_order_of_events_ends_well() {
    for steps in permutations(&STEPS) {
        for messages in 0..(1 << STEPS.len()) {
            race(&steps, messages);
        }
    }
}

#[test]
fn every_pair_of_events_ends_well() {
    for first in STEPS {
        for second in STEPS {
            for messages in 0..4 {
                race(&[first, second], messages);
            }
        }
    }
}

/// The timeout comes while the paid message is under way: it looks again, it does not cancel.
#[test]
fn a_timeout_waits_for_money_that_has_come() {
    let mut world = World::with_goods();
    let order = world.place(basket(8, &[(1, 1)])).expect("a sound order").id;
    let payment = world.start(order, "sandbox");
    world.notify(payment, Outcome::Succeeded);
    world.pass(31 * 60_000);
    world.must(World::cancelling(order, CancelCause::Timeout));
    assert_eq!(world.order(order).status, OrderStatus::Confirmed);
    world.settle();
    assert_eq!(world.order(order).pay_status, PayStatus::Paid);
}

#[test]
fn a_timeout_that_fires_early_waits() {
    let mut world = World::with_goods();
    let order = world.place(basket(8, &[(1, 1)])).expect("a sound order");
    world.must(World::cancelling(order.id, CancelCause::Timeout));
    assert_eq!(world.order(order.id).status, OrderStatus::Confirmed);
    world.now = order.expires_at.expect("a placed order expires");
    world.must(World::cancelling(order.id, CancelCause::Timeout));
    let after = world.order(order.id);
    assert_eq!((after.status, after.cancel_reason.as_deref()), (OrderStatus::Cancelled, Some("not paid in time")));
}

/// A platform that cannot be told keeps being told, until it has either closed the attempt or its money goes back.
#[test]
fn a_cancelled_orders_attempt_is_closed_at_its_platform() {
    let mut world = World::with_goods();
    let order = world.place(basket(8, &[(1, 1)])).expect("a sound order").id;
    let payment = world.start(order, "sandbox");
    world.cancel(order).expect("an unpaid order");
    for view in [PlatformView::Unreachable, PlatformView::Pending, PlatformView::Unreachable] {
        world.look(payment, view);
        assert!(world.payment(payment).close_wanted);
    }
    let amount = world.payment(payment).amount;
    world.look(payment, PlatformView::Succeeded { amount, currency: "CNY".to_owned(), platform_no: None });
    assert!(!world.payment(payment).close_wanted);
    world.settle();
    assert_eq!(world.payment(payment).state, PaymentState::Refunded);
}
