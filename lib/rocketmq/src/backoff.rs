//! Pauses between attempts: longer each time up to a bound, and never the same for two clients.

use std::time::Duration;

const SHORTEST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(3);

/// The next pause: doubled from 0.1 s to 3 s, of which the upper half is left to chance.
#[derive(Debug)]
pub(crate) struct Backoff {
    next: Duration,
}

impl Backoff {
    pub(crate) fn new() -> Self {
        Self { next: SHORTEST }
    }

    pub(crate) fn reset(&mut self) {
        *self = Self::new();
    }

    pub(crate) fn pause(&mut self) -> Duration {
        let full = self.next;
        self.next = (full * 2).min(LONGEST);
        full / 2 + (full / 2).mul_f64(fastrand::f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest_and_start_again() {
        let mut backoff = Backoff::new();
        for full in [100, 200, 400, 800, 1600, 3000, 3000, 3000] {
            let (pause, full) = (backoff.pause(), Duration::from_millis(full));
            assert!(pause >= full / 2 && pause <= full, "{pause:?} of {full:?}");
        }
        backoff.reset();
        assert!(backoff.pause() <= SHORTEST);
    }

    #[test]
    fn two_clients_do_not_come_back_at_the_same_time() {
        let pauses: std::collections::HashSet<Duration> = (0..20).map(|_| Backoff::new().pause()).collect();
        assert!(pauses.len() > 15, "{pauses:?}");
    }
}
