//! Messages in order.

use std::collections::HashMap;
use std::time::Duration;

use rocketmq_grpc::{Delivery, Filter, OutgoingMessage, ReceivedMessage};

use crate::{PATIENCE, ack, consumer, producer, send, unique};

#[tokio::test]
async fn a_group_of_messages_keeps_its_order_even_when_some_are_given_back() {
    const TOPIC: &str = "client-fifo";
    const EACH: usize = 40;
    let (consumer, producer) = (consumer(TOPIC, TOPIC, Filter::All).await, producer(TOPIC));
    let orders: Vec<String> = (0..3).map(|_| unique("order")).collect();
    for number in 0..EACH {
        for order in &orders {
            let delivery = Delivery::InOrder { group: order.clone() };
            send(&producer, TOPIC, OutgoingMessage::new(format!("{order}/{number}"), "body").with_delivery(delivery)).await;
        }
    }
    let mut next: HashMap<String, usize> = orders.iter().map(|order| (order.clone(), 0)).collect();
    let mut given_back = false;
    while next.values().any(|number| *number < EACH) {
        let messages = tokio::time::timeout(PATIENCE, consumer.receive()).await.expect("in time").expect("messages");
        // Once, a whole batch is given back: nothing of its queue may pass it.
        if !given_back && messages.iter().any(|message| orders.iter().any(|order| message.group.as_ref() == Some(order))) {
            given_back = true;
            give_back(&consumer, &messages).await;
            continue;
        }
        for message in &messages {
            let Some(expected) = message.group.as_ref().and_then(|group| next.get_mut(group)) else { continue };
            let number: usize = message.id.rsplit('/').next().and_then(|number| number.parse().ok()).expect("a number");
            assert!(number <= *expected, "{number} came before {expected}");
            *expected = (*expected).max(number + 1);
        }
        ack(&consumer, &messages).await;
    }
}

async fn give_back(consumer: &rocketmq_grpc::Consumer, messages: &[ReceivedMessage]) {
    for message in messages {
        consumer.change_invisible(&message.receipt(), Duration::from_secs(1)).await.expect("given back");
    }
}
