//! The original's defects at the door (seed-contract, section 6); those of single rules are tested in the core.

use serde_json::json;

use crate::errors::futures_all;
use crate::shop::Shop;

#[tokio::test]
async fn the_last_piece_can_be_bought_and_no_more() {
    let shop = Shop::dev().await;
    let goods = shop.goods("10.00", 3).await;
    let mut users = Vec::new();
    for _ in 0..8 {
        users.push(shop.user("0.00").await);
    }
    let answers = futures_all(users.iter().map(|user| shop.place(user, &goods, 1)).collect()).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 3);
    assert_eq!(shop.stock(&goods).await, "0");
    shop.holds().await;
}

#[tokio::test]
async fn a_cancelled_order_gives_back_only_what_it_took() {
    let shop = Shop::dev().await;
    let (user, goods) = (shop.user("100.00").await, shop.goods("200.00", 9).await);
    let coupon = shop.coupon(&user, "20.00").await;
    let plain = shop.place(&user, &goods, 1).await.is(201).at("/id");
    let body =
        json!({"lines": [{"goods_id": goods, "number": 2}], "address": "a", "consignee": "b", "coupon_id": coupon, "money_paid": "60.00"});
    shop.post_as(&user, "/v1/orders", body).await.is(201);
    for _ in 0..3 {
        shop.post_as(&user, &format!("/v1/orders/{plain}/cancel"), json!({})).await.is(200);
        shop.settle().await;
    }
    assert_eq!((shop.stock(&goods).await, shop.money(&user).await), ("7".to_owned(), "40.00".to_owned()));
    assert_eq!(shop.get_as(&user, "/v1/coupons").await.at("/items/0/used"), "true", "the coupon stays with the order that holds it");
    shop.holds().await;
}

#[tokio::test]
async fn paid_and_its_message_are_one_commit() {
    let shop = Shop::dev().await;
    let (user, goods) = (shop.user("0.00").await, shop.goods("200.00", 9).await);
    let order = shop.place(&user, &goods, 1).await.is(201).at("/id");
    let payment = shop.post_as(&user, &format!("/v1/orders/{order}/payments"), json!({"channel": "sandbox"})).await.is(201).at("/id");
    shop.plant("create trigger t before insert on trade_mq_producer_temp begin select raise(abort, 'no'); end").await;
    shop.notify(&crate::shop::paid(&payment, "200.00")).await.is(500);
    assert_eq!(shop.rows("select is_paid from trade_pay").await, [vec![1.into()]], "without its message the payment is not paid");
    shop.plant("drop trigger t").await;
    shop.notify(&crate::shop::paid(&payment, "200.00")).await.is(200);
    shop.settle().await;
    let times = shop.rows("select count(*) from trade_order where pay_time is not null and pay_status = 2").await;
    assert_eq!(times, [vec![1.into()]]);
}

#[tokio::test]
async fn cents_are_kept() {
    let shop = Shop::dev().await;
    let (user, goods) = (shop.user("0.07").await, shop.goods("100.01", 9).await);
    let body = json!({"lines": [{"goods_id": goods, "number": 1}], "address": "a", "consignee": "b", "money_paid": "0.07"});
    assert_eq!(shop.post_as(&user, "/v1/orders", body).await.is(201).at("/pay_amount"), "99.94");
    assert_eq!(shop.money(&user).await, "0.00");
    shop.holds().await;
}
