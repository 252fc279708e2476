//! `/docs`: Swagger UI over `/openapi.json`. Its files are in the binary, gzipped.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_ENCODING;
use axum::response::Response;
use axum::routing::get;
use rocketmall_core::rejection::{Reason, Rejection};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::Config;

use super::super::Shop;
use super::super::problem::{Failure, Problems};
use super::{Keep, absent, file};

const PAGE: &str = include_str!("swagger.html");
const STYLE: &str = include_str!("swagger.css");
const START: &str = include_str!("swagger.js");

/// Nothing from elsewhere. Swagger UI writes styles into its elements and has its pictures in its style sheet.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

pub(super) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(docs)).route("/docs/ui/{file}", get(part))
}

/// Debug page: every call, to read and to try. 调试页：查看并调用每个接口
///
/// Without `--dev`: an administrator's token, or the door of `debug_listen`. 非 `--dev` 时需管理员令牌，或经 `debug_listen` 端口访问。
#[utoipa::path(get, path = "/docs", tag = "operations", security(("bearer" = []), ()),
    responses((status = 200, description = "The page 页面", body = String, content_type = "text/html"), Problems))]
async fn docs() -> Response {
    file("text/html; charset=utf-8", Keep::Never, POLICY, PAGE)
}

async fn part(Path(name): Path<String>) -> Result<Response, Failure> {
    match name.as_str() {
        "page.css" => return Ok(file("text/css; charset=utf-8", Keep::Hour, POLICY, STYLE)),
        "start.js" => return Ok(file("text/javascript; charset=utf-8", Keep::Hour, POLICY, START)),
        // its own pages would load the petstore's document from elsewhere
        "" | "index.html" | "swagger-initializer.js" | "oauth2-redirect.html" => return Err(absent()),
        _ => {}
    }
    let found = utoipa_swagger_ui::serve(&name, Arc::new(Config::default())).map_err(|error| {
        tracing::error!(%error, name, "Swagger UI lacks a file");
        Rejection::new(Reason::Internal, "the page's file cannot be served")
    })?;
    let found = found.ok_or_else(absent)?;
    let mut response = file(&found.content_type, Keep::Hour, POLICY, found.bytes.into_owned());
    if found.gzpipped {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}
