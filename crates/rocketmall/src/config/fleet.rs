//! Where the other processes of a fleet are, and how they are called.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use toml::Value;
use tonic::transport::{Certificate, ClientTlsConfig, Identity, ServerTlsConfig};

use super::setting::{self, Setting};
use super::{Role, Secret};

/// `[rpc]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RpcConfig {
    /// What the processes of a fleet share; empty for none.
    #[serde(with = "setting")]
    pub secret: Secret,
    /// A call is answered within so long, or given up.
    #[serde(with = "setting")]
    pub timeout: Duration,
    /// Are the contract's interfaces offered, to whoever reaches the port?
    #[serde(with = "setting")]
    pub contract: bool,
    /// Where others reach this process, as HOST or HOST:PORT; empty for `rpc_listen`.
    #[serde(with = "setting")]
    pub advertise: String,
    /// This process's certificate chain, a file in PEM form; empty for calls without TLS.
    #[serde(with = "setting")]
    pub tls_cert: String,
    /// Its key.
    #[serde(with = "setting")]
    pub tls_key: String,
    /// The authority that signs the certificates of the fleet.
    #[serde(with = "setting")]
    pub tls_ca: String,
    /// The name that every certificate of the fleet carries.
    #[serde(with = "setting")]
    pub tls_name: String,
}

/// Both ends of a call show a certificate of the fleet's authority.
#[derive(Clone)]
pub struct Tls {
    identity: Identity,
    authority: Certificate,
    name: String,
}

impl RpcConfig {
    /// The certificates, read from their files; `None` where calls go without.
    pub fn tls(&self) -> Result<Option<Tls>, String> {
        let files = [("rpc.tls_cert", &self.tls_cert), ("rpc.tls_key", &self.tls_key), ("rpc.tls_ca", &self.tls_ca)];
        if files.iter().all(|(_, path)| path.is_empty()) {
            return Ok(None);
        }
        let mut contents = Vec::with_capacity(files.len());
        for (key, path) in files {
            if path.is_empty() {
                return Err(format!("{key}: must name a file too: rpc.tls_cert, rpc.tls_key and rpc.tls_ca go together"));
            }
            let content = std::fs::read(path).map_err(|error| format!("{key}: {path} cannot be read: {error}"))?;
            if !content.windows(11).any(|part| part == b"-----BEGIN ") {
                return Err(format!("{key}: {path} is not in PEM form"));
            }
            contents.push(content);
        }
        let identity = Identity::from_pem(&contents[0], &contents[1]);
        Ok(Some(Tls { identity, authority: Certificate::from_pem(&contents[2]), name: self.tls_name.clone() }))
    }
}

impl Tls {
    /// For the end that calls.
    pub fn of_caller(&self) -> ClientTlsConfig {
        ClientTlsConfig::new().identity(self.identity.clone()).ca_certificate(self.authority.clone()).domain_name(self.name.as_str())
    }

    /// For the end that is called.
    pub fn of_server(&self) -> ServerTlsConfig {
        ServerTlsConfig::new().identity(self.identity.clone()).client_ca_root(self.authority.clone())
    }
}

/// `[nacos]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NacosConfig {
    /// The service account; empty where Nacos asks for none.
    #[serde(with = "setting")]
    pub user: String,
    /// Its password.
    #[serde(with = "setting")]
    pub password: Secret,
    /// The id of the namespace; empty for the public one.
    #[serde(with = "setting")]
    pub namespace: String,
    /// The group of the fleet's processes and configuration.
    #[serde(with = "setting")]
    pub group: String,
    /// Where lists are kept over a restart; empty for the folder of temporary files.
    #[serde(with = "setting")]
    pub cache: String,
    /// This process's share of the calls, beside others with its roles.
    #[serde(with = "setting")]
    pub weight: Weight,
}

/// A share beside others'.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Weight(pub f64);

impl Setting for Weight {
    fn read(text: &str) -> Result<Self, String> {
        let weight = text.parse().ok().filter(|weight| (0.0..=10_000.0).contains(weight));
        weight.map(Self).ok_or_else(|| format!("is a number from 0 to 10000, not {text:?}"))
    }

