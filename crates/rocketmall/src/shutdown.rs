//! Telling every loop to stop, once.

use tokio::signal::unix::{Signal, SignalKind, signal};
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
    /// One more who listens to it.
    pub fn told(&self) -> Shutdown {
        Shutdown(self.0.subscribe())
    }

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

/// The operating system's words to stop: SIGTERM and SIGINT (Ctrl-C).
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// From now on a signal no longer ends the process by itself. To be called before a server says that it listens, so
    /// that one told to stop in its first moment drains too.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for one.
    pub async fn told(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
