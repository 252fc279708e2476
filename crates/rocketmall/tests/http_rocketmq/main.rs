//! The scenario files over HTTP and what the API says of messages, with messages over RocketMQ, each on a server, topics and an
//! `SQLite` file of its own: the same as in one process.

#[expect(dead_code, reason = "the other tests over HTTP run on the bus within the process")]
#[path = "../http/calls.rs"]
mod calls;
mod carry;
#[path = "../http/http_door.rs"]
mod http_door;
mod late;
#[path = "../http/messages.rs"]
mod messages;
mod poison;
#[expect(dead_code, reason = "the other tests over HTTP run on the bus within the process")]
#[path = "../http/shop.rs"]
mod shop;
mod stranger;

use rocketmall_trial::home::Home;
use rocketmall_trial::scenario::{files, run_all};

use http_door::HttpDoor;
use shop::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn every_file_holds_over_rocketmq() {
    let files = files().expect("every file can be read");
    run_all(&files, async || Ok(HttpDoor::to(Shop::standing_still(Home::sqlite()?).await)))
        .await
        .unwrap_or_else(|error| panic!("{error:#}"));
}
