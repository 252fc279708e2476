//! TLS to the database, against a server that has a certificate of the test's own authority.

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rocketmall_store::{Database, Statement, StoreError, Value};
use rocketmall_trial::mariadb::Mariadb;

/// An authority in a folder, and the certificate of the server that it signed.
struct Authority {
    certificate: PathBuf,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new(folder: &Path, name: &str) -> Self {
        let mut parameters = CertificateParams::new(Vec::new()).expect("parameters");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.distinguished_name.push(rcgen::DnType::CommonName, name);
        let key = KeyPair::generate().expect("a key");
        let certificate = folder.join(format!("{name}.pem"));
        std::fs::write(&certificate, parameters.self_signed(&key).expect("a certificate").pem()).expect("written");
        Self { certificate, issuer: Issuer::new(parameters, key) }
    }

    /// The server's settings with a certificate for `host`.
    fn server(&self, folder: &Path, host: &str) -> Vec<String> {
        let key = KeyPair::generate().expect("a key");
        let parameters = CertificateParams::new([host.to_owned()]).expect("parameters");
        let certificate = parameters.signed_by(&key, &self.issuer).expect("a certificate").pem();
        let (certificate_file, key_file) = (folder.join("server.pem"), folder.join("server.key"));
        std::fs::write(&certificate_file, certificate).expect("written");
        std::fs::write(&key_file, key.serialize_pem()).expect("written");
        vec![format!("--ssl-cert={}", certificate_file.display()), format!("--ssl-key={}", key_file.display())]
    }
}

/// The cipher of the connection; empty without TLS.
async fn cipher(database: &Database) -> String {
    let look =
        Statement { name: "test", sql: "select variable_value from information_schema.session_status where variable_name = 'Ssl_cipher'" };
    match database.query(look, Vec::new()).await.expect("the status").first().and_then(|row| row.first()) {
        Some(Value::Text(cipher)) => cipher.clone(),
        other => panic!("{other:?}"),
    }
}

async fn refused(url: &str, words: &str) {
    match Database::open(url).await {
        Err(StoreError::Unusable(why)) => assert!(why.contains(words), "{words} is not in: {why}"),
        other => panic!("{url} was not refused: {other:?}"),
    }
}

#[tokio::test]
async fn the_server_is_who_its_certificate_says_or_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let (ours, strange) = (Authority::new(folder.path(), "ours"), Authority::new(folder.path(), "strange"));
    let server = Mariadb::start_with(folder.path(), ours.server(folder.path(), "localhost")).await.expect("the server starts");
    let url = server.url();
    let (ours, strange) = (ours.certificate.display(), strange.certificate.display());

    for (parameters, secure) in [
        (String::new(), true),
        ("?ssl-mode=disabled".to_owned(), false),
        ("?ssl-mode=REQUIRED".to_owned(), true),
        (format!("?ssl-mode=VERIFY_CA&ssl-ca={ours}"), true),
    ] {
        let database = Database::open(&format!("{url}/mysql{parameters}")).await.unwrap_or_else(|e| panic!("{parameters}: {e}"));
        assert_eq!(!cipher(&database).await.is_empty(), secure, "{parameters}");
    }
    let by_name = url.replace("127.0.0.1", "localhost");
    Database::open(&format!("{by_name}?ssl-mode=VERIFY_IDENTITY&ssl-ca={ours}")).await.expect("the certificate is for localhost");

    refused(&format!("{url}?ssl-mode=VERIFY_IDENTITY&ssl-ca={ours}"), "not valid for name").await;
    refused(&format!("{url}?ssl-mode=VERIFY_CA&ssl-ca={strange}"), "invalid peer certificate").await;
    refused(&format!("{url}?ssl-mode=VERIFY_CA"), "ssl-ca names the file").await;
    refused(&format!("{url}?ssl-mode=VERIFY_CA&ssl-ca=nowhere.pem"), "nowhere.pem").await;
    refused(&format!("{url}?ssl-mode=always"), "ssl-mode=always is none of").await;
}

#[tokio::test]
async fn an_account_that_requires_tls_logs_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let authority = Authority::new(folder.path(), "ours");
    let server = Mariadb::start_with(folder.path(), authority.server(folder.path(), "localhost")).await.expect("the server starts");
    let root = Database::open(&server.url()).await.expect("root logs in");
    let account = "create user shop identified by 'secret' require ssl; create database shop; grant all on shop.* to shop";
    root.with(move |connection| Box::pin(async move { connection.run("account", account).await })).await.expect("the account");
    let url = format!("{}/shop", server.url().replace("root@", "shop:secret@"));
    let database = Database::open(&url).await.expect("it logs in");
    assert!(!cipher(&database).await.is_empty());
    rocketmall_store::migrate::migrate(&database).await.expect("and works");
    refused(&format!("{url}?ssl-mode=DISABLED"), "Access denied").await;
}

#[tokio::test]
async fn a_server_without_tls_is_refused_where_it_is_required() {
    let server = std::env::var("TRIAL_MARIADB_URL").expect("set TRIAL_MARIADB_URL first: eval \"$(cargo xtask mariadb up)\"");
    let database = Database::open(&format!("{server}/mysql")).await.expect("plain TCP is taken");
    assert_eq!(cipher(&database).await, "");
    refused(&format!("{server}/mysql?ssl-mode=REQUIRED"), "does not support TLS").await;
}
