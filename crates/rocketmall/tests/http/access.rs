//! Who may do what; and under --dev, from where.

use reqwest::Method;
use rocketmall::http::auth::token_hash;
use rocketmall_core::id::UserId;
use rocketmall_store::read::Session;
use serde_json::json;

use crate::shop::{Mode, Shop};

pub(crate) async fn token(shop: &Shop, role: &str, user: Option<&str>) -> String {
    let token = format!("token-{role}-{}", shop.running.runtime().ids.next());
    let user = user.map(|user| UserId::new(user.parse().expect("an id")));
    let session = Session { user, role: role.to_owned(), expires_at: shop.now().after(60_000) };
    shop.database.keep_session(&token_hash(&token), &session, shop.now()).await.expect("a session");
    token
}

#[tokio::test]
async fn a_user_logs_in_sees_own_things_only_and_logs_out() {
    let shop = Shop::start(Mode::Open, &[]).await;
    let register = |mobile: &'static str| shop.post("/v1/users", json!({"name": "a", "mobile": mobile, "password": "a good password"}));
    let first = register("13800138000").await.is(201).at("/id");
    let other = register("13800138001").await.is(201).at("/id");
    assert_eq!(register("13800138000").await.is(409).at("/code"), "80009");
    let log_in = |password: &'static str| shop.post("/v1/sessions", json!({"mobile": "13800138000", "password": password}));
    log_in("another password").await.is(401);
    shop.post("/v1/sessions", json!({"mobile": "13800138999", "password": "a good password"})).await.is(401);
    let bearer = format!("Bearer {}", log_in("a good password").await.is(201).at("/token"));
    let me = |method: Method, path: &str| shop.request(method, path).header("Authorization", &bearer);
    assert_eq!(shop.send(me(Method::GET, "/v1/users/me")).await.is(200).at("/id"), first);
    shop.send(me(Method::GET, "/v1/users/me").header("X-User-Id", &other)).await.is(403);
    shop.send(me(Method::POST, "/v1/goods").json(&json!({"name": "a", "price": "1.00", "number": 1}))).await.is(403);
    shop.send(me(Method::GET, "/metrics")).await.is(403);
    shop.send(me(Method::GET, "/v1/messages")).await.is(403);

    let admin = format!("Bearer {}", token(&shop, "admin", None).await);
    let goods = json!({"name": "a", "price": "1.00", "number": 5});
    let goods = shop.send(shop.request(Method::POST, "/v1/goods").header("Authorization", &admin).json(&goods)).await.is(201).at("/id");
    let order = json!({"lines": [{"goods_id": goods, "number": 1}], "address": "a", "consignee": "b", "user_id": other, "status": "paid",
        "pay_status": "paid", "score": 99, "coupon_paid": "1.00", "id": "7"});
    let service = format!("Bearer {}", token(&shop, "service", None).await);
    let place = shop.request(Method::POST, "/v1/orders").header("Authorization", &service).json(&order);
    shop.send(place.try_clone().expect("a body")).await.is(422);
    let others = shop.send(place.header("X-User-Id", &other)).await.is(201);
    assert_eq!(
        (others.at("/pay_status"), others.at("/coupon_paid")),
        ("unpaid".to_owned(), "0.00".to_owned()),
        "what the client sends as state is not read"
    );
    for path in ["", "/timeline"] {
        shop.send(me(Method::GET, &format!("/v1/orders/{}{path}", others.at("/id")))).await.is(404);
    }
    shop.send(me(Method::POST, &format!("/v1/orders/{}/cancel", others.at("/id")))).await.is(404);
    shop.send(me(Method::POST, &format!("/v1/orders/{}/payments", others.at("/id"))).json(&json!({"channel": "sandbox"}))).await.is(404);
    assert_eq!(shop.send(me(Method::GET, "/v1/orders")).await.is(200).at("/items"), "[]");

    shop.send(me(Method::DELETE, "/v1/sessions/current")).await.is(204);
    shop.send(me(Method::GET, "/v1/users/me")).await.is(401);
    assert!(!format!("{:?}", shop.rows("select user_password from trade_user").await).contains("a good password"));
}

#[tokio::test]
async fn without_a_token_little_is_open() {
    let shop = Shop::start(Mode::Open, &[]).await;
    for path in ["/healthz", "/readyz", "/openapi.json", "/v1/goods"] {
        shop.get(path).await.is(200);
    }
    for path in ["/v1/orders", "/v1/coupons", "/v1/users/me", "/v1/messages", "/metrics", "/v1/orders/7", "/v1/payments/7"] {
        shop.get(path).await.is(401);
    }
    for path in ["/v1/orders", "/v1/orders/quote"] {
        shop.post(path, json!({"lines": [], "address": "a", "consignee": "b"})).await.is(401);
    }
    shop.post("/v1/goods", json!({"name": "a", "price": "1.00", "number": 1})).await.is(401);
    shop.get_as("7", "/v1/users/me").await.is(401);
    for header in ["Bearer nonsense", "Basic YTpi", "nonsense"] {
        shop.send(shop.request(Method::GET, "/v1/users/me").header("Authorization", header)).await.is(401);
    }
}

/// A proxy before this server may have looked at the other one.
#[tokio::test]
async fn a_caller_says_once_who_it_is() {
    let shop = Shop::start(Mode::Open, &[]).await;
    let (admin, service) = (token(&shop, "admin", None).await, token(&shop, "service", None).await);
    let ask = || shop.request(Method::GET, "/v1/orders");
    shop.send(ask().bearer_auth(&admin)).await.is(200);
    shop.send(ask().bearer_auth(&admin).bearer_auth(&service)).await.is(401);
    let named = ask().bearer_auth(&service).header("X-User-Id", "7");
    shop.send(named.try_clone().expect("no body")).await.is(200);
    assert_eq!(shop.send(named.header("X-User-Id", "8")).await.is(422).at("/errors/0/field"), "X-User-Id");
}

#[tokio::test]
async fn a_token_ends_with_its_time() {
    let shop = Shop::start(Mode::Open, &[]).await;
    let admin = format!("Bearer {}", token(&shop, "admin", None).await);
    let ask = || shop.request(Method::GET, "/metrics").header("Authorization", &admin);
    assert!(shop.send(ask()).await.is(200).text.contains("rocketmall_orders_placed_total"));
    shop.advance(std::time::Duration::from_secs(61)).await;
    shop.send(ask()).await.is(401);
    let retention = rocketmall_store::claim::Retention { outbox: 1, inbox: 1, idempotency: 1 };
    for mut sweep in rocketmall_store::claim::Sweep::all(&shop.database) {
        while sweep.portion(&shop.database, shop.now(), retention).await.expect("a purge") == rocketmall_store::claim::PURGE_ROWS {}
    }
    assert_eq!(shop.rows("select count(*) from trade_session").await, [vec![0.into()]], "what is good no more is deleted");
}

#[tokio::test]
async fn development_takes_local_callers_only() {
    let shop = Shop::dev().await;
    let ask = |name: &'static str, value: &'static str| shop.request(Method::GET, "/v1/orders").header(name, value);
    shop.send(ask("Host", "shop.example")).await.is(403);
    shop.send(ask("Origin", "http://shop.example")).await.is(403);
    shop.send(ask("Origin", "null")).await.is(403);
    shop.send(ask("Origin", "http://localhost:3000")).await.is(200);
    shop.send(ask("Host", "localhost:8181")).await.is(200);
    shop.send(ask("Host", "[::1]:8181")).await.is(200);
    shop.send(ask("Authorization", "Bearer nonsense")).await.is(401);
}
