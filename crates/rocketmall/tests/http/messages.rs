//! Messages over HTTP: what is dead, what another program sent, trying again; and an order's messages in its timeline.

use reqwest::Method;
use rocketmall_core::command::{Command, Consume};
use rocketmall_core::message::SUBSCRIPTIONS;
use rocketmall_core::rejection::{Reason, Rejection};
use serde_json::{Value, json};

use crate::shop::{Shop, paid};

const FOREIGN: &str = "7F0000010001-AB";

/// The group gives a message up.
async fn give_up(shop: &Shop, group: &str, tag: &str, message_id: &str, key: &str) {
    let subscription = SUBSCRIPTIONS.iter().find(|heard| heard.group == group && heard.tag == tag).expect("a subscription");
    for _ in 0..3 {
        let consume = Consume {
            subscription,
            message_id: message_id.to_owned(),
            key: key.to_owned(),
            raw: "no JSON".to_owned(),
            body: Err(Rejection::new(Reason::BodyEmpty, "the test says so")),
            seen: None,
            trace: None,
        };
        shop.running.runtime().engine.submit(Command::Consume(consume)).await.expect("taken");
    }
}

/// A cancelled order whose message group 2 has given up, and another program's message that two groups have given up. The order,
/// its message.
async fn with_dead(shop: &mut Shop) -> (String, String) {
    // a message that the server's own loops have in hand would be out of sight for a moment
    shop.running.end_loops().await;
    shop.hold_messages().await;
    let (user, goods) = (shop.user("0.00").await, shop.goods("200.00", 9).await);
    let order = shop.place(&user, &goods, 1).await.is(201).at("/id");
    shop.post_as(&user, &format!("/v1/orders/{order}/cancel"), json!({})).await.is(200);
    let message = shop.get("/v1/messages?state=pending").await.is(200).at("/items/0/id");
    give_up(shop, "order-out-group2", "order_cancel", &message, &order).await;
    give_up(shop, "pay_payTopic_group", "paid", FOREIGN, "905").await;
    give_up(shop, "pay_payTopic_log_group", "paid", FOREIGN, "905").await;
    shop.settle().await;
    (order, message)
}

/// The ids on all pages.
async fn ids(shop: &Shop, query: &str) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = shop.get(&format!("/v1/messages?limit=1&{query}{cursor}")).await.is(200).json();
        ids.extend(page["items"].as_array().expect("items").iter().map(|item| item["id"].as_str().expect("an id").to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { return ids };
        cursor = format!("&cursor={next}");
    }
}

#[tokio::test]
async fn what_is_dead_is_everything_that_is_dead_each_message_once() {
    let mut shop = Shop::dev().await;
    let (order, message) = with_dead(&mut shop).await;
    shop.plant(
        "insert into trade_mq_producer_temp (id, group_name, msg_topic, msg_tag, msg_key, msg_body, create_time, due_time)
        values (1, 'g', 'elsewhere', 'x', '1', '{}', 0, 0)",
    )
    .await;
    shop.settle().await;
    assert_eq!(ids(&shop, "state=dead").await, ["1", FOREIGN, &message]);
    for (query, wanted) in [
        ("state=dead&topic=order-out".to_owned(), vec![message.as_str()]),
        ("state=dead&tag=paid".to_owned(), vec![FOREIGN]),
        ("state=dead&group=order-out-group2".to_owned(), vec![&message]),
        ("state=dead&since=2027-01-15T00:00:00Z".to_owned(), vec![FOREIGN, &message]),
        ("state=dead&until=2027-01-15T00:00:00Z".to_owned(), vec!["1"]),
        ("state=sent".to_owned(), vec![&message]),
        ("state=done".to_owned(), vec![&message]),
        ("state=retrying".to_owned(), vec![]),
        ("key=905".to_owned(), vec![FOREIGN]),
        (format!("key={order}"), vec![&message]),
        (format!("key={order}&state=pending"), vec![]),
        ("group=order-out-group4".to_owned(), vec![&message]),
        (String::new(), vec![&message, "1"]),
    ] {
        assert_eq!(ids(&shop, &query).await, wanted, "{query}");
    }
    let first = shop.get("/v1/messages?state=dead&topic=order-out").await.is(200);
    let consumers = first.json()["items"][0]["consumers"].as_array().expect("consumers").clone();
    assert_eq!((first.at("/items/0/state"), consumers.len()), ("sent".to_owned(), 4));
    assert_eq!((&consumers[1]["state"], &consumers[1]["tries"]), (&json!("dead"), &json!(3)));
    for (query, field) in
        [("since=2h", "since"), ("since=2027-01-15T00:00:00Z&until=2027-01-14T00:00:00Z", "until"), ("cursor=7", "cursor")]
    {
        assert_eq!(shop.get(&format!("/v1/messages?{query}")).await.is(422).at("/errors/0/field"), field, "{query}");
    }
}

