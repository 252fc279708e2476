//! Messages as the groups see them: tries, pauses, what comes too early, what cannot be read.

use rocketmall_core::command::{Command, Consume, Consumed, Outcome, Receipt, RefundOutcome};
use rocketmall_core::id::Timestamp;
use rocketmall_core::message::{Effect, InboxKey, InboxState, Message, SUBSCRIPTIONS, Subscription};
use rocketmall_core::rejection::Reason;

use crate::world::{World, basket};

fn hears(effect: Effect) -> &'static Subscription {
    SUBSCRIPTIONS.iter().find(|subscription| subscription.effect == effect).expect("every effect has a group")
}

fn newest(world: &World, tag: &str) -> Message {
    world.shop.outbox.iter().filter(|message| message.tag == tag).last().expect("such a message").clone()
}

/// A success after the cancel, given back: `paid` and `refunded` wait in the outbox, nothing but the order knows.
fn given_back() -> World {
    let mut world = World::with_goods();
    let order = world.place(basket(8, &[(1, 1)])).expect("a sound order").id;
    let payment = world.start(order, "sandbox");
    world.cancel(order).expect("an unpaid order");
    world.notify(payment, Outcome::Succeeded);
    let paid = newest(&world, "paid");
    world.deliver(hears(Effect::PayOrder), &paid);
    let refund = world.refunds()[0].id;
    world.finish(refund, RefundOutcome::Succeeded);
    world
}

#[test]
fn pauses_between_tries_double() {
    let mut world = World::with_goods();
    let order = world.place(basket(8, &[(1, 1)])).expect("a sound order").id;
    world.cancel(order).expect("an unpaid order");
    world.terms.message_tries = 14;
    let unreadable = Message { body: "{".to_owned(), ..newest(&world, "order_cancel") };
    let mut pauses = Vec::new();
    while let Consumed::Retry(due) = world.deliver(hears(Effect::ReleaseStock), &unreadable) {
        pauses.push((due.millis() - world.now.millis()) / 1_000);
        world.now = due;
    }
    assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600]);
}

#[test]
fn what_comes_too_early_is_tried_again_and_then_fits() {
    let mut world = given_back();
    let (paid, refunded) = (newest(&world, "paid"), newest(&world, "refunded"));
    let due = world.now.after(1_000);
    assert_eq!(world.deliver(hears(Effect::RefundAccount), &refunded), Consumed::Retry(due));
    let key = Consume::new(hears(Effect::RefundAccount), &refunded).inbox_key();
    let row = world.shop.inbox.get(&key).expect("a row that says why").clone();
    assert_eq!((row.state, row.times), (InboxState::Retrying { due }, 1));
    assert!(row.remark.is_some_and(|remark| remark.starts_with(Reason::NotYet.slug())));
    assert_eq!(world.deliver(hears(Effect::AwardScore), &paid), Consumed::Done);
    assert_eq!(world.account(8).score, 60);
    assert_eq!(world.deliver(hears(Effect::RefundAccount), &refunded), Consumed::Done);
    assert_eq!(world.account(8).score, 0);
    let row = world.shop.inbox.get(&key).expect("the row");
    assert_eq!((&row.state, row.times, &row.remark), (&InboxState::Done, 2, &None));
}

/// What it waits for may be in the hands of a broker for long: coming too early is no failure.
#[test]
fn what_comes_a_day_too_early_still_fits() {
    let mut world = given_back();
    let (paid, refunded) = (newest(&world, "paid"), newest(&world, "refunded"));
    let until = world.now.after(24 * 3_600_000);
    while world.now < until {
        let Consumed::Retry(due) = world.deliver(hears(Effect::RefundAccount), &refunded) else { panic!("given up at {:?}", world.now) };
        world.now = due;
    }
    assert_eq!(world.deliver(hears(Effect::AwardScore), &paid), Consumed::Done);
    assert_eq!(world.deliver(hears(Effect::RefundAccount), &refunded), Consumed::Done);
    assert_eq!(world.account(8).score, 0);
}

/// Anybody who may write to a topic may send a key: that must not keep the shop's own message from its effect.
#[test]
fn a_poisoned_message_does_not_use_up_the_tries_of_another_with_its_key() {
    let mut world = World::with_goods();
    let order = world.place(basket(8, &[(1, 1)])).expect("a sound order").id;
    world.cancel(order).expect("an unpaid order");
    let (group, good) = (hears(Effect::ReleaseStock), newest(&world, "order_cancel"));
    let poison = Message { id: rocketmall_core::id::MessageId::new(404), body: "{".to_owned(), ..good.clone() };
    for _ in 0..5 {
        world.deliver(group, &poison);
    }
    assert_eq!(world.deliver(group, &poison), Consumed::Dead);
    assert_eq!(world.deliver(group, &good), Consumed::Done);
    let row = world.shop.inbox.get(&Consume::new(group, &good).inbox_key()).expect("the row");
    assert_eq!((&row.message_id, &row.body, row.times), (&good.id.to_string(), &good.body, 1));
    assert_eq!(world.deliver(group, &poison), Consumed::Already);
    assert_eq!(world.deliver(group, &good), Consumed::Already);
}

