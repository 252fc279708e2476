//! Message bodies: what is read makes sense, is written as the contract has it, and reads back equal.
//!
//! The first byte chooses among the subscriptions; the rest is the body.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use rocketmall_core::message::{Body, SUBSCRIPTIONS};
use rocketmall_core::money::Cents;

fuzz_target!(|input: &[u8]| -> Corpus {
    let Some((first, rest)) = input.split_first() else { return Corpus::Reject };
    let Ok(text) = std::str::from_utf8(rest) else { return Corpus::Reject };
    let heard = &SUBSCRIPTIONS[usize::from(*first) % SUBSCRIPTIONS.len()];
    let Ok(body) = Body::read(heard.topic, heard.tag, text) else { return Corpus::Keep };
    let (topic, tag, key) = body.address();
    assert_eq!((topic, tag), (heard.topic, heard.tag));
    assert!(key.parse::<i64>().is_ok_and(|id| id > 0), "key {key}: an id is above 0");
    check(&body);
    let json = body.to_json().expect("a body is JSON");
    assert_eq!(Body::read(topic, tag, &json).as_ref(), Ok(&body), "{json}");
    let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&json).expect("a body is an object");
    for (name, value) in &fields {
        assert!(value.is_number() || value.is_null() || name == "lines", "{name}: ids and money are numbers: {json}");
    }
    Corpus::Keep
});

fn check(body: &Body) {
    let amount = |cents: Cents| assert!((Cents::ZERO..=Cents::MAX).contains(&cents), "{cents}");
    match body {
        Body::OrderCancelled(body) => {
            amount(body.user_money.unwrap_or_default());
            // The original sends `goodsNum` 0 for an order whose goods were never taken.
            assert!(body.goods_num >= 0 && body.lines.iter().all(|line| line.goods_num >= 1));
            assert!(body.user_id.get() > 0 && body.goods().iter().all(|goods| goods.get() > 0), "ids are above 0");
            assert!(body.coupon_id.is_none_or(|coupon| coupon.get() >= 0));
        }
        Body::Paid(body) => {
            amount(body.pay_amount);
            assert!(body.is_paid == 2 && body.order_id.get() > 0 && body.user_id.is_none_or(|user| user.get() > 0));
        }
        Body::GoodsBack(body) => {
            assert!(body.refund_id.get() > 0 && body.order_id.get() > 0 && body.user_id.get() > 0);
            assert!(body.lines.iter().all(|line| line.goods_num >= 1 && line.goods_id.get() > 0));
        }
        Body::Refunded(body) => {
            amount(body.balance_amount.unwrap_or_default());
            amount(body.pay_amount);
            amount(body.refund_amount);
            amount(body.refunded_total);
            assert!(body.pay_id.get() > 0 && body.order_id.get() > 0 && body.user_id.get() > 0);
        }
    }
}
