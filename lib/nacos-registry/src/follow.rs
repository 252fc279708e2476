//! Following something in Nacos: told of changes, and asking besides, because not every change is told.

use std::future::Future;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use crate::last_good::{LastGood, Seen, Verdict};
use crate::options::Patience;

/// More pushes than that at once say nothing that the next look does not.
const PUSHES: usize = 64;

/// What is followed. Its default is what there is when there is nothing.
pub(crate) trait Source: Send {
    type Value: Default + PartialEq + Send + Sync;

    /// Asks Nacos.
    fn look(&self) -> impl Future<Output = Seen<Self::Value>> + Send;

    /// Has Nacos tell of changes from now on, if it doesn't yet. How long to wait before the next look.
    fn listen(&mut self, seen: &Seen<Self::Value>, pushes: &mpsc::Sender<Self::Value>) -> impl Future<Output = Duration> + Send;

    /// Nobody is interested any more.
    fn leave(self) -> impl Future<Output = ()> + Send;

    /// What is shown from now on, for the log.
    fn tell(&self, value: &Self::Value);
}

impl<T: Default + PartialEq> Seen<T> {
    pub(crate) fn of(value: T) -> Self {
        if value == T::default() { Self::Nothing } else { Self::Something(value) }
    }
}

/// Shows it for as long as somebody looks. `first` goes when the first look is over, whatever came of it.
pub(crate) async fn follow<S: Source>(mut source: S, shown: watch::Sender<S::Value>, patience: Patience, first: oneshot::Sender<()>) {
    let (pushes, mut pushed) = mpsc::channel(PUSHES);
    let (mut rule, began) = (LastGood::new(patience), Instant::now());
    let (mut first, mut pause) = (Some(first), Duration::ZERO);
    loop {
        let looked = async {
            tokio::time::sleep(pause).await;
            source.look().await
        };
        // A push is newer than an answer that is still on its way.
        let seen = tokio::select! {
            biased;
            () = shown.closed() => break,
            Some(value) = pushed.recv() => Seen::of(value),
            seen = looked => seen,
        };
        pause = source.listen(&seen, &pushes).await;
        let value = match rule.observe(began.elapsed(), seen) {
            Verdict::Show(value) => Some(value),
            Verdict::ShowNothing => Some(S::Value::default()),
            Verdict::Keep => None,
        };
        if let Some(value) = value.filter(|value| *value != *shown.borrow()) {
            source.tell(&value);
            shown.send_replace(value);
        }
        drop(first.take());
    }
    source.leave().await;
}
