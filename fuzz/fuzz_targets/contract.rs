//! Bodies of the original's endpoints: a number and its digits as a string are one value, and no amount passes through a float.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rocketmall::http::contract::loose::{amount, number, optional_number};
use rocketmall_core::money::Cents;
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Loose {
    #[serde(deserialize_with = "number")]
    goods_id: i64,
    #[serde(default, deserialize_with = "optional_number")]
    coupon_id: Option<i64>,
    #[serde(deserialize_with = "amount")]
    order_amount: Cents,
}

/// The same body, before anything is made of its values.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sent<'a> {
    #[serde(borrow)]
    goods_id: &'a RawValue,
    #[serde(borrow, default)]
    coupon_id: Option<&'a RawValue>,
    #[serde(borrow)]
    order_amount: &'a RawValue,
}

fuzz_target!(|text: &str| {
    let Ok(read) = serde_json::from_str::<Loose>(text) else { return };
    let sent: Sent<'_> = serde_json::from_str(text).expect("it was read once");
    assert_eq!(digits(sent.goods_id.get()), read.goods_id);
    assert_eq!(sent.coupon_id.map(|id| digits(id.get())), read.coupon_id);
    assert_eq!(plain(sent.order_amount.get()).parse(), Ok(read.order_amount));
    assert!(read.order_amount.get().abs() <= Cents::MAX.get());
    let coupon = read.coupon_id.map_or_else(|| "null".to_owned(), |id| id.to_string());
    let (goods, total) = (read.goods_id, read.order_amount);
    for body in [
        format!(r#"{{"goodsId":{goods},"couponId":{coupon},"orderAmount":{total}}}"#),
        format!(r#"{{"goodsId":"{goods}","couponId":{coupon},"orderAmount":"{total}"}}"#),
    ] {
        assert_eq!(serde_json::from_str::<Loose>(&body).ok().as_ref(), Some(&read), "{body}");
    }
});

/// A number's text, or what stands in the string.
fn plain(raw: &str) -> String {
    serde_json::from_str::<String>(raw).unwrap_or_else(|_| raw.to_owned())
}

fn digits(raw: &str) -> i64 {
    let text = plain(raw);
    let number: i64 = text.parse().unwrap_or_else(|_| panic!("{raw} was taken for a number"));
    assert!(text.strip_prefix('-').unwrap_or(&text).bytes().all(|byte| byte.is_ascii_digit()), "{raw} are no digits");
    number
}
