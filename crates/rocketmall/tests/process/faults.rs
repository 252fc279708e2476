//! The process dies at every commit boundary of a fixed script, is started again, and the script goes on. The end is the same
//! as without the fault.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rocketmall_store::{Database, Row, Statement};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::client::{Call, Client, at_once, basket, made};
use crate::server::{Server, free_port};
use crate::settle::{holds, none_left};
use crate::target::{self, Target};

const SETTINGS: &[(&str, &str)] = &[("payment.query_after", "1s")];

/// Each place with the number of arrivals after which the script is over. At one more the process survives.
const PLACES: &[&str] = &["before-commit", "after-commit", "after-send", "before-ack", "after-prepay", "after-refund"];

pub(crate) async fn everywhere() {
    let without = outcome(None).await.1;
    let died = Arc::new(AtomicUsize::new(0));
    let next: Arc<Mutex<Vec<(&str, usize)>>> = Arc::new(Mutex::new(PLACES.iter().map(|place| (*place, 1)).collect()));
    at_once((0..target::LANES).map(|_| {
        let (next, without, died) = (Arc::clone(&next), without.clone(), Arc::clone(&died));
        async move {
            loop {
                let Some((place, arrival)) = take(&next).await else { return };
                let (crashed, with) = outcome(Some((place, arrival))).await;
                assert_eq!(with, without, "after a crash at {place}:{arrival}");
                died.fetch_add(usize::from(crashed), Ordering::SeqCst);
                if !crashed {
                    next.lock().await.retain(|(other, _)| *other != place);
                }
            }
        }
    }))
    .await;
    let died = died.load(Ordering::SeqCst);
    eprintln!("{died} crashes, each with the same end");
    assert!(died > 20 / target::stride(), "the script must pass many boundaries: {died}");
}

/// The next place and arrival, round robin over the places that the script has not outlived.
async fn take(next: &Mutex<Vec<(&'static str, usize)>>) -> Option<(&'static str, usize)> {
    let mut next = next.lock().await;
    let (place, arrival) = if next.is_empty() { return None } else { next.remove(0) };
    next.push((place, arrival + target::stride()));
    Some((place, arrival))
}

/// Runs the script, dying at the fault on the way. Whether it died, and the end state.
async fn outcome(fault: Option<(&str, usize)>) -> (bool, Vec<Vec<Row>>) {
    let target = target::fresh().await;
    let port = free_port();
    let server = Server::start(&target.url(), port, SETTINGS).await;
    let client = Client::of(&[port]);
    let (user, goods) = (client.user("100.00").await, client.goods("200.00", 9).await);
    let coupon = made(&client.post("/v1/coupons", json!({"user_id": user, "price": "20.00"})).await);
    assert!(server.terminate().await.0.success());

    let crash_at = fault.map(|(place, arrival)| format!("{place}:{arrival}")).unwrap_or_default();
    let settings: Vec<_> = SETTINGS.iter().copied().chain([("trial.crash_at", crash_at.as_str())]).collect();
    let mut shop = Mortal { server: Server::start(&target.url(), port, &settings).await, died: false, target: &target, port, client };
    script(&mut shop, &user, &goods, &coupon).await;
    let database = Database::open(&target.url()).await.expect("the database");
    shop.keep_alive().await;
    while tokio::time::timeout(Duration::from_secs(1), none_left(&database, UNFINISHED)).await.is_err() {
        shop.keep_alive().await;
    }
    holds(&target.url()).await;
    let end = state(&database).await;
    (shop.died, end)
}

/// What is still to come, in one look: both late payments and the refund go back, every message arrives with each of its groups, no timer is left.
const UNFINISHED: &str = "select (select count(*) from trade_pay where close_wanted = 1 or fate = 0 and pay_state = 1)
    + (select count(*) from trade_mq_producer_temp where msg_status = 0) + (select count(*) from trade_timer)
    + (select count(*) from trade_mq_producer_temp m where
        (select count(*) from trade_mq_consumer_log c where c.msg_tag = m.msg_tag and c.msg_key = m.msg_key and c.consumer_status = 1)
        < case m.msg_tag when 'order_cancel' then 4 when 'paid' then 3 else 2 end)
    + (select 3 - count(*) from trade_refund where refund_state = 2)";

/// A server that is started again, without the fault, once it has died.
struct Mortal<'t> {
    server: Server,
    died: bool,
    target: &'t Target,
    port: u16,
    client: Client,
}

