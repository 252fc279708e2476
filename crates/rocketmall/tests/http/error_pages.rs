//! The pages that errors point to, and the language of both.

use reqwest::Method;
use rocketmall_core::rejection::Reason;
use serde_json::json;

use crate::shop::{Answer, Mode, Shop};

/// The page that an error points to.
async fn follow(shop: &Shop, error: &Answer, language: &str) -> Answer {
    let page = shop.request(Method::GET, &error.at("/type")).header("Accept-Language", language);
    shop.send(page).await.is(200)
}

#[tokio::test]
async fn every_error_of_the_door_points_to_its_page() {
    let limits = [("limits.logins_per_mobile", "1/1h"), ("limits.client_time", "2s")];
    let shop = Shop::start(Mode::Open, &limits).await;
    let log_in = json!({"mobile": "13800138000", "password": "a good password"});
    shop.post("/v1/sessions", log_in.clone()).await.is(401);
    let users = || shop.request(Method::POST, "/v1/users");
    let user = crate::access::token(&shop, "user", Some("7")).await;
    for (request, status) in [
        (users().header("Content-Type", "application/json").body("{"), 400),
        (shop.request(Method::GET, "/v1/orders"), 401),
        (shop.request(Method::GET, "/v1/messages").bearer_auth(user), 403),
        (shop.request(Method::GET, "/v1/nowhere"), 404),
        (shop.request(Method::PUT, "/v1/goods"), 405),
        (users().header("Content-Type", "application/json").body(" ".repeat(70_000)), 413),
        (users().body("{}"), 415),
        (users().json(&json!({})), 422),
        (shop.request(Method::POST, "/v1/sessions").json(&log_in), 429),
    ] {
        let error = shop.send(request).await.is(status);
        for (language, tag) in [("en", "lang=\"en\""), ("zh", "lang=\"zh-CN\"")] {
            let page = follow(&shop, &error, language).await.text;
            assert!(page.contains(tag) && page.contains(&format!("<code>{}</code>", error.at("/code"))), "{page}");
        }
        assert!(follow(&shop, &error, "en").await.text.contains(&format!("<h1>{}</h1>", error.at("/title"))));
    }
}

#[tokio::test]
async fn every_reason_of_the_shop_has_its_page_and_stands_in_the_list() {
    let shop = Shop::start(Mode::Open, &[]).await;
    let list = shop.get("/docs/errors").await.is(200).text;
    for reason in Reason::ALL {
        let path = format!("/docs/errors/{}", reason.slug());
        assert!(list.contains(&format!("<a href=\"{path}\">{}</a>", reason.title())), "{path} is not in the list");
        for (language, title) in [("en-GB", reason.title()), ("zh-TW", reason.title_zh())] {
            let page = shop.send(shop.request(Method::GET, &path).header("Accept-Language", language)).await.is(200);
            assert!(page.text.contains(&format!("<h1>{title}</h1>")) && page.text.contains(reason.slug()), "{}", page.text);
        }
    }
    // every link of the list leads somewhere
    let links: Vec<&str> = list.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(links.len(), Reason::ALL.len() + rocketmall::http::problem::Door::ALL.len());
    for link in links {
        shop.get(link).await.is(200);
    }
    shop.get("/docs/errors/nothing-of-the-kind").await.is(404);
    shop.get("/docs/errors/%FF").await.is(404);
}

#[tokio::test]
async fn the_pages_are_whole_in_themselves() {
    let shop = Shop::start(Mode::Open, &[]).await;
    for path in ["/docs/errors", "/docs/errors/stock-too-low"] {
        let page = shop.get(path).await.is(200);
        let header = |name: &str| page.headers[name].to_str().expect("text").to_owned();
        assert!(header("content-security-policy").starts_with("default-src 'none'; style-src 'unsafe-inline'"));
        assert_eq!(header("content-type"), "text/html; charset=utf-8");
        assert_eq!((header("vary"), header("content-language")), ("Accept-Language".to_owned(), "en".to_owned()));
        for foreign in ["<script", "http://", "https://", "<img", "<link", "url("] {
            assert!(!page.text.contains(foreign), "{foreign} in {path}");
        }
    }
}

#[tokio::test]
async fn the_language_is_the_one_that_is_liked_best() {
    let shop = Shop::dev().await;
    for (wanted, title) in [
        ("zh", "地址不存在"),
        ("zh-CN,zh;q=0.9,en;q=0.5", "地址不存在"),
        ("en;q=0.5, zh;q=0.6", "地址不存在"),
        ("fr, zh;q=0.1", "地址不存在"),
        ("zh-Hant-TW", "地址不存在"),
        ("en;q=0, zh;q=0.001", "地址不存在"),
        ("ZH", "地址不存在"),
        ("zh;q=0.5, en;q=0.6", "There is nothing at this address"),
        ("zh;q=0", "There is nothing at this address"),
        ("en, zh", "There is nothing at this address"),
        ("fr", "There is nothing at this address"),
        ("*", "There is nothing at this address"),
        ("zh;q=nonsense", "There is nothing at this address"),
        ("", "There is nothing at this address"),
        ("zhuang", "There is nothing at this address"),
    ] {
        let answer = shop.send(shop.request(Method::GET, "/v1/nowhere").header("Accept-Language", wanted)).await;
        assert_eq!(answer.at("/title"), title, "{wanted:?}");
    }
}
