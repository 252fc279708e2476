//! Clients that are slow, many or large, on purpose or not.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use reqwest::Method;

use crate::shop::{Mode, Shop};

const DEADLINE: Duration = Duration::from_secs(20);

/// Sends this over a connection of its own and sends no more.
fn send(address: SocketAddr, bytes: &[u8]) -> TcpStream {
    let mut connection = TcpStream::connect(address).expect("a connection");
    connection.set_read_timeout(Some(DEADLINE)).expect("a time limit");
    connection.write_all(bytes).expect("the bytes are sent");
    connection
}

/// Others are served meanwhile, or soon.
async fn is_served(shop: &Shop) {
    tokio::time::timeout(DEADLINE, shop.get("/healthz")).await.expect("others are served").is(200);
}

/// Reads until the server closes the connection.
async fn until_closed(mut connection: TcpStream) -> String {
    let read = tokio::task::spawn_blocking(move || {
        let mut answer = Vec::new();
        match connection.read_to_end(&mut answer) {
            Err(error) if error.kind() != ErrorKind::ConnectionReset => panic!("the server does not close the connection: {error}"),
            _ => String::from_utf8_lossy(&answer).into_owned(),
        }
    });
    read.await.expect("the connection is closed")
}

async fn shop_of(settings: &[(&'static str, &str)]) -> Shop {
    Shop::start(Mode::Dev, settings).await
}

#[tokio::test]
async fn half_a_request_is_cut_off_and_others_are_served() {
    let shop = shop_of(&[("limits.client_time", "300ms")]).await;
    let halves = ["", "GET /healthz HT", "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: "];
    let connections = halves.map(|half| send(shop.running.address, half.as_bytes()));
    is_served(&shop).await;
    for connection in connections {
        assert_eq!(until_closed(connection).await, "");
    }
}

#[tokio::test]
async fn a_head_that_trickles_is_cut_off_too() {
    let shop = shop_of(&[("limits.client_time", "300ms")]).await;
    let mut connection = send(shop.running.address, b"GET /healthz HTTP/1.1\r\n");
    let trickled = tokio::task::spawn_blocking(move || {
        // each wait for an answer is the pause between two lines
        connection.set_read_timeout(Some(Duration::from_millis(20))).expect("a time limit");
        for line in 0..1_000 {
            let ended = match connection.read(&mut [0; 64]) {
                Ok(read) => read == 0,
                Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
            };
            if ended || connection.write_all(b"X-A: b\r\n").is_err() {
                return line;
            }
        }
        1_000
    });
    assert!(trickled.await.expect("it ends") < 60, "a line every 20 ms does not keep the connection");
}

#[tokio::test]
async fn half_a_body_is_refused_in_time() {
    let shop = shop_of(&[("limits.client_time", "300ms")]).await;
    let head = "POST /v1/goods HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"name\": ";
    let answer = until_closed(send(shop.running.address, head.as_bytes())).await;
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("\"code\":80108"), "{answer}");
}

#[tokio::test]
async fn more_connections_than_are_taken_wait_for_their_turn() {
    let shop = shop_of(&[("limits.client_time", "500ms"), ("limits.connections", "2")]).await;
    let idle = [send(shop.running.address, b""), send(shop.running.address, b"")];
    // both seats are taken until the idle ones are cut off
    is_served(&shop).await;
    for connection in idle {
        assert_eq!(until_closed(connection).await, "");
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut_off() {
    let shop = shop_of(&[("limits.client_time", "300ms"), ("limits.connections", "1")]).await;
    let ask = "GET /openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".repeat(2_000);
    let address = shop.running.address;
    let deaf = tokio::task::spawn_blocking(move || {
        let mut connection = TcpStream::connect(address).expect("a connection");
        connection.set_write_timeout(Some(DEADLINE)).expect("a time limit");
        // may fail: then it was cut off while it asked
        let _ = connection.write_all(ask.as_bytes());
        connection
    });
    let _deaf = deaf.await.expect("it asks");
    is_served(&shop).await;
}

#[tokio::test]
async fn heads_and_bodies_have_their_size() {
    let shop = shop_of(&[]).await;
    let ask = || shop.request(Method::GET, "/healthz");
    shop.send(ask().header("X-A", "a".repeat(8_000))).await.is(200);
    shop.send(ask().header("X-A", "a".repeat(40_000))).await.is(431);
    shop.send((0..100).fold(ask(), |request, number| request.header(format!("X-{number}"), "a"))).await.is(431);
    shop.send(shop.request(Method::GET, &format!("/v1/goods?cursor={}", "1".repeat(40_000)))).await.is(431);
    is_served(&shop).await;
}

/// Unknown fields are skipped without recursion, known ones have no depth of their own, and the parser goes 128 levels deep
/// at most: no nesting that fits into a body takes the stack.
#[tokio::test]
async fn json_may_be_as_deep_as_it_likes() {
    let shop = shop_of(&[]).await;
    let post = |body: String| shop.request(Method::POST, "/v1/goods").header("Content-Type", "application/json").body(body);
    let nests = [("[", "]", 32_000), ("{\"a\":", "1}", 1), ("{\"a\":[", "]}", 7_000)];
    for (open, close, depth) in nests {
        let nest = format!("{}{}", open.repeat(depth), close.repeat(depth));
        shop.send(post(nest.clone())).await.is(422);
        shop.send(post(open.repeat(depth))).await.is(if open == "[" { 422 } else { 400 });
        shop.send(post(format!("{{\"name\": {nest}}}"))).await.is(422);
        let unknown = format!("{{\"other\": {nest}, \"name\": \"a\", \"price\": \"1.00\", \"number\": 1}}");
        shop.send(post(unknown)).await.is(201);
    }
}
