//! The HTTP door: version 1 of the API, the contract's endpoints beside it, operations.
//!
//! A file per resource; [`auth`] tells who calls, [`problem`] turns refusals into answers, [`body`] and [`wire`] read and
//! write JSON, [`idempotency`] remembers. A handler makes a command, hands it to the engine and shows the receipt.

pub mod auth;
pub mod body;
pub mod channels;
pub mod contract;
pub mod coupons;
pub mod goods;
pub mod guard;
pub mod idempotency;
pub mod messages;
pub mod openapi;
pub mod operations;
pub mod orders;
pub mod pages;
pub mod paging;
pub mod payments;
pub mod problem;
pub mod users;
pub mod views;
pub mod wire;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::router::OpenApiRouter;

use crate::channels::Channels;
use crate::runtime::Runtime;

pub use pages::Onlookers;
pub use pages::archive::{Archive, ArchiveError};

/// What handlers work with.
#[derive(Clone)]
pub struct Shop {
    /// The shop.
    pub runtime: Runtime,
    /// The payment channels.
    pub channels: Channels,
    /// How this door behaves.
    pub manners: Arc<Manners>,
}

impl Shop {
    /// The same shop behind a door where everybody may see the debug pages and the metrics; its calls take tokens as everywhere.
    #[must_use]
    pub fn for_onlookers(&self) -> Self {
        let manners = Manners { onlookers: Onlookers::Everybody, ..Manners::clone(&self.manners) };
        Self { manners: Arc::new(manners), ..self.clone() }
    }
}

/// How the door behaves.
#[derive(Clone, Debug)]
pub struct Manners {
    /// Development: calls without a token are an administrator's, from loopback only.
    pub dev: bool,
    /// How long a login is good, in milliseconds.
    pub session_lifetime: i64,
    /// The longest body taken, in bytes.
    pub longest_body: usize,
    /// The longest time a request may take.
    pub longest_time: Duration,
    /// The channel that the contract's pay endpoints use, with the check of its signature.
    pub contract_channel: Option<Arc<rocketmall_channels::SandboxChannel>>,
    /// Who may see the debug pages and the metrics, besides administrators.
    pub onlookers: Onlookers,
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
        .merge(channels::routes())
        .merge(messages::routes())
        .merge(operations::routes())
        .merge(pages::routes())
        .merge(contract::routes())
        .split_for_parts();
    openapi::complete(&mut document);
    (router, document)
}

/// The whole door. `beside` is served next to it: the sandbox platform, which shares nothing with it but the port.
pub fn router(shop: Shop, beside: Option<Router>) -> Router {
    let (router, _) = routes();
    let outermost = shop.clone();
    let router = router.fallback(problem::no_such_route).method_not_allowed_fallback(problem::no_such_method).with_state(shop);
    let router = match beside {
        Some(beside) => router.merge(beside),
        None => router,
    };
    router
        .layer(middleware::from_fn_with_state(outermost.clone(), guard::watch_time))
        .layer(middleware::from_fn_with_state(outermost.clone(), guard::only_loopback_in_development))
        .layer(middleware::from_fn_with_state(outermost, guard::trace))
}
