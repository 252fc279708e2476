//! A client that calls a server over HTTP/1.1 on a connection of its own, as a shop's back end does.

use std::fmt::Write as _;
use std::net::SocketAddr;

use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use axum::http::{Method, Request, StatusCode};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use rocketmall_channels::sign;
use serde::Deserialize;
use tokio::net::TcpStream;

use super::data::Data;
use super::load::{Client, Outcome};
use super::scenario::{ADDRESS, CONSIGNEE, NewOrder, Scenario};
use crate::clock;

/// How a server is called.
#[derive(Clone, Debug)]
pub struct Target {
    /// Where it listens.
    pub address: SocketAddr,
    /// What names it.
    pub host: String,
    /// A service's token; none where the server takes calls without.
    pub token: Option<String>,
    /// What the payment platform signs with.
    pub secret: String,
}

/// One connection.
pub struct HttpClient {
    target: Target,
    sender: Option<SendRequest<Full<Bytes>>>,
    latest: Option<(String, String)>,
}

#[derive(Deserialize)]
struct Created {
    #[serde(default)]
    id: String,
    #[serde(default)]
    amount: String,
}

#[derive(Deserialize)]
struct Listed {}

impl HttpClient {
    /// A client of this server; it connects when it first calls.
    pub fn new(target: Target) -> Self {
        Self { target, sender: None, latest: None }
    }

    /// One call outside of any scenario; the id in its answer.
    pub async fn create(&mut self, path: &str, body: String) -> Result<String, String> {
        let request = self.request(Method::POST, path, None, None, body)?;
        match self.send(request).await? {
            (status, body) if status.is_success() => {
                let created: Created = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
                Ok(created.id)
            }
            (status, body) => Err(format!("{path} {status}: {}", String::from_utf8_lossy(&body))),
        }
    }

    async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<(StatusCode, Bytes), String> {
        let sent = self.try_send(request).await;
        if sent.is_err() {
            self.sender = None;
        }
        sent
    }

