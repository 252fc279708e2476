//! Orders: quote, place, show, cancel, ship, receive.

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use rocketmall_core::basket::{Basket, BasketLine};
use rocketmall_core::command::{CancelCause, CancelOrder, Command, PlaceOrder, Receipt, ReceiveCause, ReceiveOrder, ShipOrder};
use rocketmall_core::faults;
use rocketmall_core::id::{OrderId, UserId};
use rocketmall_core::money::Cents;
use rocketmall_core::order::{Order, OrderStatus, PayStatus};
use rocketmall_core::saga::Offer;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Shop;
use super::auth::{ActingFor, Reach};
use super::body::{Body, Object, OptionalBody};
use super::guard::About;
use super::idempotency::{Key, submit};
use super::paging::{Paging, query};
use super::problem::{Failure, PathId, Problems};
use super::users::unexpected;
use super::views::{OrderState, OrderView, Page, QuoteView};
use super::wire::{CouponRef, GoodsRef, Money, OrderRef};
use crate::timeline::{self, Timeline};

pub(super) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::new()
        .routes(routes!(quote))
        .routes(routes!(list, place))
        .routes(routes!(show))
        .routes(routes!(events))
        .routes(routes!(cancel))
        .routes(routes!(ship))
        .routes(routes!(receive))
}

/// A line as asked for 购买的商品
#[derive(Debug, Deserialize, ToSchema)]
struct NewLine {
    goods_id: GoodsRef,
    /// Pieces 件数
    #[schema(example = 1, minimum = 1, maximum = 1_000_000)]
    number: i64,
    /// The price the customer saw; a difference is refused, never adjusted. 顾客看到的单价，不一致则拒绝
    price: Option<Money>,
}

/// A basket 购物车
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"lines": [{"goods_id": "345959443973935104", "number": 1}], "money_paid": "100.00"}))]
struct NewBasket {
    /// Each kind of goods at most once. 每种商品至多一行
    #[schema(value_type = Vec<NewLine>, min_items = 1, max_items = 100)]
    lines: Vec<Object<NewLine>>,
    coupon_id: Option<CouponRef>,
    /// How much of the balance to use. 使用的余额
    money_paid: Option<Money>,
    /// The amount to pay the customer saw; a difference is refused, never adjusted. 顾客看到的应付金额，不一致则拒绝
    pay_amount: Option<Money>,
}

/// An order as asked for 下单请求
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"lines": [{"goods_id": "345959443973935104", "number": 1, "price": "5000.00"}], "money_paid": "100.00", "address": "新西兰", "consignee": "小明"}))]
struct NewOrder {
    /// Each kind of goods at most once. 每种商品至多一行
    #[schema(value_type = Vec<NewLine>, min_items = 1, max_items = 100)]
    lines: Vec<Object<NewLine>>,
    /// Where to 收货地址
    #[schema(example = "新西兰")]
    address: String,
    /// For whom 收货人
    #[schema(example = "小明")]
    consignee: String,
    coupon_id: Option<CouponRef>,
    /// How much of the balance to use.
    money_paid: Option<Money>,
    /// The amount to pay the customer saw; a difference is refused, never adjusted.
    pay_amount: Option<Money>,
}

impl NewBasket {
    fn of(self, user_id: UserId) -> Basket {
        let line = |Object(line): Object<NewLine>| BasketLine {
            goods_id: line.goods_id.0,
            number: line.number,
            seen_price: line.price.map(|price| price.0),
        };
        Basket {
            user_id,
            lines: self.lines.into_iter().map(line).collect(),
            coupon_id: self.coupon_id.map(|id| id.0),
            money_paid: self.money_paid.map_or(Cents::ZERO, |amount| amount.0),
            seen_freight: None,
            seen_total: None,
            seen_pay_amount: self.pay_amount.map(|amount| amount.0),
        }
    }
}

/// What a basket costs; nothing is stored. 试算
#[utoipa::path(post, path = "/v1/orders/quote", tag = "orders", security(("bearer" = [])), request_body = NewBasket,
    responses((status = 200, description = "The price 价格", body = QuoteView), Problems))]
