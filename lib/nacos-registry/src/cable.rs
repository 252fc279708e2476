//! The wire between the SDK and Nacos, which waits for Nacos instead of failing.
//!
//! By itself the SDK tries ever more seldom to connect, up to 64 s apart: after an outage a service would be missing from Nacos for a minute
//! more, and whoever asks Nacos would find nobody. So the SDK connects to a port of this process, at once and always, and what it says is
//! held until a server is there. A connection that breaks is broken on both sides. And what the SDK never ends is cut off when the cable goes.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::{AbortHandle, JoinSet};

use crate::backoff::some_of;
use crate::error::Error;
use crate::options::Options;

const GRPC_ABOVE_HTTP: u16 = 1000;
/// While no server is there.
const BETWEEN_TRIES: Duration = Duration::from_millis(500);

pub(crate) struct Cable {
    port: u16,
    carrier: AbortHandle,
    /// Counts how often all connections were broken.
    cuts: watch::Sender<u64>,
}

impl Cable {
    /// Lays it, in the tokio runtime that this is called in. `broken` is told when a connection breaks.
    pub(crate) fn new(options: &Options, broken: Arc<Notify>) -> std::io::Result<Self> {
        let listener = std::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let cuts = watch::Sender::new(0);
        let carrying = carry_all(TcpListener::from_std(listener)?, options.clone(), broken, cuts.subscribe());
        Ok(Self { port, carrier: tokio::spawn(carrying).abort_handle(), cuts })
    }

    /// Where the SDK is to connect.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Breaks all connections, so that the SDK makes new ones.
    pub(crate) fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        self.carrier.abort();
    }
}

async fn carry_all(listener: TcpListener, options: Options, broken: Arc<Notify>, cuts: watch::Receiver<u64>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => if let Ok((client, _)) = accepted {
                let (options, broken, mut cuts) = (options.clone(), Arc::clone(&broken), cuts.clone());
                cuts.mark_unchanged();
                connections.spawn(async move {
                    tokio::select! {
                        () = carry(client, &options) => {}
                        _ = cuts.changed() => {}
                    }
                    broken.notify_one();
                });
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Holds one connection until a server is there, and carries until one side ends.
async fn carry(mut client: TcpStream, options: &Options) {
    let mut server = loop {
        match dial(options).await {
            Ok(server) => break server,
            Err(_) => tokio::time::sleep(some_of(BETWEEN_TRIES)).await,
        }
    };
    // small messages that somebody waits for
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) = (client.split(), server.split());
    tokio::select! {
        _ = tokio::io::copy(&mut from_client, &mut to_server) => {}
        _ = tokio::io::copy(&mut from_server, &mut to_client) => {}
    }
}

/// Connects to the gRPC port of the first server that lets us.
pub(crate) async fn dial(options: &Options) -> Result<TcpStream, Error> {
    let mut reason = String::new();
    for server in &options.servers {
        let (host, port) = server.rsplit_once(':').unwrap_or((server, ""));
        let port = options.grpc_port.or_else(|| port.parse::<u16>().ok()?.checked_add(GRPC_ABOVE_HTTP)).unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        reason = match tokio::time::timeout(options.call_limit, TcpStream::connect((host, port))).await {
            Ok(Ok(server)) => return Ok(server),
            Ok(Err(error)) => format!("gRPC port {port} of {host}: {error}"),
            Err(_) => format!("gRPC port {port} of {host}: no answer within {:?}", options.call_limit),
        };
    }
    Err(Error::Unreachable { servers: options.all_servers(), reason })
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    const LIMIT: Duration = Duration::from_secs(10);

    async fn read(stream: &mut TcpStream) -> String {
        let mut bytes = [0; 16];
        let length = tokio::time::timeout(LIMIT, stream.read(&mut bytes)).await.expect("something comes").unwrap_or(0);
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    }

    /// A cable to a port where nobody listens yet, and that port.
    fn cable() -> (Cable, u16) {
        let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let options = Options::new("127.0.0.1").expect("a server").with_grpc_port(port);
        (Cable::new(&options, Arc::default()).expect("a port"), port)
    }

    #[tokio::test]
    async fn what_is_said_before_anybody_listens_is_heard() {
        let (cable, port) = cable();
        let mut client = TcpStream::connect(("127.0.0.1", cable.port())).await.expect("it takes connections");
        client.write_all(b"early").await.expect("it is held");
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("it was free");
        let (mut server, _) = tokio::time::timeout(LIMIT, listener.accept()).await.expect("somebody comes").expect("a connection");
        assert_eq!(read(&mut server).await, "early");
        server.write_all(b"answer").await.expect("a connection");
        assert_eq!(read(&mut client).await, "answer");
        drop(server);
        assert_eq!(read(&mut client).await, "", "it ends for both");
    }

    #[tokio::test]
    async fn all_connections_break_when_it_is_cut_and_when_it_goes() {
        let (cable, port) = cable();
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("it was free");
        let mut client = TcpStream::connect(("127.0.0.1", cable.port())).await.expect("it takes connections");
        let (mut server, _) = listener.accept().await.expect("a connection");
        cable.cut();
        assert_eq!((read(&mut client).await, read(&mut server).await), (String::new(), String::new()));

        let mut client = TcpStream::connect(("127.0.0.1", cable.port())).await.expect("it takes connections again");
        let (mut server, _) = listener.accept().await.expect("a connection");
        client.write_all(b"still").await.expect("a connection");
        assert_eq!(read(&mut server).await, "still");
        drop(cable);
        assert_eq!((read(&mut client).await, read(&mut server).await), (String::new(), String::new()));
    }
}
