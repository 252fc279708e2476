//! Answers other processes of the fleet: one gRPC method that takes batches ([`super::wire`]). The same port has the contract's
//! interfaces ([`crate::rpc`]), where they are offered.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rocketmall_core::command::Command;
use rocketmall_core::rejection::{Reason, Rejection};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tonic::body::Body;
use tonic::codegen::Service;
use tonic::codegen::http::{Request, Response};
use tonic::metadata::MetadataValue;
use tonic::server::{Grpc, UnaryService};
use tonic::transport::Server;
use tonic::{Code, Status};
use tonic_prost::ProstCodec;

use super::lines::chain;
use super::owner::with_ids;
use super::wire::{Batch, Call, LARGEST, PATH, Reply, SECRET};
use super::{Fleet, owner};
use crate::channels::Channels;
use crate::config::{Role, RpcConfig};
use crate::rpc::Contract;
use crate::shutdown::Shutdown;
use crate::trace;

/// Who may call, and what answers.
#[derive(Clone)]
pub struct Caller {
    fleet: Fleet,
    channels: Channels,
    secret: Arc<str>,
}

impl Caller {
    /// Those who know the secret; everybody if it is empty.
    pub fn new(fleet: Fleet, channels: Channels, secret: &str) -> Self {
        Self { fleet, channels, secret: secret.into() }
    }

    async fn answer(self, request: tonic::Request<Batch>) -> Result<tonic::Response<Batch>, Status> {
        let sent = request.metadata().get(SECRET).map(MetadataValue::as_bytes).unwrap_or_default();
        if !self.secret.is_empty() && !constant_time_eq(sent, self.secret.as_bytes()) {
            return Err(Status::unauthenticated("the caller does not share this fleet's rpc.secret"));
        }
        let calls: Vec<Call> =
            request.get_ref().read().map_err(|error| Status::invalid_argument(format!("the batch cannot be read: {error}")))?;
        // each goes on if the caller leaves: what was begun is finished and remembered
        let replies = tokio::spawn(replies(self.fleet, self.channels, calls)).await.map_err(|error| Status::internal(error.to_string()))?;
        Batch::of(&replies).map(tonic::Response::new).map_err(|error| Status::internal(error.to_string()))
    }
}

/// The replies in the order of the calls. The steps of sagas that came together are stored together.
async fn replies(fleet: Fleet, channels: Channels, calls: Vec<Call>) -> Vec<Reply> {
    let mut replies: Vec<Option<Reply>> = calls.iter().map(|_| None).collect();
    let (mut steps, mut indexes, mut others) = (Vec::new(), Vec::new(), JoinSet::new());
    for (index, call) in calls.into_iter().enumerate() {
        match call {
            Call::Execute(request) if is_step(&request.command) && fleet.keeps(owner(&request.command)) => {
                indexes.push(index);
                steps.push(*request);
            }
            call => {
                let (fleet, channels) = (fleet.clone(), channels.clone());
                others.spawn(async move { (index, reply(fleet, channels, call).await) });
            }
        }
    }
    if let Some(own) = fleet.own() {
        for (index, decided) in indexes.into_iter().zip(own.engine.submit_all(steps).await) {
            replies[index] = Some(Reply::Decided(Box::new(decided)));
        }
    }
    while let Some(done) = others.join_next().await {
        if let Ok((index, reply)) = done {
            replies[index] = Some(reply);
        }
    }
    replies.into_iter().map(|reply| reply.unwrap_or_else(|| Reply::Failed("it failed on this side; see the log".to_owned()))).collect()
}

/// A participant's part of an order.
fn is_step(command: &Command) -> bool {
    matches!(command, Command::ReserveStock(_) | Command::RedeemCoupon(_) | Command::DebitBalance(_))
}

