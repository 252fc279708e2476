//! Callers and providers that break the protocol.

use dubbo_triple::{CallError, Reference, Throwable, Value};
use hessian2_codec::encode;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::metadata::MetadataMap;
use tonic::transport::Channel;
use tonic::{Code, Request, Response, Status};
use tonic_prost::ProstCodec;

use super::{GOODS, SOON, provided, provider};

/// The request as anybody may write it: the answer has the same fields, of which the third comes once.
#[derive(Clone, PartialEq, prost::Message)]
struct Raw {
    #[prost(string, tag = "1")]
    serialization: String,
    #[prost(bytes = "vec", repeated, tag = "2")]
    arguments: Vec<Vec<u8>>,
    #[prost(string, repeated, tag = "3")]
    types: Vec<String>,
}

async fn send(channel: &Channel, path: &'static str, raw: Raw) -> Result<Response<Raw>, Status> {
    let mut client = Grpc::new(channel.clone());
    client.ready().await.expect("a channel");
    client.unary(Request::new(raw), PathAndQuery::from_static(path), ProstCodec::<Raw, Raw>::default()).await
}

fn raw(serialization: &str, arguments: &[&[u8]], types: &[&str]) -> Raw {
    Raw {
        serialization: serialization.to_owned(),
        arguments: arguments.iter().map(|bytes| bytes.to_vec()).collect(),
        types: types.iter().map(ToString::to_string).collect(),
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_told() {
    let channel = provided(provider()).await;
    let object = ["java.lang.Object"];
    for (call, code, words) in [
        (raw("fastjson2", &[b"N"], &object), Code::InvalidArgument, "prefer.serialization"),
        (raw("", &[b"N"], &object), Code::InvalidArgument, "hessian4"),
        (raw("hessian4", &[], &object), Code::InvalidArgument, "0 arguments came with 1 types"),
        (raw("hessian4", &[b""], &object), Code::InvalidArgument, "argument 0 cannot be read: byte 0"),
        (raw("hessian4", &[b"NN"], &object), Code::InvalidArgument, "bytes behind the value"),
        (raw("hessian4", &[&b"\x79".repeat(1000)], &object), Code::InvalidArgument, "nested more than 64 deep"),
    ] {
        let status = send(&channel, "/shop.GoodsService/echo", call.clone()).await.expect_err("it cannot be read");
        assert!(status.code() == code && status.message().contains(words), "{call:?}: {status}");
    }
    for path in ["/", "/shop.GoodsService", "/shop.GoodsService/", "/shop.GoodsService/echo/more", "/%2e/x"] {
        let status = send(&channel, path, raw("hessian4", &[], &[])).await.expect_err("no call");
        assert_eq!(status.code(), Code::Unimplemented, "{path}: {status}");
    }
    // and all is well after that, in the other name as well, which comes back
    let answer = send(&channel, "/shop.GoodsService/echo", raw("hessian2", &[b"T"], &object)).await.expect("an answer");
    assert_eq!(answer.into_inner(), raw("hessian2", &[b"T"], &object));
}

#[tokio::test]
async fn an_exception_has_the_header_and_the_declared_type() {
    let channel = provided(provider()).await;
    let answer = send(&channel, "/shop.GoodsService/find", raw("hessian4", &[&[0xe7]], &["java.lang.Long"])).await.expect("an answer");
    assert_eq!(answer.metadata().get("tri-exception-code").map(tonic::metadata::MetadataValue::as_bytes), Some(&b"3"[..]));
    assert_eq!(answer.into_inner().types, ["shop.Goods"]);
    let answer = send(&channel, "/shop.GoodsService/who", raw("hessian4", &[], &[])).await.expect("an answer");
    assert!(answer.metadata().get("tri-exception-code").is_none());
}

/// Gives one answer to all calls.
#[derive(Clone)]
struct Stranger {
    answer: Raw,
    headers: MetadataMap,
}

impl tonic::server::UnaryService<Raw> for Stranger {
    type Response = Raw;
    type Future = std::future::Ready<Result<Response<Raw>, Status>>;

    fn call(&mut self, _: Request<Raw>) -> Self::Future {
        let headers = std::mem::take(&mut self.headers);
        std::future::ready(Ok(Response::from_parts(headers, self.answer.clone(), tonic::Extensions::new())))
    }
}

impl tonic::codegen::Service<tonic::codegen::http::Request<tonic::body::Body>> for Stranger {
    type Response = tonic::codegen::http::Response<tonic::body::Body>;
    type Error = std::convert::Infallible;
    type Future = tonic::codegen::BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Self::Error>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: tonic::codegen::http::Request<tonic::body::Body>) -> Self::Future {
        let stranger = self.clone();
        Box::pin(async move { Ok(tonic::server::Grpc::new(ProstCodec::<Raw, Raw>::default()).unary(stranger, request).await) })
    }
}

async fn answered(answer: Raw, code: Option<&'static str>) -> Result<Value, CallError> {
    let mut headers = MetadataMap::new();
    if let Some(code) = code {
        headers.insert("tri-exception-code", tonic::metadata::MetadataValue::from_static(code));
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let incoming = tokio_stream::wrappers::TcpListenerStream::new(listener);
    tokio::spawn(tonic::transport::Server::builder().serve_with_incoming(Stranger { answer, headers }, incoming));
    let channel = tonic::transport::Endpoint::from_shared(format!("http://{address}")).expect("an endpoint").connect_lazy();
    Reference::new(channel, GOODS, "0.0.1").call("echo", [], SOON).await
}

#[tokio::test]
async fn answers_are_read_or_told() {
    assert_eq!(answered(raw("hessian4", &[b"T"], &["boolean"]), Some("0")).await.expect("a value"), Value::Bool(true));
    let thrown = |error: CallError| error.thrown().map(ToString::to_string);
    let exception = encode(&Throwable::new("shop.A", "a").to_value()).expect("it can be written");
    let error = answered(raw("hessian4", &[&exception], &["boolean"]), Some("3")).await.expect_err("an exception");
    assert_eq!(thrown(error), Some("shop.A: a".to_owned()));
    let error = answered(raw("hessian4", &[&exception], &["java.lang.Exception"]), None).await.expect_err("an exception");
    assert_eq!(thrown(error), Some("shop.A: a".to_owned()));
    let error = answered(raw("hessian4", &[b"\x01a"], &["boolean"]), Some("3")).await.expect_err("an exception");
    assert_eq!(thrown(error), Some("java.lang.Exception: String(\"a\")".to_owned()));
    let error = answered(raw("fastjson2", &[b"N"], &["boolean"]), None).await.expect_err("no hessian2");
    assert!(matches!(error, CallError::Serialization(_)), "{error}");
    for bytes in [&b""[..], b"NN", b"\xff"] {
        let error = answered(raw("hessian4", &[bytes], &["boolean"]), None).await.expect_err("no value");
        assert!(matches!(error, CallError::Answer(_)), "{error}");
    }
}
