//! The cases: each makes its data, has its batches decided, and sees to it that they were decided as meant.

use rocketmall_core::command::{Command, Consume, Consumed, Outcome, Receipt, RecordAction, Request, SettlePayment};
use rocketmall_core::message::{Message, subscribers};
use rocketmall_core::order::Order;
use rocketmall_core::payment::{CURRENCY, Payment};

use crate::orders::{cart, refused as refused_request, single, start, traced};
use crate::stage::{Answers, BATCH, Stage, measured_keys};

/// A batch holds both their attempts and what follows from these.
const PAID_ORDERS: i64 = BATCH / 2;

/// Orders of one line with coupon, balance and idempotency key.
pub(crate) fn place() -> usize {
    let requests: Vec<Request> = (0..BATCH).map(single).collect();
    placed(Stage::new().measure(&requests)).len()
}

/// Orders of three lines.
pub(crate) fn carts() -> usize {
    let requests: Vec<Request> = (0..BATCH).map(cart).collect();
    placed(Stage::new().measure(&requests)).len()
}

/// Refusals of many kinds, in a shop that has taken orders.
pub(crate) fn refused() -> usize {
    let mut stage = Stage::new();
    let earlier: Vec<Request> = (0..BATCH).map(single).collect();
    placed(stage.prepare(&earlier));
    let (reasons, requests): (Vec<_>, Vec<Request>) = (0..BATCH).map(refused_request).unzip();
    let answers = stage.measure(&requests);
    for (answer, reason) in answers.iter().zip(&reasons) {
        assert_eq!(answer.as_ref().expect_err("it is refused").reason, *reason);
    }
    answers.len()
}

/// Orders are paid: the attempt, what the customer has to do, the platform's notification, and its message to every group.
pub(crate) fn pay() -> usize {
    let mut stage = Stage::new();
    let ordered: Vec<Request> = (0..PAID_ORDERS).map(single).collect();
    let orders = placed(stage.prepare(&ordered));

    let starts: Vec<Request> = (0..PAID_ORDERS).zip(&orders).map(|(number, order)| start(number, order.id)).collect();
    let payments = started(stage.measure(&starts));
    let actions: Vec<Request> = (0..PAID_ORDERS).zip(&payments).map(|(number, payment)| action(number, payment)).collect();
    started(stage.measure(&actions));
    let notices: Vec<Request> = (0..PAID_ORDERS).zip(&payments).map(|(number, payment)| notice(number, payment)).collect();
    for answer in stage.measure(&notices) {
        assert!(matches!(answer.expect("it is settled").receipt, Receipt::Settled { first: true, .. }));
    }
    let messages: Vec<Request> = stage.shop.outbox.iter().flat_map(deliveries).collect();
    for answer in stage.measure(&messages) {
        assert_eq!(answer.expect("it is consumed").receipt, Receipt::Consumed(Consumed::Done));
    }
    starts.len() + actions.len() + notices.len() + messages.len()
}

/// Which rows the batches of the other cases need.
pub(crate) fn keys() -> usize {
    let starts = (0..PAID_ORDERS).zip(placed(Stage::new().prepare(&(0..BATCH).map(cart).collect::<Vec<_>>())));
    let starts: Vec<Request> = starts.map(|(number, order)| start(number, order.id)).collect();
    let batches = [(0..BATCH).map(single).collect(), (0..BATCH).map(cart).collect(), starts];
    for batch in &batches {
        let keys = measured_keys(batch);
        assert!(!keys.goods.is_empty() || !keys.orders.is_empty());
    }
    batches.iter().map(Vec::len).sum()
}

/// What the platform has the customer do.
fn action(number: i64, payment: &Payment) -> Request {
    let action = format!(r#"{{"kind":"qr","text":"https://pay.example.com/{}"}}"#, payment.id);
    let platform_no = Some(format!("S{}", payment.id));
    traced(number, Command::RecordAction(RecordAction { payment_id: payment.id, platform_no, action }))
}

/// The platform has the money.
fn notice(number: i64, payment: &Payment) -> Request {
    let settle = SettlePayment {
        payment_id: payment.id,
        channel: payment.channel.clone(),
        order_id: None,
        amount: payment.amount,
        currency: CURRENCY.to_owned(),
        platform_no: Some(format!("S{}", payment.id)),
        outcome: Outcome::Succeeded,
    };
    traced(number, Command::SettlePayment(settle))
}

/// The message to each group that hears it.
fn deliveries(message: &Message) -> impl Iterator<Item = Request> {
    subscribers(&message.topic, &message.tag).map(|subscription| {
        let trace = message.trace;
        Request { trace, ..Command::Consume(Consume::new(subscription, message)).into() }
    })
}

fn placed(answers: Answers) -> Vec<Order> {
    let order = |receipt| if let Receipt::Placed(order) = receipt { *order } else { panic!("placing answered {receipt:?}") };
    answers.into_iter().map(|answer| order(answer.expect("it is placed").receipt)).collect()
}

fn started(answers: Answers) -> Vec<Payment> {
    let payment = |receipt| if let Receipt::Started(payment) = receipt { *payment } else { panic!("paying answered {receipt:?}") };
    answers.into_iter().map(|answer| payment(answer.expect("it is started").receipt)).collect()
}
