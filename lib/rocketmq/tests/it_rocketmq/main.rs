//! Against a real RocketMQ: `TRIAL_ROCKETMQ` is the gRPC endpoint of its proxy, as `http://127.0.0.1:8081`.
//!
//! Topics and groups have to be there: `mqadmin.txt` has the command for each, to which the nameserver (`-n`) and the cluster
//! (`-c`) are added. Each test has its own, so that all run at once. The broker needs `recallMessageEnable=true`.

mod breaks;
mod dead;
mod delay;
mod order;
mod refusals;
mod shop;
mod visible;

use std::time::{Duration, Instant};

use rocketmq_grpc::{Consumer, ConsumerOptions, Credentials, Filter, Options, OutgoingMessage, Producer, ReceivedMessage, Subscription};

/// Longer than anything here should take.
const PATIENCE: Duration = Duration::from_mins(1);

fn endpoint() -> String {
    std::env::var("TRIAL_ROCKETMQ").expect("set TRIAL_ROCKETMQ to the gRPC endpoint of a RocketMQ proxy first")
}

fn options() -> Options {
    options_at([endpoint()])
}

/// With the login of the broker, where it wants one.
fn options_at<E: AsRef<str>>(endpoints: impl IntoIterator<Item = E>) -> Options {
    let options = Options::new(endpoints).expect("endpoints").with_client_name("it");
    match (std::env::var("TRIAL_ROCKETMQ_KEY"), std::env::var("TRIAL_ROCKETMQ_SECRET")) {
        (Ok(key), Ok(secret)) => options.with_credentials(Credentials::new(key, secret)),
        _ => options,
    }
}

/// Short waits, so that a test need not be patient.
fn how() -> ConsumerOptions {
    ConsumerOptions { invisible: Duration::from_secs(10), polling: Duration::from_secs(5), ..ConsumerOptions::default() }
}

/// A consumer that the server knows, so that what is sent from now on is its.
async fn consumer(topic: &str, group: &str, filter: Filter) -> Consumer {
    let consumer = Consumer::start(&options(), group, [Subscription::new(topic, filter)], how()).expect("options");
    consumer.ready(PATIENCE).await.expect("a connection");
    consumer
}

fn producer(topic: &str) -> Producer {
    Producer::start(&options(), [topic]).expect("options")
}

/// An id that no other run has.
fn unique(what: &str) -> String {
    format!("{what}-{:016x}", fastrand::u64(..))
}

/// Sends one message and has it accepted.
async fn send(producer: &Producer, topic: &str, message: OutgoingMessage) -> rocketmq_grpc::Sent {
    let outcomes = producer.send(topic, &[message]).await.expect("an answer");
    outcomes.into_iter().next().expect("one answer").expect("accepted")
}

/// The next message with this id. Others, of an earlier run, are acknowledged.
async fn receive(consumer: &Consumer, id: &str) -> ReceivedMessage {
    receive_where(consumer, |message| message.id == id).await
}

async fn receive_where(consumer: &Consumer, wanted: impl Fn(&ReceivedMessage) -> bool) -> ReceivedMessage {
    let started = Instant::now();
    while let Some(left) = PATIENCE.checked_sub(started.elapsed()) {
        let Ok(messages) = tokio::time::timeout(left, consumer.receive()).await else { break };
        let (mut found, others): (Vec<_>, Vec<_>) = messages.expect("messages").into_iter().partition(|message| wanted(message));
        ack(consumer, &others).await;
        if let Some(message) = found.pop() {
            assert!(found.is_empty(), "this test waits for one message at a time");
            return message;
        }
    }
    panic!("the message did not come within {PATIENCE:?}; the consumer: {:?}", consumer.health());
}

async fn ack(consumer: &Consumer, messages: &[ReceivedMessage]) {
    let receipts: Vec<_> = messages.iter().map(ReceivedMessage::receipt).collect();
    for outcome in consumer.ack(&receipts).await.expect("an answer") {
        outcome.expect("acknowledged");
    }
}
