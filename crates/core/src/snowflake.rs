//! The contract's ids: 41 bits of milliseconds since its epoch, 10 bits of worker number, 12 bits of sequence.

use crate::id::Timestamp;

/// The contract's epoch, in milliseconds since 1970 UTC (seed-contract, section 7).
pub const EPOCH: i64 = 1_480_166_465_631;

const WORKER_SHIFT: u32 = 12;
const TIME_SHIFT: u32 = 22;
const SEQUENCE: i64 = 1 << WORKER_SHIFT;

/// Makes the ids of one worker number. They only ever grow, whatever the clock does.
#[derive(Clone, Debug)]
pub struct Snowflake {
    worker: i64,
    last: Timestamp,
    sequence: i64,
}

impl Snowflake {
    /// For this worker number, with ids of moments after `after` only: earlier ones may be taken.
    pub const fn new(worker: i64, after: Timestamp) -> Self {
        Self { worker, last: after, sequence: SEQUENCE }
    }

    /// A number never given before. With the clock behind, or 4096 ids in one millisecond, it runs ahead of the clock.
    pub fn next(&mut self, now: Timestamp) -> i64 {
        if now > self.last {
            self.last = now;
            self.sequence = 0;
        } else if self.sequence >= SEQUENCE {
            self.last = self.last.after(1);
            self.sequence = 0;
        }
        let time = self.last.millis().saturating_sub(EPOCH).max(0);
        let id = (time << TIME_SHIFT) | (self.worker << WORKER_SHIFT) | self.sequence;
        self.sequence = self.sequence.saturating_add(1);
        id
    }

    /// The moment that the latest id carries; a lease must reach beyond it.
    pub const fn last(&self) -> Timestamp {
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_through_a_full_millisecond_and_a_clock_that_goes_back() {
        let mut ids = Snowflake::new(7, Timestamp::from_millis(0));
        let mut latest = 0;
        for now in std::iter::repeat_n(1_800_000_000_000, 5000).chain([1_700_000_000_000, 1_800_000_000_001]) {
            let id = ids.next(Timestamp::from_millis(now));
            assert!(id > latest);
            latest = id;
        }
    }

    #[test]
    fn two_workers_never_meet() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let (mut one, mut other) = (Snowflake::new(0, Timestamp::default()), Snowflake::new(1023, Timestamp::default()));
        let ids: std::collections::BTreeSet<_> = (0..5000).flat_map(|_| [one.next(now), other.next(now)]).collect();
        assert_eq!(ids.len(), 10_000);
    }

    #[test]
    fn a_new_holder_begins_after_the_old_lease() {
        let lease_end = Timestamp::from_millis(1_800_000_060_000);
        let old = Snowflake::new(3, Timestamp::default()).next(lease_end);
        assert!(Snowflake::new(3, lease_end).next(Timestamp::from_millis(1_800_000_000_000)) > old);
    }
}
