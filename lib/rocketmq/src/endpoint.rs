//! One proxy's address, and the channel to it.

use std::net::IpAddr;
use std::time::Duration;

use tonic::transport::{Certificate, Channel, ClientTlsConfig, Uri};

use crate::error::Error;
use crate::options::Options;
use crate::wire;

const DEFAULT_PORT: u16 = 8081;
/// A connection that is silent for so long is asked whether it lives, and given up after the other.
const KEEP_ALIVE: Duration = Duration::from_secs(10);
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(5);

/// `http://HOST:PORT` or `https://HOST:PORT`.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    text: String,
    /// Without the brackets of an IPv6 address.
    host: String,
    port: u16,
    secure: bool,
}

impl Endpoint {
    pub(crate) fn parse(given: &str) -> Result<Self, Error> {
        let wrong = |why: &str| Error::Usage(format!("{given:?} is no endpoint of a RocketMQ proxy (http://HOST:8081): {why}"));
        let uri: Uri = given.trim().parse().map_err(|e| wrong(&format!("{e}")))?;
        let secure = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(wrong("begin it with http:// or https://")),
        };
        let authority = uri.authority().ok_or_else(|| wrong("it names no host"))?;
        if authority.as_str().contains('@') {
            return Err(wrong("access key and secret are given apart"));
        }
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(wrong("nothing may follow the port"));
        }
        let host = authority.host();
        if host.is_empty() {
            return Err(wrong("it names no host"));
        }
        let port = match authority.port() {
            Some(port) => port.as_str().parse().map_err(|_| wrong("the port is none"))?,
            // A host with a colon but no number is not taken for one without.
            None if authority.as_str().len() > host.len() => return Err(wrong("the port is none")),
            None => DEFAULT_PORT,
        };
        let text = format!("{}://{host}:{port}", if secure { "https" } else { "http" });
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        Ok(Self { text, host, port, secure })
    }

    /// As it was given, with its port.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// A channel that connects when it is first used, and again after every break.
    pub(crate) fn channel(&self, options: &Options) -> Result<Channel, Error> {
        let wrong = |e: tonic::transport::Error| Error::Usage(format!("{} cannot be used: {}", self.text, causes(&e)));
        let mut endpoint = Channel::from_shared(self.text.clone())
            .map_err(|e| Error::Usage(format!("{} cannot be used: {e}", self.text)))?
            .connect_timeout(options.request_timeout)
            .tcp_nodelay(true)
            .http2_keep_alive_interval(KEEP_ALIVE)
            .keep_alive_timeout(KEEP_ALIVE_TIMEOUT)
            .keep_alive_while_idle(true);
        if self.secure {
            let tls = ClientTlsConfig::new().domain_name(&self.host).timeout(options.request_timeout);
            let tls = match &options.ca {
                Some(pem) => tls.ca_certificate(Certificate::from_pem(pem)),
                None => tls.with_native_roots(),
            };
            endpoint = endpoint.tls_config(tls).map_err(wrong)?;
        }
        Ok(endpoint.connect_lazy())
    }

    /// As the protocol writes it.
    pub(crate) fn wire(&self) -> wire::Endpoints {
        let scheme = match self.host.parse() {
            Ok(IpAddr::V4(_)) => wire::AddressScheme::IPv4,
            Ok(IpAddr::V6(_)) => wire::AddressScheme::IPv6,
            Err(_) => wire::AddressScheme::DomainName,
        };
        let address = wire::Address { host: self.host.clone(), port: i32::from(self.port) };
        wire::Endpoints { scheme: scheme.into(), addresses: vec![address] }
    }
}

fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_read() {
        for (given, text, scheme) in [
            ("http://127.0.0.1:18081", "http://127.0.0.1:18081", wire::AddressScheme::IPv4),
            (" https://mq.example.org/ ", "https://mq.example.org:8081", wire::AddressScheme::DomainName),
            ("http://[::1]:9", "http://[::1]:9", wire::AddressScheme::IPv6),
            ("http://[::1]", "http://[::1]:8081", wire::AddressScheme::IPv6),
        ] {
            let endpoint = Endpoint::parse(given).expect(given);
            assert_eq!(endpoint.text(), text);
            assert_eq!(endpoint.wire().scheme, i32::from(scheme), "{given}");
            assert!(!endpoint.wire().addresses[0].host.contains('['), "{given}");
        }
    }

    #[test]
    fn what_is_no_endpoint_is_told() {
        for given in [
            "",
            "127.0.0.1:8081",
            "mq",
            "ftp://mq:1",
            "http://",
            "http://mq:port",
            "http://mq:99999",
            "http://mq:",
            "http://u:p@mq:1",
            "http://mq/a",
            "http://mq?a",
        ] {
            let error = Endpoint::parse(given).expect_err(given);
            assert!(error.to_string().contains("is no endpoint of a RocketMQ proxy"), "{error}");
        }
    }
}
