//! Sends again what a broker took and did not bring.

use std::time::Duration;

use rocketmall_store::StoreError;
use rocketmall_store::heard::{Looked, PORTION, page, settle};

use crate::fleet::Fleet;
use crate::shutdown::Shutdown;

/// How often the walk looks for more when it has caught up.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// After a failure of the database.
const PAUSE: Duration = Duration::from_secs(5);

/// Until when to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// As long as the process runs: a broker may lose something at any time.
    Told,
    /// Until the walk has caught up: what another bus left behind.
    CaughtUp,
}

/// Walks along sent messages until told to stop.
pub async fn run(fleet: Fleet, patience: Duration, until: Until, mut told: Shutdown) {
    let patience = i64::try_from(patience.as_millis()).unwrap_or(i64::MAX);
    while !told.is_told() {
        let began = tokio::time::Instant::now();
        let pause = match step(&fleet, patience).await {
            // as long a rest as it took work, so that it never has more than half of one connection's time
            Ok(looked) if looked.messages >= PORTION => began.elapsed(),
            Ok(_) if until == Until::CaughtUp => return,
            Ok(_) => LOOK_EVERY,
            Err(error) => {
                tracing::warn!(%error, "sent messages cannot be looked after; trying again");
                PAUSE
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = told.told() => {}
        }
    }
}

/// One step of the walk. Each group's role is asked, wherever it is.
pub async fn step(fleet: &Fleet, patience: i64) -> Result<Looked, StoreError> {
    let Some(own) = fleet.own() else { return Ok(Looked::default()) };
    let now = (own.clock)();
    let Some(page) = page(&own.database, now, patience).await? else { return Ok(Looked::default()) };
    let known = fleet.heard(page.wanted()).await?;
    let looked = settle(&own.database, page, known, now, patience).await?;
    if looked.again > 0 {
        tracing::warn!(messages = looked.again, "sent messages that a group has not taken are sent again");
        own.metrics.sent_again(looked.again);
        own.bells.messages.notify_one();
    }
    Ok(looked)
}
