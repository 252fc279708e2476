//! A provider's interface, as a consumer calls it.

use std::collections::BTreeMap;
use std::time::Duration;

use hessian2_codec::{Decoder, Limits, Throwable, Value, encode};
use prost::Message;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::metadata::{AsciiMetadataValue, MetadataMap};
use tonic::transport::Channel;
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;

use crate::error::CallError;
use crate::wire::{self, MetadataInfoV2, MetadataRequest, TripleRequestWrapper, TripleResponseWrapper};

/// What the wrapper of a message adds to what it carries, at most.
const WRAPPER: usize = 64 << 10;

/// An interface at the other end of a channel. Cheap to clone.
///
/// ```no_run
/// use std::time::Duration;
///
/// use dubbo_triple::{Reference, Value};
/// use tonic::transport::Endpoint;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let channel = Endpoint::from_static("http://127.0.0.1:20880").connect_lazy();
/// let goods = Reference::new(channel, "shop.GoodsService", "1.0.0");
/// let found = goods.call("find", [("java.lang.Long", Value::from(42_i64))], Duration::from_secs(2)).await?;
/// println!("{found:?}");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Reference {
    channel: Channel,
    interface: String,
    headers: MetadataMap,
    /// What was to be a header and cannot be one: every call says so.
    wrong: Option<String>,
    limits: Limits,
}

impl Reference {
    /// An interface of this name and version, which may be empty.
    pub fn new(channel: Channel, interface: impl Into<String>, version: &str) -> Self {
        let interface = interface.into();
        let reference = Self { channel, interface, headers: MetadataMap::new(), wrong: None, limits: Limits::default() };
        reference.header(wire::VERSION, version)
    }

    /// The same in a group.
    #[must_use]
    pub fn in_group(self, group: &str) -> Self {
        self.header(wire::GROUP, group)
    }

    /// The same, called by an application of this name.
    #[must_use]
    pub fn called_by(self, application: &str) -> Self {
        self.header(wire::CONSUMER, application)
    }

    /// The same with other limits of what an answer may carry.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    fn header(mut self, name: &'static str, value: &str) -> Self {
        match AsciiMetadataValue::try_from(value) {
            Ok(value) if !value.is_empty() => {
                self.headers.insert(name, value);
            }
            Ok(_) => {
                self.headers.remove(name);
            }
            Err(_) => self.wrong = Some(value.to_owned()),
        }
        self
    }

    /// Calls a method with arguments, each with its class as the method declares it, and waits at most so long.
    pub async fn call<'a>(
        &self,
        method: &str,
        arguments: impl IntoIterator<Item = (&'a str, Value)>,
        limit: Duration,
    ) -> Result<Value, CallError> {
        let mut wrapper = TripleRequestWrapper { serialize_type: wire::HESSIAN.to_owned(), ..TripleRequestWrapper::default() };
        for (class, value) in arguments {
            wrapper.arg_types.push(class.to_owned());
            wrapper.args.push(encode(&value)?.into());
        }
        if let Some(wrong) = &self.wrong {
            return Err(CallError::Name(wrong.clone()));
        }
        let longest = self.limits.bytes.saturating_add(WRAPPER);
        let path = path(&self.interface, method)?;
        let response: Response<TripleResponseWrapper> = unary(&self.channel, path, &self.headers, wrapper, longest, limit).await?;
        let code = response.metadata().get(wire::EXCEPTION_CODE).is_some_and(|code| code.as_bytes() != b"0");
        let wrapper = response.into_inner();
        if ![wire::HESSIAN, wire::HESSIAN_TOO].contains(&wrapper.serialize_type.as_str()) {
            return Err(CallError::Serialization(wrapper.serialize_type));
        }
        let mut decoder = Decoder::new(&wrapper.data).with_limits(self.limits);
        let value = decoder.read()?;
        decoder.finish()?;
        if code || wrapper.r#type == wire::EXCEPTION {
            let nameless = || Throwable::new(wire::EXCEPTION, format!("{value:?}"));
            return Err(CallError::Thrown(Box::new(Throwable::read(&value).unwrap_or_else(nameless))));
        }
        Ok(value)
    }
}

/// What an application provides, by its own word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The application's name.
    pub application: String,
    /// The revision of all this.
    pub revision: String,
    /// Its services.
    pub services: Vec<ServiceInfo>,
}

/// A service in an application's metadata.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceInfo {
    /// The interface's name.
    pub interface: String,
    /// Its version; empty for none.
    pub version: String,
    /// Its group; empty for none.
    pub group: String,
    /// `tri` for Triple.
    pub protocol: String,
    /// The first part of the path of its calls, mostly the interface's name.
    pub path: String,
    /// All else.
    pub parameters: BTreeMap<String, String>,
}

/// Asks the provider at the other end of a channel what it provides; `revision` is what the registry says of it.
pub async fn metadata(channel: &Channel, revision: &str, limit: Duration) -> Result<Metadata, Status> {
    const LONGEST: usize = 8 << 20;
    let path = PathAndQuery::from_static("/org.apache.dubbo.metadata.MetadataServiceV2/GetMetadataInfo");
    let request = MetadataRequest { revision: revision.to_owned() };
    let response: Response<MetadataInfoV2> = unary(channel, path, &MetadataMap::new(), request, LONGEST, limit).await?;
    let info = response.into_inner();
    let services = info.services.into_values().map(|service| ServiceInfo {
        interface: service.name,
        version: service.version,
        group: service.group,
        protocol: service.protocol,
        path: service.path,
        parameters: service.params,
    });
    Ok(Metadata { application: info.app, revision: info.version, services: services.collect() })
}

fn path(interface: &str, method: &str) -> Result<PathAndQuery, CallError> {
    let is_name = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._$-".contains(&byte));
    let path = format!("/{interface}/{method}");
    let named = is_name(interface) && is_name(method);
    path.parse().ok().filter(|_| named).ok_or(CallError::Name(path))
}

/// Whoever wants to know whether anything was sent finds the cause.
fn not_ready(error: tonic::transport::Error) -> Status {
    let mut status = Status::unavailable(format!("the channel is not ready: {error}"));
    status.set_source(std::sync::Arc::new(error));
    status
}

async fn unary<Q: Message + 'static, A: Message + Default + 'static>(
    channel: &Channel,
    path: PathAndQuery,
    headers: &MetadataMap,
    message: Q,
    longest: usize,
    limit: Duration,
) -> Result<Response<A>, Status> {
    let mut request = Request::new(message);
    *request.metadata_mut() = headers.clone();
    request.set_timeout(limit);
    let late = |_| Status::deadline_exceeded(format!("no answer within {limit:?}"));
    let asked = async {
        let mut client = Grpc::new(channel.clone()).max_decoding_message_size(longest);
        client.ready().await.map_err(not_ready)?;
        client.unary(request, path, ProstCodec::<Q, A>::default()).await
    };
    tokio::time::timeout(limit, asked).await.map_err(late)?
}
