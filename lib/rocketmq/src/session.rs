//! What producer and consumer share: the proxies, which of them is in use, whether it has accepted us, and how a call is made.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;

use crate::clock;
use crate::error::Error;
use crate::health::Health;
use crate::options::Options;
use crate::signature;
use crate::telemetry;
use crate::wire::messaging_service_client::MessagingServiceClient;
use crate::wire::{self, Resource};

/// The official client's version whose protocol this is; servers decide by it what they may send.
const PROTOCOL_OF: &str = "5.0.8";

pub(crate) type Stub = MessagingServiceClient<Channel>;

/// What kind of client this is, as its settings say.
#[derive(Debug)]
pub(crate) struct Role {
    pub(crate) client: wire::ClientType,
    pub(crate) group: Option<Resource>,
    pub(crate) settings: wire::settings::PubSub,
}

/// One client's connection.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) options: Options,
    pub(crate) role: Role,
    channels: Vec<Channel>,
    client_id: MetadataValue<Ascii>,
    state: watch::Sender<State>,
}

#[derive(Debug)]
struct State {
    /// The proxy in use, or the one that is tried next.
    current: usize,
    /// Whether it has accepted this client; if not, why not.
    standing: Result<(), Option<Error>>,
    since: Instant,
    failures: u64,
    last_error: Option<Error>,
    server: ServerSettings,
    closed: bool,
}

/// What the server wants of its clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ServerSettings {
    /// How often a message is delivered at most.
    pub(crate) max_attempts: i32,
}

/// A task that ends with its owner.
#[derive(Debug)]
pub(crate) struct Owned(JoinHandle<()>);

impl Drop for Owned {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Session {
    /// Makes the channels and starts the task that keeps the session up. Does not wait for a connection.
    pub(crate) fn start(options: &Options, role: Role) -> Result<(Arc<Self>, Owned), Error> {
        let runtime = tokio::runtime::Handle::try_current();
        let runtime = runtime.map_err(|_| Error::Usage("start a client inside a tokio runtime".to_owned()))?;
        let channels = options.endpoints.iter().map(|endpoint| endpoint.channel(options)).collect::<Result<_, _>>()?;
        let client_id = format!("{}@{}@{:016x}", options.client_name, std::process::id(), fastrand::u64(..));
        let state = State {
            current: 0,
            standing: Err(None),
            since: Instant::now(),
            failures: 0,
            last_error: None,
            server: ServerSettings { max_attempts: 16 },
            closed: false,
        };
        let session = Arc::new(Self {
            options: options.clone(),
            role,
            channels,
            client_id: header(client_id, "the client's name")?,
            state: watch::Sender::new(state),
        });
        // What can't be a header is told now and not at every call.
        session.request((), Duration::ZERO)?;
        let task = runtime.spawn(telemetry::keep(session.clone()));
        Ok((session, Owned(task)))
    }

    pub(crate) fn resource(&self, name: &str) -> Resource {
        Resource::new(&self.options.namespace, name)
    }

    /// The proxy in use, or the one that is tried next.
    pub(crate) fn current(&self) -> usize {
        self.state.borrow().current
    }

    /// How the proxy is called.
    pub(crate) fn endpoint(&self, at: usize) -> &str {
        self.options.endpoints[at].text()
    }

    pub(crate) fn wire_endpoint(&self) -> wire::Endpoints {
        self.options.endpoints[self.current()].wire()
    }

    pub(crate) fn server(&self) -> ServerSettings {
        self.state.borrow().server
    }

    pub(crate) fn health(&self) -> Health {
        let state = self.state.borrow();
        Health {
            connected: state.standing.is_ok() && !state.closed,
            endpoint: self.endpoint(state.current).to_owned(),
            since: state.since,
            failures: state.failures,
            last_error: state.last_error.clone(),
        }
    }

    /// Waits until a proxy has accepted this client, for as long as that is only a matter of time.
    pub(crate) async fn ready(&self) -> Result<usize, Error> {
        let mut states = self.state.subscribe();
        loop {
            {
                let state = states.borrow_and_update();
                match &state.standing {
                    _ if state.closed => return Err(Error::Closed),
                    Ok(()) => return Ok(state.current),
                    Err(Some(error)) if error.fault() != crate::Fault::Passing => return Err(error.clone()),
                    Err(_) => {}
                }
            }
            if states.changed().await.is_err() {
                return Err(Error::Closed);
            }
        }
    }

