//! Is it alive, is it ready, what does it count, what does it serve.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use rocketmall_store::messages::MessageGauges;
use rocketmall_store::{Database, StoreError};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Shop;
use super::problem::{Failure, Problems};

pub(super) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(alive)).routes(routes!(ready)).routes(routes!(metrics)).routes(routes!(openapi))
}

/// The process is alive. 存活
#[utoipa::path(get, path = "/healthz", tag = "operations", responses((status = 200, description = "Alive 存活", body = String)))]
async fn alive() -> &'static str {
    "ok\n"
}

/// A dependency that answers later than this is as good as away.
const PATIENCE: Duration = Duration::from_secs(3);

/// What readiness depends on 就绪情况
#[derive(Debug, Serialize, ToSchema)]
struct Readiness {
    /// Whether it serves 是否就绪
    ready: bool,
    /// ok, or what is wrong with it. ok 或故障原因
    database: String,
    /// The bus that carries messages, and what is wrong with it if anything is. A bus that is away keeps nobody from ordering. 消息总线
    bus: String,
    /// The roles that are elsewhere, and what is wrong with each if anything is 其他进程中的角色
    services: BTreeMap<String, String>,
    /// Whether other processes find this one: none without a registry, ok, or what is wrong. 注册中心
    registry: String,
}

/// Ready to serve; says which dependency is not. 就绪
#[utoipa::path(get, path = "/readyz", tag = "operations",
    responses((status = 200, description = "Ready 就绪", body = Readiness), (status = 503, description = "Not ready 未就绪", body = Readiness)))]
async fn ready(State(shop): State<Shop>) -> (StatusCode, Json<Readiness>) {
    let (mut ready, database) = match shop.fleet.own() {
        Some(own) => look(&own.database).await,
        None => (true, "none: this process keeps nothing".to_owned()),
    };
    let services: BTreeMap<String, String> = shop
        .fleet
        .peers()
        .map(|(role, health)| {
            ready &= health.is_ok();
            (role.to_string(), health.err().unwrap_or_else(|| "ok".to_owned()))
        })
        .collect();
    let (found, registry) = match shop.found.check() {
        Ok(()) if shop.found.is_wanted() => (true, "ok".to_owned()),
        Ok(()) => (true, "none".to_owned()),
        Err(why) => (false, why),
    };
    ready &= found;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let bus = match shop.bus.health() {
        Ok(()) => shop.bus.name().to_owned(),
        Err(why) => format!("{}: {why}", shop.bus.name()),
    };
    (status, Json(Readiness { ready, database, bus, services, registry }))
}

async fn look(database: &Database) -> (bool, String) {
    let looked = tokio::time::timeout(PATIENCE, rocketmall_store::migrate::is_current(database)).await;
    match looked.unwrap_or_else(|_| Err(StoreError::Unreachable("no answer in time".to_owned()))) {
        Ok(true) => (true, "ok".to_owned()),
        Ok(false) => (false, "the schema is not this version's; run rocketmall migrate".to_owned()),
        Err(error) => (false, error.to_string()),
    }
}

/// Metrics for Prometheus. 监控指标
#[utoipa::path(get, path = "/metrics", tag = "operations", security(("bearer" = [])),
    responses((status = 200, description = "OpenMetrics text 指标", body = String, content_type = "application/openmetrics-text"), Problems))]
async fn metrics(State(shop): State<Shop>) -> Result<Response, Failure> {
    let gauges = match shop.fleet.own() {
        Some(own) => own.database.message_gauges().await?,
        None => MessageGauges::default(),
    };
    let text = shop.process().metrics.text(&gauges, (shop.process().clock)());
    Ok(([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response())
}

/// This document. 接口文档
#[utoipa::path(get, path = "/openapi.json", tag = "operations",
    responses((status = 200, description = "OpenAPI 3.1", body = Object, content_type = "application/json")))]
async fn openapi() -> Response {
    ([(CONTENT_TYPE, "application/json")], super::openapi::json()).into_response()
}
