//! Where a call comes from. `X-Forwarded-For` is believed only as far as trusted proxies wrote it.

use std::net::IpAddr;

use axum::http::HeaderMap;
use axum::http::header::HeaderName;
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The other end of the connection, as the listener puts it into each request.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// The caller's address: the last one that no trusted proxy is known by. What stands before it in the header, the caller may
/// have made up.
pub fn of_caller(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> IpAddr {
    let trusted = |address: IpAddr| proxies.iter().any(|network| network.contains(&address));
    let mut last = peer.to_canonical();
    let lists: Vec<&str> = headers.get_all(FORWARDED_FOR).iter().map(|value| value.to_str().unwrap_or_default()).collect();
    for written in lists.iter().rev().flat_map(|list| list.rsplit(',')) {
        if !trusted(last) {
            break;
        }
        match written.trim().parse::<IpAddr>() {
            Ok(address) => last = address.to_canonical(),
            Err(_) => break,
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_trusted_proxies_wrote_is_believed() {
        let proxies: Vec<IpNet> = ["10.0.0.0/8", "2001:db8::/32"].iter().map(|text| text.parse().expect("a network")).collect();
        let of = |peer: &str, lists: &[&str]| {
            let mut headers = HeaderMap::new();
            for list in lists {
                headers.append(FORWARDED_FOR, list.parse().expect("a header"));
            }
            of_caller(peer.parse().expect("an address"), &headers, &proxies).to_string()
        };
        assert_eq!(of("192.0.2.1", &["198.51.100.9"]), "192.0.2.1", "a stranger is not believed");
        assert_eq!(of("10.0.0.1", &["198.51.100.9"]), "198.51.100.9");
        assert_eq!(of("::ffff:10.0.0.1", &["198.51.100.9"]), "198.51.100.9");
        assert_eq!(of("10.0.0.1", &["203.0.113.5, 198.51.100.9"]), "198.51.100.9", "what the caller sent itself is not");
        assert_eq!(of("10.0.0.1", &["203.0.113.5", "198.51.100.9, 10.0.0.2"]), "198.51.100.9");
        assert_eq!(of("10.0.0.1", &["198.51.100.9, nonsense"]), "10.0.0.1");
        assert_eq!(of("10.0.0.1", &["10.0.0.3, 10.0.0.2"]), "10.0.0.3");
        assert_eq!(of("10.0.0.1", &[]), "10.0.0.1");
    }
}
