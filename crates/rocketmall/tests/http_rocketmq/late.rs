//! Messages that come a day late, or again when what they tell of has long ended.

use std::time::Duration;

use rocketmall::worker::timers::run_due;
use rocketmall_trial::home::Home;
use serde_json::json;

use crate::shop::{Mode, Shop, paid};
use crate::stranger::{Said, books, overheard, say};

const DAY: Duration = Duration::from_hours(24);

/// What is due is done, but messages do not travel.
async fn a_day_without_messages(shop: &Shop) {
    shop.set_now(shop.now().after(i64::try_from(DAY.as_millis()).expect("a day") + 1));
    while run_due(shop.running.runtime(), &shop.running.channels).await.expect("timers") > 0 {}
}

/// Each under its own key and under another.
fn again(said: &[Said]) -> Vec<Said> {
    let other =
        |said: &Said| Said { id: format!("again-{}", said.id), key: said.key.as_ref().map(|key| format!("again-{key}")), ..said.clone() };
    said.iter().flat_map(|said| [said.clone(), other(said)]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_a_day_late_or_when_all_is_over_harms_nobody() {
    let home = Home::sqlite().expect("a folder");
    let mut shop = Shop::start(Mode::Dev, &[("database", &home.url())]).await;
    shop.running.end_loops().await;
    shop.hold_messages().await;
    let (user, goods) = (shop.user("0.00").await, shop.goods("200.00", 9).await);
    let mut orders = Vec::new();
    for _ in 0..4 {
        orders.push(shop.place(&user, &goods, 1).await.is(201).at("/id"));
    }
    let path = |order: usize| format!("/v1/orders/{}", orders[order]);
    let pay = async |order: usize| {
        let payment = shop.post_as(&user, &format!("{}/payments", path(order)), json!({"channel": "sandbox"})).await.is(201);
        shop.send(reqwest::Client::new().post(payment.at("/action/url")).json(&json!({"result": "paid", "notify": {"copies": 0}})))
            .await
            .is(200);
        shop.notify(&paid(&payment.at("/id"), "200.00")).await.is(200);
    };
    let is = async |order: usize, status: &str, pay_status: &str| {
        let shown = shop.get(&path(order)).await.is(200);
        assert_eq!((shown.at("/status").as_str(), shown.at("/pay_status").as_str()), (status, pay_status), "order {order}");
    };
    // the first is called off, the second and third are paid, for the fourth nobody does anything; no message travels for a day
    shop.post_as(&user, &format!("{}/cancel", path(0)), json!({})).await.is(200);
    pay(1).await;
    pay(2).await;
    a_day_without_messages(&shop).await;
    is(0, "cancelled", "unpaid").await;
    is(1, "confirmed", "paying").await;
    is(3, "cancelled", "unpaid").await;
    assert_eq!(shop.stock(&goods).await, "5", "nothing has come back yet");
    shop.settle().await;
    is(1, "confirmed", "paid").await;
    is(2, "confirmed", "paid").await;
    assert_eq!(shop.stock(&goods).await, "7");
    shop.holds().await;

    // a day later all of it again, while the groups still know it
    let first = overheard(&shop).await;
    assert_eq!(first.len(), 4);
    let before = books(&shop).await;
    a_day_without_messages(&shop).await;
    say(&shop, &again(&first)).await;
    assert_eq!(books(&shop).await, before);

    // the third is given back; a week later nobody knows any message, and all of them come once more
    shop.post_as(&user, &format!("{}/cancel", path(2)), json!({})).await.is(202);
    shop.settle().await;
    is(2, "refunded", "paid").await;
    let all = overheard(&shop).await;
    assert_eq!(all.len(), 6);
    let before = books(&shop).await;
    for _ in 0..8 {
        a_day_without_messages(&shop).await;
    }
    shop.plant("delete from trade_mq_consumer_log; delete from trade_mq_producer_temp").await;
    say(&shop, &again(&all)).await;
    assert_eq!(books(&shop).await, before);
    assert_eq!(shop.get("/v1/messages?state=dead").await.is(200).json()["items"], json!([]));
    shop.holds().await;
}
