//! How often who may log in and order, and how many passwords are hashed at once.

use std::time::{Duration, Instant};

use reqwest::Method;
use rocketmall::config::{Flag, Sources, load};
use serde_json::{Value, json};

use crate::access::token;
use crate::errors::futures_all;
use crate::shop::{Answer, Mode, Shop};

async fn log_in(shop: &Shop, mobile: &str, password: &str) -> Answer {
    shop.post("/v1/sessions", json!({"mobile": mobile, "password": password})).await
}

/// Register somebody, as if the caller were at `address`.
async fn register(shop: &Shop, address: &str, mobile: &str) -> Answer {
    let body = json!({"name": "a", "mobile": mobile, "password": "a good password"});
    shop.send(shop.request(Method::POST, "/v1/users").header("X-Forwarded-For", address).json(&body)).await
}

#[tokio::test]
async fn guessing_a_password_is_slow() {
    let shop = Shop::start(Mode::Open, &[("limits.logins_per_mobile", "3/1h")]).await;
    register(&shop, "", "13800138000").await.is(201);
    for _ in 0..3 {
        log_in(&shop, "13800138000", "a wrong password").await.is(401);
    }
    let body = json!({"mobile": "13800138000", "password": "a good password"});
    let chinese = shop.request(Method::POST, "/v1/sessions").header("Accept-Language", "zh").json(&body);
    let refused = shop.send(chinese).await.is(429);
    assert_eq!((refused.at("/code"), refused.at("/title")), ("80109".to_owned(), "请求过于频繁".to_owned()));
    assert_eq!(refused.headers["content-type"], "application/problem+json");
    let wait: u64 = refused.headers["retry-after"].to_str().expect("text").parse().expect("seconds");
    assert!((1_100..=1_201).contains(&wait), "a third of an hour, not {wait} s");
    log_in(&shop, "13800138001", "a wrong password").await.is(401);
}

#[tokio::test]
async fn an_address_logs_in_and_registers_only_so_often() {
    let shop = Shop::start(Mode::Open, &[("limits.logins_per_address", "2/1h")]).await;
    register(&shop, "198.51.100.1", "13800138000").await.is(201);
    log_in(&shop, "13800138000", "a good password").await.is(201);
    log_in(&shop, "13800138000", "a good password").await.is(429);
    // what a caller says of its address is not believed
    register(&shop, "198.51.100.2", "13800138001").await.is(429);
    shop.get("/v1/goods").await.is(200);
    assert_eq!(shop.rows("select count(*) from trade_user").await, [vec![1.into()]]);
}

#[tokio::test]
async fn behind_a_trusted_proxy_the_callers_are_told_apart() {
    let limits = [("limits.logins_per_address", "1/1h"), ("http.trusted_proxies", "127.0.0.0/8")];
    let shop = Shop::start(Mode::Open, &limits).await;
    register(&shop, "198.51.100.1", "13800138000").await.is(201);
    register(&shop, "198.51.100.1", "13800138001").await.is(429);
    register(&shop, "198.51.100.2", "13800138001").await.is(201);
    register(&shop, "203.0.113.9, 198.51.100.2", "13800138002").await.is(429);
}

#[tokio::test]
async fn a_user_orders_only_so_often() {
    let shop = Shop::start(Mode::Dev, &[("limits.orders_per_user", "2/1h")]).await;
    let (user, other, goods) = (shop.user("0.00").await, shop.user("0.00").await, shop.goods("10.00", 99).await);
    shop.place(&user, &goods, 1).await.is(201);
    shop.place(&user, &goods, 1).await.is(201);
    let refused = shop.place(&user, &goods, 1).await.is(429);
    let wait: u64 = refused.headers["retry-after"].to_str().expect("text").parse().expect("seconds");
    assert!((1_700..=1_801).contains(&wait), "half an hour, not {wait} s");
    assert_eq!(shop.stock(&goods).await, "97");
    shop.place(&other, &goods, 1).await.is(201);
    // a caller who names the user in the body alone gets no further
    let contract = json!({"userId": user, "goodsId": goods, "goodsNumber": 1, "goodsPrice": "10.00", "shippingFee": "10.00",
        "orderAmount": "20.00", "address": "a"});
    shop.post("/order/confirm", contract).await.is(429);
    shop.holds().await;
}

