//! The HTTP door: version 1 of the API, the contract's endpoints beside it, operations.
//!
//! A file per resource; [`rights`] says who may call, [`auth`] who calls, [`problem`] turns refusals into answers, [`body`] and [`wire`] read and
//! write JSON, [`idempotency`] remembers. A handler makes a command, hands it to the engine and shows the receipt.

pub mod address;
pub mod admission;
pub mod auth;
pub mod body;
pub mod channels;
pub mod contract;
pub mod coupons;
pub mod document;
pub mod errors;
pub mod goods;
pub mod guard;
pub mod headers;
pub mod idempotency;
pub mod messages;
pub mod openapi;
pub mod operations;
pub mod orders;
pub mod pages;
pub mod paging;
pub mod passwords;
pub mod payments;
pub mod problem;
pub mod rates;
pub mod refunds;
pub mod rights;
pub mod users;
pub mod views;
pub mod wire;

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware;
use ipnet::IpNet;
use rocketmall_core::rejection::{Reason, Rejection};
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::router::OpenApiRouter;

use self::passwords::Passwords;
use self::rates::Rates;
use crate::bus::Bus;
use crate::channels::Channels;
use crate::current::Current;
use crate::fleet::Fleet;
use crate::registry::Found;
use crate::runtime::{Process, Runtime};
use crate::sessions::Sessions;

pub use pages::Onlookers;
pub use pages::archive::{Archive, ArchiveError};

/// What handlers work with. Cheap to clone: every layer and every handler of every request has one.
#[derive(Clone)]
pub struct Shop(Arc<Parts>);

/// What a shop's door is made of.
#[derive(Clone)]
pub struct Parts {
    /// Where the parts of the shop are.
    pub fleet: Fleet,
    /// Whose tokens are whose.
    pub sessions: Sessions,
    /// The payment channels.
    pub channels: Channels,
    /// How this door behaves.
    pub manners: Arc<Manners>,
    /// Who may see the debug pages and the metrics here, besides administrators.
    pub onlookers: Onlookers,
    /// What carries the messages.
    pub bus: Arc<dyn Bus>,
    /// Whether other processes find this one.
    pub found: Found,
}

/// What a door is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Serves {
    /// The whole API.
    Shop,
    /// Only those who look after the process: it has no role on the web.
    Operations,
}

/// Whether customers reach this server by https, as its public address says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Https {
    /// By https alone.
    Only,
    /// Not, or not known.
    Unknown,
}

impl Shop {
    /// The same shop behind a door where everybody may see the debug pages and the metrics; its calls take tokens as everywhere.
    #[must_use]
    pub fn for_onlookers(&self) -> Self {
        Self::of(Parts { onlookers: Onlookers::Everybody, ..Parts::clone(self) })
    }

    /// What this process has, whatever it keeps.
    pub fn process(&self) -> &Process {
        self.fleet.process()
    }

    /// What this process keeps itself: its messages are its own.
    pub fn own(&self) -> Result<&Runtime, Rejection> {
        self.fleet.own().ok_or_else(|| {
            let why = "this process keeps no messages; ask one that has the role order, pay, goods, coupon, user or message";
            Rejection::new(Reason::MessageUnknown, why)
        })
    }

    /// The shop of these parts.
    pub fn of(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for Shop {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// How the door behaves.
#[derive(Debug)]
pub struct Manners {
    /// Development: calls without a token are an administrator's, from loopback only.
    pub dev: bool,
    /// How long a login is good, in milliseconds.
    pub session_lifetime: i64,
    /// The longest body taken, in bytes.
    pub longest_body: usize,
    /// The longest time a request may take.
    pub longest_time: Duration,
    /// The longest time a client takes to send a body.
    pub client_time: Duration,
    /// How often who may call.
    pub rates: Current<Rates>,
    /// Passwords, only so many at once.
    pub passwords: Passwords,
    /// Whose X-Forwarded-For is believed.
    pub proxies: Vec<IpNet>,
    /// Whose pages may call.
    pub cors_origins: Vec<String>,
    /// How customers reach this server.
    pub https: Https,
    /// What it serves.
    pub serves: Serves,
    /// The channel that the contract's pay endpoints use, with the check of its signature.
    pub contract_channel: Option<Arc<rocketmall_channels::SandboxChannel>>,
    /// Knife4j's page, if its jar is here.
    pub knife4j: Option<Arc<Archive>>,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "RocketMall",
        description = "Orders and payments that come out right. 订单与支付：金额与库存始终准确。\n\nIds are strings of digits, money is a decimal string, times are RFC 3339 in UTC. 编号是数字字符串，金额是十进制字符串，时间为 RFC 3339（UTC）。",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    tags(
        (name = "users", description = "Users, sessions, balance 用户"),
        (name = "goods", description = "Goods and stock 商品"),
        (name = "coupons", description = "Coupons 优惠券"),
        (name = "orders", description = "Orders 订单"),
        (name = "payments", description = "Payments 支付"),
        (name = "refunds", description = "Refunds and returns 退款与退货"),
        (name = "messages", description = "Messages 消息"),
        (name = "operations", description = "Health, metrics 运维"),
        (name = "contract", description = "The original's own endpoints 原系统接口")
    )
)]
struct Api;

fn routes() -> (Router<Shop>, Document) {
    let (router, mut document) = OpenApiRouter::with_openapi(Api::openapi())
        .merge(users::routes())
        .merge(goods::routes())
        .merge(coupons::routes())
        .merge(orders::routes())
        .merge(payments::routes())
        .merge(refunds::routes())
        .merge(channels::routes())
        .merge(messages::routes())
        .merge(operations::routes())
        .merge(errors::routes())
        .merge(pages::routes())
        .merge(contract::routes())
        .split_for_parts();
    openapi::complete(&mut document);
    document::refine(&mut document);
    (router, document)
}

/// The whole door. `beside` is served next to it: the sandbox platform, which shares nothing with it but the port.
pub fn router(shop: Shop, beside: Option<Router>) -> Router {
    let router = match shop.manners.serves {
        Serves::Shop => routes().0,
        Serves::Operations => OpenApiRouter::new().merge(operations::routes()).merge(messages::routes()).merge(errors::routes()).into(),
    };
    let outermost = shop.clone();
    // before the fallbacks: those are for everybody
    let router = admission::guarded(router, &shop);
    let router = router.fallback(problem::no_such_route).method_not_allowed_fallback(problem::no_such_method).with_state(shop);
    let router = match beside {
        Some(beside) => router.merge(beside),
        None => router,
    };
    let router = match headers::cors(&outermost.manners.cors_origins) {
        Some(cors) => router.layer(cors),
        None => router,
    };
    // one layer for all that every request passes: each further one is paid for by each request
    router.layer(middleware::from_fn_with_state(outermost, guard::pass))
}
