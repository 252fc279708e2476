//! Message bodies: the contract's samples byte for byte, older forms, what is no body.

use rocketmall_core::id::{CouponId, GoodsId, OrderId, PaymentId, RefundId, UserId};
use rocketmall_core::message::{
    Body, CancelledLine, ORDER_CANCEL, ORDER_TOPIC, OrderCancelled, PAID, PAY_TOPIC, Paid, REFUNDED, Refunded, SUBSCRIPTIONS,
    producer_group,
};
use rocketmall_core::rejection::Reason;

use crate::world::cents;

/// Seen on the wire (seed-contract, section 3).
const CANCEL_SAMPLE: &str =
    r#"{"orderId":1322698832693301248,"couponId":1500128,"userId":228,"userMoney":100,"goodsId":2001,"goodsNum":1}"#;
const PAID_SAMPLE: &str = r#"{"payId":1322698852251344896,"orderId":1322698737822339072,"payAmount":0.01,"isPaid":2}"#;

fn cancelled() -> OrderCancelled {
    OrderCancelled {
        order_id: OrderId::new(1_322_698_832_693_301_248),
        coupon_id: Some(CouponId::new(1_500_128)),
        user_id: UserId::new(228),
        user_money: Some(cents("100.00")),
        goods_id: GoodsId::new(2001),
        goods_num: 1,
        lines: Vec::new(),
    }
}

fn paid() -> Paid {
    Paid {
        pay_id: PaymentId::new(1_322_698_852_251_344_896),
        order_id: OrderId::new(1_322_698_737_822_339_072),
        pay_amount: cents("0.01"),
        is_paid: 2,
        user_id: None,
    }
}

fn read_cancel(body: &str) -> Result<Body, Reason> {
    Body::read(ORDER_TOPIC, ORDER_CANCEL, body).map_err(|rejection| rejection.reason)
}

fn read_paid(body: &str) -> Result<Body, Reason> {
    Body::read(PAY_TOPIC, PAID, body).map_err(|rejection| rejection.reason)
}

#[test]
fn the_originals_bodies_are_read() {
    assert_eq!(read_cancel(CANCEL_SAMPLE), Ok(Body::OrderCancelled(cancelled())));
    assert_eq!(read_paid(PAID_SAMPLE), Ok(Body::Paid(paid())));
    assert_eq!(cancelled().goods(), [GoodsId::new(2001)], "without lines the single-goods fields count");
}

