//! The listener: connections with limits, so that slow or many clients do not keep the others out.
//!
//! hyper is driven here rather than by `axum::serve`, which sets no time limit for a request's head, counts no connections and
//! has no limit for clients that do not read.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutStream;

use crate::http::address::Peer;
use crate::shutdown::Shutdown;

/// How much the listener takes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once.
    pub connections: usize,
    /// The longest time a client takes to send a head, to begin one on an idle connection, or to take a part of an answer.
    pub client_time: Duration,
    /// Header lines of a request.
    pub headers: usize,
    /// Bytes of a request's head.
    pub head: usize,
}

/// After an error of the operating system, such as too many open files.
const BREATH: Duration = Duration::from_millis(500);

/// Files that are open beside the connections: the database, its connections, those to payment platforms.
const BESIDE: u64 = 512;

/// Lets this process open as many files as it takes connections, as far as the operating system does; in most places it allows
/// 1024 at first and more on request.
pub fn make_room(limits: Limits) {
    let wanted = u64::try_from(limits.connections).unwrap_or(u64::MAX).saturating_add(BESIDE);
    match rlimit::increase_nofile_limit(wanted) {
        Ok(allowed) if allowed >= wanted => {}
        Ok(allowed) => tracing::warn!(allowed, wanted, "too few open files are allowed; raise the hard limit, or lower limits.connections"),
        Err(error) => tracing::warn!(%error, wanted, "the number of open files cannot be raised; see ulimit -n"),
    }
}

/// Serves until told to stop, then until the requests under way are answered. Dropping it breaks all connections off.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, mut told: Shutdown) {
    let (graceful, seats, mut connections) = (GracefulShutdown::new(), Arc::new(Semaphore::new(limits.connections)), JoinSet::new());
    let server = server(limits);
    loop {
        // a seat first: who finds none waits in the operating system's queue
        let taken = async { (Arc::clone(&seats).acquire_owned().await, accept(&listener).await) };
        let (seat, (stream, peer)) = tokio::select! {
            taken = taken => taken,
            () = told.told() => break,
        };
        let connection = server.serve_connection(with_limits(stream, limits), service_fn(door(&router, peer)));
        let watched = graceful.watch(connection);
        connections.spawn(async move {
            let _seat = seat;
            // broken off, or cut off: the client's affair
            if let Err(error) = watched.await {
                tracing::debug!(%peer, error = ?error, "a connection ended early");
            }
        });
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    graceful.shutdown().await;
    while connections.join_next().await.is_some() {}
}

fn server(limits: Limits) -> http1::Builder {
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(limits.client_time).max_headers(limits.headers).max_header_size(limits.head);
    server
}

type Connection = TokioIo<std::pin::Pin<Box<TimeoutStream<TcpStream>>>>;

fn with_limits(stream: TcpStream, limits: Limits) -> Connection {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limits.client_time));
    TokioIo::new(Box::pin(stream))
}

/// The router, told who is at the other end.
fn door(
    router: &Router,
    peer: SocketAddr,
) -> impl Fn(Request<Incoming>) -> <TowerToHyperService<Router> as hyper::service::Service<Request<Body>>>::Future + use<> {
    let router = TowerToHyperService::new(router.clone());
    move |request| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(peer.ip()));
        router.call(request)
    }
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_of_the_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "a connection cannot be accepted");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
}

fn is_of_the_connection(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset)
}
