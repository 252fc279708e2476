//! The contract's endpoints: the demo body, and every failure number that the contract lists for placing and paying.

use reqwest::Method;
use serde_json::{Value, json};

use crate::shop::{Mode, Shop};

const USER: i64 = 345_963_634_385_633_280;
const GOODS: i64 = 345_959_443_973_935_104;
const COUPON: i64 = 345_988_230_098_857_984;

async fn demo_shop() -> Shop {
    let shop = Shop::dev().await;
    rocketmall::cli::load_demo::demo_rows(shop.running.runtime()).await.expect("the demo rows");
    shop
}

fn order() -> Value {
    json!({"userId": USER, "goodsId": GOODS, "goodsNumber": 1, "goodsPrice": 5000, "shippingFee": 0, "orderAmount": 5000,
        "couponId": COUPON, "moneyPaid": 100, "address": "新西兰"})
}

fn with(mut body: Value, changes: Value) -> Value {
    let (Value::Object(fields), Value::Object(changes)) = (&mut body, changes) else { panic!("objects") };
    fields.extend(changes);
    body
}

#[tokio::test]
async fn the_demo_body_is_answered_as_the_original_answers() {
    let shop = demo_shop().await;
    let answer = shop
        .send(shop.request(Method::POST, "/order/confirm").header("Content-Type", "application/json").body(rocketmall::demo_data::ORDER))
        .await;
    assert_eq!(answer.is(200).text, r#"{"code":0,"msg":"正确","data":true}"#);
    assert_eq!(shop.rows("select pay_amount, order_status from trade_order").await, [vec![488_000.into(), 1.into()]]);
    shop.holds().await;
}

#[tokio::test]
async fn ids_and_money_may_be_strings() {
    let shop = demo_shop().await;
    let body = with(
        order(),
        json!({"userId": USER.to_string(), "goodsId": GOODS.to_string(), "goodsPrice": "5000.00", "couponId": COUPON.to_string(), "moneyPaid": "100.00"}),
    );
    assert_eq!(shop.post("/order/confirm", body).await.is(200).at("/code"), "0");
}

#[tokio::test]
async fn every_failure_number_of_placing() {
    let shop = demo_shop().await;
    let stranger: i64 = shop.user("0.00").await.parse().expect("an id");
    let cheap: i64 = shop.goods("90.01", 5).await.parse().expect("an id");
    let cases = [
        (with(order(), json!({"goodsNumber": 0})), -1),
        (with(order(), json!({"goodsNumber": "x"})), -1),
        (with(order(), json!({"address": " "})), -1),
        (with(order(), json!({"userId": null})), 30001),
        (with(order(), json!({"goodsId": 7})), 20001),
        (with(order(), json!({"userId": 7})), 30002),
        (with(order(), json!({"goodsPrice": 4999.99})), 20002),
        (with(order(), json!({"goodsNumber": 1001, "orderAmount": 5_005_000})), 20003),
        (with(order(), json!({"shippingFee": 10, "orderAmount": 5010})), 10002),
        (with(order(), json!({"orderAmount": 4999})), 10003),
        (with(order(), json!({"moneyPaid": -1})), 50001),
        (with(order(), json!({"moneyPaid": 100_000.01})), 50002),
        (with(order(), json!({"moneyPaid": 4980.01})), 50002),
        (with(order(), json!({"couponId": 7})), 40001),
        (with(order(), json!({"userId": stranger, "moneyPaid": 0})), 40001),
    ];
    for (body, number) in cases {
        let answer = shop.post("/order/confirm", body.clone()).await.is(200);
        assert_eq!((answer.at("/code"), answer.at("/data")), ("1".to_owned(), number.to_string()), "{body}");
    }
    assert_eq!(shop.rows("select count(*) from trade_order").await, [vec![0.into()]], "a refusal leaves nothing");
    // freight is judged on the goods amount, so amounts from 90.01 to 100 can be ordered
    let body = json!({"userId": USER, "goodsId": cheap, "goodsNumber": 1, "goodsPrice": 90.01, "shippingFee": 10, "orderAmount": 100.01, "address": "新西兰"});
    assert_eq!(shop.post("/order/confirm", body).await.is(200).at("/code"), "0");
    // the coupon is used once
    assert_eq!(shop.post("/order/confirm", order()).await.at("/code"), "0");
    assert_eq!(shop.post("/order/confirm", order()).await.at("/data"), "40002");
    shop.holds().await;
}

#[tokio::test]
async fn every_failure_number_of_paying() {
    let shop = demo_shop().await;
    shop.post("/order/confirm", order()).await.is(200);
    let order_id = shop.get("/v1/orders").await.is(200).at("/items/0/id");
    let create = |amount: Value| shop.post("/pay/createPayment", json!({"orderId": order_id, "payAmount": amount}));
    assert_eq!(create(json!(0.01)).await.is(200).at("/data"), "10003", "the caller's amount is not trusted");
    assert_eq!(shop.post("/pay/createPayment", json!({"orderId": 7, "payAmount": 1})).await.at("/data"), "80001");
    assert_eq!(create(json!(4880)).await.is(200).text, r#"{"code":0,"msg":"正确","data":true}"#);
    let pay_id = shop.rows("select cast(pay_id as text) from trade_pay").await[0][0].clone();
    let rocketmall_store::Value::Text(pay_id) = pay_id else { panic!("a text") };
    let back = |changes: Value| {
        shop.post("/pay/callBackPayment", with(json!({"payId": pay_id, "orderId": order_id, "payAmount": 4880, "isPaid": 2}), changes))
    };
    assert_eq!(back(json!({"payId": 7})).await.is(200).at("/data"), "70001");
    assert_eq!(back(json!({"orderId": 7})).await.at("/data"), "70001");
    assert_eq!(back(json!({"payAmount": 0.01})).await.at("/data"), "80006");
    assert_eq!(back(json!({"isPaid": 1})).await.at("/data"), "70002");
    assert_eq!(back(json!({})).await.text, r#"{"code":0,"msg":"正确","data":true}"#);
    assert_eq!(back(json!({})).await.at("/data"), "70002", "a second callback is told so and counts nothing");
    shop.settle().await;
    assert_eq!(create(json!(4880)).await.at("/data"), "70002");
    assert_eq!(shop.get(&format!("/v1/orders/{order_id}")).await.at("/pay_status"), "paid");
    assert_eq!(shop.get_as(&USER.to_string(), "/v1/users/me").await.at("/score"), "4880");
    shop.holds().await;
}

#[tokio::test]
async fn what_is_no_request_has_a_status_of_its_own() {
    let shop = demo_shop().await;
    let raw = |body: &'static str, kind: &'static str| shop.request(Method::POST, "/order/confirm").header("Content-Type", kind).body(body);
    for (request, status) in [(raw("{", "application/json"), 400), (raw("{}", "text/plain"), 415), (raw("", "application/json"), 400)] {
        let answer = shop.send(request).await.is(status);
        assert_eq!(answer.at("/code"), "1");
    }
    assert!(shop.get("/order/test").await.is(200).text.contains("placed"));
}

#[tokio::test]
async fn outside_development_the_endpoints_want_their_tokens() {
    let shop = Shop::start(Mode::Open, &[]).await;
    shop.get("/order/test").await.is(404);
    shop.post("/order/confirm", order()).await.is(401);
    shop.post("/pay/createPayment", json!({"orderId": 7, "payAmount": 1})).await.is(401);
    let callback = json!({"payId": 7, "orderId": 7, "payAmount": 0.01, "isPaid": 2});
    shop.post("/pay/callBackPayment", callback.clone()).await.is(401);
    let signature = rocketmall_channels::sign::sign(crate::shop::SECRET, shop.unix_seconds(), callback.to_string().as_bytes());
    let signed = shop.request(Method::POST, "/pay/callBackPayment").header("X-Sandbox-Signature", signature).json(&callback);
    assert_eq!(shop.send(signed).await.is(200).at("/data"), "70001");
}
