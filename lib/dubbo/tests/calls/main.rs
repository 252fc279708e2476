//! Provider and consumer of this crate over a real port, and a provider whose callers break the protocol.

mod broken;

use std::time::Duration;

use dubbo_triple::{
    Call, CallError, Failure, Graph, Interface, Limits, Method, Object, Provider, Reference, Throwable, Value, java, metadata,
};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Code, Status};

const GOODS: &str = "shop.GoodsService";
const SOON: Duration = Duration::from_secs(10);

fn goods() -> Interface {
    Interface::new(GOODS, "0.0.1")
        .with(Method::new("echo", ["java.lang.Object"], "java.lang.Object"))
        .with(Method::new("find", ["java.lang.Long"], "shop.Goods"))
        .with(Method::new("find", ["java.lang.String", "int"], "shop.Goods"))
        .with(Method::new("hang", [""; 0], "void"))
        .with(Method::new("refuse", [""; 0], "void"))
        .with(Method::new("who", [""; 0], "java.lang.String"))
        .with(Method::new("wrong", [""; 0], "java.lang.Object"))
}

async fn answer(call: Call) -> Result<Value, Failure> {
    match (call.method.name.as_str(), &call.arguments[..]) {
        ("echo", [value]) => Ok(value.clone()),
        ("find", [Value::Long(42)]) => Ok(Object::new("shop.Goods").with("price", java::big_decimal("19.90")).into()),
        ("find", [Value::String(name), Value::Int(nth)]) => Ok(Value::from(format!("{name} {nth}"))),
        ("find", _) => {
            let code = java::enumeration("shop.Code", "NO_SUCH_GOODS");
            Err(Throwable::new("shop.ShopException", "没有").with("code", code).caused_by(Throwable::new("java.lang.Error", "e")).into())
        }
        ("hang", []) => std::future::pending().await,
        ("refuse", []) => Err(Status::resource_exhausted("later").into()),
        ("who", []) => Ok(format!("{:?} {:?}", call.consumer, call.timeout.is_some_and(|limit| limit <= SOON)).into()),
        ("wrong", []) => Ok(Value::Ref(7)),
        (name, arguments) => panic!("{name} of {arguments:?}"),
    }
}

/// A provider at a free port, and a channel to it.
async fn provided(provider: Provider) -> Channel {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(Server::builder().serve_with_incoming(provider.into_service(), TcpListenerStream::new(listener)));
    Endpoint::from_shared(format!("http://{address}")).expect("an endpoint").connect_lazy()
}

fn provider() -> Provider {
    Provider::new("rust-goods").with(goods(), answer)
}

async fn reference() -> Reference {
    Reference::new(provided(provider()).await, GOODS, "0.0.1")
}

fn status(error: CallError) -> Status {
    let CallError::Status(status) = error else { panic!("{error:?}") };
    status
}

#[tokio::test]
async fn values_come_back_as_they_went() {
    let goods = reference().await;
    let shared = Object::new("shop.Node").with("price", java::big_decimal("0")).with("paid", Value::Ref(1)).with("me", Value::Ref(0));
    for value in [
        Value::Null,
        Value::Long(42),
        Value::from("茶 😀"),
        Value::Bytes(vec![7; 100_000]),
        Value::list((0..1000).map(Value::Int)),
        Value::map([("a", 1), ("b", 2)]),
        shared.into(),
    ] {
        assert_eq!(goods.call("echo", [("java.lang.Object", value.clone())], SOON).await.expect("an answer"), value);
    }
}

