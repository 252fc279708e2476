//! Sends notifications: claims what is due, posts it, stores what became of it.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::http::header::CONTENT_TYPE;
use rocketmall_store::StoreError;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::SandboxPlatform;
use crate::event::Tamper;
use crate::sign::{self, HEADER};
use crate::tables::notifications::{self, Delivery, Fate};
use crate::tables::transact;

/// The longest a merchant may take to answer.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(5);

/// Longer than a delivery with its storing takes; the row of a killed sender is due again after it.
const LEASE_MILLIS: i64 = 15_000;

/// The first retry comes after this, each later one after twice the time before.
const FIRST_RETRY_MILLIS: i64 = 500;
const LONGEST_RETRY_MILLIS: i64 = 30_000;

/// Deliveries under way at once.
const MOST_RUNNING: usize = 64;

/// The longest time between two looks at the rows, which other processes write too.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

const HOUR: i64 = 3600;

struct Done {
    delivery: Delivery,
    answer: Result<String, String>,
}

pub(crate) async fn run(platform: &SandboxPlatform, shutdown: impl Future<Output = ()> + Send) {
    let mut shutdown = pin!(shutdown);
    let mut running = JoinSet::new();
    loop {
        let pause = match send_due(platform, &mut running).await {
            Ok(pause) => pause,
            Err(error) => {
                tracing::warn!(%error, "the sandbox platform cannot read its notifications");
                LONGEST_PAUSE
            }
        };
        tokio::select! {
            () = &mut shutdown => break,
            () = platform.0.wake.notified() => {}
            Some(done) = running.join_next() => settle(platform, done.ok(), &mut running).await,
            () = sleep(pause) => {}
        }
    }
    let rest = async {
        while let Some(done) = running.join_next().await {
            settle(platform, done.ok(), &mut running).await;
        }
    };
    if timeout(TIMEOUT + LONGEST_PAUSE, rest).await.is_err() {
        tracing::info!("deliveries of the sandbox platform were cut off; they will be made again");
    }
}

/// Claims and starts what is due; for how long there is nothing more to do.
async fn send_due(platform: &SandboxPlatform, running: &mut JoinSet<Done>) -> Result<Duration, StoreError> {
    let room = MOST_RUNNING.saturating_sub(running.len());
    if room == 0 {
        return Ok(LONGEST_PAUSE);
    }
    let now = platform.now();
    let mut due = notifications::due(&platform.0.database, now).await?;
    due.truncate(room);
    if !due.is_empty() {
        let claimed = transact(&platform.0.database, move |connection| {
            let due = due.clone();
            Box::pin(async move { notifications::claim(connection, &due, now.saturating_add(LEASE_MILLIS)).await })
        });
        for delivery in claimed.await? {
            running.spawn(deliver(platform.clone(), delivery));
        }
    }
    if running.len() >= MOST_RUNNING {
        return Ok(LONGEST_PAUSE);
    }
    let next = notifications::next_due(&platform.0.database).await?;
    let wait = next.map_or(i64::MAX, |next| next.saturating_sub(platform.now()).max(0));
    Ok(Duration::from_millis(wait.unsigned_abs()).min(LONGEST_PAUSE))
}

async fn deliver(platform: SandboxPlatform, delivery: Delivery) -> Done {
    let answer = if delivery.is_dropped() { Err("dropped on purpose".to_owned()) } else { post(&platform, &delivery).await };
    Done { delivery, answer }
}

async fn post(platform: &SandboxPlatform, delivery: &Delivery) -> Result<String, String> {
    let now = platform.now().div_euclid(1000);
    let secret = &platform.0.secret;
    let body = delivery.body.as_bytes();
    let signature = match delivery.tamper {
        Some(Tamper::Signature) => sign::sign(&format!("not {secret}"), now, body),
        Some(Tamper::Stale) => sign::sign(secret, now - HOUR, body),
        _ => sign::sign(secret, now, body),
    };
    let request = platform.0.http.post(&delivery.url).header(CONTENT_TYPE, "application/json").header(HEADER, signature);
    match request.body(delivery.body.clone()).send().await {
        Ok(response) if response.status().is_success() => Ok(format!("HTTP {}", response.status().as_u16())),
        Ok(response) => Err(format!("HTTP {}", response.status().as_u16())),
        Err(error) if error.is_timeout() => Err("no answer in time".to_owned()),
        Err(error) if error.is_connect() => Err("no connection".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// Stores what became of `first` and of everything else that has ended by now, in one transaction.
async fn settle(platform: &SandboxPlatform, first: Option<Done>, running: &mut JoinSet<Done>) {
    let mut ended: Vec<Done> = first.into_iter().collect();
    while let Some(done) = running.try_join_next() {
        ended.extend(done.ok());
    }
    let now = platform.now();
    let settled: Arc<[(Delivery, Fate, String)]> = ended.into_iter().map(|done| judge(done, now)).collect();
    let stored = transact(&platform.0.database, move |connection| {
        let settled = Arc::clone(&settled);
        Box::pin(async move {
            for (delivery, fate, answer) in settled.iter() {
                notifications::settle(connection, delivery, fate, answer, now).await?;
            }
            Ok(())
        })
    });
    if let Err(error) = stored.await {
        // the leases end by themselves; merchants then hear the same once more
        tracing::warn!(%error, "the sandbox platform cannot store what became of its notifications");
    }
}

fn judge(done: Done, now: i64) -> (Delivery, Fate, String) {
    let Done { delivery, answer } = done;
    let Delivery { notify_id, payment_id, attempts, .. } = &delivery;
    let (fate, answer) = match answer {
        Ok(answer) => {
            tracing::debug!(notify_id, payment_id, attempts, answer, "sandbox notification delivered");
            (Fate::Delivered, answer)
        }
        Err(answer) if now >= delivery.give_up_at => {
            tracing::warn!(notify_id, payment_id, attempts, answer, "sandbox notification given up after 24 hours");
            (Fate::Abandoned, answer)
        }
        Err(answer) => {
            tracing::info!(notify_id, payment_id, attempts, answer, "sandbox notification not taken, will be sent again");
            (Fate::Again(now.saturating_add(retry_after(*attempts))), answer)
        }
    };
    (delivery, fate, answer)
}

/// 0.5 s, 1 s, 2 s, 4 s … 30 s.
fn retry_after(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts.saturating_sub(1).clamp(0, 16)).unwrap_or(0);
    FIRST_RETRY_MILLIS.saturating_mul(2_i64.saturating_pow(doublings)).min(LONGEST_RETRY_MILLIS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_come_ever_later_but_at_least_twice_a_minute() {
        let waits: Vec<i64> = (1..=9).map(retry_after).collect();
        assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
        assert_eq!(retry_after(i64::MAX), LONGEST_RETRY_MILLIS);
        const { assert!(LEASE_MILLIS + LONGEST_RETRY_MILLIS < 60_000, "within a minute of a restart") };
    }
}
