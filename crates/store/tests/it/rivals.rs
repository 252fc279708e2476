//! Several processes on one database: each piece of work is done by one, whoever comes first.

use std::collections::BTreeSet;
use std::hash::Hash;
use std::sync::Arc;

use rocketmall_core::basket::Basket;
use rocketmall_core::command::{Receipt, Request};
use rocketmall_core::message::{Body, Message};
use rocketmall_core::order::PayStatus;
use rocketmall_core::rejection::Reason;
use rocketmall_store::verify::Limits;
use rocketmall_store::{Database, StoreError, claim, migrate};

use crate::audit::audited;
use crate::database::TestDatabase;
use crate::process::{Clock, Process, basket, cents, keyed, placed};

const ROUNDS: usize = 30;

async fn two() -> (TestDatabase, Process, Process) {
    let home = TestDatabase::create().await;
    let clock = Clock::new();
    let (one, other) = (Process::start(&home, &clock).await, Process::start(&home, &clock).await);
    (home, one, other)
}

/// Both run their requests at the same moment.
async fn at_once(
    one: &Process,
    first: Request,
    other: &Process,
    second: Request,
) -> [Result<Receipt, rocketmall_core::rejection::Rejection>; 2] {
    let (first, second) = tokio::join!(one.answer(first), other.answer(second));
    [first, second]
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_places_one_order() {
    let (_home, one, other) = two().await;
    let (goods, user) = (one.goods("200.00", 1_000).await, one.user("0.00").await);
    for round in 0..ROUNDS {
        let key = round.to_string();
        let placing = |process: &Process| keyed(process.placing(basket(user, &[(goods, 1)])), user, "place", &key);
        let answers = at_once(&one, placing(&one), &other, placing(&other)).await;
        let [first, second] = answers.map(|answer| placed(answer.expect("the key answers both")));
        assert_eq!(first, second, "round {round}");
    }
    let left = one.database.goods(&[goods]).await.expect("readable");
    assert_eq!(left[0].stock, 1_000 - i64::try_from(ROUNDS).expect("few rounds"));
    assert!(audited(&one, Limits::default()).await.holds());
}

/// The last piece, the only coupon, the last of the balance, against orders that lock the same rows.
#[tokio::test(flavor = "multi_thread")]
async fn what_there_is_once_goes_to_one() {
    let (_home, one, other) = two().await;
    for round in 0..ROUNDS {
        let (goods, user) = (one.goods("200.00", 1).await, one.user("100.00").await);
        let plenty = one.goods("200.00", 100).await;
        let coupon = one.coupon(user, "5.00").await;
        let wish = match round % 3 {
            0 => basket(user, &[(plenty, 1), (goods, 1)]),
            1 => Basket { coupon_id: Some(coupon), ..basket(user, &[(plenty, 1)]) },
            _ => Basket { money_paid: cents("60.00"), ..basket(user, &[(plenty, 1)]) },
        };
        let placing = |process: &Process| Request::from(process.placing(wish.clone()));
        let answers = at_once(&one, placing(&one), &other, placing(&other)).await;
        let [refused] = answers.iter().filter_map(|answer| answer.as_ref().err()).collect::<Vec<_>>()[..] else {
            panic!("round {round}: {answers:?}")
        };
        let wanted = [Reason::StockTooLow, Reason::CouponNotValid, Reason::BalanceTooLow][round % 3];
        assert_eq!(refused.reason, wanted, "round {round}: {refused}");
    }
    assert!(audited(&one, Limits::default()).await.holds());
}

/// A group may hear a message from two processes at once; its effect comes once.
#[tokio::test(flavor = "multi_thread")]
async fn one_message_has_one_effect() {
    let (_home, one, other) = two().await;
    let (goods, user) = (one.goods("200.00", 1_000).await, one.user("100.00").await);
    for _ in 0..ROUNDS {
        let order = one.place(Basket { money_paid: cents("1.00"), ..basket(user, &[(goods, 1)]) }).await;
        one.cancel(order.id).await;
        let messages = one.database.outgoing_of(&order.id.to_string()).await.expect("readable");
        let message = &messages[0].message;
        let hear = |process: &Process| {
            let requests = crate::process::deliveries(message).map(Request::from).collect();
            let (database, environment) = (process.database.clone(), process.environment.clone());
            async move { rocketmall_store::batch::run(&database, requests, &environment).await }
        };
        let (first, second) = tokio::join!(hear(&one), hear(&other));
        assert!(first.answers.iter().chain(&second.answers).all(Result::is_ok), "{first:?} {second:?}");
    }
    one.deliver().await;
    let left = one.database.goods(&[goods]).await.expect("readable");
    assert_eq!(left[0].stock, 1_000);
    assert_eq!(one.database.account(user).await.expect("readable").expect("there").balance, cents("100.00"));
    assert!(audited(&one, Limits::default()).await.holds());
}

/// Takes work until there is none; being asked to try again is no failure.
async fn take_all<T>(take: impl AsyncFn() -> Result<Vec<T>, StoreError>) -> Vec<T> {
    let mut taken = Vec::new();
    loop {
        match take().await {
            Ok(some) if some.is_empty() => return taken,
            Ok(some) => taken.extend(some),
            Err(StoreError::Transient(_)) => {}
            Err(error) => panic!("work cannot be taken: {error}"),
        }
    }
}

fn each_once<T: Ord + Hash + std::fmt::Debug>(taken: Vec<T>, wanted: usize) {
    let count = taken.len();
    let distinct: BTreeSet<T> = taken.into_iter().collect();
    assert_eq!((count, distinct.len()), (wanted, wanted), "taken, distinct");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_piece_of_work_is_taken_by_one() {
    let (_home, one, other) = two().await;
    let (goods, user) = (one.goods("200.00", 1_000).await, one.user("0.00").await);
    let wishes = (0..60).map(|_| one.placing(basket(user, &[(goods, 1)])).into()).collect();
    let orders: Vec<_> = one.run(wishes).await.answers.into_iter().map(|answer| placed(answer.expect("placed").receipt)).collect();
    for order in orders.iter().take(40) {
        one.cancel(order.id).await;
    }
    fail_some(&one).await;
    one.clock.pass(31 * 60_000);
    let now = one.clock.now();
    let databases: [&Database; 2] = [&one.database, &other.database];

    let messages = async |database: &Database| take_all(async || claim::messages(database, now, 7).await).await;
    let (first, second) = tokio::join!(messages(databases[0]), messages(databases[1]));
    each_once(first.iter().chain(&second).map(|message| message.id).collect(), 40);

    let retries = async |database: &Database| take_all(async || claim::retries(database, now, 3).await).await;
    let (first, second) = tokio::join!(retries(databases[0]), retries(databases[1]));
    each_once(first.iter().chain(&second).map(|row| row.key.clone()).collect(), 10);

    let timers = async |database: &Database| take_all(async || claim::timers(database, claim::TimersOf::Everybody, now, 3).await).await;
    let (first, second) = tokio::join!(timers(databases[0]), timers(databases[1]));
    each_once(first.into_iter().chain(second).collect(), 20);

    // what was taken and not finished comes back when its taker's lease is over
    one.clock.pass(claim::MESSAGE_LEASE + 1);
    let again = take_all(async || claim::messages(&other.database, one.clock.now(), 100).await).await;
    assert_eq!(again.len(), 40);
}

/// Ten messages about payments of orders that do not exist.
async fn fail_some(process: &Process) {
    for _ in 0..10 {
        let id = process.fresh_id();
        let paid = rocketmall_core::message::Paid {
            pay_id: rocketmall_core::id::PaymentId::new(id),
            order_id: rocketmall_core::id::OrderId::new(id),
            pay_amount: cents("1.00"),
            is_paid: 2,
            user_id: None,
        };
        let body = Body::Paid(paid);
        let (topic, tag, key) = body.address();
        let message = Message {
            id: rocketmall_core::id::MessageId::new(id),
            topic: topic.to_owned(),
            tag: tag.to_owned(),
            key,
            body: body.to_json().expect("it can be written"),
            created_at: process.clock.now(),
            trace: None,
        };
        let first = crate::process::deliveries(&message).next().expect("the order hears it");
        process.must(first).await;
    }
}

/// Both find no database, open it and make the schema at the same moment.
#[tokio::test(flavor = "multi_thread")]
async fn two_processes_make_one_schema() {
    for _ in 0..10 {
        let home = Arc::new(TestDatabase::create().await);
        let processes = [Arc::clone(&home), Arc::clone(&home)].map(|home| {
            tokio::spawn(async move {
                let database = home.open().await;
                let applied = migrate::migrate(&database).await.expect("the schema can be made");
                (database, applied)
            })
        });
        let [first, second] = processes;
        let ((one, first), (other, second)) = (first.await.expect("the first ends"), second.await.expect("the second ends"));
        assert!(first.is_empty() != second.is_empty(), "one of them does it all: {first:?} {second:?}");
        assert!(migrate::is_current(&other).await.expect("it can be asked"));
        assert_eq!(migrate::migrate(&one).await.expect("nothing to do"), Vec::<&str>::new());
    }
}

/// A payment and the order's timeout at the same moment: paid, or cancelled with the money going back, never both.
#[tokio::test(flavor = "multi_thread")]
async fn a_payment_and_a_cancel_at_once() {
    let (_home, one, other) = two().await;
    let (goods, user) = (one.goods("200.00", 1_000).await, one.user("0.00").await);
    for round in 0..ROUNDS {
        let order = one.place(basket(user, &[(goods, 1)])).await;
        let payment = one.open_attempt(order.id, "sandbox").await;
        let cancel = other.answer(crate::process::cancelling(order.id, rocketmall_core::command::CancelCause::Shop));
        let ((), cancelled) = tokio::join!(one.notify(&payment, rocketmall_core::command::Outcome::Succeeded), cancel);
        one.deliver().await;
        let order = one.database.order(order.id).await.expect("readable").expect("there");
        assert_eq!(order.pay_status == PayStatus::Paid, cancelled.is_err(), "round {round}: {order:?} {cancelled:?}");
        let refunds = one.database.refunds_of(order.id).await.expect("readable").len();
        assert_eq!(refunds, usize::from(cancelled.is_ok()), "round {round}");
    }
    assert!(audited(&one, Limits::default()).await.holds());
}
