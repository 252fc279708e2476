//! Has the broker ring when a timer is due: a delayed message for each second in which one is. It only wakes whoever does what is
//! due; the timer's row is the truth, and is found without it a little later.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rocketmall_core::id::Timestamp;
use rocketmq_grpc::{Consumer, ConsumerOptions, Delivery, Error, Filter, Options, OutgoingMessage, Subscription};

use super::names::{WAKE_GROUP, WAKE_TOPIC};
use super::{Names, RocketMq};
use crate::ids;
use crate::runtime::Runtime;
use crate::shutdown::Shutdown;

/// Seconds ahead that a broker takes messages for: a day, less a margin.
const AHEAD: i64 = 23 * 3600;

/// Tells the broker when to ring, until told to stop.
pub(super) async fn tell(bus: Arc<RocketMq>, runtime: Runtime, mut told: Shutdown) {
    let mut timers = runtime.bells.alarms.open();
    let (mut moments, mut known) = (Vec::new(), BTreeSet::new());
    loop {
        tokio::select! {
            _ = timers.recv_many(&mut moments, 1024) => {}
            () = told.told() => break,
        }
        let now = (runtime.clock)();
        let fresh = seconds(moments.drain(..).flatten(), now, &mut known);
        // a broker takes delayed messages one by one
        for second in fresh {
            let refused = match bus.producer.send(&bus.names.of(WAKE_TOPIC), &[message(second)]).await {
                Ok(outcomes) => outcomes.into_iter().find_map(Result::err).map(|refusal| refusal.to_string()),
                Err(error) => Some(error.to_string()),
            };
            if let Some(reason) = refused {
                tracing::debug!(reason, "the broker will not ring for a timer; it is found a little later");
            }
        }
    }
}

/// The seconds, rounded up, that nobody was told of yet; those that are over are forgotten.
fn seconds(moments: impl Iterator<Item = Timestamp>, now: Timestamp, known: &mut BTreeSet<i64>) -> Vec<i64> {
    let now = now.millis() / 1000;
    *known = known.split_off(&now);
    moments
        .map(|moment| moment.millis() / 1000 + 1)
        .filter(|second| *second > now && *second <= now + AHEAD && known.insert(*second))
        .collect()
}

fn message(second: i64) -> OutgoingMessage {
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(second).unwrap_or(0));
    let unique = u64::from_ne_bytes(ids::random());
    OutgoingMessage::new(format!("{second}-{unique:x}"), second.to_string()).with_delivery(Delivery::At(at))
}

/// Who hears the rings.
pub(super) fn consumer(options: &Options, names: &Names) -> Result<Consumer, Error> {
    let topic = Subscription::new(names.of(WAKE_TOPIC), Filter::All);
    Consumer::start(options, &names.of(WAKE_GROUP), [topic], ConsumerOptions::default())
}

/// Rings when the broker does, until told to stop.
pub(super) async fn listen(bus: Arc<RocketMq>, runtime: Runtime, mut told: Shutdown) {
    loop {
        let received = tokio::select! {
            received = bus.bell.receive() => received,
            () = told.told() => break,
        };
        match received {
            Ok(messages) => {
                runtime.bells.timers.notify_one();
                let receipts: Vec<_> = messages.iter().map(rocketmq_grpc::ReceivedMessage::receipt).collect();
                if let Err(error) = bus.bell.ack(&receipts).await {
                    tracing::debug!(%error, "a ring could not be acknowledged; it comes again");
                }
            }
            Err(error) => tracing::warn!(%error, "the broker does not ring for timers; they are found a little later"),
        }
    }
    bus.bell.shutdown().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_second_is_told_once_and_only_within_a_day() {
        let at = |millis: i64| Timestamp::from_millis(millis);
        let mut known = BTreeSet::new();
        let told = seconds([at(10_200), at(10_900), at(12_000), at(9_999), at(90_000_000)].into_iter(), at(10_000), &mut known);
        assert_eq!(told, [11, 13]);
        assert_eq!(seconds([at(10_500), at(14_000)].into_iter(), at(12_000), &mut known), [15]);
        assert_eq!(known.into_iter().collect::<Vec<_>>(), [13, 15]);
    }
}
