//! The trace of a request stays with its messages and timers.

use rocketmall_core::command::{CancelCause, CancelOrder, CheckPayment, Command, Consume, PlatformView, Request, StartPayment};
use rocketmall_core::id::{MessageId, PaymentId};
use rocketmall_core::message::{Message, SUBSCRIPTIONS};
use rocketmall_core::shop::Timer;
use rocketmall_core::trace::Trace;
use rocketmall_store::claim;

use crate::database::TestDatabase;
use crate::process::{Clock, Process, basket};

/// A group that fails keeps the message's trace for its next try.
#[tokio::test]
async fn a_trace_is_kept_through_every_try() {
    let home = TestDatabase::create().await;
    let process = Process::start(&home, &Clock::new()).await;
    let trace = Trace::from_traceparent("00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01");
    let subscription = &SUBSCRIPTIONS[0];
    let message = Message {
        id: MessageId::new(process.fresh_id()),
        topic: subscription.topic.to_owned(),
        tag: subscription.tag.to_owned(),
        key: "1".to_owned(),
        body: "no JSON".to_owned(),
        created_at: process.clock.now(),
        trace,
    };
    process.must(Command::Consume(Consume::new(subscription, &message))).await;
    process.clock.pass(60_000);
    let again = claim::retries(&process.database, process.clock.now(), 10).await.expect("retries");
    assert_eq!(again.iter().map(|row| row.trace).collect::<Vec<_>>(), [trace]);
    assert_eq!(Consume::again(&again[0]).expect("a known group").trace, trace);
}

/// A timer that sets itself again and again does not stand below itself; one that another request sets follows that one.
#[tokio::test]
async fn a_timer_stays_below_the_step_that_set_it() {
    let home = TestDatabase::create().await;
    let process = Process::start(&home, &Clock::new()).await;
    let trace = |id: &str, span: &str| Trace::from_traceparent(&format!("00-{}-{}-01", id.repeat(32), span.repeat(16)));
    let (goods, user) = (process.goods("200.00", 10).await, process.user("1.00").await);
    let order = process.place(basket(user, &[(goods, 1)])).await;
    let payment_id = PaymentId::new(process.fresh_id());
    let start =
        StartPayment { payment_id, order_id: order.id, user_id: None, channel: "sandbox".to_owned(), method: None, seen_amount: None };
    let look = || Command::CheckPayment(CheckPayment { payment_id, view: PlatformView::Pending });
    let cancel = || Command::CancelOrder(CancelOrder { order_id: order.id, cause: CancelCause::Shop, reason: None });
    for (command, under, kept) in [
        (Command::StartPayment(start), trace("a", "1"), trace("a", "1")),
        (look(), trace("a", "2"), trace("a", "1")),
        (cancel(), trace("b", "3"), trace("b", "3")),
    ] {
        let answers = process.run(vec![Request { trace: under, ..command.into() }]).await.answers;
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        process.clock.pass(60_000);
        let due = claim::timers(&process.database, claim::TimersOf::Everybody, process.clock.now(), 10).await.expect("timers");
        let checks = due.iter().filter(|(timer, _)| matches!(timer, Timer::PaymentCheck(_)));
        assert_eq!(checks.map(|(_, trace)| *trace).collect::<Vec<_>>(), [kept]);
    }
}
