//! How long a message is kept from others, and what brings it back.

use std::time::{Duration, Instant};

use rocketmq_grpc::{Code, Filter, OutgoingMessage};

use crate::{ack, consumer, producer, receive, send, unique};

#[tokio::test]
async fn what_is_given_back_comes_again_and_counts() {
    const TOPIC: &str = "client-nack";
    let (consumer, producer) = (consumer(TOPIC, TOPIC, Filter::All).await, producer(TOPIC));
    let id = unique("nack");
    send(&producer, TOPIC, OutgoingMessage::new(&id, "body")).await;
    for attempt in 1..=3 {
        let message = receive(&consumer, &id).await;
        assert_eq!(message.attempt, attempt);
        consumer.change_invisible(&message.receipt(), Duration::from_secs(1)).await.expect("given back");
    }
    ack(&consumer, &[receive(&consumer, &id).await]).await;
}

#[tokio::test]
async fn a_prolonged_message_stays_away_and_its_old_receipt_is_spent() {
    const TOPIC: &str = "client-extend";
    let (consumer, producer) = (consumer(TOPIC, TOPIC, Filter::All).await, producer(TOPIC));
    let id = unique("extend");
    send(&producer, TOPIC, OutgoingMessage::new(&id, "body")).await;
    let old = receive(&consumer, &id).await.receipt();
    let started = Instant::now();
    // It would come after 10 s.
    let new = consumer.change_invisible(&old, Duration::from_secs(15)).await.expect("prolonged");
    assert_ne!(old, new);
    let again = receive(&consumer, &id).await;
    assert!(started.elapsed() > Duration::from_secs(14), "{:?}", started.elapsed());
    assert_eq!(again.attempt, 2);
    let late = consumer.ack(&[new.clone(), again.receipt()]).await.expect("an answer");
    assert_eq!(late[0].as_ref().map_err(|refusal| refusal.code), Err(Code::INVALID_RECEIPT_HANDLE));
    assert_eq!(late[1], Ok(()));
    let later = consumer.change_invisible(&new, Duration::from_secs(1)).await.expect_err("its time is over");
    assert_eq!(later.code(), Some(Code::INVALID_RECEIPT_HANDLE), "{later}");
}