#[tokio::test]
async fn overloads_are_told_apart_by_their_types() {
    let goods = reference().await;
    let found = goods.call("find", [("java.lang.Long", 42_i64.into())], SOON).await.expect("goods");
    assert_eq!(Graph::of(&found).field(&found, "price").and_then(java::as_big_decimal), Some("19.90"));
    let found = goods.call("find", [("java.lang.String", "tea".into()), ("int", 3.into())], SOON).await.expect("goods");
    assert_eq!(found.as_str(), Some("tea 3"));
    let error = status(goods.call("find", [("int", 3.into())], SOON).await.expect_err("no such overload"));
    assert_eq!(error.code(), Code::Unimplemented);
    let told = "shop.GoodsService:0.0.1 has no find(int); it has: find(java.lang.Long), find(java.lang.String, int)";
    assert_eq!(error.message(), told);
}

#[tokio::test]
async fn what_is_thrown_is_apart_from_what_fails() {
    let goods = reference().await;
    let error = goods.call("find", [("java.lang.Long", 7_i64.into())], SOON).await.expect_err("no such goods");
    let thrown = error.thrown().expect("an exception");
    assert_eq!(thrown.to_string(), "shop.ShopException: 没有");
    assert_eq!(thrown.get("code").and_then(java::as_enumeration), Some(("shop.Code", "NO_SUCH_GOODS")));
    assert_eq!(thrown.cause.as_ref().map(ToString::to_string), Some("java.lang.Error: e".to_owned()));

    let refused = status(goods.call("refuse", [], SOON).await.expect_err("refused"));
    assert_eq!((refused.code(), refused.message()), (Code::ResourceExhausted, "later"));
    let wrong = status(goods.call("wrong", [], SOON).await.expect_err("a reference that leads nowhere"));
    assert_eq!(wrong.code(), Code::Internal);
}

#[tokio::test]
async fn what_is_not_there_is_told_with_what_is() {
    let channel = provided(provider().with(Interface::new("shop.UserService", "1"), answer)).await;
    let told = async |name: &str, version: &str, group: &str, method: &str| {
        let reference = Reference::new(channel.clone(), name, version).in_group(group);
        let status = status(reference.call(method, [], SOON).await.expect_err("it is not there"));
        assert_eq!(status.code(), Code::Unimplemented);
        status.message().to_owned()
    };
    assert_eq!(
        told("shop.Other", "0.0.1", "", "find").await,
        "no interface shop.Other here; there are: shop.GoodsService, shop.UserService"
    );
    assert_eq!(told(GOODS, "2", "", "find").await, "no shop.GoodsService:2 here; there are: shop.GoodsService:0.0.1");
    assert_eq!(told(GOODS, "0.0.1", "g", "who").await, "no g/shop.GoodsService:0.0.1 here; there are: shop.GoodsService:0.0.1");
    let methods = "shop.GoodsService:0.0.1 has no method buy; it has: echo,find,hang,refuse,who,wrong";
    assert_eq!(told(GOODS, "0.0.1", "", "buy").await, methods);
}

#[tokio::test]
async fn versions_and_groups_stand_beside_each_other() {
    let named = |version: &str, group: &str| {
        let interface = Interface::new(GOODS, version).in_group(group).with(Method::new("who", [""; 0], "java.lang.String"));
        (interface, format!("{group} {version}"))
    };
    let all = [named("1", ""), named("2", ""), named("2", "blue")];
    let with = |provider: Provider, (interface, text): (Interface, String)| {
        provider.with(interface, move |_| std::future::ready(Ok(Value::from(text.as_str()))))
    };
    let channel = provided(all.into_iter().fold(Provider::new("rust-goods"), with)).await;
    for (version, group, wanted) in [("1", "", " 1"), ("2", "", " 2"), ("2", "blue", "blue 2")] {
        let reference = Reference::new(channel.clone(), GOODS, version).in_group(group);
        assert_eq!(reference.call("who", [], SOON).await.expect("an answer").as_str(), Some(wanted));
    }
    let any = Reference::new(channel, GOODS, "");
    assert_eq!(status(any.call("who", [], SOON).await.expect_err("which?")).code(), Code::Unimplemented);
    // where there is one, it is meant
    let one = reference().await;
    assert!(one.call("who", [], SOON).await.is_ok());
}

