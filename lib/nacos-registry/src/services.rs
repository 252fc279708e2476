//! Following who offers a service.

use std::sync::Arc;
use std::time::Duration;

use nacos_sdk::api::naming::{NamingChangeEvent, NamingEventListener};
use tokio::sync::mpsc;

use crate::follow::Source;
use crate::instance::{Instance, Name};
use crate::last_good::Seen;
use crate::link::Link;

/// The instances of one service.
pub(crate) struct Service {
    link: Arc<Link>,
    name: Name,
    ear: Option<Arc<Ear>>,
}

impl Service {
    pub(crate) fn new(link: Arc<Link>, name: Name) -> Self {
        Self { link, name, ear: None }
    }

    fn names(&self) -> (String, Option<String>, Vec<String>) {
        (self.name.name.clone(), Some(self.name.group.clone()), Vec::new())
    }
}

impl Source for Service {
    type Value = Vec<Instance>;

    async fn look(&self) -> Seen<Vec<Instance>> {
        self.link.instances(&self.name).await.map_or(Seen::Away, Seen::of)
    }

    async fn listen(&mut self, _: &Seen<Vec<Instance>>, pushes: &mpsc::Sender<Vec<Instance>>) -> Duration {
        if self.ear.is_some() {
            return self.link.options.look;
        }
        let Ok(naming) = self.link.naming().await else { return self.link.options.look };
        let ear = Arc::new(Ear { pushes: pushes.clone() });
        let ((service, group, clusters), listener) = (self.names(), Arc::clone(&ear) as Arc<dyn NamingEventListener>);
        // Whatever comes of it, the SDK remembers the subscription, and says Ok even where it was refused.
        let _ = self.link.call("subscribing", naming.subscribe(service, group, clusters, listener)).await;
        self.ear = Some(ear);
        // what changed since the last look was told to nobody
        Duration::ZERO
    }

    async fn leave(self) {
        if let (Some(ear), Ok(naming)) = (&self.ear, self.link.naming().await) {
            let ((service, group, clusters), listener) = (self.names(), Arc::clone(ear) as Arc<dyn NamingEventListener>);
            let _ = self.link.call("unsubscribing", naming.unsubscribe(service, group, clusters, listener)).await;
        }
    }

    fn tell(&self, value: &Vec<Instance>) {
        if value.is_empty() {
            tracing::warn!(service = self.name.name, "nobody offers the service any more");
        } else {
            tracing::debug!(service = self.name.name, instances = value.len(), "who offers the service has changed");
        }
    }
}

/// What the SDK tells on a thread of its own.
struct Ear {
    pushes: mpsc::Sender<Vec<Instance>>,
}

impl NamingEventListener for Ear {
    fn event(&self, event: Arc<NamingChangeEvent>) {
        let list = Instance::list(event.instances.clone().unwrap_or_default());
        // where it is full, there is a look soon
        let _ = self.pushes.try_send(list);
    }
}
