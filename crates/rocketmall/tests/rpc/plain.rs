//! Java's plain interfaces: objects, results, exceptions.

use dubbo_triple::{Value, java};
use rocketmall_core::command::{CancelCause, CancelOrder, Command};
use rocketmall_core::id::OrderId;
use rocketmall_store::verify::{Limits, audit};
use tonic::Code;

use crate::objects::{decimal, object, refused, result};
use crate::shop::{COUPON, GOODS, Shop, USER, order};

const DONE: (Option<i32>, Option<&str>, Option<bool>) = (Some(0), Some("正确"), Some(true));

#[tokio::test]
async fn the_demo_order_is_placed_paid_and_given_back_to_nobody() {
    let shop = Shop::demo().await;
    let placed = shop.send("OrderService.confirmOrder", order(&[])).await.expect("placed");
    assert_eq!(result(&placed), DONE);
    assert_eq!(shop.rows("select pay_amount, order_status from trade_order").await, [vec![488_000.into(), 1.into()]]);
    let ids = shop.rows("select order_id from trade_order").await;
    let rocketmall_store::Value::Int(order_id) = ids[0][0] else { panic!("an id") };
    let pay = |amount: &str| object("TradePay").with("orderId", order_id).with("payAmount", decimal(amount));
    assert_eq!(refused(shop.send("PayService.createPayment", pay("0.01")).await), "SHOP_ORDERAMOUNT_INVALID");
    assert_eq!(result(&shop.send("PayService.createPayment", pay("4880")).await.expect("created")), DONE);
    let ids = shop.rows("select pay_id from trade_pay").await;
    let rocketmall_store::Value::Int(pay_id) = ids[0][0] else { panic!("an id") };
    let back = |pay_id: i64, is_paid: i32, amount: &str| pay(amount).with("payId", pay_id).with("isPaid", is_paid);
    for (told, constant) in [
        (back(7, 2, "4880"), "SHOP_PAYMENT_NOT_FOUND"),
        (back(pay_id, 1, "4880"), "SHOP_PAYMENT_PAY_ERROR"),
        (back(pay_id, 2, "0.01"), "SHOP_PAYMENT_PAY_ERROR"),
    ] {
        assert_eq!(refused(shop.send("PayService.callbackPayment", told).await), constant);
    }
    assert_eq!(result(&shop.send("PayService.callbackPayment", back(pay_id, 2, "4880.00")).await.expect("paid")), DONE);
    assert_eq!(refused(shop.send("PayService.callbackPayment", back(pay_id, 2, "4880")).await), "SHOP_PAYMENT_IS_PAID");
    let used = shop.find("CouponService", COUPON).await;
    let used = used.as_object().expect("a coupon");
    assert_eq!((used.get("isUsed"), used.get("orderId")), (Some(&1.into()), Some(&order_id.into())));
}

#[tokio::test]
async fn a_wrong_order_is_refused_with_the_originals_constant_and_leaves_nothing() {
    let shop = Shop::demo().await;
    let cases: [(&[(&str, Value)], &str); 14] = [
        (&[("goodsNumber", 0.into())], "SHOP_REQUEST_PARAMETER_VALID"),
        (&[("goodsNumber", Value::Null)], "SHOP_REQUEST_PARAMETER_VALID"),
        (&[("goodsPrice", "5000".into())], "SHOP_REQUEST_PARAMETER_VALID"),
        (&[("goodsPrice", decimal("0.001"))], "SHOP_REQUEST_PARAMETER_VALID"),
        (&[("address", Value::Null)], "SHOP_REQUEST_PARAMETER_VALID"),
        (&[("userId", Value::Null)], "SHOP_USER_IS_NULL"),
        (&[("userId", 7_i64.into())], "SHOP_USER_NO_EXIST"),
        (&[("goodsId", 7_i64.into())], "SHOP_GOODS_NO_EXIST"),
        (&[("goodsPrice", decimal("4999.99"))], "SHOP_GOODS_PRICE_INVALID"),
        (&[("goodsNumber", 1001.into()), ("orderAmount", decimal("5005000"))], "SHOP_GOODS_NUM_NOT_ENOUGH"),
        (&[("shippingFee", decimal("10"))], "SHOP_ORDER_SHIPPINGFEE_INVALID"),
        (&[("orderAmount", decimal("4999"))], "SHOP_ORDERAMOUNT_INVALID"),
        (&[("moneyPaid", decimal("100000.01"))], "SHOP_MONEY_PAID_INVALID"),
        (&[("couponId", 7_i64.into())], "SHOP_COUPON_NO_EXIST"),
    ];
    for (changes, constant) in cases {
        assert_eq!(refused(shop.send("OrderService.confirmOrder", order(changes)).await), constant, "{changes:?}");
    }
    assert_eq!(refused(shop.send("OrderService.confirmOrder", order(&[("moneyPaid", decimal("-1"))])).await), "SHOP_MONEY_PAID_LESS_ZERO");
    let none = shop.call("OrderService.confirmOrder", "com.zzp.shop.provider.domain.TradeOrder", Value::Null).await;
    assert_eq!(refused(none), "SHOP_REQUEST_PARAMETER_VALID");
    assert_eq!(shop.rows("select count(*) from trade_order").await, [vec![0.into()]]);
    shop.send("OrderService.confirmOrder", order(&[])).await.expect("placed");
    assert_eq!(refused(shop.send("OrderService.confirmOrder", order(&[])).await), "SHOP_COUPON_INVALIED");
}

