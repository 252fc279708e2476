//! A platform on a real port, its database, a merchant, and a clock that can be put forward.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use reqwest::{Client, Response};
use rocketmall_channels::{SandboxChannel, sign};
use rocketmall_core::id::Timestamp;
use rocketmall_sandbox::{SandboxConfig, SandboxPlatform};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant as Deadline, sleep};

use crate::database::TestDatabase;
use crate::merchant::Merchant;

pub(crate) const SECRET: &str = "a secret for tests";
pub(crate) const EPOCH: i64 = 1_700_000_000_000;

const DEADLINE: Duration = Duration::from_secs(30);

/// Runs with the real time, from [`EPOCH`] and as much ahead as the test says.
#[derive(Clone)]
pub(crate) struct TestClock {
    start: Instant,
    ahead: Arc<AtomicI64>,
}

impl TestClock {
    pub(crate) fn now(&self) -> i64 {
        let elapsed = i64::try_from(self.start.elapsed().as_millis()).expect("tests are short");
        EPOCH + elapsed + self.ahead.load(Ordering::SeqCst)
    }

    pub(crate) fn forward(&self, millis: i64) {
        self.ahead.fetch_add(millis, Ordering::SeqCst);
    }
}

pub(crate) struct World {
    pub(crate) database: TestDatabase,
    pub(crate) clock: TestClock,
    pub(crate) merchant: Merchant,
    pub(crate) running: Running,
    pub(crate) http: Client,
    next_id: AtomicU64,
}

/// One process of the platform.
pub(crate) struct Running {
    pub(crate) base_url: String,
    server: JoinHandle<()>,
    pub(crate) notifier: JoinHandle<()>,
    /// Dropped or sent, it tells the notifier to stop.
    pub(crate) stop: Option<oneshot::Sender<()>>,
}

impl Running {
    pub(crate) async fn start(database: &TestDatabase, clock: &TestClock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base_url = format!("http://{}", listener.local_addr().expect("bound"));
        let clock = clock.clone();
        let config = SandboxConfig { secret: SECRET.to_owned(), base_url: format!("{base_url}/"), clock: Arc::new(move || clock.now()) };
        let platform = SandboxPlatform::start(database.open().await, config).await.expect("the platform starts");
        let router = platform.router();
        let server = tokio::spawn(async move { axum::serve(listener, router).await.expect("serves") });
        let (stop, stopped) = oneshot::channel();
        let notifier = tokio::spawn(async move { platform.run_notifier(async { drop(stopped.await) }).await });
        Self { base_url, server, notifier, stop: Some(stop) }
    }

    /// Ends it as a kill does: in the middle of whatever it does.
    pub(crate) async fn kill(&mut self) {
        for task in [&mut self.notifier, &mut self.server] {
            task.abort();
            let _ = task.await;
        }
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        let database = TestDatabase::create().await;
        let clock = TestClock { start: Instant::now(), ahead: Arc::default() };
        let running = Running::start(&database, &clock).await;
        let http = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        Self { database, clock, merchant: Merchant::start().await, running, http, next_id: AtomicU64::new(1000) }
    }

    pub(crate) fn channel(&self) -> SandboxChannel {
        let clock = self.clock.clone();
        let clock = Arc::new(move || Timestamp::from_millis(clock.now()));
        SandboxChannel::new(&self.running.base_url, SECRET, clock).expect("a valid address")
    }

    pub(crate) fn new_id(&self) -> String {
        self.next_id.fetch_add(1, Ordering::Relaxed).to_string()
    }

    /// A request for a payment of 4880.00 that may be paid for half an hour.
    pub(crate) fn wanted(&self, payment_id: &str) -> Value {
        json!({
            "payment_id": payment_id, "amount": "4880.00", "currency": "CNY", "subject": "订单 Order 1",
            "notify_url": self.merchant.notify_url(), "return_url": "http://127.0.0.1:9/orders/1?a=1&b=2",
            "expires_at": "2023-11-14T22:43:20Z",
        })
    }

    /// A new payment's number and its page.
    pub(crate) async fn payment(&self) -> (String, String) {
        let payment_id = self.new_id();
        let (status, answer) = self.call("payments", &self.wanted(&payment_id)).await;
        assert_eq!(status, 200, "{answer}");
        (payment_id, answer["pay_url"].as_str().expect("a page").to_owned())
    }

    /// A signed call of the merchant API.
    pub(crate) async fn call(&self, path: &str, body: &Value) -> (u16, Value) {
        let body = body.to_string();
        let signature = sign::sign(SECRET, self.clock.now() / 1000, body.as_bytes());
        let response = self.send(path, &body, Some(&signature)).await;
        let status = response.status().as_u16();
        (status, response.json().await.expect("answers are JSON"))
    }

    pub(crate) async fn send(&self, path: &str, body: &str, signature: Option<&str>) -> Response {
        let request = self.http.post(format!("{}/sandbox/api/{path}", self.running.base_url)).body(body.to_owned());
        let request = match signature {
            Some(signature) => request.header(sign::HEADER, signature),
            None => request,
        };
        request.send().await.expect("the platform answers")
    }

    /// What a program does in the customer's place.
    pub(crate) async fn act(&self, page: &str, body: &Value) -> (u16, Value) {
        let response = self.http.post(page).json(body).send().await.expect("the platform answers");
        let status = response.status().as_u16();
        (status, response.json().await.expect("answers are JSON"))
    }

    pub(crate) async fn state(&self, payment_id: &str) -> String {
        let (_, answer) = self.call("payments/query", &json!({"payment_id": payment_id})).await;
        answer["state"].as_str().expect("a state").to_owned()
    }

    pub(crate) async fn html(&self, page: &str) -> String {
        self.http.get(page).send().await.expect("the platform answers").text().await.expect("a text")
    }

    /// Waits until the page says this.
    pub(crate) async fn page_says(&self, page: &str, text: &str) {
        let deadline = Deadline::now() + DEADLINE;
        loop {
            let html = self.html(page).await;
            if html.contains(text) {
                return;
            }
            assert!(Deadline::now() < deadline, "the page should say {text:?}, it says {html}");
            sleep(Duration::from_millis(20)).await;
        }
    }
}
