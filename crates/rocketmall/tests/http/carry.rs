//! How messages travel in these tests: in the process, when a scenario lets them.

use anyhow::Result;
use rocketmall::bus::local::deliver_due;

use crate::shop::Shop;

/// What a server is told about it.
pub(crate) fn settings() -> Vec<(&'static str, String)> {
    Vec::new()
}

/// From now on messages travel when a scenario lets them.
pub(crate) async fn hold(shop: &mut Shop) {
    shop.running.end_bus().await;
}

/// Delivers what is due; how much that was.
pub(crate) async fn carry(shop: &Shop) -> Result<usize> {
    Ok(deliver_due(shop.running.runtime()).await?)
}
