//! Lists, quotes and edits.

use reqwest::Method;
use serde_json::json;

use crate::shop::Shop;

#[tokio::test]
async fn lists_come_in_pages() {
    let shop = Shop::dev().await;
    let (user, goods) = (shop.user("0.00").await, shop.goods("10.00", 99).await);
    let mut placed = Vec::new();
    for _ in 0..7 {
        placed.push(shop.place(&user, &goods, 1).await.is(201).at("/id"));
    }
    placed.reverse();
    let (mut seen, mut path) = (Vec::new(), "/v1/orders?limit=3".to_owned());
    loop {
        let page = shop.get_as(&user, &path).await.is(200).json();
        seen.extend(page["items"].as_array().expect("items").iter().map(|order| order["id"].as_str().expect("an id").to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/orders?limit=3&cursor={cursor}");
    }
    assert_eq!(seen, placed, "newest first, each once");
    shop.post_as(&user, &format!("/v1/orders/{}/cancel", placed[0]), json!({})).await.is(200);
    assert_eq!(shop.get_as(&user, "/v1/orders?status=cancelled").await.json()["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(shop.get_as(&user, "/v1/orders?status=confirmed").await.json()["items"].as_array().map(Vec::len), Some(6));
}

#[tokio::test]
async fn a_quote_is_what_the_order_costs_and_stores_nothing() {
    let shop = Shop::dev().await;
    let (user, cup, pot) = (shop.user("100.00").await, shop.goods("9.99", 9).await, shop.goods("30.00", 9).await);
    let coupon = shop.coupon(&user, "5.00").await;
    let basket =
        json!({"lines": [{"goods_id": cup, "number": 3}, {"goods_id": pot, "number": 1}], "coupon_id": coupon, "money_paid": "10.00"});
    let quote = shop.post_as(&user, "/v1/orders/quote", basket.clone()).await.is(200);
    assert_eq!(
        (quote.at("/goods_amount"), quote.at("/shipping_fee"), quote.at("/pay_amount")),
        ("59.97".into(), "10.00".into(), "54.97".into())
    );
    assert_eq!(shop.rows("select count(*) from trade_order").await, [vec![0.into()]]);
    let mut order = basket;
    order["address"] = json!("a");
    order["consignee"] = json!("b");
    order["pay_amount"] = json!("54.96");
    assert_eq!(shop.post_as(&user, "/v1/orders", order.clone()).await.is(409).at("/code"), "10003");
    order["pay_amount"] = json!("54.97");
    let placed = shop.post_as(&user, "/v1/orders", order).await.is(201);
    assert_eq!(placed.json()["lines"].as_array().map(Vec::len), Some(2));
    assert_eq!(shop.get(&format!("/v1/orders/{}", placed.at("/id"))).await.text, placed.text);
    shop.holds().await;
}

#[tokio::test]
async fn goods_are_edited_and_stock_is_corrected() {
    let shop = Shop::dev().await;
    let goods = shop.goods("10.00", 5).await;
    let edit = shop.request(Method::PATCH, &format!("/v1/goods/{goods}")).json(&json!({"price": "12.00", "desc": "blue"}));
    let edited = shop.send(edit).await.is(200);
    assert_eq!((edited.at("/price"), edited.at("/desc"), edited.at("/number")), ("12.00".into(), "blue".into(), "5".into()));
    assert_eq!(shop.get(&format!("/v1/goods/{goods}")).await.text, edited.text);
    let path = format!("/v1/goods/{goods}/stock");
    let correct = |delta: i64| shop.post(&path, json!({"delta": delta, "reason": "count"}));
    assert_eq!(correct(-6).await.is(409).at("/code"), "20003");
    assert_eq!(correct(-5).await.is(201).at("/number"), "0");
    shop.post("/v1/goods/77/stock", json!({"delta": 1, "reason": "count"})).await.is(404);
    shop.holds().await;
}

#[tokio::test]
async fn the_document_describes_what_is_served() {
    let shop = Shop::dev().await;
    let document = shop.get("/openapi.json").await.is(200).json();
    assert_eq!(document["openapi"], "3.1.0");
    for path in
        ["/v1/orders", "/v1/orders/{id}/payments", "/v1/channels/{channel}/notify", "/order/confirm", "/pay/callBackPayment", "/readyz"]
    {
        assert!(document["paths"][path].is_object(), "{path}");
    }
    let ready = shop.get("/readyz").await.is(200);
    assert_eq!((ready.at("/database"), ready.at("/bus")), ("ok".into(), "local".into()));
}
