//! Bounds of fields and parameters, from the constants by which the core checks them.

use rocketmall_core::basket::{MAX_LINES, MAX_NUMBER};
use rocketmall_core::goods::MAX_STOCK;
use rocketmall_core::limit;
use serde_json::{Value, json};

use super::super::idempotency::LONGEST;

/// Ids as texts.
const ID: &str = "^[1-9][0-9]{0,18}$";
/// Ids of messages, which other programs may have given them.
const MESSAGE_ID: &str = "^[0-9A-Za-z_-]{1,64}$";
/// Places in a list of messages.
const MESSAGE_CURSOR: &str = r"^[0-9]\.[0-9]{1,18}(\.[0-9]{1,18}|(\.x([2-7][0-9a-f]){0,64}){3})$";
/// Ids and counts of the contract, where they come as texts.
const DIGITS: &str = "^-?[0-9]{1,19}$";
/// Amounts, where they may be below zero.
const AMOUNT: &str = r"^-?[0-9]{1,8}(\.[0-9]{1,2})?$";
/// Amounts of zero or more.
const NOT_NEGATIVE: &str = r"^[0-9]{1,8}(\.[0-9]{1,2})?$";
/// Something other than blanks.
const NOT_BLANK: &str = r"\S";
const MOBILE: &str = r"^\+?[0-9]+$";

/// Adds bounds to schemas and parameters.
pub(super) fn set(json: &mut Value) {
    json["components"]["schemas"]["Price"] = json!({
        "type": "string", "pattern": NOT_NEGATIVE, "description": "An amount of money, not below zero 不小于零的金额", "example": "5000.00",
    });
    for (schema, property, bounds) in table() {
        merge(&mut json["components"]["schemas"][schema]["properties"][property], &bounds);
    }
    for (schema, property, kind) in CONTRACT {
        loosen(&mut json["components"]["schemas"][schema]["properties"][property], kind);
    }
    for (path, _, operation) in super::operations(json) {
        for parameter in operation["parameters"].as_array_mut().into_iter().flatten() {
            bound_parameter(path, parameter);
        }
    }
}

fn text(longest: usize) -> Value {
    json!({ "maxLength": longest })
}

fn words(longest: usize) -> Value {
    json!({ "minLength": 1, "maxLength": longest, "pattern": NOT_BLANK })
}

/// Schema, property, and what the core demands of it.
fn table() -> Vec<(&'static str, &'static str, Value)> {
    let pieces = json!({ "minimum": 1, "maximum": MAX_NUMBER });
    let lines = json!({ "minItems": 1, "maxItems": MAX_LINES });
    let not_negative = json!({ "$ref": "#/components/schemas/Price" });
    vec![
        ("Registration", "name", words(limit::USER_NAME)),
        ("Registration", "mobile", json!({ "minLength": limit::MOBILE_LEAST, "maxLength": limit::MOBILE, "pattern": MOBILE })),
        ("Registration", "password", json!({ "minLength": limit::PASSWORD_LEAST, "maxLength": limit::PASSWORD })),
        ("MoneyCorrection", "reason", words(limit::REASON)),
        ("NewGoods", "name", words(limit::GOODS_NAME)),
        ("NewGoods", "desc", text(limit::GOODS_DESC)),
        ("NewGoods", "price", not_negative.clone()),
        ("NewGoods", "number", json!({ "minimum": 0, "maximum": MAX_STOCK })),
        ("GoodsEdit", "name", words(limit::GOODS_NAME)),
        ("GoodsEdit", "desc", text(limit::GOODS_DESC)),
        ("GoodsEdit", "price", not_negative.clone()),
        ("StockCorrection", "reason", words(limit::REASON)),
        ("StockCorrection", "delta", json!({ "minimum": -MAX_STOCK, "maximum": MAX_STOCK })),
        ("NewCoupon", "price", not_negative.clone()),
        ("NewCoupon", "min_spend", not_negative.clone()),
        ("NewLine", "number", pieces.clone()),
        ("NewBasket", "lines", lines.clone()),
        ("NewBasket", "money_paid", not_negative.clone()),
        ("NewOrder", "lines", lines.clone()),
        ("NewOrder", "money_paid", not_negative.clone()),
        ("NewOrder", "address", words(limit::ADDRESS)),
        ("NewOrder", "consignee", text(limit::CONSIGNEE)),
        ("Cancellation", "reason", text(limit::REASON)),
        ("Parcel", "carrier", words(limit::CARRIER)),
        ("Parcel", "tracking_no", words(limit::TRACKING_NO)),
        ("NewRefund", "reason", words(limit::REASON)),
        ("NewRefund", "lines", lines),
        ("NewRefund", "amount", not_negative),
        ("LineBack", "number", pieces),
        ("Selection", "topic", json!({ "minLength": 1 })),
        ("Selection", "tag", json!({ "minLength": 1 })),
        ("Selection", "group", json!({ "minLength": 1 })),
        ("Selection", "key", json!({ "minLength": 1 })),
        ("Selection", "cursor", json!({ "pattern": MESSAGE_CURSOR })),
        ("Refusal", "reason", words(limit::REASON)),
        ("NewPayment", "method", text(limit::METHOD)),
        ("TradeOrder", "address", words(limit::ADDRESS)),
        ("TradeOrder", "consignee", text(limit::CONSIGNEE)),
        ("PaymentView", "action", json!({ "type": ["object", "null"] })),
        ("ResultVo", "data", json!({ "type": ["boolean", "integer"] })),
    ]
}

