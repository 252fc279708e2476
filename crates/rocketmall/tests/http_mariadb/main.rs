//! The scenario files over HTTP, each on a server and a `MariaDB` database of its own: the same as on `SQLite`.

#[expect(dead_code, reason = "the other tests over HTTP run on SQLite alone")]
#[path = "../http/calls.rs"]
mod calls;
#[path = "../http/carry.rs"]
mod carry;
#[path = "../http/http_door.rs"]
mod http_door;
#[expect(dead_code, reason = "the other tests over HTTP run on SQLite alone")]
#[path = "../http/shop.rs"]
mod shop;

use rocketmall_trial::home::Home;
use rocketmall_trial::scenario::{files, run_all};

use http_door::HttpDoor;
use shop::Shop;

#[tokio::test]
async fn every_file_holds_over_http_on_mariadb() {
    let files = files().expect("every file can be read");
    run_all(&files, async || Ok(HttpDoor::to(Shop::standing_still(Home::mariadb().await?).await)))
        .await
        .unwrap_or_else(|error| panic!("{error:#}"));
}
