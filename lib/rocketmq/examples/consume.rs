//! Prints messages and acknowledges them, until it is stopped with Ctrl-C.
//!
//! `consume http://127.0.0.1:8081 TOPIC GROUP [TAG]`

#![expect(clippy::print_stdout, reason = "a program for people")]

use rocketmq_grpc::{Consumer, ConsumerOptions, Filter, Options, ReceivedMessage, Subscription};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let (Some(endpoint), Some(topic), Some(group)) = (words.next(), words.next(), words.next()) else {
        return Err("consume ENDPOINT TOPIC GROUP [TAG]".into());
    };
    let filter = words.next().map_or(Filter::All, Filter::Tag);
    let subscription = Subscription::new(topic, filter);
    let consumer = Consumer::start(&Options::new([endpoint])?, &group, [subscription], ConsumerOptions::default())?;
    tokio::select! {
        () = print(&consumer) => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    consumer.shutdown().await;
    Ok(())
}

async fn print(consumer: &Consumer) {
    loop {
        match consumer.receive().await {
            Ok(messages) => {
                for message in &messages {
                    let tag = message.tag.as_deref().unwrap_or("-");
                    println!("{} {tag} {} {}", message.id, message.attempt, String::from_utf8_lossy(&message.body));
                }
                let receipts: Vec<_> = messages.iter().map(ReceivedMessage::receipt).collect();
                // What is not acknowledged comes again.
                match consumer.ack(&receipts).await {
                    Ok(outcomes) => outcomes.into_iter().filter_map(Result::err).for_each(|refusal| eprintln!("{refusal}")),
                    Err(error) => eprintln!("{error}"),
                }
            }
            Err(error) => eprintln!("{error}"),
        }
    }
}
