//! Measures what a server takes and gives: sends batches with several in flight, then receives and acknowledges all of it.
//!
//! The topic and the group should be the load's own: whatever else it receives it acknowledges too.

#![expect(clippy::print_stdout, reason = "a program for people")]

use std::collections::VecDeque;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rocketmq_grpc::{Consumer, ConsumerOptions, Filter, Options, OutgoingMessage, Producer, ReceivedMessage, Subscription};
use tokio::task::JoinSet;
use tokio::time::Instant;

const USAGE: &str = "load --endpoint http://HOST:8081 --topic TOPIC --group GROUP \
    [--messages 100000] [--batch 32] [--in-flight 8] [--pollers 2] [--body 256]";

/// Words after their `--name`, all of them numbers but three.
struct Arguments {
    endpoint: String,
    topic: String,
    group: String,
    messages: u64,
    batch: u64,
    in_flight: usize,
    pollers: u16,
    body: usize,
}

fn arguments() -> Result<Arguments, String> {
    let mut words: VecDeque<String> = std::env::args().skip(1).collect();
    let mut taken = |name: &str, otherwise: &str| {
        let found = words.iter().position(|word| word.strip_prefix("--") == Some(name));
        let value = found.and_then(|at| words.remove(at).and_then(|_| words.remove(at)));
        value.unwrap_or_else(|| otherwise.to_owned())
    };
    let number = |text: String| text.parse::<u64>().map_err(|e| format!("{text}: {e}"));
    let narrow = |number: u64| u16::try_from(number).map_err(|e| format!("{number}: {e}"));
    let found = Arguments {
        endpoint: taken("endpoint", ""),
        topic: taken("topic", ""),
        group: taken("group", ""),
        messages: number(taken("messages", "100000"))?,
        batch: number(taken("batch", "32"))?.max(1),
        in_flight: narrow(number(taken("in-flight", "8"))?)?.into(),
        pollers: narrow(number(taken("pollers", "2"))?)?,
        body: narrow(number(taken("body", "256"))?)?.into(),
    };
    let whole = [&found.endpoint, &found.topic, &found.group].into_iter().all(|word| !word.is_empty());
    if whole && words.is_empty() { Ok(found) } else { Err(format!("what is missing or unknown? left over: {words:?}")) }
}

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match arguments() {
        Ok(arguments) => load(Arc::new(arguments)).await.map_err(|error| error.to_string()),
        Err(why) => Err(format!("{why}\n{USAGE}")),
    };
    if let Err(why) = outcome {
        eprintln!("{why}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

async fn load(arguments: Arc<Arguments>) -> Result<(), rocketmq_grpc::Error> {
    let options = Options::new([&arguments.endpoint])?.with_client_name("load").with_request_timeout(Duration::from_secs(10));
    let how = ConsumerOptions { pollers: arguments.pollers, invisible: Duration::from_mins(1), ..ConsumerOptions::default() };
    let subscription = Subscription::new(&arguments.topic, Filter::All);
    let consumer = Arc::new(Consumer::start(&options, &arguments.group, [subscription], how)?);
    consumer.ready(Duration::from_secs(10)).await?;
    // What an earlier run left, and the group's place in a topic that is new.
    let mut left = 0;
    while let Ok(messages) = tokio::time::timeout(Duration::from_secs(2), consumer.receive()).await {
        left += acknowledge(&consumer, &messages?).await?;
    }
    println!("left over before: {left} messages");
    consumer.shutdown().await;

    let producer = Arc::new(Producer::start(&options, [&arguments.topic])?);
    producer.ready(Duration::from_secs(10)).await?;
    let started = Instant::now();
    send(&arguments, &producer).await?;
    tell("sent", arguments.messages, started.elapsed());
    producer.shutdown().await;

    let subscription = Subscription::new(&arguments.topic, Filter::All);
    let consumer = Arc::new(Consumer::start(&options, &arguments.group, [subscription], how)?);
    consumer.ready(Duration::from_secs(10)).await?;
    let started = Instant::now();
    consume(&arguments, &consumer).await?;
    tell("received and acknowledged", arguments.messages, started.elapsed());
    consumer.shutdown().await;
    Ok(())
}

async fn send(arguments: &Arc<Arguments>, producer: &Arc<Producer>) -> Result<(), rocketmq_grpc::Error> {
    let next = Arc::new(AtomicU64::new(0));
    let mut senders = JoinSet::new();
    for _ in 0..arguments.in_flight {
        let (arguments, producer, next) = (arguments.clone(), producer.clone(), next.clone());
        senders.spawn(async move {
            let body = vec![b'x'; arguments.body];
            loop {
                let from = next.fetch_add(arguments.batch, Ordering::Relaxed);
                if from >= arguments.messages {
                    return Ok(());
                }
                let numbers = from..arguments.messages.min(from + arguments.batch);
                let message = |number: u64| OutgoingMessage::new(format!("load-{number}"), body.clone()).with_key(number.to_string());
                let messages: Vec<OutgoingMessage> = numbers.map(message).collect();
                for outcome in producer.send(&arguments.topic, &messages).await? {
                    if let Err(refusal) = outcome {
                        println!("not sent: {refusal}");
                    }
                }
            }
        });
    }
    first_error(senders).await
}

async fn consume(arguments: &Arc<Arguments>, consumer: &Arc<Consumer>) -> Result<(), rocketmq_grpc::Error> {
    let done = Arc::new(AtomicU64::new(0));
    let mut takers = JoinSet::new();
    for _ in 0..arguments.pollers {
        let (arguments, consumer, done) = (arguments.clone(), consumer.clone(), done.clone());
        takers.spawn(async move {
            while done.load(Ordering::Relaxed) < arguments.messages {
                // The last batch is another task's: look whether all is done.
                let Ok(messages) = tokio::time::timeout(Duration::from_millis(200), consumer.receive()).await else { continue };
                done.fetch_add(acknowledge(&consumer, &messages?).await?, Ordering::Relaxed);
            }
            Ok(())
        });
    }
    first_error(takers).await
}

/// How many were.
async fn acknowledge(consumer: &Consumer, messages: &[ReceivedMessage]) -> Result<u64, rocketmq_grpc::Error> {
    let receipts: Vec<_> = messages.iter().map(ReceivedMessage::receipt).collect();
    let outcomes = consumer.ack(&receipts).await?;
    for refusal in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        println!("not acknowledged: {refusal}");
    }
    Ok(outcomes.iter().filter(|outcome| outcome.is_ok()).count() as u64)
}

async fn first_error(mut tasks: JoinSet<Result<(), rocketmq_grpc::Error>>) -> Result<(), rocketmq_grpc::Error> {
    while let Some(ended) = tasks.join_next().await {
        ended.expect("no task panics")?;
    }
    Ok(())
}

fn tell(what: &str, messages: u64, took: Duration) {
    #[expect(clippy::cast_precision_loss, reason = "a rate to three digits")]
    let rate = messages as f64 / took.as_secs_f64();
    println!("{what}: {messages} messages in {took:.2?}, {rate:.0}/s");
}
