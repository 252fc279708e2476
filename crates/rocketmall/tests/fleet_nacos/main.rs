//! A fleet of the real binary: each role a process of its own, each that keeps anything with a database of its own, under races, kills
//! and cuts. The trials are those of `tests/process`, where one process is the whole shop.

#[expect(dead_code, reason = "the other tests over HTTP run on one server")]
#[path = "../http/calls.rs"]
mod calls;
#[path = "../process/client.rs"]
mod client;
mod contract;
mod cut;
mod deaths;
mod forged;
#[path = "../http/http_door.rs"]
mod http_door;
#[expect(dead_code, reason = "an audit of all databases finds dead messages")]
#[path = "../process/load.rs"]
mod load;
#[path = "../rpc/objects.rs"]
mod objects;
mod pushed;
#[path = "../process/races.rs"]
mod races;
mod relay;
mod rolling;
mod scenarios;
mod secure;
mod server;
#[path = "../process/settle.rs"]
mod settle;
mod shop;
mod target;

#[tokio::test(flavor = "multi_thread")]
async fn every_scenario_file_holds_in_a_fleet() {
    scenarios::all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_contracts_calls_answer_as_in_one_process() {
    contract::answers().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_notifications_change_nothing_in_any_database() {
    forged::notifications().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wire_between_orders_and_goods_is_cut() {
    cut::between_order_and_goods().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_a_rolling_restart() {
    rolling::restart().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn races_before_a_fleet() {
    races::all(&target::fresh().await, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_against_pay_against_timeout_in_a_fleet() {
    races::cancel_pay_timeout(&target::fresh().await, 2, 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_role_dies_under_load() {
    deaths::of_each_role().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_come_and_go_and_so_does_nacos() {
    deaths::and_comings().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn configuration_is_pushed_from_nacos() {
    pushed::configuration().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_show_each_other_certificates() {
    secure::who_shows_no_certificate_is_not_served().await;
}
