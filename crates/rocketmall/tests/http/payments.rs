//! Paying: the sandbox platform's page and notifications, late and second payments, notifications that do not hold.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::errors::futures_all;
use crate::shop::{SECRET, Shop, paid};

async fn order_to_pay(shop: &Shop) -> (String, String, String) {
    let (user, goods) = (shop.user("100.00").await, shop.goods("120.50", 9).await);
    let order = shop.place(&user, &goods, 1).await.is(201).at("/id");
    (user, goods, order)
}

async fn payment(shop: &Shop, user: &str, order: &str) -> crate::shop::Answer {
    shop.post_as(user, &format!("/v1/orders/{order}/payments"), json!({"channel": "sandbox"})).await
}

#[tokio::test]
async fn a_customer_pays_on_the_platforms_page() {
    let shop = Shop::dev().await;
    let (user, _, order) = order_to_pay(&shop).await;
    let asked = payment(&shop, &user, &order).await.is(201);
    assert_eq!(
        (asked.at("/status"), asked.at("/amount"), asked.at("/action/type")),
        ("pending".into(), "120.50".into(), "redirect".into())
    );
    assert_eq!(payment(&shop, &user, &order).await.is(201).at("/id"), asked.at("/id"), "asking again returns the pending one");
    let page = shop.send(reqwest::Client::new().get(asked.at("/action/url"))).await.is(200);
    assert!(page.text.contains("120.50"));
    shop.send(reqwest::Client::new().post(asked.at("/action/url")).json(&json!({"result": "paid"}))).await.is(200);
    let path = format!("/v1/orders/{order}");
    shop.wait_for(&path, "/pay_status", "paid").await;
    let timeline = shop.get(&format!("{path}/timeline")).await.is(200).text;
    for words in ["placed: 120.50", "payTopic paid", "pay_payTopic_user_group", "order_cancel"] {
        assert_eq!(timeline.contains(words), words != "order_cancel", "{words} in {timeline}");
    }
    assert_eq!(shop.get_as(&user, "/v1/users/me").await.at("/score"), "120");
    assert_eq!(payment(&shop, &user, &order).await.is(409).at("/code"), "70002");
    assert_eq!(shop.post_as(&user, &format!("{path}/cancel"), json!({})).await.is(202).at("/status"), "confirmed");
    shop.wait_for(&path, "/status", "refunded").await;
    shop.holds().await;
}

#[tokio::test]
async fn nothing_left_to_pay_is_paid_at_once() {
    let shop = Shop::dev().await;
    let (user, goods) = (shop.user("100.00").await, shop.goods("30.00", 9).await);
    let coupon = shop.coupon(&user, "20.00").await;
    let body = json!({"lines": [{"goods_id": goods, "number": 1}], "address": "a", "consignee": "b", "coupon_id": coupon, "money_paid": "20.00", "pay_amount": "0.00"});
    let order = shop.post_as(&user, "/v1/orders", body).await.is(201);
    assert_eq!((order.at("/pay_status"), order.at("/pay_amount")), ("paid".to_owned(), "0.00".to_owned()));
    shop.holds().await;
    assert_eq!(shop.get_as(&user, "/v1/users/me").await.at("/score"), "0", "points are for money that came through channels");
    assert_eq!(shop.rows("select count(*) from trade_pay_log").await, [vec![1.into()]]);
}

#[tokio::test]
async fn what_comes_after_the_cancel_goes_back() {
    let shop = Shop::dev().await;
    let (user, goods, order) = order_to_pay(&shop).await;
    let asked = payment(&shop, &user, &order).await.is(201);
    let cancelled = shop.post_as(&user, &format!("/v1/orders/{order}/cancel"), json!({"reason": "changed my mind"})).await.is(200);
    assert_eq!(cancelled.at("/status"), "cancelled");
    shop.settle().await;
    assert_eq!(shop.stock(&goods).await, "9");
    shop.send(reqwest::Client::new().post(asked.at("/action/url")).json(&json!({"result": "paid", "force": true}))).await.is(200);
    shop.wait_for(&format!("/v1/payments/{}", asked.at("/id")), "/status", "refunded").await;
    assert_eq!(shop.get(&format!("/v1/orders/{order}")).await.at("/pay_status"), "unpaid");
    shop.settle().await;
    assert_eq!(shop.get_as(&user, "/v1/users/me").await.at("/score"), "0");
    shop.holds().await;
}

#[tokio::test]
async fn unpaid_in_time_is_cancelled_and_everything_comes_back() {
    let shop = Shop::dev().await;
    let (user, goods) = (shop.user("100.00").await, shop.goods("200.00", 9).await);
    let coupon = shop.coupon(&user, "20.00").await;
    let body =
        json!({"lines": [{"goods_id": goods, "number": 3}], "address": "a", "consignee": "b", "coupon_id": coupon, "money_paid": "60.00"});
    let order = shop.post_as(&user, "/v1/orders", body).await.is(201).at("/id");
    payment(&shop, &user, &order).await.is(201);
    assert_eq!((shop.stock(&goods).await, shop.money(&user).await), ("6".to_owned(), "40.00".to_owned()));
    shop.advance(Duration::from_mins(29)).await;
    assert_eq!(shop.get(&format!("/v1/orders/{order}")).await.at("/status"), "confirmed");
    shop.advance(Duration::from_mins(2)).await;
    shop.wait_for(&format!("/v1/orders/{order}"), "/status", "cancelled").await;
    shop.settle().await;
    assert_eq!((shop.stock(&goods).await, shop.money(&user).await), ("9".to_owned(), "100.00".to_owned()));
    assert_eq!(shop.get_as(&user, "/v1/coupons").await.at("/items/0/used"), "false");
    shop.holds().await;
}

