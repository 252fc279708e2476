//! Messages for later.

use std::time::{Duration, SystemTime};

use rocketmq_grpc::{Code, Delivery, Filter, OutgoingMessage};

use crate::{ack, consumer, producer, receive_where, send, unique};

#[expect(clippy::disallowed_methods, reason = "the broker's clock is the machine's")]
fn now() -> SystemTime {
    SystemTime::now()
}

#[tokio::test]
async fn a_delayed_message_comes_when_it_should_and_a_recalled_one_never() {
    const TOPIC: &str = "client-delay";
    let (consumer, producer) = (consumer(TOPIC, TOPIC, Filter::All).await, producer(TOPIC));
    let (recalled, kept) = (unique("recalled"), unique("kept"));
    let at = |seconds: u64| Delivery::At(now() + Duration::from_secs(seconds));
    let sent = send(&producer, TOPIC, OutgoingMessage::new(&recalled, "body").with_delivery(at(4))).await;
    let due = now() + Duration::from_secs(6);
    send(&producer, TOPIC, OutgoingMessage::new(&kept, "body").with_delivery(Delivery::At(due))).await;
    let handle = sent.recall_handle.expect("set recallMessageEnable=true in the broker");
    assert_eq!(producer.recall(TOPIC, &handle).await, Ok(recalled.clone()));
    let received = receive_where(&consumer, |message| message.id == recalled || message.id == kept).await;
    assert_eq!(received.id, kept);
    assert!(now() >= due, "it came too early");
    ack(&consumer, &[received]).await;
    let wrong = producer.recall(TOPIC, "no handle").await.expect_err("no handle");
    assert_eq!(wrong.code(), Some(Code::INVALID_RECEIPT_HANDLE), "{wrong}");
}
