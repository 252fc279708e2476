//! What each command does in each situation of an order, as one table.

use rocketmall_core::command::{CancelCause, CheckPayment, Command, Outcome, PlatformView, Receipt};
use rocketmall_core::id::{OrderId, PaymentId};

use crate::world::{World, basket};

type Reach = fn(&mut World, OrderId) -> PaymentId;
type Do = fn(&mut World, OrderId, PaymentId) -> Command;

const SITUATIONS: [(&str, Reach); 9] = [
    ("pending", |world, order| world.start(order, "sandbox")),
    ("unknown", |world, order| {
        let payment = world.start(order, "sandbox");
        world.now = world.payment(payment).expires_at;
        world.look(payment, PlatformView::Unreachable);
        payment
    }),
    ("failed", |world, order| {
        let payment = world.start(order, "sandbox");
        world.notify(payment, Outcome::Failed);
        payment
    }),
    ("closed", |world, order| {
        let payment = world.start(order, "sandbox");
        world.notify(payment, Outcome::Closed);
        payment
    }),
    ("superseded", |world, order| {
        let payment = world.start(order, "sandbox");
        world.start(order, "other");
        payment
    }),
    ("money came", |world, order| {
        let payment = world.start(order, "sandbox");
        world.notify(payment, Outcome::Succeeded);
        payment
    }),
    ("paid", |world, order| {
        let payment = world.start(order, "sandbox");
        world.notify(payment, Outcome::Succeeded);
        world.settle();
        payment
    }),
    ("cancelled", |world, order| {
        let payment = world.start(order, "sandbox");
        world.cancel(order).expect("an unpaid order");
        payment
    }),
    ("given back", |world, order| {
        let payment = world.start(order, "sandbox");
        world.cancel(order).expect("an unpaid order");
        world.notify(payment, Outcome::Succeeded);
        world.settle();
        payment
    }),
];

const COMMANDS: [(&str, Do); 8] = [
    ("cancel", |world, order, _| World::cancelling(order, CancelCause::User(world.order(order).user_id))),
    ("timeout", |world, order, _| {
        world.pass(31 * 60_000);
        World::cancelling(order, CancelCause::Timeout)
    }),
    ("start again", |world, order, _| Command::StartPayment(world.starting(order, "sandbox"))),
    ("paid", |world, _, payment| Command::SettlePayment(world.notice(payment, Outcome::Succeeded))),
    ("failed", |world, _, payment| Command::SettlePayment(world.notice(payment, Outcome::Failed))),
    ("closed", |world, _, payment| Command::SettlePayment(world.notice(payment, Outcome::Closed))),
    ("not found", |_, _, payment| look(payment, PlatformView::NotFound)),
    ("no answer", |_, _, payment| look(payment, PlatformView::Unreachable)),
];

fn look(payment: PaymentId, view: PlatformView) -> Command {
    Command::CheckPayment(CheckPayment { payment_id: payment, view })
}

/// Order status, pay status and the attempt's state: before, after the command, and once everything has run to its end.
#[test]
fn every_command_in_every_situation() {
    let mut table = Vec::new();
    for (situation, reach) in SITUATIONS {
        for (name, command) in COMMANDS {
            let mut world = World::with_goods();
            let order = world.place(basket(8, &[(1, 1)])).expect("a sound order").id;
            let payment = reach(&mut world, order);
            let command = command(&mut world, order, payment);
            let outcome = match world.run(command) {
                Err(rejection) => format!("refused: {}", rejection.reason.slug()),
                Ok(Receipt::Settled { first: false, .. }) => "nothing new".to_owned(),
                Ok(_) => state(&world, order, payment),
            };
            world.settle();
            table.push(format!("{situation:<11}| {name:<12}| {outcome:<30}| {}", state(&world, order, payment)));
        }
    }
    insta::assert_snapshot!("every_command_in_every_situation", table.join("\n"));
}

fn state(world: &World, order: OrderId, payment: PaymentId) -> String {
    let order = world.order(order);
    format!("{:?} {:?} {:?}", order.status, order.pay_status, world.payment(payment).state)
}
