//! The OpenAPI document and what is served: the same calls, the same bounds, the same statuses.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use rocketmall_core::rejection::{Kind, Reason};
use serde_json::{Value, json};

use crate::shop::{Mode, Shop};

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

async fn document(shop: &Shop) -> Value {
    shop.get("/openapi.json").await.is(200).json()
}

/// Path, and the methods that it has in the document.
fn paths(document: &Value) -> BTreeMap<&str, BTreeSet<String>> {
    let paths = document["paths"].as_object().expect("paths");
    paths
        .iter()
        .map(|(path, item)| (path.as_str(), item.as_object().expect("calls").keys().map(|name| name.to_uppercase()).collect()))
        .collect()
}

fn operations(document: &Value) -> impl Iterator<Item = (String, &Value)> {
    let paths = document["paths"].as_object().expect("paths").iter();
    paths.flat_map(|(path, item)| item.as_object().into_iter().flatten().map(move |(method, call)| (format!("{method} {path}"), call)))
}

#[tokio::test]
async fn every_call_of_the_document_is_served_and_no_other_method() {
    let shop = Shop::start(Mode::Open, &[]).await;
    let document = document(&shop).await;
    for (path, documented) in paths(&document) {
        let address = path.replace("{id}", "1").replace("{channel}", "sandbox");
        for method in METHODS {
            let request = shop.request(Method::from_bytes(method.as_bytes()).expect("a method"), &address);
            let answer = shop.send(request).await;
            let served = answer.status != 405;
            assert_eq!(served, documented.contains(method), "{method} {path}: {}", answer.text);
            assert!(!answer.text.contains("see /openapi.json for what is served"), "{path} is not served");
            if !served {
                let allowed = answer.headers["allow"].to_str().expect("Allow").split(',').map(str::to_owned).collect::<BTreeSet<_>>();
                let allowed: BTreeSet<String> = allowed.into_iter().filter(|method| method != "HEAD").collect();
                assert_eq!(allowed, documented, "{path}");
            }
        }
    }
}

#[tokio::test]
async fn every_call_has_a_name_of_its_own_and_every_reference_leads_somewhere() {
    let shop = Shop::dev().await;
    let document = document(&shop).await;
    let mut names = BTreeSet::new();
    for (call, operation) in operations(&document) {
        let name = operation["operationId"].as_str().expect("a name");
        assert!(names.insert(name.to_owned()), "{call}: {name} is another call's");
        for (status, response) in operation["responses"].as_object().expect("responses") {
            assert!(response["headers"]["X-Trace-Id"].is_object(), "{call} {status}");
        }
    }
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1).map(|rest| rest.split('"').next().expect("its end")) {
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
    assert!(!text.contains(r"\\d"), "a digit is 0 to 9, whoever reads the pattern");
}

/// A call that changes something under the shop's rules can be refused for every kind of reason, and in every way by the door.
#[tokio::test]
async fn the_statuses_of_refusals_are_declared() {
    let shop = Shop::dev().await;
    let document = document(&shop).await;
    let place = &document["paths"]["/v1/orders"]["post"]["responses"];
    for reason in Reason::ALL {
        let status = match reason.kind() {
            Kind::Invalid => "422",
            Kind::NotFound => "404",
            Kind::Conflict => "409",
            Kind::Fault => "500",
            Kind::Unavailable => "503",
        };
        assert!(place[status].is_object(), "{reason:?}: {status}");
    }
    for status in ["400", "401", "403", "413", "415"] {
        assert!(place[status].is_object(), "{status}");
    }
    for (call, operation) in operations(&document).filter(|(call, _)| call.contains(" /v1/")) {
        let declared = &operation["responses"];
        assert!(declared["500"].is_object() && declared["503"]["headers"]["Retry-After"].is_object(), "{call}");
        assert_eq!(declared["415"].is_object(), operation["requestBody"].is_object() && !call.ends_with("/notify"), "{call}");
        assert!(!call.starts_with("get ") || declared["409"].is_null(), "{call} has nothing to conflict with");
    }
}

