//! A server for one test, and what tests ask of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode, Url};
use rocketmall::app::{self, Running};
use rocketmall::config::{Flag, Sources, load};
use rocketmall::worker::timers::run_due;
use rocketmall_core::id::Timestamp;
use rocketmall_store::{Database, Statement};
use serde_json::{Value, json};

use crate::carry::Carrier;

/// Under `--dev`, or as a shop on the internet would run it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Dev,
    Open,
}

/// What is under way has come to its end within this, whatever carries the messages.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) const SECRET: &str = "a secret of the tests";

pub(crate) struct Shop {
    pub(crate) running: Running,
    pub(crate) carrier: Carrier,
    pub(crate) database: Database,
    http: reqwest::Client,
    clock: Arc<AtomicI64>,
    _folder: tempfile::TempDir,
}

/// An answer: status, headers, body as JSON (a string if it is none).
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| Value::String(self.text.clone()))
    }

    /// The value at a JSON pointer, as text.
    pub(crate) fn at(&self, pointer: &str) -> String {
        match self.json().pointer(pointer) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => panic!("{pointer} is not in {}", self.text),
        }
    }

    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }
}

impl Shop {
    pub(crate) async fn dev() -> Self {
        Self::start(Mode::Dev, &[]).await
    }

    /// With these settings; `database` may be one of them.
    pub(crate) async fn start(mode: Mode, settings: &[(&'static str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("shop.db").display());
        let dev = if mode == Mode::Dev { "true" } else { "false" };
        let carrier = Carrier::new();
        let bus = carrier.settings();
        let basic = [
            ("database", url.as_str()),
            ("listen", "127.0.0.1:0"),
            ("dev", dev),
            ("channels.sandbox.enabled", "true"),
            ("channels.sandbox.secret", SECRET),
        ];
        let basic = basic.iter().filter(|(key, _)| settings.iter().all(|(set, _)| set != key));
        let bus = bus.iter().map(|(key, value)| (*key, value.as_str()));
        let settings: Vec<_> = bus.chain(basic.copied()).chain(settings.iter().copied()).collect();
        let flags = settings.into_iter().map(|(key, value)| Flag { key, name: "test", value: value.to_owned() }).collect();
        let config = load(&Sources { file: None, environment: Vec::new(), flags }).expect("a configuration").config;
        let clock = Arc::new(AtomicI64::new(1_800_000_000_000));
        let read = Arc::clone(&clock);
        let running =
            app::start(&config, Arc::new(move || Timestamp::from_millis(read.load(Ordering::SeqCst)))).await.expect("the server starts");
        let database = running.runtime().database.clone();
        Self { running, carrier, database, http: reqwest::Client::new(), clock, _folder: folder }
    }

    /// Time passes; what that makes due is done at once.
    pub(crate) async fn advance(&self, by: Duration) {
        self.clock.fetch_add(i64::try_from(by.as_millis()).expect("a sane duration"), Ordering::SeqCst);
        self.settle().await;
    }

    pub(crate) fn set_now(&self, now: Timestamp) {
        self.clock.store(now.millis(), Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.clock.load(Ordering::SeqCst))
    }

    pub(crate) fn unix_seconds(&self) -> i64 {
        self.now().millis() / 1000
    }

    /// From now on messages travel when the test lets them.
    pub(crate) async fn hold_messages(&mut self) {
        self.carrier.hold(&mut self.running).await;
    }

    /// Lets messages travel that are due; how many there were.
    pub(crate) async fn carry(&self) -> anyhow::Result<usize> {
        self.carrier.carry(self).await
    }

    /// Runs messages and timers that are due until none is left.
    pub(crate) async fn settle(&self) {
        let until = Instant::now() + PATIENCE;
        loop {
            let messages = self.carry().await.expect("messages");
            let timers = run_due(self.running.runtime(), &self.running.channels).await.expect("timers");
            let pending = self.database.message_gauges().await.expect("gauges").pending();
            if messages + timers == 0 && pending == 0 {
                return;
            }
            assert!(Instant::now() < until, "the shop does not settle");
            tokio::task::yield_now().await;
        }
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}", self.running.address)).and_then(|base| base.join(path)).expect("an address")
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, self.url(path))
    }

    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, text: response.text().await.expect("a body") }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    pub(crate) async fn post_as(&self, user: &str, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).header("X-User-Id", user).json(&body)).await
    }

    pub(crate) async fn get_as(&self, user: &str, path: &str) -> Answer {
        self.send(self.request(Method::GET, path).header("X-User-Id", user)).await
    }

    /// A registered user with this balance; the id.
    pub(crate) async fn user(&self, balance: &str) -> String {
        let mobile = format!("138{:08}", self.running.runtime().ids.next().unsigned_abs() % 100_000_000);
        let user = self.post("/v1/users", json!({"name": "小明", "mobile": mobile, "password": "a good password"})).await.is(201).at("/id");
        if balance != "0.00" {
            self.post(&format!("/v1/users/{user}/money"), json!({"delta": balance, "reason": "test"})).await.is(201);
        }
        user
    }

    pub(crate) async fn goods(&self, price: &str, number: i64) -> String {
        self.post("/v1/goods", json!({"name": "杯子", "price": price, "number": number})).await.is(201).at("/id")
    }

    pub(crate) async fn coupon(&self, user: &str, price: &str) -> String {
        self.post("/v1/coupons", json!({"user_id": user, "price": price})).await.is(201).at("/id")
    }

    pub(crate) async fn place(&self, user: &str, goods: &str, number: i64) -> Answer {
        self.post_as(
            user,
            "/v1/orders",
            json!({"lines": [{"goods_id": goods, "number": number}], "address": "新西兰", "consignee": "小明"}),
        )
        .await
    }

    pub(crate) async fn stock(&self, goods: &str) -> String {
        self.get(&format!("/v1/goods/{goods}")).await.is(200).at("/number")
    }

    pub(crate) async fn money(&self, user: &str) -> String {
        self.get_as(user, "/v1/users/me").await.is(200).at("/money")
    }

    /// A signed notification to the shop.
    pub(crate) async fn notify(&self, body: &Value) -> Answer {
        let body = body.to_string();
        let signature = rocketmall_channels::sign::sign(SECRET, self.unix_seconds(), body.as_bytes());
        self.notify_raw(body, Some(signature)).await
    }

    pub(crate) async fn notify_raw(&self, body: String, signature: Option<String>) -> Answer {
        let mut request = self.request(Method::POST, "/v1/channels/sandbox/notify").header("Content-Type", "application/json").body(body);
        if let Some(signature) = signature {
            request = request.header("X-Sandbox-Signature", signature);
        }
        self.send(request).await
    }

    /// Rows of a query, for looking behind the door.
    pub(crate) async fn rows(&self, sql: &'static str) -> Vec<rocketmall_store::Row> {
        self.database.query(Statement { name: "test", sql }, Vec::new()).await.expect(sql)
    }

    /// Changes behind the shop's back, to plant a fault.
    pub(crate) async fn plant(&self, sql: &'static str) {
        self.database.with(move |connection| Box::pin(async move { connection.run("plant", sql).await })).await.expect(sql);
    }

    /// Nothing is wrong, now that all has run to its end.
    pub(crate) async fn holds(&self) {
        self.settle().await;
        let report = rocketmall_store::verify::audit(&self.database, self.now(), rocketmall_store::verify::Limits::default())
            .await
            .expect("an audit");
        assert!(report.holds(), "{report:#?}");
    }
}

/// The body of a notification that all is paid.
pub(crate) fn paid(payment: &str, amount: &str) -> Value {
    json!({"notify_id": format!("n-{payment}"), "payment_id": payment, "platform_no": "P1", "amount": amount, "currency": "CNY",
        "result": "paid", "paid_at": "2027-01-15T08:00:00Z"})
}

impl Shop {
    /// Waits until a field of an answer has this value; messages, notifications and timers run meanwhile.
    pub(crate) async fn wait_for(&self, path: &str, pointer: &str, value: &str) {
        let until = Instant::now() + PATIENCE;
        loop {
            let answer = self.get(path).await.is(200);
            if answer.at(pointer) == value {
                return;
            }
            assert!(Instant::now() < until, "{path} {pointer} is not {value}: {}", answer.text);
            self.settle().await;
        }
    }
}
