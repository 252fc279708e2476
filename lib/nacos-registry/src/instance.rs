//! One provider of a service, and the names of services and configurations.

use std::collections::BTreeMap;

use nacos_sdk::api::naming::ServiceInstance;

use crate::error::Error;

/// The group where none is named.
pub const DEFAULT_GROUP: &str = "DEFAULT_GROUP";

/// Where a service is offered, and what its provider says of it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Instance {
    /// Address, as consumers reach it.
    pub ip: String,
    /// Port.
    pub port: u16,
    /// The share of the calls, beside others'; 1 is usual, 0 means none.
    pub weight: f64,
    /// Whether Nacos takes it for alive.
    pub healthy: bool,
    /// Whether an administrator lets it be called.
    pub enabled: bool,
    /// Whether it goes when its provider's connection does. One that stays has to be deregistered, or checked by Nacos.
    pub ephemeral: bool,
    /// What providers and consumers agree on.
    pub metadata: BTreeMap<String, String>,
}

impl Instance {
    /// A healthy, ephemeral one of weight 1, without metadata.
    pub fn new(ip: impl Into<String>, port: u16) -> Self {
        let (weight, metadata) = (1.0, BTreeMap::new());
        Self { ip: ip.into(), port, weight, healthy: true, enabled: true, ephemeral: true, metadata }
    }

    /// Adds to the metadata.
    #[must_use]
    pub fn with_metadata<K: Into<String>, V: Into<String>>(mut self, entries: impl IntoIterator<Item = (K, V)>) -> Self {
        self.metadata.extend(entries.into_iter().map(|(key, value)| (key.into(), value.into())));
        self
    }

    /// Sets the share of the calls.
    #[must_use]
    pub fn with_weight(mut self, weight: f64) -> Self {
        self.weight = weight;
        self
    }

    /// One that stays when its provider goes.
    #[must_use]
    pub fn persistent(mut self) -> Self {
        self.ephemeral = false;
        self
    }

    /// Whether it is to be called: healthy, enabled, and of some weight.
    pub fn is_usable(&self) -> bool {
        self.healthy && self.enabled && self.weight > 0.0
    }

    /// As `HOST:PORT`.
    pub fn address(&self) -> String {
        format!("{}:{}", self.ip, self.port)
    }

    pub(crate) fn is_at(&self, other: &Self) -> bool {
        self.ip == other.ip && self.port == other.port
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        match self {
            Self { ip, .. } if ip.is_empty() || ip.contains(char::is_whitespace) => {
                Err(Error::Usage(format!("an instance needs an address, not {ip:?}")))
            }
            Self { port: 0, .. } => Err(Error::Usage("an instance needs the port that it listens at, not 0".to_owned())),
            Self { weight, .. } if !(0.0..=10_000.0).contains(weight) => {
                Err(Error::Usage(format!("the weight of an instance is from 0 to 10000, not {weight}")))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn to_sdk(&self) -> ServiceInstance {
        ServiceInstance {
            ip: self.ip.clone(),
            port: i32::from(self.port),
            weight: self.weight,
            healthy: self.healthy,
            enabled: self.enabled,
            ephemeral: self.ephemeral,
            metadata: self.metadata.clone().into_iter().collect(),
            ..ServiceInstance::default()
        }
    }

    /// One whose port is none is of no use to anybody.
    fn of_sdk(found: ServiceInstance) -> Option<Self> {
        Some(Self {
            port: u16::try_from(found.port).ok()?,
            ip: found.ip,
            weight: found.weight,
            healthy: found.healthy,
            enabled: found.enabled,
            ephemeral: found.ephemeral,
            metadata: found.metadata.into_iter().collect(),
        })
    }

    /// In an order of our own, so that equal lists are equal.
    pub(crate) fn list(found: Vec<ServiceInstance>) -> Vec<Self> {
        let mut list: Vec<Self> = found.into_iter().filter_map(Self::of_sdk).collect();
        list.sort_by(|a, b| (&a.ip, a.port).cmp(&(&b.ip, b.port)));
        list
    }
}

/// A service or a configuration, in its group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Name {
    pub(crate) name: String,
    pub(crate) group: String,
}

impl Name {
    pub(crate) fn new(name: &str, group: &str) -> Result<Self, Error> {
        for (what, text) in [("name", name), ("group", group)] {
            if text.trim().is_empty() || text.contains("@@") || text.contains(char::is_control) {
                return Err(Error::Usage(format!("{text:?} is no {what} of a service or a configuration in Nacos")));
            }
        }
        Ok(Self { name: name.to_owned(), group: group.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nacos_would_not_take_is_refused_here() {
        assert!(Instance::new("10.0.0.1", 80).check().is_ok());
        assert!(Instance::new("", 80).check().is_err() && Instance::new("10.0.0.1", 0).check().is_err());
        assert!(Instance::new("10.0.0.1", 80).with_weight(-1.0).check().is_err());
        assert!(Instance::new("10.0.0.1", 80).with_weight(f64::NAN).check().is_err());
        assert!(Name::new("providers:a:1.0:", DEFAULT_GROUP).is_ok());
        assert!(Name::new(" ", DEFAULT_GROUP).is_err() && Name::new("a", "").is_err() && Name::new("a@@b", "c").is_err());
    }

    #[test]
    fn it_goes_through_the_sdk_unchanged() {
        let instance = Instance::new("10.0.0.1", 80).with_metadata([("protocol", "tri")]).with_weight(2.0);
        let nobody = ServiceInstance { port: -1, ..ServiceInstance::default() };
        assert_eq!(Instance::list(vec![nobody, instance.to_sdk()]), [instance]);
    }

    #[test]
    fn a_list_does_not_depend_on_the_order_it_came_in() {
        let [a, b] = [Instance::new("10.0.0.1", 80), Instance::new("10.0.0.1", 81)].map(|instance| instance.to_sdk());
        assert_eq!(Instance::list(vec![b.clone(), a.clone()]), Instance::list(vec![a, b]));
    }
}
