//! Payments in a database of their own, beside the orders' notes of them in another, or in the same.

use rocketmall_core::command::{Command, Consume, Outcome, Receipt, RecordAction};
use rocketmall_core::message::{Message, subscribers};
use rocketmall_core::order::PayStatus;
use rocketmall_core::part::Parts;
use rocketmall_core::payment::{Fate, Payment, PaymentState};
use rocketmall_store::verify::{Limits, Report, audit, gather};
use rocketmall_store::{Database, claim, migrate};

use crate::audit::findings;
use crate::database::TestDatabase;
use crate::process::{Clock, Process, basket};

/// Everything but the payments: the orders' side of a shop whose pay role is elsewhere.
fn others() -> Parts {
    Parts::EACH.into_iter().filter(|part| *part != Parts::PAYMENTS).fold(Parts::NONE, Parts::with)
}

async fn orders_and_pay(orders: &TestDatabase, pay: &TestDatabase) -> (Process, Process) {
    let clock = Clock::new();
    (Process::on(orders.open().await.of(others()), &clock).await, Process::on(pay.open().await.of(Parts::PAYMENTS), &clock).await)
}

/// An attempt that is open with both.
async fn opened(orders: &Process, pay: &Process) -> Payment {
    let (goods, user) = (orders.goods("200.00", 10).await, orders.user("0.00").await);
    let order = orders.place(basket(user, &[(goods, 1)])).await;
    let payment = orders.open_attempt(order.id, "sandbox").await;
    for _ in 0..2 {
        let kept = pay.must(Command::KeepAttempt(Box::new(payment.clone()))).await;
        assert_eq!(kept, Receipt::Started(Box::new(payment.clone())));
    }
    let record = RecordAction { payment_id: payment.id, platform_no: None, action: "{}".to_owned() };
    pay.must(Command::RecordAction(record)).await;
    payment
}

async fn messages(process: &Process) -> Vec<Message> {
    claim::messages(&process.database, process.clock.now(), 10).await.expect("messages")
}

/// `message` reaches all groups, which are all with the orders here; the pay role has been asked.
async fn hear(orders: &Process, pay: &Process, message: &Message, payment: &Payment) {
    let seen = pay.database.payment(payment.id).await.expect("a read").map(Box::new);
    for subscription in subscribers(&message.topic, &message.tag) {
        let consume = Consume { seen: seen.clone(), ..Consume::new(subscription, message) };
        orders.must(Command::Consume(consume)).await;
    }
}

#[tokio::test]
async fn payments_have_a_database_of_their_own() {
    let (home, elsewhere) = (TestDatabase::create().await, TestDatabase::create().await);
    let (orders, pay) = orders_and_pay(&home, &elsewhere).await;
    assert_eq!(migrate::parts(&pay.database).await.expect("parts"), Parts::PAYMENTS);
    assert_eq!(migrate::parts(&orders.database).await.expect("parts"), others());
    assert!(migrate::is_current(&pay.database).await.expect("it can be told"));
    let payment = opened(&orders, &pay).await;
    pay.notify(&payment, Outcome::Succeeded).await;
    pay.notify(&payment, Outcome::Succeeded).await;

    let told = messages(&pay).await;
    assert_eq!(told.iter().map(|message| message.key.clone()).collect::<Vec<_>>(), [payment.id.to_string()]);
    assert_eq!(claim::next_timer(&pay.database).await.expect("timers"), None, "the orders' books have the timers");
    hear(&orders, &pay, &told[0], &payment).await;
    let order = orders.database.order(payment.order_id).await.expect("a read").expect("an order");
    assert_eq!((order.pay_status, order.kept_payment), (PayStatus::Paid, Some(payment.id)));
    assert!(messages(&orders).await.is_empty(), "the orders' books tell nobody that money came");
    let note = orders.database.payment(payment.id).await.expect("a read").expect("a note");
    assert_eq!((note.state, note.fate), (PaymentState::Succeeded, Fate::Kept));
}

#[tokio::test]
async fn both_roles_may_have_the_same_database() {
    let home = TestDatabase::create().await;
    let (orders, pay) = orders_and_pay(&home, &home).await;
    assert_eq!(migrate::parts(&pay.database).await.expect("parts"), others().with(Parts::PAYMENTS));
    let payment = opened(&orders, &pay).await;
    let rival = orders.open_attempt(payment.order_id, "wechat").await;
    // the first is closed by the second; the pay role hears it, and says so to whom it was said by
    let closed = orders.database.payment(payment.id).await.expect("a read").expect("a note");
    assert_eq!((closed.state, closed.close_wanted), (PaymentState::Closed, true));
    assert_eq!(pay.must(Command::MeetAttempt(Box::new(closed.clone()))).await, Receipt::Checked(Box::new(closed)));
    pay.notify(&rival, Outcome::Succeeded).await;
    let told = messages(&pay).await;
    assert_eq!(told.len(), 1);
    hear(&orders, &pay, &told[0], &rival).await;
    let order = orders.database.order(payment.order_id).await.expect("a read").expect("an order");
    assert_eq!((order.pay_status, order.kept_payment), (PayStatus::Paid, Some(rival.id)));
}

async fn audited(orders: &Process, pay: &Process) -> Report {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite:{}", folder.path().join("copy.db").display());
    let database = Database::open(&url).await.expect("the file opens");
    migrate::migrate(&database).await.expect("the schema can be made");
    gather(&database, &[orders.database.clone(), pay.database.clone()]).await.expect("both can be read");
    audit(&database, orders.clock.now(), Limits::default()).await.expect("it can be audited")
}

#[tokio::test]
async fn an_audit_sets_the_books_side_by_side() {
    let (home, elsewhere) = (TestDatabase::create().await, TestDatabase::create().await);
    let (orders, pay) = orders_and_pay(&home, &elsewhere).await;
    let payment = opened(&orders, &pay).await;
    pay.notify(&payment, Outcome::Succeeded).await;
    let report = audited(&orders, &pay).await;
    assert!(report.holds(), "the message is on its way: {:#?}", report.broken().collect::<Vec<_>>());
    let told = messages(&pay).await;
    hear(&orders, &pay, &told[0], &payment).await;
    let report = audited(&orders, &pay).await;
    assert!(report.holds(), "{:#?}", report.broken().collect::<Vec<_>>());

    let id = payment.id.to_string();
    pay.sql("update trade_pay set refunded_amount = refunded_amount + 1, pay_amount = pay_amount + 1").await;
    let found = findings(&audited(&orders, &pay).await);
    assert_eq!(found, [("pay_role_amount", id.clone()), ("pay_role_refunded", id.clone())]);
    pay.sql("update trade_pay set refunded_amount = refunded_amount - 1, pay_amount = pay_amount - 1, pay_state = 0").await;
    assert_eq!(findings(&audited(&orders, &pay).await), [("order_success", id.clone())]);
    pay.sql("update trade_pay set pay_state = 1").await;
    orders.sql("update trade_pay set pay_state = 3, is_paid = 1, pay_time = null").await;
    let found = findings(&audited(&orders, &pay).await);
    assert!(found.contains(&("pay_role_success", id.clone())), "{found:?}");
    pay.sql("update trade_pay set pay_state = 3, close_wanted = 1").await;
    let found = findings(&audited(&orders, &pay).await);
    assert!(found.contains(&("pay_role_open", id)), "{found:?}");
}
