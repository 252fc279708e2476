//! From the engine's hand to the bus: what a batch stored is delivered at once, without a look into the table.
//!
//! The rows are there all the same, and the taker's for a while: what is lost on the way, with the process or because the way is
//! full, is found in the table when that time is over.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rocketmall_core::message::Message;
use tokio::sync::mpsc;

/// Batches whose messages wait to be delivered, at most.
const WAY: usize = 256;

/// The way. Clones are the same one; it is open while a bus holds its end.
#[derive(Clone, Debug, Default)]
pub struct Relay(Arc<Mutex<Option<mpsc::Sender<Vec<Message>>>>>);

impl Relay {
    /// Opens the way; the end where messages come out.
    pub fn open(&self) -> mpsc::Receiver<Vec<Message>> {
        let (sender, receiver) = mpsc::channel(WAY);
        *self.lock() = Some(sender);
        receiver
    }

    /// Does somebody stand at its end?
    pub fn is_open(&self) -> bool {
        self.lock().as_ref().is_some_and(|sender| !sender.is_closed())
    }

    /// Sends what a batch stored on its way.
    pub fn hand_over(&self, messages: Vec<Message>) {
        if let Some(sender) = &*self.lock() {
            // full, or closed meanwhile: found in the table
            let _ = sender.try_send(messages);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<mpsc::Sender<Vec<Message>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
