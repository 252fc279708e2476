//! Java's provider keeps the goods of a fleet of ours: orders take there, refusals do not.

use std::path::Path;
use std::time::{Duration, Instant};

use rocketmall_trial::rocketmq::Family;
use serde_json::{Value, json};

use crate::java::Java;
use crate::program::{Program, free_port};

/// The goods of `Stock.java`.
const SOLD: &str = "345959443973935104";
const GONE: &str = "345959443973935105";
const SLOW: &str = "345959443973935106";

const PATIENCE: Duration = Duration::from_mins(1);

struct Fleet {
    web: Program,
    /// The first has the orders, and their messages.
    keepers: Vec<Program>,
}

impl Fleet {
    async fn start(folder: &Path, goods: &str) -> Self {
        let family = Family::fresh().expect("topics of its own");
        let keepers = ["order,pay", "coupon", "user", "message"];
        let ports = keepers.map(|_| format!("127.0.0.1:{}", free_port()));
        let mut settings: Vec<(&str, &str)> = Vec::new();
        let family = family.settings();
        settings.extend(family.iter().map(|(key, value)| (*key, value.as_str())));
        settings.extend([
            ("peers.order", ports[0].as_str()),
            ("peers.pay", &ports[0]),
            ("peers.coupon", &ports[1]),
            ("peers.user", &ports[2]),
            ("peers.message", &ports[3]),
            ("peers.goods", goods),
            ("rpc.timeout", "4s"),
            ("log_level", "warn"),
        ]);
        let platform = format!("127.0.0.1:{}", free_port());
        let with = |more: &[(&'static str, String)]| -> Vec<(String, String)> {
            let more = more.iter().map(|(key, value)| ((*key).to_owned(), value.clone()));
            settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).chain(more).collect()
        };
        let mut keeping = Vec::new();
        for (roles, rpc) in keepers.iter().zip(&ports) {
            let database = format!("sqlite:{}.db", roles.replace(',', "-"));
            let own = with(&[
                ("roles", (*roles).to_owned()),
                ("rpc_listen", rpc.clone()),
                ("database", database),
                ("channels.sandbox.url", format!("http://{platform}")),
            ]);
            let own: Vec<(&str, &str)> = own.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            keeping.push(Program::serve(folder, &own).await);
        }
        let own = with(&[("roles", "order-web,pay-web".to_owned()), ("database", "sqlite:web.db".to_owned())]);
        let own: Vec<(&str, &str)> = own.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        Self { web: Program::serve(folder, &own).await, keepers: keeping }
    }

    /// Status, and the reason's last part of the address where it is refused.
    async fn order(&self, user: &str, goods: &str, number: i64) -> (u16, String) {
        let body = json!({"lines": [{"goods_id": goods, "number": number}], "address": "新西兰", "consignee": "小明"});
        let (status, answer) = self.web.post(user, "/v1/orders", body).await;
        let kind = answer["type"].as_str().and_then(|kind| kind.rsplit('/').next()).unwrap_or_default();
        (status, kind.to_owned())
    }

    /// What the messages of orders that were dropped name, newest first.
    async fn given_back(&self) -> Vec<Value> {
        let orders = &self.keepers[0];
        let (status, list) = orders.get("/v1/messages?tag=order_cancel").await;
        assert_eq!(status, 200, "{list}");
        let mut bodies = Vec::new();
        for item in list["items"].as_array().expect("a list") {
            let (_, message) = orders.get(&format!("/v1/messages/{}", item["id"].as_str().expect("an id"))).await;
            let body = &message["body"];
            let body = body.as_str().map_or_else(|| body.clone(), |text| serde_json::from_str(text).expect("JSON"));
            bodies.push(body["goodsNum"].clone());
        }
        bodies
    }

    /// Waits until our own groups have taken so many of those messages.
    async fn taken(&self, count: usize) {
        for keeper in &self.keepers[..3] {
            let until = Instant::now() + PATIENCE;
            loop {
                let (_, list) = keeper.get("/v1/messages?state=done&tag=order_cancel").await;
                if list["items"].as_array().is_some_and(|all| all.len() == count) {
                    break;
                }
                assert!(Instant::now() < until, "not taken: {list}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_take_their_goods_at_javas_provider() {
    let folder = tempfile::tempdir().expect("a folder");
    let port = free_port();
    let mut java = Java::start(&["stock", &port.to_string()]);
    assert_eq!(java.line().await.as_deref(), Some("ready"));
    let fleet = Fleet::start(folder.path(), &format!("tri://127.0.0.1:{port}")).await;
    let (status, user) =
        fleet.web.post("", "/v1/users", json!({"name": "小明", "mobile": "13800000001", "password": "a good password"})).await;
    assert_eq!(status, 201, "{user}");
    let user = user["id"].as_str().expect("an id");

    // what the interface has is asked there, what it has not is refused
    let (status, goods) = fleet.web.get(&format!("/v1/goods/{SOLD}")).await;
    assert_eq!((status, goods["price"].as_str(), goods["number"].to_string()), (200, Some("5000.00"), "5".to_owned()), "{goods}");
    let (status, list) = fleet.web.get("/v1/goods").await;
    assert_eq!(status, 409, "{list}");
    let (status, made) = fleet.web.post("", "/v1/goods", json!({"name": "a", "price": "1.00", "number": 1})).await;
    assert_eq!(status, 409, "{made}");

    assert_eq!(fleet.order(user, SOLD, 2).await.0, 201);
    assert_eq!(java.line().await, Some(format!("asked {SOLD} 2 for an order")));
    assert_eq!(java.line().await, Some(format!("left {SOLD} 3")));
    // a look is enough to refuse these: nothing is asked for
    assert_eq!(fleet.order(user, SOLD, 4).await, (409, "stock-too-low".to_owned()));
    assert_eq!(fleet.order(user, "7", 1).await, (422, "goods-unknown".to_owned()));
    // refused when it is asked for: nothing is to be given back
    assert_eq!(fleet.order(user, GONE, 1).await, (409, "stock-too-low".to_owned()));
    assert_eq!(java.line().await, Some(format!("asked {GONE} 1 for an order")));
    assert_eq!(fleet.given_back().await, [json!(0)]);
    // no answer in time: asked for once, and given back whatever became of it
    assert_eq!(fleet.order(user, SLOW, 1).await, (503, "service-away".to_owned()));
    assert_eq!(java.line().await, Some(format!("asked {SLOW} 1 for an order")));
    assert_eq!(java.line().await, Some(format!("left {SLOW} 4")));
    assert_eq!(fleet.given_back().await, [json!(1), json!(0)]);
    fleet.taken(2).await;
    // and the next order follows those lines at once: nothing else was asked for meanwhile
    assert_eq!(fleet.order(user, SOLD, 3).await.0, 201);
    assert_eq!(java.line().await, Some(format!("asked {SOLD} 3 for an order")));
    assert_eq!(java.line().await, Some(format!("left {SOLD} 0")));
}
