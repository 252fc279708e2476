//! Goods and stock.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use rocketmall_core::command::{Command, CorrectStock, EditGoods, Receipt};
use rocketmall_core::goods::Goods;
use rocketmall_core::id::GoodsId;
use rocketmall_core::rejection::{Reason, Rejection};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Shop;
use super::auth::Caller;
use super::body::Body;
use super::guard::About;
use super::idempotency::{Key, Replayed, submit};
use super::paging::Paging;
use super::problem::{Failure, PathId, Problems};
use super::users::unexpected;
use super::views::{GoodsView, Page};
use super::wire::{GoodsRef, Money};

pub(super) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(show, edit)).routes(routes!(correct_stock))
}

/// List goods. 商品列表
#[utoipa::path(get, path = "/v1/goods", tag = "goods", params(Paging), responses((status = 200, description = "A page 一页", body = Page<GoodsView>), Problems))]
async fn list(State(shop): State<Shop>, paging: Paging) -> Result<Json<Page<GoodsView>>, Failure> {
    let (after, limit) = (paging.cursor(0)?, paging.limit()?);
    let rows = shop.fleet.goods_page(GoodsId::new(after), limit.one_more()).await?;
    Ok(Json(Page::new(rows, limit.get(), |goods| goods.id.to_string(), GoodsView::from)))
}

/// Show goods. 商品详情
#[utoipa::path(get, path = "/v1/goods/{id}", tag = "goods", params(("id" = GoodsRef, Path)),
    responses((status = 200, description = "The goods 商品", body = GoodsView), Problems))]
async fn show(State(shop): State<Shop>, PathId(id): PathId<GoodsId>) -> Result<Json<GoodsView>, Failure> {
    match shop.fleet.goods(vec![id]).await?.pop() {
        Some(goods) => Ok(Json(goods.into())),
        None => Err(Failure::Absent(Rejection::new(Reason::GoodsUnknown, format!("there are no goods {id}")))),
    }
}

/// New goods 新商品
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"name": "Kiwi 奇异果", "price": "19.90", "number": 100, "desc": "From New Zealand 新西兰产"}))]
struct NewGoods {
    /// What they are called 名称
    name: String,
    /// What a piece costs 单价
    price: Money,
    /// Pieces in stock 库存
    number: i64,
    /// What they are 描述
    #[serde(default)]
    desc: String,
}

/// Take up goods. 新增商品
#[utoipa::path(post, path = "/v1/goods", tag = "goods", security(("bearer" = [])), request_body = NewGoods,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the same answer. 同一键与同一请求体得到同一答复")),
    responses((status = 201, description = "The goods 商品", body = GoodsView), Problems))]
async fn create(State(shop): State<Shop>, caller: Caller, key: Key, body: Body<NewGoods>) -> Result<Response, Failure> {
    let NewGoods { name, price, number, desc } = body.value;
    let id = GoodsId::new(shop.fleet.next_id());
    let goods = Goods { id, name, desc, price: price.0, stock: number, created_at: (shop.process().clock)() };
    let request = key.with(caller.user, "POST /v1/goods", &body.bytes, Command::CreateGoods(goods));
    let (answer, replayed) = submit(&shop, request).await?;
    created(answer.receipt, replayed)
}

/// Other words or another price; what is left away stays. 修改内容，省略的保持不变
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"desc": "Demo goods 演示商品"}))]
struct GoodsEdit {
    /// What they are called 名称
    name: Option<String>,
    /// What a piece costs 单价
    price: Option<Money>,
    /// What they are 描述
    desc: Option<String>,
}

/// Edit goods. 修改商品
#[utoipa::path(patch, path = "/v1/goods/{id}", tag = "goods", security(("bearer" = [])), request_body = GoodsEdit,
    params(("id" = GoodsRef, Path)), responses((status = 200, description = "The goods 商品", body = GoodsView), Problems))]
async fn edit(State(shop): State<Shop>, PathId(id): PathId<GoodsId>, body: Body<GoodsEdit>) -> Result<Json<GoodsView>, Failure> {
    let GoodsEdit { name, price, desc } = body.value;
    let edit = EditGoods { goods_id: Some(id), name, price: price.map(|price| price.0), desc };
    let answer = shop.fleet.submit(Command::EditGoods(edit)).await.map_err(at_address)?;
    goods_of(answer.receipt)
}

/// A stock correction 库存变动
#[derive(Debug, Deserialize, ToSchema)]
struct StockCorrection {
    /// Pieces that came; negative: went. 正数入库，负数出库
    #[schema(example = 10)]
    delta: i64,
    /// Why; it is logged. 原因，记入流水
    #[schema(example = "delivery 进货")]
    reason: String,
}

/// Correct the stock; logged. 库存更正
#[utoipa::path(post, path = "/v1/goods/{id}/stock", tag = "goods", security(("bearer" = [])), request_body = StockCorrection,
    params(("id" = GoodsRef, Path), ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the same answer. 同一键与同一请求体得到同一答复")),
    responses((status = 201, description = "The goods afterwards 变动后的商品", body = GoodsView), Problems))]
async fn correct_stock(
    State(shop): State<Shop>,
    caller: Caller,
    PathId(id): PathId<GoodsId>,
    key: Key,
    body: Body<StockCorrection>,
) -> Result<Response, Failure> {
    let command = Command::CorrectStock(CorrectStock { goods_id: id, delta: body.value.delta, reason: body.value.reason });
    let content = [id.to_string().as_bytes(), &body.bytes].concat();
    let submitted = submit(&shop, key.with(caller.user, "POST /v1/goods/{id}/stock", &content, command)).await;
    let (answer, replayed) = submitted.map_err(|failure| match failure {
        Failure::Refused(rejection) => at_address(rejection),
        other => other,
    })?;
    created(answer.receipt, replayed)
}

/// Unknown goods break a rule in a basket; in an address they are what is not found.
fn at_address(rejection: Rejection) -> Failure {
    if rejection.reason == Reason::GoodsUnknown { Failure::Absent(rejection) } else { rejection.into() }
}

fn created(receipt: Receipt, replayed: Replayed) -> Result<Response, Failure> {
    let about = if let Receipt::Goods(goods) = &receipt { format!("goods {}", goods.id) } else { String::new() };
    Ok(About(about).mark(replayed.mark((StatusCode::CREATED, goods_of(receipt)?))))
}

fn goods_of(receipt: Receipt) -> Result<Json<GoodsView>, Failure> {
    match receipt {
        Receipt::Goods(goods) => Ok(Json((*goods).into())),
        other => Err(unexpected(&other)),
    }
}
