//! The ports of a stack: the usual ones, or others where somebody else listens on those.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, TcpListener, TcpStream};

use anyhow::{Context, Result, bail};

/// Between one try and the next.
const STEP: u16 = 20;
const TRIES: u16 = 100;

/// A port that a stack needs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) name: &'static str,
    /// The one it has by custom.
    pub(super) usual: u16,
    /// More that the same server opens, counted from it.
    pub(super) beside: &'static [i16],
}

/// Ports by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ports(Vec<(String, u16)>);

impl Ports {
    /// The usual port of each, or the next above that is free. `is_free` tells.
    pub(super) fn choose(wanted: &[Wanted], is_free: impl Fn(u16) -> bool) -> Result<Self> {
        let mut chosen = Self::default();
        let mut used = Vec::new();
        for want in wanted {
            let all = |port: u16| std::iter::once(0).chain(want.beside.iter().copied()).map(move |by| port.saturating_add_signed(by));
            let mut candidates = (0..TRIES).map(|n| want.usual.saturating_add(n * STEP));
            let found = candidates.find(|port| all(*port).all(|port| !used.contains(&port) && is_free(port)));
            let port = found.with_context(|| format!("no free port for {} from {} on", want.name, want.usual))?;
            if port != want.usual {
                eprintln!("another process listens at {} or beside it: {} gets {port}", want.usual, want.name);
            }
            used.extend(all(port));
            chosen.0.push((want.name.to_owned(), port));
        }
        Ok(chosen)
    }

    /// Reads what `to_text` wrote.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let lines = text.lines().map(|line| line.split_once(' ').and_then(|(name, port)| Some((name.to_owned(), port.parse().ok()?))));
        lines.collect::<Option<Vec<_>>>().map(Self)
    }

    /// A line for each: name, port.
    pub(super) fn to_text(&self) -> String {
        self.0.iter().fold(String::new(), |mut text, (name, port)| {
            let _ = writeln!(text, "{name} {port}");
            text
        })
    }

    pub(super) fn get(&self, name: &str) -> Result<u16> {
        match self.0.iter().find(|(known, _)| known == name) {
            Some((_, port)) => Ok(*port),
            None => bail!("the stack has no port {name:?}; `cargo xtask stack down`, then up, chooses its ports anew"),
        }
    }
}

/// Whether nobody listens there, on any address: some of the servers take them all.
pub(super) fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok()
}

/// Whether somebody accepts connections there. It is no sign of being ready.
pub(super) fn is_open(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// Whether a connection to that port of this machine is up.
pub(super) fn is_connected_to(port: u16) -> bool {
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    let (remote, established) = (format!("0100007F:{port:04X}"), "01");
    table.lines().any(|line| {
        let mut words = line.split_whitespace().skip(2);
        words.next() == Some(&remote) && words.next() == Some(established)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BROKERS: [Wanted; 2] =
        [Wanted { name: "a", usual: 10911, beside: &[-2, 1] }, Wanted { name: "b", usual: 10912, beside: &[-2, 1] }];

    #[test]
    fn the_usual_ports_are_taken_where_they_are_free() {
        let ports = Ports::choose(&BROKERS[..1], |_| true).expect("all are free");
        assert_eq!(ports.get("a").expect("it was wanted"), 10911);
    }

    #[test]
    fn a_foreign_port_is_avoided_and_so_are_our_own() {
        let ports = Ports::choose(&BROKERS, |port| port != 10909).expect("others are free");
        // 10909 is beside 10911, and 10912 beside the first as well as the second one's usual.
        assert_eq!((ports.get("a").expect("wanted"), ports.get("b").expect("wanted")), (10931, 10912));
        let ports = Ports::choose(&BROKERS, |_| true).expect("all are free");
        assert_eq!((ports.get("a").expect("wanted"), ports.get("b").expect("wanted")), (10911, 10932));
    }

    #[test]
    fn they_are_read_as_they_were_written() {
        let ports = Ports::choose(&BROKERS, |_| true).expect("all are free");
        assert_eq!(Ports::parse(&ports.to_text()), Some(ports));
        assert_eq!(Ports::parse("a 1\nnonsense\n"), None);
    }

    #[test]
    fn a_port_with_a_listener_is_not_free() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there are free ports");
        let port = listener.local_addr().expect("it is bound").port();
        assert!(!is_free(port));
        assert!(!is_connected_to(port));
        let _connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("it listens");
        assert!(is_open(port) && is_connected_to(port));
    }
}
