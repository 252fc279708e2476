//! Wires a server: the shop, its loops, the channels, the door, and in development the sandbox platform beside it.

mod running;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use nacos_registry::Nacos;
use rocketmall_channels::{Channel, SandboxChannel};
use rocketmall_core::part;
use rocketmall_sandbox::{SandboxConfig, SandboxError, SandboxPlatform};
use rocketmall_store::{Database, StoreError};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

use crate::bus::Bus;
use crate::bus::local::Local;
use crate::bus::rocketmq::RocketMq;
use crate::channels::Channels;
use crate::clock::Clock;
use crate::config::{BusAddress, Config, Role};
use crate::crash::CrashPoints;
use crate::current::Current;
use crate::fleet::{self, Caller, Elsewhere, Fleet, JavaRole, Lines, Peer, Port};
use crate::http::passwords::Passwords;
use crate::http::rates::Rates;
use crate::http::{self, Archive, ArchiveError, Https, Manners, Onlookers, Parts, Serves, Shop};
use crate::registry::{self, Places};
use crate::rpc::{Callbacks, Contract};
use crate::runtime::{Migrate, Opening, Process, Runtime};
use crate::sessions::Sessions;
use crate::shutdown::{self, Shutdown};
use crate::telemetry::Telemetry;
use crate::telemetry::metrics::MetricsPush;
use crate::{listen, trace, worker};

pub use running::Running;

/// Timers are looked for so often where only this process tells of new ones.
const TIMERS_LOCAL: Duration = Duration::from_millis(500);
/// Timers are looked for so often where the bus tells of them.
const TIMERS_RUNG: Duration = Duration::from_secs(5);
/// A server that does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {error}; choose another address with {setting}")]
    Listen {
        /// What names the address.
        setting: &'static str,
        /// The address.
        address: SocketAddr,
        /// Why.
        error: std::io::Error,
    },
    /// The database does not serve.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Knife4j's jar cannot be served.
    #[error(transparent)]
    Knife4j(#[from] ArchiveError),
    /// A value of the configuration that cannot be used.
    #[error("{0}")]
    Config(String),
    /// The broker refuses what the bus needs.
    #[error("{0}")]
    Bus(String),
}

impl From<SandboxError> for StartError {
    fn from(error: SandboxError) -> Self {
        match error {
            SandboxError::Store(error) => Self::Store(error),
            other => Self::Config(other.to_string()),
        }
    }
}

/// Starts a server.
pub async fn start(config: &Config, clock: Clock) -> Result<Running, StartError> {
    let nacos = registry::connect(config).await.map_err(StartError::Config)?;
    Box::pin(start_with(config, clock, nacos)).await
}

