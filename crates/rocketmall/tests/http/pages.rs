//! The debug pages: who sees them, what of the jar is reachable, and a document that can be tried as it stands.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::access::token;
use crate::shop::{Answer, Mode, Shop};

/// A jar as Knife4j's is built, and beside its pages what must not be served.
fn jar(folder: &Path) -> String {
    let path = folder.join("knife4j.jar");
    let mut jar = ZipWriter::new(std::fs::File::create(&path).expect("a file"));
    for (name, text) in [
        ("META-INF/MANIFEST.MF", "secret"),
        ("META-INF/resources/doc.html", "<title>the real page</title>"),
        ("META-INF/resources/webjars/js/app.c31badf5.js", "let page;"),
        ("META-INF/resources/webjars/../../MANIFEST.MF", "secret"),
        ("META-INF/resources/img/icons/favicon.png", "picture"),
        ("META-INF/resources/other.html", "secret"),
    ] {
        jar.start_file(name, SimpleFileOptions::default()).expect("an entry");
        jar.write_all(text.as_bytes()).expect("its text");
    }
    jar.finish().expect("a jar");
    path.display().to_string()
}

const PAGES: [&str; 6] =
    ["/docs", "/docs/ui/swagger-ui.css", "/doc.html", "/webjars/js/app.c31badf5.js", "/img/icons/favicon.png", "/metrics"];

#[tokio::test]
async fn outside_development_pages_are_an_administrators() {
    let folder = tempfile::tempdir().expect("a folder");
    let shop = Shop::start(Mode::Open, &[("knife4j", &jar(folder.path()))]).await;
    let admin = token(&shop, "admin", None).await;
    let user = token(&shop, "user", Some("7")).await;
    let ask = async |path: &str, token: &str| shop.send(shop.request(Method::GET, path).bearer_auth(token)).await;
    for path in PAGES {
        assert!(shop.get(path).await.is(401).at("/detail").contains("debug_listen"), "{path}");
        ask(path, &user).await.is(403);
        ask(path, &admin).await.is(200);
    }
    for path in ["/openapi.json", "/v3/api-docs", "/v3/api-docs/swagger-config", "/favicon.ico"] {
        shop.get(path).await.is(200);
    }
}

#[tokio::test]
async fn the_second_door_shows_the_pages_and_asks_for_tokens_elsewhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = [("knife4j", jar(folder.path())), ("debug_listen", "127.0.0.1:0".to_owned())];
    let shop = Shop::start(Mode::Open, &settings.each_ref().map(|(key, value)| (*key, value.as_str()))).await;
    let door = shop.running.debug_address.expect("a second door");
    let status = async |path: &str| reqwest::get(format!("http://{door}{path}")).await.expect("an answer").status().as_u16();
    for path in PAGES {
        assert_eq!(status(path).await, 200, "{path}");
        shop.get(path).await.is(401);
    }
    assert_eq!((status("/v1/goods").await, status("/v1/orders").await, status("/v1/messages").await), (200, 401, 401));
}

#[tokio::test]
async fn files_of_the_jar_are_served_with_their_types_and_nothing_beside_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let shop = Shop::start(Mode::Dev, &[("knife4j", &jar(folder.path()))]).await;
    let served = |answer: Answer| {
        let header = |name: &str| answer.headers[name].to_str().expect("text").to_owned();
        (header("content-type"), header("cache-control"), answer.text)
    };
    let (kind, keep, text) = served(shop.get("/doc.html").await.is(200));
    assert_eq!((kind.as_str(), keep.as_str(), text.as_str()), ("text/html; charset=utf-8", "no-cache", "<title>the real page</title>"));
    let (kind, keep, _) = served(shop.get("/webjars/js/app.c31badf5.js").await.is(200));
    assert_eq!((kind.as_str(), keep.as_str()), ("text/javascript", "private, max-age=31536000, immutable"));
    assert_eq!(served(shop.get("/img/icons/favicon.png").await.is(200)).0, "image/png");
    for path in [
        "/webjars/../../META-INF/MANIFEST.MF",
        "/webjars/..%2f..%2fMETA-INF/MANIFEST.MF",
        "/webjars/%2e%2e/%2e%2e/MANIFEST.MF",
        "/webjars/%2fetc%2fpasswd",
        "/webjars//etc/passwd",
        "/webjars/js",
        "/img/icons/..%2f..%2fother.html",
        "/other.html",
        "/docs/ui/..%2f..%2fCargo.toml",
        "/docs/ui/index.html",
    ] {
        let answer = raw(&shop, path).await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
    }
}

