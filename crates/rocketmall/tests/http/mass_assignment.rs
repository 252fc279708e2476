//! What a client sends as state, amount or owner is never stored: fields that a call does not know are not read.

use axum::http::Method as Verb;
use reqwest::Method;
use rocketmall::http::rights::{Who, find};
use rocketmall_store::Value as Cell;
use serde_json::{Value, json};

use crate::rights::{operations, wants_a_state};
use crate::world::{Kind, World};

/// Fields that no call takes, wherever it stands: columns of ours and the contract's, fields of our answers.
const POISON: &[&str] = &[
    "id",
    "order_id",
    "goodsName",
    "user_id",
    "userId",
    "status",
    "order_status",
    "orderStatus",
    "pay_status",
    "payStatus",
    "shipping_status",
    "shippingStatus",
    "score",
    "user_score",
    "userScore",
    "money",
    "user_money",
    "userMoney",
    "balance",
    "coupon_paid",
    "couponPaid",
    "paid_at",
    "payTime",
    "pay_time",
    "created_at",
    "addTime",
    "confirmTime",
    "confirmed_at",
    "refunded_amount",
    "goods_amount",
    "goodsAmount",
    "is_paid",
    "is_used",
    "isUsed",
    "used",
    "role",
    "token",
    "password_hash",
    "user_password",
    "platform_no",
    "action",
    "amount",
    "version",
    "line_count",
];

const NUMBER: i64 = 666_666_666;
const TEXT: &str = "666666666";

/// The body, and every one of [`POISON`] that it does not hold, as text or as number.
fn poisoned(body: &Value, poison: &Value) -> Value {
    let mut body = body.clone();
    let add = |fields: &mut serde_json::Map<String, Value>| {
        for name in POISON {
            fields.entry(*name).or_insert_with(|| poison.clone());
        }
    };
    let fields = body.as_object_mut().expect("an object");
    add(fields);
    for line in fields.get_mut("lines").and_then(Value::as_array_mut).into_iter().flatten() {
        add(line.as_object_mut().expect("a line"));
    }
    body
}

impl World {
    /// No cell of any table holds what the client sent.
    async fn is_clean(&self, call: &str) {
        for table in self.shop.rows("select name from sqlite_master where type = 'table' and name like 'trade_%'").await {
            let Cell::Text(table) = &table[0] else { panic!("a name") };
            let sql: &'static str = Box::leak(format!("select * from {table}").into_boxed_str());
            for row in self.shop.rows(sql).await {
                let tainted = row.iter().any(|cell| match cell {
                    Cell::Int(number) => *number == NUMBER || *number == NUMBER * 100,
                    Cell::Text(text) => text.contains(TEXT),
                    Cell::Null => false,
                });
                assert!(!tainted, "{call} stored what the client sent in {table}: {row:?}");
            }
        }
    }
}

#[tokio::test]
async fn fields_that_a_call_does_not_know_are_never_stored() {
    let world = World::open().await;
    let document = world.shop.get("/openapi.json").await.is(200).json();
    let mut called = 0;
    for (method, route, _) in operations(&document) {
        let who = find(&Verb::from_bytes(method.as_bytes()).expect("a method"), &route).expect("a row").who;
        let kind = if who == Who::Admin { Kind::Admin } else { Kind::Owner };
        for poison in [json!(TEXT), json!(NUMBER)] {
            // fresh, since a number may be registered once
            let Some(body) = world.body(&method, &route).await else { continue };
            let verb = Method::from_bytes(method.as_bytes()).expect("a method");
            let request = world.shop.request(verb, &world.path(&route).await).json(&poisoned(&body, &poison));
            let answer = world.shop.send(world.as_kind(request, kind).await).await;
            assert!(answer.status.is_success() || wants_a_state(&route), "{method} {route}: {}", answer.text);
            assert!(!answer.text.contains(TEXT), "{method} {route}: {}", answer.text);
            world.is_clean(&format!("{method} {route}")).await;
            called += 1;
        }
    }
    assert!(called >= 2 * 12, "only {called} calls with a body");
    let states = world
        .shop
        .rows("select distinct pay_status, shipping_status, coupon_paid, money_paid from trade_order where order_status = 1")
        .await;
    assert!(states.iter().all(|row| row[1..] == [0.into(), 0.into(), 0.into()]), "{states:?}");
    assert_eq!(world.shop.rows("select distinct is_paid from trade_pay").await, [vec![1.into()]]);
    let owner = world.shop.request(Method::GET, "/v1/users/me");
    let owner = world.shop.send(world.as_kind(owner, Kind::Owner).await).await;
    assert_eq!((owner.at("/score"), owner.at("/money")), ("0".to_owned(), "2.00".to_owned()), "twice topped up by 1.00, nothing else");
}

#[tokio::test]
async fn no_trick_with_the_balance_pays() {
    let world = World::open().await;
    let send = async |body: String| {
        let request = world.shop.request(Method::POST, "/v1/orders").header("Content-Type", "application/json").body(body);
        world.shop.send(world.as_kind(request, Kind::Owner).await).await
    };
    let with = |money: &str| {
        format!(r#"{{"lines": [{{"goods_id": "{}", "number": 1}}], "address": "a", "consignee": "b", {money}}}"#, world.goods)
    };
    for (money, status, code) in [
        (r#""money_paid": "-5.00""#, 422, "50001"),
        (r#""money_paid": "0.01""#, 409, "50002"),
        (r#""money_paid": "99999999.99""#, 409, "50002"),
        (r#""money_paid": "100000000.00""#, 422, "-1"),
        (r#""money_paid": 5"#, 422, "-1"),
        (r#""money_paid": "1e2""#, 422, "-1"),
        (r#""money_paid": "NaN""#, 422, "-1"),
        (r#""money_paid": ["1.00"]"#, 422, "-1"),
        (r#""money_paid": "0.00", "money_paid": "5.00""#, 422, "-1"),
        (r#""pay_amount": "0.00""#, 409, "10003"),
    ] {
        let answer = send(with(money)).await.is(status);
        assert_eq!(answer.at("/code"), code, "{money}: {}", answer.text);
    }
    for money in [r#""moneyPaid": "20.00""#, r#""Money_Paid": "20.00""#, r#""money_paid": null"#] {
        assert_eq!(send(with(money)).await.is(201).at("/pay_amount"), "20.00", "{money}");
    }
}
