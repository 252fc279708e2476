//! Many at once for one thing.

use std::collections::BTreeSet;
use std::time::Duration;

use rocketmall_store::Database;
use serde_json::{Value, json};

use crate::client::{Call, Client, at_once, basket, below, made};
use crate::server::{Server, free_port};
use crate::settle::{holds, none_left};
use crate::target::Target;

/// Starts so many servers on one database, and a client that asks them in turn.
pub(crate) async fn servers(target: &Target, count: usize, settings: &[(&str, &str)]) -> (Vec<Server>, Client) {
    let mut servers = Vec::new();
    let mut bases = Vec::new();
    for _ in 0..count {
        let server = Server::start(&target.url(), free_port(), settings).await;
        bases.push(server.url(""));
        servers.push(server);
    }
    (servers, Client::new(bases))
}

/// So many calls at once; status and text of each answer, and whether it was remembered.
async fn storm(client: &Client, count: usize, call: impl Fn(usize) -> (String, String, Value)) -> Vec<(u16, String, bool)> {
    let tasks = (0..count).map(|turn| {
        let (client, (user, key, body)) = (client.clone(), call(turn));
        async move {
            let call = Call { path: "/v1/orders", user: &user, key: &key, body: Some(body) };
            let (headers, text, status) = client.once(turn, &call).await.expect("an answer");
            (status, text, headers.contains_key("idempotent-replayed"))
        }
    });
    at_once(tasks).await
}

fn placed(answers: &[(u16, String, bool)]) -> usize {
    answers.iter().filter(|(status, ..)| *status == 201).count()
}

fn refused(answers: &[(u16, String, bool)], code: i64) -> usize {
    let number = |text: &str| serde_json::from_str::<Value>(text).ok().and_then(|body| body["code"].as_i64());
    answers.iter().filter(|(status, text, _)| *status == 409 && number(text) == Some(code)).count()
}

/// The races of the issue, several rounds each on fresh rows.
pub(crate) async fn all(target: &Target, count: usize) {
    let (servers, client) = servers(target, count, &[]).await;
    let mut buyers = Vec::new();
    for _ in 0..20 {
        buyers.push(client.user("0.00").await);
    }
    for _ in 0..5 {
        let goods = client.goods("10.00", 50).await;
        let answers = storm(&client, 200, |turn| (buyers[turn % buyers.len()].clone(), String::new(), basket(&goods, 1))).await;
        assert_eq!((placed(&answers), refused(&answers, 20003)), (50, 150), "200 buyers for 50 pieces");
        assert_eq!(client.get(&format!("/v1/goods/{goods}")).await["number"], 0);
    }
    let goods = client.goods("100.00", 1_000_000).await;
    for buyer in buyers.iter().take(5) {
        let coupon = made(&client.post("/v1/coupons", json!({"user_id": buyer, "price": "20.00"})).await);
        let mut body = basket(&goods, 1);
        body["coupon_id"] = json!(coupon);
        let answers = storm(&client, 100, |_| (buyer.clone(), String::new(), body.clone())).await;
        assert_eq!((placed(&answers), refused(&answers, 40002)), (1, 99), "one coupon");
    }
    for _ in 0..5 {
        let rich = client.user("50.00").await;
        let mut body = basket(&goods, 1);
        body["money_paid"] = json!("10.00");
        let answers = storm(&client, 100, |_| (rich.clone(), String::new(), body.clone())).await;
        assert_eq!((placed(&answers), refused(&answers, 50002)), (5, 95), "a balance of 50.00");
    }
    for round in 0..5 {
        let key = format!("key-{round}");
        let answers = storm(&client, 50, |_| (buyers[0].clone(), key.clone(), basket(&goods, 1))).await;
        let texts: BTreeSet<_> = answers.iter().map(|(_, text, _)| text).collect();
        let remembered = answers.iter().filter(|(.., remembered)| *remembered).count();
        assert_eq!((placed(&answers), texts.len(), remembered), (50, 1, 49), "one idempotency key");
    }
    holds(&target.url()).await;
    for server in servers {
        assert!(server.terminate().await.0.success());
    }
}