    /// As `ready`, for so long at most; then the error is what stands in the way.
    pub(crate) async fn ready_within(&self, limit: Duration) -> Result<usize, Error> {
        if let Ok(ready) = tokio::time::timeout(limit, self.ready()).await {
            return ready;
        }
        let state = self.state.borrow();
        let reason = || format!("no connection within {limit:?}");
        Err(match &state.standing {
            Err(Some(error)) => error.clone(),
            _ => Error::Unreachable { endpoint: self.endpoint(state.current).to_owned(), reason: reason() },
        })
    }

    /// The proxy `at` has accepted this client.
    pub(crate) fn accepted(&self, server: ServerSettings) {
        self.state.send_modify(|state| {
            (state.standing, state.since, state.server) = (Ok(()), Instant::now(), server);
        });
    }

    /// The connection broke or was not made: on to the next proxy, unless it is the proxy that said no.
    pub(crate) fn lost(&self, error: Error) {
        self.state.send_modify(|state| {
            if error.fault() == crate::Fault::Passing || matches!(error, Error::Untrusted { .. }) {
                state.current = (state.current + 1) % self.channels.len();
            }
            if state.standing.is_ok() {
                state.since = Instant::now();
            }
            state.failures += 1;
            state.last_error = Some(error.clone());
            state.standing = Err(Some(error));
        });
    }

    /// Something went wrong on a connection that stands.
    pub(crate) fn note(&self, error: Error) {
        // Nobody waits for this, so nobody is woken.
        self.state.send_if_modified(|state| {
            state.last_error = Some(error);
            false
        });
    }

    /// Tells the server that this client is gone, if it can be told, and lets nobody call any more.
    pub(crate) async fn close(&self) {
        if self.health().connected {
            let request = wire::NotifyClientTerminationRequest { group: self.role.group.clone() };
            let told = self.call("NotifyClientTermination", self.options.request_timeout, request, |mut stub, request| async move {
                stub.notify_client_termination(request).await
            });
            if let Err(error) = told.await {
                tracing::debug!(%error, "the RocketMQ proxy was not told that this client ends");
            }
        }
        self.state.send_modify(|state| state.closed = true);
    }

    /// Waits for `close`.
    pub(crate) async fn closed(&self) {
        // The sender is in `self`, so there is always something to wait for.
        let _ = self.state.subscribe().wait_for(|state| state.closed).await;
    }

    pub(crate) fn stub(&self, at: usize) -> Stub {
        MessagingServiceClient::new(self.channels[at].clone()).max_decoding_message_size(self.options.max_message_bytes)
    }

    /// Makes a call as soon as a proxy has accepted this client, and gives up at `limit`, waiting included.
    pub(crate) async fn call<Q, A, F>(
        &self,
        name: &'static str,
        limit: Duration,
        request: Q,
        make: impl FnOnce(Stub, tonic::Request<Q>) -> F,
    ) -> Result<A, Error>
    where
        F: Future<Output = Result<tonic::Response<A>, tonic::Status>>,
    {
        let started = Instant::now();
        let at = self.ready_within(limit).await?;
        let left = limit.saturating_sub(started.elapsed());
        let request = self.request(request, left)?;
        let timeout = || Error::Timeout { call: name, endpoint: self.endpoint(at).to_owned(), limit };
        let answer = tokio::time::timeout(left, make(self.stub(at), request)).await.map_err(|_| timeout())?;
        answer.map(tonic::Response::into_inner).map_err(|status| Error::of_grpc(name, self.endpoint(at), limit, &status))
    }

    /// With the headers that every call carries. A zero limit is none.
    pub(crate) fn request<Q>(&self, message: Q, limit: Duration) -> Result<tonic::Request<Q>, Error> {
        let mut request = tonic::Request::new(message);
        if !limit.is_zero() {
            request.set_timeout(limit);
        }
        let headers = request.metadata_mut();
        headers.insert("x-mq-client-id", self.client_id.clone());
        headers.insert("x-mq-language", MetadataValue::from_static("RUST"));
        headers.insert("x-mq-client-version", MetadataValue::from_static(PROTOCOL_OF));
        headers.insert("x-mq-protocol", MetadataValue::from_static("v2"));
        if !self.options.namespace.is_empty() {
            headers.insert("x-mq-namespace", header(self.options.namespace.clone(), "the namespace")?);
        }
        if let Some(credentials) = &self.options.credentials {
            let signature = signature::sign(credentials, clock::now());
            headers.insert("x-mq-date-time", header(signature.date_time, "the time")?);
            headers.insert("authorization", header(signature.authorization, "the access key")?);
        }
        Ok(request)
    }
}

fn header(value: String, what: &str) -> Result<MetadataValue<Ascii>, Error> {
    MetadataValue::try_from(value).map_err(|_| Error::Usage(format!("{what} can't be sent: use visible ASCII characters only")))
}
