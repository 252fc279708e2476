//! The bus over Apache RocketMQ 5: topics, groups, keys, tags and bodies as the contract has them (seed-contract, section 3).
//!
//! `sender` relays the outbox in batches, `receiver` takes each group's messages and acknowledges them after the commit of their
//! effects, `wake` has the broker ring when a timer is due. The tables stay the truth: a message is sent once its row is
//! committed, a broker that is away leaves it in its row, one that lost it is found out by [`super::heard`].

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rocketmall_core::message::{ORDER_TOPIC, PAY_TOPIC, SUBSCRIPTIONS, Subscription};
use rocketmq_grpc::{Code, Consumer, Credentials, Error, Fault, Options, Producer};
use tokio::task::JoinSet;

use super::Bus;
use super::heard::{self, Until};
use crate::config::{Config, Role, Roles};
use crate::fleet::Fleet;
use crate::runtime::Runtime;
use crate::shutdown::Shutdown;

mod incoming;
mod names;
mod receiver;
mod retries;
mod sender;
mod wake;

pub use names::Names;

/// How long a start waits for the broker's word before it goes on without.
const PATIENCE: Duration = Duration::from_secs(5);

/// Brokers that have just been started, or whose name server has, are known with their topics within this.
const SETTLED: Duration = Duration::from_secs(15);

/// Between looks whether it knows its topics and groups.
const BREATH: Duration = Duration::from_millis(500);

/// The bus.
pub struct RocketMq {
    address: String,
    names: Names,
    consumers: Vec<(&'static str, Arc<Consumer>)>,
    bell: Arc<Consumer>,
    invisible: Duration,
    heard_within: Duration,
    producer: Producer,
}

/// The groups that a process with these roles takes the messages of, each with what it hears.
fn groups(roles: &Roles) -> BTreeMap<&'static str, Vec<&'static Subscription>> {
    let mut groups: BTreeMap<&'static str, Vec<&'static Subscription>> = BTreeMap::new();
    for subscription in SUBSCRIPTIONS.iter().filter(|subscription| roles.include(Role::hearing(subscription.effect))) {
        groups.entry(subscription.group).or_default().push(subscription);
    }
    groups
}

impl RocketMq {
    /// The bus that the configuration names; it connects by itself. To be called inside a tokio runtime.
    ///
    /// # Errors
    /// A setting that cannot work, in words that follow its name.
    pub fn new(config: &Config, endpoints: &[String]) -> Result<Self, String> {
        let settings = &config.rocketmq;
        let mut options = Options::new(endpoints).map_err(|error| format!("bus: {error}"))?.with_client_name("rocketmall");
        if !settings.access_key.is_empty() {
            options = options.with_credentials(Credentials::new(settings.access_key.as_str(), settings.secret_key.expose()));
        }
        if !settings.ca.is_empty() {
            options = options.with_ca_file(Path::new(&settings.ca)).map_err(|error| format!("rocketmq.ca: {error}"))?;
        }
        let names = Names::new(&settings.prefix);
        let topics = [ORDER_TOPIC, PAY_TOPIC, names::WAKE_TOPIC].map(|topic| names.of(topic));
        let wrong = |error: Error| format!("bus: {error}");
        let producer = Producer::start(&options, topics).map_err(wrong)?;
        let consumer = |(group, hears): (&'static str, Vec<_>)| {
            Ok((group, Arc::new(receiver::consumer(&options, &names, group, &hears, settings.invisible)?)))
        };
        let consumers = groups(&config.roles).into_iter().map(consumer).collect::<Result<_, Error>>().map_err(wrong)?;
        let bell = Arc::new(wake::consumer(&options, &names).map_err(wrong)?);
        Ok(Self {
            address: config.bus.to_string(),
            names,
            consumers,
            bell,
            invisible: settings.invisible,
            heard_within: config.messages.heard_within,
            producer,
        })
    }

    /// Waits a moment for the broker. One that is away is no reason not to start: the outbox keeps the messages.
    ///
    /// # Errors
    /// What does not pass by itself: a right that is missing, a topic or a group that does not exist.
    pub async fn check(&self) -> Result<(), String> {
        let topics = [ORDER_TOPIC, PAY_TOPIC, names::WAKE_TOPIC].map(|topic| self.names.of(topic));
        let look = async || {
            self.producer.ready(PATIENCE).await?;
            for topic in &topics {
                self.producer.check_topic(topic).await?;
            }
            for consumer in self.consumers.iter().map(|(_, consumer)| consumer).chain([&self.bell]) {
                consumer.ready(PATIENCE).await?;
            }
            Ok(())
        };
        let began = Instant::now();
        let mut looked = look().await;
        while looked.as_ref().is_err_and(may_settle) && began.elapsed() < SETTLED {
            tokio::time::sleep(BREATH).await;
            looked = look().await;
        }
        match looked {
            Ok(()) => Ok(()),
            Err(error) if lasts(&error) => Err(format!("bus {}: {error}{}", self.address, settings_for(&error))),
            Err(error) => {
                tracing::warn!(bus = self.address, %error, "the bus is not reachable; messages wait in the outbox until it is");
                Ok(())
            }
        }
    }
}

/// Somebody has to do something about it.
fn lasts(error: &Error) -> bool {
    error.fault() != Fault::Passing
}

/// What is not there may be there in a moment.
fn may_settle(error: &Error) -> bool {
    error.code().is_some_and(|code| [Code::TOPIC_NOT_FOUND, Code::CONSUMER_GROUP_NOT_FOUND].contains(&code))
}

/// Where that is done.
fn settings_for(error: &Error) -> &'static str {
    match error {
        Error::Untrusted { .. } => "; the setting is rocketmq.ca",
        _ if error.code() == Some(Code::UNAUTHORIZED) => "; the settings are rocketmq.access_key and rocketmq.secret_key",
        _ => "",
    }
}

impl Bus for RocketMq {
    fn name(&self) -> &str {
        &self.address
    }

    fn health(&self) -> Result<(), String> {
        let health = self.producer.health();
        if health.connected {
            return Ok(());
        }
        let why = health.last_error.map_or_else(|| "not connected yet".to_owned(), |error| error.to_string());
        Err(format!("{why}; messages wait in the outbox"))
    }

    fn start(self: Arc<Self>, fleet: &Fleet, runtime: &Runtime, told: &Shutdown, loops: &mut JoinSet<()>) {
        loops.spawn(sender::run(Arc::clone(&self), runtime.clone(), told.clone()));
        for (group, consumer) in &self.consumers {
            loops.spawn(receiver::run(Arc::clone(&self), group, Arc::clone(consumer), fleet.clone(), runtime.clone(), told.clone()));
        }
        if !self.consumers.is_empty() {
            loops.spawn(retries::run(fleet.clone(), runtime.clone(), told.clone()));
        }
        loops.spawn(wake::tell(Arc::clone(&self), runtime.clone(), told.clone()));
        loops.spawn(wake::listen(Arc::clone(&self), runtime.clone(), told.clone()));
        loops.spawn(heard::run(fleet.clone(), self.heard_within, Until::Told, told.clone()));
    }
}
