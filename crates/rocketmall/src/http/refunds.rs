//! Refunds: asked for by customers, decided on by the shop.

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use rocketmall_core::command::{Command, HandleRefund, Receipt, RefundStep, RequestRefund};
use rocketmall_core::id::{OrderId, RefundId};
use rocketmall_core::refund::{Refund, RefundCause, RefundLine, RefundState};
use rocketmall_core::refundable::Wanted;
use rocketmall_core::rejection::{Reason, Rejection};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Shop;
use super::auth::Reach;
use super::body::Body;
use super::guard::About;
use super::idempotency::{Key, submit};
use super::orders;
use super::paging::{Paging, query};
use super::problem::{Failure, PathId, Problems};
use super::users::unexpected;
use super::views::Page;
use super::wire::{GoodsRef, Id, Money, OrderRef, PaymentRef, RefundRef, Time, UserRef};

pub(super) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::new()
        .routes(routes!(of_order, request))
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(approve))
        .routes(routes!(reject))
        .routes(routes!(goods_received))
        .routes(routes!(retry))
        .routes(routes!(abandon))
}

/// Where a refund stands 退款状态
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RefundStatus {
    Requested,
    Approved,
    Processing,
    Succeeded,
    Failed,
    Rejected,
}

impl From<RefundState> for RefundStatus {
    fn from(state: RefundState) -> Self {
        match state {
            RefundState::Requested => Self::Requested,
            RefundState::Approved => Self::Approved,
            RefundState::Processing => Self::Processing,
            RefundState::Succeeded => Self::Succeeded,
            // given up, it is still one that failed; `abandoned_at` tells them apart
            RefundState::Failed | RefundState::Abandoned => Self::Failed,
            RefundState::Rejected => Self::Rejected,
        }
    }
}

impl From<RefundStatus> for RefundState {
    fn from(status: RefundStatus) -> Self {
        match status {
            RefundStatus::Requested => Self::Requested,
            RefundStatus::Approved => Self::Approved,
            RefundStatus::Processing => Self::Processing,
            RefundStatus::Succeeded => Self::Succeeded,
            RefundStatus::Failed => Self::Failed,
            RefundStatus::Rejected => Self::Rejected,
        }
    }
}

/// Why money goes back 退款原因
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Cause {
    /// The payment came after the order was cancelled.
    LatePayment,
    /// The order was paid already.
    SecondPayment,
    /// Somebody asked for it.
    Request,
    /// The paid order was called off.
    Cancel,
}

/// What of an order line goes back 退款明细
#[derive(Debug, Serialize, ToSchema)]
struct RefundLineView {
    goods_id: GoodsRef,
    number: i64,
    amount: Money,
}

/// A refund 退款
#[derive(Debug, Serialize, ToSchema)]
struct RefundView {
    id: RefundRef,
    order_id: OrderRef,
    payment_id: PaymentRef,
    user_id: UserRef,
    status: RefundStatus,
    cause: Cause,
    /// All that goes back: the channel's and the balance's part. 退款总额
    amount: Money,
    /// The channel's part 退回支付渠道
    channel_amount: Money,
    /// The balance's part 退回余额
    balance_amount: Money,
    /// The pieces it is for; none for a refund by amount. 退款商品
    lines: Vec<RefundLineView>,
    reason: Option<String>,
    /// Are shipped goods to be sent back? 是否退货
    return_goods: bool,
    /// Why it was rejected or failed, or what the platform said last. 备注
    remark: Option<String>,
    created_at: Time,
    /// When the platform was asked: the approval, or the last retry. 提交时间
    submitted_at: Option<Time>,
    /// When its goods were the shop's again 退货入库时间
    goods_back_at: Option<Time>,
    finished_at: Option<Time>,
    /// When it was given up, if it was. 放弃时间
    abandoned_at: Option<Time>,
}

impl From<RefundLine> for RefundLineView {
    fn from(line: RefundLine) -> Self {
        Self { goods_id: Id(line.goods_id), number: line.number, amount: Money(line.amount) }
    }
}

