//! A server that offers the contract's interfaces, with the demo rows, and a consumer of them.

use std::sync::Arc;
use std::time::Duration;

use dubbo_triple::{CallError, Object, Reference, Value};
use rocketmall::app::{self, Running};
use rocketmall::cli::load_demo::demo_rows;
use rocketmall::config::{Flag, Sources, load};
use rocketmall_core::id::Timestamp;
use rocketmall_store::{Database, Row, Statement};
use tonic::transport::{Channel, Endpoint};

use crate::objects::{decimal, object};

pub(crate) const USER: i64 = 345_963_634_385_633_280;
pub(crate) const GOODS: i64 = 345_959_443_973_935_104;
pub(crate) const COUPON: i64 = 345_988_230_098_857_984;

const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Shop {
    pub(crate) running: Running,
    pub(crate) database: Database,
    pub(crate) channel: Channel,
    _folder: tempfile::TempDir,
}

impl Shop {
    /// In development, with the demo rows.
    pub(crate) async fn demo() -> Self {
        Self::start(&[("dev", "true")]).await
    }

    pub(crate) async fn start(settings: &[(&'static str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("shop.db").display());
        let basic = [
            ("database", url.as_str()),
            ("listen", "127.0.0.1:0"),
            ("rpc_listen", "127.0.0.1:0"),
            ("rpc.contract", "true"),
            ("rpc.secret", "which Java does not know"),
            ("channels.sandbox.enabled", "true"),
            ("channels.sandbox.secret", "a secret of the tests"),
        ];
        let basic = basic.iter().filter(|(key, _)| settings.iter().all(|(set, _)| set != key));
        let flags = basic.chain(settings).map(|(key, value)| Flag { key, name: "test", value: (*value).to_owned() }).collect();
        let config = load(&Sources { file: None, environment: Vec::new(), flags }).expect("a configuration").config;
        let running = app::start(&config, Arc::new(|| Timestamp::from_millis(1_800_000_000_000))).await.expect("the server starts");
        demo_rows(running.runtime()).await.expect("the demo rows");
        let address = running.rpc_address.expect("it is called somewhere");
        let channel = Endpoint::from_shared(format!("http://{address}")).expect("an address").connect_lazy();
        Self { database: running.runtime().database.clone(), running, channel, _folder: folder }
    }

    /// Calls a method as Java's consumers do.
    pub(crate) async fn call(&self, method: &str, class: &str, argument: impl Into<Value>) -> Result<Value, CallError> {
        let (interface, method) = method.split_once('.').expect("Interface.method");
        let reference = Reference::new(self.channel.clone(), format!("com.zzp.shop.provider.api.{interface}"), "0.0.1");
        reference.call(method, [(class, argument.into())], PATIENCE).await
    }

    /// Calls a method with one of the contract's objects.
    pub(crate) async fn send(&self, method: &str, argument: Object) -> Result<Value, CallError> {
        let class = argument.class().to_owned();
        self.call(method, &class, argument).await
    }

    /// One row by its id.
    pub(crate) async fn find(&self, service: &str, id: i64) -> Value {
        self.call(&format!("{service}.findOne"), "java.lang.Long", id).await.expect("an answer")
    }

    pub(crate) async fn rows(&self, sql: &'static str) -> Vec<Row> {
        self.database.query(Statement { name: "test", sql }, Vec::new()).await.expect(sql)
    }
}

/// What the demo order is made of.
pub(crate) fn order(changes: &[(&str, Value)]) -> Object {
    let mut fields = vec![
        ("userId", Value::from(USER)),
        ("goodsId", GOODS.into()),
        ("goodsNumber", 1.into()),
        ("goodsPrice", decimal("5000")),
        ("shippingFee", decimal("0")),
        ("orderAmount", decimal("5E+3")),
        ("couponId", COUPON.into()),
        ("moneyPaid", decimal("100")),
        ("address", "新西兰".into()),
    ];
    for (changed, value) in changes {
        let (_, old) = fields.iter_mut().find(|(field, _)| field == changed).expect("a field of the order");
        *old = value.clone();
    }
    fields.into_iter().fold(object("TradeOrder"), |order, (field, value)| order.with(field, value))
}
