//! A wire between two processes that can be cut, at the moment when it hurts: it knows where a request and where an answer begins.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::server::free_port;

/// What the wire does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wire {
    /// Carries everything.
    Whole,
    /// Nobody is there: connections are refused, those that are open break.
    Away,
    /// Breaks where a request begins, before a byte of it has got through.
    BreaksBefore,
    /// Breaks where an answer begins: the request has got through, and what it asked for is done.
    BreaksAfter,
    /// Carries nothing and says nothing; what was sent meanwhile comes later.
    Hangs,
}

/// A wire to a process on this machine. It ends with its runtime.
pub(crate) struct Relay {
    port: u16,
    state: watch::Sender<Wire>,
    broken: Arc<AtomicUsize>,
}

impl Relay {
    pub(crate) fn to(target: u16) -> Self {
        let (port, (state, told), broken) = (free_port(), watch::channel(Wire::Whole), Arc::new(AtomicUsize::new(0)));
        tokio::spawn(listen(port, target, told, Arc::clone(&broken)));
        Self { port, state, broken }
    }

    /// Where it begins.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) fn is(&self, wire: Wire) {
        self.state.send_replace(wire);
    }

    /// So many requests and answers it has broken.
    pub(crate) fn broken(&self) -> usize {
        self.broken.load(Ordering::SeqCst)
    }
}

async fn listen(port: u16, target: u16, mut told: watch::Receiver<Wire>, broken: Arc<AtomicUsize>) {
    let here = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    loop {
        if told.wait_for(|wire| *wire != Wire::Away).await.is_err() {
            return;
        }
        let listener = TcpListener::bind(here).await.expect("a port of its own");
        loop {
            tokio::select! {
                accepted = listener.accept() => {
                    let (near, _) = accepted.expect("a connection");
                    tokio::spawn(carry(near, target, told.clone(), Arc::clone(&broken)));
                }
                () = until_away(&mut told) => break,
            }
        }
    }
}

/// Forever, if nobody says so.
async fn until_away(told: &mut watch::Receiver<Wire>) {
    if told.wait_for(|wire| *wire == Wire::Away).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Both ways, until one end closes or the wire breaks.
async fn carry(near: TcpStream, target: u16, mut told: watch::Receiver<Wire>, broken: Arc<AtomicUsize>) {
    let Ok(far) = TcpStream::connect((Ipv4Addr::LOCALHOST, target)).await else { return };
    for stream in [&near, &far] {
        stream.set_nodelay(true).expect("a socket");
    }
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    let there = one_way(near_in, far_out, Frames::after(PREFACE), Wire::BreaksBefore, told.clone());
    let back = one_way(far_in, near_out, Frames::after(0), Wire::BreaksAfter, told.clone());
    let broke = tokio::select! {
        broke = there => broke,
        broke = back => broke,
        () = until_away(&mut told) => true,
    };
    broken.fetch_add(usize::from(broke), Ordering::SeqCst);
}

/// Whether it broke.
async fn one_way(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut frames: Frames,
    breaks: Wire,
    mut told: watch::Receiver<Wire>,
) -> bool {
    let mut bytes = vec![0; 16 << 10];
    loop {
        let Ok(count @ 1..) = from.read(&mut bytes).await else { return false };
        let begins = frames.pass(&bytes[..count]);
        if told.wait_for(|wire| *wire != Wire::Hangs).await.is_err() {
            return false;
        }
        if begins && *told.borrow() == breaks {
            return true;
        }
        if to.write_all(&bytes[..count]).await.is_err() {
            return false;
        }
    }
}

/// The bytes before the first frame of whoever calls.
const PREFACE: usize = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".len();
/// Of a frame, before its content: three bytes of length, one of kind, and what does not matter here.
const HEAD: usize = 9;
/// The kind of the frame that a request and an answer begin with.
const HEADERS: u8 = 1;

/// Follows the frames of HTTP/2.
struct Frames {
    /// Bytes until the next head.
    left: usize,
    head: Vec<u8>,
}

impl Frames {
    fn after(preface: usize) -> Self {
        Self { left: preface, head: Vec::with_capacity(HEAD) }
    }

    /// Does a request or an answer begin in these bytes?
    fn pass(&mut self, bytes: &[u8]) -> bool {
        let mut begins = false;
        for byte in bytes {
            if self.left > 0 {
                self.left -= 1;
                continue;
            }
            self.head.push(*byte);
            if let [high, middle, low, kind, _, _, _, _, _] = self.head[..] {
                begins |= kind == HEADERS;
                self.left = usize::try_from(u32::from_be_bytes([0, high, middle, low])).expect("three bytes");
                self.head.clear();
            }
        }
        begins
    }
}
