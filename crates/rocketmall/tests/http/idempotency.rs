//! One key, one effect, one answer.

use reqwest::Method;
use serde_json::{Value, json};

use crate::errors::futures_all;
use crate::shop::{Answer, Shop};

async fn keyed(shop: &Shop, user: &str, key: &str, path: &str, body: &Value) -> Answer {
    shop.send(shop.request(Method::POST, path).header("X-User-Id", user).header("Idempotency-Key", key).json(body)).await
}

#[tokio::test]
async fn the_same_key_and_body_get_the_same_answer() {
    let shop = Shop::dev().await;
    let (user, other, goods) = (shop.user("0.00").await, shop.user("0.00").await, shop.goods("10.00", 9).await);
    let body = json!({"lines": [{"goods_id": goods, "number": 1}], "address": "a", "consignee": "b"});
    let calls = (0..50).map(|_| keyed(&shop, &user, "k1", "/v1/orders", &body)).collect();
    let answers = futures_all(calls).await;
    assert!(answers.iter().all(|answer| answer.status == 201 && answer.text == answers[0].text));
    assert_eq!(answers.iter().filter(|answer| answer.headers.contains_key("idempotent-replayed")).count(), 49);
    assert_eq!(shop.stock(&goods).await, "8");
    // the answer stays what it was, whatever became of the order
    let order = answers[0].at("/id");
    shop.post_as(&user, &format!("/v1/orders/{order}/cancel"), json!({})).await.is(200);
    let again = keyed(&shop, &user, "k1", "/v1/orders", &body).await.is(201);
    assert_eq!((again.text.as_str(), again.headers["idempotent-replayed"].to_str().ok()), (answers[0].text.as_str(), Some("true")));
    let changed = json!({"lines": [{"goods_id": goods, "number": 2}], "address": "a", "consignee": "b"});
    assert_eq!(keyed(&shop, &user, "k1", "/v1/orders", &changed).await.is(422).at("/code"), "80010");
    assert_ne!(keyed(&shop, &other, "k1", "/v1/orders", &body).await.is(201).at("/id"), order, "keys are per user");
    shop.holds().await;
}

#[tokio::test]
async fn a_refused_call_may_be_tried_again_under_its_key() {
    let shop = Shop::dev().await;
    let (user, goods) = (shop.user("0.00").await, shop.goods("10.00", 0).await);
    let body = json!({"lines": [{"goods_id": goods, "number": 1}], "address": "a", "consignee": "b"});
    keyed(&shop, &user, "k", "/v1/orders", &body).await.is(409);
    shop.post(&format!("/v1/goods/{goods}/stock"), json!({"delta": 1, "reason": "delivery"})).await.is(201);
    keyed(&shop, &user, "k", "/v1/orders", &body).await.is(201);
}

#[tokio::test]
async fn every_creating_call_remembers() {
    let shop = Shop::dev().await;
    let user = shop.user("0.00").await;
    let goods = shop.goods("10.00", 9).await;
    let order = shop.place(&user, &goods, 1).await.is(201).at("/id");
    let calls = [
        ("/v1/users".to_owned(), json!({"name": "a", "mobile": "13900139000", "password": "a good password"})),
        ("/v1/goods".to_owned(), json!({"name": "a", "price": "1.00", "number": 1})),
        (format!("/v1/goods/{goods}/stock"), json!({"delta": 1, "reason": "delivery"})),
        ("/v1/coupons".to_owned(), json!({"user_id": user, "price": "1.00"})),
        (format!("/v1/users/{user}/money"), json!({"delta": "50.00", "reason": "top up"})),
        (format!("/v1/orders/{order}/payments"), json!({"channel": "sandbox"})),
    ];
    for (path, body) in &calls {
        let first = keyed(&shop, &user, "k", path, body).await.is(201);
        let again = keyed(&shop, &user, "k", path, body).await.is(201);
        assert_eq!((first.text, again.headers.contains_key("idempotent-replayed")), (again.text, true), "{path}");
    }
    assert_eq!((shop.money(&user).await, shop.stock(&goods).await), ("50.00".to_owned(), "9".to_owned()));
    for key in ["", &"k".repeat(65), "with space"] {
        assert_eq!(keyed(&shop, &user, key, "/v1/goods", &calls[1].1).await.is(422).at("/errors/0/field"), "Idempotency-Key");
    }
}
