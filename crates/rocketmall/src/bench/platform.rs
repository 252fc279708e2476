//! A payment platform that costs next to nothing: it agrees to every payment, and the clients send its notifications.
//!
//! The sandbox platform would do, but it stores what it is told, and this is to measure the shop.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use rocketmall_channels::sign;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use crate::clock;

#[derive(Deserialize)]
struct Wanted {
    payment_id: String,
}

#[derive(Serialize)]
struct Agreed<'a> {
    payment_id: &'a str,
    platform_no: &'a str,
    pay_url: &'a str,
}

/// Starts it on this runtime; where it listens.
pub async fn start(secret: &str) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let router = Router::new().route("/sandbox/api/payments", post(agree)).with_state(Arc::<str>::from(secret));
    // ends with the runtime
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

async fn agree(State(secret): State<Arc<str>>, body: Bytes) -> Response {
    let Ok(wanted) = serde_json::from_slice::<Wanted>(&body) else { return StatusCode::BAD_REQUEST.into_response() };
    let agreed = Agreed { payment_id: &wanted.payment_id, platform_no: &wanted.payment_id, pay_url: "http://127.0.0.1:1/bench" };
    let Ok(answer) = serde_json::to_vec(&agreed) else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let signature = sign::sign(&secret, clock::system()().millis().div_euclid(1_000), &answer);
    ([(sign::HEADER, signature)], answer).into_response()
}
