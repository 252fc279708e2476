//! Two processes of every role, found in Nacos, are restarted one after the other under load: nobody who calls sees it.
//!
//! With `TRIAL_FROM` the first life of each is that of another program, which is a rolling upgrade: orders and payments share a database then.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rocketmall_trial::program::Program;
use serde_json::{Value, json};

use crate::client::{Call, Client, below, key, made};
use crate::deaths::number;
use crate::load::{self, Told};
use crate::server::{BINARY, Server, free_port};
use crate::settle::holds;
use crate::target::{self, Fleet, KEEPERS};

const WEB: [&str; 2] = ["order-web", "pay-web"];
const CUSTOMERS: usize = 4;
/// Stopping and starting take so long at most, each (docs/deploy.md).
const DRAINED: Duration = Duration::from_secs(15);

pub(crate) async fn restart() {
    let from = std::env::var("TRIAL_FROM").ok();
    let target = if from.is_some() { target::registered_sharing().await } else { target::registered().await };
    let first = from.as_deref().unwrap_or(BINARY);
    let fleet = target.fleet();
    fleet.tell_all(load::SETTINGS);
    // somebody else's, and so not restarted: the platform
    let port = free_port();
    let platform = fleet.environment(Some(port));
    let mut members: Vec<Member> =
        KEEPERS.into_iter().flat_map(|role| [Member::keeper(first, fleet, role), Member::keeper(first, fleet, role)]).collect();
    for member in &mut members {
        member.until_ready().await;
    }
    let platform = Server::of(first, "order-web,pay-web", port, platform).await;
    for role in [WEB[0], WEB[0], WEB[1], WEB[1]] {
        members.push(Member::web(first, fleet, role, free_port()).await);
    }
    let ports = |role: &str| members.iter().filter(|member| member.role == role).map(|member| member.watched).collect::<Vec<_>>();
    let (orders, payments) = (Balancer::before(ports(WEB[0])), Balancer::before(ports(WEB[1])));
    let client = Client::of(&ports(WEB[0]));
    let goods = [client.goods("20.50", 1_000_000).await, client.goods("150.00", 1_000_000).await];
    let stop = Arc::new(AtomicBool::new(false));
    let mut customers = Vec::new();
    for _ in 0..number("TRIAL_CUSTOMERS", CUSTOMERS) {
        let customer =
            Customer { user: client.user("50000.00").await, goods: goods.clone(), orders: orders.clone(), payments: payments.clone() };
        customers.push(tokio::spawn(customer.until(Arc::clone(&stop))));
    }

    let (began, mut slowest) = (Instant::now(), Duration::ZERO);
    let rounds = number("TRIAL_ROLLS", 1);
    for _ in 0..rounds {
        for member in &mut members {
            assert!(customers.iter().all(|customer| !customer.is_finished()), "somebody saw the restart before that of {}", member.role);
            slowest = slowest.max(member.restart(fleet).await);
        }
    }
    let took = began.elapsed();
    stop.store(true, Ordering::SeqCst);
    let mut told = BTreeMap::new();
    for customer in customers {
        told.extend(customer.await.expect("a customer who saw nothing"));
    }
    load::check(&client, &told).await;
    holds(&target.url()).await;
    let again = orders.again.load(Ordering::SeqCst) + payments.again.load(Ordering::SeqCst);
    rocketmall_trial::say(&format!(
        "{} restarts in {took:.1?}, a drain {slowest:.1?} at most: {} orders, {again} calls sent to the other process",
        rounds * members.len(),
        told.len()
    ));
    assert!(told.len() > members.len(), "there must be load for the restarts to mean something");
    assert!(platform.terminate().await.0.success());
}

/// One process of sixteen, at the same addresses in each of its lives.
struct Member {
    role: &'static str,
    called: u16,
    watched: u16,
    life: Option<Life>,
}

enum Life {
    Keeper(Program),
    Web(Server),
}

impl Member {
    fn keeper(binary: &str, fleet: &Fleet, role: &'static str) -> Self {
        let (called, watched) = (free_port(), free_port());
        Self { role, called, watched, life: Some(Life::Keeper(fleet.process_of(binary, role, called, watched))) }
    }

    async fn web(binary: &str, fleet: &Fleet, role: &'static str, port: u16) -> Self {
        let server = Server::of(binary, role, port, fleet.environment(Some(port))).await;
        Self { role, called: port, watched: port, life: Some(Life::Web(server)) }
    }

    /// It says that it is ready, as whoever restarts processes one after the other asks it.
    async fn until_ready(&mut self) {
        let Some(Life::Keeper(program)) = &mut self.life else { return };
        let (http, url) = (reqwest::Client::new(), format!("http://127.0.0.1:{}/readyz", self.watched));
        let ready = program.until(async || http.get(&url).send().await.is_ok_and(|answer| answer.status() == 200)).await;
        ready.unwrap_or_else(|error| panic!("{}: {error:#}", self.role));
    }

