//! The rules between values, and the bounds of each.

use std::time::Duration;

use rocketmall_core::money::Cents;
use rocketmall_core::part::Parts;
use tracing_subscriber::EnvFilter;

use super::{BusAddress, Config, ConfigError, DEVELOPMENT_SECRET, Role, Roles};

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;
/// Whoever guesses the secret tells the shop that orders are paid.
const SHORTEST_SECRET: usize = 16;
const LONGEST: Duration = Duration::from_secs(3650 * DAY);

/// What is wrong with the value of a key; the text goes on after the key.
pub(super) struct Complaint {
    pub(super) key: &'static str,
    pub(super) text: String,
}

struct Complaints(Vec<Complaint>);

impl Complaints {
    fn unless(&mut self, fine: bool, key: &'static str, text: impl FnOnce() -> String) {
        if !fine {
            self.0.push(Complaint { key, text: text() });
        }
    }

    fn within(&mut self, key: &'static str, value: Duration, least: Duration, why: &str) {
        let shown = |duration| humantime::format_duration(duration).to_string();
        self.unless((least..=LONGEST).contains(&value), key, || {
            format!("is {}, but must be from {} to {}{why}", shown(value), shown(least), shown(LONGEST))
        });
    }

    fn count(&mut self, key: &'static str, value: usize, most: usize) {
        self.unless((1..=most).contains(&value), key, || format!("is {value}, but must be from 1 to {most}"));
    }
}

/// Everything that is wrong.
pub(super) fn all(config: &Config) -> Vec<Complaint> {
    let mut found = Complaints(Vec::new());
    bounds(config, &mut found);
    addresses(config, &mut found);
    development(config, &mut found);
    found.0
}

fn bounds(config: &Config, found: &mut Complaints) {
    let (millisecond, second) = (Duration::from_millis(1), Duration::from_secs(1));
    found.within("order.unpaid_timeout", config.order.unpaid_timeout, millisecond, "");
    found.within("order.receive_after", config.order.receive_after, millisecond, "");
    found.within("refund.patience", config.refund.patience, millisecond, "");
    found.within("payment.query_after", config.payment.query_after, millisecond, "");
    found.within("messages.backoff", config.messages.backoff, millisecond, "");
    found.within("messages.heard_within", config.messages.heard_within, second, "");
    found.within("rocketmq.invisible", config.rocketmq.invisible, 10 * second, ": a broker takes no less");
    let plain = config.rocketmq.prefix.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    found.unless(plain && config.rocketmq.prefix.len() <= 32, "rocketmq.prefix", || {
        format!("is up to 32 letters, digits, - and _, such as \"shop1-\", not {:?}", config.rocketmq.prefix)
    });
    found.unless(config.rocketmq.access_key.is_empty() == config.rocketmq.secret_key.is_empty(), "rocketmq.secret_key", || {
        "belongs to rocketmq.access_key: set both or neither".to_owned()
    });
    found.within("session.lifetime", config.session.lifetime, second, "");
    found.within("limits.request_time", config.limits.request_time, millisecond, "");
    found.within("retention.outbox", config.retention.outbox, second, "");
    let week = Duration::from_secs(7 * DAY);
    found.within("retention.inbox", config.retention.inbox, week, ": a broker may deliver a message again after days");
    found.within("retention.idempotency", config.retention.idempotency, Duration::from_secs(DAY), ": callers count on a day");
    for (key, amount) in [("order.freight", config.order.freight), ("order.free_over", config.order.free_over)] {
        found.unless(amount >= Cents::ZERO, key, || format!("is {amount}, but must not be below 0.00"));
    }
    found.within("telemetry.metrics_interval", config.telemetry.metrics_interval, millisecond, "");
    found.unless(!config.telemetry.service_name.trim().is_empty(), "telemetry.service_name", || "must not be empty".to_owned());
    if let Err(wrong) = crate::telemetry::headers(config.telemetry.headers.expose()) {
        found.unless(false, "telemetry.headers", || wrong);
    }
    let tries = usize::try_from(config.messages.tries).unwrap_or(0);
    found.count("messages.tries", tries, 100);
    found.count("limits.queue", config.limits.queue, 1_000_000);
    found.count("limits.batch", config.limits.batch, 10_000);
    found.unless(config.limits.lanes <= 64, "limits.lanes", || format!("is {}, but must be from 0 to 64", config.limits.lanes));
    found.count("limits.body", config.limits.body.0, 16 << 20);
    found.within("limits.client_time", config.limits.client_time, millisecond, "");
    found.count("limits.connections", config.limits.connections, 1_000_000);
    found.count("limits.headers", config.limits.headers, 1_000);
    found.count("limits.password_hashes", config.limits.password_hashes, 1_024);
    found.count("limits.password_queue", config.limits.password_queue, 100_000);
    let head = config.limits.head.0;
    found.unless((8 << 10..=1 << 20).contains(&head), "limits.head", || format!("is {head} bytes, but must be from 8KiB to 1MiB"));
    if let Err(error) = EnvFilter::try_new(&config.log_level) {
        found.unless(false, "log_level", || format!("is a level such as \"info\" or \"debug\", not {:?}: {error}", config.log_level));
    }
}