    fn show(&self) -> Value {
        Value::Float(self.0)
    }
}

/// `[peers]`: for each role the processes that have it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct PeersConfig {
    #[serde(with = "setting")]
    pub order: Addresses,
    #[serde(with = "setting")]
    pub pay: Addresses,
    #[serde(with = "setting")]
    pub goods: Addresses,
    #[serde(with = "setting")]
    pub coupon: Addresses,
    #[serde(with = "setting")]
    pub user: Addresses,
    #[serde(with = "setting")]
    pub message: Addresses,
}

impl PeersConfig {
    /// Those of this role.
    pub fn of(&self, role: Role) -> &Addresses {
        const NONE: &Addresses = &Addresses(Vec::new());
        match role {
            Role::OrderWeb | Role::PayWeb => NONE,
            Role::Order => &self.order,
            Role::Pay => &self.pay,
            Role::Goods => &self.goods,
            Role::Coupon => &self.coupon,
            Role::User => &self.user,
            Role::Message => &self.message,
        }
    }

    /// Is any process named?
    pub fn are_named(&self) -> bool {
        Role::ALL.into_iter().any(|role| !self.of(role).0.is_empty())
    }
}

/// How the address of a Java provider begins.
const JAVAS: &str = "tri://";

/// Addresses of processes, as "10.0.0.7:20881,goods.internal:20881"; or of Java's providers, as `tri://10.0.0.7:20880`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses(pub Vec<String>);

impl Addresses {
    /// Those of Java's providers, without their scheme; `None` where they are this program's processes.
    pub fn of_java(&self) -> Option<Vec<&str>> {
        let all: Vec<&str> = self.0.iter().filter_map(|address| address.strip_prefix(JAVAS)).collect();
        Some(all).filter(|all| !all.is_empty())
    }
}

impl Setting for Addresses {
    fn read(text: &str) -> Result<Self, String> {
        let mut addresses = Vec::new();
        for address in text.split(',').map(str::trim).filter(|address| !address.is_empty()) {
            let is_javas = address.starts_with(JAVAS);
            if addresses.first().is_some_and(|first: &String| first.starts_with(JAVAS) != is_javas) {
                return Err("is a list of this program's processes or of Java's providers (tri://HOST:PORT), not of both".to_owned());
            }
            let whole = address;
            let address = address.strip_prefix(JAVAS).unwrap_or(address);
            let port = address.rsplit_once(':').filter(|(host, _)| !host.is_empty()).and_then(|(_, port)| port.parse::<u16>().ok());
            if port.is_none_or(|port| port == 0) || address.contains('/') {
                return Err(format!(
                    "is a list of addresses such as \"10.0.0.7:20881\", or \"tri://10.0.0.7:20880\" for a Java provider, not {address:?}"
                ));
            }
            addresses.push(whole.to_owned());
        }
        Ok(Self(addresses))
    }

    fn show(&self) -> Value {
        Value::String(self.0.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_hosts_with_ports() {
        let read = |text: &str| Addresses::read(text).map(|list| list.0.len());
        assert_eq!(read(""), Ok(0));
        assert_eq!(read("10.0.0.7:20881, goods.internal:20881,[::1]:9"), Ok(3));
        assert_eq!(Addresses::read("10.0.0.7:20881").map(|list| list.of_java().is_none()), Ok(true));
        let javas = Addresses::read("tri://10.0.0.7:20880,tri://java:20880").expect("two");
        assert_eq!(javas.of_java(), Some(vec!["10.0.0.7:20880", "java:20880"]));
        Addresses::read("tri://java:20880,10.0.0.7:20881").expect_err("of both");
        for wrong in
            ["tri://", "tri://goods", "dubbo://goods:20880", "goods", "goods:", ":20881", "goods:0", "http://goods:1", "goods:99999"]
        {
            assert!(read(wrong).is_err_and(|why| why.contains("10.0.0.7:20881")), "{wrong} was taken");
        }
    }
}