#[tokio::test]
async fn a_message_of_another_program_is_shown_and_replayed_by_its_own_id() {
    let mut shop = Shop::dev().await;
    with_dead(&mut shop).await;
    let shown = shop.get(&format!("/v1/messages/{FOREIGN}")).await.is(200);
    for (field, value) in [("state", "dead"), ("group", "null"), ("created_at", "null"), ("key", "905"), ("body", "no JSON")] {
        assert_eq!(shown.at(&format!("/{field}")), value, "{field}");
    }
    assert_eq!(shown.at("/consumers/0/message_id"), FOREIGN);
    assert!(shown.at("/consumers/0/remark").contains("the test says so"), "{}", shown.text);
    assert_eq!(shop.post(&format!("/v1/messages/{FOREIGN}/replay"), json!({})).await.is(202).at("/replayed"), "2");
    assert_eq!(ids(&shop, "state=retrying").await, [FOREIGN]);
    for path in ["/v1/messages/7F00-other", "/v1/messages/07", "/v1/messages/%E4%B8%AD", "/v1/messages/%0A"] {
        shop.get(path).await.is(404);
    }
}

#[tokio::test]
async fn a_replay_of_many_takes_any_combination_of_selectors_but_not_none() {
    let mut shop = Shop::dev().await;
    let (order, _) = with_dead(&mut shop).await;
    let replay = async |body: Value| shop.post("/v1/messages/replay", body).await;
    for (body, field) in [
        (json!({}), "state"),
        (json!({"dry_run": true}), "state"),
        (json!({"state": "done"}), "state"),
        (json!({"key": ""}), "key"),
        (json!({"state": "dead", "cursor": "x"}), "cursor"),
        (json!({"since": "2027-01-15T00:00:00Z", "until": "2027-01-15T00:00:00Z"}), "until"),
    ] {
        assert_eq!(replay(body.clone()).await.is(422).at("/errors/0/field"), field, "{body}");
    }
    let counts = async |body: Value| {
        let answer = replay(body).await.is(202);
        (answer.at("/to_send"), answer.at("/with_groups"), answer.at("/next_cursor") == "null")
    };
    let counted = |to_send: &str, with_groups: &str, end: bool| (to_send.to_owned(), with_groups.to_owned(), end);
    assert_eq!(counts(json!({"state": "dead", "dry_run": true})).await, counted("0", "3", false));
    assert_eq!(counts(json!({"group": "pay_payTopic_group"})).await, counted("0", "1", false));
    assert_eq!(counts(json!({"topic": "payTopic", "since": "2027-01-15T00:00:00Z"})).await, counted("0", "1", false));
    assert_eq!(counts(json!({"topic": "payTopic"})).await, counted("0", "0", true));
    let first = replay(json!({"state": "sent", "key": order})).await.is(202);
    assert_eq!((first.at("/to_send"), first.at("/with_groups")), ("1".to_owned(), "0".to_owned()));
    let next = json!({"state": "sent", "key": order, "cursor": first.at("/next_cursor")});
    assert_eq!(counts(next).await, counted("0", "0", true));
    assert_eq!(ids(&shop, "state=pending").await.len(), 1);
    shop.settle().await;
    assert_eq!(ids(&shop, "state=sent").await.len(), 1);
    let stock = shop.rows("select goods_number from trade_goods").await;
    assert_eq!(stock, [vec![8.into()]], "group 2 is still dead, and no other group took a second effect");
}

