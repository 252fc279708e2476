//! Notifications that do not hold, at the doors of a fleet: nothing changes in any database. One that holds counts once, however often
//! it comes and whatever comes with it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime};

use reqwest::Method;
use rocketmall_channels::sign::sign;
use rocketmall_store::{Database, Row, Statement};
use serde_json::{Value, json};

use crate::calls::paid;
use crate::client::{Client, at_once, basket, below, made};
use crate::server::{Server, free_port};
use crate::settle::holds;
use crate::target::{self, Target};

const SECRET: &str = "the secret of this fleet's platform";
/// Notifications of one payment at once.
const STORM: usize = 20;
const PATIENCE: Duration = Duration::from_mins(1);

/// All that a notification may change; a database has some of these tables, and the others count as nothing.
const EVERYTHING: &str = "checksum table trade_order, trade_order_line, trade_pay, trade_pay_log, trade_refund, trade_refund_line, \
    trade_goods, trade_goods_number_log, trade_coupon, trade_user, trade_user_money_log, trade_user_score_log, trade_mq_producer_temp, \
    trade_mq_consumer_log, trade_idempotency";

/// A payment that waits for its money.
#[derive(Clone)]
struct Open {
    user: String,
    order: String,
    payment: String,
    amount: String,
}

/// What somebody sends: the door, the body, the signature, and the answer's status and code.
#[derive(Clone, Debug)]
struct Letter {
    path: &'static str,
    body: String,
    signature: Option<String>,
    answer: (u16, Option<i64>),
}

const DOOR: &str = "/v1/channels/sandbox/notify";
const SECOND_DOOR: &str = "/pay/callBackPayment";

pub(crate) async fn notifications() {
    let target = target::fresh().await;
    let settings = [("channels.sandbox.secret", SECRET)];
    let (pay_port, order_port) = (free_port(), free_port());
    let pay_web = Server::with_roles("pay-web", &target.url(), pay_port, &settings).await;
    let order_web = Server::with_roles("order-web", &target.url(), order_port, &settings).await;
    let (customers, platform) = (Client::of(&[order_port]), Client::of(&[pay_port]));
    let goods = customers.goods("120.50", 1_000).await;
    let (mine, others) = (open(&customers, &platform, &goods, 1).await, open(&customers, &platform, &goods, 2).await);
    let forged = forged(&mine, &others);

    let before = everything(&target).await;
    for letter in &forged {
        assert_eq!(sent(pay_port, letter).await, letter.answer, "{letter:?}");
    }
    let storm = forged.iter().cycle().take(forged.len() * 5).cloned();
    at_once(storm.map(|letter| async move { assert_eq!(sent(pay_port, &letter).await, letter.answer, "{letter:?}") })).await;
    assert_eq!(everything(&target).await, before, "nothing may change");

    for open in [&mine, &others] {
        let good = (0..STORM).map(|_| signed(&paid(&open.payment, &open.amount), SECRET, (200, None)));
        let mut all: Vec<Letter> = forged.iter().filter(|letter| letter.path == DOOR).cloned().chain(good).collect();
        let cut = usize::try_from(below(20)).expect("small");
        all.rotate_left(cut);
        at_once(all.into_iter().map(|letter| async move { assert_eq!(sent(pay_port, &letter).await, letter.answer, "{letter:?}") })).await;
        until_paid(&customers, open).await;
    }
    holds(&target.url()).await;
    let before = everything(&target).await;
    for open in [&mine, &others] {
        let again = signed(&paid(&open.payment, &open.amount), SECRET, (200, None));
        assert_eq!(sent(pay_port, &again).await, again.answer, "one that was taken before is taken");
    }
    assert_eq!(everything(&target).await, before, "and changes nothing");
    assert_eq!(rows(&target.fleet().home("message"), "select count(*) from trade_pay_log").await, [vec![2.into()]]);
    for (open, score) in [(&mine, 120), (&others, 241)] {
        let me = crate::client::Call { path: "/v1/users/me", user: &open.user, key: "", body: None };
        assert_eq!(customers.surely(0, me).await.1["score"], score);
    }
    assert!(order_web.terminate().await.0.success() && pay_web.terminate().await.0.success());
}

async fn open(customers: &Client, platform: &Client, goods: &str, number: i64) -> Open {
    let user = customers.user("0.00").await;
    let order = made(&customers.post_as(&user, "", "/v1/orders", basket(goods, number)).await);
    let (status, payment) = platform.post_as(&user, "", &format!("/v1/orders/{order}/payments"), json!({"channel": "sandbox"})).await;
    assert_eq!(status, 201, "{payment}");
    let text = |field: &str| payment[field].as_str().expect(field).to_owned();
    Open { user, order, payment: text("id"), amount: text("amount") }
}