    /// SIGTERM, its end, and its next life; how long its end took.
    async fn restart(&mut self, fleet: &Fleet) -> Duration {
        let (status, drained) = match self.life.take().expect("it lives") {
            Life::Keeper(program) => program.terminate().await.expect("it ends"),
            Life::Web(server) => server.terminate().await,
        };
        assert!(status.success() && drained < DRAINED, "{}: {status} after {drained:?}", self.role);
        if WEB.contains(&self.role) {
            *self = Self::web(BINARY, fleet, self.role, self.watched).await;
        } else {
            self.life = Some(Life::Keeper(fleet.process(self.role, self.called, self.watched)));
            self.until_ready().await;
        }
        drained
    }
}

/// What stands before the processes of a web role: it sends a call to each in turn, and to the other one where nobody listens, or where
/// the connection ends before an answer to a call that may be made again.
#[derive(Clone)]
struct Balancer {
    http: reqwest::Client,
    ports: Arc<[u16]>,
    turn: Arc<AtomicUsize>,
    again: Arc<AtomicUsize>,
}

impl Balancer {
    fn before(ports: Vec<u16>) -> Self {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(30)).build().expect("a client");
        Self { http, ports: ports.into(), turn: Arc::default(), again: Arc::default() }
    }

    /// The answer. Whoever calls sees nothing but this.
    async fn call(&self, call: Call<'_>) -> (u16, Value) {
        let mut seen = Vec::new();
        for _ in 0..=self.ports.len() {
            let port = self.ports[self.turn.fetch_add(1, Ordering::Relaxed) % self.ports.len()];
            let url = format!("http://127.0.0.1:{port}{}", call.path);
            let request = match &call.body {
                Some(body) => self.http.post(url).json(body).header("Idempotency-Key", call.key),
                None => self.http.get(url),
            };
            match request.header("X-User-Id", call.user).send().await {
                Ok(response) => {
                    let (status, text) = (response.status().as_u16(), response.text().await.expect("a whole answer"));
                    assert!(status < 500, "{} to {port}: {status} {text}", call.path);
                    return (status, serde_json::from_str(&text).unwrap_or(Value::String(text)));
                }
                Err(error) if error.is_connect() || call.body.is_none() || !call.key.is_empty() => {
                    self.again.fetch_add(1, Ordering::Relaxed);
                    seen.push(format!("{port}: {error:?}"));
                }
                Err(error) => panic!("{} to {port}: {error:?}", call.path),
            }
        }
        panic!("{}: nobody answers: {seen:#?}", call.path)
    }
}

struct Customer {
    user: String,
    goods: [String; 2],
    orders: Balancer,
    payments: Balancer,
}

impl Customer {
    /// Orders, pays, calls off and looks until told to stop; every call has to succeed at the first answer.
    async fn until(self, stop: Arc<AtomicBool>) -> BTreeMap<String, Told> {
        let mut told = BTreeMap::new();
        while !stop.load(Ordering::SeqCst) {
            let goods = &self.goods[usize::from(below(2) == 0)];
            let body = json!({"lines": [{"goods_id": goods, "number": 1 + below(3)}], "address": "新西兰", "consignee": "小明",
                "money_paid": if below(2) == 0 { "0.00" } else { "5.00" }});
            let order = made(&self.ask(&self.orders, "/v1/orders", body).await);
            told.insert(order.clone(), Told::Placed);
            let path = format!("/v1/orders/{order}");
            match below(4) {
                0 | 1 => {
                    self.pay(&path).await;
                    told.insert(order, Told::Paid);
                }
                2 => {
                    let (status, answer) = self.ask(&self.orders, &format!("{path}/cancel"), json!({})).await;
                    assert_eq!(status, 200, "{answer}");
                    told.insert(order, Told::Cancelled);
                }
                _ => {
                    let look = Call { path: &path, user: &self.user, key: "", body: None };
                    let (status, shown) = self.orders.call(look).await;
                    assert_eq!((status, &shown["id"]), (200, &json!(order)), "{shown}");
                }
            }
        }
        told
    }

    async fn ask(&self, door: &Balancer, path: &str, body: Value) -> (u16, Value) {
        door.call(Call { path, user: &self.user, key: &key(), body: Some(body) }).await
    }

    async fn pay(&self, order: &str) {
        let (status, payment) = self.ask(&self.payments, &format!("{order}/payments"), json!({"channel": "sandbox"})).await;
        assert_eq!(status, 201, "{payment}");
        let page = payment["action"]["url"].as_str().expect("a page");
        let paid = self.payments.http.post(page).json(&json!({"result": "paid"})).send().await.expect("the platform answers");
        let (status, text) = (paid.status(), paid.text().await.expect("a body"));
        assert!(status == 200 || text.contains("\"paid\""), "{status} {text}");
    }
}
