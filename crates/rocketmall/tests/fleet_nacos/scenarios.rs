//! The scenario files through the fleet's door.

use rocketmall_trial::scenario::{files, run_all};

use crate::http_door::HttpDoor;
use crate::shop::Shop;

pub(crate) async fn all() {
    let (files, shop) = (files().expect("every file can be read"), Shop::standing_still().await);
    run_all(&files, async || Ok(HttpDoor::to(shop.clone()))).await.unwrap_or_else(|error| panic!("{error:#}"));
    rocketmall_trial::say(&format!("{} scenario files hold in a fleet", files.len()));
}
