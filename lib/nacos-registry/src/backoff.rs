//! Pauses between attempts: longer each time up to a bound, and never the same for two processes.

use std::time::Duration;

const SHORTEST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(5);

/// The next pause: doubled from 0.2 s to 5 s, of which the upper half is left to chance.
#[derive(Debug)]
pub(crate) struct Backoff {
    next: Duration,
}

impl Backoff {
    pub(crate) fn new() -> Self {
        Self { next: SHORTEST }
    }

    pub(crate) fn pause(&mut self) -> Duration {
        let full = self.next;
        self.next = (full * 2).min(LONGEST);
        some_of(full)
    }
}

/// Between a half and the whole of it.
pub(crate) fn some_of(full: Duration) -> Duration {
    full / 2 + (full / 2).mul_f64(fastrand::f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest() {
        let mut backoff = Backoff::new();
        for full in [200, 400, 800, 1600, 3200, 5000, 5000] {
            let (pause, full) = (backoff.pause(), Duration::from_millis(full));
            assert!(pause >= full / 2 && pause <= full, "{pause:?} of {full:?}");
        }
    }
}