    async fn try_send(&mut self, request: Request<Full<Bytes>>) -> Result<(StatusCode, Bytes), String> {
        let told = |error: &dyn std::fmt::Display| error.to_string();
        if self.sender.as_ref().is_none_or(SendRequest::is_closed) {
            let stream = TcpStream::connect(self.target.address).await.map_err(|e| told(&e))?;
            stream.set_nodelay(true).map_err(|e| told(&e))?;
            let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|e| told(&e))?;
            tokio::spawn(connection);
            self.sender = Some(sender);
        }
        let Some(sender) = &mut self.sender else { return Err("not connected".to_owned()) };
        sender.ready().await.map_err(|e| told(&e))?;
        let response = sender.send_request(request).await.map_err(|e| told(&e))?;
        let status = response.status();
        let body = response.into_body().collect().await.map_err(|e| told(&e))?;
        Ok((status, body.to_bytes()))
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        user: Option<&str>,
        key: Option<&str>,
        body: String,
    ) -> Result<Request<Full<Bytes>>, String> {
        let mut request = Request::builder().method(method).uri(path).header(HOST, &self.target.host);
        if let Some(user) = user {
            request = request.header("x-user-id", user);
        }
        if let Some(token) = &self.target.token {
            request = request.header(AUTHORIZATION, token);
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        if !body.is_empty() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        request.body(Full::new(Bytes::from(body))).map_err(|error| error.to_string())
    }

    async fn place(&mut self, order: &NewOrder) -> Result<Option<String>, String> {
        let user = order.user.to_string();
        let request = self.request(Method::POST, "/v1/orders", Some(&user), Some(&order.key), body(order))?;
        match self.send(request).await? {
            (StatusCode::CREATED, body) => {
                let created: Created = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
                self.latest = Some((created.id.clone(), user));
                Ok(Some(created.id))
            }
            (status, _) if order.refused && status.is_client_error() => Ok(None),
            (status, body) => Err(format!("{status}: {}", String::from_utf8_lossy(&body))),
        }
    }

    async fn pay(&mut self, order: &NewOrder) -> Result<(), String> {
        let Some(id) = self.place(order).await? else { return Err("refused".to_owned()) };
        let path = format!("/v1/orders/{id}/payments");
        let request =
            self.request(Method::POST, &path, Some(&order.user.to_string()), Some(&order.key), r#"{"channel":"sandbox"}"#.to_owned())?;
        let (status, body) = self.send(request).await?;
        if status != StatusCode::CREATED {
            return Err(format!("{status}: {}", String::from_utf8_lossy(&body)));
        }
        let payment: Created = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
        let told = notification(&payment.id, &payment.amount);
        let signature = sign::sign(&self.target.secret, clock::system()().millis().div_euclid(1_000), told.as_bytes());
        let request = Request::builder()
            .method(Method::POST)
            .uri("/v1/channels/sandbox/notify")
            .header(HOST, &self.target.host)
            .header(CONTENT_TYPE, "application/json")
            .header(sign::HEADER, signature)
            .body(Full::new(Bytes::from(told)))
            .map_err(|error| error.to_string())?;
        match self.send(request).await? {
            (StatusCode::OK, _) => Ok(()),
            (status, body) => Err(format!("{status}: {}", String::from_utf8_lossy(&body))),
        }
    }

    async fn read(&mut self, data: &Data, rng: &mut fastrand::Rng) -> Result<(), String> {
        let user = data.any_user(rng).to_string();
        let (path, user) = match (rng.u8(0..4), self.latest.clone()) {
            (0, Some((order, user))) => (format!("/v1/orders/{order}"), user),
            (1, _) => ("/v1/orders?limit=20".to_owned(), user),
            (2, _) => ("/v1/goods?limit=20".to_owned(), user),
            _ => ("/v1/users/me".to_owned(), user),
        };
        let request = self.request(Method::GET, &path, Some(&user), None, String::new())?;
        match self.send(request).await? {
            (StatusCode::OK, body) => serde_json::from_slice::<Listed>(&body).map(drop).map_err(|error| error.to_string()),
            (status, body) => Err(format!("{path} {status}: {}", String::from_utf8_lossy(&body))),
        }
    }
}

fn body(order: &NewOrder) -> String {
    let mut text = String::with_capacity(256);
    text.push_str(r#"{"lines":["#);
    for (index, goods) in order.goods.iter().enumerate() {
        let comma = if index > 0 { "," } else { "" };
        // writing to a text cannot fail
        let _ = write!(text, r#"{comma}{{"goods_id":"{goods}","number":1}}"#);
    }
    let _ = write!(text, r#"],"address":"{ADDRESS}","consignee":"{CONSIGNEE}","money_paid":"{}""#, order.money);
    if let Some(coupon) = order.coupon {
        let _ = write!(text, r#","coupon_id":"{coupon}""#);
    }
    text.push('}');
    text
}

fn notification(payment: &str, amount: &str) -> String {
    format!(
        r#"{{"notify_id":"{payment}","payment_id":"{payment}","platform_no":"{payment}","amount":"{amount}","currency":"CNY","result":"paid"}}"#
    )
}

impl Client for HttpClient {
    async fn act(&mut self, scenario: Scenario, data: &Data, rng: &mut fastrand::Rng) -> Outcome {
        if scenario == Scenario::Mixed && rng.u8(0..5) > 0 {
            return self.read(data, rng).await.map_or_else(Outcome::Failed, |()| Outcome::Done(1));
        }
        let Some(order) = data.order(scenario, rng) else { return Outcome::Exhausted };
        let done = match scenario {
            Scenario::Pay => self.pay(&order).await.map(|()| Some(String::new())),
            _ => self.place(&order).await,
        };
        match done {
            Ok(None) => Outcome::Refused,
            Ok(Some(_)) if order.refused => Outcome::Failed("an order was taken that must be refused".to_owned()),
            Ok(Some(_)) => Outcome::Done(1),
            Err(error) => Outcome::Failed(error),
        }
    }
}