/// The texts of an order's timeline.
async fn timeline(shop: &Shop, order: &str) -> Vec<String> {
    let timeline = shop.get(&format!("/v1/orders/{order}/timeline")).await.is(200).json();
    timeline["events"].as_array().expect("events").iter().map(|event| event["text"].as_str().expect("text").to_owned()).collect()
}

#[track_caller]
fn has(timeline: &[String], texts: &[String]) {
    for text in texts {
        assert_eq!(timeline.iter().filter(|event| event.contains(text)).count(), 1, "{text:?} once in {timeline:#?}");
    }
}

#[tokio::test]
async fn the_timeline_has_each_message_and_what_each_group_made_of_it() {
    let shop = Shop::dev().await;
    let (user, goods) = (shop.user("0.00").await, shop.goods("200.00", 9).await);
    let order = shop.place(&user, &goods, 1).await.is(201).at("/id");
    let path = format!("/v1/orders/{order}");
    let payment = shop.post_as(&user, &format!("{path}/payments"), json!({"channel": "sandbox"})).await.is(201).at("/id");
    let pay_at = shop.get_as(&user, &format!("/v1/payments/{payment}")).await.is(200).at("/action/url");
    shop.send(reqwest::Client::new().request(Method::POST, pay_at).json(&json!({"result": "paid"}))).await.is(200);
    shop.wait_for(&path, "/pay_status", "paid").await;
    shop.post_as(&user, &format!("{path}/cancel"), json!({})).await.is(202);
    shop.wait_for(&path, "/status", "refunded").await;
    shop.settle().await;
    let refund = shop.get(&format!("{path}/refunds")).await.is(200).at("/items/0/id");
    let mut wanted = Vec::new();
    for (topic, tag, key) in [("payTopic", "paid", &payment), ("payTopic", "refunded", &refund), ("order-out", "goods_back", &refund)] {
        wanted.extend([format!("{topic} {tag} {key} stored"), format!("{topic} {tag} {key} sent")]);
        let groups = SUBSCRIPTIONS.iter().filter(|heard| heard.tag == tag).map(|heard| heard.group);
        wanted.extend(groups.map(|group| format!("{group} {tag} {key} done, try ")));
    }
    has(&timeline(&shop, &order).await, &wanted);
    shop.holds().await;
}

#[tokio::test]
async fn the_timeline_tells_of_failures() {
    let mut shop = Shop::dev().await;
    let (order, message) = with_dead(&mut shop).await;
    let cancelled = |group: usize| format!("order-out-group{group} order_cancel {order} done, try 1");
    let dead = format!("order-out-group2 order_cancel {order} dead, try 3: message-body-empty: the test says so");
    has(&timeline(&shop, &order).await, &[cancelled(1), cancelled(3), cancelled(4), dead]);
    // another program's message about it, which a group cannot do; and one of our own that nobody hears
    give_up(&shop, "order-out-group1", "goods_back", FOREIGN, &order).await;
    let strange = format!(
        "insert into trade_mq_producer_temp (id, group_name, msg_topic, msg_tag, msg_key, msg_body, create_time, due_time)
         values (1, 'g', 'order-out', 'strange', '{order}', '{{}}', 0, 0)"
    );
    shop.plant(strange.leak()).await;
    shop.settle().await;
    let foreign = format!("order-out-group1 goods_back {order} dead, try 3, by message {FOREIGN}: ");
    let unheard = format!("order-out strange {order} stored, dead after try 1: message-send-failed");
    has(&timeline(&shop, &order).await, &[foreign, unheard]);
    shop.running
        .runtime()
        .engine
        .submit(Command::Replay(rocketmall_core::message::InboxKey {
            group: "order-out-group2".to_owned(),
            tag: "order_cancel".to_owned(),
            key: order.clone(),
        }))
        .await
        .expect("taken");
    has(
        &timeline(&shop, &order).await,
        &[format!("order-out-group2 order_cancel {order} will try again at 2027-01-15T08:00:00.000Z, try 0: ")],
    );
    assert!(shop.get(&format!("/v1/messages/{message}")).await.is(200).json()["consumers"][1]["due_at"].is_string());
}