impl From<Refund> for RefundView {
    fn from(refund: Refund) -> Self {
        let cause = match refund.cause {
            RefundCause::Late => Cause::LatePayment,
            RefundCause::Second => Cause::SecondPayment,
            RefundCause::Request => Cause::Request,
            RefundCause::Cancel => Cause::Cancel,
        };
        Self {
            id: Id(refund.id),
            order_id: Id(refund.order_id),
            payment_id: Id(refund.payment_id),
            user_id: Id(refund.user_id),
            status: refund.state.into(),
            cause,
            amount: Money(refund.amount),
            channel_amount: Money(refund.channel_amount),
            balance_amount: Money(refund.balance_amount),
            lines: refund.lines.into_iter().map(RefundLineView::from).collect(),
            reason: refund.reason,
            return_goods: refund.return_goods,
            remark: refund.remark,
            created_at: Time(refund.created_at),
            submitted_at: refund.submitted_at.map(Time),
            goods_back_at: refund.goods_back_at.map(Time),
            finished_at: refund.finished_at.map(Time),
            abandoned_at: refund.finished_at.filter(|_| refund.state == RefundState::Abandoned).map(Time),
        }
    }
}

/// Pieces of one kind of goods 商品数量
#[derive(Debug, Deserialize, ToSchema)]
struct LineBack {
    goods_id: GoodsRef,
    #[schema(minimum = 1)]
    number: i64,
}

/// What is asked back: `lines`, or an `amount`, or with neither all that is left. 退款申请
#[derive(Debug, Deserialize, ToSchema)]
struct NewRefund {
    #[schema(min_items = 1, max_items = 100)]
    lines: Option<Vec<LineBack>>,
    amount: Option<Money>,
    #[schema(min_length = 1, max_length = 255, example = "尺寸不合适")]
    reason: String,
    /// Will shipped goods be sent back? Their stock comes back when the shop has them. 是否寄回商品
    #[serde(default)]
    return_goods: bool,
}

impl NewRefund {
    fn wanted(lines: Option<Vec<LineBack>>, amount: Option<Money>) -> Result<Wanted, Rejection> {
        match (lines, amount) {
            (Some(_), Some(_)) => Err(Rejection::of_field(Reason::BadParameter, "amount", "send lines or an amount, not both")),
            (Some(lines), None) => Ok(Wanted::Lines(lines.into_iter().map(|line| (line.goods_id.0, line.number)).collect())),
            (None, Some(amount)) => Ok(Wanted::Amount(amount.0)),
            (None, None) => Ok(Wanted::Whole),
        }
    }
}

/// Ask for money back: the whole, some lines, or an amount. It waits for the shop's word. 申请退款
#[utoipa::path(post, path = "/v1/orders/{id}/refunds", tag = "refunds", security(("bearer" = [])), request_body = NewRefund,
    params(("id" = OrderRef, Path), ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the same answer. 同一键与同一请求体得到同一答复")),
    responses((status = 201, description = "The refund 退款", body = RefundView), Problems))]
async fn request(
    State(shop): State<Shop>,
    Reach(user_id): Reach,
    PathId(order_id): PathId<OrderId>,
    key: Key,
    body: Body<NewRefund>,
) -> Result<Response, Failure> {
    let NewRefund { lines, amount, reason, return_goods } = body.value;
    let wanted = NewRefund::wanted(lines, amount)?;
    let refund_id = RefundId::new(shop.fleet.next_id());
    let command = Command::RequestRefund(RequestRefund { refund_id, order_id, user_id, wanted, reason, return_goods });
    let content = [order_id.to_string().as_bytes(), &body.bytes].concat();
    let (answer, replayed) = submit(&shop, key.with(user_id, "POST /v1/orders/{id}/refunds", &content, command)).await?;
    match answer.receipt {
        Receipt::Refund(refund) => Ok(about(&refund, replayed.mark((StatusCode::CREATED, Json(RefundView::from((*refund).clone())))))),
        other => Err(unexpected(&other)),
    }
}

/// The refunds of an order, oldest first. 订单的退款
#[utoipa::path(get, path = "/v1/orders/{id}/refunds", tag = "refunds", security(("bearer" = [])), params(("id" = OrderRef, Path)),
    responses((status = 200, description = "All of them: an order has at most 50 全部退款，每单至多 50 笔", body = Page<RefundView>), Problems))]
async fn of_order(State(shop): State<Shop>, reach: Reach, PathId(id): PathId<OrderId>) -> Result<Json<Page<RefundView>>, Failure> {
    let order = orders::find(&shop, reach, id).await?;
    let rows = shop.fleet.refunds_of(order.id).await?;
    let all = rows.len();
    Ok(Json(Page::new(rows, all, |refund| refund.id.to_string(), RefundView::from)))
}

/// Which refunds.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Only refunds in this status. 仅此状态的退款
    status: Option<RefundStatus>,
}

impl<S: Send + Sync> FromRequestParts<S> for Filter {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        query(parts, state).await
    }
}

/// All refunds, newest first. 退款列表
#[utoipa::path(get, path = "/v1/refunds", tag = "refunds", security(("bearer" = [])), params(Filter, Paging),
    responses((status = 200, description = "A page 一页", body = Page<RefundView>), Problems))]
