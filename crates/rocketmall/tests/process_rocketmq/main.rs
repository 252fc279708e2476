//! The real binary as processes, under races, kills and faults, with messages over a real RocketMQ broker and rows in MariaDB. The
//! trials are those of `tests/process`; `broker_rocketmq` kills the servers of the broker.

#[path = "../process/client.rs"]
mod client;
#[path = "../process/drain.rs"]
mod drain;
#[path = "../process/faults.rs"]
mod faults;
#[path = "../process/kills.rs"]
mod kills;
#[path = "../process/load.rs"]
mod load;
#[path = "../process/races.rs"]
mod races;
#[path = "../process/refund_races.rs"]
mod refund_races;
mod roles;
#[path = "../process/server.rs"]
mod server;
#[path = "../process/settle.rs"]
mod settle;
mod target;

#[tokio::test(flavor = "multi_thread")]
async fn races_in_two_processes() {
    races::all(&target::fresh().await, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn races_for_refunds_in_two_processes() {
    refund_races::all(&target::fresh().await, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_against_pay_against_timeout_in_two_processes() {
    races::cancel_pay_timeout(&target::fresh().await, 2, 300).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_kills_under_load() {
    kills::of_the_shop(&target::fresh().await, 20).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_at_every_boundary() {
    faults::everywhere().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_loses_nothing() {
    drain::under_load(&target::fresh().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_in_processes_of_their_own_share_the_work() {
    roles::apart().await;
}
