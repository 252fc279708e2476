//! Wires a server: the shop, its loops, the channels, the door, and in development the sandbox platform beside it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rocketmall_channels::{Channel, SandboxChannel};
use rocketmall_sandbox::{SandboxConfig, SandboxError, SandboxPlatform};
use rocketmall_store::StoreError;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

use crate::channels::Channels;
use crate::clock::Clock;
use crate::config::Config;
use crate::crash::CrashPoints;
use crate::http::passwords::Passwords;
use crate::http::rates::Rates;
use crate::http::{self, Https, Manners, Shop};
use crate::ids::Ids;
use crate::runtime::{Migrate, Opening, Runtime};
use crate::shutdown::{self, Shutdown, Signals, StopSwitch};
use crate::{bus, listen, worker};

/// Requests under way get so long to finish; the whole drain stays under 15 s (api.md).
const DRAIN: Duration = Duration::from_secs(10);

/// A server that does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {error}; choose another address with --listen")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        error: std::io::Error,
    },
    /// The database does not serve.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A value of the configuration that cannot be used.
    #[error("{0}")]
    Config(String),
}

impl From<SandboxError> for StartError {
    fn from(error: SandboxError) -> Self {
        match error {
            SandboxError::Store(error) => Self::Store(error),
            other => Self::Config(other.to_string()),
        }
    }
}

/// A server that runs.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// The shop.
    pub runtime: Runtime,
    /// Its channels.
    pub channels: Channels,
    /// How its door behaves.
    pub manners: Arc<Manners>,
    stop: StopSwitch,
    server: JoinHandle<()>,
    loops: JoinSet<()>,
    engine: JoinHandle<()>,
    ids: Ids,
}

/// Starts a server.
pub async fn start(config: &Config, clock: Clock) -> Result<Running, StartError> {
    let crash_points = config.crash_at().map(CrashPoints::arm).transpose().map_err(StartError::Config)?.unwrap_or_default();
    listen::make_room(config.listener());
    let listener = TcpListener::bind(config.listen).await.map_err(|error| StartError::Listen { address: config.listen, error })?;
    let address = listener.local_addr().map_err(|error| StartError::Listen { address: config.listen, error })?;
    let opening = Opening {
        database: config.database.expose().to_owned(),
        migrate: if config.migrate { Migrate::Yes } else { Migrate::No },
        clock: Arc::clone(&clock),
        terms: config.terms(),
        limits: config.limits(),
        crash_points,
    };
    let (runtime, engine) = Runtime::open(opening).await?;
    let sandbox = sandbox_channel(config, address, &clock)?;
    let platform = sandbox_platform(config, address, &clock, &runtime).await?;
    let on: Vec<Arc<dyn Channel>> = sandbox.iter().map(|channel| Arc::clone(channel) as Arc<dyn Channel>).collect();
    let channels = Channels::new(on, &config.public_url(address));
    let (stop, told) = shutdown::switch();
    let mut loops = loops(config, &runtime, &channels, platform.clone(), &told);
    let manners = Manners {
        dev: config.dev,
        session_lifetime: config.session_lifetime(),
        longest_body: config.limits.body.0,
        longest_time: config.limits.request_time,
        client_time: config.limits.client_time,
        rates: Rates::new(&config.limits),
        passwords: Passwords::new(config.limits.password_hashes, config.limits.password_queue),
        proxies: config.http.trusted_proxies.0.clone(),
        cors_origins: config.http.cors_origins.0.clone(),
        https: if config.public_url.starts_with("https://") { Https::Only } else { Https::Unknown },
        contract_channel: sandbox,
    };
    let manners = Arc::new(manners);
    loops.spawn(worker::forget::run(Arc::clone(&manners), told.clone()));
    let shop = Shop { runtime: runtime.clone(), channels: channels.clone(), manners: Arc::clone(&manners) };
    let router = http::router(shop, platform.map(|platform| platform.router()));
    let server = tokio::spawn(listen::serve(listener, router, config.listener(), told));
    tracing::info!(%address, database = %config.database, worker = runtime.ids.worker(), dev = config.dev, "listening");
    let ids = runtime.ids.clone();
    Ok(Running { address, runtime, channels, manners, stop, server, loops, engine, ids })
}

fn loops(config: &Config, runtime: &Runtime, channels: &Channels, platform: Option<SandboxPlatform>, told: &Shutdown) -> JoinSet<()> {
    let mut loops = JoinSet::new();
    loops.spawn(bus::local::run(runtime.clone(), told.clone()));
    loops.spawn(worker::timers::run(runtime.clone(), channels.clone(), told.clone()));
    loops.spawn(worker::purge::run(runtime.clone(), config.retention(), told.clone()));
    loops.spawn(worker::lease::run(runtime.clone(), told.clone()));
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
    channel.map(|channel| Some(Arc::new(channel))).map_err(|error| StartError::Config(error.to_string()))
}

/// The platform itself, unless it runs elsewhere.
async fn sandbox_platform(
    config: &Config,
    bound: SocketAddr,
    clock: &Clock,
    runtime: &Runtime,
) -> Result<Option<SandboxPlatform>, StartError> {
    let settings = &config.channels.sandbox;
    if !settings.enabled || !settings.url.is_empty() {
        return Ok(None);
    }
    let clock = Arc::clone(clock);
    let platform = SandboxConfig {
        secret: settings.secret.expose().to_owned(),
        base_url: config.public_url(bound),
        clock: Arc::new(move || clock().millis()),
    };
    Ok(Some(SandboxPlatform::start(runtime.database.clone(), platform).await?))
}

impl Running {
    /// Drains: no new requests, those under way are answered, what is queued is stored, the worker number is given back.
    pub async fn stop(self) {
        let Self { runtime, channels, stop, mut server, mut loops, engine, ids, .. } = self;
        stop.stop();
        if tokio::time::timeout(DRAIN, &mut server).await.is_err() {
            tracing::warn!("some requests did not finish in time; their connections are broken off");
            server.abort();
        }
        let ended = tokio::time::timeout(DRAIN / 5, async { while loops.join_next().await.is_some() {} }).await;
        if ended.is_err() {
            tracing::warn!("some loops did not end in time; their work comes back when its lease is over");
            loops.abort_all();
            while loops.join_next().await.is_some() {}
        }
        drop((runtime, channels));
        if tokio::time::timeout(DRAIN / 5, engine).await.is_err() {
            tracing::warn!("the engine did not end in time");
        }
        if let Err(error) = ids.release().await {
            tracing::warn!(%error, "the worker number could not be given back; its lease runs out by itself");
        }
        tracing::info!("stopped");
    }

    /// Ends the loops: from now on the caller does what is due, at moments of its own choice. For tests that tell the time.
    pub async fn end_loops(&mut self) {
        self.loops.shutdown().await;
    }

    /// Serves until SIGTERM or Ctrl-C, then drains.
    pub async fn until_told(self, signals: &mut Signals) {
        signals.told().await;
        tracing::info!("stopping");
        self.stop().await;
    }
}
