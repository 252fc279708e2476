//! Telling every loop to stop, once.

use tokio::sync::watch;

/// Told to stop, or not yet. Clones hear the same word.
#[derive(Clone, Debug)]
pub struct Shutdown(watch::Receiver<bool>);

/// Gives the word to stop; so does dropping it.
#[derive(Debug)]
pub struct StopSwitch(watch::Sender<bool>);

/// A switch and those who listen to it.
pub fn switch() -> (StopSwitch, Shutdown) {
    let (sender, receiver) = watch::channel(false);
    (StopSwitch(sender), Shutdown(receiver))
}

impl StopSwitch {
    /// Stop.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Shutdown {
    /// Was the word given?
    pub fn is_told(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for the word.
    pub async fn told(&mut self) {
        let _ = self.0.wait_for(|stop| *stop).await;
    }
}
