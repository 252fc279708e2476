//! An order's timeline for people, from the JSON that the API answers with.

use std::fmt::Write as _;

use serde_json::Value;

use super::output::table;

/// The order in a few lines, then its events.
pub(super) fn text(timeline: &Value) -> String {
    let order = &timeline["order"];
    let field = |name: &str| shown(&order[name]);
    let mut text = format!(
        "order {} of user {}: {}, {}, {}\n",
        field("id"),
        field("user_id"),
        field("status"),
        field("pay_status"),
        field("shipping_status")
    );
    for line in order["lines"].as_array().into_iter().flatten() {
        let (number, name, price, amount) = (shown(&line["number"]), shown(&line["name"]), shown(&line["price"]), shown(&line["amount"]));
        let _ = writeln!(text, "  {number} x {name} (goods {}) at {price}: {amount}", shown(&line["goods_id"]));
    }
    let _ = writeln!(
        text,
        "  goods {} + freight {} = {}; coupon {}, balance {}, to pay {}\n",
        field("goods_amount"),
        field("shipping_fee"),
        field("order_amount"),
        field("coupon_paid"),
        field("money_paid"),
        field("pay_amount")
    );
    let events = timeline["events"].as_array().into_iter().flatten();
    let row = |event: &Value| {
        let trace = event["trace_id"].as_str().unwrap_or_default().to_owned();
        vec![shown(&event["at"]), shown(&event["kind"]), shown(&event["text"]), trace]
    };
    let rows: Vec<Vec<String>> = events.map(row).collect();
    text.push_str(&table(&["TIME", "KIND", "WHAT", "TRACE"], &rows));
    text
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
