//! A database that an older version has made and filled is brought up to date where it stands.

use rocketmall_store::{Database, Dialect, Statement, claim, migrate};

use crate::database::TestDatabase;
use crate::process::Clock;

const SQLITE: &str = include_str!("../../migrations/sqlite/0001_shop.sql");
const MYSQL: &str = include_str!("../../migrations/mysql/0001_shop.sql");

/// What an older version left to be delivered.
const LEFT: &[&str] = &[
    "create table if not exists trade_migration (name varchar(100) not null primary key)",
    "insert into trade_migration (name) values ('0001_shop')",
    "insert into trade_timer (kind, subject_id, due_time) values (1, 7, 1)",
];

async fn run(database: &Database, sql: &'static str) {
    let done = database.with(move |connection| Box::pin(async move { connection.run("older version", sql).await }));
    done.await.expect(sql);
}

async fn left_by_an_older_version() -> TestDatabase {
    let home = TestDatabase::create().await;
    let database = home.open().await;
    run(&database, if database.dialect() == Dialect::Sqlite { SQLITE } else { MYSQL }).await;
    for sql in LEFT {
        run(&database, sql).await;
    }
    let time = if database.dialect() == Dialect::Sqlite { "1" } else { "from_unixtime(1)" };
    let message = format!(
        "insert into trade_mq_producer_temp (id, group_name, msg_topic, msg_tag, msg_key, msg_body, create_time, due_time)
        values (1, 'orderProducerGroup', 'order-out', 'order_cancel', '7', '{{}}', {time}, 1)"
    );
    run(&database, message.leak()).await;
    home
}

#[tokio::test]
async fn messages_and_timers_of_an_older_version_have_no_trace() {
    let home = left_by_an_older_version().await;
    let database = home.open().await;
    assert!(!migrate::is_current(&database).await.expect("it can be told"));
    let applied = migrate::migrate(&database).await.expect("it is brought up to date");
    assert!(applied.contains(&"0003_trace") && !applied.contains(&"0001_shop"), "{applied:?}");
    assert_eq!(migrate::migrate(&database).await.expect("twice is fine"), Vec::<&str>::new());

    let now = Clock::new().now();
    let messages = claim::messages(&database, now, 10).await.expect("messages");
    assert_eq!(messages.iter().map(|message| (message.id.get(), message.trace)).collect::<Vec<_>>(), [(1, None)]);
    let timers = claim::timers(&database, claim::TimersOf::Everybody, now, 10).await.expect("timers");
    assert_eq!(timers.iter().map(|(_, trace)| *trace).collect::<Vec<_>>(), [None]);
}

/// MySQL commits each step by itself: one that was done before a crash is not in the way of the next start. On SQLite all
/// steps are one transaction, so a step that is done already is a stranger's, and nothing of ours is added to it.
#[tokio::test]
async fn a_step_that_is_done_already() {
    let home = left_by_an_older_version().await;
    let database = home.open().await;
    run(&database, "alter table trade_timer add column trace_id text null").await;
    let migrated = migrate::migrate(&database).await;
    let look = Statement { name: "test", sql: "select count(trace_id) from trade_mq_producer_temp" };
    let there = database.query(look, Vec::new()).await;
    match database.dialect() {
        Dialect::Mysql => assert!(migrated.is_ok() && there.is_ok(), "{migrated:?} {there:?}"),
        Dialect::Sqlite => assert!(migrated.is_err() && there.is_err(), "{migrated:?} {there:?}"),
    }
}