/// Starts a server that is connected with its registry, if it has one.
pub async fn start_with(config: &Config, clock: Clock, nacos: Option<Nacos>) -> Result<Running, StartError> {
    let crash_points = config.crash_at().map(CrashPoints::arm).transpose().map_err(StartError::Config)?.unwrap_or_default();
    listen::make_room(config.listener());
    let (listener, address) = bind(config.listen, "--listen").await?;
    let debug = match config.debug_listen {
        Some(wanted) => Some(bind(wanted, "debug_listen").await?),
        None => None,
    };
    let rpc = match config.rpc_listen {
        Some(wanted) => Some(bind(wanted, "--rpc-listen").await?),
        None => None,
    };
    // whatever the configuration may have wrong is found before anything runs or is written
    let sandbox = sandbox_channel(config, address, &clock)?;
    let on: Vec<Arc<dyn Channel>> = sandbox.iter().map(|channel| Arc::clone(channel) as Arc<dyn Channel>).collect();
    let channels = Channels::new(on, &config.public_url(address));
    let manners = Arc::new(manners(config, sandbox)?);
    let bus = connect(config).await?;
    let telemetry = Telemetry::start(&config.telemetry).map_err(StartError::Config)?;
    let process = Process::new(Arc::clone(&clock), config.terms(), crash_points, telemetry);
    let (own, engine) = open(config, &process).await?.unzip();
    let fleet = fleet(config, process, own, nacos.as_ref()).await?;
    let sessions = Sessions::of(fleet.clone());
    let platform = sandbox_platform(config, address, &clock, &fleet).await?;
    let (stop, told) = shutdown::switch();
    let push = MetricsPush::new(&fleet);
    let mut loops = loops(config, &fleet, &channels, platform.clone(), &told);
    let (mut carrying, (stop_carrying, carriers_told)) = (JoinSet::new(), shutdown::switch());
    if let Some(own) = fleet.own() {
        Arc::clone(&bus).start(&fleet, own, &carriers_told, &mut carrying);
    }
    if let Some(push) = &push {
        loops.spawn(push.clone().run(told.clone()));
    }
    loops.spawn(worker::forget::run(Arc::clone(&manners), told.clone()));
    let mut servers = JoinSet::new();
    let contract = contract(config, &fleet, &channels);
    let mut places = Places::default();
    let rpc_address = rpc.as_ref().map(|(_, address)| *address);
    if let Some((listener, address)) = rpc {
        let server = fleet::server(&config.rpc).map_err(StartError::Config)?;
        let port = Port { caller: Caller::new(fleet.clone(), channels.clone(), config.rpc.secret.expose()), contract: contract.clone() };
        servers.spawn(fleet::serve(server, listener, port, told.clone()));
        let interfaces = contract.iter().flat_map(|contract| &contract.catalog().interfaces).map(|interface| interface.name.as_str());
        tracing::info!(%address, contract = interfaces.collect::<Vec<_>>().join(","), "other processes call here");
        if let Some(nacos) = &nacos {
            places = registry::register(nacos, config, address, contract.as_ref().map(Contract::catalog)).map_err(StartError::Config)?;
        }
    }
    let parts = Parts {
        fleet: fleet.clone(),
        sessions: sessions.clone(),
        channels: channels.clone(),
        manners: Arc::clone(&manners),
        onlookers: Onlookers::Nobody,
        bus,
        found: places.found(),
    };
    let shop = Shop::of(parts);
    let debug_address = debug.map(|(listener, address)| {
        let router = http::router(shop.for_onlookers(), None);
        servers.spawn(listen::serve(listener, router, config.listener(), told.clone()));
        tracing::info!(%address, "the debug pages and metrics take no token here");
        address
    });
    let router = http::router(shop, platform.map(|platform| platform.router()));
    servers.spawn(listen::serve(listener, router, config.listener(), told));
    if let Some(own) = fleet.own() {
        tracing::info!(%address, database = %config.database, worker = own.ids.worker(), dev = config.dev, "listening");
    } else {
        tracing::info!(%address, database = "none", dev = config.dev, "listening");
    }
    Ok(Running {
        address,
        debug_address,
        rpc_address,
        contract,
        fleet,
        sessions,
        channels,
        manners,
        stop,
        stop_carrying,
        servers,
        loops,
        carrying,
        engine,
        push,
        places,
    })
}

/// The database and the engine, where this process keeps anything.
async fn open(config: &Config, process: &Process) -> Result<Option<(Runtime, JoinHandle<()>)>, StartError> {
    let parts = config.parts();
    if parts == part::Parts::NONE {
        return Ok(None);
    }
    let opening = Opening {
        process: process.clone(),
        database: config.database.expose().to_owned(),
        parts,
        migrate: if config.migrate { Migrate::Yes } else { Migrate::No },
        limits: config.limits(),
    };
    Ok(Some(Runtime::open(opening).await?))
}

/// Who has the parts that are not here: those that the configuration names, else those that the registry lists.
async fn fleet(config: &Config, process: Process, own: Option<Runtime>, nacos: Option<&Nacos>) -> Result<Fleet, StartError> {
    let (mut peers, patience) = (Vec::new(), Current::new(config.rpc.timeout));
    for role in config.needed_elsewhere().filter(|_| config.is_apart()) {
        let named = config.peers.of(role);
        if let Some(javas) = named.of_java() {
            let java = JavaRole::at(role, &javas, patience.clone(), Arc::clone(&process.clock)).map_err(StartError::Config)?;
            peers.push((role, Elsewhere::Java(java)));
            continue;
        }
        let lines = match nacos {
            Some(nacos) if named.0.is_empty() => {
                let listed = registry::follow(nacos, config, role).await.map_err(StartError::Config)?;
                Lines::following(listed, &config.rpc, patience.clone())
            }
            _ => Lines::to(&named.0, &config.rpc, patience.clone()),
        };
        let lines = lines.map_err(StartError::Config)?;
        peers.push((role, Peer::new(role, lines, Arc::clone(&process.metrics)).into()));
    }
    Ok(Fleet::apart(process, own, peers, patience))
}

