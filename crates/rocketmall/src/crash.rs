//! Where trials make the process die, to prove that nothing depends on it living on. Off unless configured under `--dev`.

use std::sync::atomic::{AtomicI64, Ordering};

use rocketmall_store::transact::Hooks;

/// The places a process can be made to die at.
pub const PLACES: &[&str] =
    &["before-commit", "after-commit", "after-send", "before-ack", "after-prepay", "after-refund", "after-pre-order", "after-reserve"];

static PLACE: std::sync::OnceLock<String> = std::sync::OnceLock::new();
static LEFT: AtomicI64 = AtomicI64::new(0);

/// The place configured for this process, if any.
#[derive(Clone, Copy, Debug, Default)]
pub struct CrashPoints;

impl CrashPoints {
    /// Dies at the `n`th arrival at a place, from `PLACE:N`.
    pub fn arm(setting: &str) -> Result<Self, String> {
        let wanted = || format!("wanted PLACE:N with a place of {}, found {setting:?}", PLACES.join(", "));
        let (place, times) = setting.split_once(':').ok_or_else(wanted)?;
        let times: i64 = times.parse().map_err(|_| wanted())?;
        if !PLACES.contains(&place) || times < 1 {
            return Err(wanted());
        }
        LEFT.store(times, Ordering::SeqCst);
        let _ = PLACE.set(place.to_owned());
        Ok(Self)
    }

    /// This place is reached.
    pub fn reach(self, place: &str) {
        if PLACE.get().is_some_and(|armed| armed == place) && LEFT.fetch_sub(1, Ordering::SeqCst) == 1 {
            // as sudden as kill -9: no destructor, no flush
            std::process::abort();
        }
    }

    /// The places around a commit.
    pub fn hooks(self) -> Hooks {
        Hooks { before_commit: || Self.reach("before-commit"), after_commit: || Self.reach("after-commit") }
    }
}
