//! The servers of a real RocketMQ broker killed and paused under load, apart from the other trials on it, which would wait for it.

mod broker;
#[expect(dead_code, reason = "nothing here is done all at once")]
#[path = "../process/client.rs"]
mod client;
#[path = "../process/load.rs"]
mod load;
#[expect(dead_code, reason = "nobody asks here how long a start takes, or whether a server died")]
#[path = "../process/server.rs"]
mod server;
#[expect(dead_code, reason = "only the audit at the end is waited for")]
#[path = "../process/settle.rs"]
mod settle;
#[expect(dead_code, reason = "faults are tried in process_rocketmq")]
#[path = "../process_rocketmq/target.rs"]
mod target;

#[tokio::test(flavor = "multi_thread")]
async fn every_server_killed_under_load() {
    broker::killed().await;
}
