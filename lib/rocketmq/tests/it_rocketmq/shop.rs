//! What a shop does all day: batches out, batches in, done with.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use rocketmq_grpc::{Encoding, Filter, OutgoingMessage};

use crate::{PATIENCE, ack, consumer, producer, receive, send, unique};

#[tokio::test]
async fn a_batch_comes_as_it_was_sent_and_once_acknowledged_it_is_gone() {
    const TOPIC: &str = "client-normal";
    let (consumer, producer) = (consumer(TOPIC, TOPIC, Filter::All).await, producer(TOPIC));
    let run = unique("run");
    let born = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_123);
    let message = |number: usize| {
        OutgoingMessage::new(format!("{run}-{number}"), format!("body {number} 中"))
            .with_tag("placed")
            .with_key(format!("{run}-key-{number}"))
            .with_property("trace", format!("{number}"))
            .with_born(born)
    };
    let messages: Vec<OutgoingMessage> = (0..32).map(message).collect();
    let outcomes = producer.send(TOPIC, &messages).await.expect("an answer");
    for (message, outcome) in messages.iter().zip(&outcomes) {
        assert_eq!(outcome.as_ref().map(|sent| sent.id.as_str()), Ok(message.id.as_str()));
    }
    assert_eq!(outcomes.len(), 32);

    let mut found = BTreeMap::new();
    while found.len() < 32 {
        let received = tokio::time::timeout(PATIENCE, consumer.receive()).await.expect("in time").expect("messages");
        ack(&consumer, &received).await;
        found.extend(received.into_iter().filter(|message| message.id.starts_with(&run)).map(|message| (message.id.clone(), message)));
    }
    for sent in &messages {
        let received = &found[&sent.id];
        assert_eq!((&received.body, received.encoding), (&sent.body, Encoding::Identity));
        assert_eq!((&received.tag, &received.keys, &received.properties), (&sent.tag, &sent.keys, &sent.properties));
        assert_eq!((received.topic.as_str(), received.attempt, received.born), (TOPIC, 1, Some(born)));
        assert!(received.stored.is_some() && !received.broker.is_empty() && !received.store_host.is_empty(), "{received:?}");
    }
    producer.shutdown().await;
    consumer.shutdown().await;
    assert_eq!(producer.send(TOPIC, &messages).await, Err(rocketmq_grpc::Error::Closed));
    assert_eq!(consumer.receive().await, Err(rocketmq_grpc::Error::Closed));
}

#[tokio::test]
async fn only_the_tags_that_were_asked_for_come() {
    const TOPIC: &str = "client-tag";
    let (consumer, producer) = (consumer(TOPIC, TOPIC, Filter::Tag("paid || shipped".to_owned())).await, producer(TOPIC));
    let (placed, shipped) = (unique("placed"), unique("shipped"));
    send(&producer, TOPIC, OutgoingMessage::new(&placed, "body").with_tag("placed")).await;
    send(&producer, TOPIC, OutgoingMessage::new(&shipped, "body").with_tag("shipped")).await;
    let received = crate::receive_where(&consumer, |message| message.id == shipped || message.id == placed).await;
    assert_eq!((&received.id, received.tag.as_deref()), (&shipped, Some("shipped")));
    ack(&consumer, &[received]).await;
}

#[tokio::test]
async fn the_next_proxy_is_used_where_the_first_is_dead() {
    // A group and a topic of the refusals, which leave nothing behind.
    const TOPIC: &str = "client-refused";
    let endpoints = ["http://127.0.0.1:1".to_owned(), crate::endpoint()];
    let options = crate::options_at(endpoints);
    let producer = rocketmq_grpc::Producer::start(&options, [TOPIC]).expect("options");
    let subscription = rocketmq_grpc::Subscription::new(TOPIC, Filter::All);
    let consumer = rocketmq_grpc::Consumer::start(&options, TOPIC, [subscription], crate::how()).expect("options");
    consumer.ready(PATIENCE).await.expect("a connection");
    let id = unique("second");
    send(&producer, TOPIC, OutgoingMessage::new(&id, "body")).await;
    ack(&consumer, &[receive(&consumer, &id).await]).await;
    let health = consumer.health();
    assert_eq!((health.connected, health.endpoint.as_str(), health.failures), (true, crate::endpoint().as_str(), 1));
    assert!(health.last_error.is_some_and(|error| error.to_string().contains("http://127.0.0.1:1")));
}