#[expect(clippy::disallowed_methods, reason = "the processes read the machine's clock too")]
fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_secs()).expect("a sane clock")
}

fn signed(body: &Value, secret: &str, answer: (u16, Option<i64>)) -> Letter {
    let body = body.to_string();
    Letter { path: DOOR, signature: Some(sign(secret, now(), body.as_bytes())), body, answer }
}

/// A good one with these fields instead.
fn with(mut body: Value, fields: Value) -> Value {
    let Value::Object(fields) = fields else { panic!("an object") };
    for (key, value) in fields {
        body[key] = value;
    }
    body
}

fn forged(mine: &Open, others: &Open) -> Vec<Letter> {
    const UNSIGNED: (u16, Option<i64>) = (401, None);
    let good = paid(&mine.payment, &mine.amount);
    let text = good.to_string();
    let raw =
        |body: &str, signature: Option<String>, status| Letter { path: DOOR, body: body.to_owned(), signature, answer: (status, None) };
    let at = |seconds: i64| Some(sign(SECRET, seconds, text.as_bytes()));
    let mut letters = vec![
        raw(&text, None, 401),
        raw(&text, Some("t=1,v1=zz".to_owned()), 401),
        raw(&text, at(now() - 310), 401),
        raw(&text, at(now() + 400), 401),
        // signed by the platform, and then changed on its way
        raw(&text.replace(&mine.amount, "0.01"), at(now()), 401),
        raw(&text.replace(&mine.payment, &others.payment), at(now()), 401),
        raw("{", Some(sign(SECRET, now(), b"{")), 400),
        raw("{}", Some(sign(SECRET, now(), b"{}")), 400),
        signed(&good, "another secret", UNSIGNED),
    ];
    for (fields, status) in [
        (json!({"amount": "0.01"}), 422),
        (json!({"amount": others.amount}), 422),
        (json!({"currency": "USD"}), 422),
        // the amount of one, the number of the other
        (json!({"payment_id": others.payment}), 422),
        (json!({"payment_id": "77"}), 404),
        (json!({"payment_id": mine.order}), 404),
    ] {
        letters.push(signed(&with(good.clone(), fields), SECRET, (status, None)));
    }
    let contracts = json!({"payId": mine.payment, "orderId": mine.order, "payAmount": mine.amount, "isPaid": 2});
    for (fields, code) in
        [(json!({"payId": others.payment}), 70001), (json!({"orderId": others.order}), 70001), (json!({"payAmount": "0.01"}), 80006)]
    {
        let body = with(contracts.clone(), fields);
        letters.push(Letter { path: SECOND_DOOR, answer: (200, Some(code)), ..signed(&body, SECRET, UNSIGNED) });
    }
    letters
}

/// The answer's status, and the contract's code where it has one.
async fn sent(port: u16, letter: &Letter) -> (u16, Option<i64>) {
    let request = reqwest::Client::new().request(Method::POST, format!("http://127.0.0.1:{port}{}", letter.path));
    let mut request = request.header("Content-Type", "application/json").body(letter.body.clone());
    if let Some(signature) = &letter.signature {
        request = request.header("X-Sandbox-Signature", signature);
    }
    let answer = request.send().await.expect("an answer");
    let (status, text) = (answer.status().as_u16(), answer.text().await.expect("a body"));
    let code = serde_json::from_str::<Value>(&text).ok().filter(|_| letter.path == SECOND_DOOR);
    (status, code.and_then(|body| body["data"].as_i64()))
}

async fn until_paid(customers: &Client, open: &Open) {
    let until = Instant::now() + PATIENCE;
    loop {
        let order = customers.get(&format!("/v1/orders/{}", open.order)).await;
        if order["pay_status"] == "paid" {
            return;
        }
        assert!(Instant::now() < until, "{order}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The checksum of every table, by its database.
async fn everything(target: &Target) -> BTreeMap<String, Vec<Row>> {
    let mut found = BTreeMap::new();
    for role in target::KEEPERS {
        let home = target.fleet().home(role);
        let sums = rows(&home, EVERYTHING).await;
        found.insert(home, sums);
    }
    found
}

async fn rows(home: &str, sql: &'static str) -> Vec<Row> {
    let database = Database::open(home).await.expect("a database");
    database.query(Statement { name: "trial", sql }, Vec::new()).await.expect(sql)
}