#[tokio::test]
async fn goods_are_found_and_taken_once_for_each_order() {
    let shop = Shop::demo().await;
    let found = shop.find("GoodService", GOODS).await;
    let goods = found.as_object().expect("goods");
    assert_eq!(goods.class(), "com.zzp.shop.provider.domain.TradeGoods");
    assert_eq!((goods.get("goodsId"), goods.get("goodsNumber")), (Some(&GOODS.into()), Some(&1000.into())));
    assert_eq!(goods.get("goodsPrice").and_then(java::as_big_decimal), Some("5000.00"));
    assert!(goods.get("addTime").and_then(Value::as_date).is_some());
    assert_eq!(shop.find("GoodService", 7).await, Value::Null);
    assert_eq!(refused(shop.call("GoodService.findOne", "java.lang.Long", Value::Null).await), "SHOP_REQUEST_PARAMETER_VALID");
    let log = |order: i64, number: i32| {
        let log = object("TradeGoodsNumberLog").with("goodsId", GOODS).with("orderId", order).with("goodsNumber", number);
        shop.send("GoodService.reduceGoodsNum", log)
    };
    for _ in 0..2 {
        assert_eq!(log(7, 3).await.expect("taken"), Value::Bool(true));
    }
    for (order, number, constant) in
        [(7, 4, "SHOP_REQUEST_PARAMETER_VALID"), (8, 998, "SHOP_GOODS_NUM_NOT_ENOUGH"), (8, 0, "SHOP_REQUEST_PARAMETER_VALID")]
    {
        assert_eq!(refused(log(order, number).await), constant, "{order} {number}");
    }
    assert_eq!(shop.rows("select goods_number from trade_goods").await, [vec![997.into()]]);
    // the last piece can be bought
    assert_eq!(log(9, 997).await.expect("taken"), Value::Bool(true));
}

#[tokio::test]
async fn coupons_and_balances_are_taken_once_and_a_balance_comes_back_once() {
    let shop = Shop::demo().await;
    let coupon = |user: i64, order: i64, used: i32| {
        let coupon = object("TradeCoupon").with("couponId", COUPON).with("userId", user).with("orderId", order).with("isUsed", used);
        shop.send("CouponService.updateCouponStatus", coupon)
    };
    assert_eq!(refused(coupon(7, 7, 1).await), "SHOP_COUPON_NO_EXIST");
    assert_eq!(refused(coupon(USER, 7, 0).await), "SHOP_REQUEST_PARAMETER_VALID");
    for _ in 0..2 {
        assert_eq!(coupon(USER, 7, 1).await.expect("used"), Value::Bool(true));
    }
    assert_eq!(refused(coupon(USER, 8, 1).await), "SHOP_COUPON_INVALIED");

    let money = |order: i64, kind: i32, amount: &str| {
        let log = object("TradeUserMoneyLog").with("userId", USER).with("orderId", order).with("moneyLogType", kind);
        shop.send("UserService.updateMoneyPaid", log.with("userMoney", decimal(amount)))
    };
    assert_eq!(refused(money(7, 2, "100.50").await), "SHOP_ORDER_INVALID");
    for _ in 0..2 {
        assert_eq!(money(7, 1, "100.50").await.expect("taken"), Value::Bool(true));
    }
    assert_eq!(refused(money(8, 1, "99899.51").await), "SHOP_MONEY_PAID_INVALID");
    assert_eq!(refused(money(8, 3, "1").await), "SHOP_REQUEST_PARAMETER_VALID");
    let found = shop.find("UserService", USER).await;
    let user = found.as_object().expect("a user");
    assert_eq!((user.get("userMoney"), user.get("userPassword")), (Some(&99_899_i64.into()), None), "whole units, and no password");
    assert_eq!(money(7, 2, "100.50").await.expect("back"), Value::Bool(true));
    assert_eq!(refused(money(7, 2, "100.50").await), "SHOP_USER_MONEY_REFUND_ALREADY");
    assert_eq!(shop.rows("select user_money from trade_user").await, [vec![10_000_000.into()]]);
}