async fn reply(fleet: Fleet, channels: Channels, call: Call) -> Reply {
    match call {
        Call::Execute(mut request) => {
            if is_foreign(&request.command) {
                let why = "this command is not one that processes send each other";
                return Reply::Decided(Box::new(Err(Rejection::new(Reason::BadParameter, why))));
            }
            let role = owner(&request.command);
            // a door of the version before sends the pay role what orders decide
            let passed_on = matches!(request.command, Command::StartPayment(_)) && fleet.keeps(Role::Pay);
            if !fleet.keeps(role) && !passed_on {
                let why = format!("this process has not the role {role}; see `peers` of the one that called");
                return Reply::Decided(Box::new(Err(Rejection::new(Reason::ServiceAway, why))));
            }
            with_ids(&mut request.command, || fleet.next_id());
            let trace = request.trace;
            Reply::Decided(Box::new(trace::within(trace, fleet.submit(*request)).await))
        }
        Call::Ask(question) => {
            let Some(own) = fleet.own() else { return Reply::Failed("this process keeps nothing".to_owned()) };
            match question.answer(&own.database).await {
                Ok(found) => Reply::Found(found),
                Err(error) => Reply::Failed(error.to_string()),
            }
        }
        Call::Look(noted) => Reply::Looked(Box::new(channels.look_for(&fleet, *noted).await)),
        Call::GiveBack(wanted) => Reply::GivenBack(channels.refund(&fleet, *wanted).await),
    }
}

/// The steps of a saga, and what belongs to a bus, are the owner's own.
fn is_foreign(command: &Command) -> bool {
    matches!(
        command,
        Command::PreOrder(_)
            | Command::ConfirmOrder(_)
            | Command::DropOrder(_)
            | Command::Consume(_)
            | Command::Deliver(_)
            | Command::MarkSent(_)
    )
}

/// Takes as long for a wrong secret as for the right one of its length.
fn constant_time_eq(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && left.iter().zip(right).fold(0, |different, (l, r)| different | (l ^ r)) == 0
}

impl UnaryService<Batch> for Caller {
    type Response = Batch;
    type Future = Pin<Box<dyn Future<Output = Result<tonic::Response<Batch>, Status>> + Send>>;

    fn call(&mut self, request: tonic::Request<Batch>) -> Self::Future {
        Box::pin(self.clone().answer(request))
    }
}

/// What answers at the port.
#[derive(Clone)]
pub struct Port {
    /// The fleet's own calls.
    pub caller: Caller,
    /// The contract's interfaces, if they are offered.
    pub contract: Option<Contract>,
}

impl Port {
    async fn answer(self, request: Request<Body>) -> Response<Body> {
        if request.uri().path() == PATH {
            let codec = ProstCodec::<Batch, Batch>::default();
            let mut grpc = Grpc::new(codec).max_decoding_message_size(LARGEST).max_encoding_message_size(LARGEST);
            return grpc.unary(self.caller, request).await;
        }
        match self.contract {
            Some(contract) => contract.answer(request).await,
            None => Status::new(Code::Unimplemented, "there is no such method; is rpc.contract switched on?").into_http(),
        }
    }
}

impl Service<Request<Body>> for Port {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let port = self.clone();
        Box::pin(async move { Ok(port.answer(request).await) })
    }
}

/// What takes the calls of other processes: with TLS they have to show a certificate.
pub fn server(rpc: &RpcConfig) -> Result<Server, String> {
    match rpc.tls()? {
        Some(tls) => Server::builder().tls_config(tls.of_server()).map_err(|error| format!("rpc.tls_cert: {}", chain(&error))),
        None => Ok(Server::builder()),
    }
}

/// Serves other processes until told to stop, then until the calls under way are answered.
pub async fn serve(server: Server, listener: TcpListener, port: Port, mut told: Shutdown) {
    let incoming = tonic::transport::server::TcpIncoming::from(listener).with_nodelay(Some(true));
    if let Err(error) = server.serve_with_incoming_shutdown(port, incoming, async move { told.told().await }).await {
        tracing::error!(%error, "calls from other processes are taken no more");
    }
}
