//! Settings of a door on a network: how many calls in how long, whose pages, whose word about addresses.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use ipnet::IpNet;
use toml::Value;

use super::setting::Setting;

/// So many calls in so long; after a pause all at once, then evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many at once.
    pub calls: NonZeroU32,
    /// How long until that many may come again.
    pub per: Duration,
}

impl Rate {
    /// How long until one more may come.
    pub fn pause(self) -> Duration {
        self.per / self.calls.get()
    }
}

impl Setting for Rate {
    fn read(text: &str) -> Result<Self, String> {
        let rate = text.split_once('/').and_then(|(calls, per)| {
            let calls = calls.trim().parse().ok()?;
            let per = humantime::parse_duration(per.trim()).ok()?;
            Some(Self { calls, per })
        });
        let rate = rate.filter(|rate| rate.pause() >= Duration::from_micros(1));
        rate.ok_or_else(|| format!("is so many calls in so long, such as \"10/15m\", or empty for no limit, not {text:?}"))
    }

    fn show(&self) -> Value {
        Value::String(format!("{}/{}", self.calls, humantime::format_duration(self.per)))
    }
}

fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

/// Origins of pages, as browsers send them: scheme, host, port where it is not the usual one, nothing behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins(pub Vec<String>);

impl Setting for Origins {
    fn read(text: &str) -> Result<Self, String> {
        let origin = |text: &str| {
            let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
            let sound = !host.is_empty() && host.bytes().all(|b| b.is_ascii_graphic() && !b"/*?#@\"'<>".contains(&b));
            let lower = text.to_ascii_lowercase();
            if sound { Ok(lower) } else { Err(format!("is a list of origins such as \"https://shop.example\"; {text:?} is none")) }
        };
        items(text).map(origin).collect::<Result<_, _>>().map(Self)
    }

    fn show(&self) -> Value {
        Value::String(self.0.join(","))
    }
}

/// Networks, single addresses among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(pub Vec<IpNet>);

impl Setting for Networks {
    fn read(text: &str) -> Result<Self, String> {
        let network = |text: &str| {
            let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
            network.map_err(|_| format!("is a list of addresses and networks such as \"10.0.0.0/8\"; {text:?} is none"))
        };
        items(text).map(network).collect::<Result<_, _>>().map(Self)
    }

    fn show(&self) -> Value {
        let networks: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        Value::String(networks.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let shown = |value: Value| value.as_str().map(str::to_owned);
        assert_eq!(Rate::read("10/15m").map(|rate| shown(rate.show())), Ok(Some("10/15m".to_owned())));
        for text in ["10", "0/1m", "-1/1m", "1/0s", "ten/1m", "1/", "4000000000/1ms"] {
            Rate::read(text).expect_err(text);
        }
        let origins = Origins::read("https://Shop.example, http://localhost:3000").map(|origins| shown(origins.show()));
        assert_eq!(origins, Ok(Some("https://shop.example,http://localhost:3000".to_owned())));
        for text in ["*", "shop.example", "https://shop.example/", "https://", "null"] {
            Origins::read(text).expect_err(text);
        }
        let networks = Networks::read("10.0.0.0/8,192.0.2.7, 2001:db8::/32").map(|networks| shown(networks.show()));
        assert_eq!(networks, Ok(Some("10.0.0.0/8,192.0.2.7/32,2001:db8::/32".to_owned())));
        for text in ["10.0.0.0/33", "proxy", "10.0.0"] {
            Networks::read(text).expect_err(text);
        }
    }
}
