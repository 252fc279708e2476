//! Passwords: argon2id, off the threads that serve requests, and only so many at once, since each takes 19 MiB.

use std::sync::Arc;

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Argon2, password_hash};
use rocketmall_core::rejection::{Reason, Rejection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError};

use super::problem::Failure;

/// What becomes of a password that somebody gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Right,
    Wrong,
    /// It is what stands in the table in clear text, where many could read it.
    InClear,
}

/// A fresh hash of it.
pub(crate) fn hashed(password: &str) -> Result<String, password_hash::Error> {
    let salt = SaltString::encode_b64(&crate::ids::random::<16>())?;
    Ok(Argon2::default().hash_password(password.as_bytes(), &salt)?.to_string())
}

/// Hashes and verifies passwords.
#[derive(Debug)]
pub struct Passwords {
    /// Those that are being hashed or wait.
    seats: Arc<Semaphore>,
    /// Those that are being hashed.
    hashing: Arc<Semaphore>,
}

impl Passwords {
    /// So many at the same time, and so many that wait.
    pub fn new(at_once: usize, waiting: usize) -> Self {
        Self { seats: Arc::new(Semaphore::new(at_once.saturating_add(waiting))), hashing: Arc::new(Semaphore::new(at_once)) }
    }

    /// The hash to store.
    pub(super) async fn hash(&self, password: String) -> Result<String, Failure> {
        self.off_thread(move || hashed(&password)).await?.map_err(|error| broken(&error))
    }

    /// Is it right? As slow for an unknown user as for a wrong password, and for one that the original kept as it was typed.
    pub(super) async fn verify(&self, password: String, hash: Option<String>) -> Result<Verdict, Failure> {
        const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let verified = self.off_thread(move || {
            let hash = hash.as_deref().unwrap_or(NOBODY);
            let known = PasswordHash::new(hash);
            let is_hash = known.is_ok();
            let right = known
                .or_else(|_| PasswordHash::new(NOBODY))
                .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
            match (right, is_hash) {
                (true, true) => Verdict::Right,
                (_, false) if !hash.is_empty() && hash == password => Verdict::InClear,
                _ => Verdict::Wrong,
            }
        });
        verified.await
    }

    /// The permits go with the work: a caller who hangs up frees no memory before its password is done with.
    async fn off_thread<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
        let seat = self.seat()?;
        let permit = Arc::clone(&self.hashing).acquire_owned().await.map_err(|error| broken(&error))?;
        let done = tokio::task::spawn_blocking(move || {
            let _held = (seat, permit);
            work()
        });
        done.await.map_err(|error| broken(&error))
    }

    fn seat(&self) -> Result<OwnedSemaphorePermit, Failure> {
        Arc::clone(&self.seats).try_acquire_owned().map_err(|error| match error {
            TryAcquireError::NoPermits => Rejection::new(Reason::Busy, "too many log in or register at this moment; try again").into(),
            TryAcquireError::Closed => broken(&error),
        })
    }
}

fn broken(error: &dyn std::fmt::Display) -> Failure {
    tracing::error!(%error, "password hashing failed");
    Rejection::new(Reason::Internal, "the password could not be hashed").into()
}
