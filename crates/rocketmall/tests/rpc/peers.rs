//! An order role of ours whose goods, coupons and users are Java's.

use std::sync::Arc;

use rocketmall::app::{self, Running};
use rocketmall::config::{Flag, Sources, load};
use rocketmall_core::basket::{Basket, BasketLine};
use rocketmall_core::command::{Command, CorrectStock, PlaceOrder, Receipt};
use rocketmall_core::id::{CouponId, GoodsId, OrderId, Timestamp, UserId};
use rocketmall_core::order::OrderStatus;
use rocketmall_core::rejection::{Reason, Rejection};
use rocketmall_store::{Statement, StoreError, Value};
use serde_json::json;

use crate::java::{Java, Mood};
use crate::shop::{COUPON, GOODS, USER};

struct Orders {
    running: Running,
    _folder: tempfile::TempDir,
}

impl Orders {
    async fn before(java: &Java) -> Self {
        Self::patient(java, "1s").await
    }

    async fn patient(java: &Java, timeout: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("order.db").display());
        let flags = [
            ("database", url.as_str()),
            ("listen", "127.0.0.1:0"),
            ("roles", "order"),
            ("peers.goods", &java.address),
            ("peers.coupon", &java.address),
            ("peers.user", &java.address),
            ("rpc.timeout", timeout),
        ];
        let flags = flags.map(|(key, value)| Flag { key, name: "test", value: value.to_owned() }).to_vec();
        let config = load(&Sources { file: None, environment: Vec::new(), flags }).expect("a configuration").config;
        let running = app::start(&config, Arc::new(|| Timestamp::from_millis(1_800_000_000_000))).await.expect("it starts");
        Self { running, _folder: folder }
    }

    fn demo() -> Basket {
        let line = BasketLine { goods_id: GoodsId::new(GOODS), number: 1, seen_price: None };
        Basket {
            user_id: UserId::new(USER),
            lines: vec![line],
            coupon_id: Some(CouponId::new(COUPON)),
            money_paid: "100".parse().expect("an amount"),
            seen_freight: None,
            seen_total: None,
            seen_pay_amount: None,
        }
    }

    async fn place(&self, basket: Basket) -> Result<OrderId, Rejection> {
        let order_id = OrderId::new(self.running.fleet.next_id());
        let place = PlaceOrder { order_id, basket, address: "新西兰".to_owned(), consignee: String::new() };
        match self.running.fleet.submit(Command::PlaceOrder(place)).await?.receipt {
            Receipt::Placed(order) if order.status == OrderStatus::Confirmed => Ok(order.id),
            other => panic!("{other:?}"),
        }
    }

    /// What the message of the only order that was dropped names: goods' number, coupon, balance.
    async fn given_back(&self) -> (i64, bool, String) {
        let sql = "select msg_body from trade_mq_producer_temp";
        let rows = self.running.runtime().database.query(Statement { name: "test", sql }, Vec::new()).await.expect(sql);
        let [row] = &rows[..] else { panic!("one message, not {rows:?}") };
        let Value::Text(body) = &row[0] else { panic!("a text") };
        let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
        assert_eq!(body["goodsId"], json!(GOODS));
        (body["goodsNum"].as_i64().expect("a number"), !body["couponId"].is_null(), body["userMoney"].to_string())
    }
}

const ALL_THREE: [&str; 3] = ["reduceGoodsNum", "updateCouponStatus", "updateMoneyPaid"];

/// Each method that takes something was called so often as it stands here, each for this order.
#[track_caller]
fn called(java: &Java, order: Option<OrderId>, methods: &[&str]) {
    let mut calls = java.state(|state| state.calls.clone());
    calls.sort();
    assert_eq!(calls.iter().map(|(method, _)| method.as_str()).collect::<Vec<_>>(), methods);
    assert!(calls.iter().all(|(_, of)| *of == calls[0].1 && (order.is_none() || *of == order.map(OrderId::get))), "{calls:?}");
}

#[tokio::test]
async fn an_order_takes_from_java_by_one_call_each() {
    let java = Java::start().await;
    let orders = Orders::before(&java).await;
    let order = orders.place(Orders::demo()).await.expect("placed");
    called(&java, Some(order), &ALL_THREE);
    assert_eq!(java.state(|state| (state.stock, state.balance, state.holder)), (999, 99_900, Some(order.get())));
    // what the look finds is refused before anything is asked for
    let again = orders.place(Orders::demo()).await.expect_err("the coupon is used");
    assert_eq!(again.reason, Reason::CouponNotValid);
    let unknown = Basket { user_id: UserId::new(7), ..Orders::demo() };
    assert_eq!(orders.place(unknown).await.expect_err("no such user").reason, Reason::UserUnknown);
    called(&java, Some(order), &ALL_THREE);
}

