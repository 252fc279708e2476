//! The way to Nacos: the SDK's clients, made when first needed, each call with an end in time, and a keeper that looks whether Nacos is there.

use std::future::Future;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use nacos_sdk::api::config::{ConfigService, ConfigServiceBuilder};
use nacos_sdk::api::error::Error as SdkError;
use nacos_sdk::api::naming::{NamingService, NamingServiceBuilder};
use nacos_sdk::api::props::ClientProps;
use tokio::sync::{Notify, OnceCell, watch};

use crate::cable::{Cable, dial};
use crate::configs;
use crate::error::Error;
use crate::health::Health;
use crate::instance::{DEFAULT_GROUP, Instance, Name};
use crate::options::Options;
use crate::pass::{Bearer, Pass};

/// Of a service that nobody offers, to see whether Nacos answers us.
const PROBE: &str = "nacos-registry-probe";
/// So many questions in a row and no answer: the connection may lead nowhere any more, which the SDK does not notice while it is making it.
const UNANSWERED: u32 = 5;
/// A wrong password is not tried again at once.
const AFTER_A_REFUSED_LOGIN: Duration = Duration::from_secs(10);

pub(crate) struct Link {
    pub(crate) options: Options,
    cable: Cable,
    pass: Arc<Pass>,
    naming: OnceCell<NamingService>,
    /// Answers from the server. One that listens answers from its cache.
    configs: OnceCell<ConfigService>,
    listener: OnceCell<ConfigService>,
    health: watch::Sender<Health>,
    /// Something failed: the keeper is to look now.
    look: Arc<Notify>,
}

impl Link {
    pub(crate) fn new(options: Options) -> Result<Arc<Self>, Error> {
        let look = Arc::new(Notify::new());
        let cable = Cable::new(&options, Arc::clone(&look));
        let cable = cable.map_err(|error| Error::Usage(format!("a port of this machine is needed, and there is none: {error}")))?;
        Ok(Arc::new(Self {
            options,
            cable,
            pass: Arc::default(),
            naming: OnceCell::new(),
            configs: OnceCell::new(),
            listener: OnceCell::new(),
            health: watch::Sender::new(Health::new()),
            look,
        }))
    }

    pub(crate) fn health(&self) -> watch::Receiver<Health> {
        self.health.subscribe()
    }

    pub(crate) async fn naming(&self) -> Result<NamingService, Error> {
        self.made(&self.naming, |properties, bearer| async {
            let builder = NamingServiceBuilder::new(properties);
            builder.with_auth_plugin(bearer).build().await
        })
        .await
    }

    /// For questions.
    pub(crate) async fn configs(&self) -> Result<ConfigService, Error> {
        self.made(&self.configs, config_service).await
    }

    /// For being told.
    pub(crate) async fn listener(&self) -> Result<ConfigService, Error> {
        self.made(&self.listener, config_service).await
    }

    /// Whether it was made. What never reached Nacos has nothing to take back.
    pub(crate) fn has_naming(&self) -> bool {
        self.naming.initialized()
    }

    /// The client in the cell, made first if need be. The SDK leaves tasks behind for one that could not be made: so first it is seen whether somebody listens.
    async fn made<T, F>(&self, cell: &OnceCell<T>, make: impl FnOnce(ClientProps, Arc<Bearer>) -> F) -> Result<T, Error>
    where
        T: Clone,
        F: Future<Output = Result<T, SdkError>>,
    {
        let first = async {
            dial(&self.options).await?;
            self.log_in().await?;
            self.call("connecting", make(self.properties(), Arc::new(Bearer(Arc::clone(&self.pass))))).await
        };
        // the SDK's futures are large
        cell.get_or_try_init(|| Box::pin(first)).await.cloned()
    }

    fn properties(&self) -> ClientProps {
        let options = &self.options;
        ClientProps::new()
            .env_first(false)
            .server_addr("127.0.0.1")
            .remote_grpc_port(self.cable.port())
            .namespace(options.namespace.clone())
            .app_name(options.application.clone())
            .cache_dir(options.cache.clone())
            .load_cache_at_start(false)
            // what an empty list means is for `last_good` to say
            .naming_push_empty_protection(false)
    }

    async fn log_in(&self) -> Result<(), Error> {
        match &self.options.login {
            Some(login) if self.pass.is_due() => self.pass.log_in(&self.options, login).await,
            _ => Ok(()),
        }
    }

