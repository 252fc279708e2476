//! Every body of the API with every field wrong: refused with the field's name, and nothing stored.

use reqwest::Method;
use serde_json::{Value, json};

use crate::rights::operations;
use crate::shop::{Answer, Shop};
use crate::world::{Kind, World};

/// A field of an operation's body, by the document.
struct Field {
    name: String,
    is_required: bool,
    is_boolean: bool,
}

fn fields(document: &Value, method: &str, route: &str) -> Vec<Field> {
    let body = &document["paths"][route][method.to_lowercase()]["requestBody"]["content"]["application/json"]["schema"];
    // a body that may be left away is one of null and its schema
    let reference = body["$ref"].as_str().or_else(|| body["oneOf"].as_array()?.iter().find_map(|one| one["$ref"].as_str()));
    let Some(name) = reference.and_then(|reference| reference.rsplit('/').next()) else { return Vec::new() };
    let schema = &document["components"]["schemas"][name];
    let required = |field: &str| schema["required"].as_array().is_some_and(|names| names.iter().any(|name| name == field));
    let properties = schema["properties"].as_object().unwrap_or_else(|| panic!("{name} has no properties"));
    let field = |(name, property): (&String, &Value)| {
        let is_boolean = property["type"] == "boolean";
        Field { name: name.clone(), is_required: required(name), is_boolean }
    };
    properties.iter().map(field).collect()
}

/// Refused, and this field is named.
fn blames(answer: &Answer, field: &str, call: &str) {
    if call.contains(" /order/") || call.contains(" /pay/") {
        let number = answer.at("/data");
        assert!(answer.status == 200 && ["-1", "30001"].contains(&number.as_str()), "{call} {field}: {}", answer.text);
        return;
    }
    assert_eq!(answer.status, 422, "{call} {field}: {}", answer.text);
    assert_eq!(answer.at("/errors/0/field"), field, "{call}: {}", answer.text);
}

#[tokio::test]
async fn a_field_that_is_missing_or_of_another_type_is_named() {
    let world = World::open().await;
    let document = world.shop.get("/openapi.json").await.is(200).json();
    let mut tried = 0;
    for (method, route, _) in operations(&document) {
        let call = format!("{method} {route}");
        let verb = Method::from_bytes(method.as_bytes()).expect("a method");
        for Field { name: field, is_required, is_boolean } in fields(&document, &method, &route) {
            let Some(body) = world.body(&method, &route).await else { continue };
            let other = if is_boolean { json!("true") } else { json!(true) };
            let mut wrong = vec![json!({"a": 1}), json!([[]]), other];
            if is_required {
                wrong.push(Value::Null);
            }
            for wrong in wrong {
                let mut body = body.clone();
                if wrong.is_null() {
                    body.as_object_mut().expect("an object").remove(&field);
                } else {
                    body[&field] = wrong.clone();
                }
                let request = world.shop.request(verb.clone(), &world.path(&route).await).json(&body);
                let answer = world.shop.send(world.as_kind(request, Kind::AdminForOwner).await).await;
                // a list is named with the item that is wrong
                let at = if wrong == json!([[]]) && field == "lines" { "lines[0]".to_owned() } else { field.clone() };
                blames(&answer, &at, &call);
                tried += 1;
            }
        }
    }
    assert!(tried > 100, "only {tried} bodies");
}

