//! Being listed in Nacos, until told otherwise: registered again after whatever happens to Nacos or to the way there.

use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nacos_sdk::api::naming::NamingService;
use tokio::sync::{oneshot, watch};
use tokio::time::Instant;

use crate::backoff::Backoff;
use crate::error::Error;
use crate::instance::{Instance, Name};
use crate::link::Link;

/// How often an instance that is still listed is deregistered before it is taken for somebody else's.
const TRIES: usize = 3;
/// Nacos tells its own list a moment later.
const A_MOMENT: Duration = Duration::from_millis(100);

/// A service's place in Nacos. Dropping it gives the place up in the background; [`deregister`](Self::deregister) tells when that is done.
#[derive(Debug)]
pub struct Registration {
    state: watch::Receiver<State>,
    /// Dropped, it says that the place is given up.
    stay: Option<oneshot::Sender<Infallible>>,
    name: Name,
}

/// How it stands with a [`Registration`]. Cheap to clone; it keeps no place.
#[derive(Clone, Debug)]
pub struct Standing {
    state: watch::Receiver<State>,
    service: String,
}

impl Standing {
    /// The service that is offered.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// Nothing if Nacos lists it, as of the last look; else why not.
    ///
    /// # Errors
    /// Why not, for people.
    pub fn check(&self) -> Result<(), String> {
        match &*self.state.borrow() {
            State::Registered => Ok(()),
            State::Away(None) => Err("not listed so far".to_owned()),
            State::Away(Some(error)) => Err(format!("not listed: {error}")),
            State::Ended(_) => Err("has left".to_owned()),
        }
    }
}

#[derive(Clone, Debug)]
enum State {
    /// Not listed so far, or not any more; what the last attempt failed with.
    Away(Option<Error>),
    /// Nacos lists it, so those who follow the service are told.
    Registered,
    Ended(Result<(), Error>),
}

impl Registration {
    /// Starts to register, and stays at it.
    pub(crate) fn start(link: Arc<Link>, name: Name, instance: Instance, place: Place) -> Self {
        let (state, receiver) = watch::channel(State::Away(None));
        let (stay, left) = oneshot::channel();
        let task = Task { link, name: name.clone(), instance, state };
        tokio::spawn(async move {
            task.run(left).await;
            drop(place);
        });
        Self { state: receiver, stay: Some(stay), name }
    }

    /// The service that is offered.
    pub fn service(&self) -> &str {
        &self.name.name
    }

    /// Whether Nacos lists it, as of the last look.
    pub fn is_registered(&self) -> bool {
        matches!(*self.state.borrow(), State::Registered)
    }

    /// The same question for whoever does not hold the registration.
    pub fn standing(&self) -> Standing {
        Standing { state: self.state.clone(), service: self.name.name.clone() }
    }

    /// Waits until Nacos lists it.
    ///
    /// Without an end while Nacos is away: give it one by `tokio::time::timeout`.
    pub async fn registered(&mut self) {
        // The task lives as long as the registration does.
        let _ = self.state.wait_for(|state| matches!(state, State::Registered)).await;
    }

