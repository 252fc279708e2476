//! Damage planted with plain SQL into a healthy shop: `verify` names the check and the id, and nothing else.

mod between;
mod effects;
mod payments;
mod refunds;
mod sums;

use std::collections::BTreeSet;

use rocketmall_store::verify::Limits;

use crate::audit::{audited, findings};
use crate::story::Story;

/// What was done to the rows, and what an audit must say: names of checks with ids.
struct Damage {
    sql: String,
    found: Vec<(&'static str, i64)>,
}

fn damage(sql: String, found: &[(&'static str, i64)]) -> Damage {
    Damage { sql, found: found.to_vec() }
}

/// The tables that damage may touch.
const TABLES: [&str; 16] = [
    "trade_goods",
    "trade_goods_number_log",
    "trade_coupon",
    "trade_user",
    "trade_user_money_log",
    "trade_user_score_log",
    "trade_order",
    "trade_order_line",
    "trade_pay",
    "trade_refund",
    "trade_refund_line",
    "trade_pay_log",
    "trade_mq_producer_temp",
    "trade_mq_consumer_log",
    "trade_timer",
    "trade_idempotency",
];

/// Plants each damage into the same shop, which is put right again before the next.
async fn plant(story: &Story, damages: Vec<Damage>) {
    let all = |each: &dyn Fn(&str) -> String| TABLES.map(each).concat();
    story.process.sql(&all(&|table| format!("create table saved_{table} as select * from {table};"))).await;
    let repair = all(&|table| format!("delete from {table}; insert into {table} select * from saved_{table};"));
    for Damage { sql, mut found } in damages {
        story.process.sql(&sql).await;
        let report = audited(&story.process, Limits::default()).await;
        found.sort_unstable();
        let wanted: Vec<_> = found.into_iter().map(|(name, id)| (name, id.to_string())).collect();
        assert_eq!(findings(&report), wanted, "{sql}\n{:#?}", report.broken().collect::<Vec<_>>());
        story.process.sql(&format!("begin; {repair} commit;")).await;
    }
    let report = audited(&story.process, Limits::default()).await;
    assert!(report.holds(), "the repair is not whole: {:#?}", report.broken().collect::<Vec<_>>());
}

#[tokio::test]
async fn every_check_has_its_damage() {
    let story = Story::tell().await;
    let damages = [sums::all(&story), payments::all(&story), refunds::all(&story), effects::all(&story), between::all(&story)];
    let planted: BTreeSet<&str> = damages.iter().flatten().flat_map(|damage| &damage.found).map(|(name, _)| *name).collect();
    let report = audited(&story.process, Limits::default()).await;
    let untried: Vec<_> = report.checks.iter().map(|check| check.name).filter(|name| !planted.contains(name)).collect();
    assert!(untried.is_empty(), "plant damage for {untried:?}");
}
