//! Nacos hangs, dies, and comes back. Alone on the server: `eval "$(cargo xtask stack up --nacos-auth)"` sets what is read here.

mod server;

#[path = "../common/mod.rs"]
mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use nacos_registry::{DEFAULT_GROUP, Error, Instance, Nacos, Options, Registration};
use tokio::sync::watch;

use common::{addresses, unique, until};
use server::Server;

/// Of one call, once there is a connection.
const CALL_LIMIT: Duration = Duration::from_secs(3);
/// What a call may be made of: connecting, asking, asking once more.
const SOME_LIMITS: Duration = Duration::from_secs(15);
const GROUP: &str = "mapping";

/// A provider and a consumer of a service, and a configuration that is followed.
struct Scene {
    provider: Nacos,
    consumer: Nacos,
    service: String,
    config: String,
    place: Registration,
    shown: watch::Receiver<Vec<Instance>>,
    content: watch::Receiver<Option<String>>,
    /// How often the list was empty, or the configuration gone.
    gaps: Arc<AtomicUsize>,
}

fn options() -> Options {
    common::options().with_call_limit(CALL_LIMIT)
}

/// A call that takes too long here is begun anew.
async fn connect() -> Nacos {
    let nacos = Nacos::start(options()).expect("a port");
    until("Nacos answers", &mut nacos.health(), |health| health.connected).await;
    nacos
}

async fn scene() -> Scene {
    let (provider, consumer) = (connect().await, connect().await);
    let (service, config) = (unique("restarted"), unique("restarted"));
    provider.publish_config(&config, GROUP, "before").await.expect("published");
    let mut content = consumer.watch_config(&config, GROUP).await.expect("a name");
    until("the content", &mut content, Option::is_some).await;
    let mut shown = consumer.watch(&service, DEFAULT_GROUP).await.expect("a name");
    let place = provider.register(&service, DEFAULT_GROUP, Instance::new("127.0.0.1", 1)).await.expect("registered");
    until("it is listed", &mut shown, |list| addresses(list) == ["127.0.0.1:1"]).await;
    let gaps = Arc::new(AtomicUsize::new(0));
    count(shown.clone(), Vec::is_empty, Arc::clone(&gaps));
    count(content.clone(), Option::is_none, Arc::clone(&gaps));
    Scene { provider, consumer, service, config, place, shown, content, gaps }
}

/// Counts how often it is shown as it should not be.
fn count<T: Send + Sync + 'static>(mut shown: watch::Receiver<T>, wrong: fn(&T) -> bool, gaps: Arc<AtomicUsize>) {
    tokio::spawn(async move {
        while shown.changed().await.is_ok() {
            gaps.fetch_add(usize::from(wrong(&shown.borrow())), Ordering::Relaxed);
        }
    });
}

/// One after the other, since there is one server.
#[tokio::test]
async fn nacos_hangs_and_dies_and_comes_back() {
    let server = Server::of_the_stack();
    let scene = scene().await;
    it_hangs(&server, &scene).await;
    Box::pin(it_dies(&server, scene)).await;
}

async fn it_hangs(server: &Server, scene: &Scene) {
    server.signal("STOP");
    let started = Instant::now();
    let error = scene.consumer.instances(&scene.service, DEFAULT_GROUP).await.expect_err("it hangs");
    assert!(matches!(error, Error::Timeout { .. }) && error.is_passing(), "{error}");
    assert!(started.elapsed() < CALL_LIMIT + Duration::from_secs(1), "{:?}", started.elapsed());
    let mut health = scene.consumer.health();
    until("it is noticed", &mut health, |health| !health.connected).await;
    server.signal("CONT");
    until("it is back", &mut health, |health| health.connected).await;
}

async fn it_dies(server: &Server, mut scene: Scene) {
    let given_up = scene.provider.register(&unique("given-up"), DEFAULT_GROUP, Instance::new("127.0.0.1", 2)).await.expect("registered");
    let mut health = scene.consumer.health();
    server.kill().await;
    until("it is noticed", &mut health, |health| !health.connected).await;

    // while it is away: what was shown stays, every call ends
    let started = Instant::now();
    assert!(scene.consumer.instances(&scene.service, DEFAULT_GROUP).await.is_err());
    assert!(scene.consumer.config(&scene.config, GROUP).await.is_err());
    assert!(started.elapsed() < SOME_LIMITS, "{:?}", started.elapsed());
    let started = Instant::now();
    assert!(scene.provider.append_to_list_config(&scene.config, GROUP, "a").await.is_err());
    assert!(Nacos::connect(options()).await.is_err());
    assert!(started.elapsed() < SOME_LIMITS, "{:?}", started.elapsed());
    let started = Instant::now();
    let service = given_up.service().to_owned();
    assert!(given_up.deregister().await.is_err(), "nobody heard it");
    assert!(started.elapsed() < SOME_LIMITS, "{:?}", started.elapsed());

    // one that starts meanwhile: it offers and watches as soon as there is somebody
    let late = Nacos::start(options()).expect("a port");
    let late_place = late.keep_registered(&scene.service, DEFAULT_GROUP, Instance::new("127.0.0.1", 3)).expect("a name");
    let mut late_shown = late.watch(&scene.service, DEFAULT_GROUP).await.expect("a name");
    let late_content = late.watch_config(&scene.config, GROUP).await.expect("a name");
    assert!(late_shown.borrow().is_empty() && late_content.borrow().is_none() && !late_place.is_registered());
    assert_eq!((addresses(&scene.shown.borrow()), scene.content.borrow().as_deref()), (vec!["127.0.0.1:1".to_owned()], Some("before")));

    server.start();
    until("it is back", &mut health, |health| health.connected).await;
    let back = Instant::now();
    let both = |list: &Vec<Instance>| addresses(list) == ["127.0.0.1:1", "127.0.0.1:3"];
    until("both providers are back", &mut scene.shown, both).await;
    until("the late one sees them too", &mut late_shown, both).await;
    eprintln!("both providers were listed {:?} after Nacos answered again", back.elapsed());
    let listed = scene.consumer.instances(&scene.service, DEFAULT_GROUP).await.expect("an answer");
    assert!(both(&listed), "{listed:?}");

    // what is published now is heard
    scene.provider.publish_config(&scene.config, GROUP, "after").await.expect("published");
    let took = until("the new content", &mut scene.content, |content| content.as_deref() == Some("after")).await;
    eprintln!("the new content came after {took:?}");
    // what was given up while nobody heard it does not come back
    let started = Instant::now();
    while scene.consumer.instances(&service, DEFAULT_GROUP).await.map_or(true, |list| !list.is_empty()) {
        assert!(started.elapsed() < common::PATIENCE, "it is still listed");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(scene.gaps.load(Ordering::Relaxed), 0, "the list was empty, or the configuration gone, in between");
    scene.place.deregister().await.expect("deregistered");
    late_place.deregister().await.expect("deregistered");
    scene.provider.remove_config(&scene.config, GROUP).await.expect("removed");
}
