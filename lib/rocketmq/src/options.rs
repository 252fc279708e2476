//! Where the proxies are, who is calling, and how long to wait.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use crate::endpoint::Endpoint;
use crate::error::Error;

/// Longer and a caller takes it for dead.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(3);
/// Twice what a server takes as a body by default, which leaves room for everything else in a message.
const MAX_MESSAGE_BYTES: usize = 8 * 1024 * 1024;

/// What every client needs to know. Cheap to clone; one serves any number of clients.
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) ca: Option<Vec<u8>>,
    pub(crate) namespace: String,
    pub(crate) client_name: String,
    pub(crate) request_timeout: Duration,
    pub(crate) max_message_bytes: usize,
}

impl Options {
    /// The proxies' gRPC endpoints, `http://HOST:PORT` or `https://HOST:PORT` (TLS); without a port it is 8081. A client uses the
    /// first, and the next when that fails.
    ///
    /// # Errors
    /// [`Error::Usage`] if there is none, or one is not of that form.
    pub fn new<E: AsRef<str>>(endpoints: impl IntoIterator<Item = E>) -> Result<Self, Error> {
        let endpoints = endpoints.into_iter().map(|text| Endpoint::parse(text.as_ref())).collect::<Result<Vec<_>, _>>()?;
        if endpoints.is_empty() {
            return Err(Error::Usage("give at least one endpoint of a RocketMQ proxy, as http://HOST:8081".to_owned()));
        }
        Ok(Self {
            endpoints,
            credentials: None,
            ca: None,
            namespace: String::new(),
            client_name: "rocketmq-grpc".to_owned(),
            request_timeout: REQUEST_TIMEOUT,
            max_message_bytes: MAX_MESSAGE_BYTES,
        })
    }

    /// Signs every call.
    #[must_use]
    pub fn with_credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Trusts the authorities in this PEM file, and no others: the machine's own count where no file is given. Read at once.
    ///
    /// # Errors
    /// [`Error::Usage`] if the file can't be read or holds no certificate.
    pub fn with_ca_file(mut self, file: &Path) -> Result<Self, Error> {
        let pem = std::fs::read(file).map_err(|e| Error::Usage(format!("the CA file {} cannot be read: {e}", file.display())))?;
        if !pem.windows(27).any(|window| window == b"-----BEGIN CERTIFICATE-----") {
            return Err(Error::Usage(format!("the CA file {} holds no certificate in PEM form", file.display())));
        }
        self.ca = Some(pem);
        Ok(self)
    }

    /// The namespace of all topics and groups; none by default.
    #[must_use]
    pub fn with_namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = namespace.into();
        self
    }

    /// What clients are called in the administrator's lists; process and chance are added. Only visible ASCII of it is used.
    #[must_use]
    pub fn with_client_name(mut self, name: &str) -> Self {
        self.client_name = name.chars().filter(char::is_ascii_graphic).take(64).collect();
        self
    }

    /// How long a call may take, 3 s by default; a receive may take this longer than its polling time.
    #[must_use]
    pub fn with_request_timeout(mut self, timeout: Duration) -> Self {
        self.request_timeout = timeout;
        self
    }

    /// The largest message taken from a server, in bytes with everything in it; 8 MiB by default. A larger one is an error of
    /// the receive, and stays in its queue.
    #[must_use]
    pub fn with_max_message_bytes(mut self, bytes: usize) -> Self {
        self.max_message_bytes = bytes;
        self
    }
}

/// Access key and secret of a user. The secret is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    key: String,
    secret: String,
}

impl Credentials {
    /// As the administrator gave them.
    pub fn new(access_key: impl Into<String>, secret: impl Into<String>) -> Self {
        Self { key: access_key.into(), secret: secret.into() }
    }

    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    pub(crate) fn secret(&self) -> &str {
        &self.secret
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("key", &self.key).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_not_shown() {
        let options = Options::new(["http://a"]).expect("an endpoint").with_credentials(Credentials::new("mall", "hidden"));
        let shown = format!("{options:?}");
        assert!(shown.contains("mall") && !shown.contains("hidden"), "{shown}");
    }

    #[test]
    fn a_file_without_a_certificate_is_no_authority() {
        let options = || Options::new(["https://a"]).expect("an endpoint");
        let wrong = options().with_ca_file(Path::new("Cargo.toml")).expect_err("no certificate");
        assert_eq!(wrong, Error::Usage("the CA file Cargo.toml holds no certificate in PEM form".to_owned()));
        assert!(options().with_ca_file(Path::new("no such file")).is_err());
        assert!(Options::new::<&str>([]).is_err());
    }
}
