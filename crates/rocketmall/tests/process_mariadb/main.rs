//! The real binary as processes, under races, kills and faults, on MariaDB: one process, two on one database, and the
//! database itself killed. The trials are those of `tests/process`.

#[path = "../process/client.rs"]
mod client;
mod database;
#[path = "../process/drain.rs"]
mod drain;
#[path = "../process/faults.rs"]
mod faults;
mod growth;
#[path = "../process/kills.rs"]
mod kills;
#[path = "../process/load.rs"]
mod load;
#[path = "../process/races.rs"]
mod races;
#[path = "../process/refund_races.rs"]
mod refund_races;
#[path = "../process/server.rs"]
mod server;
#[path = "../process/settle.rs"]
mod settle;
mod target;

#[tokio::test(flavor = "multi_thread")]
async fn races_in_one_process() {
    races::all(&target::fresh().await, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn races_in_two_processes() {
    races::all(&target::fresh().await, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn races_for_refunds_in_two_processes() {
    refund_races::all(&target::fresh().await, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_against_pay_against_timeout() {
    races::cancel_pay_timeout(&target::fresh().await, 1, 1_000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_against_pay_against_timeout_in_two_processes() {
    races::cancel_pay_timeout(&target::fresh().await, 2, 1_000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_kills_under_load() {
    kills::of_the_shop(&target::fresh().await, 20).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_kills_of_the_database_under_load() {
    database::killed(5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_at_every_commit_boundary() {
    faults::everywhere().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_loses_nothing() {
    drain::under_load(&target::fresh().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grown_shop_keeps_every_invariant() {
    let home = target::fresh().await;
    growth::keeps_every_invariant(&home.url());
}
