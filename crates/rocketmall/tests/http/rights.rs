//! The table of rights against the API's document, the page, and every route as every kind of caller over a server as on the
//! internet.

use std::fmt;

use axum::http::Method as Verb;
use reqwest::Method;
use rocketmall::http::rights::{TABLE, Who, find, page};
use serde_json::{Value, json};

use crate::shop::Answer;
use crate::world::{KINDS, Kind, World};

/// Parts of pages, which the API's document leaves out.
const UNDOCUMENTED: &[&str] = &["GET /docs/ui/{file}", "GET /webjars/{*path}", "GET /img/icons/{icon}", "GET /favicon.ico"];

/// Every operation of the document: its method, its route, whether it wants a token.
pub(crate) fn operations(document: &Value) -> Vec<(String, String, bool)> {
    let paths = document["paths"].as_object().expect("paths");
    let of_path = |(route, item): (&String, &Value)| {
        let operations = item.as_object().expect("a path").clone();
        operations
            .into_iter()
            .map(|(method, operation)| {
                let security = operation["security"].as_array().cloned().unwrap_or_default();
                let wants_token = !security.is_empty() && security.iter().all(|way| way.get("bearer").is_some());
                (method.to_uppercase(), route.clone(), wants_token)
            })
            .collect::<Vec<_>>()
    };
    paths.iter().flat_map(of_path).collect()
}

#[test]
fn the_page_shows_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/rights.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, page()).expect("the page is written");
    }
    let shown = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(shown, page(), "docs/rights.md is old: run this test with UPDATE=1");
}

#[test]
fn every_route_has_its_row_and_every_row_its_route() {
    let document: Value = serde_json::from_str(rocketmall::http::openapi::json()).expect("a document");
    let served = operations(&document);
    for (method, route, wants_token) in &served {
        let verb = Verb::from_bytes(method.as_bytes()).expect("a method");
        let right = find(&verb, route).unwrap_or_else(|| panic!("{method} {route} has no row in the table of rights"));
        assert!(!wants_token || right.who.asks(), "the document wants a token for {method} {route}, the table does not");
        let asks = right.who.asks() && right.who != Who::AdminOutsideDev;
        assert!(*wants_token || !asks, "the table wants a token for {method} {route}, the document does not say so");
    }
    for right in TABLE {
        let call = format!("{} {}", right.method, right.route);
        let is_served = served.iter().any(|(method, route, _)| method == right.method && route == right.route);
        assert!(is_served || UNDOCUMENTED.contains(&call.as_str()), "{call} has a row and no route");
        let rows = TABLE.iter().filter(|other| (other.method, other.route) == (right.method, right.route));
        assert_eq!(rows.count(), 1, "{call} stands in the table twice");
    }
}

/// What the table says of a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Taken,
    LogIn,
    Forbidden,
    NoUser,
    NotFound,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

fn verdict(who: Who, kind: Kind, names_a_thing: bool) -> Verdict {
    use Kind::{
        Admin, AdminForOther, AdminForOwner, Expired, Nobody, Other, Owner, Service, ServiceForOther, ServiceForOwner, Unknown,
        UserWithHeader,
    };
    let another = if names_a_thing { Verdict::NotFound } else { Verdict::Taken };
    match (who, kind) {
        (Who::Anyone | Who::Platform, _) => Verdict::Taken,
        (Who::DevOnly, _) => Verdict::NotFound,
        (_, Nobody | Expired | Unknown) => Verdict::LogIn,
        (_, UserWithHeader) | (Who::Named, Other | ServiceForOther | AdminForOther) => Verdict::Forbidden,
        (Who::Admin | Who::AdminOutsideDev, Admin | AdminForOwner | AdminForOther) | (Who::Session, _) => Verdict::Taken,
        (Who::Admin | Who::AdminOutsideDev, _) => Verdict::Forbidden,
        (Who::User | Who::Owner, Service) | (Who::User, Admin) => Verdict::NoUser,
        (Who::User | Who::Owner, Other | ServiceForOther | AdminForOther) => another,
        (Who::User | Who::Owner | Who::Named, Owner | ServiceForOwner | AdminForOwner | Service | Admin) => Verdict::Taken,
    }
}

/// Calls that take only orders and refunds that have come further than the walk leads them.
pub(crate) fn wants_a_state(route: &str) -> bool {
    route.starts_with("/v1/refunds/{id}") || ["/ship", "/receive", "/refunds"].iter().any(|end| route.ends_with(end))
}

