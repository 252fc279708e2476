//! Where Nacos is, who is calling, and how long to wait.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::error::Error;

const USUAL_PORT: u16 = 8848;
/// Longer and a caller takes it for dead.
const CALL_LIMIT: Duration = Duration::from_secs(3);
const LOOK: Duration = Duration::from_secs(5);

/// What [`Nacos`](crate::Nacos) needs to know.
///
/// Nothing of it is taken from the environment: the variables that other clients of Nacos read have no say here.
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) servers: Vec<String>,
    pub(crate) grpc_port: Option<u16>,
    pub(crate) namespace: String,
    pub(crate) login: Option<Login>,
    pub(crate) application: String,
    pub(crate) cache: PathBuf,
    pub(crate) call_limit: Duration,
    pub(crate) look: Duration,
    pub(crate) patience: Patience,
}

impl Options {
    /// The servers as `HOST:PORT`, several with commas between; the port is that of Nacos's HTTP API, 8848 if none is given, and the one
    /// for gRPC is expected 1000 above it. TLS isn't there.
    ///
    /// # Errors
    /// [`Error::Usage`] if there is none, or one is not of that form.
    pub fn new(servers: &str) -> Result<Self, Error> {
        let parts = servers.split(',').map(str::trim).filter(|server| !server.is_empty());
        let servers = parts.map(server).collect::<Result<Vec<_>, _>>()?;
        if servers.is_empty() {
            return Err(Error::Usage("give at least one Nacos server, as HOST:8848".to_owned()));
        }
        Ok(Self {
            servers,
            grpc_port: None,
            namespace: String::new(),
            login: None,
            application: "nacos-registry".to_owned(),
            cache: std::env::temp_dir().join("nacos-registry"),
            call_limit: CALL_LIMIT,
            look: LOOK,
            patience: Patience::default(),
        })
    }

    /// The gRPC port of every server, where it isn't 1000 above the other.
    #[must_use]
    pub fn with_grpc_port(mut self, port: u16) -> Self {
        self.grpc_port = Some(port);
        self
    }

    /// The id of the namespace; empty, as it is by default, means `public`.
    #[must_use]
    pub fn with_namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = namespace.into();
        if self.namespace == "public" {
            self.namespace.clear();
        }
        self
    }

    /// Logs in, as Nacos wants it where `nacos.core.auth.enabled` is set.
    #[must_use]
    pub fn with_login(mut self, login: Login) -> Self {
        self.login = Some(login);
        self
    }

    /// What Nacos shows as the application of this client.
    #[must_use]
    pub fn with_application(mut self, name: impl Into<String>) -> Self {
        self.application = name.into();
        self
    }

    /// Where the SDK writes what it was told; nothing is ever read from there. By default a folder among the system's temporary ones.
    #[must_use]
    pub fn with_cache_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.cache = folder.into();
        self
    }

    /// How long one question to Nacos may take, 3 s by default.
    #[must_use]
    pub fn with_call_limit(mut self, limit: Duration) -> Self {
        self.call_limit = limit;
        self
    }

    /// How often is asked what a push may have left out: 5 s by default for each service that is watched or registered, and for each configuration.
    #[must_use]
    pub fn with_look(mut self, every: Duration) -> Self {
        self.look = every;
        self
    }

    /// When an empty list is believed.
    #[must_use]
    pub fn with_patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// All servers in one text.
    pub(crate) fn all_servers(&self) -> String {
        self.servers.join(",")
    }
}

fn server(text: &str) -> Result<String, Error> {
    let wrong = || Error::Usage(format!("{text:?} is no Nacos server: write HOST:PORT, without http:// and path"));
    if text.contains("://") || text.contains(['/', '@', ' ']) {
        return Err(wrong());
    }
    // an IPv6 address has colons of its own, in brackets
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port.parse::<u16>().map_err(|_| wrong())?),
        _ => (text, USUAL_PORT),
    };
    if host.is_empty() { Err(wrong()) } else { Ok(format!("{host}:{port}")) }
}

/// How long nothing has to be listed, without a break and by a Nacos that answers, until it is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// While Nacos has been there all the time.
    pub settled: Duration,
    /// After Nacos was away: services come back to it one by one, the slowest after little more than a minute.
    pub after_outage: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { settled: Duration::from_secs(30), after_outage: Duration::from_secs(90) }
    }
}

/// A user of Nacos and the password, which is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    pub(crate) user: String,
    pub(crate) password: String,
}

impl Login {
    /// As the administrator gave them.
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self { user: user.into(), password: password.into() }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("user", &self.user).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_hosts_with_ports() {
        let servers = |text| Options::new(text).map(|options| options.all_servers());
        assert_eq!(servers("a, b:80").as_deref(), Ok("a:8848,b:80"));
        assert_eq!(servers("[::1]:8849,[::1]").as_deref(), Ok("[::1]:8849,[::1]:8848"));
        for wrong in ["", " , ", "http://a:8848", "a:8848/nacos", ":8848", "a:x", "user@a"] {
            assert!(matches!(servers(wrong), Err(Error::Usage(_))), "{wrong}");
        }
    }

    #[test]
    fn the_password_is_not_shown() {
        let options = Options::new("a").expect("a server").with_login(Login::new("mall", "hidden"));
        let shown = format!("{options:?}");
        assert!(shown.contains("mall") && !shown.contains("hidden"), "{shown}");
    }

    #[test]
    fn public_is_the_namespace_without_an_id() {
        let namespace = |name: &str| Options::new("a").expect("a server").with_namespace(name).namespace;
        assert_eq!((namespace("public"), namespace("trial")), (String::new(), "trial".to_owned()));
    }
}