#[tokio::test]
async fn what_was_called_off_is_not_taken_any_more() {
    let shop = Shop::demo().await;
    shop.send("OrderService.confirmOrder", order(&[])).await.expect("placed");
    let ids = shop.rows("select order_id from trade_order").await;
    let rocketmall_store::Value::Int(order_id) = ids[0][0] else { panic!("an id") };
    let cancel = CancelOrder { order_id: OrderId::new(order_id), cause: CancelCause::Shop, reason: None };
    shop.running.fleet.submit(Command::CancelOrder(cancel)).await.expect("called off");
    let until = tokio::time::Instant::now() + std::time::Duration::from_secs(20);
    while shop.rows("select count(*) from trade_mq_consumer_log where consumer_status = 1").await != [vec![4.into()]] {
        assert!(tokio::time::Instant::now() < until, "the message reaches its groups");
        tokio::task::yield_now().await;
    }
    let log = object("TradeGoodsNumberLog").with("goodsId", GOODS).with("orderId", order_id).with("goodsNumber", 1);
    assert_eq!(refused(shop.send("GoodService.reduceGoodsNum", log).await), "SHOP_REDUCE_GOODS_NUM_FAIL");
    assert_eq!(shop.rows("select goods_number from trade_goods").await, [vec![1000.into()]]);
    let report = audit(&shop.database, (shop.running.fleet.process().clock)(), Limits::default()).await.expect("an audit");
    assert!(report.holds(), "{report:#?}");
}

#[tokio::test]
async fn only_what_is_offered_answers() {
    let shop = Shop::start(&[]).await;
    let pay = object("TradePay").with("payId", 7_i64).with("orderId", 7_i64).with("payAmount", decimal("1")).with("isPaid", 2);
    let told = shop.send("PayService.callbackPayment", pay).await.expect_err("nobody has signed it");
    assert_eq!(told.status().map(tonic::Status::code), Some(Code::PermissionDenied));
    let catalog = shop.running.contract.as_ref().expect("offered").catalog();
    let names: Vec<&str> = catalog.interfaces.iter().map(|interface| interface.name.as_str()).collect();
    assert_eq!(names.len(), 5, "{names:?}");
    let off = Shop::start(&[("rpc.contract", "false")]).await;
    let answer = off.call("GoodService.findOne", "java.lang.Long", GOODS).await.expect_err("switched off");
    assert_eq!(answer.status().map(tonic::Status::code), Some(Code::Unimplemented));
    let goods = Shop::start(&[("roles", "goods,coupon,user"), ("peers.order", "127.0.0.1:1")]).await;
    let names = &goods.running.contract.as_ref().expect("offered").catalog().interfaces;
    let names: Vec<&str> = names.iter().filter_map(|interface| interface.name.rsplit('.').next()).collect();
    assert_eq!(names, ["GoodService", "CouponService", "UserService"]);
    assert!(goods.find("GoodService", GOODS).await.as_object().is_some());
    let answer = goods.send("OrderService.confirmOrder", order(&[])).await.expect_err("not here");
    assert_eq!(answer.status().map(tonic::Status::code), Some(Code::Unimplemented));
}
