//! Paying and calling off: every refusal, attempts, what the platform says.

use rocketmall_core::command::{
    CancelCause, CancelOrder, Command, FinishRefund, Outcome, PlatformView, Receipt, RecordAction, RefundOutcome,
};
use rocketmall_core::id::{OrderId, PaymentId, RefundId, UserId};
use rocketmall_core::order::{OrderStatus, PayStatus};
use rocketmall_core::payment::{Fate, MAX_ATTEMPTS, PaymentState};
use rocketmall_core::refund::{RefundCause, RefundState};
use rocketmall_core::rejection::Reason;
use rocketmall_core::shop::Timer;

use crate::world::{World, basket, cents};

/// An unpaid order of user 8 over 60.00.
fn placed() -> (World, OrderId) {
    let mut world = World::with_goods();
    let order = world.place(basket(8, &[(1, 1)])).expect("a sound order");
    (world, order.id)
}

/// The same, paid.
fn paid() -> (World, OrderId, PaymentId) {
    let (mut world, order) = placed();
    let payment = world.start(order, "sandbox");
    world.notify(payment, Outcome::Succeeded);
    world.deliver_all();
    (world, order, payment)
}

fn looked(amount: &str, currency: &str) -> PlatformView {
    PlatformView::Succeeded { amount: cents(amount), currency: currency.to_owned(), platform_no: None }
}

#[test]
fn refusals_of_starting() {
    let (mut world, order) = placed();
    let mut start = world.starting(OrderId::new(404), "sandbox");
    assert_eq!(world.refused(Command::StartPayment(start.clone())), Reason::OrderUnknown);
    (start.order_id, start.user_id) = (order, Some(UserId::new(9)));
    assert_eq!(world.refused(Command::StartPayment(start.clone())), Reason::OrderUnknown, "another's order looks like none");
    (start.user_id, start.seen_amount) = (Some(UserId::new(8)), Some(cents("0.01")));
    assert_eq!(world.refused(Command::StartPayment(start.clone())), Reason::TotalWrong);
    start.seen_amount = Some(cents("60.00"));
    world.must(Command::StartPayment(start.clone()));

    world.notify(start.payment_id, Outcome::Succeeded);
    let again = world.starting(order, "other");
    assert_eq!(world.refused(Command::StartPayment(again.clone())), Reason::AlreadyPaid, "the money is here, the message under way");
    world.deliver_all();
    assert_eq!(world.refused(Command::StartPayment(again)), Reason::AlreadyPaid);
}

#[test]
fn an_order_that_is_off_or_over_time_cannot_be_paid() {
    let (mut world, order) = placed();
    world.pass(30 * 60_000 - 1);
    let late = world.starting(order, "sandbox");
    world.must(Command::StartPayment(late.clone()));
    world.pass(1);
    let later = world.starting(order, "other");
    assert_eq!(world.refused(Command::StartPayment(later.clone())), Reason::OrderNotPayable, "its time is over, though it still stands");
    assert_eq!(world.payment(late.payment_id).expires_at, world.order(order).expires_at.expect("a placed order expires"));
    world.cancel(order).expect("an unpaid order");
    assert_eq!(world.refused(Command::StartPayment(later)), Reason::OrderNotPayable);
}

#[test]
fn attempts_are_limited() {
    let (mut world, order) = placed();
    for _ in 0..MAX_ATTEMPTS {
        let payment = world.start(order, "sandbox");
        world.notify(payment, Outcome::Failed);
    }
    let more = world.starting(order, "sandbox");
    assert_eq!(world.refused(Command::StartPayment(more)), Reason::TooManyAttempts);
}

#[test]
fn refusals_of_a_notification_in_order() {
    let (mut world, order) = placed();
    let payment = world.start(order, "sandbox");
    let sound = world.notice(payment, Outcome::Succeeded);
    let mut notice = sound.clone();
    (notice.amount, notice.currency) = (cents("0.01"), "USD".to_owned());
    notice.order_id = Some(OrderId::new(404));
    assert_eq!(world.refused(Command::SettlePayment(notice.clone())), Reason::PaymentUnknown, "it names another order");
    (notice.order_id, notice.channel) = (Some(order), "other".to_owned());
    assert_eq!(world.refused(Command::SettlePayment(notice.clone())), Reason::PaymentUnknown, "it came through another channel");
    notice.channel = "sandbox".to_owned();
    notice.payment_id = PaymentId::new(404);
    assert_eq!(world.refused(Command::SettlePayment(notice.clone())), Reason::PaymentUnknown);
    notice.payment_id = payment;
    assert_eq!(world.refused(Command::SettlePayment(notice.clone())), Reason::CurrencyWrong);
    notice.currency = "CNY".to_owned();
    for outcome in [Outcome::Succeeded, Outcome::Failed, Outcome::Closed] {
        notice.outcome = outcome;
        assert_eq!(world.refused(Command::SettlePayment(notice.clone())), Reason::AmountWrong);
    }
    world.must(Command::SettlePayment(sound));
    assert_eq!(world.refused(Command::SettlePayment(notice)), Reason::AmountWrong, "also after the end");
}