/// Does the answer bear the verdict out?
fn bears_out(answer: &Answer, verdict: Verdict, route: &str) -> bool {
    let status = answer.status.as_u16();
    match verdict {
        Verdict::LogIn => status == 401 && answer.headers["www-authenticate"] == "Bearer",
        Verdict::Forbidden => status == 403,
        Verdict::NotFound => status == 404,
        Verdict::NoUser => status == 422 && answer.at("/code") == "30001",
        Verdict::Taken if route.starts_with("/v1/refunds/{id}") => ![401, 403].contains(&status),
        Verdict::Taken if wants_a_state(route) => ![401, 403, 404].contains(&status),
        Verdict::Taken if route.starts_with("/order/") || route.starts_with("/pay/") => status == 200 && answer.at("/code") == "0",
        Verdict::Taken => answer.status.is_success(),
    }
}

#[tokio::test]
async fn every_route_answers_every_caller_as_the_table_says() {
    let world = World::open().await;
    let document = world.shop.get("/openapi.json").await.is(200).json();
    for (method, route, _) in operations(&document) {
        let who = find(&Verb::from_bytes(method.as_bytes()).expect("a method"), &route).expect("a row").who;
        for kind in KINDS {
            let request = world.as_kind(world.request(&method, &route).await, kind).await;
            let answer = world.shop.send(request).await;
            if route == "/pay/createPayment" && [Kind::Other, Kind::ServiceForOther, Kind::AdminForOther].contains(&kind) {
                // the order tells whose it is: another's is as one that is not there, in the contract's words
                assert_eq!((answer.status.as_u16(), answer.at("/data")), (200, "80001".to_owned()), "{kind:?} {}", answer.text);
                continue;
            }
            let verdict = verdict(who, kind, route.contains("{id}"));
            assert!(
                bears_out(&answer, verdict, &route),
                "{method} {route} as {kind:?} is {} and not {verdict}: {}",
                answer.status,
                answer.text
            );
        }
    }
}

/// Whoever forgets the row learns it from the test above; until then nobody gets in.
#[tokio::test]
async fn a_route_without_a_row_is_refused() {
    let world = World::open().await;
    let running = &world.shop.running;
    let (fleet, sessions, channels, manners) =
        (running.fleet.clone(), running.sessions.clone(), running.channels.clone(), running.manners.clone());
    let bus = std::sync::Arc::new(rocketmall::bus::local::Local { heard_within: std::time::Duration::from_mins(1) });
    let parts = rocketmall::http::Parts {
        fleet,
        sessions,
        channels,
        manners,
        onlookers: rocketmall::http::Onlookers::Nobody,
        bus,
        found: rocketmall::registry::Found::default(),
    };
    let shop = rocketmall::http::Shop::of(parts);
    let routes = axum::Router::new().route("/v1/forgotten", axum::routing::get(async || "secret"));
    let routes = routes.route("/healthz", axum::routing::get(async || "ok").post(async || "secret"));
    let router = rocketmall::http::admission::guarded(routes, &shop).with_state(shop);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let status = async |method: Method, path: &str| {
        let request = reqwest::Client::new().request(method, format!("http://{address}{path}")).bearer_auth(&world.admin);
        request.send().await.expect("an answer").status().as_u16()
    };
    assert_eq!(status(Method::GET, "/v1/forgotten").await, 403);
    assert_eq!(status(Method::POST, "/healthz").await, 403, "a method without a row, too");
    assert_eq!(status(Method::GET, "/healthz").await, 200);
    server.abort();
}

#[tokio::test]
async fn a_platform_is_known_by_its_signature_alone() {
    let world = World::open().await;
    for route in ["/v1/channels/sandbox/notify", "/pay/callBackPayment"] {
        let unsigned = world.shop.request(Method::POST, route).bearer_auth(&world.admin).json(&json!({}));
        world.shop.send(unsigned).await.is(401);
    }
}

#[tokio::test]
async fn nothing_changes_for_a_caller_who_may_not() {
    let world = World::open().await;
    let order = world.order().await;
    let before = world.shop.rows("select order_status, pay_status from trade_order").await;
    for (path, body) in [
        (format!("/v1/orders/{order}/cancel"), json!({})),
        (format!("/v1/orders/{order}/payments"), json!({"channel": "sandbox"})),
        (format!("/v1/goods/{}/stock", world.goods), json!({"delta": 1, "reason": "a"})),
        (format!("/v1/users/{}/money", world.owner), json!({"delta": "1.00", "reason": "a"})),
    ] {
        let request = world.shop.request(Method::POST, &path).json(&body);
        let answer = world.shop.send(world.as_kind(request, Kind::Other).await).await;
        assert!([403, 404].contains(&answer.status.as_u16()), "{path}: {}", answer.text);
    }
    assert_eq!(world.shop.rows("select order_status, pay_status from trade_order").await, before);
    assert_eq!(world.shop.rows("select count(*) from trade_pay").await, [vec![0.into()]]);
    assert_eq!(world.shop.stock(&world.goods).await, "999");
}