/// Each order is paid and cancelled at random moments around its timeout. It settles one way or
/// the other (one that was paid when the cancel came is refunded), and all adds up.
pub(crate) async fn cancel_pay_timeout(target: &Target, count: usize, rounds: usize) {
    const STOCK: i64 = 1_000_000;
    let settings = [("order.unpaid_timeout", "1s"), ("payment.query_after", "500ms")];
    let (servers, client) = servers(target, count, &settings).await;
    let (user, goods) = (client.user("90000.00").await, client.goods("100.00", STOCK).await);
    let mut left = rounds;
    while left > 0 {
        let wave = left.min(100);
        left -= wave;
        at_once((0..wave).map(|turn| round(client.clone(), turn, user.clone(), goods.clone()))).await;
    }
    let database = Database::open(&target.url()).await.expect("the database");
    none_left(&database, "select count(*) from trade_order where order_status = 1 and pay_status <> 2").await;
    none_left(&database, "select count(*) from trade_refund where refund_state in (0, 1)").await;
    holds(&target.url()).await;
    let orders = |sql: &'static str| {
        let database = database.clone();
        async move {
            let rows = database.query(rocketmall_store::Statement { name: "trial", sql }, Vec::new()).await.expect(sql);
            match rows.first().and_then(|row| row.first()) {
                Some(rocketmall_store::Value::Int(number)) => *number,
                other => panic!("{sql}: {other:?}"),
            }
        }
    };
    let paid = orders("select count(*) from trade_order where order_status = 1 and pay_status = 2").await;
    let cancelled = orders("select count(*) from trade_order where order_status = 2 and pay_status = 0").await;
    let back = orders("select count(*) from trade_refund where refund_state = 2").await;
    let refunded = orders("select count(*) from trade_order where order_status = 4 and pay_status = 2").await;
    eprintln!("{rounds} rounds: {paid} paid, {refunded} paid and called off, {cancelled} cancelled, {back} payments given back");
    assert_eq!(paid + refunded + cancelled, i64::try_from(rounds).expect("a count"), "each settles");
    assert!(paid > 0 && cancelled > 0, "both ends must be reached for the race to mean something");
    assert_eq!(client.get(&format!("/v1/goods/{goods}")).await["number"], STOCK - paid, "stock is right");
    let (_, account) = client.surely(0, Call { path: "/v1/users/me", user: &user, key: "", body: None }).await;
    assert_eq!(account["money"], format!("{}.00", 90_000 - 5 * paid), "money is right");
    assert_eq!(account["score"], 105 * paid, "so is the score: 100.00 and freight less 5.00 of balance");
    for server in servers {
        assert!(server.terminate().await.0.success());
    }
}

async fn round(client: Client, turn: usize, user: String, goods: String) {
    let mut body = basket(&goods, 1);
    body["money_paid"] = json!("5.00");
    let (status, order) = client.surely(turn, Call { path: "/v1/orders", user: &user, key: "", body: Some(body) }).await;
    assert_eq!(status, 201, "{order}");
    let order = order["id"].as_str().expect("an id").to_owned();
    let path = format!("/v1/orders/{order}/payments");
    let (status, payment) =
        client.surely(turn, Call { path: &path, user: &user, key: "", body: Some(json!({"channel": "sandbox"})) }).await;
    // under load the time to pay may be over before the payment is asked for, or before the platform is
    let page = payment["action"]["url"].as_str().map(str::to_owned);
    assert!(page.is_some() || status == 409 || payment["status"] == "closed", "{status} {payment}");
    let pay = {
        let client = client.clone();
        async move {
            let Some(page) = page else { return };
            tokio::time::sleep(Duration::from_millis(below(1_300))).await;
            let force = below(2) == 0;
            let body = json!({"result": "paid", "force": force, "notify": {"copies": 1 + below(3)}});
            let (status, answer) = client.surely(turn, Call { path: &page, user: "", key: "", body: Some(body) }).await;
            assert!(status == 200 || status == 409, "{status} {answer}");
        }
    };
    let cancel = async move {
        if below(2) == 0 {
            tokio::time::sleep(Duration::from_millis(below(1_300))).await;
            let path = format!("/v1/orders/{order}/cancel");
            let (status, answer) = client.surely(turn + 1, Call { path: &path, user: &user, key: "", body: Some(json!({})) }).await;
            assert!(matches!(status, 200 | 202 | 409), "{status} {answer}");
        }
    };
    tokio::join!(pay, cancel);
}
