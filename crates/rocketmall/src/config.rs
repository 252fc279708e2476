//! What this process was told to do: flag > environment > Nacos > file > default (`config.default.toml`, which is the reference).
//!
//! [`load`] merges the sources and remembers where each value came from; `setting` is how values are written;
//! `check` holds the rules between values; `show` prints them.

mod bus;
mod check;
mod fleet;
mod load;
mod net;
mod secret;
mod setting;
mod show;
mod sources;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use rocketmall_core::basket::Terms;
use rocketmall_core::money::Cents;
use rocketmall_core::part::Parts;
use rocketmall_store::claim::{Retention, TimersOf};
use serde::{Deserialize, Serialize};

use crate::engine::Limits;
use crate::listen;

pub use bus::BusAddress;
pub use fleet::{Addresses, NacosConfig, PeersConfig, RpcConfig, Tls};
pub use load::{ConfigError, Loaded, load, load_with};
pub use net::{Networks, Origins, Rate};
pub use secret::{DatabaseUrl, Secret};
pub use setting::{ByteSize, LogFormat, Ratio, Role, Roles};
pub use show::Entry;
pub use sources::{DYNAMIC, DYNAMIC_CONFIG, Flag, Sources};

/// The annotated defaults.
pub const DEFAULTS: &str = include_str!("../config.default.toml");

/// What signs the sandbox platform's calls under `dev`, unless another secret is set. Public, so good for nothing else.
pub const DEVELOPMENT_SECRET: &str = "rocketmall-development-secret";

/// Where `cargo xtask knife4j` leaves the jar, from the root of a checkout.
pub const KNIFE4J_IN_TARGET: &str = "target/knife4j/knife4j-openapi3-ui-4.5.0.jar";

/// Everything that can be set, checked. Serialising is for showing it: secrets come out masked.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The database.
    #[serde(with = "setting")]
    pub database: DatabaseUrl,
    /// How log lines look.
    #[serde(with = "setting")]
    pub log: LogFormat,
    /// What is logged, as tracing's filter directives.
    #[serde(with = "setting")]
    pub log_level: String,
    /// Where the server listens.
    #[serde(with = "setting")]
    pub listen: SocketAddr,
    /// What this process does.
    #[serde(with = "setting")]
    pub roles: Roles,
    /// How messages travel.
    #[serde(with = "setting")]
    pub bus: BusAddress,
    /// Where processes find each other; empty for nowhere.
    #[serde(with = "setting")]
    pub registry: String,
    /// Where calls from other processes are taken.
    #[serde(with = "setting")]
    pub rpc_listen: Option<SocketAddr>,
    /// Development: loopback only, calls without a token are an administrator's.
    #[serde(with = "setting")]
    pub dev: bool,
    /// May `serve` change the schema?
    #[serde(with = "setting")]
    pub migrate: bool,
    /// As set; [`Config::public_url`] is the one in effect.
    #[serde(with = "setting")]
    pub public_url: String,
    /// Where the debug pages and the metrics take no token, if anywhere.
    #[serde(with = "setting")]
    pub debug_listen: Option<SocketAddr>,
    /// As set; [`Config::knife4j_jar`] is the one in effect.
    #[serde(with = "setting")]
    pub knife4j: String,
    /// Orders.
    pub order: OrderConfig,
    /// Payments.
    pub payment: PaymentConfig,
    /// Refunds.
    pub refund: RefundConfig,
    /// Messages.
    pub messages: MessagesConfig,
    /// The broker.
    pub rocketmq: RocketMqConfig,
    /// How other processes are called.
    pub rpc: RpcConfig,
    /// Where they are.
    pub peers: PeersConfig,
    /// The registry.
    pub nacos: NacosConfig,
    /// How long finished rows stay.
    pub retention: RetentionConfig,
    /// How much is taken at once.
    pub limits: LimitsConfig,
    /// The door on the network.
    pub http: HttpConfig,
    /// Logins.
    pub session: SessionConfig,
    /// Payment channels.
    pub channels: ChannelsConfig,
    /// What a telemetry collector is told.
    pub telemetry: TelemetryConfig,
    /// For trials.
    pub trial: TrialConfig,
}

/// `[order]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OrderConfig {
    /// An unpaid order is cancelled after so long.
    #[serde(with = "setting")]
    pub unpaid_timeout: Duration,
    /// A shipped order counts as received after so long.
    #[serde(with = "setting")]
    pub receive_after: Duration,
    /// Freight of an order whose goods cost `free_over` or less.
    #[serde(with = "setting")]
    pub freight: Cents,
    /// Orders whose goods cost more go free of freight.
    #[serde(with = "setting")]
    pub free_over: Cents,
    /// A pre-order that is not confirmed after so long is given up.
    #[serde(with = "setting")]
    pub placing_lease: Duration,
}