    /// Waits for the SDK's answer, but not for ever, as it would while Nacos is down.
    pub(crate) async fn call<T>(&self, what: &'static str, call: impl Future<Output = Result<T, SdkError>>) -> Result<T, Error> {
        let limit = self.options.call_limit;
        let outcome = match tokio::time::timeout(limit, call).await {
            Ok(outcome) => outcome.map_err(|error| Error::of_sdk(what, &self.options.all_servers(), &error)),
            Err(_) => Err(Error::Timeout { what, limit }),
        };
        if let Err(error) = &outcome {
            if matches!(error, Error::Forbidden { .. } | Error::Refused { .. }) {
                self.pass.renew();
            }
            if !matches!(error, Error::Refused { .. }) && self.health.borrow().connected {
                self.look.notify_one();
            }
        }
        outcome
    }

    /// What Nacos itself lists now.
    pub(crate) async fn instances(&self, name: &Name) -> Result<Vec<Instance>, Error> {
        let naming = self.naming().await?;
        let (service, group) = (name.name.clone(), Some(name.group.clone()));
        let found = self.call("listing instances", naming.get_all_instances(service, group, Vec::new(), false)).await?;
        Ok(Instance::list(found))
    }

    /// Connects, logs in and asks something, and remembers how that went.
    pub(crate) async fn look(&self) -> Result<(), Error> {
        let outcome = self.ask().await;
        self.health.send_if_modified(|health| {
            let connected = outcome.is_ok();
            let turned = health.connected != connected || (health.failures == 0 && !connected);
            if let Err(error) = &outcome {
                health.last_error = Some(error.clone());
            }
            if turned {
                health.connected = connected;
                health.since = Instant::now();
                health.failures += u64::from(!connected);
            }
            turned
        });
        outcome
    }

    async fn ask(&self) -> Result<(), Error> {
        self.log_in().await?;
        let probe = Name { name: PROBE.to_owned(), group: DEFAULT_GROUP.to_owned() };
        match self.instances(&probe).await {
            // The SDK can't read what Nacos says to a question that it refuses, unless it is one about a configuration.
            Err(refused @ Error::Refused { .. }) => configs::get(self, &probe).await.map_or_else(Err, |_| Err(refused)),
            outcome => outcome.map(drop),
        }
    }
}

async fn config_service(properties: ClientProps, bearer: Arc<Bearer>) -> Result<ConfigService, SdkError> {
    ConfigServiceBuilder::new(properties).with_auth_plugin(bearer).build().await
}

/// The SDK never ends all of its tasks. What is left of them shall have no pass.
impl Drop for Link {
    fn drop(&mut self) {
        self.pass.forget();
    }
}

/// Looks as long as somebody holds the link, and tells of what changes.
pub(crate) async fn keep(link: Weak<Link>) {
    let mut told = None;
    let mut unanswered = 0;
    loop {
        let (pause, look) = {
            let Some(link) = link.upgrade() else { return };
            let outcome = link.look().await;
            tell(&mut told, &link.options.all_servers(), &outcome);
            unanswered = if matches!(outcome, Err(Error::Timeout { .. })) { unanswered + 1 } else { 0 };
            if unanswered >= UNANSWERED && dial(&link.options).await.is_ok() {
                tracing::debug!("Nacos takes connections and does not answer: making new ones");
                link.cable.cut();
                unanswered = 0;
            }
            let refused = matches!(outcome, Err(Error::Login { .. }));
            (if refused { AFTER_A_REFUSED_LOGIN } else { link.options.look }, Arc::clone(&link.look))
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = look.notified() => {}
        }
    }
}

/// A line for each change and no more.
fn tell(told: &mut Option<bool>, servers: &str, outcome: &Result<(), Error>) {
    let before = told.replace(outcome.is_ok());
    match outcome {
        Ok(()) if before == Some(false) => tracing::info!(servers, "Nacos answers again"),
        Ok(()) => tracing::debug!(servers, "Nacos answers"),
        Err(error) if before != Some(false) => {
            tracing::warn!(servers, %error, "Nacos is away; what it said last still holds, and it is tried again");
        }
        Err(error) => tracing::debug!(servers, %error, "Nacos is still away"),
    }
}
