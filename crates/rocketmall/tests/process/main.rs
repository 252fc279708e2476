//! The real binary as processes, under races, kills and faults, on SQLite. `process_mariadb` runs the same on MariaDB.

mod client;
mod drain;
mod faults;
mod kills;
mod load;
mod races;
mod refund_races;
mod server;
mod settle;
mod target;

#[tokio::test(flavor = "multi_thread")]
async fn races() {
    races::all(&target::fresh().await, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn races_for_refunds() {
    refund_races::all(&target::fresh().await, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_against_pay_against_timeout() {
    races::cancel_pay_timeout(&target::fresh().await, 1, 1_000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_kills_under_load() {
    kills::of_the_shop(&target::fresh().await, 20).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_at_every_commit_boundary() {
    faults::everywhere().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_loses_nothing() {
    drain::under_load(&target::fresh().await).await;
}
