//! A connection that breaks, and comes back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rocketmq_grpc::{Consumer, Error, Filter, OutgoingMessage, Producer, Subscription};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::{PATIENCE, ack, endpoint, how, options_at, receive, send, unique};

const TOPIC: &str = "client-break";

/// A wire between client and server that can be cut: no byte passes then, and no new connection.
struct Cable {
    address: String,
    whole: watch::Sender<bool>,
}

impl Cable {
    async fn new() -> Self {
        let server = endpoint().trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let whole = watch::Sender::new(true);
        let state = whole.subscribe();
        tokio::spawn(async move {
            loop {
                let Ok((client, _)) = listener.accept().await else { return };
                let (server, mut state) = (server.clone(), state.clone());
                if *state.borrow() {
                    tokio::spawn(async move {
                        tokio::select! {
                            () = carry(client, &server) => {}
                            _ = state.wait_for(|whole| !whole) => {}
                        }
                    });
                }
            }
        });
        Self { address, whole }
    }
}

async fn carry(mut client: TcpStream, server: &str) {
    if let Ok(mut server) = TcpStream::connect(server).await {
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
    }
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < PATIENCE, "{what} did not come true");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn producer_and_consumer_reconnect_by_themselves() {
    let cable = Cable::new().await;
    let options = options_at([&cable.address]);
    let producer = Producer::start(&options, [TOPIC]).expect("options");
    let subscription = Subscription::new(TOPIC, Filter::All);
    let consumer = Arc::new(Consumer::start(&options, TOPIC, [subscription], how()).expect("options"));
    consumer.ready(PATIENCE).await.expect("a connection");
    for round in 1..=3u64 {
        let id = unique("break");
        send(&producer, TOPIC, OutgoingMessage::new(&id, "body")).await;
        ack(&consumer, &[receive(&consumer, &id).await]).await;

        cable.whole.send_replace(false);
        until("the break is seen", || !producer.health().connected && !consumer.health().connected).await;
        let error = producer.send(TOPIC, &[OutgoingMessage::new(&id, "body")]).await.expect_err("there is no way");
        assert_eq!(error.fault(), rocketmq_grpc::Fault::Passing, "{error}");
        assert!(matches!(&error, Error::Unreachable { endpoint, .. } if *endpoint == cable.address), "{error}");
        assert!(consumer.health().failures >= round && consumer.health().last_error.is_some());

        cable.whole.send_replace(true);
        until("the connection is back", || producer.health().connected && consumer.health().connected).await;
    }
    let id = unique("after");
    send(&producer, TOPIC, OutgoingMessage::new(&id, "body")).await;
    ack(&consumer, &[receive(&consumer, &id).await]).await;
}

#[tokio::test]
async fn whoever_gives_up_waiting_for_messages_loses_none() {
    const TOPIC: &str = "client-patience";
    let consumer = crate::consumer(TOPIC, TOPIC, Filter::All).await;
    let producer = crate::producer(TOPIC);
    let ids: Vec<String> = (0..50).map(|_| unique("patience")).collect();
    let mut missing: std::collections::HashSet<String> = ids.iter().cloned().collect();
    let sender = async {
        for id in &ids {
            send(&producer, TOPIC, OutgoingMessage::new(id, "body")).await;
        }
    };
    let taker = async {
        while !missing.is_empty() {
            // Given up a thousand times, it is the same wait.
            let Ok(messages) = tokio::time::timeout(Duration::from_millis(1), consumer.receive()).await else { continue };
            let messages = messages.expect("messages");
            for message in &messages {
                assert!(message.attempt == 1 || !missing.contains(&message.id), "{} was lost before", message.id);
                missing.remove(&message.id);
            }
            ack(&consumer, &messages).await;
        }
    };
    tokio::time::timeout(PATIENCE, async { tokio::join!(sender, taker) }).await.expect("all came");
}
