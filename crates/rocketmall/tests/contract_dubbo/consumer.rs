//! Java's consumer calls every method of the contract.

use serde_json::{Value, json};

use crate::java::Java;
use crate::program::{Program, free_port};

const USER: i64 = 345_963_634_385_633_280;
const GOODS: i64 = 345_959_443_973_935_104;
const COUPON: i64 = 345_988_230_098_857_984;

fn order(changes: Value) -> String {
    let mut order = json!({"userId": USER, "goodsId": GOODS, "goodsNumber": 1, "goodsPrice": 5000, "shippingFee": 0, "orderAmount": 5000,
        "couponId": COUPON, "moneyPaid": 100, "address": "新西兰"});
    let (Value::Object(fields), Value::Object(changes)) = (&mut order, changes) else { panic!("objects") };
    fields.extend(changes);
    format!("OrderService.confirmOrder [{order}]")
}

fn refused(constant: &str) -> String {
    format!("! com.zzp.shop.common.exception.CustomerException {constant}")
}

const DONE: &str = r#"= {"code":0,"data":true,"msg":"正确"}"#;

#[tokio::test]
async fn java_orders_pays_and_is_refused_through_the_plain_interfaces() {
    let folder = tempfile::tempdir().expect("a folder");
    Program::run(folder.path(), &["load-demo"]);
    let port = free_port();
    let rpc = format!("127.0.0.1:{port}");
    let shop = Program::serve(folder.path(), &[("rpc_listen", &rpc), ("rpc.contract", "true")]).await;
    let mut java = Java::start(&["call", &format!("tri://{rpc}")]);

    assert_eq!(java.ask(&order(json!({"goodsPrice": 4999}))).await, refused("SHOP_GOODS_PRICE_INVALID"));
    assert_eq!(java.ask(&order(json!({"goodsNumber": 1001, "orderAmount": 5_005_000}))).await, refused("SHOP_GOODS_NUM_NOT_ENOUGH"));
    assert_eq!(java.ask(&order(json!({"orderAmount": 1}))).await, refused("SHOP_ORDERAMOUNT_INVALID"));
    assert_eq!(java.ask(&order(json!({}))).await, DONE);
    assert_eq!(java.ask(&order(json!({}))).await, refused("SHOP_COUPON_INVALIED"));
    let (_, orders) = shop.get("/v1/orders").await;
    let order_id = orders["items"][0]["id"].as_str().expect("an order").to_owned();
    assert_eq!((orders["items"].as_array().map(Vec::len), orders["items"][0]["pay_amount"].as_str()), (Some(1), Some("4880.00")));

    goods_and_coupons(&mut java, &shop).await;
    users(&mut java).await;

    let pay = |method: &str, rest: Value| {
        let mut body = json!({"orderId": order_id.parse::<i64>().expect("a number"), "payAmount": 4880});
        let (Value::Object(fields), Value::Object(rest)) = (&mut body, rest) else { panic!("objects") };
        fields.extend(rest);
        format!("PayService.{method} [{body}]")
    };
    assert_eq!(java.ask(&pay("createPayment", json!({}))).await, DONE);
    // asking again finds the one that is open
    let (_, open) = shop.post(&USER.to_string(), &format!("/v1/orders/{order_id}/payments"), json!({"channel": "sandbox"})).await;
    let pay_id: i64 = open["id"].as_str().and_then(|id| id.parse().ok()).expect("a payment");
    assert_eq!(java.ask(&pay("callbackPayment", json!({"payId": 7, "isPaid": 2}))).await, refused("SHOP_PAYMENT_NOT_FOUND"));
    assert_eq!(java.ask(&pay("callbackPayment", json!({"payId": pay_id, "isPaid": 1}))).await, refused("SHOP_PAYMENT_PAY_ERROR"));
    assert_eq!(java.ask(&pay("callbackPayment", json!({"payId": pay_id, "isPaid": 2}))).await, DONE);
    assert_eq!(java.ask(&pay("callbackPayment", json!({"payId": pay_id, "isPaid": 2}))).await, refused("SHOP_PAYMENT_IS_PAID"));
}