#[test]
fn refusals_of_calling_off() {
    let (mut world, order) = placed();
    let cancel = |id, user| World::cancelling(id, CancelCause::User(UserId::new(user)));
    let wordy = CancelOrder { order_id: OrderId::new(404), cause: CancelCause::Shop, reason: Some("x".repeat(256)) };
    assert_eq!(world.refused(Command::CancelOrder(wordy)), Reason::BadParameter);
    assert_eq!(world.refused(cancel(OrderId::new(404), 8)), Reason::OrderUnknown);
    assert_eq!(world.refused(cancel(order, 9)), Reason::OrderUnknown, "another's order looks like none");
    let payment = world.start(order, "sandbox");
    world.notify(payment, Outcome::Succeeded);
    assert_eq!(world.refused(cancel(order, 8)), Reason::OrderNotCancellable, "the money is here, the message under way");
    world.deliver_all();
    world.ship(order).expect("a paid order");
    assert_eq!(world.refused(cancel(order, 8)), Reason::OrderNotCancellable, "shipped");
}

#[test]
fn other_things_that_are_not_there() {
    let mut world = World::with_goods();
    let record = RecordAction { payment_id: PaymentId::new(404), platform_no: None, action: String::new() };
    assert_eq!(world.refused(Command::RecordAction(record)), Reason::PaymentUnknown);
    let finish = FinishRefund { refund_id: RefundId::new(404), outcome: RefundOutcome::Succeeded };
    assert_eq!(world.refused(Command::FinishRefund(finish)), Reason::RefundUnknown);
}

#[test]
fn the_same_channel_gives_the_open_attempt_again() {
    let (mut world, order) = placed();
    let first = world.start(order, "sandbox");
    let mut again = world.starting(order, "sandbox");
    let Receipt::Started(open) = world.must(Command::StartPayment(again.clone())) else { panic!("a payment") };
    assert_eq!(open.id, first);
    again.method = Some("card".to_owned());
    let Receipt::Started(card) = world.must(Command::StartPayment(again)) else { panic!("a payment") };
    assert_ne!(card.id, first, "another way to pay is another attempt");
    assert_eq!(world.payment(first).state, PaymentState::Closed);
}

#[test]
fn another_channel_supersedes_and_closes() {
    let (mut world, order) = placed();
    let first = world.start(order, "sandbox");
    let second = world.start(order, "other");
    assert_eq!((world.payment(first).state, world.payment(first).close_wanted), (PaymentState::Closed, true));
    assert_eq!(world.order(order).pay_status, PayStatus::Paying);
    assert_eq!(world.shop.timers.get(&Timer::PaymentCheck(first)), Some(&Some(world.now)), "its platform is told at once");
    world.look(first, PlatformView::Closed);
    assert!(!world.payment(first).close_wanted);
    assert_eq!(world.shop.timers.get(&Timer::PaymentCheck(first)), None);
    world.notify(second, Outcome::Failed);
    assert_eq!(world.order(order).pay_status, PayStatus::Unpaid, "no open attempt is left");
    let third = world.start(order, "sandbox");
    world.notify(third, Outcome::Succeeded);
    world.settle();
    assert_eq!((world.order(order).kept_payment, world.payment(third).fate), (Some(third), Fate::Kept));
}

#[test]
fn the_first_action_is_kept() {
    let (mut world, order) = placed();
    let payment = world.start(order, "sandbox");
    for action in ["first", "second"] {
        let record = RecordAction { payment_id: payment, platform_no: Some(action.to_owned()), action: action.to_owned() };
        world.must(Command::RecordAction(record));
    }
    let known = world.payment(payment);
    assert_eq!((known.action.as_deref(), known.platform_no.as_deref()), (Some("first"), Some("first")));
}

#[test]
fn looking_finds_what_no_notification_told() {
    let (mut world, order) = placed();
    let payment = world.start(order, "sandbox");
    let first_look = world.shop.timers.get(&Timer::PaymentCheck(payment)).copied().flatten();
    assert_eq!(first_look, Some(world.now.after(world.terms.payment_query_after)));
    world.look(payment, PlatformView::Pending);
    world.look(payment, PlatformView::NotFound);
    world.look(payment, PlatformView::Unreachable);
    assert_eq!(world.payment(payment).state, PaymentState::Pending);
    world.look(payment, looked("60.00", "CNY"));
    assert_eq!(world.payment(payment).state, PaymentState::Succeeded);
    world.settle();
    assert_eq!(world.order(order).pay_status, PayStatus::Paid);
}

