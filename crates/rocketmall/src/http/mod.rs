//! The HTTP door: version 1 of the API, the contract's endpoints beside it, operations.
//!
//! A file per resource; [`auth`] tells who calls, [`problem`] turns refusals into answers, [`body`] and [`wire`] read and
//! write JSON, [`idempotency`] remembers. A handler makes a command, hands it to the engine and shows the receipt.

pub mod auth;
pub mod body;
pub mod channels;
pub mod contract;
pub mod coupons;
mod document;
pub mod goods;
pub mod guard;
pub mod idempotency;
pub mod messages;
pub mod operations;
pub mod orders;
pub mod paging;
pub mod payments;
pub mod problem;
pub mod users;
pub mod views;
pub mod wire;

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::Router;
use axum::middleware;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;

use crate::channels::Channels;
use crate::runtime::Runtime;

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
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "RocketMall",
        description = "Orders and payments that come out right. 订单与支付：金额与库存始终准确。\n\nIds are strings of digits, money is a decimal string, times are RFC 3339 in UTC.",
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
        .merge(contract::routes())
        .split_for_parts();
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    document.components.get_or_insert_default().add_security_scheme("bearer", bearer);
    document::refine(&mut document);
    (router, document)
}

/// The OpenAPI 3.1 document of this version, generated from the handlers, once.
pub fn openapi_json() -> &'static str {
    static DOCUMENT: LazyLock<String> = LazyLock::new(|| routes().1.to_pretty_json().unwrap_or_default());
    &DOCUMENT
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
