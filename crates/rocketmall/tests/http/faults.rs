//! A database that refuses one step: the contract's number of that step, and nothing stored.

use serde_json::json;

use crate::shop::Shop;

#[tokio::test]
async fn each_step_that_the_database_refuses_has_its_number() {
    let steps = [
        ("create trigger t before insert on trade_order begin select raise(abort, 'no'); end", "10004"),
        (
            "create table later(id integer primary key, o integer references trade_order(order_id) deferrable initially deferred);
          create trigger t after insert on trade_order begin insert into later(o) values (new.order_id + 1); end",
            "10005",
        ),
        ("create trigger t before update on trade_goods begin select raise(abort, 'no'); end", "20004"),
        ("create trigger t before update on trade_coupon begin select raise(abort, 'no'); end", "40003"),
        ("create trigger t before update on trade_user begin select raise(abort, 'no'); end", "30003"),
    ];
    for (trigger, code) in steps {
        let shop = Shop::dev().await;
        let (user, goods) = (shop.user("100.00").await, shop.goods("200.00", 9).await);
        let coupon = shop.coupon(&user, "20.00").await;
        let body = json!({"lines": [{"goods_id": goods, "number": 1}], "address": "a", "consignee": "b", "coupon_id": coupon, "money_paid": "60.00"});
        shop.plant(trigger).await;
        assert_eq!(shop.post_as(&user, "/v1/orders", body.clone()).await.is(500).at("/code"), code);
        let legacy = json!({"userId": user, "goodsId": goods, "goodsNumber": 1, "goodsPrice": 200, "shippingFee": 0, "orderAmount": 200,
            "couponId": coupon, "moneyPaid": 60, "address": "a"});
        assert_eq!(shop.post("/order/confirm", legacy).await.is(200).at("/data"), code);
        shop.plant("drop trigger t").await;
        assert_eq!(
            (shop.stock(&goods).await, shop.money(&user).await),
            ("9".to_owned(), "100.00".to_owned()),
            "{code}: nothing was stored"
        );
        shop.holds().await;
        shop.post_as(&user, "/v1/orders", body).await.is(201);
        shop.holds().await;
    }
}

#[tokio::test]
async fn a_message_that_cannot_be_stored_is_60003_and_the_payment_waits() {
    let shop = Shop::dev().await;
    let (user, goods) = (shop.user("0.00").await, shop.goods("200.00", 9).await);
    let order = shop.place(&user, &goods, 1).await.is(201).at("/id");
    shop.plant("create trigger t before insert on trade_mq_producer_temp begin select raise(abort, 'no'); end").await;
    assert_eq!(shop.post_as(&user, &format!("/v1/orders/{order}/cancel"), json!({})).await.is(500).at("/code"), "60003");
    assert_eq!(shop.get(&format!("/v1/orders/{order}")).await.at("/status"), "confirmed");
    shop.plant("drop trigger t").await;
    shop.post_as(&user, &format!("/v1/orders/{order}/cancel"), json!({})).await.is(200);
    shop.holds().await;
}

#[tokio::test]
async fn foreign_messages_without_topic_or_body_are_dead_and_visible() {
    let shop = Shop::dev().await;
    shop.plant("insert into trade_mq_producer_temp (id, group_name, msg_topic, msg_tag, msg_key, msg_body, create_time, due_time)
        values (1, 'g', '', 'paid', '1', '{}', 0, 0), (2, 'g', 'elsewhere', 'paid', '1', '', 0, 0), (3, 'g', 'elsewhere', 'x', '1', '{}', 0, 0)").await;
    shop.settle().await;
    for (id, words) in [("1", "message-topic-empty"), ("2", "message-body-empty"), ("3", "message-send-failed")] {
        let message = shop.get(&format!("/v1/messages/{id}")).await.is(200);
        assert_eq!(message.at("/state"), "dead");
        assert!(message.at("/remark").contains(words), "{}", message.text);
    }
    assert_eq!(shop.get("/v1/messages?state=dead").await.json()["items"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn a_failing_group_blocks_nobody_dies_after_three_tries_and_is_replayed() {
    let mut shop = Shop::dev().await;
    // a retry that the server's own loop has in hand would be out of sight for a moment
    shop.running.end_loops().await;
    shop.running.end_bus().await;
    let (user, goods) = (shop.user("0.00").await, shop.goods("200.00", 9).await);
    shop.plant("create trigger t before insert on trade_user_score_log begin select raise(abort, 'no'); end").await;
    let mut orders = Vec::new();
    for _ in 0..2 {
        let order = shop.place(&user, &goods, 1).await.is(201).at("/id");
        let payment = shop.post_as(&user, &format!("/v1/orders/{order}/payments"), json!({"channel": "sandbox"})).await.is(201).at("/id");
        shop.notify(&crate::shop::paid(&payment, "200.00")).await.is(200);
        orders.push(order);
    }
    shop.settle().await;
    for order in &orders {
        assert_eq!(shop.get(&format!("/v1/orders/{order}")).await.at("/pay_status"), "paid", "the other groups are not held up");
    }
    for _ in 0..3 {
        shop.advance(std::time::Duration::from_secs(700)).await;
    }
    let rows =
        shop.rows("select consumer_status, consumer_times from trade_mq_consumer_log where group_name = 'pay_payTopic_user_group'").await;
    assert_eq!(rows, [vec![2.into(), 3.into()], vec![2.into(), 3.into()]], "exactly three tries, then dead");
    assert!(shop.get("/metrics").await.text.contains("rocketmall_messages_dead 2"));
    shop.plant("drop trigger t").await;
    let dead = shop.get("/v1/messages").await.is(200);
    for index in 0..2 {
        let id = dead.at(&format!("/items/{index}/id"));
        assert_eq!(shop.post(&format!("/v1/messages/{id}/replay"), json!({})).await.is(202).at("/replayed"), "1");
    }
    shop.settle().await;
    assert_eq!(shop.get_as(&user, "/v1/users/me").await.at("/score"), "400");
    shop.holds().await;
}
