//! The workers behind a door, which run when a scenario lets them, and the time that passes meanwhile.

use anyhow::{Result, bail};
use rocketmall_core::id::Timestamp;

/// Seconds that retries of messages and refunds may take until the shop is settled.
const PATIENCE: usize = 3_600;

/// A shop whose clock and workers stand still until they are told to go on.
#[expect(async_fn_in_trait, reason = "scenarios run on one thread; no future has to be Send")]
pub trait Workers {
    /// The moment.
    fn now(&self) -> Timestamp;
    /// It is this moment from now on.
    fn set_now(&mut self, now: Timestamp);
    /// Does everything that can be done at this moment: messages, retries, timers.
    async fn work(&mut self) -> Result<()>;
    /// When the next timer is due, if there is one.
    async fn next_timer(&mut self) -> Result<Option<Timestamp>>;
    /// Is there something that only goes on later: a message to be tried again, money on its way back?
    async fn needs_time(&mut self) -> Result<bool>;
}

/// So much time passes, and what is due by then is done, in order of time.
pub async fn advance(shop: &mut impl Workers, millis: i64) -> Result<()> {
    let end = shop.now().after(millis);
    shop.work().await?;
    while let Some(next) = shop.next_timer().await?.filter(|next| *next <= end) {
        shop.set_now(next.max(shop.now()));
        shop.work().await?;
    }
    shop.set_now(end);
    shop.work().await
}

/// Everything due now is done, and retries and refunds get the time they need.
pub async fn settle(shop: &mut impl Workers) -> Result<()> {
    shop.work().await?;
    for _ in 0..PATIENCE {
        if !shop.needs_time().await? {
            return Ok(());
        }
        shop.set_now(shop.now().after(1_000));
        shop.work().await?;
    }
    bail!("messages or refunds are still under way after an hour")
}