fn addresses(config: &Config, found: &mut Complaints) {
    let collector = &config.telemetry.endpoint;
    for (key, url) in
        [("public_url", &config.public_url), ("channels.sandbox.url", &config.channels.sandbox.url), ("telemetry.endpoint", collector)]
    {
        let web = ["http://", "https://"].iter().any(|scheme| url.strip_prefix(scheme).is_some_and(|host| !host.is_empty()));
        found.unless(url.is_empty() || web, key, || format!("is an address such as \"https://shop.example\", not {url:?}"));
    }
    found.unless(!config.nacos.group.trim().is_empty(), "nacos.group", || "must not be empty".to_owned());
    let registry = config.registry.strip_prefix("nacos://").is_some_and(|host| !host.is_empty());
    found.unless(registry || config.registry.is_empty(), "registry", || {
        "is empty or \"nacos://HOST:8848\" (several: \"nacos://HOST:8848,HOST:8848\")".to_owned()
    });
}

fn development(config: &Config, found: &mut Complaints) {
    let sandbox = &config.channels.sandbox;
    if config.dev {
        for (key, address) in [("listen", Some(config.listen)), ("debug_listen", config.debug_listen)] {
            let Some(address) = address else { continue };
            found.unless(address.ip().is_loopback(), key, || {
                format!(
                    "is {address}, but under --dev calls need no token, so only this machine may call: take 127.0.0.1, or leave --dev away"
                )
            });
        }
    } else {
        let secret = sandbox.secret.expose();
        let weak = secret.chars().count() < SHORTEST_SECRET || secret == DEVELOPMENT_SECRET || is_monotonous(secret);
        found.unless(!sandbox.enabled || !weak, "channels.sandbox.secret", || {
            format!(
                "is empty, shorter than {SHORTEST_SECRET} characters, too simple, or the one for development, which everybody knows: set a random \
                 one (ROCKETMALL_CHANNELS__SANDBOX__SECRET=\"$(openssl rand -hex 32)\"), or switch channels.sandbox.enabled off"
            )
        });
        found.unless(config.trial.crash_at.is_empty(), "trial.crash_at", || "makes the process die, and works under dev only".to_owned());
    }
}

/// The same few characters again and again.
fn is_monotonous(secret: &str) -> bool {
    let mut characters: Vec<char> = secret.chars().collect();
    characters.sort_unstable();
    characters.dedup();
    characters.len() < 6
}

impl Config {
    /// Can it be served? What `serve` needs beside what every command does.
    pub fn check_served(&self) -> Result<(), ConfigError> {
        if self.parts() != Parts::NONE && self.roles != Roles::All && self.bus == BusAddress::Local {
            return Err(ConfigError(
                "roles: the local bus works within one process, which has all roles; set bus to \"rocketmq://HOST:8081\" to run roles apart"
                    .to_owned(),
            ));
        }
        let unspecified = self.rpc_listen.is_some_and(|address| address.ip().is_unspecified());
        if !self.registry.is_empty() && unspecified && self.rpc.advertise.is_empty() {
            return Err(ConfigError(
                "rpc.advertise: must say where other processes reach this one, since rpc_listen takes every address".to_owned(),
            ));
        }
        if let Some(address) = self
            .rpc_listen
            .filter(|address| !address.ip().is_loopback() && self.rpc.secret.expose().is_empty() && self.rpc.tls_ca.is_empty())
        {
            return Err(ConfigError(format!(
                "rpc.secret: must be set, since rpc_listen is {address}, where others than this machine may call: take a random one and give it to \
                 every process of the fleet (ROCKETMALL_RPC__SECRET=\"$(openssl rand -hex 32)\")"
            )));
        }
        if self.rpc.contract && self.rpc_listen.is_none() {
            return Err(ConfigError(
                "rpc.contract: the contract's interfaces are offered at rpc_listen, which is not set: give it an address such as \"127.0.0.1:20880\""
                    .to_owned(),
            ));
        }
        if let Some(role) = [Role::Order, Role::Pay, Role::Message].into_iter().find(|role| self.peers.of(*role).of_java().is_some()) {
            return Err(ConfigError(format!(
                "peers.{role}: only goods, coupon and user can be a Java provider's (tri://HOST:PORT); name the rpc_listen addresses of ours"
            )));
        }
        let missing: Vec<&str> = self.needed_elsewhere().filter(|role| self.peers.of(*role).0.is_empty()).map(Role::name).collect();
        if self.is_apart() && self.registry.is_empty() && !missing.is_empty() {
            return Err(ConfigError(format!(
                "peers: this process calls the roles {}, and nothing says where they are: set a registry, or peers.{} to their rpc_listen addresses",
                missing.join(", "),
                missing[0]
            )));
        }
        Ok(())
    }

    /// The roles that a process with these roles calls and has not itself.
    pub fn needed_elsewhere(&self) -> impl Iterator<Item = Role> {
        let parts = self.parts();
        let needed = move |role: &Role| match role {
            Role::OrderWeb | Role::PayWeb => false,
            _ if self.roles.are_on_the_web() => true,
            // whose tokens are whose is the user role's to say, wherever one is shown
            Role::User => true,
            // whose payment is whose order's, and who hears that it is paid
            Role::Order | Role::Message if parts.hold(Parts::PAYMENTS) => true,
            // orders are placed with the others, each of them is asked whether it has heard a message, and one is the platform
            _ => parts.hold(Parts::ORDERS),
        };
        Role::ALL.into_iter().filter(needed).filter(move |role| !parts.hold(crate::fleet::parts(*role)))
    }
}
