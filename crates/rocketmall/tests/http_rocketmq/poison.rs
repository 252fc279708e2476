//! One message in a hundred is poison: nonsense, of what does not exist, of wrong amounts. The others come many times, under other ids
//! and keys or none, in any order. It does no harm, keeps nothing from its effect, and is there to be seen.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use rocketmall_store::verify::{Limits, audit};
use rocketmall_trial::home::Home;
use serde_json::{Value, json};

use crate::shop::{Mode, Shop, paid};
use crate::stranger::{Said, books, overheard, say};

/// Orders that are called off, and as many that are paid.
const ORDERS: usize = 50;
/// How often each of their messages comes besides.
const COPIES: usize = 11;
/// Longer than a message's pause before its next try.
const PAUSE: Duration = Duration::from_secs(10);

/// Half of the orders are called off, half are paid; each has 1.00 of the balance in it. A called-off order, a paid one and its
/// payment, and the user.
async fn trade(shop: &Shop, goods: &str) -> [String; 4] {
    let user = shop.user("500.00").await;
    let mut last = ["", "", "", &user].map(str::to_owned);
    for _ in 0..ORDERS {
        for (called_off, slot) in [(true, 0), (false, 1)] {
            let body = json!({"lines": [{"goods_id": goods, "number": 1}], "address": "新西兰", "consignee": "小明", "money_paid": "1.00"});
            let order = shop.post_as(&user, "/v1/orders", body).await.is(201).at("/id");
            let path = format!("/v1/orders/{order}");
            if called_off {
                shop.post_as(&user, &format!("{path}/cancel"), json!({})).await.is(200);
            } else {
                let payment = shop.post_as(&user, &format!("{path}/payments"), json!({"channel": "sandbox"})).await.is(201);
                last[2] = payment.at("/id");
                shop.notify(&paid(&last[2], &payment.at("/amount"))).await.is(200);
            }
            last[slot] = order;
        }
    }
    last
}

/// Each message as it is, under another id, without its key, and under other keys.
fn copies(said: &Said) -> impl Iterator<Item = Said> {
    (0..COPIES).map(move |number| {
        let key = said.key.as_deref().unwrap_or_default();
        match number % 4 {
            0 => said.clone(),
            1 => Said { id: format!("copy-{number}-{}", said.id), ..said.clone() },
            2 => Said { id: format!("copy-{number}-{}", said.id), key: None, ..said.clone() },
            _ => Said { id: format!("copy-{number}-{}", said.id), key: Some(format!("copy-{number}-{key}")), ..said.clone() },
        }
    })
}