#[test]
fn what_it_waits_for_may_never_come() {
    let mut world = given_back();
    let refunded = newest(&world, "refunded");
    let mut tries = 0;
    while let Consumed::Retry(due) = world.deliver(hears(Effect::RefundAccount), &refunded) {
        (tries, world.now) = (tries + 1, due);
        assert!(tries < 1_000, "nobody is told that it waits in vain");
    }
    assert_eq!(tries, 159);
}

#[test]
fn a_success_nobody_reported_is_not_taken_from_a_message() {
    let mut world = World::with_goods();
    let order = world.place(basket(8, &[(1, 1)])).expect("a sound order").id;
    let payment = world.start(order, "sandbox");
    let mut twin = World::with_goods();
    let twin_order = twin.place(basket(8, &[(1, 1)])).expect("a sound order").id;
    twin.start(twin_order, "sandbox");
    twin.notify(payment, Outcome::Succeeded);
    let paid = newest(&twin, "paid");
    assert_eq!(order, twin_order, "the twin gives the same ids");
    assert!(matches!(world.deliver(hears(Effect::PayOrder), &paid), Consumed::Retry(_)), "payment {payment} is still pending here");
    assert_eq!(world.order(order).kept_payment, None);
}

#[test]
fn score_that_is_gone_is_logged_as_shortfall() {
    let mut world = given_back();
    let (paid, refunded) = (newest(&world, "paid"), newest(&world, "refunded"));
    world.deliver(hears(Effect::AwardScore), &paid);
    // Points leave an account only in databases that others wrote to as well.
    let mut poorer = world.account(8);
    poorer.score = 25;
    world.shop.accounts.load(poorer.id, poorer.clone());
    world.shop.score_log.append(rocketmall_core::account::ScoreEntry {
        user_id: poorer.id,
        payment_id: rocketmall_core::id::PaymentId::new(404),
        refund_id: None,
        points: -35,
        shortfall: 0,
        at: world.now,
    });
    world.deliver(hears(Effect::RefundAccount), &refunded);
    let last = world.shop.score_log.iter().last().expect("an entry").clone();
    assert_eq!((last.points, last.shortfall, world.account(8).score), (-25, 35, 0));
}

#[test]
fn what_cannot_be_read_dies_and_says_why() {
    let mut world = World::with_goods();
    let order = world.place(basket(8, &[(1, 1)])).expect("a sound order").id;
    world.cancel(order).expect("an unpaid order");
    let mut message = newest(&world, "order_cancel");
    message.body = "{".to_owned();
    let group = hears(Effect::ReleaseStock);
    let last = (0..3).map(|_| world.deliver(group, &message)).last();
    assert_eq!(last, Some(Consumed::Dead));
    let row = world.shop.inbox.get(&Consume::new(group, &message).inbox_key()).expect("a row").clone();
    assert_eq!((row.state, row.body.as_str()), (InboxState::Dead, "{"));
    assert!(row.remark.is_some_and(|remark| remark.starts_with(Reason::BodyEmpty.slug())));
}

#[test]
fn a_body_of_another_kind_is_no_effect() {
    let mut world = World::with_goods();
    let order = world.place(basket(8, &[(1, 1)])).expect("a sound order").id;
    world.cancel(order).expect("an unpaid order");
    let mut consume = Consume::new(hears(Effect::ReleaseStock), &newest(&world, "order_cancel"));
    consume.subscription = hears(Effect::AwardScore);
    let Receipt::Consumed(consumed) = world.must(Command::Consume(consume)) else { panic!("consumed") };
    assert!(matches!(consumed, Consumed::Retry(_)));
}

#[test]
fn a_replay_gives_all_tries_again() {
    let mut world = given_back();
    let (paid, refunded) = (newest(&world, "paid"), newest(&world, "refunded"));
    let group = hears(Effect::RefundAccount);
    let key = Consume::new(group, &refunded).inbox_key();
    for _ in 0..3 {
        world.deliver(group, &refunded);
    }
    world.must(Command::Replay(key.clone()));
    let row = world.shop.inbox.get(&key).expect("a row");
    assert_eq!((&row.state, row.times), (&InboxState::Retrying { due: world.now }, 0));
    world.deliver(hears(Effect::AwardScore), &paid);
    assert_eq!(world.deliver(group, &refunded), Consumed::Done);
    world.must(Command::Replay(key.clone()));
    assert_eq!(world.deliver(group, &refunded), Consumed::Already, "what is done is not done again");
    let unknown = InboxKey { key: "404".to_owned(), ..key };
    assert_eq!(world.refused(Command::Replay(unknown)), Reason::MessageUnknown);
}

#[test]
fn each_group_has_its_own_row() {
    let mut world = World::with_goods();
    let order = world.place(basket(8, &[(1, 1)])).expect("a sound order").id;
    world.cancel(order).expect("an unpaid order");
    world.deliver_all();
    let groups: Vec<_> = world.shop.inbox.iter().map(|(key, row)| (key.group.as_str(), row.state.clone(), row.at)).collect();
    let done = |group| (group, InboxState::Done, Timestamp::from_millis(world.now.millis()));
    assert_eq!(groups, ["order-out-group1", "order-out-group2", "order-out-group3", "order-out-group4"].map(done));
}
