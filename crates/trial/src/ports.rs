//! Ports that stay ours while a server is down.
//!
//! They lie below those that the system gives to outgoing connections: otherwise a client's connection could take the port of
//! a server that was killed before the server is back.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::{Result, bail};

const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

static GIVEN: AtomicU16 = AtomicU16::new(0);

/// An address on this machine that nobody listens on at this moment. Another in every call.
pub fn free() -> Result<SocketAddr> {
    // processes that run at once begin at different places
    let offset = u16::try_from(u64::from(std::process::id()) * 97 % u64::from(COUNT))?;
    for _ in 0..COUNT {
        let given = GIVEN.fetch_add(1, Ordering::Relaxed);
        let port = FIRST + (offset + given % COUNT) % COUNT;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if TcpListener::bind(address).is_ok() {
            return Ok(address);
        }
    }
    bail!("no port from {FIRST} to {} is free", FIRST + COUNT)
}
