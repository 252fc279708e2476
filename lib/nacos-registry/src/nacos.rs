//! The handle on Nacos.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{oneshot, watch};

use crate::configs::{self, Config};
use crate::error::Error;
use crate::follow::{Source, follow};
use crate::health::Health;
use crate::instance::{Instance, Name};
use crate::link::{self, Link};
use crate::options::Options;
use crate::registration::{Place, Places, Registration};
use crate::services::Service;

/// A client of Nacos. Cheap to clone; one for each process will do, and it is meant to live as long. When the last clone and the last registration are
/// gone, so are its connections; some sleeping tasks of the SDK stay.
///
/// It lives in the tokio runtime that it was made in. Every call ends within a few of [`Options::with_call_limit`], whatever Nacos does.
#[derive(Clone)]
pub struct Nacos {
    inner: Arc<Inner>,
}

struct Inner {
    link: Arc<Link>,
    places: Places,
    services: Followed<Vec<Instance>>,
    configs: Followed<Option<String>>,
}

/// Each is followed once, however many look: the SDK would end it for all when one leaves.
type Followed<T> = Mutex<HashMap<Name, watch::Receiver<T>>>;

impl Nacos {
    /// Connects, logs in, and asks something, so that a wrong address or password is known at once.
    ///
    /// # Errors
    /// [`Error::Unreachable`], [`Error::Login`], [`Error::Forbidden`] if the servers want a login and none was given, [`Error::Timeout`].
    pub async fn connect(options: Options) -> Result<Self, Error> {
        let link = Link::new(options)?;
        link.look().await?;
        Ok(Self::on(link))
    }

    /// Connects in the background, for as long as it takes. See [`health`](Self::health) for how it goes. Needs a tokio runtime.
    ///
    /// # Errors
    /// [`Error::Usage`] if this machine has no free port of its own to give.
    pub fn start(options: Options) -> Result<Self, Error> {
        Link::new(options).map(Self::on)
    }

    fn on(link: Arc<Link>) -> Self {
        tokio::spawn(link::keep(Arc::downgrade(&link)));
        Self { inner: Arc::new(Inner { link, places: Places::default(), services: Mutex::default(), configs: Mutex::default() }) }
    }

    /// How it stands with Nacos; the receiver is told when that turns.
    pub fn health(&self) -> watch::Receiver<Health> {
        self.inner.link.health()
    }

    /// Offers a service, once Nacos has taken it, until the [`Registration`] ends. Nacos may restart in between.
    ///
    /// # Errors
    /// [`Error::Usage`] if this client offers the service already; else what Nacos said. Nothing remains of it then.
    pub async fn register(&self, service: &str, group: &str, instance: Instance) -> Result<Registration, Error> {
        let mut registration = self.keep_registered(service, group, instance)?;
        registration.first_attempt().await?;
        Ok(registration)
    }

    /// As [`register`](Self::register), but at once: if Nacos is away it is tried in the background until it works.
    ///
    /// # Errors
    /// [`Error::Usage`] alone.
    pub fn keep_registered(&self, service: &str, group: &str, instance: Instance) -> Result<Registration, Error> {
        let name = Name::new(service, group)?;
        instance.check()?;
        let place = Place::take(&self.inner.places, &name)?;
        Ok(Registration::start(Arc::clone(&self.inner.link), name, instance, place))
    }

    /// Who offers a service, as Nacos says now. It is a moment behind what was registered, and just after a restart of Nacos it may be
    /// nobody: [`watch`](Self::watch) knows better.
    ///
    /// # Errors
    /// What the call failed with.
    pub async fn instances(&self, service: &str, group: &str) -> Result<Vec<Instance>, Error> {
        self.inner.link.instances(&Name::new(service, group)?).await
    }

    /// Follows who offers a service. Returns when Nacos has answered or failed to; what comes later, or is back later, the receiver shows.
    ///
    /// The list holds all that Nacos lists: ask each [`Instance::is_usable`]. It is never empty by accident. While Nacos is away it stays as
    /// it was. An empty one is shown only when Nacos has said "nobody" without a break for [`Patience::settled`](crate::Patience), and if it
    /// was away since it last listed somebody, for [`Patience::after_outage`](crate::Patience). Until then the last list stands, whose
    /// instances may be gone: a call to one fails, and that is all.
    ///
    /// # Errors
    /// [`Error::Usage`] alone.
    pub async fn watch(&self, service: &str, group: &str) -> Result<watch::Receiver<Vec<Instance>>, Error> {
        let name = Name::new(service, group)?;
        let source = Service::new(Arc::clone(&self.inner.link), name.clone());
        Ok(self.followed(&self.inner.services, name, source).await)
    }

    /// Reads a configuration from the server, which is a moment behind what was published; `None` if there is none.
    ///
    /// # Errors
    /// What the call failed with.
    pub async fn config(&self, data_id: &str, group: &str) -> Result<Option<String>, Error> {
        let found = configs::get(&self.inner.link, &Name::new(data_id, group)?).await?;
        Ok(found.map(|(content, _)| content))
    }

    /// Follows a configuration, as [`watch`](Self::watch) does a service: it shows the last content while Nacos is away, and its end after the same patience.
    ///
    /// # Errors
    /// [`Error::Usage`] alone.
    pub async fn watch_config(&self, data_id: &str, group: &str) -> Result<watch::Receiver<Option<String>>, Error> {
        let name = Name::new(data_id, group)?;
        let source = Config::new(Arc::clone(&self.inner.link), name.clone());
        Ok(self.followed(&self.inner.configs, name, source).await)
    }

    /// Writes a configuration, whatever it was before.
    ///
    /// # Errors
    /// [`Error::Usage`] if it is blank; else what the call failed with.
    pub async fn publish_config(&self, data_id: &str, group: &str, content: &str) -> Result<(), Error> {
        configs::publish(&self.inner.link, &Name::new(data_id, group)?, content).await
    }

    /// Removes a configuration; it is fine if there is none.
    ///
    /// # Errors
    /// What the call failed with.
    pub async fn remove_config(&self, data_id: &str, group: &str) -> Result<(), Error> {
        configs::remove(&self.inner.link, &Name::new(data_id, group)?).await
    }

    /// Sees to it that a configuration, a list with commas between, holds `item`. Whoever does the same at the same time loses nothing by it.
    /// Returns whether it had to be appended.
    ///
    /// # Errors
    /// [`Error::Usage`] if the item can't stand in a list; else what the last attempt failed with, after some 15 s.
    pub async fn append_to_list_config(&self, data_id: &str, group: &str, item: &str) -> Result<bool, Error> {
        configs::append(&self.inner.link, &Name::new(data_id, group)?, item).await
    }

    async fn followed<S>(&self, all: &Followed<S::Value>, name: Name, source: S) -> watch::Receiver<S::Value>
    where
        S: Source + Sync + 'static,
    {
        let (first, answered) = oneshot::channel();
        let receiver = {
            let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(receiver) = all.get(&name) {
                return receiver.clone();
            }
            let (shown, receiver) = watch::channel(S::Value::default());
            tokio::spawn(follow(source, shown, self.inner.link.options.patience, first));
            all.insert(name, receiver.clone());
            receiver
        };
        // it ends when the sender goes
        let _ = answered.await;
        receiver
    }
}

impl fmt::Debug for Nacos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nacos").field("options", &self.inner.link.options).finish_non_exhaustive()
    }
}