/// Poison, and how many groups give it up.
fn poison([called_off, paid, payment, user]: &[String; 4], goods: &str) -> Vec<(Said, usize)> {
    let cancel = |key: &str, body: &str| Said::new("order-out", "order_cancel", key, body);
    let money = |key: &str, body: String| Said::new("payTopic", "paid", key, body);
    let of_order = |order: &str| format!(r#"{{"orderId":{order},"userId":{user},"goodsId":{goods},"goodsNum":1}}"#);
    let of_money = |pay: &str, order: &str, amount: &str| format!(r#"{{"payId":{pay},"orderId":{order},"payAmount":{amount},"isPaid":2}}"#);
    vec![
        (cancel("p1", "nonsense"), 4),
        (cancel("p2", "{}"), 4),
        (Said::new("order-out", "order_cancel", "p3", [0xff, 0x00, 0xfe]), 4),
        (Said::new("order-out", "order_cancel", "p4", vec![b'x'; 60_001]), 4),
        // the order alone says that there is none: nobody else has anything of it to give back
        (cancel("p5", &of_order("404")), 1),
        (cancel("p6", &of_order("-1")), 4),
        (Said::new("order-out", "goods_back", "p7", r#"{"refundId":404,"orderId":404,"userId":404,"couponId":404,"lines":[]}"#), 1),
        (money("p8", "[]".to_owned()), 3),
        (money("p9", of_money(payment, paid, "-1.00")), 3),
        (Said::new("payTopic", "refunded", "p10", "null"), 2),
        // under the keys of messages that are true: those still have their effect
        (Said { id: "stranger-p11".to_owned(), ..cancel(called_off, "nonsense") }, 0),
        (Said { id: "stranger-p12".to_owned(), ..money(payment, "nonsense".to_owned()) }, 0),
    ]
}

/// Of money that has been counted: the order alone finds that this payment is another's.
fn poison_about_the_past([called_off, paid, payment, _]: &[String; 4]) -> Vec<(Said, usize)> {
    let of_money = |order: &str, amount: &str| format!(r#"{{"payId":{payment},"orderId":{order},"payAmount":{amount},"isPaid":2}}"#);
    vec![
        (Said::new("payTopic", "paid", "q1", of_money(paid, "0.01")), 0),
        (Said::new("payTopic", "paid", "q2", of_money(paid, "99999999.00")), 0),
        (Said::new("payTopic", "paid", "q3", of_money(called_off, "9.00")), 1),
    ]
}

/// What the program prints at this database.
fn program(home: &Home, arguments: &[&str]) -> String {
    let ran = Command::new(env!("CARGO_BIN_EXE_rocketmall")).args(arguments).args(["--database", &home.url()]).output();
    let output = ran.expect("the program runs");
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).expect("a text")
}

/// The messages that groups have given up, each once, and how often that was.
fn dead(home: &Home) -> (BTreeSet<String>, usize) {
    let listed = program(home, &["messages", "list", "--state", "dead", "--limit", "100", "--json"]);
    let listed: Value = serde_json::from_str(&listed).expect("JSON");
    assert_eq!(listed["outgoing"], json!([]));
    let incoming = listed["incoming"].as_array().expect("a list");
    (incoming.iter().map(|item| item["message_id"].as_str().expect("an id").to_owned()).collect(), incoming.len())
}

/// Everything holds, but that these are dead.
async fn holds_but_for(shop: &Shop, dead: usize) {
    let report = audit(&shop.database, shop.now(), Limits::default()).await.expect("an audit");
    let broken: Vec<_> = report.broken().map(|check| (check.name, usize::try_from(check.total).expect("a count"))).collect();
    assert_eq!(broken, [("inbox_dead", dead)], "{report:#?}");
}

/// Until each message has had all its tries.
async fn try_all(shop: &Shop) {
    for _ in 0..3 {
        shop.advance(PAUSE).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_poisoned_message_in_a_hundred_harms_nobody() {
    let home = Home::sqlite().expect("a folder");
    let mut shop = Shop::start(Mode::Dev, &[("database", &home.url())]).await;
    shop.running.end_loops().await;
    shop.hold_messages().await;
    let goods = shop.goods("10.00", 1_000).await;
    let traded = trade(&shop, &goods).await;
    let own = overheard(&shop).await;
    assert_eq!(own.len(), 2 * ORDERS);
    let first = poison(&traded, &goods);
    let mut said: Vec<Said> = own.iter().flat_map(copies).chain(first.iter().map(|(said, _)| said.clone())).collect();
    assert_eq!(said.len() + own.len(), 100 * first.len() + first.len());
    fastrand::Rng::with_seed(6).shuffle(&mut said);
    say(&shop, &said).await;
    try_all(&shop).await;

    assert_eq!(shop.stock(&goods).await, (1_000 - ORDERS).to_string());
    assert_eq!(shop.money(&traded[3]).await, format!("{}.00", 500 - ORDERS));
    let [called_off, paid_order, ..] = &traded;
    assert_eq!(shop.get(&format!("/v1/orders/{called_off}")).await.is(200).at("/status"), "cancelled");
    assert_eq!(shop.get(&format!("/v1/orders/{paid_order}")).await.is(200).at("/pay_status"), "paid");
    let before = books(&shop).await;
    let second = poison_about_the_past(&traded);
    say(&shop, &second.iter().map(|(said, _)| said.clone()).collect::<Vec<_>>()).await;
    try_all(&shop).await;
    assert_eq!(books(&shop).await, before, "what is settled stays so");

    let all: Vec<_> = first.into_iter().chain(second).filter(|(_, groups)| *groups > 0).collect();
    let (ids, groups) = (all.iter().map(|(said, _)| said.id.clone()).collect(), all.iter().map(|(_, groups)| groups).sum());
    assert_eq!(dead(&home), (ids, groups));
    holds_but_for(&shop, groups).await;

    // tried again it is as dead as before
    program(&home, &["messages", "replay", "--state", "dead"]);
    assert_eq!(dead(&home).1, 0);
    try_all(&shop).await;
    assert_eq!(dead(&home).1, groups);
    assert_eq!(books(&shop).await, before);
    holds_but_for(&shop, groups).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_dead_has_its_effect_when_its_cause_is_gone() {
    let home = Home::sqlite().expect("a folder");
    let mut shop = Shop::start(Mode::Dev, &[("database", &home.url())]).await;
    shop.running.end_loops().await;
    let (user, goods) = (shop.user("0.00").await, shop.goods("200.00", 9).await);
    let order = shop.place(&user, &goods, 4).await.is(201).at("/id");
    shop.hold_messages().await;
    shop.post_as(&user, &format!("/v1/orders/{order}/cancel"), json!({})).await.is(200);
    // the goods are gone, as after a mistake by hand
    shop.plant("update trade_goods set goods_id = -goods_id").await;
    shop.settle().await;
    try_all(&shop).await;
    let message = overheard(&shop).await.remove(0).id;
    assert_eq!(dead(&home), ([message].into(), 1));
    let shown = shop.get("/v1/messages?state=dead").await.is(200);
    assert_eq!(shown.at("/items/0/consumers/1/group"), "order-out-group2");
    assert!(shown.at("/items/0/consumers/1/remark").starts_with("goods-unknown: "), "{}", shown.text);
    shop.plant("update trade_goods set goods_id = -goods_id").await;
    program(&home, &["messages", "replay", "--state", "dead", "--key", &order]);
    shop.settle().await;
    assert_eq!((dead(&home).1, shop.stock(&goods).await), (0, "9".to_owned()));
    shop.holds().await;
}
