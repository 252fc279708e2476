//! How messages travel in these tests: in the process.

use anyhow::Result;
use rocketmall::app::Running;
use rocketmall::bus::local::deliver_due;

use crate::shop::Shop;

/// Carries the messages of one server.
pub(crate) struct Carrier;

impl Carrier {
    pub(crate) fn new() -> Self {
        Self
    }

    /// What the server is told about it.
    #[expect(clippy::unused_self, reason = "where there is a broker, each server has topics of its own")]
    pub(crate) fn settings(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// From now on messages travel when a scenario lets them.
    pub(crate) async fn pace(&mut self, running: &mut Running) {
        self.hold(running).await;
    }

    /// From now on messages travel when a test lets them.
    pub(crate) async fn hold(&mut self, running: &mut Running) {
        running.end_bus().await;
    }

    /// Delivers what is due; how much that was.
    pub(crate) async fn carry(&self, shop: &Shop) -> Result<usize> {
        Ok(deliver_due(shop.running.runtime()).await?)
    }
}
