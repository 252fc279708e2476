//! The contract's calls, over HTTP and over Triple as Java's consumers make them: a fleet answers each as one process does.

use std::time::{Duration, Instant};

use dubbo_triple::{CallError, Object, Reference, Value, java};
use rocketmall_trial::program::Program;
use serde_json::json;
use tonic::transport::{Channel, Endpoint};

use crate::client::{Call, Client, made};
use crate::objects::{decimal, object, refused, result};
use crate::server::{BINARY, Server, free_port};
use crate::settle::holds;
use crate::target::{self, KEEPERS};

const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) async fn answers() {
    let target = target::fresh().await;
    let (fleet, web) = (target.fleet(), free_port());
    for role in KEEPERS {
        fleet.tell(role, "rpc.contract", "true".to_owned());
    }
    let _server = Server::start(&target.url(), web, &[]).await;
    let apart = told(&Doors { web: Client::of(&[web]), called_at: &|role| fleet.called_at(role) }).await;
    holds(&target.url()).await;

    let (folder, web, called) = (tempfile::tempdir().expect("a folder"), free_port(), free_port());
    let (listen, rpc) = (format!("127.0.0.1:{web}"), format!("127.0.0.1:{called}"));
    let arguments = ["serve", "--dev", "--database", "sqlite:shop.db", "--listen", &listen, "--rpc-listen", &rpc];
    let settings = [("rpc.contract", "true"), ("log_level", "error")];
    let mut whole = Program::start_in(folder.path(), BINARY, &arguments, settings).expect("the binary starts");
    let (http, ready) = (reqwest::Client::new(), format!("http://{listen}/readyz"));
    whole.until(async || http.get(&ready).send().await.is_ok_and(|answer| answer.status() == 200)).await.expect("a server");
    let alone = told(&Doors { web: Client::of(&[web]), called_at: &|_| called }).await;

    assert!(apart.len() > 40, "{apart:#?}");
    for (apart, alone) in apart.iter().zip(&alone) {
        assert_eq!(apart, alone, "the fleet's answer, and one process's");
    }
    assert_eq!(apart.len(), alone.len());
}

/// Where a shop is called.
struct Doors<'d> {
    web: Client,
    called_at: &'d (dyn Fn(&str) -> u16 + Sync),
}

/// What was asked, and what the shop said.
type Told = Vec<(String, String)>;

