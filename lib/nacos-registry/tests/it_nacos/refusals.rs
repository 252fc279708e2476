//! Wrong passwords, missing ones, nobody there.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use nacos_registry::{DEFAULT_GROUP, Error, Instance, Login, Nacos, Options};

use crate::common::{anonymous, options, unique, until, variable};

#[tokio::test]
async fn a_wrong_password_is_known_at_once() {
    for login in [Login::new(variable("TRIAL_NACOS_USER"), "wrong"), Login::new("nobody", "wrong")] {
        let error = Nacos::connect(anonymous().with_login(login)).await.expect_err("it is wrong");
        assert!(matches!(error, Error::Login { .. }) && !error.is_passing(), "{error}");
        assert!(error.to_string().ends_with("check user and password"), "{error}");
    }
}

#[tokio::test]
async fn a_missing_login_is_known_at_once() {
    let error = Nacos::connect(anonymous()).await.expect_err("it wants one");
    assert!(matches!(error, Error::Forbidden { .. }) && !error.is_passing(), "{error}");
}

#[tokio::test]
async fn where_nobody_listens_it_is_known_at_once() {
    // a port that was free a moment ago, and the one above it
    let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    let options = Options::new(&format!("127.0.0.1:{port}")).expect("a server").with_grpc_port(port);
    let started = Instant::now();
    let error = Nacos::connect(options).await.expect_err("nobody is there");
    assert!(matches!(&error, Error::Unreachable { .. }) && error.is_passing(), "{error}");
    assert!(started.elapsed() < crate::SOON);
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    // it takes connections and never answers
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let limit = Duration::from_secs(1);
    let options = Options::new(&format!("127.0.0.1:{port}")).expect("a server").with_grpc_port(port).with_call_limit(limit);
    let started = Instant::now();
    let error = Nacos::connect(options.clone()).await.expect_err("it says nothing");
    assert!(matches!(error, Error::Timeout { .. }) && error.is_passing(), "{error}");
    assert!(started.elapsed() < 4 * limit, "{:?}", started.elapsed());

    // the same in the background: every call ends, and the health says why
    let nacos = Nacos::start(options).expect("a port");
    let started = Instant::now();
    let place = nacos.keep_registered("a", DEFAULT_GROUP, Instance::new("127.0.0.1", 1)).expect("a name");
    assert!(nacos.instances("a", DEFAULT_GROUP).await.is_err());
    assert!(nacos.watch("a", DEFAULT_GROUP).await.expect("a name").borrow().is_empty());
    assert!(nacos.append_to_list_config("a", "mapping", "b").await.is_err());
    place.deregister().await.expect("there was nothing to take back");
    let health = nacos.health();
    assert!(!health.borrow().connected && health.borrow().last_error.is_some());
    assert!(started.elapsed() < 20 * limit, "{:?}", started.elapsed());
}

#[tokio::test]
async fn health_tells_that_nacos_is_there() {
    let nacos = Nacos::start(options()).expect("a port");
    let mut health = nacos.health();
    until("Nacos answers", &mut health, |health| health.connected).await;
    let place = nacos.keep_registered(&unique("started"), DEFAULT_GROUP, Instance::new("127.0.0.1", 1)).expect("a name");
    let mut place = place;
    tokio::time::timeout(Duration::from_secs(10), place.registered()).await.expect("registered");
    place.deregister().await.expect("deregistered");
}