/// Ours add fields at the end; what the original writes stands before them unchanged.
#[test]
fn our_bodies_begin_as_the_originals() {
    let lines =
        vec![CancelledLine { goods_id: GoodsId::new(2001), goods_num: 1 }, CancelledLine { goods_id: GoodsId::new(2002), goods_num: 3 }];
    let body = Body::OrderCancelled(OrderCancelled { lines, ..cancelled() });
    let json = body.to_json().expect("bodies serialise");
    let added = r#","lines":[{"goodsId":2001,"goodsNum":1},{"goodsId":2002,"goodsNum":3}]}"#;
    assert_eq!(json, CANCEL_SAMPLE.replace('}', added));
    assert_eq!(read_cancel(&json), Ok(body));

    let body = Body::Paid(Paid { user_id: Some(UserId::new(228)), ..paid() });
    let json = body.to_json().expect("bodies serialise");
    assert_eq!(json, PAID_SAMPLE.replace('}', r#","userId":228}"#));
    assert_eq!(read_paid(&json), Ok(body));
}

#[test]
fn refunded_is_ours() {
    let body = Body::Refunded(Refunded {
        refund_id: RefundId::new(7),
        pay_id: PaymentId::new(6),
        order_id: OrderId::new(5),
        user_id: UserId::new(4),
        pay_amount: cents("60.00"),
        refund_amount: cents("20.50"),
        balance_amount: Some(cents("1.00")),
        refunded_total: cents("60.00"),
    });
    let json =
        r#"{"refundId":7,"payId":6,"orderId":5,"userId":4,"payAmount":60,"refundAmount":20.50,"balanceAmount":1,"refundedTotal":60}"#;
    assert_eq!(body.to_json().expect("bodies serialise"), json);
    assert_eq!(Body::read(PAY_TOPIC, REFUNDED, json), Ok(body));
}

#[test]
fn money_is_read_from_numbers_and_texts() {
    for amount in ["0.01", "\"0.01\""] {
        assert_eq!(read_paid(&PAID_SAMPLE.replace("0.01", amount)), Ok(Body::Paid(paid())), "{amount}");
    }
    for amount in ["100", "100.0", "100.00", "\"100\"", "\"100.00\""] {
        let json = CANCEL_SAMPLE.replace("\"userMoney\":100", &format!("\"userMoney\":{amount}"));
        assert_eq!(read_cancel(&json), Ok(Body::OrderCancelled(cancelled())), "{amount}");
    }
}

#[test]
fn what_an_order_may_lack_may_be_null_or_missing() {
    let none = OrderCancelled { coupon_id: None, user_money: None, ..cancelled() };
    for (coupon, money) in [("\"couponId\":null,", "\"userMoney\":null,"), ("", "")] {
        let json = CANCEL_SAMPLE.replace("\"couponId\":1500128,", coupon).replace("\"userMoney\":100,", money);
        assert_eq!(read_cancel(&json), Ok(Body::OrderCancelled(none.clone())), "{json}");
    }
}

/// A goods service that has taken nothing is told so.
#[test]
fn an_order_that_took_no_goods_says_none() {
    let none = OrderCancelled { goods_num: 0, ..cancelled() };
    assert_eq!(read_cancel(&CANCEL_SAMPLE.replace("\"goodsNum\":1", "\"goodsNum\":0")), Ok(Body::OrderCancelled(none)));
}

/// A later version of this shop, or the original's next one, may say more.
#[test]
fn unknown_fields_are_passed_over() {
    assert_eq!(read_paid(&PAID_SAMPLE.replace('}', r#","note":{"a":[1]}}"#)), Ok(Body::Paid(paid())));
}

#[test]
fn wrong_bodies_are_refused() {
    for (good, wrong) in
        [("\"isPaid\":2", "\"isPaid\":1"), ("0.01", "-0.01"), ("0.01", "0.001"), ("0.01", "1e2"), ("0.01", "null"), ("0.01", "100000000")]
    {
        assert_eq!(read_paid(&PAID_SAMPLE.replace(good, wrong)), Err(Reason::BodyEmpty), "{wrong}");
    }
    assert_eq!(read_paid("[1322698852251344896,1322698737822339072,0.01,2]"), Err(Reason::BodyEmpty));
    assert_eq!(read_paid(&PAID_SAMPLE.replace("1322698852251344896", "1322698852251344896.5")), Err(Reason::BodyEmpty));
    assert_eq!(read_paid(&PAID_SAMPLE.replace("\"orderId\":1", "\"orderId\":-1")), Err(Reason::BodyEmpty));
    for (good, wrong) in [
        ("\"goodsNum\":1", "\"goodsNum\":-1"),
        ("\"userId\":228,", ""),
        ("\"userId\":228,", "\"userId\":0,"),
        ("\"goodsId\":2001", "\"goodsId\":-2001"),
        ("\"couponId\":1500128", "\"couponId\":-1"),
        ("\"userMoney\":100", "\"userMoney\":-100"),
    ] {
        assert_eq!(read_cancel(&CANCEL_SAMPLE.replace(good, wrong)), Err(Reason::BodyEmpty), "{wrong}");
    }
    for line in [r#"{"goodsId":2001,"goodsNum":-5}"#, r#"{"goodsId":2001,"goodsNum":0}"#, r#"{"goodsId":0,"goodsNum":5}"#] {
        let lines = CANCEL_SAMPLE.replace('}', &format!(r#","lines":[{line}]}}"#));
        assert_eq!(read_cancel(&lines), Err(Reason::BodyEmpty), "{line}");
    }
    for body in ["", " ", "null", "[]", "{}", "{", "2", PAID_SAMPLE] {
        assert_eq!(read_cancel(body), Err(Reason::BodyEmpty), "{body}");
    }
}

#[test]
fn topics_and_tags_nobody_hears_are_refused() {
    for (topic, tag) in [("", PAID), ("otherTopic", PAID), (PAY_TOPIC, ORDER_CANCEL), (ORDER_TOPIC, ""), (ORDER_TOPIC, PAID)] {
        let read = Body::read(topic, tag, PAID_SAMPLE).map_err(|rejection| rejection.reason);
        assert_eq!(read, Err(Reason::TopicEmpty), "{topic}/{tag}");
    }
}

#[test]
fn groups_are_the_contracts() {
    let heard: Vec<_> = SUBSCRIPTIONS.iter().map(|s| format!("{} {} {} {:?}", s.topic, s.tag, s.group, s.effect)).collect();
    let contract = [
        "order-out order_cancel order-out-group1 ReleaseCoupon",
        "order-out order_cancel order-out-group2 ReleaseStock",
        "order-out order_cancel order-out-group3 CancelOrder",
        "order-out order_cancel order-out-group4 ReleaseBalance",
        "payTopic paid pay_payTopic_group PayOrder",
        "payTopic paid pay_payTopic_user_group AwardScore",
        "payTopic refunded pay_payTopic_user_group RefundAccount",
        "payTopic paid pay_payTopic_log_group LogPayment",
        "payTopic refunded pay_payTopic_log_group LogRefund",
        "order-out goods_back order-out-group1 ReturnCoupon",
        "order-out goods_back order-out-group2 ReturnStock",
    ];
    assert_eq!(heard, contract);
    assert_eq!((producer_group(PAY_TOPIC), producer_group(ORDER_TOPIC)), ("payProducerGroup", "orderProducerGroup"));
}