/// Every call of the contract, right and wrong, of a shop that begins with nothing.
async fn told(doors: &Doors<'_>) -> Told {
    let web = &doors.web;
    let (user, stranger) = (web.user("100000.00").await, web.user("0.00").await);
    let (goods, cheap) = (web.goods("5000.00", 1_000).await, web.goods("90.01", 5).await);
    let mut coupons = Vec::new();
    for _ in 0..2 {
        coupons.push(made(&web.post("/v1/coupons", json!({"user_id": user, "price": "20.00"})).await));
    }
    let ids = Ids { user: number(&user), stranger: number(&stranger), goods: number(&goods), cheap: number(&cheap) };
    let mut told = Told::new();
    over_http(doors, &ids, number(&coupons[0]), &mut told).await;
    over_triple(doors, &ids, number(&coupons[1]), &mut told).await;
    let until = Instant::now() + PATIENCE;
    loop {
        let me = web.surely(0, Call { path: "/v1/users/me", user: &user, key: "", body: None }).await.1;
        if me["score"] == 9_760 {
            break;
        }
        assert!(Instant::now() < until, "the points of two payments of 4880.00: {me}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    told
}

struct Ids {
    user: i64,
    stranger: i64,
    goods: i64,
    cheap: i64,
}

fn number(id: &str) -> i64 {
    id.parse().expect("a number")
}

async fn over_http(doors: &Doors<'_>, ids: &Ids, coupon: i64, told: &mut Told) {
    let right = json!({"userId": ids.user, "goodsId": ids.goods, "goodsNumber": 1, "goodsPrice": 5000, "shippingFee": 0, "orderAmount": 5000,
        "couponId": coupon, "moneyPaid": 100, "address": "新西兰"});
    let cheap = json!({"userId": ids.user, "goodsId": ids.cheap, "goodsNumber": 1, "goodsPrice": 90.01, "shippingFee": 10, "orderAmount": 100.01,
        "couponId": null, "moneyPaid": 0, "address": "新西兰"});
    for (what, changes) in [
        ("no piece", json!({"goodsNumber": 0})),
        ("no number", json!({"goodsNumber": "x"})),
        ("no address", json!({"address": " "})),
        ("no user", json!({"userId": null})),
        ("unknown goods", json!({"goodsId": 7})),
        ("unknown user", json!({"userId": 7})),
        ("another price", json!({"goodsPrice": 4999.99})),
        ("too many", json!({"goodsNumber": 1001, "orderAmount": 5_005_000})),
        ("another freight", json!({"shippingFee": 10, "orderAmount": 5010})),
        ("another amount", json!({"orderAmount": 4999})),
        ("less than nothing", json!({"moneyPaid": -1})),
        ("more than there is", json!({"moneyPaid": 100_000.01})),
        ("more than is owed", json!({"moneyPaid": 4980.01})),
        ("unknown coupon", json!({"couponId": 7})),
        ("another's coupon", json!({"userId": ids.stranger, "moneyPaid": 0})),
    ] {
        doors.post(what, "/order/confirm", with(&right, changes), told).await;
    }
    doors.post("freight", "/order/confirm", cheap, told).await;
    doors.post("right", "/order/confirm", right.clone(), told).await;
    doors.post("the coupon again", "/order/confirm", right, told).await;

    let order = doors.newest_order(ids.user).await;
    let pay = json!({"orderId": order, "payAmount": 4880});
    for (what, changes) in [
        ("another amount", json!({"payAmount": 0.01})),
        ("unknown order", json!({"orderId": 7})),
        ("right", json!({})),
        ("again", json!({})),
    ] {
        doors.post(what, "/pay/createPayment", with(&pay, changes), told).await;
    }
    let payment = doors.open_payment(ids.user, order).await;
    let back = json!({"payId": payment, "orderId": order, "payAmount": 4880, "isPaid": 2});
    for (what, changes) in [
        ("unknown payment", json!({"payId": 7})),
        ("another order", json!({"orderId": 7})),
        ("another amount", json!({"payAmount": 0.01})),
        ("not paid", json!({"isPaid": 1})),
        ("right", json!({})),
        ("again", json!({})),
    ] {
        doors.post(what, "/pay/callBackPayment", with(&back, changes), told).await;
    }
    doors.post("paid already", "/pay/createPayment", pay, told).await;
    doors.until_paid(ids.user, order).await;
}

fn with(body: &serde_json::Value, changes: serde_json::Value) -> serde_json::Value {
    let mut body = body.clone();
    let (Some(fields), serde_json::Value::Object(changes)) = (body.as_object_mut(), changes) else { panic!("objects") };
    fields.extend(changes);
    body
}

async fn over_triple(doors: &Doors<'_>, ids: &Ids, coupon: i64, told: &mut Told) {
    let right = |changes: &[(&str, Value)]| {
        let fields = [
            ("userId", ids.user.into()),
            ("goodsId", ids.goods.into()),
            ("goodsNumber", 1.into()),
            ("goodsPrice", decimal("5000")),
            ("shippingFee", decimal("0")),
            ("orderAmount", decimal("5E+3")),
            ("couponId", coupon.into()),
            ("moneyPaid", decimal("100")),
            ("address", "新西兰".into()),
        ];
        let changed = |field: &str| changes.iter().find(|(changed, _)| *changed == field).map(|(_, value)| value.clone());
        fields.into_iter().fold(object("TradeOrder"), |order, (field, value)| order.with(field, changed(field).unwrap_or(value)))
    };
    let wrong: [&[(&str, Value)]; 9] = [
        &[("goodsNumber", 0.into())],
        &[("goodsPrice", decimal("0.001"))],
        &[("userId", 7_i64.into())],
        &[("goodsId", 7_i64.into())],
        &[("goodsPrice", decimal("4999.99"))],
        &[("goodsNumber", 1001.into()), ("orderAmount", decimal("5005000"))],
        &[("orderAmount", decimal("4999"))],
        &[("moneyPaid", decimal("100000.01"))],
        &[("couponId", 7_i64.into())],
    ];
    for changes in wrong {
        doors.send("OrderService.confirmOrder", right(changes), told).await;
    }
    doors.send("OrderService.confirmOrder", right(&[]), told).await;
    doors.send("OrderService.confirmOrder", right(&[]), told).await;

    let order = doors.newest_order(ids.user).await;
    let pay = |amount: &str| object("TradePay").with("orderId", order).with("payAmount", decimal(amount));
    for amount in ["0.01", "4880", "4880.00"] {
        doors.send("PayService.createPayment", pay(amount), told).await;
    }
    let payment = doors.open_payment(ids.user, order).await;
    for (payment, is_paid, amount) in
        [(7, 2, "4880"), (payment, 1, "4880"), (payment, 2, "0.01"), (payment, 2, "4880"), (payment, 2, "4880")]
    {
        doors.send("PayService.callbackPayment", pay(amount).with("payId", payment).with("isPaid", is_paid), told).await;
    }
    doors.until_paid(ids.user, order).await;

    for (service, id, shown) in [
        ("GoodService", ids.goods, &["goodsNumber", "goodsPrice"][..]),
        ("CouponService", coupon, &["isUsed", "couponPrice"]),
        ("UserService", ids.user, &["userMoney"]),
        ("GoodService", 7, &[]),
    ] {
        let found = doors.call(&format!("{service}.findOne"), "java.lang.Long", id.into()).await.expect("an answer");
        let shown: Vec<_> = shown.iter().map(|field| found.as_object().and_then(|object| object.get(field)).map(text)).collect();
        told.push((format!("{service}.findOne"), format!("{:?} {shown:?}", found.as_object().map(Object::class))));
    }
}

fn text(value: &Value) -> String {
    java::as_big_decimal(value).map_or_else(|| format!("{value:?}"), str::to_owned)
}

impl Doors<'_> {
    async fn post(&self, what: &str, path: &str, body: serde_json::Value, told: &mut Told) {
        let (status, answer) = self.web.post(path, body).await;
        told.push((format!("{path}: {what}"), format!("{status} {answer}")));
    }

    /// Calls the process that has the interface's role.
    async fn call(&self, method: &str, class: &str, argument: Value) -> Result<Value, CallError> {
        let (interface, name) = method.split_once('.').expect("Interface.method");
        let role = match interface {
            "OrderService" => "order",
            "PayService" => "pay",
            "GoodService" => "goods",
            "CouponService" => "coupon",
            "UserService" => "user",
            other => panic!("{other}"),
        };
        let address = format!("http://127.0.0.1:{}", (self.called_at)(role));
        let channel: Channel = Endpoint::from_shared(address).expect("an address").connect_lazy();
        let reference = Reference::new(channel, format!("com.zzp.shop.provider.api.{interface}"), "0.0.1");
        reference.call(name, [(class, argument)], PATIENCE).await
    }

    async fn send(&self, method: &str, argument: Object, told: &mut Told) {
        let class = argument.class().to_owned();
        let answer = match self.call(method, &class, argument.into()).await {
            Ok(answer) => format!("{:?}", result(&answer)),
            thrown => refused(thrown),
        };
        told.push((method.to_owned(), answer));
    }

    async fn newest_order(&self, user: i64) -> i64 {
        let user = user.to_string();
        let list = self.web.surely(0, Call { path: "/v1/orders?limit=1", user: &user, key: "", body: None }).await.1;
        number(list["items"][0]["id"].as_str().expect("an order"))
    }

    /// Asking again finds the attempt that is open.
    async fn open_payment(&self, user: i64, order: i64) -> i64 {
        let (status, open) =
            self.web.post_as(&user.to_string(), "", &format!("/v1/orders/{order}/payments"), json!({"channel": "sandbox"})).await;
        assert!(status == 200 || status == 201, "{open}");
        number(open["id"].as_str().expect("a payment"))
    }

    async fn until_paid(&self, user: i64, order: i64) {
        let (path, user, until) = (format!("/v1/orders/{order}"), user.to_string(), Instant::now() + PATIENCE);
        loop {
            let order = self.web.surely(0, Call { path: &path, user: &user, key: "", body: None }).await.1;
            if order["pay_status"] == "paid" {
                return;
            }
            assert!(Instant::now() < until, "{order}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
