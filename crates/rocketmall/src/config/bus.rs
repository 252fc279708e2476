//! How messages travel.

use std::fmt;
use std::str::FromStr;

use toml::Value;

use super::setting::Setting;

/// Within this process, or over a broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BusAddress {
    /// Within this process: the outbox is the queue.
    Local,
    /// Over RocketMQ's proxies at these endpoints, each as `http://HOST:PORT` or, with TLS, `https://HOST:PORT`.
    RocketMq(Vec<String>),
}

const PLAIN: (&str, &str) = ("rocketmq://", "http://");
const SECURED: (&str, &str) = ("rocketmqs://", "https://");

impl Setting for BusAddress {
    fn read(text: &str) -> Result<Self, String> {
        let wanted = || {
            format!(
                "is \"local\", \"rocketmq://HOST:8081\" (several proxies: \"rocketmq://HOST:8081,HOST:8081\") or, with TLS, \
                 \"rocketmqs://HOST:8081\", not {text:?}"
            )
        };
        if text == "local" {
            return Ok(Self::Local);
        }
        let found = [PLAIN, SECURED].into_iter().find_map(|(ours, theirs)| Some((text.strip_prefix(ours)?, theirs)));
        let (hosts, scheme) = found.ok_or_else(wanted)?;
        let endpoints: Vec<String> = hosts.split(',').map(|host| format!("{scheme}{}", host.trim().trim_end_matches('/'))).collect();
        rocketmq_grpc::Options::new(&endpoints).map_err(|error| format!("{}: {error}", wanted()))?;
        Ok(Self::RocketMq(endpoints))
    }

    fn show(&self) -> Value {
        Value::String(self.to_string())
    }
}

impl FromStr for BusAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::read(text)
    }
}

impl fmt::Display for BusAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::RocketMq(endpoints) = self else { return f.write_str("local") };
        let secured = endpoints.iter().any(|endpoint| endpoint.starts_with(SECURED.1));
        let (ours, theirs) = if secured { SECURED } else { PLAIN };
        let hosts: Vec<&str> = endpoints.iter().map(|endpoint| endpoint.trim_start_matches(theirs)).collect();
        write!(f, "{ours}{}", hosts.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_shown() {
        for text in ["local", "rocketmq://127.0.0.1:8081", "rocketmqs://a.example:8081,b.example:8082"] {
            assert_eq!(BusAddress::read(text).map(|address| address.to_string()).as_deref(), Ok(text));
        }
        assert_eq!(
            BusAddress::read("rocketmqs://a:1, b:2"),
            Ok(BusAddress::RocketMq(vec!["https://a:1".to_owned(), "https://b:2".to_owned()]))
        );
        for text in ["", "rocketmq://", "kafka://a:1", "rocketmq://a:x"] {
            assert!(BusAddress::read(text).expect_err("no address").contains("rocketmq://HOST:8081"), "{text}");
        }
    }
}
