//! A take-over that dies at any of its statements is gone on with, and comes to the same end.

use std::sync::Arc;

use rocketmall_core::part::Parts;
use rocketmall_store::migrate::{self, Pace, TakeOver};
use rocketmall_store::{Database, StoreError};

use crate::original::{ask, one, original};

/// All that a take-over leaves, times apart.
const STATE: [&str; 9] = [
    "select goods_id, goods_number from trade_goods order by goods_id",
    "select goods_id, order_id, goods_number, cause, cause_id, reason from trade_goods_number_log order by goods_id, order_id, cause, cause_id",
    "select user_id, cast(user_money * 100 as signed), user_score, mobile_shared from trade_user order by user_id",
    "select user_id, order_id, money_log_type, cast(use_money * 100 as signed), cause_id from trade_user_money_log order by user_id, order_id, money_log_type",
    "select user_id, pay_id, points from trade_user_score_log order by pay_id",
    "select order_id, order_status, pay_status, kept_pay_id, goods_name from trade_order order by order_id",
    "select pay_id, user_id, pay_state, fate, is_paid from trade_pay order by pay_id",
    "select kind, subject_id from trade_timer order by kind, subject_id",
    "select check_name, row_id from trade_takeover_finding order by check_name, row_id",
];

async fn state(database: &Database) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for sql in STATE {
        all.push(ask(database, sql).await);
    }
    let messages = "select id, msg_status, due_time is null from trade_mq_producer_temp order by id";
    all.push(ask(database, messages).await);
    all.push(
        ask(
            database,
            "select group_name, msg_key, consumer_status, due_time is null from trade_mq_consumer_log order by msg_key, group_name",
        )
        .await,
    );
    all
}

/// Several at a time: the server waits for its disk more than for anything else.
const AT_ONCE: u32 = 4;

#[tokio::test(flavor = "multi_thread")]
async fn stopped_after_each_statement_in_turn_it_comes_to_the_same_end() {
    let home = original().await;
    let whole = home.open().await;
    migrate::migrate(&whole).await.expect("taken over");
    let wanted = Arc::new(state(&whole).await);
    let mut stops = 0;
    let mut ended = false;
    while !ended {
        let mut trials = tokio::task::JoinSet::new();
        for stop in stops..stops + AT_ONCE {
            let wanted = Arc::clone(&wanted);
            trials.spawn(async move { stopped_after(stop, &wanted).await });
        }
        while let Some(trial) = trials.join_next().await {
            ended |= !trial.expect("the trial holds");
        }
        stops += AT_ONCE;
    }
    assert!(stops > 60, "{stops} statements");
}

/// False if the take-over was at its end by then.
async fn stopped_after(stop: u32, wanted: &[Vec<String>]) -> bool {
    let home = original().await;
    let stopped = migrate::migrate_as(&home.open().await, TakeOver::Whole, Pace::stops_after(stop)).await;
    if stopped.is_ok() {
        return false;
    }
    assert!(matches!(stopped, Err(StoreError::Unreachable(_))), "stop {stop}: {stopped:?}");
    let next = home.open().await;
    assert!(!migrate::is_current(&next).await.expect("it can be told"), "stop {stop}");
    // it dies again, a little later
    let again = migrate::migrate_as(&next, TakeOver::Whole, Pace::stops_after(stop % 7)).await;
    assert!(again.is_err() || migrate::is_current(&next).await.expect("it can be told"), "stop {stop}");
    let next = home.open().await;
    migrate::migrate(&next).await.unwrap_or_else(|error| panic!("stop {stop}: {error}"));
    assert!(migrate::is_current(&next).await.expect("it can be told"), "stop {stop}");
    assert_eq!(state(&next).await, wanted, "stop {stop}");
    true
}

/// First the tables, while the original goes on; then, when it has stopped, the rows.
#[tokio::test]
async fn the_tables_first_and_the_rows_when_the_original_has_stopped() {
    let home = original().await;
    let database = home.open().await.of(Parts::GOODS);
    migrate::migrate_as(&database, TakeOver::TablesOnly, Pace::WHOLE).await.expect("the tables");
    assert!(!migrate::is_current(&database).await.expect("it can be told"));
    assert_eq!(one(&database, "select count(*) from trade_goods_number_log where cause = 0").await, "0");
    crate::original::java_takes_stock(&database, 2001).await;
    migrate::migrate(&database).await.expect("the rows");
    assert!(migrate::is_current(&database).await.expect("it can be told"));
    let sums = "select g.goods_number = sum(l.goods_number) from trade_goods g join trade_goods_number_log l on l.goods_id = g.goods_id group by g.goods_id, g.goods_number";
    assert_eq!(ask(&database, sums).await, ["1", "1"]);
    assert_eq!(one(&database, "select goods_number from trade_goods where goods_id = 345959443973935104").await, "998");
}
