//! From the engine's hand to the bus: what a batch stored, messages or timers, is known there at once, without a look into the
//! table.
//!
//! The rows are there all the same, and the taker's for a while: what is lost on the way, with the process or because the way is
//! full, is found in the table when that time is over.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rocketmall_core::message::Message;
use tokio::sync::mpsc;

/// Batches that wait on the way, at most.
const WAY: usize = 256;

/// The way. Clones are the same one; it is open while a bus holds its end.
#[derive(Clone, Debug)]
pub struct Relay<T = Message>(Arc<Mutex<Option<mpsc::Sender<Vec<T>>>>>);

impl<T> Default for Relay<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Relay<T> {
    /// Opens the way; the end where it comes out.
    pub fn open(&self) -> mpsc::Receiver<Vec<T>> {
        let (sender, receiver) = mpsc::channel(WAY);
        *self.lock() = Some(sender);
        receiver
    }

    /// Does somebody stand at its end?
    pub fn is_open(&self) -> bool {
        self.lock().as_ref().is_some_and(|sender| !sender.is_closed())
    }

    /// Sends what a batch stored on its way.
    pub fn hand_over(&self, stored: Vec<T>) {
        if let Some(sender) = &*self.lock() {
            // full, or closed meanwhile: found in the table
            let _ = sender.try_send(stored);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<mpsc::Sender<Vec<T>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
