//! A fleet whose processes show each other certificates, and one without.

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::json;
use tempfile::TempDir;

use crate::client::{Call, Client, basket, made};
use crate::server::{Server, free_port};
use crate::settle::holds;
use crate::target;

/// An authority's certificate, and one that it signed with its key, in files.
struct Certificates {
    folder: TempDir,
}

impl Certificates {
    fn made() -> Self {
        let folder = TempDir::new().expect("a folder");
        let mut authority = CertificateParams::new(Vec::<String>::new()).expect("no names");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let own = authority.self_signed(&key).expect("an authority");
        let signer = Issuer::new(authority, key);
        let key = KeyPair::generate().expect("a key");
        let process =
            CertificateParams::new(vec!["rocketmall".to_owned()]).expect("a name").signed_by(&key, &signer).expect("a certificate");
        for (name, text) in [("ca.pem", own.pem()), ("cert.pem", process.pem()), ("key.pem", key.serialize_pem())] {
            std::fs::write(folder.path().join(name), text).expect("a file");
        }
        Self { folder }
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        let file = |name: &str| shown(&self.folder.path().join(name));
        vec![("rpc.tls_cert", file("cert.pem")), ("rpc.tls_key", file("key.pem")), ("rpc.tls_ca", file("ca.pem"))]
    }
}

fn shown(path: &Path) -> String {
    PathBuf::from(path).display().to_string()
}

pub(crate) async fn who_shows_no_certificate_is_not_served() {
    let (target, certificates, strangers) = (target::fresh().await, Certificates::made(), Certificates::made());
    let settings = certificates.settings();
    let borrowed: Vec<(&str, &str)> = settings.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let port = free_port();
    let server = Server::start(&target.url(), port, &borrowed).await;
    let client = Client::of(&[port]);
    let (user, goods) = (client.user("0.00").await, client.goods("150.00", 5).await);
    made(&client.post_as(&user, "", "/v1/orders", basket(&goods, 1)).await);
    holds(&target.url()).await;

    let strange = strangers.settings();
    let strange: Vec<(&str, &str)> = strange.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let none = [("rpc.tls_cert", ""), ("rpc.tls_key", ""), ("rpc.tls_ca", "")];
    let wrong_secret = [("rpc.secret", "not the secret of this fleet")];
    for settings in [&none[..], &strange, &wrong_secret] {
        let port = free_port();
        let outsider = Server::start(&target.url(), port, settings).await;
        let call = Call { path: "/v1/goods", user: "", key: "", body: Some(json!({"name": "x", "price": "1.00", "number": 1})) };
        let (_, text, status) = Client::of(&[port]).once(0, &call).await.expect("an answer");
        assert_eq!(status, 503, "{text}");
        assert!(text.contains("the goods service does not answer"), "{text}");
        assert!(outsider.terminate().await.0.success());
    }
    assert_eq!(client.get(&format!("/v1/goods/{goods}")).await["number"], 4);
    assert!(server.terminate().await.0.success());
}
