//! What every answer tells browsers, whose pages may call, and how methods and addresses behave that are not served.

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::json;

use crate::shop::{Answer, Mode, Shop};

fn header<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).map_or("", |value| value.to_str().expect("text"))
}

#[track_caller]
fn is_guarded(answer: &Answer) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ] {
        assert_eq!(header(&answer.headers, name), value, "{name} of {}", answer.text);
    }
    assert_eq!(header(&answer.headers, "x-trace-id").len(), 32);
}

#[tokio::test]
async fn every_answer_is_guarded() {
    let shop = Shop::start(Mode::Open, &[]).await;
    for (method, path, status) in [
        (Method::GET, "/healthz", 200),
        (Method::GET, "/readyz", 200),
        (Method::GET, "/v1/goods", 200),
        (Method::GET, "/openapi.json", 200),
        (Method::GET, "/v1/nowhere", 404),
        (Method::GET, "/v1/orders", 401),
        (Method::PUT, "/v1/goods", 405),
        (Method::OPTIONS, "/v1/goods", 204),
        (Method::POST, "/order/confirm", 401),
        (Method::POST, "/sandbox/api/payments", 401),
    ] {
        let answer = shop.send(shop.request(method, path)).await.is(status);
        is_guarded(&answer);
        assert_eq!(header(&answer.headers, "strict-transport-security"), "", "nobody said that this is reached by https");
    }
}

#[tokio::test]
async fn the_payment_page_keeps_its_own_policy() {
    let shop = Shop::dev().await;
    let (user, goods) = (shop.user("0.00").await, shop.goods("200.00", 1).await);
    let order = shop.place(&user, &goods, 1).await.is(201).at("/id");
    let payment = shop.post_as(&user, &format!("/v1/orders/{order}/payments"), json!({"channel": "sandbox"})).await.is(201);
    is_guarded(&payment);
    let page = shop.send(reqwest::Client::new().get(payment.at("/action/url"))).await.is(200);
    let policy = header(&page.headers, "content-security-policy");
    assert!(policy.contains("form-action 'self'") && policy.contains("style-src") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_eq!(header(&page.headers, "referrer-policy"), "same-origin");
    assert_eq!(page.headers.get_all("content-security-policy").iter().count(), 1);
}

#[tokio::test]
async fn a_server_reached_by_https_says_so() {
    let shop = Shop::start(Mode::Open, &[("public_url", "https://shop.example")]).await;
    for path in ["/healthz", "/v1/orders", "/v1/nowhere"] {
        assert_eq!(header(&shop.get(path).await.headers, "strict-transport-security"), "max-age=31536000");
    }
}

#[tokio::test]
async fn only_pages_of_named_origins_may_call() {
    let origin = "https://shop.example";
    let closed = Shop::start(Mode::Open, &[]).await;
    let ask = |shop: &Shop, method: Method, origin: &'static str| {
        shop.request(method, "/v1/orders").header("Origin", origin).header("Access-Control-Request-Method", "POST")
    };
    for method in [Method::OPTIONS, Method::GET] {
        let answer = closed.send(ask(&closed, method, origin)).await;
        assert!(!answer.headers.contains_key("access-control-allow-origin"));
    }
    let shop = Shop::start(Mode::Open, &[("http.cors_origins", "https://shop.example, https://desk.example")]).await;
    let preflight = shop.send(ask(&shop, Method::OPTIONS, origin)).await.is(200);
    assert_eq!(header(&preflight.headers, "access-control-allow-origin"), origin);
    let allowed = header(&preflight.headers, "access-control-allow-headers");
    for name in ["authorization", "content-type", "idempotency-key"] {
        assert!(allowed.contains(name), "{allowed}");
    }
    assert!(header(&preflight.headers, "access-control-allow-methods").contains("PATCH"));
    let refused = shop.send(ask(&shop, Method::GET, origin)).await.is(401);
    assert_eq!(header(&refused.headers, "access-control-allow-origin"), origin, "a page may read why it is refused");
    assert!(header(&refused.headers, "access-control-expose-headers").contains("x-trace-id"));
    assert!(!refused.headers.contains_key("access-control-allow-credentials"));
    for stranger in ["https://evil.example", "https://shop.example.evil.example", "null", "http://shop.example"] {
        let answer = shop.send(ask(&shop, Method::OPTIONS, stranger)).await;
        assert!(!answer.headers.contains_key("access-control-allow-origin"), "{stranger}");
    }
}

#[tokio::test]
async fn methods_that_are_not_served_are_told_which_are() {
    let shop = Shop::dev().await;
    let goods = shop.goods("10.00", 1).await;
    for method in [Method::PUT, Method::DELETE, Method::TRACE, Method::from_bytes(b"BREW").expect("a method")] {
        let answer = shop.send(shop.request(method, "/v1/goods")).await.is(405);
        let mut allowed: Vec<&str> = header(&answer.headers, "allow").split(',').collect();
        allowed.sort_unstable();
        assert_eq!(allowed, ["GET", "HEAD", "POST"]);
        assert_eq!(answer.at("/code"), "80104");
    }
    let options = shop.send(shop.request(Method::OPTIONS, &format!("/v1/goods/{goods}"))).await.is(204);
    assert!(header(&options.headers, "allow").contains("PATCH"));
    let whole = shop.get(&format!("/v1/goods/{goods}")).await.is(200);
    let head = shop.send(shop.request(Method::HEAD, &format!("/v1/goods/{goods}"))).await.is(200);
    assert_eq!((head.text.as_str(), header(&head.headers, "content-type")), ("", "application/json"));
    assert_eq!(header(&head.headers, "content-length"), whole.text.len().to_string());
    for path in ["/v1/goods/77", "/v1/nowhere"] {
        let head = shop.send(shop.request(Method::HEAD, path)).await.is(404);
        assert_eq!((head.text.as_str(), header(&head.headers, "content-type")), ("", "application/problem+json"));
    }
}

#[tokio::test]
async fn addresses_that_nobody_would_type_name_nothing() {
    let shop = Shop::dev().await;
    for path in [
        "/v1/goods/%FF",
        "/v1/goods/%",
        "/v1/goods/%zz",
        "/v1/goods/%00",
        "/v1/goods/1%2F2",
        "/v1/goods/-1",
        "/v1/goods/9223372036854775808",
        "/v1/orders/%C3%28/timeline",
        "/v1/messages/%FF",
        "/%FF",
        "/v1/../v1/goods/x",
        "/v1//goods",
        "/v1/goods/",
    ] {
        let answer = shop.get(path).await.is(404);
        assert_eq!(header(&answer.headers, "content-type"), "application/problem+json", "{path}");
    }
    for path in ["/v1/goods?cursor=%FF", "/v1/goods?limit=%FF", "/v1/goods?limit=1&limit=2", "/v1/messages?state=%FF"] {
        let answer = shop.get(path).await.is(422);
        assert_eq!(header(&answer.headers, "content-type"), "application/problem+json", "{path}");
    }
    shop.post("/v1/channels/%FF/notify", json!({})).await.is(404);
}
