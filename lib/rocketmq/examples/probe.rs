//! Sends a message and waits until it came back: the way to see whether a server, a topic and a group are ready.
//!
//! The topic and the group should be the probe's own, since it acknowledges every message that it gets.

#![expect(clippy::print_stdout, reason = "a program for people")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use rocketmq_grpc::{Consumer, ConsumerOptions, Credentials, Error, Filter, Options, OutgoingMessage, Producer, Subscription};
use tokio::time::{Instant, timeout_at};

const USAGE: &str = "probe --endpoint http://HOST:8081 --topic TOPIC --group GROUP [--tag TAG] [--timeout SECONDS]
      [--ca FILE.pem] [--access-key KEY, its secret in the environment as ROCKETMQ_SECRET]";

#[derive(Default)]
struct Arguments {
    endpoint: String,
    topic: String,
    group: String,
    tag: Option<String>,
    timeout: Option<u64>,
    ca: Option<PathBuf>,
    access_key: Option<String>,
}

fn arguments() -> Result<Arguments, String> {
    let mut found = Arguments::default();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        match word.as_str() {
            "--endpoint" => found.endpoint = value,
            "--topic" => found.topic = value,
            "--group" => found.group = value,
            "--tag" => found.tag = Some(value),
            "--ca" => found.ca = Some(value.into()),
            "--access-key" => found.access_key = Some(value),
            "--timeout" => found.timeout = Some(value.parse().map_err(|e| format!("--timeout {value}: {e}"))?),
            _ => return Err(format!("{word} is unknown")),
        }
    }
    if found.endpoint.is_empty() || found.topic.is_empty() || found.group.is_empty() {
        return Err("--endpoint, --topic and --group are needed".to_owned());
    }
    Ok(found)
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match arguments() {
        Ok(arguments) => arguments,
        Err(why) => {
            eprintln!("{why}\n{USAGE}");
            return ExitCode::FAILURE;
        }
    };
    let started = Instant::now();
    match probe(&arguments, started + Duration::from_secs(arguments.timeout.unwrap_or(60))).await {
        Ok(()) => {
            println!("{} is ready: sent, received and acknowledged after {:.1?}", arguments.topic, started.elapsed());
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{} is not ready after {:.1?}: {why}", arguments.topic, started.elapsed());
            ExitCode::FAILURE
        }
    }
}

async fn probe(arguments: &Arguments, deadline: Instant) -> Result<(), String> {
    let mut options = Options::new([&arguments.endpoint]).map_err(|e| e.to_string())?.with_client_name("probe");
    if let Some(file) = &arguments.ca {
        options = options.with_ca_file(file).map_err(|e| e.to_string())?;
    }
    if let Some(key) = &arguments.access_key {
        let secret = std::env::var("ROCKETMQ_SECRET").map_err(|e| format!("ROCKETMQ_SECRET: {e}"))?;
        options = options.with_credentials(Credentials::new(key, secret));
    }
    let filter = arguments.tag.clone().map_or(Filter::All, Filter::Tag);
    let how = ConsumerOptions { polling: Duration::from_secs(5), route_refresh: Duration::from_secs(2), ..ConsumerOptions::default() };
    let subscription = Subscription::new(&arguments.topic, filter);
    let consumer = Consumer::start(&options, &arguments.group, [subscription], how).map_err(|e| e.to_string())?;
    let producer = Producer::start(&options, [&arguments.topic]).map_err(|e| e.to_string())?;
    // A group that is new may begin with what is sent from now on: it has to be there first.
    let outcome = match connected(&consumer, deadline).await {
        Ok(()) => round_trip(arguments, &producer, &consumer, deadline).await,
        Err(why) => Err(why),
    };
    // Leaving should not take longer than what it was for.
    let _ = timeout_at(deadline.max(Instant::now() + Duration::from_secs(1)), async {
        producer.shutdown().await;
        consumer.shutdown().await;
    })
    .await;
    outcome
}

async fn connected(consumer: &Consumer, deadline: Instant) -> Result<(), String> {
    loop {
        match consumer.ready(deadline.saturating_duration_since(Instant::now())).await {
            Ok(()) => return Ok(()),
            Err(error) if Instant::now() >= deadline => return Err(error.to_string()),
            Err(_) => tokio::time::sleep(Duration::from_millis(500)).await,
        }
    }
}

async fn round_trip(arguments: &Arguments, producer: &Producer, consumer: &Consumer, deadline: Instant) -> Result<(), String> {
    let key = format!("probe-{:016x}", fastrand::u64(..));
    let mut message = OutgoingMessage::new(&key, "probe").with_key(&key);
    message.tag.clone_from(&arguments.tag);
    let mut trouble = send(producer, &arguments.topic, &message, deadline).await?;
    loop {
        match timeout_at(deadline, consumer.receive()).await {
            Ok(Ok(messages)) => {
                let receipts: Vec<_> = messages.iter().map(rocketmq_grpc::ReceivedMessage::receipt).collect();
                let acked = consumer.ack(&receipts).await;
                let ours = messages.iter().position(|message| message.keys.contains(&key));
                match (ours, acked) {
                    (Some(place), Ok(outcomes)) if outcomes[place].is_ok() => return Ok(()),
                    // Not acknowledged, so it comes again.
                    (Some(place), Ok(outcomes)) => trouble = outcomes[place].as_ref().err().map(ToString::to_string),
                    (_, Err(error)) => trouble = Some(error.to_string()),
                    (None, Ok(_)) => {}
                }
            }
            Ok(Err(error)) => trouble = Some(error.to_string()),
            Err(_) => {
                let last = trouble.or_else(|| consumer.health().last_error.map(|error| error.to_string()));
                return Err(last.unwrap_or_else(|| "the message was sent but did not come back".to_owned()));
            }
        }
    }
}

/// Sends until it is accepted.
async fn send(producer: &Producer, topic: &str, message: &OutgoingMessage, deadline: Instant) -> Result<Option<String>, String> {
    loop {
        let outcome = timeout_at(deadline, producer.send(topic, std::slice::from_ref(message))).await;
        let why = match outcome {
            Ok(Ok(outcomes)) => match outcomes.into_iter().next() {
                Some(Err(refusal)) => refusal.to_string(),
                _ => return Ok(None),
            },
            Ok(Err(error @ Error::Usage(_))) => return Err(error.to_string()),
            Ok(Err(error)) => error.to_string(),
            Err(_) => return Err("the message could not be sent in time".to_owned()),
        };
        if Instant::now() + Duration::from_millis(500) >= deadline {
            return Err(why);
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
