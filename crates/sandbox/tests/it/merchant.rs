//! A merchant's server that writes down what it is told and answers as the test wishes.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use rocketmall_channels::{Channel, Notification, NotificationError, RawNotification, SandboxChannel};
use rocketmall_core::id::Timestamp;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::timeout;

const DEADLINE: Duration = Duration::from_secs(30);

/// One notification as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Received {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("notifications are JSON")
    }

    /// What the shop's channel makes of it.
    pub(crate) fn verified(&self, channel: &SandboxChannel, now: i64) -> Result<Notification, NotificationError> {
        let raw = RawNotification { headers: &self.headers, body: &self.body };
        channel.verify_notification(&raw, Timestamp::from_millis(now))
    }
}

#[derive(Clone)]
pub(crate) struct Merchant(Arc<Inner>);

struct Inner {
    address: String,
    received: Mutex<Vec<Received>>,
    count: watch::Sender<usize>,
    /// Answers to come; 200 when there are none left.
    answers: Mutex<VecDeque<StatusCode>>,
}

impl Merchant {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        let inner = Inner { address, received: Mutex::default(), count: watch::channel(0).0, answers: Mutex::default() };
        let merchant = Self(Arc::new(inner));
        let router = Router::new().fallback(hear).with_state(merchant.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        merchant
    }

    pub(crate) fn notify_url(&self) -> String {
        format!("{}/notify", self.0.address)
    }

    /// The next notifications are answered so, later ones 200.
    pub(crate) fn answer_next(&self, answers: &[StatusCode]) {
        lock(&self.0.answers).extend(answers);
    }

    /// Waits until so many came in, all told.
    pub(crate) async fn heard(&self, count: usize) -> Vec<Received> {
        let mut counts = self.0.count.subscribe();
        let waited = timeout(DEADLINE, counts.wait_for(|found| *found >= count)).await;
        let so_far = self.so_far();
        assert!(waited.is_ok(), "{count} notifications in {DEADLINE:?}, found {so_far:?}");
        so_far
    }

    pub(crate) fn so_far(&self) -> Vec<Received> {
        lock(&self.0.received).clone()
    }
}

async fn hear(State(merchant): State<Merchant>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let answer = lock(&merchant.0.answers).pop_front().unwrap_or(StatusCode::OK);
    lock(&merchant.0.received).push(Received { path: uri.path().to_owned(), headers, body });
    merchant.0.count.send_modify(|count| *count += 1);
    if answer.is_redirection() {
        return (answer, [(LOCATION, format!("{}/elsewhere", merchant.0.address))]).into_response();
    }
    answer.into_response()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
