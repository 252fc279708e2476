//! `/doc.html`: Knife4j's own page, out of its jar, and the two addresses where it looks for the document.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::Shop;
use super::super::problem::{Failure, Problems};
use super::archive::PAGE;
use super::{Keep, absent, file};

mod document;

use document::Tokens;

const HOW_TO_GET_IT: &str = include_str!("knife4j.html");

const DOCUMENT: &str = "/v3/api-docs";
const CONFIG: &str = "/v3/api-docs/swagger-config";

/// Nothing from elsewhere. Knife4j compiles templates in the browser and writes styles into its elements.
const POLICY: &str = "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; frame-ancestors 'none'";

pub(super) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::new()
        .routes(routes!(knife4j))
        .routes(routes!(knife4j_document))
        .routes(routes!(knife4j_config))
        .route("/webjars/{*path}", get(webjar))
        .route("/img/icons/{icon}", get(icon))
}

/// Debug page: Knife4j. Knife4j 调试页
///
/// Without `--dev`: an administrator's token, or the door of `debug_listen`. 非 `--dev` 时需管理员令牌，或经 `debug_listen` 端口访问。
#[utoipa::path(get, path = "/doc.html", tag = "operations", security(("bearer" = []), ()),
    responses((status = 200, description = "The page, or how to get it 页面或获取方法", body = String, content_type = "text/html"), Problems))]
async fn knife4j(State(shop): State<Shop>) -> Response {
    let found = shop.manners.knife4j.as_ref().and_then(|jar| jar.get(PAGE));
    file("text/html; charset=utf-8", Keep::Never, POLICY, found.unwrap_or(Bytes::from_static(HOW_TO_GET_IT.as_bytes())))
}

async fn webjar(State(shop): State<Shop>, Path(path): Path<String>) -> Result<Response, Failure> {
    part(&shop, &format!("webjars/{path}"))
}

async fn icon(State(shop): State<Shop>, Path(icon): Path<String>) -> Result<Response, Failure> {
    part(&shop, &format!("img/icons/{icon}"))
}

fn part(shop: &Shop, path: &str) -> Result<Response, Failure> {
    let found = shop.manners.knife4j.as_ref().and_then(|jar| jar.get(path)).ok_or_else(absent)?;
    let content_type = mime_guess::from_path(path).first_or_octet_stream();
    Ok(file(content_type.as_ref(), Keep::Forever, POLICY, found))
}

/// This document, where Knife4j looks for it. Knife4j 读取的接口文档
#[utoipa::path(get, path = "/v3/api-docs", tag = "operations",
    responses((status = 200, description = "OpenAPI 3.1", body = Object, content_type = "application/json")))]
async fn knife4j_document(State(shop): State<Shop>) -> Response {
    let tokens = if shop.manners.dev { Tokens::NotNeeded } else { Tokens::Taken };
    ([(CONTENT_TYPE, "application/json")], document::json(tokens)).into_response()
}

/// Where Knife4j finds documents.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Places {
    /// This answer's own address. 本配置的地址
    config_url: &'static str,
    /// The documents. 接口文档列表
    urls: [Place; 1],
}

/// A document.
#[derive(Serialize, ToSchema)]
struct Place {
    /// Its address. 地址
    url: &'static str,
    /// What it is called in Knife4j's menu. 菜单中的名称
    name: &'static str,
}

/// Where Knife4j finds the document. Knife4j 的文档配置
#[utoipa::path(get, path = "/v3/api-docs/swagger-config", tag = "operations",
    responses((status = 200, description = "The places 文档位置", body = Places)))]
async fn knife4j_config() -> Json<Places> {
    Json(Places { config_url: CONFIG, urls: [Place { url: DOCUMENT, name: "RocketMall" }] })
}
