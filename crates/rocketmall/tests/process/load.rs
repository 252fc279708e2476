//! Customers who order, pay and cancel, and what must be there of what they were told.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{Client, below, key, made};

/// Open attempts are asked for soon, so that an interrupted payment does not keep the test waiting.
pub(crate) const SETTINGS: &[(&str, &str)] = &[("payment.query_after", "1s")];

/// The platform's notification, or our question, may have been interrupted by the last kill: it comes again within this.
const PATIENCE: Duration = Duration::from_mins(1);

/// What became of one order, as its customer was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Placed,
    Paid,
    Cancelled,
}

/// Customers who order, pay and cancel until told to stop.
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    customers: Vec<tokio::task::JoinHandle<BTreeMap<String, Told>>>,
}

impl Load {
    pub(crate) async fn start(client: &Client) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let goods = vec![client.goods("20.50", 1_000_000).await, client.goods("150.00", 1_000_000).await];
        let mut customers = Vec::new();
        for _ in 0..12 {
            let user = client.user("50000.00").await;
            customers.push(tokio::spawn(customer(client.clone(), user, goods.clone(), Arc::clone(&stop))));
        }
        Self { stop, customers }
    }

    pub(crate) async fn finish(self) -> BTreeMap<String, Told> {
        self.stop.store(true, Ordering::SeqCst);
        let mut told = BTreeMap::new();
        for customer in self.customers {
            told.extend(customer.await.expect("a customer ends"));
        }
        told
    }
}

async fn customer(client: Client, user: String, goods: Vec<String>, stop: Arc<AtomicBool>) -> BTreeMap<String, Told> {
    let mut told = BTreeMap::new();
    while !stop.load(Ordering::SeqCst) {
        let lines: Vec<Value> =
            goods.iter().take(1 + usize::from(below(2) == 0)).map(|id| json!({"goods_id": id, "number": 1 + below(3)})).collect();
        let money = if below(2) == 0 { "0.00" } else { "5.00" };
        let body = json!({"lines": lines, "address": "新西兰", "consignee": "小明", "money_paid": money});
        let order = made(&client.post_as(&user, &key(), "/v1/orders", body).await);
        told.insert(order.clone(), Told::Placed);
        match below(4) {
            0 | 1 => {
                let (status, payment) =
                    client.post_as(&user, &key(), &format!("/v1/orders/{order}/payments"), json!({"channel": "sandbox"})).await;
                assert_eq!(status, 201, "{payment}");
                let page = payment["action"]["url"].as_str().expect("a page");
                let (status, answer) = client.post(page, json!({"result": "paid"})).await;
                assert!(status == 200 || answer["state"] == "paid", "{status} {answer}");
                told.insert(order, Told::Paid);
            }
            2 => {
                let (status, answer) = client.post_as(&user, "", &format!("/v1/orders/{order}/cancel"), json!({})).await;
                assert_eq!(status, 200, "{answer}");
                told.insert(order, Told::Cancelled);
            }
            _ => {}
        }
    }
    told
}

/// Every acknowledged order is there, and as its customer was told.
pub(crate) async fn check(client: &Client, told: &BTreeMap<String, Told>) {
    let until = Instant::now() + PATIENCE;
    for (order, told) in told {
        let path = format!("/v1/orders/{order}");
        let mut shown = client.get(&path).await;
        while *told == Told::Paid && shown["pay_status"] != "paid" && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(100)).await;
            shown = client.get(&path).await;
        }
        match told {
            Told::Paid if shown["pay_status"] != "paid" => panic!("{shown}\n{}", client.get(&format!("{path}/timeline")).await),
            Told::Placed | Told::Paid => {}
            Told::Cancelled => assert_eq!(shown["status"], "cancelled", "{shown}"),
        }
    }
}

/// No message was given up.
pub(crate) async fn none_dead(client: &Client) {
    let dead = client.get("/v1/messages?state=dead").await;
    assert_eq!(dead["items"], json!([]));
}
