//! Sends each line of its input as a message, in batches.
//!
//! `seq 100 | produce http://127.0.0.1:8081 TOPIC [TAG]`

use std::io::BufRead;
use std::time::Duration;

use rocketmq_grpc::{Fault, Options, OutgoingMessage, Producer};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let (Some(endpoint), Some(topic)) = (words.next(), words.next()) else { return Err("produce ENDPOINT TOPIC [TAG]".into()) };
    let tag = words.next();
    let producer = Producer::start(&Options::new([endpoint])?, [&topic])?;

    let lines = std::io::stdin().lock().lines().collect::<Result<Vec<String>, _>>()?;
    for lines in lines.chunks(32) {
        let message = |line: &String| {
            let id = format!("{:032x}", fastrand::u128(..));
            let message = OutgoingMessage::new(id, line.clone());
            tag.iter().fold(message, OutgoingMessage::with_tag)
        };
        let messages: Vec<OutgoingMessage> = lines.iter().map(message).collect();
        send(&producer, &topic, messages).await?;
    }
    producer.shutdown().await;
    Ok(())
}

/// Tries as long as it may help; the ids stay the same, so that whoever receives can tell a repeat.
async fn send(producer: &Producer, topic: &str, messages: Vec<OutgoingMessage>) -> Result<(), Box<dyn std::error::Error>> {
    loop {
        match producer.send(topic, &messages).await {
            Ok(outcomes) => {
                for (message, refusal) in messages.iter().zip(outcomes).filter_map(|(message, outcome)| Some((message, outcome.err()?))) {
                    eprintln!("{} was not taken: {refusal}", message.id);
                }
                return Ok(());
            }
            Err(error) if error.fault() == Fault::Passing => {
                eprintln!("{error}; once more");
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}