#[tokio::test]
async fn who_has_refused_is_told_to_give_nothing_back() {
    for (mood, reason) in [(Mood::Refuses("SHOP_GOODS_NUM_NOT_ENOUGH"), Reason::StockTooLow), (Mood::SaysFalse, Reason::DeductFailed)] {
        let java = Java::start().await;
        let orders = Orders::before(&java).await;
        java.is("GoodService", mood);
        assert_eq!(orders.place(Orders::demo()).await.expect_err("refused").reason, reason);
        called(&java, None, &ALL_THREE);
        assert_eq!(orders.given_back().await, (0, true, "100".to_owned()));
    }
    let java = Java::start().await;
    let orders = Orders::before(&java).await;
    java.is("CouponService", Mood::Refuses("SHOP_COUPON_ISUSED"));
    java.is("UserService", Mood::Refuses("SHOP_MONEY_PAID_INVALID"));
    assert_eq!(orders.place(Orders::demo()).await.expect_err("refused").reason, Reason::CouponNotValid);
    assert_eq!(orders.given_back().await, (1, false, "0".to_owned()));
}

#[tokio::test]
async fn what_nobody_knows_is_asked_for_once_and_given_back() {
    for mood in [Mood::Hangs, Mood::Stumbles, Mood::Refuses("SHOP_REDUCE_GOODS_NUM_FAIL")] {
        let java = Java::start().await;
        let orders = Orders::before(&java).await;
        java.is("GoodService", mood);
        assert_eq!(orders.place(Orders::demo()).await.expect_err("dropped").reason, Reason::ServiceAway, "{mood:?}");
        called(&java, None, &ALL_THREE);
        assert_eq!(orders.given_back().await, (1, true, "100".to_owned()), "{mood:?}");
    }
}

#[tokio::test]
async fn what_the_interface_has_not_is_refused_clearly() {
    let java = Java::start().await;
    let orders = Orders::before(&java).await;
    let fleet = &orders.running.fleet;
    let mut two = Orders::demo();
    two.lines.push(BasketLine { goods_id: GoodsId::new(7), ..two.lines[0].clone() });
    let refused = orders.place(two).await.expect_err("two kinds of goods");
    assert_eq!((refused.reason, refused.field.as_deref()), (Reason::NotOffered, Some("lines")));
    let correct = CorrectStock { goods_id: GoodsId::new(GOODS), delta: 1, reason: "test".to_owned() };
    assert_eq!(fleet.submit(Command::CorrectStock(correct)).await.expect_err("no such call").reason, Reason::NotOffered);
    let page = fleet.goods_page(GoodsId::new(0), 10).await.expect_err("no such call");
    assert!(matches!(&page, StoreError::NotOffered(why) if why.contains("peers.goods") && why.contains("goods_page")), "{page}");
    assert_eq!(fleet.stock_log_of(OrderId::new(7)).await.expect("nothing of it is known here").len(), 0);
    called(&java, None, &[]);
}

#[tokio::test]
async fn many_orders_at_once_lose_nothing_to_reading_and_overwriting() {
    const ORDERS: i32 = 60;
    let java = Java::start().await;
    let orders = Arc::new(Orders::patient(&java, "20s").await);
    let mut placing = tokio::task::JoinSet::new();
    for _ in 0..ORDERS {
        let orders = Arc::clone(&orders);
        placing.spawn(async move {
            let basket = Basket { coupon_id: None, money_paid: "0".parse().expect("an amount"), ..Orders::demo() };
            orders.place(basket).await
        });
    }
    while let Some(placed) = placing.join_next().await {
        placed.expect("it ends").expect("placed");
    }
    assert_eq!(java.state(|state| state.stock), 1000 - ORDERS);
}

#[tokio::test]
async fn a_provider_that_is_away_leaves_no_order() {
    let mut java = Java::start().await;
    java.address = "tri://127.0.0.1:1".to_owned();
    let orders = Orders::before(&java).await;
    assert_eq!(orders.place(Orders::demo()).await.expect_err("nobody there").reason, Reason::ServiceAway);
    let sql = "select count(*) from trade_order";
    let count = orders.running.runtime().database.query(Statement { name: "test", sql }, Vec::new()).await.expect(sql);
    assert_eq!(count, [vec![Value::Int(0)]]);
}