async fn list(State(shop): State<Shop>, filter: Filter, paging: Paging) -> Result<Json<Page<RefundView>>, Failure> {
    let (before, limit) = (RefundId::new(paging.cursor(i64::MAX)?), paging.limit()?);
    let rows = shop.fleet.refund_page(filter.status.map(RefundState::from), before, limit.one_more()).await?;
    Ok(Json(Page::new(rows, limit.get(), |refund| refund.id.to_string(), RefundView::from)))
}

/// Show a refund. 退款详情
#[utoipa::path(get, path = "/v1/refunds/{id}", tag = "refunds", security(("bearer" = [])), params(("id" = RefundRef, Path)),
    responses((status = 200, description = "The refund 退款", body = RefundView), Problems))]
async fn show(State(shop): State<Shop>, PathId(id): PathId<RefundId>) -> Result<Json<RefundView>, Failure> {
    let refund = shop.fleet.refund(id).await?;
    refund.map(|refund| Json(refund.into())).ok_or_else(|| Refund::unknown(id).into())
}

/// Agree to a refund: its money goes back; goods that were not shipped, and the coupon of a whole order, at once. 同意退款
#[utoipa::path(post, path = "/v1/refunds/{id}/approve", tag = "refunds", security(("bearer" = [])), params(("id" = RefundRef, Path)),
    responses((status = 200, description = "The refund 退款", body = RefundView), Problems))]
async fn approve(State(shop): State<Shop>, PathId(id): PathId<RefundId>) -> Result<Response, Failure> {
    handle(&shop, id, RefundStep::Approve).await
}

/// Why the shop says no 拒绝理由
#[derive(Debug, Deserialize, ToSchema)]
struct Refusal {
    #[schema(min_length = 1, max_length = 255, example = "商品已使用")]
    reason: String,
}

/// Refuse a refund: what it held can be asked for again. 拒绝退款
#[utoipa::path(post, path = "/v1/refunds/{id}/reject", tag = "refunds", security(("bearer" = [])), request_body = Refusal,
    params(("id" = RefundRef, Path)), responses((status = 200, description = "The refund 退款", body = RefundView), Problems))]
async fn reject(State(shop): State<Shop>, PathId(id): PathId<RefundId>, body: Body<Refusal>) -> Result<Response, Failure> {
    handle(&shop, id, RefundStep::Reject { reason: body.value.reason }).await
}

/// Say that the goods of a refund with `return_goods` are here: the stock gets them. 退货入库
#[utoipa::path(post, path = "/v1/refunds/{id}/goods-received", tag = "refunds", security(("bearer" = [])), params(("id" = RefundRef, Path)),
    responses((status = 200, description = "The refund 退款", body = RefundView), Problems))]
async fn goods_received(State(shop): State<Shop>, PathId(id): PathId<RefundId>) -> Result<Response, Failure> {
    handle(&shop, id, RefundStep::GoodsReceived).await
}

/// Ask the platform once more for a refund that failed, under the same number. 重试退款
#[utoipa::path(post, path = "/v1/refunds/{id}/retry", tag = "refunds", security(("bearer" = [])), params(("id" = RefundRef, Path)),
    responses((status = 200, description = "The refund 退款", body = RefundView), Problems))]
async fn retry(State(shop): State<Shop>, PathId(id): PathId<RefundId>) -> Result<Response, Failure> {
    handle(&shop, id, RefundStep::Retry).await
}

/// Give a refund that failed up: its money can be refunded otherwise. Look at the platform first. 放弃退款
#[utoipa::path(post, path = "/v1/refunds/{id}/abandon", tag = "refunds", security(("bearer" = [])), params(("id" = RefundRef, Path)),
    responses((status = 200, description = "The refund 退款", body = RefundView), Problems))]
async fn abandon(State(shop): State<Shop>, PathId(id): PathId<RefundId>) -> Result<Response, Failure> {
    handle(&shop, id, RefundStep::Abandon).await
}

async fn handle(shop: &Shop, refund_id: RefundId, step: RefundStep) -> Result<Response, Failure> {
    match shop.fleet.submit(Command::HandleRefund(HandleRefund { refund_id, step })).await?.receipt {
        Receipt::Refund(refund) => Ok(about(&refund, Json(RefundView::from((*refund).clone())).into_response())),
        other => Err(unexpected(&other)),
    }
}

fn about(refund: &Refund, mut response: Response) -> Response {
    response.extensions_mut().insert(About(format!("refund {} order {}", refund.id, refund.order_id)));
    response
}
