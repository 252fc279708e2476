//! Worker numbers: no two processes make the same ids, and one whose lease is gone stores nothing.

use std::collections::BTreeSet;

use rocketmall_core::rejection::Reason;
use rocketmall_store::Database;
use rocketmall_store::verify::Limits;
use rocketmall_store::worker::{self, BatchMark, Worker};

use crate::audit::audited;
use crate::database::TestDatabase;
use crate::process::{Clock, Process, basket, environment, fresh_token};

#[tokio::test(flavor = "multi_thread")]
async fn two_handles_never_share_a_number() {
    let home = TestDatabase::create().await;
    let clock = Clock::new();
    let (one, other) = (Process::start(&home, &clock).await, Process::start(&home, &clock).await);
    let twenty = async |database: &Database| {
        let mut leased = Vec::new();
        for _ in 0..20 {
            leased.push(worker::lease(database, fresh_token(), clock.now()).await.expect("there are numbers").id);
        }
        leased
    };
    let (first, second) = tokio::join!(twenty(&one.database), twenty(&other.database));
    let numbers: BTreeSet<i64> = first.into_iter().chain(second).chain([one.worker.id, other.worker.id]).collect();
    assert_eq!(numbers, (0..42).collect::<BTreeSet<_>>());

    // a minute later they are all free again, for one each
    clock.pass(worker::LEASE + 1);
    let (first, second) = tokio::join!(twenty(&one.database), twenty(&other.database));
    let again: BTreeSet<i64> = first.into_iter().chain(second).collect();
    assert_eq!((again.len(), again.iter().all(|number| *number < 42)), (40, true));
}

/// The next holder of a number begins where the last one can't have come.
#[tokio::test]
async fn a_number_is_used_again_beyond_its_old_lease() {
    let home = TestDatabase::create().await;
    let clock = Clock::new();
    let old = Process::start(&home, &clock).await;
    clock.pass(worker::LEASE);
    let last = old.fresh_id();
    let elsewhere = Process::start(&home, &clock).await;
    assert_ne!(elsewhere.worker.id, old.worker.id, "its lease ends only now");

    clock.pass(1);
    let new = Process::start(&home, &clock).await;
    assert_eq!(new.worker.id, old.worker.id);
    assert!(new.fresh_id() > last, "ids begin anew below those of the old lease");
}

#[tokio::test]
async fn a_renewed_lease_is_not_given_away() {
    let home = TestDatabase::create().await;
    let clock = Clock::new();
    let process = Process::start(&home, &clock).await;
    clock.pass(worker::LEASE - 1);
    let until = clock.now().after(worker::LEASE);
    assert!(worker::renew(&process.database, process.worker, until).await.expect("it can be renewed"));
    clock.pass(worker::LEASE);
    let other = Process::start(&home, &clock).await;
    assert_ne!(other.worker.id, process.worker.id);
}

#[tokio::test]
async fn a_process_that_lost_its_lease_stores_nothing() {
    let home = TestDatabase::create().await;
    let clock = Clock::new();
    let mut old = Process::start(&home, &clock).await;
    let (goods, user) = (old.goods("200.00", 10).await, old.user("0.00").await);
    clock.pass(worker::LEASE + 1);
    let new = Process::start(&home, &clock).await;
    assert_eq!(new.worker.id, old.worker.id);

    let wishes = (0..3).map(|_| old.placing(basket(user, &[(goods, 1)])).into()).collect();
    let ran = old.run(wishes).await;
    assert!(ran.fenced);
    assert!(ran.answers.iter().all(|answer| answer.as_ref().is_err_and(|rejection| rejection.reason == Reason::Busy)), "{ran:?}");
    assert!(!worker::renew(&old.database, old.worker, clock.now().after(worker::LEASE)).await.expect("it can be asked"));
    new.place(basket(user, &[(goods, 1)])).await;
    let left = new.database.goods(&[goods]).await.expect("readable");
    assert_eq!(left[0].stock, 9);

    // with a new number it goes on
    old.worker = worker::lease(&old.database, fresh_token(), clock.now()).await.expect("there are numbers");
    old.environment = environment(&clock, old.worker);
    old.place(basket(user, &[(goods, 1)])).await;
    assert!(audited(&old, Limits::default()).await.holds());
}

/// Whether a batch is stored can be found out when the answer to its COMMIT is lost.
#[tokio::test]
async fn a_mark_tells_whether_its_batch_is_stored() {
    let home = TestDatabase::create().await;
    let clock = Clock::new();
    let process = Process::start(&home, &clock).await;
    let next = BatchMark { worker: process.worker, batch: 1 };
    assert!(!next.is_stored(&process.database).await.expect("it can be asked"));
    process.goods("1.00", 1).await;
    assert!(next.is_stored(&process.database).await.expect("it can be asked"));
    let stranger = Worker { token: -1, ..process.worker };
    let fenced = BatchMark { worker: stranger, batch: 1 }.is_stored(&process.database).await;
    assert!(matches!(fenced, Err(rocketmall_store::StoreError::Fenced)), "{fenced:?}");
}
