//! A customer, who tries again with the same idempotency key until an answer comes.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Longer than any restart here takes.
const PATIENCE: Duration = Duration::from_mins(1);

#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    /// The servers, asked in turn.
    bases: Vec<String>,
}

/// A call's status and JSON.
pub(crate) type Answered = (u16, Value);

impl Client {
    pub(crate) fn new(bases: Vec<String>) -> Self {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(20)).build().expect("a client");
        Self { http, bases }
    }

    pub(crate) fn of(ports: &[u16]) -> Self {
        Self::new(ports.iter().map(|port| format!("http://127.0.0.1:{port}")).collect())
    }

    /// One try at the `turn`th server.
    pub(crate) async fn once(&self, turn: usize, call: &Call<'_>) -> reqwest::Result<(reqwest::header::HeaderMap, String, u16)> {
        let url = if call.path.starts_with("http") {
            call.path.to_owned()
        } else {
            format!("{}{}", self.bases[turn % self.bases.len()], call.path)
        };
        let mut request = match &call.body {
            Some(body) => self.http.post(url).json(body),
            None => self.http.get(url),
        };
        if !call.user.is_empty() {
            request = request.header("X-User-Id", call.user);
        }
        if !call.key.is_empty() {
            request = request.header("Idempotency-Key", call.key);
        }
        let response = request.send().await?;
        let (headers, status) = (response.headers().clone(), response.status().as_u16());
        Ok((headers, response.text().await?, status))
    }

    /// Until an answer comes that is not "busy".
    pub(crate) async fn surely(&self, turn: usize, call: Call<'_>) -> Answered {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.once(turn, &call).await {
                Ok((_, text, status)) if status != 503 => return (status, serde_json::from_str(&text).unwrap_or(Value::String(text))),
                other => assert!(Instant::now() < until, "no answer to {}: {other:?}", call.path),
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, body) = self.surely(0, Call { path, user: "", key: "", body: None }).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answered {
        self.surely(0, Call { path, user: "", key: "", body: Some(body) }).await
    }

    pub(crate) async fn post_as(&self, user: &str, key: &str, path: &str, body: Value) -> Answered {
        self.surely(0, Call { path, user, key, body: Some(body) }).await
    }

    /// New goods; the id.
    pub(crate) async fn goods(&self, price: &str, number: i64) -> String {
        made(&self.post("/v1/goods", json!({"name": "goods", "price": price, "number": number})).await)
    }

    /// A new user with this balance; the id.
    pub(crate) async fn user(&self, balance: &str) -> String {
        let mobile = format!("139{:08}", u64::from_le_bytes(rocketmall::ids::random()) % 100_000_000);
        let user = made(&self.post("/v1/users", json!({"name": "user", "mobile": mobile, "password": "a good password"})).await);
        if balance != "0.00" {
            made(&self.post(&format!("/v1/users/{user}/money"), json!({"delta": balance, "reason": "trial"})).await);
        }
        user
    }
}

/// A call. Without a body it is a GET.
pub(crate) struct Call<'c> {
    pub(crate) path: &'c str,
    pub(crate) user: &'c str,
    pub(crate) key: &'c str,
    pub(crate) body: Option<Value>,
}

/// The id of what was created.
pub(crate) fn made((status, body): &Answered) -> String {
    assert_eq!(*status, 201, "{body}");
    body["id"].as_str().expect("an id").to_owned()
}

/// A basket of one line.
pub(crate) fn basket(goods: &str, number: i64) -> Value {
    json!({"lines": [{"goods_id": goods, "number": number}], "address": "新西兰", "consignee": "小明"})
}

/// A random key.
pub(crate) fn key() -> String {
    format!("{:x}", u128::from_le_bytes(rocketmall::ids::random()))
}

/// A random number below `limit`.
pub(crate) fn below(limit: u64) -> u64 {
    u64::from_le_bytes(rocketmall::ids::random()) % limit
}

/// All at once.
pub(crate) async fn at_once<T: Send + 'static>(tasks: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>) -> Vec<T> {
    let handles: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
    let mut done = Vec::with_capacity(handles.len());
    for handle in handles {
        done.push(handle.await.expect("a task ends"));
    }
    done
}
