//! A server that runs, and how it ends.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::{JoinHandle, JoinSet};

use crate::channels::Channels;
use crate::fleet::Fleet;
use crate::http::Manners;
use crate::registry::Places;
use crate::rpc::Contract;
use crate::runtime::Runtime;
use crate::sessions::Sessions;
use crate::shutdown::{Shutdown, Signals, StopSwitch};
use crate::telemetry::metrics::MetricsPush;

/// Requests under way get so long to finish; the whole drain stays under 15 s (api.md).
const DRAIN: Duration = Duration::from_secs(10);

/// Taking this process out of the registry takes so long at most, and so long until everybody has heard of it.
const LEAVING: Duration = Duration::from_secs(2);
const LEFT: Duration = Duration::from_secs(2);

/// All of it, the last words to the collector included, is over by then.
const DRAINED: Duration = Duration::from_millis(14_500);
/// The collector gets so long to take the last metrics, and so long to take the last spans.
const FAREWELL: Duration = Duration::from_secs(2);

/// A server that runs.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where the debug pages take no token, if anywhere.
    pub debug_address: Option<SocketAddr>,
    /// Where other processes call, if anywhere.
    pub rpc_address: Option<SocketAddr>,
    /// The contract's interfaces there, if they are offered: [`Contract::catalog`] is what a registry is told.
    pub contract: Option<Contract>,
    /// Where the parts of the shop are.
    pub fleet: Fleet,
    /// Whose tokens are whose.
    pub sessions: Sessions,
    /// Its channels.
    pub channels: Channels,
    /// How its door behaves.
    pub manners: Arc<Manners>,
    pub(super) stop: StopSwitch,
    pub(super) stop_carrying: StopSwitch,
    pub(super) servers: JoinSet<()>,
    pub(super) loops: JoinSet<()>,
    pub(super) carrying: JoinSet<()>,
    pub(super) engine: Option<JoinHandle<()>>,
    pub(super) push: Option<MetricsPush>,
    pub(super) places: Places,
}

impl Running {
    /// Drains: no new requests, those under way are answered, what is queued is stored, the worker number is given back.
    pub async fn stop(self) {
        let Self {
            fleet,
            contract,
            sessions,
            channels,
            stop,
            stop_carrying,
            mut servers,
            mut loops,
            mut carrying,
            engine,
            push,
            places,
            ..
        } = self;
        let (began, ids, telemetry) = (Instant::now(), fleet.own().map(|own| own.ids.clone()), fleet.process().telemetry.clone());
        if !places.is_empty() {
            // who is not listed gets no new calls; those that have not heard of it yet are answered still
            let _ = tokio::time::timeout(LEAVING, places.leave()).await;
            tokio::time::sleep(LEFT).await;
        }
        stop.stop();
        stop_carrying.stop();
        let answered =
            tokio::time::timeout(DRAIN.saturating_sub(began.elapsed()), async { while servers.join_next().await.is_some() {} }).await;
        if answered.is_err() {
            tracing::warn!("some requests did not finish in time; their connections are broken off");
            servers.abort_all();
        }
        let all = async { while loops.join_next().await.is_some() || carrying.join_next().await.is_some() {} };
        if tokio::time::timeout(DRAIN / 5, all).await.is_err() {
            tracing::warn!("some loops did not end in time; their work comes back when its lease is over");
            loops.shutdown().await;
            carrying.shutdown().await;
        }
        drop((fleet, contract, sessions, channels));
        if let Some(engine) = engine
            && tokio::time::timeout(DRAIN / 5, engine).await.is_err()
        {
            tracing::warn!("the engine did not end in time");
        }
        if let Some(ids) = ids
            && let Err(error) = ids.release().await
        {
            tracing::warn!(%error, "the worker number could not be given back; its lease runs out by itself");
        }
        // what has ended by now is told; a collector that is away holds nobody up
        let left = || DRAINED.saturating_sub(began.elapsed()).min(FAREWELL);
        if let Some(push) = push {
            push.finish(left()).await;
        }
        telemetry.finish(left()).await;
        tracing::info!("stopped");
    }

    /// Told when the server stops.
    pub fn told(&self) -> Shutdown {
        self.stop.told()
    }

    /// This process's own part of the shop.
    ///
    /// # Panics
    /// If it keeps nothing.
    pub fn runtime(&self) -> &Runtime {
        self.fleet.own().expect("this process keeps a part of the shop")
    }

    /// Ends the loops, those of the bus aside: from now on the caller does what is due, at moments of its own choice. For tests
    /// that tell the time.
    pub async fn end_loops(&mut self) {
        self.loops.shutdown().await;
    }

    /// Ends the loops of the bus, with what they have in hand: from now on the caller delivers, or starts another bus.
    pub async fn end_bus(&mut self) {
        self.stop_carrying.stop();
        while self.carrying.join_next().await.is_some() {}
    }

    /// Serves until SIGTERM or Ctrl-C, then drains.
    pub async fn until_told(self, signals: &mut Signals) {
        signals.told().await;
        tracing::info!("stopping");
        self.stop().await;
    }
}
