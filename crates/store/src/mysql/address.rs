//! Where a MySQL or MariaDB server is, how to log in, and how secure the connection must be: what the database's URL says.

use std::path::{Path, PathBuf};

use mysql_async::{ClientIdentity, Conn, DriverError, Error, IoError, Opts, OptsBuilder, SslOpts};
use rustls::pki_types::CertificateDer;
use rustls::{CertificateError, RootCertStore};
use url::Url;

use crate::error::StoreError;

/// Prepared statements that a connection keeps: more than there are, an audit's among them.
const STATEMENTS: usize = 512;

/// How secure a connection must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SslMode {
    /// No TLS.
    Disabled,
    /// TLS where the server has it.
    Preferred,
    /// TLS, whoever the server is.
    Required,
    /// TLS with a server whose certificate a known authority signed.
    VerifyCa,
    /// That, and it is for this host.
    VerifyIdentity,
}

impl SslMode {
    const NAMES: [(&'static str, Self); 5] = [
        ("DISABLED", Self::Disabled),
        ("PREFERRED", Self::Preferred),
        ("REQUIRED", Self::Required),
        ("VERIFY_CA", Self::VerifyCa),
        ("VERIFY_IDENTITY", Self::VerifyIdentity),
    ];

    fn parse(name: &str) -> Result<Self, String> {
        let found = Self::NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, mode)| *mode).ok_or_else(|| format!("ssl-mode={name} is none of {}", Self::NAMES.map(|(name, _)| name).join(", ")))
    }
}

/// A server, as its URL names it.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    plain: Opts,
    mode: SslMode,
    tls: SslOpts,
}

impl Address {
    /// Reads `mysql://USER:PASSWORD@HOST:PORT/NAME?ssl-mode=MODE&ssl-ca=FILE&ssl-cert=FILE&ssl-key=FILE&socket=PATH`.
    pub(crate) fn parse(text: &str) -> Result<Self, StoreError> {
        let wrong = |why: &dyn std::fmt::Display| StoreError::Unusable(format!("the database URL is not valid: {why}"));
        let url = Url::parse(text).map_err(|e| wrong(&e))?;
        let decoded =
            |part: &str| percent_encoding::percent_decode_str(part).decode_utf8().map(std::borrow::Cow::into_owned).map_err(|e| wrong(&e));
        let named = |text: String| (!text.is_empty()).then_some(text);
        let plain = OptsBuilder::default()
            .ip_or_hostname(url.host_str().map_or("127.0.0.1", |host| host.trim_start_matches('[').trim_end_matches(']')))
            .tcp_port(url.port().unwrap_or(3306))
            .user(named(decoded(url.username())?))
            .pass(named(decoded(url.password().unwrap_or_default())?))
            .db_name(named(decoded(url.path().trim_start_matches('/'))?))
            .prefer_socket(false)
            .tcp_nodelay(true)
            // matched rows, not changed ones: an update to the same value counts
            .client_found_rows(true)
            .stmt_cache_size(STATEMENTS);
        let parameters = Parameters::of(&url).map_err(|e| wrong(&e))?;
        let (mode, tls) = (parameters.mode, parameters.tls()?);
        Ok(Self { plain: plain.socket(parameters.socket).into(), mode, tls })
    }

    /// Connects, as securely as was asked for.
    pub(super) async fn connect(&self) -> Result<Conn, Error> {
        let secure = |tls: SslOpts| Opts::from(OptsBuilder::from_opts(self.plain.clone()).ssl_opts(tls));
        if self.mode == SslMode::Disabled || self.plain.socket().is_some() {
            return Conn::new(self.plain.clone()).await;
        }
        match Conn::new(secure(self.tls.clone())).await {
            Err(Error::Driver(DriverError::NoClientSslFlagFromServer)) if self.mode == SslMode::Preferred => {
                Conn::new(self.plain.clone()).await
            }
            // the certificate is good, but for another name: all that was asked for is that it is good
            Err(error) if self.mode == SslMode::VerifyCa => match presented_name(&error) {
                Some(name) => Conn::new(secure(self.tls.clone().with_danger_tls_hostname_override(Some(name)))).await,
                None => Err(error),
            },
            connected => connected,
        }
    }
}

/// What stands behind the question mark.
struct Parameters {
    mode: SslMode,
    authority: Option<PathBuf>,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
    socket: Option<String>,
}

impl Parameters {
    fn of(url: &Url) -> Result<Self, String> {
        let mut read = Self { mode: SslMode::Preferred, authority: None, certificate: None, key: None, socket: None };
        for (name, value) in url.query_pairs() {
            match &*name {
                "ssl-mode" => read.mode = SslMode::parse(&value)?,
                "ssl-ca" => read.authority = Some(PathBuf::from(&*value)),
                "ssl-cert" => read.certificate = Some(PathBuf::from(&*value)),
                "ssl-key" => read.key = Some(PathBuf::from(&*value)),
                "socket" => read.socket = Some(value.into_owned()),
                other => return Err(format!("{other} is none of ssl-mode, ssl-ca, ssl-cert, ssl-key, socket")),
            }
        }
        Ok(read)
    }

