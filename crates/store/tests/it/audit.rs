//! `verify` on shops that are well: at rest, in the middle of everything, and while others write.

use rocketmall_core::command::{Outcome, Request};
use rocketmall_store::verify::{Limits, Report, audit};

use crate::database::TestDatabase;
use crate::process::{Clock, Process, basket};
use crate::story::Story;

pub(crate) async fn audited(process: &Process, limits: Limits) -> Report {
    audit(&process.database, process.clock.now(), limits).await.expect("the database can be audited")
}

/// The name of each broken check with each id that it names, in order.
pub(crate) fn findings(report: &Report) -> Vec<(&'static str, String)> {
    let named = |check: &rocketmall_store::verify::Check| {
        let name = check.name;
        check.found.iter().map(move |found| (name, found.id.clone())).collect::<Vec<_>>()
    };
    let mut all: Vec<_> = report.broken().flat_map(named).collect();
    all.sort();
    all
}

fn under_way(report: &Report) -> Vec<(&'static str, i64)> {
    report.under_way.iter().filter(|what| what.count > 0).map(|what| (what.name, what.count)).collect()
}

#[tokio::test]
async fn an_empty_shop_holds() {
    let home = TestDatabase::create().await;
    let process = Process::start(&home, &Clock::new()).await;
    let report = audited(&process, Limits::default()).await;
    assert!(report.holds(), "{report:#?}");
    assert_eq!(under_way(&report), []);
}

#[tokio::test]
async fn a_shop_at_rest_holds() {
    let story = Story::tell().await;
    let report = audited(&story.process, Limits::default()).await;
    assert!(report.holds(), "{:#?}", report.broken().collect::<Vec<_>>());
    assert_eq!(under_way(&report), [("refunds_under_way", 1), ("refunds_requested", 1)]);
}

/// What is under way is counted, and becomes a finding when it takes too long.
#[tokio::test]
async fn a_shop_in_the_middle_of_everything_holds() {
    let home = TestDatabase::create().await;
    let process = Process::start(&home, &Clock::new()).await;
    let (goods, user) = (process.goods("200.00", 10).await, process.user("0.00").await);
    let (off, paid) = (process.place(basket(user, &[(goods, 1)])).await, process.place(basket(user, &[(goods, 1)])).await);
    process.cancel(off.id).await;
    let payment = process.open_attempt(paid.id, "sandbox").await;
    process.notify(&payment, Outcome::Succeeded).await;

    let report = audited(&process, Limits::default()).await;
    assert!(report.holds(), "{:#?}", report.broken().collect::<Vec<_>>());
    assert_eq!(under_way(&report), [("messages_to_send", 2), ("payments_arriving", 1), ("orders_letting_go", 1)]);

    process.clock.pass(1);
    let late = audited(&process, Limits { outbox_age: 0, ..Limits::default() }).await;
    let messages: Vec<_> = findings(&late);
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages.iter().all(|(name, _)| *name == "outbox_late"), "{messages:?}");
}

/// Each audit sees one moment: never an order without its stock, never a payment without its message.
#[tokio::test(flavor = "multi_thread")]
async fn an_audit_beside_writers_sees_no_half_change() {
    let home = TestDatabase::create().await;
    let (process, beside) = (Process::start(&home, &Clock::new()).await, home.open().await);
    let (goods, user) = (process.goods("200.00", 100_000).await, process.user("0.00").await);
    let moment = process.clock.now();
    let writing = tokio::spawn(async move {
        for _ in 0..20 {
            let placing = (0..10).map(|_| process.placing(basket(user, &[(goods, 1)])));
            let placed = process.run(placing.map(Request::from).collect()).await;
            let answers = placed.answers.into_iter().map(|answer| crate::process::placed(answer.expect("placed").receipt));
            for (number, order) in answers.enumerate() {
                if number % 2 == 0 {
                    process.cancel(order.id).await;
                }
            }
            process.deliver().await;
        }
    });
    let mut audits = 0;
    while !writing.is_finished() || audits == 0 {
        let report = audit(&beside, moment, Limits::default()).await.expect("an audit disturbs nobody");
        assert!(report.holds(), "{:#?}", report.broken().collect::<Vec<_>>());
        audits += 1;
    }
    writing.await.expect("the writer had no trouble");
}
