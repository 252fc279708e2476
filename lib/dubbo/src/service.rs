//! The provider as a service of HTTP/2, for tonic's server, axum or hyper.

use std::convert::Infallible;
use std::sync::Arc;

use hessian2_codec::{Decoder, Value, encode};
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Context, Poll, Service, StdError, http};
use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::server::{Grpc, UnaryService};
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;

use crate::provider::{Call, Provider, Target};
use crate::timeout;
use crate::wire::{self, MetadataInfoV2, MetadataRequest, TripleRequestWrapper, TripleResponseWrapper};

/// What the wrapper of a message adds to what it carries, at most.
const WRAPPER: usize = 64 << 10;

/// How the content types of all calls begin.
const GRPC: &[u8] = b"application/grpc";

/// Answers calls at `/INTERFACE/METHOD`. Any server of HTTP/2 can carry it; it never fails, and is cheap to clone.
#[derive(Clone, Debug)]
pub struct TripleService {
    provider: Arc<Provider>,
}

impl TripleService {
    pub(crate) fn new(provider: Provider) -> Self {
        Self { provider: Arc::new(provider) }
    }

    async fn answer<B>(self, request: http::Request<B>) -> http::Response<Body>
    where
        B: tonic::codegen::Body + Send + 'static,
        B::Error: Into<StdError> + Send,
    {
        let kind = request.headers().get(http::header::CONTENT_TYPE).map_or(&b""[..], http::HeaderValue::as_bytes);
        if !kind.starts_with(GRPC) {
            return no_grpc();
        }
        let path = request.uri().path().to_owned();
        let Some((interface, method)) = path.strip_prefix('/').and_then(|path| path.split_once('/')) else {
            return Status::unimplemented(format!("{path} is no call: it begins with an interface and a method")).into_http();
        };
        let longest = self.provider.limits().bytes.saturating_add(WRAPPER);
        if (interface, method) == (wire::METADATA_SERVICE, wire::METADATA_METHOD) {
            let asked = Asked { provider: self.provider };
            return Grpc::new(ProstCodec::default()).max_decoding_message_size(longest).unary(asked, request).await;
        }
        let found = {
            let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
            self.provider.find(interface, header(wire::VERSION), header(wire::GROUP))
        };
        match found {
            Ok(target) => {
                let called = Called { provider: self.provider, target: Arc::new(target), method: method.to_owned() };
                Grpc::new(ProstCodec::default()).max_decoding_message_size(longest).unary(called, request).await
            }
            Err(status) => status.into_http(),
        }
    }
}

impl<B> Service<http::Request<B>> for TripleService
where
    B: tonic::codegen::Body + Send + 'static,
    B::Error: Into<StdError> + Send,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let service = self.clone();
        Box::pin(async move { Ok(service.answer(request).await) })
    }
}

/// What gRPC says to somebody who speaks something else.
fn no_grpc() -> http::Response<Body> {
    let mut response = http::Response::new(Body::empty());
    *response.status_mut() = http::StatusCode::UNSUPPORTED_MEDIA_TYPE;
    response
}

/// A call whose interface was found.
struct Called {
    provider: Arc<Provider>,
    target: Arc<Target>,
    method: String,
}

impl UnaryService<TripleRequestWrapper> for Called {
    type Response = TripleResponseWrapper;
    type Future = BoxFuture<Response<TripleResponseWrapper>, Status>;

    fn call(&mut self, request: Request<TripleRequestWrapper>) -> Self::Future {
        let (provider, target, method) = (Arc::clone(&self.provider), Arc::clone(&self.target), self.method.clone());
        Box::pin(async move { run(&provider, &target, &method, request).await })
    }
}

async fn run(
    provider: &Provider,
    target: &Target,
    method: &str,
    request: Request<TripleRequestWrapper>,
) -> Result<Response<TripleResponseWrapper>, Status> {
    let (metadata, _, wrapper) = request.into_parts();
    let serialization = wrapper.serialize_type.clone();
    if ![wire::HESSIAN, wire::HESSIAN_TOO].contains(&serialization.as_str()) {
        let message = format!("arguments in {serialization:?} are not read here, but hessian4: set prefer.serialization to hessian2");
        return Err(Status::invalid_argument(message));
    }
    let method = target.method(method, &wrapper.arg_types)?;
    let arguments = arguments(provider, &wrapper)?;
    let returns = method.returns.clone();
    let text = |name: &str| metadata.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (consumer, timeout) = (text(wire::CONSUMER), text(wire::TIMEOUT).as_deref().and_then(timeout::parse));
    let call = Call { interface: Arc::clone(&target.interface), method, arguments, consumer, timeout, metadata };
    let answer = target.call(call).await?;
    let (value, headers) = match answer {
        Ok(value) => (value, MetadataMap::new()),
        Err(thrown) => (thrown.to_value(), thrown_headers()),
    };
    let data = encode(&value).map_err(|error| Status::internal(format!("the answer cannot be written: {error}")))?;
    let wrapper = TripleResponseWrapper { serialize_type: serialization, data: data.into(), r#type: returns };
    Ok(Response::from_parts(headers, wrapper, http::Extensions::new()))
}

fn arguments(provider: &Provider, wrapper: &TripleRequestWrapper) -> Result<Vec<Value>, Status> {
    if wrapper.args.len() != wrapper.arg_types.len() {
        let message = format!("{} arguments came with {} types", wrapper.args.len(), wrapper.arg_types.len());
        return Err(Status::invalid_argument(message));
    }
    let read = |(at, bytes): (usize, &_)| {
        let mut decoder = Decoder::new(bytes).with_limits(provider.limits());
        let value = decoder.read().and_then(|value| decoder.finish().map(|()| value));
        value.map_err(|error| Status::invalid_argument(format!("argument {at} cannot be read: {error}")))
    };
    wrapper.args.iter().map(AsRef::as_ref).enumerate().map(read).collect()
}

fn thrown_headers() -> MetadataMap {
    let mut headers = MetadataMap::new();
    headers.insert(wire::EXCEPTION_CODE, MetadataValue::from_static(wire::THROWN));
    headers
}

/// The question for the application's metadata.
struct Asked {
    provider: Arc<Provider>,
}

impl UnaryService<MetadataRequest> for Asked {
    type Response = MetadataInfoV2;
    type Future = std::future::Ready<Result<Response<MetadataInfoV2>, Status>>;

    fn call(&mut self, request: Request<MetadataRequest>) -> Self::Future {
        std::future::ready(metadata(&self.provider, &request.into_inner().revision))
    }
}

/// A consumer keeps an answer under the revision that it asked for: of another we know nothing.
fn metadata(provider: &Provider, revision: &str) -> Result<Response<MetadataInfoV2>, Status> {
    let info = provider.catalog().info();
    if !revision.is_empty() && revision != info.version {
        return Err(Status::not_found(format!("no revision {revision} here, but {}", info.version)));
    }
    Ok(Response::new(info))
}