/// The contract's interfaces, for whoever reaches the port.
fn contract(config: &Config, fleet: &Fleet, channels: &Channels) -> Option<Contract> {
    let callbacks = if config.dev { Callbacks::Believed } else { Callbacks::Refused };
    config.rpc.contract.then(|| Contract::new(fleet.clone(), &config.roles, channels.clone(), callbacks))
}

/// How the door behaves.
fn manners(config: &Config, sandbox: Option<Arc<SandboxChannel>>) -> Result<Manners, ArchiveError> {
    Ok(Manners {
        dev: config.dev,
        knife4j: config.knife4j_jar().map(|path| Archive::read(&path)).transpose()?.map(Arc::new),
        session_lifetime: config.session_lifetime(),
        longest_body: config.limits.body.0,
        longest_time: config.limits.request_time,
        client_time: config.limits.client_time,
        rates: Current::new(Rates::new(&config.limits)),
        passwords: Passwords::new(config.limits.password_hashes, config.limits.password_queue),
        proxies: config.http.trusted_proxies.0.clone(),
        cors_origins: config.http.cors_origins.0.clone(),
        https: if config.public_url.starts_with("https://") { Https::Only } else { Https::Unknown },
        serves: if config.roles.are_on_the_web() { Serves::Shop } else { Serves::Operations },
        contract_channel: sandbox,
    })
}

/// The bus that is configured.
async fn connect(config: &Config) -> Result<Arc<dyn Bus>, StartError> {
    match &config.bus {
        BusAddress::Local => Ok(Arc::new(Local { heard_within: config.messages.heard_within })),
        BusAddress::RocketMq(endpoints) => {
            let bus = RocketMq::new(config, endpoints).map_err(StartError::Config)?;
            bus.check().await.map_err(StartError::Bus)?;
            Ok(Arc::new(bus))
        }
    }
}

async fn bind(wanted: SocketAddr, setting: &'static str) -> Result<(TcpListener, SocketAddr), StartError> {
    let bound = TcpListener::bind(wanted).await.and_then(|listener| listener.local_addr().map(|address| (listener, address)));
    bound.map_err(|error| StartError::Listen { setting, address: wanted, error })
}

fn loops(config: &Config, fleet: &Fleet, channels: &Channels, platform: Option<SandboxPlatform>, told: &Shutdown) -> JoinSet<()> {
    let mut loops = JoinSet::new();
    if let Some(own) = fleet.own() {
        if let Some(of) = config.timers() {
            // a broker rings when a timer is due
            let look_every = if config.bus == BusAddress::Local { TIMERS_LOCAL } else { TIMERS_RUNG };
            loops.spawn(worker::timers::run(fleet.clone(), own.clone(), channels.clone(), of, look_every, told.clone()));
        }
        loops.spawn(worker::purge::run(own.clone(), config.retention(), told.clone()));
        loops.spawn(worker::lease::run(own.clone(), told.clone()));
    }
    if let Some(platform) = platform {
        let mut told = told.clone();
        loops.spawn(async move { platform.run_notifier(async move { told.told().await }).await });
    }
    loops
}

/// The shop's side of the sandbox: it knows the platform by its address and secret alone.
fn sandbox_channel(config: &Config, bound: SocketAddr, clock: &Clock) -> Result<Option<Arc<SandboxChannel>>, StartError> {
    let settings = &config.channels.sandbox;
    if !settings.enabled {
        return Ok(None);
    }
    let channel = SandboxChannel::new(&config.sandbox_url(bound), settings.secret.expose(), Arc::clone(clock));
    channel.map(|channel| Some(Arc::new(channel.with_traceparent(trace::outgoing)))).map_err(|error| StartError::Config(error.to_string()))
}

/// The platform itself, unless it runs elsewhere.
async fn sandbox_platform(config: &Config, bound: SocketAddr, clock: &Clock, fleet: &Fleet) -> Result<Option<SandboxPlatform>, StartError> {
    let settings = &config.channels.sandbox;
    if !settings.enabled || !settings.url.is_empty() || !config.roles.include(Role::PayWeb) {
        return Ok(None);
    }
    let clock = Arc::clone(clock);
    let platform = SandboxConfig {
        secret: settings.secret.expose().to_owned(),
        base_url: config.public_url(bound),
        clock: Arc::new(move || clock().millis()),
    };
    // its tables are its own, wherever they are: a process that keeps nothing gives it a database of its own
    let database = match fleet.own() {
        Some(own) => own.database.clone(),
        None => Database::open(config.database.expose()).await?,
    };
    Ok(Some(SandboxPlatform::start(database, platform).await?))
}