/// A request as it stands: a client would tidy the path.
async fn raw(shop: &Shop, path: &str) -> String {
    let mut stream = TcpStream::connect(shop.running.address).await.expect("a connection");
    let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    answer
}

#[tokio::test]
async fn without_the_jar_the_page_says_how_to_get_it() {
    let shop = Shop::dev().await;
    let page = shop.get("/doc.html").await.is(200).text;
    assert!(page.contains("cargo xtask knife4j") && page.contains("尚未安装"), "{page}");
    shop.get("/webjars/js/app.c31badf5.js").await.is(404);
    let places = shop.get("/v3/api-docs/swagger-config").await.is(200);
    assert_eq!((places.at("/configUrl"), places.at("/urls/0/url")), ("/v3/api-docs/swagger-config".into(), "/v3/api-docs".into()));
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|character| ('\u{4e00}'..='\u{9fff}').contains(&character))
}

#[tokio::test]
async fn every_call_has_its_own_name_and_is_described_in_both_languages() {
    let shop = Shop::dev().await;
    let document = shop.get("/openapi.json").await.is(200).json();
    let mut names = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for operation in item.as_object().expect("operations").values() {
            let name = operation["operationId"].as_str().expect("a name");
            assert!(names.insert(name), "{name} names two calls");
            let summary = operation["summary"].as_str().unwrap_or_default();
            assert!(is_chinese(summary) && summary.starts_with(|first: char| first.is_ascii_alphabetic()), "{path}: {summary:?}");
        }
    }
    assert!(names.contains("orders_place") && names.contains("contract_confirm"), "{names:?}");
    let place = &document["paths"]["/v1/orders"]["post"]["parameters"];
    let acts_for = place.as_array().expect("parameters").iter().find(|parameter| parameter["name"] == "X-User-Id").expect("X-User-Id");
    assert_eq!((&acts_for["in"], &acts_for["example"]), (&json!("header"), &json!(USER)));
}

const USER: &str = "345963634385633280";

/// The example of a call's body, as the document has it.
fn example(document: &Value, path: &str) -> Value {
    let schema = &document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"];
    let name = schema["$ref"].as_str().and_then(|name| name.strip_prefix("#/components/schemas/")).expect("a schema");
    document["components"]["schemas"][name]["example"].clone()
}

#[tokio::test]
async fn the_documents_examples_are_accepted_as_they_stand() {
    let shop = Shop::dev().await;
    rocketmall::cli::load_demo::demo_rows(shop.running.runtime()).await.expect("the demo rows");
    let document = shop.get("/openapi.json").await.is(200).json();
    for (path, status) in [
        ("/v1/users", 201),
        ("/v1/sessions", 201),
        ("/v1/goods", 201),
        ("/v1/coupons", 201),
        ("/v1/orders/quote", 200),
        ("/v1/orders", 201),
        ("/v1/orders", 201),
    ] {
        shop.post_as(USER, path, example(&document, path)).await.is(status);
    }
    for _ in 0..2 {
        assert_eq!(shop.post("/order/confirm", example(&document, "/order/confirm")).await.is(200).at("/code"), "0");
    }
    let order = shop.get_as(USER, "/v1/orders").await.is(200).at("/items/0/id");
    let path = "/v1/orders/{id}/payments";
    shop.post_as(USER, &path.replace("{id}", &order), example(&document, path)).await.is(201);
}