/// What the document says is longest is taken; one character more is refused, and the field named.
#[tokio::test]
async fn texts_are_taken_up_to_the_length_in_the_document() {
    let shop = Shop::dev().await;
    let (user, goods) = (shop.user("0.00").await, shop.goods("10.00", 100).await);
    let document = document(&shop).await;
    let order = json!({"lines": [{"goods_id": goods, "number": 1}], "address": "a", "consignee": "b"});
    let registration = json!({"name": "a", "mobile": "13800138000", "password": "12345678"});
    let calls = [
        ("Registration", "/v1/users".to_owned(), registration, vec!["name", "password"]),
        ("NewGoods", "/v1/goods".to_owned(), json!({"name": "a", "price": "1.00", "number": 1}), vec!["name", "desc"]),
        ("StockCorrection", format!("/v1/goods/{goods}/stock"), json!({"delta": 1, "reason": "a"}), vec!["reason"]),
        ("MoneyCorrection", format!("/v1/users/{user}/money"), json!({"delta": "1.00", "reason": "a"}), vec!["reason"]),
        ("NewOrder", "/v1/orders".to_owned(), order, vec!["address", "consignee"]),
    ];
    for (schema, path, body, fields) in calls {
        for field in fields {
            let bounds = &document["components"]["schemas"][schema]["properties"][field];
            let longest = usize::try_from(bounds["maxLength"].as_u64().expect("maxLength")).expect("a length");
            let with = |length: usize| {
                let mut body = body.clone();
                body[field] = "字".repeat(length).into();
                if schema == "Registration" {
                    body["mobile"] = format!("{}{length}", if field == "name" { "13800" } else { "13900" }).into();
                }
                body
            };
            shop.post_as(&user, &path, with(longest)).await.is(201);
            let refused = shop.post_as(&user, &path, with(longest + 1)).await.is(422);
            assert_eq!(refused.at("/errors/0/field"), field, "{schema}");
        }
    }
    shop.holds().await;
}

/// One id, one amount, one cursor has one spelling; a path that is no text names nothing.
#[tokio::test]
async fn other_spellings_are_refused() {
    let shop = Shop::dev().await;
    let (user, goods) = (shop.user("0.00").await, shop.goods("10.00", 100).await);
    for query in ["cursor=%2B7", "cursor=007", "cursor=0", "cursor=", "limit=%2B7", "limit=07", "limit=0", "limit=101"] {
        shop.get_as(&user, &format!("/v1/orders?{query}")).await.is(422);
    }
    for path in [format!("/v1/goods/0{goods}"), format!("/v1/goods/+{goods}"), "/v1/goods/%FF".to_owned()] {
        assert_eq!(shop.get(&path).await.is(404).headers["content-type"], "application/problem+json", "{path}");
    }
    let notify = shop.request(Method::POST, "/v1/channels/%FF/notify").body("{}");
    assert_eq!(shop.send(notify).await.is(404).headers["content-type"], "application/problem+json");
    for price in ["000000010.00", "+10.00", "10.", "1e1", "１０"] {
        let body = json!({"lines": [{"goods_id": goods, "number": 1, "price": price}], "address": "a", "consignee": "b"});
        assert_eq!(shop.post_as(&user, "/v1/orders", body).await.is(422).at("/errors/0/field"), "lines[0].price", "{price}");
    }
    let id: i64 = user.parse().expect("an id");
    for bad in ["+1", "1.0", "", " 1", "0x1"] {
        let body =
            json!({"userId": id, "goodsId": bad, "goodsNumber": 1, "goodsPrice": 10, "shippingFee": 10, "orderAmount": 20, "address": "a"});
        let answer = shop.post("/order/confirm", body).await.is(200);
        assert_eq!((answer.at("/code"), answer.at("/data")), ("1".to_owned(), "-1".to_owned()), "{bad:?}");
    }
}