/// Puts bounds where the value itself is described: beside the null of a field that may be null.
fn merge(property: &mut Value, bounds: &Value) {
    let place = match property["oneOf"].as_array_mut() {
        Some(choices) => choices.iter_mut().find(|choice| choice["type"] != "null"),
        None => Some(property),
    };
    let (Some(Value::Object(place)), Some(bounds)) = (place, bounds.as_object()) else { return };
    place.extend(bounds.clone());
}

#[derive(Clone, Copy)]
enum Loose {
    Digits,
    DigitsOrNull,
    Amount,
    AmountOrNull,
}

/// What the contract's callers send as numbers or as texts.
const CONTRACT: [(&str, &str, Loose); 14] = [
    ("TradeOrder", "userId", Loose::DigitsOrNull),
    ("TradeOrder", "goodsId", Loose::Digits),
    ("TradeOrder", "goodsNumber", Loose::Digits),
    ("TradeOrder", "goodsPrice", Loose::Amount),
    ("TradeOrder", "shippingFee", Loose::Amount),
    ("TradeOrder", "orderAmount", Loose::Amount),
    ("TradeOrder", "couponId", Loose::DigitsOrNull),
    ("TradeOrder", "moneyPaid", Loose::AmountOrNull),
    ("TradePay", "orderId", Loose::Digits),
    ("TradePay", "payAmount", Loose::Amount),
    ("PayCallback", "payId", Loose::Digits),
    ("PayCallback", "orderId", Loose::Digits),
    ("PayCallback", "payAmount", Loose::Amount),
    ("PayCallback", "isPaid", Loose::Digits),
];

/// A number, or its digits as a string; what the handler says in words and examples stays.
fn loosen(property: &mut Value, kind: Loose) {
    let Some(said) = property.as_object_mut() else { return };
    said.retain(|name, _| ["description", "example", "examples"].contains(&name.as_str()));
    let whole = json!({ "type": "integer", "format": "int64", "minimum": i64::MIN, "maximum": i64::MAX });
    let amount = json!({ "type": "number", "minimum": -99_999_999.99, "maximum": 99_999_999.99, "multipleOf": 0.01 });
    let (number, pattern) = match kind {
        Loose::Digits | Loose::DigitsOrNull => (whole, DIGITS),
        Loose::Amount | Loose::AmountOrNull => (amount, AMOUNT),
    };
    let mut choices = vec![number, json!({ "type": "string", "pattern": pattern })];
    if matches!(kind, Loose::DigitsOrNull | Loose::AmountOrNull) {
        choices.push(json!({ "type": "null" }));
    }
    said.insert("oneOf".to_owned(), choices.into());
}

fn bound_parameter(path: &str, parameter: &mut Value) {
    let (id, cursor) = if path.starts_with("/v1/messages") { (MESSAGE_ID, MESSAGE_CURSOR) } else { (ID, ID) };
    let bounds = match (parameter["in"].as_str(), parameter["name"].as_str()) {
        (Some("query"), Some("cursor")) => json!({ "type": "string", "pattern": cursor }),
        (Some("path"), Some("id")) if parameter["schema"]["$ref"].is_null() => json!({ "type": "string", "pattern": id }),
        (Some("header"), Some("Idempotency-Key")) => {
            json!({ "type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[!-~]+$" })
        }
        _ => return,
    };
    merge(&mut parameter["schema"], &bounds);
}