#[tokio::test]
async fn a_field_that_is_too_long_or_out_of_range_is_named() {
    let shop = Shop::dev().await;
    let (user, goods) = (shop.user("0.00").await, shop.goods("10.00", 9).await);
    let long = "长".repeat(3_000);
    let order = shop.place(&user, &goods, 1).await.is(201).at("/id");
    let (stock, money) = (format!("/v1/goods/{goods}/stock"), format!("/v1/users/{user}/money"));
    let (cancel, pay) = (format!("/v1/orders/{order}/cancel"), format!("/v1/orders/{order}/payments"));
    let cases = [
        ("/v1/users", json!({"name": long, "mobile": "13900139000", "password": "a good password"}), "name"),
        ("/v1/users", json!({"name": " ", "mobile": "13900139000", "password": "a good password"}), "name"),
        ("/v1/users", json!({"name": "a", "mobile": "1390013900013900139000", "password": "a good password"}), "mobile"),
        ("/v1/users", json!({"name": "a", "mobile": "139-0013", "password": "a good password"}), "mobile"),
        ("/v1/users", json!({"name": "a", "mobile": "13900139000", "password": "short"}), "password"),
        ("/v1/users", json!({"name": "a", "mobile": "13900139000", "password": long}), "password"),
        ("/v1/goods", json!({"name": long, "price": "1.00", "number": 1}), "name"),
        ("/v1/goods", json!({"name": "a", "price": "0.00", "number": 1}), "price"),
        ("/v1/goods", json!({"name": "a", "price": "100000000.00", "number": 1}), "price"),
        ("/v1/goods", json!({"name": "a", "price": "1.00", "number": -1}), "number"),
        ("/v1/goods", json!({"name": "a", "price": "1.00", "number": 9_999_999_999_999_i64}), "number"),
        ("/v1/goods", json!({"name": "a", "price": "1.00", "number": 1, "desc": long}), "desc"),
        (stock.as_str(), json!({"delta": 0, "reason": "a"}), "delta"),
        (&stock, json!({"delta": 1, "reason": long}), "reason"),
        (&money, json!({"delta": "0.00", "reason": "a"}), "delta"),
        (&money, json!({"delta": "1.00", "reason": ""}), "reason"),
        ("/v1/coupons", json!({"user_id": user, "price": "-1.00"}), "price"),
        ("/v1/coupons", json!({"user_id": user, "price": "1.00", "min_spend": "-0.01"}), "min_spend"),
        ("/v1/coupons", json!({"user_id": user, "price": "1.00", "expires_at": "tomorrow"}), "expires_at"),
        (&cancel, json!({"reason": long}), "reason"),
        (&pay, json!({"channel": "sandbox", "method": long}), "method"),
        (&pay, json!({"channel": long}), "channel"),
    ];
    for (path, body, field) in cases {
        blames(&shop.post_as(&user, path, body).await, field, &format!("POST {path}"));
    }
    let edit = |body: Value| shop.send(shop.request(Method::PATCH, &format!("/v1/goods/{goods}")).json(&body));
    for (body, field) in [(json!({"name": ""}), "name"), (json!({"price": "-1.00"}), "price"), (json!({"desc": long}), "desc")] {
        blames(&edit(body).await, field, "PATCH /v1/goods/{id}");
    }
    let stored =
        shop.rows("select (select count(*) from trade_user), (select count(*) from trade_goods), (select count(*) from trade_coupon)");
    assert_eq!(stored.await, [vec![1.into(), 1.into(), 0.into()]]);
}

#[tokio::test]
async fn all_fields_that_are_wrong_are_named_at_once() {
    let shop = Shop::dev().await;
    let (user, goods) = (shop.user("0.00").await, shop.goods("10.00", 9).await);
    let line = |number: i64| json!({"goods_id": goods, "number": number});
    let lines = json!([line(0), line(-1)]);
    let wrong_order = json!({"lines": lines, "address": "", "consignee": "x".repeat(65), "money_paid": "-1.00"});
    let named = async |path: &str, body: Value| {
        let answer = shop.post_as(&user, path, body).await.is(422);
        assert_eq!(answer.at("/code"), "-1");
        let errors = answer.json()["errors"].as_array().cloned().expect("errors");
        assert!(errors.iter().all(|error| error["message"].as_str().is_some_and(|message| !message.is_empty())));
        errors.iter().map(|error| error["field"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let faulty_lines = ["lines[0].number", "lines[1].number", "lines[1].goods_id", "money_paid"];
    assert_eq!(named("/v1/orders", wrong_order.clone()).await, [&["address", "consignee"][..], &faulty_lines].concat());
    assert_eq!(named("/v1/orders/quote", wrong_order).await, faulty_lines);
    let user_body = json!({"name": "", "mobile": "x", "password": "short"});
    assert_eq!(named("/v1/users", user_body).await, ["name", "mobile", "password"]);
    let goods_body = json!({"name": "", "price": "0.00", "number": -1, "desc": "x".repeat(2_001)});
    assert_eq!(named("/v1/goods", goods_body).await, ["name", "desc", "price", "number"]);
    let correction = json!({"delta": 0, "reason": ""});
    assert_eq!(named(&format!("/v1/goods/{goods}/stock"), correction).await, ["reason", "delta"]);
    let coupon = json!({"user_id": user, "price": "0.00", "min_spend": "-1.00"});
    assert_eq!(named("/v1/coupons", coupon).await, ["price", "min_spend"]);
}