impl Mortal<'_> {
    async fn keep_alive(&mut self) {
        if self.server.is_dead() {
            assert!(!self.died, "it dies once");
            self.died = true;
            self.server = Server::start(&self.target.url(), self.port, SETTINGS).await;
        }
    }

    /// Until an answer comes, starting the server again where it died.
    async fn post(&mut self, user: &str, key: &str, path: &str, body: &Value) -> (u16, Value) {
        loop {
            self.keep_alive().await;
            let call = Call { path, user, key, body: Some(body.clone()) };
            if let Ok((_, text, status)) = self.client.once(0, &call).await
                && status != 503
            {
                return (status, serde_json::from_str(&text).unwrap_or(Value::String(text)));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn place(&mut self, user: &str, key: &str, body: &Value) -> String {
        made(&self.post(user, key, "/v1/orders", body).await)
    }

    async fn page(&mut self, user: &str, key: &str, order: &str) -> String {
        let (status, payment) = self.post(user, key, &format!("/v1/orders/{order}/payments"), &json!({"channel": "sandbox"})).await;
        assert_eq!(status, 201, "{payment}");
        payment["action"]["url"].as_str().expect("a page").to_owned()
    }

    async fn cancel(&mut self, user: &str, order: &str) {
        let (status, answer) = self.post(user, "", &format!("/v1/orders/{order}/cancel"), &json!({})).await;
        assert_eq!(status, 200, "{answer}");
    }

    async fn pay(&mut self, page: &str) {
        let (status, answer) = self.post("", "", page, &json!({"result": "paid", "force": true})).await;
        assert!(status == 200 || answer["state"] == "paid", "{status} {answer}");
    }
}

impl Mortal<'_> {
    /// Until the shop takes it: what it builds on may be under way.
    async fn until_taken(&mut self, user: &str, key: &str, path: &str, body: &Value) -> Value {
        loop {
            match self.post(user, key, path, body).await {
                (409, _) => tokio::time::sleep(Duration::from_millis(20)).await,
                (200 | 201, answer) => return answer,
                (status, answer) => panic!("{path}: {status} {answer}"),
            }
        }
    }

    /// Half of a paid order goes back, partly to the balance; the rest is shipped and received.
    async fn refund_and_ship(&mut self, user: &str, key: &str, order: &str, goods: &str) {
        let path = format!("/v1/orders/{order}");
        let half = json!({"lines": [{"goods_id": goods, "number": 1}], "reason": "one is enough"});
        let refund = self.until_taken(user, key, &format!("{path}/refunds"), &half).await;
        let refund = refund["id"].as_str().expect("an id").to_owned();
        self.until_taken("", "", &format!("/v1/refunds/{refund}/approve"), &json!({})).await;
        let rest = json!({"amount": "370.00", "reason": "all but ten"});
        let rest = self.post(user, "", &format!("{path}/refunds"), &rest).await;
        assert_eq!(rest.0, 409, "{}", rest.1);
        self.until_taken("", "", &format!("{path}/ship"), &json!({"carrier": "SF", "tracking_no": "1"})).await;
        self.until_taken(user, "", &format!("{path}/receive"), &json!({})).await;
    }
}

/// Pays one order, cancels one with everything in it, pays two after their cancel, and refunds half of one before it is shipped.
async fn script(shop: &mut Mortal<'_>, user: &str, goods: &str, coupon: &str) {
    let paid = shop.place(user, "a", &basket(goods, 2)).await;
    let page = shop.page(user, "a", &paid).await;
    shop.pay(&page).await;
    let mut rich = basket(goods, 1);
    rich["coupon_id"] = json!(coupon);
    rich["money_paid"] = json!("60.00");
    let cancelled = shop.place(user, "b", &rich).await;
    shop.cancel(user, &cancelled).await;
    for key in ["c", "d"] {
        let late = shop.place(user, key, &basket(goods, 1)).await;
        let page = shop.page(user, key, &late).await;
        shop.cancel(user, &late).await;
        shop.pay(&page).await;
    }
    let mut mixed = basket(goods, 2);
    mixed["money_paid"] = json!("20.00");
    let mixed = shop.place(user, "e", &mixed).await;
    let page = shop.page(user, "e", &mixed).await;
    shop.pay(&page).await;
    shop.refund_and_ship(user, "e", &mixed, goods).await;
}

/// Everything but ids and times.
async fn state(database: &Database) -> Vec<Vec<Row>> {
    let mut state = Vec::new();
    for sql in [
        "select order_status, pay_status, shipping_status, goods_number, line_count, cast(pay_amount as char), cast(money_paid as char) from trade_order",
        "select goods_number from trade_goods",
        "select cast(user_money as char), user_score from trade_user",
        "select is_used from trade_coupon",
        "select is_paid, pay_state, fate, close_wanted, cast(pay_amount as char), cast(refunded_amount as char) from trade_pay",
        "select cause, refund_state, cast(refund_amount as char) from trade_refund",
        "select cause, goods_number from trade_goods_number_log",
        "select money_log_type, cast(use_money as char) from trade_user_money_log",
        "select points, shortfall from trade_user_score_log",
        "select cast(pay_amount as char) from trade_pay_log",
        "select msg_topic, msg_tag, msg_status from trade_mq_producer_temp",
        "select group_name, msg_tag, consumer_status from trade_mq_consumer_log",
        "select call_name, idem_key from trade_idempotency where idem_key <> ''",
    ] {
        let mut rows = database.query(Statement { name: "trial", sql }, Vec::new()).await.expect(sql);
        rows.sort();
        state.push(rows);
    }
    state
}
