//! Services: registered, watched, gone.

use std::process::{Child, Command, Stdio};
use std::time::Instant;

use nacos_registry::{DEFAULT_GROUP, Error, Instance, Nacos};

use crate::common::{PATIENCE, SETTLED, addresses, options, unique, until};
use crate::{SOON, connect};

/// The service that a process is to offer.
const OFFERED: &str = "NACOS_REGISTRY_TEST_OFFERS";

#[tokio::test]
async fn what_is_registered_is_seen_as_it_is_until_it_is_not() {
    let (provider, consumer) = (connect().await, connect().await);
    let service = unique("providers:shop.Goods:1.0.0:");
    let mut shown = consumer.watch(&service, DEFAULT_GROUP).await.expect("a name");
    assert!(shown.borrow().is_empty(), "nobody is there yet");

    let instance = Instance::new("127.0.0.1", 50051).with_metadata([("protocol", "tri"), ("side", "provider")]).with_weight(2.0);
    let place = provider.register(&service, DEFAULT_GROUP, instance.clone()).await.expect("registered");
    assert!(place.is_registered() && place.service() == service);
    let took = until("the instance is listed", &mut shown, |list| *list == [instance.clone()]).await;
    assert!(took < SOON, "{took:?}");
    assert_eq!(consumer.instances(&service, DEFAULT_GROUP).await.expect("an answer"), [instance]);

    // a second provider comes and goes: that is followed at once
    let second = connect().await;
    let other = second.register(&service, DEFAULT_GROUP, Instance::new("127.0.0.1", 50052)).await.expect("registered");
    until("both are listed", &mut shown, |list| list.len() == 2).await;
    other.deregister().await.expect("deregistered");
    let took = until("one is left", &mut shown, |list| addresses(list) == ["127.0.0.1:50051"]).await;
    assert!(took < SOON, "{took:?}");

    // the last one stays for a while
    let started = Instant::now();
    place.deregister().await.expect("deregistered");
    assert!(started.elapsed() < SOON, "deregistering took {:?}", started.elapsed());
    let took = until("nobody is left", &mut shown, Vec::is_empty).await;
    assert!(took >= SETTLED && took < SETTLED + SOON, "{took:?}");
}

#[tokio::test]
async fn a_service_is_offered_once_by_one_client() {
    let nacos = connect().await;
    let service = unique("once");
    let place = nacos.register(&service, DEFAULT_GROUP, Instance::new("127.0.0.1", 1)).await.expect("registered");
    let again = nacos.register(&service, DEFAULT_GROUP, Instance::new("127.0.0.1", 2)).await.expect_err("it is taken");
    assert!(matches!(&again, Error::Usage(text) if text.contains("registered already")), "{again}");
    let elsewhere = nacos.register(&service, "OTHER_GROUP", Instance::new("127.0.0.1", 3)).await.expect("another service");
    place.deregister().await.expect("deregistered");
    let place = nacos.register(&service, DEFAULT_GROUP, Instance::new("127.0.0.1", 2)).await.expect("it is free again");
    let mut shown = nacos.watch(&service, DEFAULT_GROUP).await.expect("a name");
    until("it is listed", &mut shown, |list| addresses(list) == ["127.0.0.1:2"]).await;
    place.deregister().await.expect("deregistered");
    elsewhere.deregister().await.expect("deregistered");
}

#[tokio::test]
async fn a_registration_that_is_dropped_goes() {
    let (provider, consumer) = (connect().await, connect().await);
    let service = unique("dropped");
    let place = provider.register(&service, DEFAULT_GROUP, Instance::new("127.0.0.1", 1)).await.expect("registered");
    let mut shown = consumer.watch(&service, DEFAULT_GROUP).await.expect("a name");
    until("it is listed", &mut shown, |list| list.len() == 1).await;
    drop(place);
    until("it is gone", &mut shown, Vec::is_empty).await;
}

#[tokio::test]
async fn a_provider_that_dies_goes_within_seconds() {
    let consumer = connect().await;
    let service = unique("killed");
    let mut shown = consumer.watch(&service, DEFAULT_GROUP).await.expect("a name");
    let keeper = connect().await;
    let kept = keeper.register(&service, DEFAULT_GROUP, Instance::new("127.0.0.1", 1)).await.expect("registered");
    let mut provider = another_process(&service);
    until("both are listed", &mut shown, |list| list.len() == 2).await;
    provider.kill().expect("it runs");
    provider.wait().expect("it has ended");
    let took = until("the dead one is gone", &mut shown, |list| addresses(list) == ["127.0.0.1:1"]).await;
    assert!(took < SOON, "{took:?}");
    kept.deregister().await.expect("deregistered");
}

/// This program once more, which offers the service at port 2 until it is killed.
fn another_process(service: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
    command.args(["--exact", "services::the_other_process", "--nocapture"]).env(OFFERED, service);
    command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("this program can be started")
}

/// What another process does, told by its environment. In the run of all tests it has nothing to do.
#[tokio::test]
async fn the_other_process() {
    let Ok(service) = std::env::var(OFFERED) else { return };
    let place = connect().await.register(&service, DEFAULT_GROUP, Instance::new("127.0.0.1", 2)).await.expect("registered");
    tokio::time::sleep(PATIENCE).await;
    place.deregister().await.expect("deregistered");
}

#[tokio::test]
async fn a_namespace_is_a_world_of_its_own() {
    let nacos = connect().await;
    let service = unique("namespace");
    let elsewhere = Nacos::connect(options().with_namespace("nacos-registry-trial")).await.expect("Nacos is up");
    let place = elsewhere.register(&service, DEFAULT_GROUP, Instance::new("127.0.0.1", 1)).await.expect("registered");
    let mut shown = elsewhere.watch(&service, DEFAULT_GROUP).await.expect("a name");
    until("it is listed", &mut shown, |list| list.len() == 1).await;
    assert!(nacos.instances(&service, DEFAULT_GROUP).await.expect("an answer").is_empty());
    place.deregister().await.expect("deregistered");
}