#[tokio::test]
async fn a_notification_that_does_not_hold_changes_nothing() {
    let shop = Shop::dev().await;
    let (user, _, order) = order_to_pay(&shop).await;
    let id = payment(&shop, &user, &order).await.is(201).at("/id");
    let good = paid(&id, "120.50");
    let text = good.to_string();
    let sign = |at: i64, secret: &str, body: &str| Some(rocketmall_channels::sign::sign(secret, at, body.as_bytes()));
    let now = shop.unix_seconds();
    let before = shop.rows("select pay_state, is_paid, platform_no, pay_time from trade_pay").await;
    for (body, signature, status) in [
        (text.clone(), None, 401),
        (text.clone(), sign(now, "another secret", &text), 401),
        (text.replace("120.50", "0.01"), sign(now, SECRET, &text), 401),
        (text.clone(), sign(now - 301, SECRET, &text), 401),
        (text.clone(), sign(now + 301, SECRET, &text), 401),
        (text.clone(), Some("t=1,v1=zz".to_owned()), 401),
        ("{".to_owned(), sign(now, SECRET, "{"), 400),
        ("{}".to_owned(), sign(now, SECRET, "{}"), 400),
    ] {
        shop.notify_raw(body, signature).await.is(status);
    }
    for (changes, status) in [(json!({"amount": "0.01"}), 422), (json!({"currency": "USD"}), 422), (json!({"payment_id": "77"}), 404)] {
        let mut body = good.clone();
        for (key, value) in changes.as_object().expect("an object") {
            body[key] = value.clone();
        }
        shop.notify(&body).await.is(status);
    }
    shop.send(shop.request(Method::POST, "/v1/channels/nobody/notify").json(&good)).await.is(404);
    assert_eq!(shop.rows("select pay_state, is_paid, platform_no, pay_time from trade_pay").await, before);
    assert_eq!(shop.rows("select count(*) from trade_mq_producer_temp").await, [vec![0.into()]]);

    let answers = futures_all((0..20).map(|_| shop.notify(&good)).collect()).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    shop.settle().await;
    assert_eq!(shop.rows("select count(*) from trade_mq_producer_temp").await, [vec![1.into()]], "twenty equal ones count once");
    assert_eq!(shop.get_as(&user, "/v1/users/me").await.at("/score"), "120");
}

#[tokio::test]
async fn a_failed_attempt_leaves_the_order_to_be_paid_again() {
    let shop = Shop::dev().await;
    let (user, _, order) = order_to_pay(&shop).await;
    let first = payment(&shop, &user, &order).await.is(201).at("/id");
    let mut failed = paid(&first, "120.50");
    failed["result"] = json!("failed");
    shop.notify(&failed).await.is(200);
    assert_eq!(shop.get(&format!("/v1/orders/{order}")).await.at("/pay_status"), "unpaid");
    let second = payment(&shop, &user, &order).await.is(201).at("/id");
    assert_ne!(first, second);
    shop.notify(&paid(&second, "120.50")).await.is(200);
    shop.settle().await;
    // the first succeeds after all: a second success on a paid order goes back
    shop.notify(&paid(&first, "120.50")).await.is(200);
    shop.settle().await;
    assert_eq!(shop.get(&format!("/v1/orders/{order}")).await.at("/pay_status"), "paid");
    assert_eq!(shop.rows("select cause, refund_amount from trade_refund").await, [vec![1.into(), 12_050.into()]]);
}

#[tokio::test]
async fn the_platform_is_asked_when_it_does_not_notify() {
    let shop = Shop::dev().await;
    let (user, _, order) = order_to_pay(&shop).await;
    let asked = payment(&shop, &user, &order).await.is(201);
    let silent = json!({"result": "paid", "notify": {"drop": 50}});
    shop.send(reqwest::Client::new().post(asked.at("/action/url")).json(&silent)).await.is(200);
    let synced = shop.post_as(&user, &format!("/v1/payments/{}/sync", asked.at("/id")), json!({})).await.is(200);
    assert_eq!(synced.at("/status"), "succeeded");
    shop.wait_for(&format!("/v1/orders/{order}"), "/pay_status", "paid").await;
    shop.holds().await;
}

#[tokio::test]
async fn a_channel_that_is_off_is_refused() {
    let shop = Shop::dev().await;
    let (user, _, order) = order_to_pay(&shop).await;
    let answer = shop.post_as(&user, &format!("/v1/orders/{order}/payments"), json!({"channel": "gold"})).await.is(422);
    assert_eq!((answer.at("/code"), answer.at("/errors/0/field")), ("80007".to_owned(), "channel".to_owned()));
}