/// The consumer is told where Nacos is, and nothing of the shop.
#[tokio::test]
async fn java_finds_the_shop_in_nacos() {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let (nacos, user, password) = (variable("TRIAL_NACOS"), variable("TRIAL_NACOS_USER"), variable("TRIAL_NACOS_PASSWORD"));
    assert!(!nacos.is_empty(), "TRIAL_NACOS is not set: run cargo xtask interop dubbo");
    let folder = tempfile::tempdir().expect("a folder");
    Program::run(folder.path(), &["load-demo"]);
    let (registry, rpc) = (format!("nacos://{nacos}"), format!("127.0.0.1:{}", free_port()));
    let settings = [
        ("rpc_listen", rpc.as_str()),
        ("rpc.contract", "true"),
        ("registry", &registry),
        ("nacos.user", &user),
        ("nacos.password", &password),
    ];
    let shop = Program::serve(folder.path(), &settings).await;
    let login = if user.is_empty() { String::new() } else { format!("?username={user}&password={password}") };
    let mut java = Java::start(&["call", &format!("{registry}{login}")]);
    assert_eq!(java.ask(&order(json!({"goodsPrice": 4999}))).await, refused("SHOP_GOODS_PRICE_INVALID"));
    assert_eq!(java.ask(&order(json!({}))).await, DONE);
    let (_, orders) = shop.get("/v1/orders").await;
    assert_eq!(orders["items"].as_array().map(Vec::len), Some(1));
}

async fn goods_and_coupons(java: &mut Java, shop: &Program) {
    let found = java.ask(&format!("GoodService.findOne [{GOODS}]")).await;
    assert!(found.contains("\"goodsNumber\":999,\"goodsPrice\":5000.00"), "{found}");
    assert_eq!(java.ask("GoodService.findOne [7]").await, "= null");
    assert_eq!(java.ask("GoodService.findOne [null]").await, refused("SHOP_REQUEST_PARAMETER_VALID"));
    let reduce = |number: i32| format!(r#"GoodService.reduceGoodsNum [{{"goodsId":{GOODS},"orderId":7,"goodsNumber":{number}}}]"#);
    assert_eq!(java.ask(&reduce(2)).await, "= true");
    assert_eq!(java.ask(&reduce(2)).await, "= true");
    assert_eq!(java.ask(&reduce(3)).await, refused("SHOP_REQUEST_PARAMETER_VALID"));
    let found = java.ask(&format!("GoodService.findOne [{GOODS}]")).await;
    assert!(found.contains("\"goodsNumber\":997"), "{found}");

    let (_, coupon) = shop.post("", "/v1/coupons", json!({"user_id": USER.to_string(), "price": "5.50"})).await;
    let coupon = coupon["id"].as_str().expect("a coupon");
    let found = java.ask(&format!("CouponService.findOne [{coupon}]")).await;
    assert!(found.contains("\"couponPrice\":5.50,\"isUsed\":0"), "{found}");
    let using = |order: i64| {
        let body =
            format!(r#"{{"couponId":{coupon},"couponPrice":5.50,"userId":{USER},"orderId":{order},"isUsed":1,"usedTime":1700000000000}}"#);
        format!("CouponService.updateCouponStatus [{body}]")
    };
    assert_eq!(java.ask(&using(7)).await, "= true");
    assert_eq!(java.ask(&using(8)).await, refused("SHOP_COUPON_INVALIED"));
}

async fn users(java: &mut Java) {
    let money = |kind: i32| {
        format!(
            r#"UserService.updateMoneyPaid [{{"userId":{USER},"orderId":7,"moneyLogType":{kind},"userMoney":0.50,"createTime":1700000000000}}]"#
        )
    };
    assert_eq!(java.ask(&money(1)).await, "= true");
    let found = java.ask(&format!("UserService.findOne [{USER}]")).await;
    // whole units of 99899.50, and no password
    assert!(found.contains("\"userMoney\":99899") && !found.contains("userPassword"), "{found}");
    assert_eq!(java.ask(&money(2)).await, "= true");
    assert_eq!(java.ask(&money(2)).await, refused("SHOP_USER_MONEY_REFUND_ALREADY"));
}
