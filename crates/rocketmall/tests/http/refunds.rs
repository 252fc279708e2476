//! Shipping and refunds as callers see them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::shop::Shop;

/// A paid order over so many pieces of goods at 60.00; user and order.
async fn paid_order(shop: &Shop, number: i64) -> (String, String) {
    let (user, goods) = (shop.user("1000.00").await, shop.goods("60.00", 9).await);
    let order = json!({"lines": [{"goods_id": goods, "number": number}], "address": "新西兰", "consignee": "小明"});
    let order = shop.post_as(&user, "/v1/orders", order).await.is(201).at("/id");
    let payment = shop.post_as(&user, &format!("/v1/orders/{order}/payments"), json!({"channel": "sandbox"})).await.is(201);
    shop.send(reqwest::Client::new().post(payment.at("/action/url")).json(&json!({"result": "paid"}))).await.is(200);
    shop.wait_for(&format!("/v1/orders/{order}"), "/pay_status", "paid").await;
    (user, order)
}

#[tokio::test]
async fn a_part_goes_back_and_the_rest_is_shipped() {
    let shop = Shop::dev().await;
    let (user, order) = paid_order(&shop, 2).await;
    let path = format!("/v1/orders/{order}");
    let asking = json!({"amount": "20.00", "reason": "a scratch"});
    let refund = shop.post_as(&user, &format!("{path}/refunds"), asking).await.is(201);
    let seen: Vec<_> = ["/status", "/cause", "/amount", "/channel_amount", "/balance_amount", "/reason"].map(|at| refund.at(at)).into();
    assert_eq!(seen, ["requested", "request", "20.00", "20.00", "0.00", "a scratch"]);
    let id = refund.at("/id");
    let ship = json!({"carrier": "顺丰", "tracking_no": "SF1"});
    assert_eq!(shop.post(&format!("{path}/ship"), ship.clone()).await.is(409).at("/code"), "80019");
    assert_eq!(shop.post(&format!("/v1/refunds/{id}/approve"), json!({})).await.is(200).at("/status"), "approved");
    shop.wait_for(&format!("/v1/refunds/{id}"), "/status", "succeeded").await;
    assert_eq!(shop.get(&path).await.is(200).at("/refunded_amount"), "20.00");
    let shipped = shop.post(&format!("{path}/ship"), ship).await.is(200);
    assert_eq!([shipped.at("/shipping_status"), shipped.at("/carrier"), shipped.at("/tracking_no")], ["shipped", "顺丰", "SF1"]);
    assert!(shipped.json()["shipped_at"].is_string());
    assert_eq!(shop.post_as(&user, &format!("{path}/cancel"), json!({})).await.is(409).at("/code"), "80003");
    assert_eq!(shop.post_as(&user, &format!("{path}/receive"), json!({})).await.is(200).at("/shipping_status"), "received");
    let timeline = shop.get(&format!("{path}/timeline")).await.is(200).text;
    for words in ["shipped: 顺丰 SF1", "received", "payTopic refunded", "(Request): 20.00"] {
        assert!(timeline.contains(words), "{words} in {timeline}");
    }
    shop.holds().await;
}

#[tokio::test]
async fn a_retried_call_asks_once() {
    let shop = Shop::dev().await;
    let (user, order) = paid_order(&shop, 1).await;
    let path = format!("/v1/orders/{order}/refunds");
    let ask =
        |body: Value| shop.send(shop.request(Method::POST, &path).header("X-User-Id", &user).header("Idempotency-Key", "k").json(&body));
    let first = ask(json!({"amount": "1.00", "reason": "late"})).await.is(201);
    let again = ask(json!({"amount": "1.00", "reason": "late"})).await.is(201);
    assert_eq!((again.at("/id"), again.headers["Idempotent-Replayed"].to_str().ok()), (first.at("/id"), Some("true")));
    assert_eq!(ask(json!({"amount": "2.00", "reason": "late"})).await.is(422).at("/code"), "80010");
    assert_eq!(shop.get_as(&user, &path).await.is(200).json()["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let shop = Shop::dev().await;
    let (user, order) = paid_order(&shop, 1).await;
    let stranger = shop.user("0.00").await;
    let path = format!("/v1/orders/{order}/refunds");
    shop.post_as(&stranger, &path, json!({"reason": "mine"})).await.is(404);
    shop.get_as(&stranger, &path).await.is(404);
    for (body, field) in [
        (json!({}), "reason"),
        (json!({"reason": ""}), "reason"),
        (json!({"reason": "a", "amount": 1}), "amount"),
        (json!({"reason": "a", "amount": "0.00"}), "amount"),
        (json!({"reason": "a", "amount": "1.00", "lines": []}), "amount"),
        (json!({"reason": "a", "lines": []}), "lines"),
        (json!({"reason": "a", "lines": [{"goods_id": "7", "number": 1}]}), "lines[0].goods_id"),
        (json!({"reason": "a", "amount": "1.00", "return_goods": true}), "return_goods"),
    ] {
        let answer = shop.post_as(&user, &path, body.clone()).await.is(422);
        assert_eq!(answer.at("/errors/0/field"), field, "{body}");
    }
    for call in ["approve", "goods-received", "retry", "abandon"] {
        assert_eq!(shop.post(&format!("/v1/refunds/1/{call}"), json!({})).await.is(404).at("/code"), "80008");
    }
    shop.post("/v1/refunds/1/reject", json!({})).await.is(422);
    shop.get("/v1/refunds/1").await.is(404);
    let answer = shop.post(&format!("/v1/orders/{order}/ship"), json!({"carrier": "", "tracking_no": "1"})).await.is(422);
    assert_eq!(answer.at("/errors/0/field"), "carrier");
}

#[tokio::test]
async fn refunds_are_listed_by_status_newest_first() {
    let shop = Shop::dev().await;
    let (user, order) = paid_order(&shop, 1).await;
    let mut ids = Vec::new();
    for cents in 1..=5 {
        let body = json!({"reason": "a", "amount": format!("0.0{cents}")});
        ids.push(shop.post_as(&user, &format!("/v1/orders/{order}/refunds"), body).await.is(201).at("/id"));
    }
    shop.post(&format!("/v1/refunds/{}/reject", ids[2]), json!({"reason": "no"})).await.is(200);
    ids.reverse();
    let list = async |query: String| {
        let page = shop.get(&format!("/v1/refunds?{query}")).await.is(200).json();
        let items: Vec<_> =
            page["items"].as_array().expect("items").iter().map(|refund| refund["id"].as_str().expect("an id").to_owned()).collect();
        (items, page["next_cursor"].as_str().map(str::to_owned))
    };
    let (first, cursor) = list("limit=2".to_owned()).await;
    let (rest, end) = list(format!("limit=3&cursor={}", cursor.expect("there are more"))).await;
    assert_eq!(([first, rest].concat(), end), (ids.clone(), None));
    assert_eq!(list("status=rejected".to_owned()).await.0, [ids[2].clone()]);
    assert_eq!(list("status=requested&limit=100".to_owned()).await.0.len(), 4);
    shop.get("/v1/refunds?status=lost").await.is(422);
}
