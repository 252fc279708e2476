//! The dead letter queue.

use std::time::Duration;

use rocketmq_grpc::{Filter, OutgoingMessage};

use crate::{ack, consumer, producer, receive, send, unique};

#[tokio::test]
async fn after_its_last_delivery_a_message_is_put_away() {
    const TOPIC: &str = "client-dead";
    let reader = consumer("%DLQ%client-dead", "client-dead-reader", Filter::All).await;
    let (consumer, producer) = (consumer(TOPIC, TOPIC, Filter::All).await, producer(TOPIC));
    let id = unique("dead");
    send(&producer, TOPIC, OutgoingMessage::new(&id, "the body").with_tag("paid").with_key("k")).await;
    for attempt in 1..=2 {
        let message = receive(&consumer, &id).await;
        assert_eq!(message.attempt, attempt);
        consumer.change_invisible(&message.receipt(), Duration::from_secs(1)).await.expect("given back");
    }
    // The broker puts it away when somebody asks for it: the consumer goes on asking by itself.
    let dead = receive(&reader, &id).await;
    assert_eq!(
        (dead.body.as_ref(), dead.tag.as_deref(), dead.keys.as_slice()),
        (b"the body".as_slice(), Some("paid"), ["k".to_owned()].as_slice())
    );
    ack(&reader, &[dead]).await;
}

#[tokio::test]
async fn a_message_can_be_put_away_at_once() {
    const TOPIC: &str = "client-forward";
    let reader = consumer("%DLQ%client-forward", "client-forward-reader", Filter::All).await;
    let (consumer, producer) = (consumer(TOPIC, TOPIC, Filter::All).await, producer(TOPIC));
    let id = unique("forward");
    send(&producer, TOPIC, OutgoingMessage::new(&id, "the body")).await;
    let message = receive(&consumer, &id).await;
    consumer.forward_to_dead_letter(&message.receipt()).await.expect("put away");
    let dead = receive(&reader, &id).await;
    assert_eq!(dead.body.as_ref(), b"the body");
    ack(&reader, &[dead]).await;
}