/// Of each topic: how many wait, and for how long the oldest has.
async fn waiting(shop: &Shop) -> [(String, String); 2] {
    let text = shop.get("/metrics").await.is(200).text;
    ["order-out", "payTopic"].map(|topic| {
        let value = |name: &str| {
            let start = format!("rocketmall_{name}{{topic=\"{topic}\"}} ");
            text.lines().find_map(|line| line.strip_prefix(&start)).unwrap_or_else(|| panic!("{start}in {text}")).to_owned()
        };
        (value("outbox_pending"), value("outbox_oldest_age_milliseconds"))
    })
}

#[tokio::test]
async fn the_metrics_name_the_topic_that_waits() {
    let mut shop = Shop::dev().await;
    shop.running.end_loops().await;
    shop.hold_messages().await;
    let was = |pending: &str, age: &str| (pending.to_owned(), age.to_owned());
    let (user, goods) = (shop.user("0.00").await, shop.goods("200.00", 9).await);
    assert_eq!(waiting(&shop).await, [was("0", "0"), was("0", "0")]);
    for _ in 0..2 {
        let order = shop.place(&user, &goods, 1).await.is(201).at("/id");
        shop.post_as(&user, &format!("/v1/orders/{order}/cancel"), json!({})).await.is(200);
        shop.set_now(shop.now().after(5_000));
    }
    let order = shop.place(&user, &goods, 1).await.is(201).at("/id");
    let payment = shop.post_as(&user, &format!("/v1/orders/{order}/payments"), json!({"channel": "sandbox"})).await.is(201).at("/id");
    shop.notify(&paid(&payment, "200.00")).await.is(200);
    shop.set_now(shop.now().after(1_000));
    assert_eq!(waiting(&shop).await, [was("2", "11000"), was("1", "1000")]);
    shop.settle().await;
    assert_eq!(waiting(&shop).await, [was("0", "0"), was("0", "0")]);
}

#[tokio::test]
async fn a_paid_message_that_a_group_has_not_taken_says_so() {
    let mut shop = Shop::dev().await;
    shop.running.end_loops().await;
    shop.hold_messages().await;
    let (user, goods) = (shop.user("0.00").await, shop.goods("200.00", 9).await);
    let order = shop.place(&user, &goods, 1).await.is(201).at("/id");
    let payment = shop.post_as(&user, &format!("/v1/orders/{order}/payments"), json!({"channel": "sandbox"})).await.is(201).at("/id");
    shop.notify(&paid(&payment, "200.00")).await.is(200);
    has(&timeline(&shop, &order).await, &[format!("payTopic paid {payment} stored, not sent yet")]);
    shop.settle().await;
    // as if a broker had lost what it took
    shop.plant("delete from trade_mq_consumer_log where group_name = 'pay_payTopic_user_group'").await;
    let shown = shop.get(&format!("/v1/messages?key={payment}")).await.is(200);
    assert_eq!(shown.json()["items"][0]["waiting_for"], json!(["pay_payTopic_user_group"]));
    has(&timeline(&shop, &order).await, &[format!("payTopic paid {payment} sent; not yet taken by pay_payTopic_user_group")]);
    assert_eq!(shop.post("/v1/messages/replay", json!({"state": "sent", "key": payment})).await.is(202).at("/to_send"), "1");
    shop.settle().await;
    assert_eq!(shop.get(&format!("/v1/messages?key={payment}")).await.is(200).json()["items"][0]["waiting_for"], json!([]));
    shop.holds().await;
}