/// `[payment]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentConfig {
    /// A payment that nobody reported on is asked for after so long.
    #[serde(with = "setting")]
    pub query_after: Duration,
}

/// `[refund]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RefundConfig {
    /// A refund that its platform has not finished after so long counts as failed.
    #[serde(with = "setting")]
    pub patience: Duration,
}

/// `[messages]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MessagesConfig {
    /// Tries in all.
    #[serde(with = "setting")]
    pub tries: i64,
    /// The pause before the second.
    #[serde(with = "setting")]
    pub backoff: Duration,
    /// A sent message is sent again if a group has not taken it within this time.
    #[serde(with = "setting")]
    pub heard_within: Duration,
}

/// `[rocketmq]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RocketMqConfig {
    /// Stands before every topic and group.
    #[serde(with = "setting")]
    pub prefix: String,
    /// The user; empty where the cluster asks for none.
    #[serde(with = "setting")]
    pub access_key: String,
    /// The user's secret.
    #[serde(with = "setting")]
    pub secret_key: Secret,
    /// Authorities in PEM form that count, instead of the machine's own; empty for those.
    #[serde(with = "setting")]
    pub ca: String,
    /// How long a message is kept from others while it is worked on.
    #[serde(with = "setting")]
    pub invisible: Duration,
}

/// `[retention]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionConfig {
    /// Sent messages.
    #[serde(with = "setting")]
    pub outbox: Duration,
    /// Consumed messages.
    #[serde(with = "setting")]
    pub inbox: Duration,
    /// Remembered answers.
    #[serde(with = "setting")]
    pub idempotency: Duration,
}

/// `[limits]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsConfig {
    /// Commands that wait at most.
    #[serde(with = "setting")]
    pub queue: usize,
    /// Commands in one transaction at most.
    #[serde(with = "setting")]
    pub batch: usize,
    /// Transactions of commands at the same time.
    #[serde(with = "setting")]
    pub lanes: usize,
    /// The largest body of a request.
    #[serde(with = "setting")]
    pub body: ByteSize,
    /// The longest time of a request.
    #[serde(with = "setting")]
    pub request_time: Duration,
    /// Connections at once.
    #[serde(with = "setting")]
    pub connections: usize,
    /// The longest time a client takes to send a head or a body, or to take a part of an answer.
    #[serde(with = "setting")]
    pub client_time: Duration,
    /// Header lines of a request.
    #[serde(with = "setting")]
    pub headers: usize,
    /// The longest head of a request.
    #[serde(with = "setting")]
    pub head: ByteSize,
    /// Logins and registrations from one address.
    #[serde(with = "setting")]
    pub logins_per_address: Option<Rate>,
    /// Logins for one mobile number.
    #[serde(with = "setting")]
    pub logins_per_mobile: Option<Rate>,
    /// Orders for one user.
    #[serde(with = "setting")]
    pub orders_per_user: Option<Rate>,
    /// Orders of users from one address.
    #[serde(with = "setting")]
    pub orders_per_address: Option<Rate>,
    /// Passwords hashed at the same time.
    #[serde(with = "setting")]
    pub password_hashes: usize,
    /// Logins and registrations that wait for that.
    #[serde(with = "setting")]
    pub password_queue: usize,
}

/// `[http]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct HttpConfig {
    /// Whose pages may call.
    #[serde(with = "setting")]
    pub cors_origins: Origins,
    /// Whose word about the caller's address is believed.
    #[serde(with = "setting")]
    pub trusted_proxies: Networks,
}

/// `[session]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SessionConfig {
    /// How long a login is good.
    #[serde(with = "setting")]
    pub lifetime: Duration,
}

/// `[channels]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelsConfig {
    /// The platform for development.
    pub sandbox: SandboxConfig,
}

/// `[channels.sandbox]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SandboxConfig {
    /// Is it there? Always under `dev`, unless switched off by name.
    #[serde(with = "setting")]
    pub enabled: bool,
    /// Signs the calls; never empty where it is enabled.
    #[serde(with = "setting")]
    pub secret: Secret,
    /// As set; [`Config::sandbox_url`] is the one in effect.
    #[serde(with = "setting")]
    pub url: String,
}

/// `[telemetry]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TelemetryConfig {
    /// Where the collector is; empty for none.
    #[serde(with = "setting")]
    pub endpoint: String,
    /// Headers of the calls to it.
    #[serde(with = "setting")]
    pub headers: Secret,
    /// What this program is called there.
    #[serde(with = "setting")]
    pub service_name: String,
    /// The part of the traces that begin here which is recorded.
    #[serde(with = "setting")]
    pub sampling_ratio: Ratio,
    /// Metrics are sent so often.
    #[serde(with = "setting")]
    pub metrics_interval: Duration,
}

