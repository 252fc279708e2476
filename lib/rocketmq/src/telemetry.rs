//! Keeps a session up: says what kind of client this is, hears what the server wants, gives signs of life, and begins anew
//! after every break. A server knows a client only through this; a receive before it is refused.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;

use crate::backoff::Backoff;
use crate::error::{Error, Refusal};
use crate::session::{ServerSettings, Session};
use crate::wire::telemetry_command::Command;
use crate::wire::{self, TelemetryCommand};

const TELEMETRY: &str = "Telemetry";
const HEARTBEAT: Duration = Duration::from_secs(10);
/// A connection that stood so long was a good one: after it the pauses begin at the shortest.
const GOOD: Duration = Duration::from_secs(5);

/// Runs until the session is closed: who has said goodbye must not come back.
pub(crate) async fn keep(session: Arc<Session>) {
    tokio::select! {
        () = session.closed() => {}
        () = reconnect(&session) => {}
    }
}

/// Has no end of its own.
async fn reconnect(session: &Session) {
    let mut backoff = Backoff::new();
    loop {
        let at = session.current();
        let started = Instant::now();
        let Err(error) = converse(session, at).await;
        let endpoint = session.endpoint(at);
        if session.health().connected {
            tracing::warn!(endpoint, %error, "lost the RocketMQ proxy, reconnecting");
        } else {
            tracing::debug!(endpoint, %error, "no RocketMQ proxy yet");
        }
        if started.elapsed() > GOOD + session.options.request_timeout {
            backoff.reset();
        }
        session.lost(error);
        tokio::time::sleep(backoff.pause()).await;
    }
}

/// One connection, from its settings to its break.
async fn converse(session: &Session, at: usize) -> Result<Infallible, Error> {
    // The stream of ours is open for as long as `ours` is.
    let (ours, stream) = mpsc::channel(1);
    ours.try_send(settings(session)).map_err(|_| Error::Closed)?;
    let limit = session.options.request_timeout;
    let mut commands = tokio::time::timeout(limit, open(session, at, ReceiverStream::new(stream)))
        .await
        .map_err(|_| Error::Timeout { call: TELEMETRY, endpoint: session.endpoint(at).to_owned(), limit })??;
    tracing::info!(endpoint = session.endpoint(at), "connected to the RocketMQ proxy");

    let mut heartbeats = tokio::time::interval_at(tokio::time::Instant::now() + HEARTBEAT, HEARTBEAT);
    heartbeats.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            command = next(session, at, &mut commands) => heed(session, at, command?)?,
            _ = heartbeats.tick() => heartbeat(session).await?,
        }
    }
}

/// Opens the stream and waits for the server's settings.
async fn open(session: &Session, at: usize, ours: ReceiverStream<TelemetryCommand>) -> Result<Streaming<TelemetryCommand>, Error> {
    let request = session.request(ours, Duration::ZERO)?;
    let limit = session.options.request_timeout;
    let opened = session.stub(at).telemetry(request).await;
    let mut commands = opened.map_err(|status| Error::of_grpc(TELEMETRY, session.endpoint(at), limit, &status))?.into_inner();
    while !session.health().connected {
        let command = next(session, at, &mut commands).await?;
        heed(session, at, command)?;
    }
    Ok(commands)
}

async fn next(session: &Session, at: usize, commands: &mut Streaming<TelemetryCommand>) -> Result<TelemetryCommand, Error> {
    let ended = || Error::Unreachable { endpoint: session.endpoint(at).to_owned(), reason: "it ended the session".to_owned() };
    match commands.message().await {
        Ok(Some(command)) => Ok(command),
        Ok(None) => Err(ended()),
        Err(status) => Err(Error::of_grpc(TELEMETRY, session.endpoint(at), session.options.request_timeout, &status)),
    }
}

/// What the server says: its settings are kept, a wish to be called anew is met, the rest is not for this kind of client.
fn heed(session: &Session, at: usize, command: TelemetryCommand) -> Result<(), Error> {
    if let Some(status) = command.status {
        Refusal::unless_ok(Some(status)).map_err(|refusal| refusal.of(TELEMETRY))?;
    }
    match command.command {
        Some(Command::Settings(settings)) => {
            let attempts = settings.backoff_policy.map_or(0, |policy| policy.max_attempts);
            let max_attempts = if attempts > 0 { attempts } else { session.server().max_attempts };
            session.accepted(ServerSettings { max_attempts });
            Ok(())
        }
        Some(Command::ReconnectEndpointsCommand(_)) => {
            Err(Error::Unreachable { endpoint: session.endpoint(at).to_owned(), reason: "it asks to be connected to anew".to_owned() })
        }
        None => Ok(()),
    }
}

async fn heartbeat(session: &Session) -> Result<(), Error> {
    const HEARTBEAT: &str = "Heartbeat";
    let request = wire::HeartbeatRequest { group: session.role.group.clone(), client_type: session.role.client.into() };
    let make = |mut stub: crate::session::Stub, request| async move { stub.heartbeat(request).await };
    let answer = session.call(HEARTBEAT, session.options.request_timeout, request, make).await?;
    Refusal::unless_ok(answer.status).map_err(|refusal| refusal.of(HEARTBEAT))
}

fn settings(session: &Session) -> TelemetryCommand {
    let settings = wire::Settings {
        client_type: Some(session.role.client.into()),
        access_point: Some(session.wire_endpoint()),
        backoff_policy: None,
        request_timeout: Some(wire::duration(session.options.request_timeout)),
        pub_sub: Some(session.role.settings.clone()),
        user_agent: Some(wire::Ua {
            language: wire::Language::Rust.into(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            platform: std::env::consts::OS.to_owned(),
            hostname: session.options.client_name.clone(),
        }),
    };
    TelemetryCommand { status: None, command: Some(Command::Settings(settings)) }
}
