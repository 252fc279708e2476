//! A provider as the original is: it reads, reckons and overwrites, remembers who called, and may be in a bad mood.

use std::sync::{Arc, Mutex, PoisonError};

use dubbo_triple::{Call, Failure, Graph, Interface, Method, Object, Provider, Throwable, Value, java};
use tokio::net::TcpListener;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;

use crate::objects::{decimal, object};
use crate::shop::{COUPON, GOODS, USER};

/// How it takes a call that takes something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mood {
    #[default]
    Good,
    /// It refuses with this constant.
    Refuses(&'static str),
    /// It says no without a reason.
    SaysFalse,
    /// It stumbles, who knows where.
    Stumbles,
    /// It takes longer than anybody waits.
    Hangs,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) stock: i32,
    pub(crate) balance: i64,
    pub(crate) holder: Option<i64>,
    /// Methods that take something, with the order that they took it for.
    pub(crate) calls: Vec<(String, Option<i64>)>,
    /// For each interface how it behaves.
    pub(crate) moods: Vec<(&'static str, Mood)>,
}

#[derive(Clone)]
pub(crate) struct Java {
    state: Arc<Mutex<State>>,
    pub(crate) address: String,
}

impl Java {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("tri://{}", listener.local_addr().expect("an address"));
        let java = Self { state: Arc::new(Mutex::new(State { stock: 1000, balance: 100_000, ..State::default() })), address };
        let long = "java.lang.Long";
        let class = |name: &str| format!("com.zzp.shop.provider.domain.{name}");
        let mut provider = Provider::new("java-shop");
        for (name, row, method, argument) in [
            ("GoodService", "TradeGoods", "reduceGoodsNum", "TradeGoodsNumberLog"),
            ("CouponService", "TradeCoupon", "updateCouponStatus", "TradeCoupon"),
            ("UserService", "TradeUser", "updateMoneyPaid", "TradeUserMoneyLog"),
        ] {
            let interface = Interface::new(format!("com.zzp.shop.provider.api.{name}"), "0.0.1")
                .with(Method::new("findOne", [long], class(row)))
                .with(Method::new(method, [class(argument)], "java.lang.Boolean"));
            let answering = java.clone();
            provider = provider.with(interface, move |call| answering.clone().answer(call));
        }
        tokio::spawn(Server::builder().serve_with_incoming(provider.into_service(), TcpIncoming::from(listener)));
        java
    }

    pub(crate) fn state<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn is(&self, interface: &'static str, mood: Mood) {
        self.state(|state| state.moods.push((interface, mood)));
    }

    async fn answer(self, call: Call) -> Result<Value, Failure> {
        let interface = call.interface.name.rsplit('.').next().unwrap_or_default().to_owned();
        let argument = &call.arguments[0];
        if call.method.name == "findOne" {
            return Ok(self.find(&interface, argument.as_i64()));
        }
        let graph = Graph::of(argument);
        let long = |field: &str| graph.field(argument, field).and_then(Value::as_i64);
        let mood = self.state(|state| {
            state.calls.push((call.method.name.clone(), long("orderId")));
            state.moods.iter().rev().find(|(of, _)| *of == interface).map(|(_, mood)| *mood).unwrap_or_default()
        });
        match mood {
            Mood::Good => {}
            Mood::Refuses(constant) => {
                let code = java::enumeration("com.zzp.shop.common.constant.ShopConstant", constant);
                return Err(Throwable::new("com.zzp.shop.common.exception.CustomerException", "no").with("shopCode", code).into());
            }
            Mood::SaysFalse => return Ok(false.into()),
            Mood::Stumbles => return Err(Throwable::new("java.lang.NullPointerException", "somewhere").into()),
            Mood::Hangs => std::future::pending().await,
        }
        match interface.as_str() {
            "GoodService" => {
                let stock = self.state(|state| state.stock);
                for _ in 0..20 {
                    tokio::task::yield_now().await;
                }
                let number = graph.field(argument, "goodsNumber").and_then(Value::as_i32).expect("a number");
                self.state(|state| state.stock = stock - number);
            }
            "CouponService" => {
                let price = graph.field(argument, "couponPrice").and_then(java::as_big_decimal);
                assert_eq!((price, long("userId")), (Some("20.00"), Some(USER)), "the row is stored as it is sent");
                self.state(|state| state.holder = long("orderId"));
            }
            _ => {
                let money = graph.field(argument, "userMoney").and_then(java::as_big_decimal);
                assert_eq!((money, long("moneyLogType")), (Some("100.00"), Some(1)));
                self.state(|state| state.balance -= 100);
            }
        }
        Ok(true.into())
    }

    fn find(&self, interface: &str, id: Option<i64>) -> Value {
        let row: Option<Object> = self.state(|state| match (interface, id) {
            ("GoodService", Some(GOODS)) => Some(
                object("TradeGoods")
                    .with("goodsId", GOODS)
                    .with("goodsName", "杯子")
                    .with("goodsNumber", state.stock)
                    .with("goodsPrice", decimal("5E+3")),
            ),
            ("CouponService", Some(COUPON)) => {
                let coupon = object("TradeCoupon").with("couponId", COUPON).with("couponPrice", decimal("20.00")).with("userId", USER);
                Some(coupon.with("orderId", state.holder).with("isUsed", i32::from(state.holder.is_some())))
            }
            ("UserService", Some(USER)) => Some(
                object("TradeUser")
                    .with("userId", USER)
                    .with("userName", "小明")
                    .with("userMoney", state.balance)
                    .with("userPassword", "x"),
            ),
            _ => None,
        });
        row.into()
    }
}