async fn quote(State(shop): State<Shop>, ActingFor(user): ActingFor, body: Body<NewBasket>) -> Result<Json<QuoteView>, Failure> {
    let basket = body.value.of(user);
    Failure::of_faults(faults::of_basket(&basket)).map_or(Ok(()), Err)?;
    let rows = shelf(&shop, &basket).await?;
    Ok(Json(basket.quote(&rows, &shop.process().terms.get(), (shop.process().clock)())?.into()))
}

async fn shelf(shop: &Shop, basket: &Basket) -> Result<Offer, Failure> {
    let wanted = basket.lines.iter().map(|line| line.goods_id).collect();
    let coupon = match basket.coupon_id {
        Some(id) => shop.fleet.coupon(id).await?,
        None => None,
    };
    Ok(Offer { goods: shop.fleet.goods(wanted).await?, account: shop.fleet.account(basket.user_id).await?, coupon })
}

/// Place an order. 下单
#[utoipa::path(post, path = "/v1/orders", tag = "orders", security(("bearer" = [])), request_body = NewOrder,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the same answer. 同一键与同一请求体得到同一答复")),
    responses((status = 201, description = "The order 订单", body = OrderView), Problems))]
async fn place(State(shop): State<Shop>, ActingFor(user): ActingFor, key: Key, body: Body<NewOrder>) -> Result<Response, Failure> {
    let NewOrder { lines, address, consignee, coupon_id, money_paid, pay_amount } = body.value;
    let basket = NewBasket { lines, coupon_id, money_paid, pay_amount }.of(user);
    let order_id = OrderId::new(shop.fleet.next_id());
    let command = Command::PlaceOrder(PlaceOrder { order_id, basket, address, consignee });
    let (answer, replayed) = submit(&shop, key.with(Some(user), "POST /v1/orders", &body.bytes, command)).await?;
    match answer.receipt {
        Receipt::Placed(order) => Ok(about(&order, replayed.mark((StatusCode::CREATED, Json(OrderView::from((*order).clone())))))),
        other => Err(unexpected(&other)),
    }
}

fn about(order: &Order, mut response: Response) -> Response {
    response.extensions_mut().insert(About(format!("order {} user {}", order.id, order.user_id)));
    response
}

/// Which orders.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Only orders in this status. 订单状态
    status: Option<OrderState>,
}

impl<S: Send + Sync> FromRequestParts<S> for Filter {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        query(parts, state).await
    }
}

/// The user's orders, newest first. 订单列表
#[utoipa::path(get, path = "/v1/orders", tag = "orders", security(("bearer" = [])), params(Filter, Paging),
    responses((status = 200, description = "A page 一页", body = Page<OrderView>), Problems))]
async fn list(State(shop): State<Shop>, Reach(user): Reach, filter: Filter, paging: Paging) -> Result<Json<Page<OrderView>>, Failure> {
    let (before, limit) = (OrderId::new(paging.cursor(i64::MAX)?), paging.limit()?);
    let rows = shop.fleet.order_page(user, filter.status.map(OrderStatus::from), before, limit.one_more()).await?;
    Ok(Json(Page::new(rows, limit.get(), |order| order.id.to_string(), OrderView::from)))
}

/// Show an order. 订单详情
#[utoipa::path(get, path = "/v1/orders/{id}", tag = "orders", security(("bearer" = [])), params(("id" = OrderRef, Path)),
    responses((status = 200, description = "The order 订单", body = OrderView), Problems))]
async fn show(State(shop): State<Shop>, reach: Reach, PathId(id): PathId<OrderId>) -> Result<Json<OrderView>, Failure> {
    Ok(Json(find(&shop, reach, id).await?.into()))
}

/// What happened to an order: every state, message, effect and payment, in time order. 订单时间线
#[utoipa::path(get, path = "/v1/orders/{id}/timeline", tag = "orders", security(("bearer" = [])), params(("id" = OrderRef, Path)),
    responses((status = 200, description = "The timeline 时间线", body = Timeline), Problems))]
