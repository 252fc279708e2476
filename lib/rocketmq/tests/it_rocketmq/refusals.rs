//! What a server does not do, and what it says then.

use rocketmq_grpc::{Code, Consumer, Delivery, Error, Fault, Filter, OutgoingMessage, Subscription};

use crate::{PATIENCE, how, options, producer, unique};

const TOPIC: &str = "client-refused";

/// The refusal of the only message of a batch, wherever it stands.
async fn refused(topic: &str, message: OutgoingMessage) -> (Code, Fault, String) {
    match producer(topic).send(topic, &[message]).await {
        Ok(outcomes) => {
            let refusal = outcomes.into_iter().next().expect("one answer").expect_err("refused");
            (refusal.code, refusal.fault(), refusal.to_string())
        }
        Err(error) => (error.code().expect("the server refused"), error.fault(), error.to_string()),
    }
}

#[tokio::test]
async fn a_message_that_can_never_be_taken_is_told_from_one_that_waits_for_somebody() {
    let message = || OutgoingMessage::new(unique("refused"), "body");
    let larger = OutgoingMessage { body: vec![0; 4 * 1024 * 1024 + 1].into(), ..message() };
    let empty = OutgoingMessage { body: Vec::new().into(), ..message() };
    let in_order = Delivery::InOrder { group: "1".to_owned() };
    for (topic, message, code, fault) in [
        (TOPIC, larger, Code::MESSAGE_BODY_TOO_LARGE, Fault::Request),
        (TOPIC, empty, Code(41302), Fault::Request),
        (TOPIC, OutgoingMessage { id: " ".to_owned(), ..message() }, Code(40009), Fault::Request),
        (TOPIC, message().with_tag("a|b"), Code(40004), Fault::Request),
        (TOPIC, message().with_key(" "), Code(40005), Fault::Request),
        ("no such topic", message(), Code::BAD_REQUEST, Fault::Request),
        ("client-nowhere", message(), Code::MESSAGE_PROPERTY_CONFLICT_WITH_TYPE, Fault::Setup),
        (TOPIC, message().with_delivery(in_order), Code::MESSAGE_PROPERTY_CONFLICT_WITH_TYPE, Fault::Setup),
    ] {
        let shown = format!("{} {:?}", topic, message.delivery);
        let (found, of, text) = refused(topic, message).await;
        assert_eq!((found, of), (code, fault), "{shown}: {text}");
    }
}

#[tokio::test]
async fn one_bad_message_spoils_its_batch_and_nothing_of_it_is_stored() {
    let good = || OutgoingMessage::new(unique("good"), "body");
    let bad = OutgoingMessage::new(unique("bad"), Vec::new());
    let error = producer(TOPIC).send(TOPIC, &[good(), bad, good()]).await.expect_err("refused as a whole");
    assert_eq!((error.code(), error.fault()), (Some(Code(41302)), Fault::Request), "{error}");
    let half = || OutgoingMessage::new(unique("half"), vec![0; 2 * 1024 * 1024 + 1]);
    let error = producer(TOPIC).send(TOPIC, &[half(), half()]).await.expect_err("too large together");
    assert_eq!((error.code(), error.fault()), (Some(Code::MESSAGE_BODY_TOO_LARGE), Fault::Request), "{error}");
}

#[tokio::test]
async fn a_group_or_a_topic_that_does_not_exist_is_said_by_name_and_with_what_to_do() {
    let start =
        |topic: &str, group: &str| Consumer::start(&options(), group, [Subscription::new(topic, Filter::All)], how()).expect("options");
    let nobody = start(TOPIC, "client-nobody");
    let error = nobody.ready(PATIENCE).await.expect_err("no such group");
    assert_eq!((error.code(), error.fault()), (Some(Code::CONSUMER_GROUP_NOT_FOUND), Fault::Setup));
    let text = error.to_string();
    assert!(text.contains("client-nobody") && text.contains("mqadmin updateSubGroup"), "{text}");
    // Whoever only receives hears of it too, and again.
    for _ in 0..2 {
        let heard = tokio::time::timeout(PATIENCE, nobody.receive()).await.expect("in time").expect_err("no such group");
        assert_eq!(heard.code(), Some(Code::CONSUMER_GROUP_NOT_FOUND));
    }
    assert!(!nobody.health().connected);

    let nowhere = start("client-nowhere", TOPIC);
    nowhere.ready(PATIENCE).await.expect("the group exists");
    let heard = tokio::time::timeout(PATIENCE, nowhere.receive()).await.expect("in time").expect_err("no such topic");
    assert_eq!((heard.code(), heard.fault()), (Some(Code::TOPIC_NOT_FOUND), Fault::Setup), "{heard}");
    assert!(heard.to_string().contains("mqadmin updateTopic"), "{heard}");
}

#[tokio::test]
async fn what_can_never_work_is_not_even_sent() {
    let consumer = crate::consumer(TOPIC, TOPIC, Filter::All).await;
    let id = unique("receipts");
    crate::send(&producer(TOPIC), TOPIC, OutgoingMessage::new(&id, "body")).await;
    let message = crate::receive(&consumer, &id).await;
    crate::ack(&consumer, &[message]).await;
    assert_eq!(consumer.ack(&[]).await, Ok(Vec::new()));
    let in_order = || OutgoingMessage::new(unique("order"), "body").with_delivery(Delivery::InOrder { group: "1".to_owned() });
    let error = producer(TOPIC).send(TOPIC, &[in_order(), in_order()]).await.expect_err("no batch");
    assert!(matches!(error, Error::Usage(_)), "{error}");
    assert_eq!(producer(TOPIC).send(TOPIC, &[]).await, Ok(Vec::new()));
}
