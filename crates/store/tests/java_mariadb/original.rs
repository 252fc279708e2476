//! The original's database, and its way to read and write it: statements that name its own columns alone.

use rocketmall_core::id::{CouponId, GoodsId, UserId};
use rocketmall_core::part::Parts;
use rocketmall_store::{Database, Statement, Value};

use crate::database::TestDatabase;
use crate::process::{Clock, Process};

pub(crate) const LIU_BEI: UserId = UserId::new(345_963_634_385_633_280);
pub(crate) const PHONE: GoodsId = GoodsId::new(345_959_443_973_935_104);
pub(crate) const COUPON: CouponId = CouponId::new(345_988_230_098_857_984);

/// A database as the original leaves it.
pub(crate) async fn original() -> TestDatabase {
    let home = TestDatabase::create().await;
    run(&home.open().await, include_str!("original.sql")).await;
    home
}

/// Taken over with these parts.
pub(crate) async fn taken_over(parts: Parts) -> (TestDatabase, Process) {
    let home = original().await;
    let process = Process::on(home.open().await.of(parts), &clock()).await;
    (home, process)
}

/// A clock ahead of the database's, which is in the rows of a take-over, by the time that one takes.
pub(crate) fn clock() -> Clock {
    let clock = Clock::new();
    #[expect(clippy::disallowed_methods, reason = "the original writes the times of its rows itself, by the clock of the machine")]
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let now = i64::try_from(since.as_millis()).expect("before the end of days");
    clock.pass(now - clock.now().millis() + 60_000);
    clock
}

/// Some statements.
pub(crate) async fn run(database: &Database, sql: impl Into<String>) {
    let sql = sql.into();
    let done = database.with(move |connection| Box::pin(async move { connection.run("original", &sql).await }));
    done.await.expect("the original's SQL runs");
}

/// The rows of a question, columns apart by " | ".
pub(crate) async fn ask(database: &Database, sql: impl Into<String>) -> Vec<String> {
    let sql: String = sql.into();
    let rows = database.query(Statement { name: "original", sql: sql.leak() }, Vec::new()).await.expect("the original's SQL runs");
    let shown = |value: &Value| match value {
        Value::Null => "-".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => text.clone(),
    };
    rows.iter().map(|row| row.iter().map(shown).collect::<Vec<_>>().join(" | ")).collect()
}

/// The only row of a question.
pub(crate) async fn one(database: &Database, sql: impl Into<String>) -> String {
    let rows = ask(database, sql).await;
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows[0].clone()
}

/// The original takes one piece for an order: it reads, overwrites every column, and writes its log.
pub(crate) async fn java_takes_stock(database: &Database, order: i64) {
    run(
        database,
        format!(
            "update trade_goods set goods_name = '华为P30', goods_number = (select n from (select goods_number - 1 as n from trade_goods where goods_id = {PHONE}) g),
               goods_price = 5000.00, goods_desc = '夜间拍照更美', add_time = '2019-07-09 12:38:00' where goods_id = {PHONE};
             insert into trade_goods_number_log (goods_id, order_id, goods_number, log_time) values ({PHONE}, '{order}', -1, '2020-01-02 10:00:00')"
        ),
    )
    .await;
}

/// It gives the piece back: the log's row goes.
pub(crate) async fn java_returns_stock(database: &Database, order: i64) {
    run(
        database,
        format!(
            "delete from trade_goods_number_log where goods_id = {PHONE} and order_id = '{order}';
             update trade_goods set goods_number = goods_number + 1 where goods_id = {PHONE}"
        ),
    )
    .await;
}