#[tokio::test]
async fn a_handler_knows_who_calls_and_how_long_they_wait() {
    let goods = reference().await.called_by("a-test");
    let who = goods.call("who", [], SOON).await.expect("an answer");
    assert_eq!(who.as_str(), Some("Some(\"a-test\") true"));
    let error = status(goods.call("hang", [], Duration::from_millis(500)).await.expect_err("it hangs"));
    assert_eq!((error.code(), error.message()), (Code::DeadlineExceeded, "no answer within the 500ms that the caller waits"));
}

#[tokio::test]
async fn a_call_of_nobody_ends_in_time() {
    let nobody = Endpoint::from_static("http://127.0.0.1:1").connect_lazy();
    let goods = Reference::new(nobody.clone(), GOODS, "0.0.1");
    let error = status(goods.call("who", [], SOON).await.expect_err("nobody is there"));
    assert_eq!(error.code(), Code::Unavailable, "{error}");
    assert!(matches!(goods.call("a/b", [], SOON).await, Err(CallError::Name(_))));
    assert!(matches!(goods.call("who", [("a", Value::Ref(0))], SOON).await, Err(CallError::Argument(_))));
    assert!(matches!(goods.called_by("茶\n").call("who", [], SOON).await, Err(CallError::Name(_))));
    assert!(metadata(&nobody, "", SOON).await.is_err());
}

#[tokio::test]
async fn an_application_tells_what_it_provides() {
    let provider = provider();
    let revision = provider.catalog().revision();
    let channel = provided(provider).await;
    let told = metadata(&channel, &revision, SOON).await.expect("metadata");
    assert_eq!((told.application.as_str(), &told.revision), ("rust-goods", &revision));
    let [service] = &told.services[..] else { panic!("{told:?}") };
    assert_eq!((service.interface.as_str(), service.version.as_str(), service.protocol.as_str()), (GOODS, "0.0.1", "tri"));
    assert_eq!(service.parameters["methods"], "echo,find,hang,refuse,who,wrong");
    assert_eq!(metadata(&channel, "", SOON).await.expect("metadata"), told);
    assert_eq!(metadata(&channel, "old", SOON).await.expect_err("of another set").code(), Code::NotFound);
}

#[tokio::test]
async fn limits_hold_on_both_sides() {
    let large = || [("java.lang.Object", Value::Bytes(vec![0; 200_000]))];
    let small = Limits { bytes: 100_000, ..Limits::default() };
    let channel = provided(provider().with_limits(small)).await;
    let strict = Reference::new(channel, GOODS, "0.0.1");
    let error = status(strict.call("echo", large(), SOON).await.expect_err("too large"));
    assert!(matches!(error.code(), Code::OutOfRange | Code::InvalidArgument), "{error}");
    let patient = reference().await;
    assert!(patient.call("echo", large(), SOON).await.is_ok());
    let error = patient.with_limits(small).call("echo", large(), SOON).await.expect_err("too large");
    assert!(matches!(error.status().map(Status::code), Some(Code::OutOfRange)), "{error:?}");
}

#[tokio::test]
async fn an_axum_router_can_carry_it() {
    use axum::http::{Request, StatusCode};
    use tonic::codegen::Service as _;

    let mut router = axum::Router::<()>::new().fallback_service(provider().into_service());
    let mut ask = async |kind: &str| {
        let request = Request::post("/shop.Other/find").header("content-type", kind).body(axum::body::Body::empty());
        router.call(request.expect("a request")).await.expect("it never fails")
    };
    let answer = ask("application/grpc+proto").await;
    assert_eq!(
        (answer.status(), answer.headers().get("grpc-status").map(axum::http::HeaderValue::as_bytes)),
        (StatusCode::OK, Some(&b"12"[..]))
    );
    assert_eq!(ask("application/json").await.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
}