/// `[trial]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TrialConfig {
    /// Where the process dies (see [`crate::crash`]); empty for nowhere.
    #[serde(with = "setting")]
    pub crash_at: String,
}

impl Config {
    /// The shop's terms.
    pub fn terms(&self) -> Terms {
        Terms {
            freight: self.order.freight,
            free_over: self.order.free_over,
            unpaid_timeout: millis(self.order.unpaid_timeout),
            payment_query_after: millis(self.payment.query_after),
            receive_after: millis(self.order.receive_after),
            refund_patience: millis(self.refund.patience),
            saga_lease: millis(self.order.placing_lease),
            message_tries: self.messages.tries,
            message_backoff: millis(self.messages.backoff),
        }
    }

    /// The keys that may change while the process runs and differ from `other`'s.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let shown = |config: &Self| toml::Table::try_from(config).unwrap_or_default();
        let (ours, theirs) = (shown(self), shown(other));
        let value = |table: &toml::Table, key: &str| {
            let mut parts = key.split('.');
            let first = table.get(parts.next()?)?;
            Some(parts.try_fold(first, |inner, part| inner.get(part))?.clone())
        };
        DYNAMIC.into_iter().filter(|key| value(&ours, key) != value(&theirs, key)).map(str::to_owned).collect()
    }

    /// Does this process keep its own parts of the shop in its own database, beside others that keep the rest?
    pub fn is_apart(&self) -> bool {
        self.roles != Roles::All && (self.rpc_listen.is_some() || !self.registry.is_empty() || self.peers.are_named())
    }

    /// Where others reach this process, whose calls are taken at `bound`.
    pub fn advertised(&self, bound: SocketAddr) -> (String, u16) {
        match self.rpc.advertise.rsplit_once(':') {
            _ if self.rpc.advertise.is_empty() => (bound.ip().to_string(), bound.port()),
            Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => {
                (host.to_owned(), port.parse().unwrap_or(bound.port()))
            }
            _ => (self.rpc.advertise.clone(), bound.port()),
        }
    }

    /// The parts of the shop in this process's database.
    pub fn parts(&self) -> Parts {
        if self.is_apart() { crate::fleet::owners(&self.roles) } else { Parts::ALL }
    }

    /// Whose timers this process takes up, if anybody's. Apart, they are all the orders': the pay role is asked then.
    pub fn timers(&self) -> Option<TimersOf> {
        if self.is_apart() { self.roles.include(Role::Order).then_some(TimersOf::Everybody) } else { self.roles.timers() }
    }

    /// How much the engine takes at once.
    pub fn limits(&self) -> Limits {
        Limits { queue: self.limits.queue, batch: self.limits.batch, lanes: self.limits.lanes }
    }

    /// How much the listener takes.
    pub fn listener(&self) -> listen::Limits {
        let LimitsConfig { connections, client_time, headers, head, .. } = self.limits;
        listen::Limits { connections, client_time, headers, head: head.0 }
    }

    /// How long finished rows stay.
    pub fn retention(&self) -> Retention {
        Retention {
            outbox: millis(self.retention.outbox),
            inbox: millis(self.retention.inbox),
            idempotency: millis(self.retention.idempotency),
        }
    }

    /// How long a login is good, in milliseconds.
    pub fn session_lifetime(&self) -> i64 {
        millis(self.session.lifetime)
    }

    /// The address customers and platforms use, for a server that is bound to `bound`. No slash at its end.
    pub fn public_url(&self, bound: SocketAddr) -> String {
        if self.public_url.is_empty() { own_url(bound) } else { self.public_url.trim_end_matches('/').to_owned() }
    }

    /// Where the sandbox platform is, for a server that is bound to `bound`. No slash at its end.
    pub fn sandbox_url(&self, bound: SocketAddr) -> String {
        let url = &self.channels.sandbox.url;
        if url.is_empty() { own_url(bound) } else { url.trim_end_matches('/').to_owned() }
    }

    /// The jar with Knife4j's page, if there is one. A working directory decides nothing about a server that is not for development.
    pub fn knife4j_jar(&self) -> Option<PathBuf> {
        if self.knife4j.is_empty() {
            return Some(PathBuf::from(KNIFE4J_IN_TARGET)).filter(|path| self.dev && path.is_file());
        }
        Some(PathBuf::from(&self.knife4j))
    }

    /// Where trials make the process die, if anywhere.
    pub fn crash_at(&self) -> Option<&str> {
        Some(self.trial.crash_at.as_str()).filter(|place| !place.is_empty())
    }
}

/// A server that listens everywhere is reached through the loopback address too.
fn own_url(bound: SocketAddr) -> String {
    let ip = match bound.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(ip, bound.port()))
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