async fn events(State(shop): State<Shop>, reach: Reach, PathId(id): PathId<OrderId>) -> Result<Json<Timeline>, Failure> {
    let order = find(&shop, reach, id).await?;
    Ok(Json(timeline::of(&shop.fleet, &order).await?))
}

/// Why an order is called off 取消原因
#[derive(Debug, Default, Deserialize, ToSchema)]
struct Cancellation {
    reason: Option<String>,
}

/// Cancel an order: an unpaid one at once, a paid one that is not shipped by a refund. 取消订单
#[utoipa::path(post, path = "/v1/orders/{id}/cancel", tag = "orders", security(("bearer" = [])), request_body = Option<Cancellation>,
    params(("id" = OrderRef, Path)),
    responses((status = 200, description = "The order, cancelled 已取消的订单", body = OrderView),
        (status = 202, description = "The order, paid: a refund of all of it is under way 已支付，全额退款处理中", body = OrderView), Problems))]
async fn cancel(
    State(shop): State<Shop>,
    Reach(user): Reach,
    PathId(id): PathId<OrderId>,
    body: OptionalBody<Cancellation>,
) -> Result<Response, Failure> {
    let cause = user.map_or(CancelCause::Shop, CancelCause::User);
    let command = Command::CancelOrder(CancelOrder { order_id: id, cause, reason: body.0.reason });
    match shop.fleet.submit(command).await?.receipt {
        Receipt::Cancelled(order) => {
            let status = if order.pay_status == PayStatus::Paid { StatusCode::ACCEPTED } else { StatusCode::OK };
            Ok(about(&order, (status, Json(OrderView::from((*order).clone()))).into_response()))
        }
        other => Err(unexpected(&other)),
    }
}

/// How an order leaves 发货信息
#[derive(Debug, Deserialize, ToSchema)]
struct Parcel {
    /// Who carries it 承运商
    #[schema(min_length = 1, max_length = 64, example = "顺丰")]
    carrier: String,
    /// The carrier's number for it 运单号
    #[schema(min_length = 1, max_length = 64, example = "SF1000000001")]
    tracking_no: String,
}

/// Ship a paid order. 发货
#[utoipa::path(post, path = "/v1/orders/{id}/ship", tag = "orders", security(("bearer" = [])), request_body = Parcel,
    params(("id" = OrderRef, Path)), responses((status = 200, description = "The order 订单", body = OrderView), Problems))]
async fn ship(State(shop): State<Shop>, PathId(order_id): PathId<OrderId>, body: Body<Parcel>) -> Result<Response, Failure> {
    let Parcel { carrier, tracking_no } = body.value;
    changed(&shop, Command::ShipOrder(ShipOrder { order_id, carrier, tracking_no })).await
}

/// Say that a shipped order has arrived. 确认收货
#[utoipa::path(post, path = "/v1/orders/{id}/receive", tag = "orders", security(("bearer" = [])),
    params(("id" = OrderRef, Path)), responses((status = 200, description = "The order 订单", body = OrderView), Problems))]
async fn receive(State(shop): State<Shop>, Reach(user): Reach, PathId(order_id): PathId<OrderId>) -> Result<Response, Failure> {
    let cause = user.map_or(ReceiveCause::Shop, ReceiveCause::User);
    changed(&shop, Command::ReceiveOrder(ReceiveOrder { order_id, cause })).await
}

async fn changed(shop: &Shop, command: Command) -> Result<Response, Failure> {
    match shop.fleet.submit(command).await?.receipt {
        Receipt::Order(order) => Ok(about(&order, Json(OrderView::from((*order).clone())).into_response())),
        other => Err(unexpected(&other)),
    }
}

/// The order, if the caller may see it. A pre-order of the saga is invisible.
pub(super) async fn find(shop: &Shop, Reach(user): Reach, id: OrderId) -> Result<Order, Failure> {
    let order = shop.fleet.order(id).await?;
    let visible = order.filter(|order| order.status != OrderStatus::Unconfirmed && user.is_none_or(|user| user == order.user_id));
    visible.ok_or_else(|| Order::unknown(id).into())
}
