//! The contract's five interfaces over Dubbo's Triple, for Java's peers and for anybody with `proto/shop.proto`: thin adapters over
//! the same commands as everywhere.
//!
//! A file per interface; `messages` is what travels, in Java's classes or in protobuf; `java` and `stubs` are the two ways in;
//! [`constant`] is how refusals are called there, [`amount`] how money is read.

pub mod amount;
pub mod constant;

mod coupon;
mod goods;
mod java;
pub(crate) mod messages;
mod order;
mod pay;
pub(crate) mod peer;
mod refusal;
mod stubs;
mod user;

use std::sync::Arc;

use dubbo_triple::{Catalog, Interface, Method, Provider, TripleService};
use rocketmall_core::command::Command;
use rocketmall_core::rejection::Rejection;
use tonic::body::Body;
use tonic::codegen::Service as _;
use tonic::codegen::http::{Request, Response};

use crate::channels::Channels;
use crate::config::{Role, Roles};
use crate::fleet::{Decided, Fleet};
use crate::trace;

/// The package of the contract's interfaces.
pub const PACKAGE: &str = "com.zzp.shop.provider.api";
/// Their version; they are in no group.
pub const VERSION: &str = "0.0.1";
/// What this application is called in a registry.
pub const APPLICATION: &str = "rocketmall";

const LONG: &str = "java.lang.Long";
const BOOLEAN: &str = "java.lang.Boolean";
const RESULT: &str = "com.zzp.shop.common.vo.ResultVo";

/// Whether callbacks are believed that nobody has signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callbacks {
    /// In development: whoever calls may say that an order is paid.
    Believed,
    /// These interfaces carry no signature, so they may not.
    Refused,
}

/// The interfaces of the roles that this process has. Cheap to clone.
#[derive(Clone)]
pub struct Contract {
    shop: Shop,
    plain: TripleService,
    catalog: Arc<Catalog>,
}

/// What the interfaces work with.
#[derive(Clone)]
struct Shop {
    fleet: Fleet,
    channels: Channels,
    callbacks: Callbacks,
}

impl Contract {
    /// Those of the roles whose part of the shop this process keeps.
    pub fn new(fleet: Fleet, roles: &Roles, channels: Channels, callbacks: Callbacks) -> Self {
        let kept = SERVICES.into_iter().filter(|(role, _)| roles.include(*role) && fleet.keeps(*role));
        let interfaces: Vec<Interface> = kept.map(|(role, _)| interface(role)).collect();
        let shop = Shop { fleet, channels, callbacks };
        let mut provider = Provider::new(APPLICATION);
        for interface in interfaces {
            let shop = shop.clone();
            provider = provider.with(interface, move |call| java::answer(shop.clone(), call));
        }
        let catalog = Arc::new(provider.catalog());
        Self { shop, plain: provider.into_service(), catalog }
    }

    /// What a registry has to be told, beside the address that Triple is spoken at.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Answers a call at `/INTERFACE/METHOD`.
    pub(crate) async fn answer(mut self, request: Request<Body>) -> Response<Body> {
        let path = request.uri().path().to_owned();
        let provided = |service: &str| self.catalog.interfaces.iter().any(|interface| interface.name == service);
        if let Some((service, method)) = path.strip_prefix('/').and_then(|path| path.split_once('/'))
            && method.starts_with(|first: char| first.is_ascii_uppercase())
            && provided(service)
        {
            return stubs::answer(self.shop, service, method, request).await;
        }
        match self.plain.call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

impl Shop {
    /// Decides and stores, under a trace of its own.
    async fn submit(&self, command: Command) -> Decided {
        trace::within(Some(trace::begin()), self.fleet.submit(command)).await
    }
}

/// Each role with the contract's name for what it provides.
const SERVICES: [(Role, &str); 5] = [
    (Role::Order, "OrderService"),
    (Role::Goods, "GoodService"),
    (Role::Coupon, "CouponService"),
    (Role::User, "UserService"),
    (Role::Pay, "PayService"),
];

/// The full name of the interface of a role that has one.
pub(crate) fn interface_name(role: Role) -> String {
    let name = SERVICES.iter().find(|(known, _)| *known == role).map_or("", |(_, name)| name);
    format!("{PACKAGE}.{name}")
}

/// The interface as Java has it.
fn interface(role: Role) -> Interface {
    let class = messages::class;
    let methods = match role {
        Role::Order => vec![Method::new("confirmOrder", [class("TradeOrder")], RESULT)],
        Role::Goods => vec![
            Method::new("findOne", [LONG], class("TradeGoods")),
            Method::new("reduceGoodsNum", [class("TradeGoodsNumberLog")], BOOLEAN),
        ],
        Role::Coupon => {
            vec![Method::new("findOne", [LONG], class("TradeCoupon")), Method::new("updateCouponStatus", [class("TradeCoupon")], BOOLEAN)]
        }
        Role::User => {
            vec![Method::new("findOne", [LONG], class("TradeUser")), Method::new("updateMoneyPaid", [class("TradeUserMoneyLog")], BOOLEAN)]
        }
        Role::Pay => {
            vec![Method::new("createPayment", [class("TradePay")], RESULT), Method::new("callbackPayment", [class("TradePay")], RESULT)]
        }
        Role::OrderWeb | Role::PayWeb | Role::Message => Vec::new(),
    };
    methods.into_iter().fold(Interface::new(interface_name(role), VERSION), Interface::with)
}

/// Every id that a caller must name.
fn needed(id: Option<i64>, field: &str) -> Result<i64, Rejection> {
    id.filter(|id| *id > 0).ok_or_else(|| refusal::bad(field, "an id is missing"))
}