    fn tls(&self) -> Result<SslOpts, StoreError> {
        let mut tls = SslOpts::default();
        match &self.authority {
            Some(path) => {
                is_there(path, "ssl-ca")?;
                tls = tls.with_root_certs(vec![path.clone().into()]).with_disable_built_in_roots(true);
            }
            None if matches!(self.mode, SslMode::VerifyCa | SslMode::VerifyIdentity) => {
                let found = rustls_native_certs::load_native_certs().certs;
                // one that cannot be read would keep us from connecting
                let readable = |certificate: &CertificateDer<'static>| RootCertStore::empty().add(certificate.clone()).is_ok();
                let found: Vec<CertificateDer<'static>> = found.into_iter().filter(readable).collect();
                // none of this machine's: those built in remain
                if !found.is_empty() {
                    let certificates = found.into_iter().map(|certificate| certificate.to_vec().into()).collect();
                    tls = tls.with_root_certs(certificates).with_disable_built_in_roots(true);
                }
            }
            None => {}
        }
        match (&self.certificate, &self.key) {
            (Some(certificate), Some(key)) => {
                is_there(certificate, "ssl-cert")?;
                is_there(key, "ssl-key")?;
                tls = tls.with_client_identity(Some(ClientIdentity::new(certificate.clone().into(), key.clone().into())));
            }
            (None, None) => {}
            _ => return Err(StoreError::Unusable("the database URL needs both ssl-cert and ssl-key, or none of them".to_owned())),
        }
        let anybody = matches!(self.mode, SslMode::Preferred | SslMode::Required);
        Ok(tls.with_danger_accept_invalid_certs(anybody))
    }
}

/// A certificate that cannot be read is a wrong setting, not a database that is away.
fn is_there(path: &Path, parameter: &str) -> Result<(), StoreError> {
    std::fs::File::open(path).map(drop).map_err(|e| {
        StoreError::Unusable(format!("the file {} that {parameter} in the database's URL names cannot be read: {e}", path.display()))
    })
}

/// A name that the server's certificate is for, if the only thing wrong with it is that it is not for the host called.
fn presented_name(error: &Error) -> Option<String> {
    let Error::Io(error) = error else { return None };
    let rustls::Error::InvalidCertificate(CertificateError::NotValidForNameContext { presented, .. }) = tls_error(error)? else {
        return None;
    };
    // as in DnsName("localhost")
    let name = |text: &String| Some(text.split_once("DnsName(\"")?.1.split_once('"')?.0.to_owned());
    presented.iter().find_map(name).filter(|name| !name.starts_with('*'))
}

/// What TLS has to say, where that is what went wrong.
pub(super) fn tls_error(error: &IoError) -> Option<&rustls::Error> {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = source {
        if let Some(found) = error.downcast_ref::<rustls::Error>() {
            return Some(found);
        }
        if let Some(found) = error.downcast_ref::<std::io::Error>().and_then(|error| error.get_ref()?.downcast_ref::<rustls::Error>()) {
            return Some(found);
        }
        source = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(url: &str) -> String {
        match Address::parse(url) {
            Err(StoreError::Unusable(why)) => why,
            other => panic!("{url}: {other:?}"),
        }
    }

    #[test]
    fn a_url_says_where_and_who() {
        let address = Address::parse("mysql://shop:s%40cret@db.example:3307/mall?ssl-mode=required").expect("valid");
        assert_eq!((address.plain.ip_or_hostname(), address.plain.tcp_port()), ("db.example", 3307));
        assert_eq!((address.plain.user(), address.plain.pass(), address.plain.db_name()), (Some("shop"), Some("s@cret"), Some("mall")));
        assert_eq!(address.mode, SslMode::Required);
        let short = Address::parse("mysql://root@[::1]").expect("valid");
        assert_eq!(
            (short.plain.ip_or_hostname(), short.plain.tcp_port(), short.plain.pass(), short.plain.db_name()),
            ("::1", 3306, None, None)
        );
    }

    #[test]
    fn what_is_wrong_with_a_url_is_named() {
        assert!(wrong("mysql://h/d?ssl-mode=always").contains("ssl-mode=always is none of DISABLED, PREFERRED"));
        assert!(wrong("mysql://h/d?sslmode=REQUIRED").contains("sslmode is none of ssl-mode"));
        assert!(wrong("mysql://h/d?ssl-cert=x").contains("both ssl-cert and ssl-key"));
        assert!(wrong("mysql://h:port/d").contains("not valid"));
    }
}