#[test]
fn out_of_sight_after_the_end_is_unknown_and_asked_again() {
    let (mut world, order) = placed();
    let payment = world.start(order, "sandbox");
    world.now = world.payment(payment).expires_at;
    world.look(payment, PlatformView::Unreachable);
    assert_eq!(world.payment(payment).state, PaymentState::Unknown);
    assert_eq!(world.order(order).pay_status, PayStatus::Paying, "money may have come");
    world.look(payment, PlatformView::NotFound);
    assert_eq!((world.payment(payment).state, world.order(order).pay_status), (PaymentState::Closed, PayStatus::Unpaid));
}

/// Else the worker would take the timer up again and again, or never.
#[test]
fn a_platform_that_speaks_of_other_money_is_asked_again_later() {
    let (mut world, order) = placed();
    let payment = world.start(order, "sandbox");
    world.pass(20_000);
    for view in [looked("0.01", "CNY"), looked("60.00", "USD")] {
        world.look(payment, view);
        assert_eq!(world.payment(payment).state, PaymentState::Pending);
        let next = world.shop.timers.get(&Timer::PaymentCheck(payment)).copied().flatten().expect("a next look");
        assert!(next > world.now);
    }
    assert_eq!(world.shop.outbox.iter().count(), 0);
}

#[test]
fn a_look_that_comes_late_plans_no_further_look() {
    let (mut world, order) = placed();
    let payment = world.start(order, "sandbox");
    world.notify(payment, Outcome::Succeeded);
    for view in [PlatformView::Pending, PlatformView::Unreachable, PlatformView::NotFound, PlatformView::Closed, looked("60.00", "CNY")] {
        world.look(payment, view.clone());
        assert_eq!(world.payment(payment).state, PaymentState::Succeeded, "{view:?}");
        assert_eq!(world.shop.timers.get(&Timer::PaymentCheck(payment)), None, "{view:?}");
    }
    world.settle();
    assert_eq!(world.order(order).status, OrderStatus::Confirmed);
}

#[test]
fn a_second_success_goes_back_whole() {
    let (mut world, order) = placed();
    let superseded = world.start(order, "sandbox");
    let winner = world.start(order, "other");
    assert!(world.notify(winner, Outcome::Succeeded));
    assert!(world.notify(superseded, Outcome::Succeeded));
    world.deliver_all();
    assert_eq!(world.order(order).kept_payment, Some(winner));
    let back: Vec<_> = world.refunds().iter().map(|refund| (refund.payment_id, refund.cause, refund.amount)).collect();
    assert_eq!(back, [(superseded, RefundCause::Second, cents("60.00"))]);
    world.settle();
    assert_eq!((world.payment(superseded).state, world.payment(winner).state), (PaymentState::Refunded, PaymentState::Succeeded));
    assert_eq!(world.account(8).score, 60, "points for what stayed");
}

#[test]
fn the_same_success_again_is_no_second_one() {
    let (mut world, order, payment) = paid();
    assert!(!world.notify(payment, Outcome::Succeeded));
    assert!(!world.notify(payment, Outcome::Failed));
    assert!(!world.notify(payment, Outcome::Closed));
    world.settle();
    assert_eq!((world.order(order).kept_payment, world.refunds().len(), world.account(8).score), (Some(payment), 0, 60));
}

#[test]
fn a_refund_runs_until_the_money_is_back() {
    let (mut world, order) = placed();
    let payment = world.start(order, "sandbox");
    world.cancel(order).expect("an unpaid order");
    world.notify(payment, Outcome::Succeeded);
    world.deliver_all();
    let refund = world.refunds()[0].clone();
    assert_eq!((refund.state, refund.cause), (RefundState::Approved, RefundCause::Late));
    assert_eq!(world.account(8).score, 60, "granted when paid");
    for outcome in [RefundOutcome::Unreachable("no answer".to_owned()), RefundOutcome::Processing] {
        world.finish(refund.id, outcome);
        assert_eq!(world.refunds()[0].state, RefundState::Processing);
        let next = world.shop.timers.get(&Timer::RefundSubmit(refund.id)).copied().flatten().expect("it is sent again");
        assert!(next > world.now);
    }
    world.finish(refund.id, RefundOutcome::Failed("account closed".to_owned()));
    assert_eq!(world.refunds()[0].remark.as_deref(), Some("account closed"));
    assert_eq!(world.shop.timers.get(&Timer::RefundSubmit(refund.id)), None, "it waits for a person");
    world.finish(refund.id, RefundOutcome::Succeeded);
    world.finish(refund.id, RefundOutcome::Succeeded);
    world.finish(refund.id, RefundOutcome::Failed("no".to_owned()));
    assert_eq!(world.refunds()[0].state, RefundState::Succeeded);
    assert_eq!((world.payment(payment).state, world.payment(payment).refunded), (PaymentState::Refunded, cents("60.00")));
    world.settle();
    assert_eq!(world.account(8).score, 0, "what goes back takes its points along");
    assert_eq!(world.shop.payment_log.iter().map(|entry| entry.refund_id).collect::<Vec<_>>(), [None, Some(refund.id)]);
}