#[tokio::test]
async fn who_has_waited_may_order_again() {
    let shop = Shop::start(Mode::Dev, &[("limits.orders_per_user", "1/300ms")]).await;
    let (user, goods) = (shop.user("0.00").await, shop.goods("10.00", 99).await);
    for _ in 0..3 {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let answer = shop.place(&user, &goods, 1).await;
            if answer.status == 201 {
                break;
            }
            assert_eq!((answer.status.as_u16(), answer.headers["retry-after"].to_str().ok()), (429, Some("1")));
            assert!(Instant::now() < until, "after 300 ms one more is taken");
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn users_of_an_address_order_only_so_often_and_a_shops_back_end_as_it_likes() {
    let limits = [("limits.orders_per_address", "1/1h"), ("limits.orders_per_user", "")];
    let shop = Shop::start(Mode::Open, &limits).await;
    let user = register(&shop, "", "13800138000").await.is(201).at("/id");
    let admin = token(&shop, "admin", None).await;
    let goods = shop.request(Method::POST, "/v1/goods").bearer_auth(&admin).json(&json!({"name": "a", "price": "10.00", "number": 99}));
    let goods = shop.send(goods).await.is(201).at("/id");
    let order = json!({"lines": [{"goods_id": goods, "number": 1}], "address": "a", "consignee": "b"});
    let place = |token: String| shop.request(Method::POST, "/v1/orders").bearer_auth(token).json(&order);
    shop.send(place(token(&shop, "user", Some(&user)).await)).await.is(201);
    shop.send(place(token(&shop, "user", Some(&user)).await)).await.is(429);
    for _ in 0..3 {
        shop.send(place(token(&shop, "service", None).await).header("X-User-Id", &user)).await.is(201);
    }
    let contract = json!({"userId": user, "goodsId": goods, "goodsNumber": 1, "goodsPrice": "10.00", "shippingFee": "10.00",
        "orderAmount": "20.00", "address": "a"});
    let confirm = shop.request(Method::POST, "/order/confirm").bearer_auth(token(&shop, "user", Some(&user)).await).json(&contract);
    let refused = shop.send(confirm).await.is(429);
    assert_eq!(refused.at("/code"), "1", "in the contract's envelope");
    assert!(refused.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn a_flood_of_logins_takes_no_more_memory_than_it_may() {
    let limits = [
        ("limits.password_hashes", "1"),
        ("limits.password_queue", "2"),
        ("limits.logins_per_address", ""),
        ("limits.logins_per_mobile", ""),
    ];
    let shop = Shop::start(Mode::Open, &limits).await;
    let answers = futures_all((0..60).map(|_| log_in(&shop, "13800138000", "a wrong password")).collect()).await;
    let busy: Vec<_> = answers.iter().filter(|answer| answer.status == 503).collect();
    assert!(!busy.is_empty() && busy.len() < 60, "{} of 60 are refused", busy.len());
    assert!(busy.iter().all(|answer| answer.headers["retry-after"] == "1" && answer.at("/code") == "80014"));
    assert!(answers.iter().all(|answer| answer.status == 503 || answer.status == 401));
    log_in(&shop, "13800138000", "a wrong password").await.is(401);
}

#[test]
fn nothing_is_counted_under_dev_unless_set() {
    let limits = |settings: &[(&'static str, &str)]| {
        let flags = settings.iter().map(|(key, value)| Flag { key, name: "test", value: (*value).to_owned() }).collect();
        load(&Sources { file: None, environment: Vec::new(), flags }).expect("a configuration").config.limits
    };
    let open = limits(&[]);
    let counted = [open.logins_per_address, open.logins_per_mobile, open.orders_per_user, open.orders_per_address];
    assert!(counted.iter().all(Option::is_some));
    let dev = limits(&[("dev", "true")]);
    let counted = [dev.logins_per_address, dev.logins_per_mobile, dev.orders_per_user, dev.orders_per_address];
    assert!(counted.iter().all(Option::is_none));
    assert!(limits(&[("dev", "true"), ("limits.logins_per_mobile", "5/1m")]).logins_per_mobile.is_some());
}

#[tokio::test]
async fn the_document_tells_of_the_limits() {
    let shop = Shop::dev().await;
    let document = shop.get("/openapi.json").await.json();
    let answers = &document["paths"]["/v1/sessions"]["post"]["responses"];
    assert!(answers["429"]["content"]["application/problem+json"] != Value::Null, "{answers}");
}
