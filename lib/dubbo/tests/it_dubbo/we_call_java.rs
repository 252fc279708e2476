//! We call Java's provider.

use std::time::{Duration, Instant};

use dubbo_triple::hessian2_codec::{List, StackFrame};
use dubbo_triple::{CallError, Graph, Object, Reference, Value, java as classes};
use tokio::net::TcpListener;
use tonic::Code;
use tonic::transport::{Channel, Endpoint};

use super::java::Java;
use super::same::same;
use super::{SOON, samples, shop, values};

const OBJECT: &str = "java.lang.Object";
const STRING: &str = "java.lang.String";

fn of(channel: &Channel) -> Reference {
    Reference::new(channel.clone(), values::NAME, values::VERSION).called_by("rust-customer")
}

#[tokio::test]
async fn java_provides_what_we_expect() {
    let (java, channel) = provider().await;
    every_value(&of(&channel)).await;
    all_kinds(&of(&channel)).await;
    exceptions(&of(&channel)).await;
    what_fails(&channel).await;
    the_shop(&channel).await;
    assert!(java.end().await);
}

async fn every_value(values: &Reference) {
    for name in samples::NAMES {
        let sample = samples::named(name);
        let made = values.call("make", [(STRING, name.into())], SOON).await.expect("an answer");
        assert_eq!(same(&sample, &made), Ok(()), "made: {name}");
        let echo = values.call("echo", [(OBJECT, sample.clone())], SOON).await.expect("an answer");
        assert_eq!(same(&sample, &echo), Ok(()), "echoed: {name}");
        let told = values.call("describe", [(OBJECT, sample)], SOON).await.expect("an answer");
        assert_eq!(told.as_str(), Some(name), "described: {name}");
    }
}

async fn all_kinds(values: &Reference) {
    let array = |kind: &str, items: Vec<Value>| Value::from(List { kind: Some(kind.into()), items });
    let given: [Value; 16] = [
        true.into(),
        (-1).into(),
        (-300).into(),
        70_000.into(),
        5_000_000_000_i64.into(),
        1.5.into(),
        0.1.into(),
        "中".into(),
        vec![1, 254].into(),
        array("[int", vec![3.into(), 4.into()]),
        array("[string", vec!["x".into(), Value::Null]),
        Value::Date(1_700_000_000_000),
        classes::big_decimal("19.90"),
        Value::list([1_i64.into(), 2_i64.into()]),
        Value::map([("k", 5_i64)]),
        classes::enumeration(samples::STATE, "SHUT"),
    ];
    let told = values.call("all", values::ALL.into_iter().zip(given), SOON).await.expect("an answer");
    assert_eq!(told.as_str(), Some(values::EVERYTHING));
}

async fn exceptions(values: &Reference) {
    for name in ["shop", "checked", "caused", "silent"] {
        let error = values.call("fail", [(STRING, name.into())], SOON).await.expect_err("an exception");
        let CallError::Thrown(thrown) = error else { panic!("{name}: {error:?}") };
        let wanted = values::failure(name);
        assert_eq!((&thrown.class, &thrown.message), (&wanted.class, &wanted.message), "{name}");
        let cause = |thrown: &dubbo_triple::Throwable| thrown.cause.as_ref().map(ToString::to_string);
        assert_eq!(cause(&thrown), cause(&wanted), "{name}");
        assert_eq!(thrown.get("shopCode"), wanted.get("shopCode"), "{name}");
        let thrower = |frame: &StackFrame| frame.class == "rocketmall.interop.dubbo.Failures" && frame.line > 0;
        assert!(thrown.stack.first().is_some_and(thrower), "{name}: {:?}", thrown.stack.first());
    }
}

async fn what_fails(channel: &Channel) {
    let status = |error: CallError| error.status().map(|status| (status.code(), status.message().to_owned()));
    let started = Instant::now();
    let late = of(channel).call("hang", [], Duration::from_millis(300)).await.expect_err("it hangs");
    assert!(matches!(status(late), Some((Code::DeadlineExceeded | Code::Cancelled, _))) && started.elapsed() < SOON);
    for (name, method) in [("no.Such", "echo"), (values::NAME, "noSuch")] {
        let reference = Reference::new(channel.clone(), name, values::VERSION);
        let error = reference.call(method, [(OBJECT, Value::Null)], SOON).await.expect_err("there is no such thing");
        let found = status(error);
        // of a method that is missing Dubbo 3.3.6 has no status of its own: it stumbles
        assert!(matches!(found, Some((Code::Unimplemented | Code::Unknown, _))), "{name} {method}: {found:?}");
    }
}

async fn the_shop(channel: &Channel) {
    let goods = Reference::new(channel.clone(), shop::GOODS, shop::VERSION);
    let orders = Reference::new(channel.clone(), shop::ORDERS, shop::VERSION);
    let found = goods.call("findOne", [("java.lang.Long", 42_i64.into())], SOON).await.expect("goods");
    assert_eq!(same(&samples::goods().into(), &found), Ok(()));
    let refused = |error: CallError| {
        let thrown = error.thrown().expect("an exception");
        assert_eq!(thrown.class, "com.zzp.shop.common.exception.CustomerException");
        thrown.get("shopCode").and_then(classes::as_enumeration).map(|(_, constant)| constant.to_owned())
    };
    let error = goods.call("findOne", [("java.lang.Long", 7_i64.into())], SOON).await.expect_err("no such goods");
    assert_eq!(refused(error).as_deref(), Some("SHOP_GOODS_NO_EXIST"));
    let log = |pieces: i32| Value::from(Object::new(shop::LOG).with("goodsId", 42_i64).with("goodsNumber", pieces));
    assert_eq!(goods.call("reduceGoodsNum", [(shop::LOG, log(7))], SOON).await.expect("an answer"), Value::Bool(true));
    let error = goods.call("reduceGoodsNum", [(shop::LOG, log(8))], SOON).await.expect_err("too many");
    assert_eq!(refused(error).as_deref(), Some("SHOP_GOODS_NUM_NOT_ENOUGH"));
    let done = orders.call("confirmOrder", [(shop::ORDER, shop::order(2, "39.80").into())], SOON).await.expect("an answer");
    let graph = Graph::of(&done);
    assert_eq!((graph.field(&done, "code"), graph.field(&done, "data")), (Some(&Value::Int(0)), Some(&Value::Bool(true))));
    let error = orders.call("confirmOrder", [(shop::ORDER, shop::order(2, "39.81").into())], SOON).await.expect_err("a wrong total");
    assert_eq!(refused(error).as_deref(), Some("SHOP_ORDERAMOUNT_INVALID"));
}

/// Java's provider, and a channel to it.
async fn provider() -> (Java, Channel) {
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        listener.local_addr().expect("an address").port()
    };
    let mut java = Java::start(&["provide", &port.to_string()]);
    assert_eq!(java.line().await.as_deref(), Some("ready"));
    let endpoint = Endpoint::from_shared(format!("http://127.0.0.1:{port}")).expect("an endpoint");
    (java, endpoint.connect_lazy())
}