    /// The outcome of the first attempt.
    pub(crate) async fn first_attempt(&mut self) -> Result<(), Error> {
        match self.state.wait_for(|state| !matches!(state, State::Away(None))).await.as_deref() {
            Ok(State::Away(Some(error)) | State::Ended(Err(error))) => Err(error.clone()),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Takes the service out of Nacos. Consumers are told within a second: go on serving for some two seconds.
    ///
    /// # Errors
    /// What the attempt failed with, at most after some call limits ([`Options::with_call_limit`](crate::Options::with_call_limit)). It is
    /// repeated in the background; and if the process ends, an ephemeral instance goes with it.
    pub async fn deregister(mut self) -> Result<(), Error> {
        self.stay = None;
        match self.state.wait_for(|state| matches!(state, State::Ended(_))).await.as_deref() {
            Ok(State::Ended(outcome)) => outcome.clone(),
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

/// The services that are offered over one connection: Nacos knows one instance of each for it, and the SDK keeps one.
pub(crate) type Places = Arc<Mutex<HashSet<Name>>>;

/// A service that is taken. Free again when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    places: Places,
    name: Name,
}

impl Place {
    pub(crate) fn take(places: &Places, name: &Name) -> Result<Self, Error> {
        if !places.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone()) {
            return Err(Error::Usage(format!(
                "{} of {} is registered already: Nacos takes one instance of a service for each connection; deregister it, or connect once more",
                name.name, name.group
            )));
        }
        Ok(Self { places: Arc::clone(places), name: name.clone() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.name);
    }
}

struct Task {
    link: Arc<Link>,
    name: Name,
    instance: Instance,
    state: watch::Sender<State>,
}

impl Task {
    async fn run(self, left: oneshot::Receiver<Infallible>) {
        tokio::select! {
            never = self.stay() => match never {},
            _ = left => {}
        }
        let mut backoff = Backoff::new();
        loop {
            let outcome = self.leave().await;
            let done = outcome.is_ok();
            match &outcome {
                Ok(()) => tracing::info!(service = self.name.name, address = self.instance.address(), "deregistered from Nacos"),
                Err(error) => tracing::debug!(service = self.name.name, %error, "not deregistered from Nacos so far"),
            }
            self.state.send_replace(State::Ended(outcome));
            if done {
                return;
            }
            tokio::time::sleep(backoff.pause()).await;
        }
    }

    /// Registers, looks whether it lasts, registers again.
    async fn stay(&self) -> Infallible {
        loop {
            self.enter().await;
            if self.appears().await {
                tracing::info!(service = self.name.name, address = self.instance.address(), "registered in Nacos");
                self.state.send_replace(State::Registered);
                while self.is_listed().await.unwrap_or(true) {
                    tokio::time::sleep(self.link.options.look).await;
                }
            }
            tracing::warn!(
                service = self.name.name,
                address = self.instance.address(),
                "Nacos has lost the registration; registering again"
            );
            self.state.send_replace(State::Away(None));
        }
    }

    /// Nacos lists it a moment after it said yes. Does it, by the time of the usual look? Where no question is answered it is believed.
    async fn appears(&self) -> bool {
        let due = Instant::now() + self.link.options.look;
        loop {
            match self.is_listed().await {
                Some(true) => return true,
                unseen if Instant::now() >= due => return unseen.is_none(),
                _ => tokio::time::sleep(A_MOMENT).await,
            }
        }
    }

    /// Tries until it is registered.
    async fn enter(&self) {
        let mut backoff = Backoff::new();
        let mut told = false;
        while let Err(error) = self.register().await {
            if !told {
                tracing::warn!(service = self.name.name, %error, "not registered in Nacos so far; it is tried again");
                told = true;
            }
            self.state.send_replace(State::Away(Some(error)));
            tokio::time::sleep(backoff.pause()).await;
        }
    }

    async fn register(&self) -> Result<(), Error> {
        let naming = self.link.naming().await?;
        let (service, group) = (self.name.name.clone(), Some(self.name.group.clone()));
        self.link.call("registering an instance", naming.register_instance(service, group, self.instance.to_sdk())).await
    }

    /// Nothing is known as long as Nacos does not answer.
    async fn is_listed(&self) -> Option<bool> {
        let listed = self.link.instances(&self.name).await.ok()?;
        Some(listed.iter().any(|listed| listed.is_at(&self.instance)))
    }

    /// Deregisters. The SDK may at the same time be registering it again, after a connection was lost: so it is seen whether it is gone.
    async fn leave(&self) -> Result<(), Error> {
        if !self.link.has_naming() {
            return Ok(());
        }
        let naming = self.link.naming().await?;
        for _ in 0..TRIES {
            self.deregister(&naming).await?;
            if !self.link.instances(&self.name).await?.iter().any(|listed| listed.is_at(&self.instance)) {
                break;
            }
            tokio::time::sleep(A_MOMENT).await;
        }
        Ok(())
    }

    async fn deregister(&self, naming: &NamingService) -> Result<(), Error> {
        let (service, group) = (self.name.name.clone(), Some(self.name.group.clone()));
        self.link.call("deregistering an instance", naming.deregister_instance(service, group, self.instance.to_sdk())).await
    }
}
