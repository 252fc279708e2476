//! The original's own endpoints with their envelope: thin adapters over the same commands (seed-contract, section 2).

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use rocketmall_channels::RawNotification;
use rocketmall_core::basket::{Basket, BasketLine};
use rocketmall_core::command::{Command, Outcome, PlaceOrder, Receipt, SettlePayment};
use rocketmall_core::id::{CouponId, GoodsId, OrderId, PaymentId, UserId};
use rocketmall_core::money::Cents;
use rocketmall_core::payment::CURRENCY;
use rocketmall_core::rejection::{Kind, Reason, Rejection};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Shop;
use super::auth::{Caller, Role};
use super::body::{Body, RawBody, parse};
use super::channels::{refuse, settle};
use super::idempotency::{Key, submit};
use super::payments::{Wish, start};
use super::problem::{Door, Failure, ask_again};
use super::users::unexpected;
use loose::{amount, number, optional_number};

pub mod loose;

pub(super) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(demo_order)).routes(routes!(confirm)).routes(routes!(create_payment)).routes(routes!(call_back))
}

/// The contract's envelope.
#[derive(Debug, Serialize, ToSchema)]
struct ResultVo {
    /// 0 done, 1 failed.
    code: i32,
    /// 正确, or what is wrong.
    msg: String,
    /// true, or the failure's number.
    #[schema(value_type = Object)]
    data: Data,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Data {
    Done(bool),
    Failure(i32),
}

const CHANNEL: &str = "sandbox";

/// A failed call in the contract's envelope.
struct Refused(Failure);

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl From<Rejection> for Refused {
    fn from(rejection: Rejection) -> Self {
        Self(rejection.into())
    }
}

/// A refusal of the shop is 200 with code 1; only what is no valid request, not allowed or our fault has another status.
impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = match self.0 {
            Failure::Refused(rejection) | Failure::Absent(rejection) => {
                let status = match rejection.reason.kind() {
                    Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
                    Kind::Invalid | Kind::NotFound | Kind::Conflict | Kind::Fault => StatusCode::OK,
                };
                tracing::info!(%rejection, "refused");
                let vo = ResultVo { code: 1, msg: rejection.reason.title_zh().to_owned(), data: Data::Failure(rejection.reason.code()) };
                (status, Json(vo)).into_response()
            }
            Failure::Door(door, detail) => {
                let status = match door {
                    Door::Unauthorized => StatusCode::UNAUTHORIZED,
                    Door::Forbidden => StatusCode::FORBIDDEN,
                    Door::NotFound | Door::MethodNotAllowed => StatusCode::NOT_FOUND,
                    Door::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
                    Door::UnsupportedType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    Door::Malformed => StatusCode::BAD_REQUEST,
                    Door::TimedOut => StatusCode::SERVICE_UNAVAILABLE,
                };
                (status, Json(ResultVo { code: 1, msg: detail, data: Data::Failure(Reason::BadParameter.code()) })).into_response()
            }
        };
        ask_again(&mut response);
        response
    }
}

fn done() -> Json<ResultVo> {
    Json(ResultVo { code: 0, msg: "正确".to_owned(), data: Data::Done(true) })
}

/// The contract's order: one kind of goods.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct TradeOrder {
    #[serde(default, deserialize_with = "optional_number")]
    #[schema(value_type = i64, example = "345963634385633280")]
    user_id: Option<i64>,
    #[serde(deserialize_with = "number")]
    #[schema(value_type = i64, example = "345959443973935104")]
    goods_id: i64,
    #[serde(deserialize_with = "number")]
    goods_number: i64,
    #[serde(deserialize_with = "amount")]
    #[schema(value_type = f64)]
    goods_price: Cents,
    #[serde(deserialize_with = "amount")]
    #[schema(value_type = f64)]
    shipping_fee: Cents,
    #[serde(deserialize_with = "amount")]
    #[schema(value_type = f64)]
    order_amount: Cents,
    #[serde(default, deserialize_with = "optional_number")]
    #[schema(value_type = Option<i64>, example = "345988230098857984")]
    coupon_id: Option<i64>,
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    money_paid: Option<Cents>,
    address: String,
    #[serde(default)]
    consignee: Option<String>,
}

/// Place an order as the original did. 确认订单
#[utoipa::path(post, path = "/order/confirm", tag = "contract", security(("bearer" = [])), request_body = TradeOrder,
    responses((status = 200, description = "The envelope", body = ResultVo)))]
async fn confirm(
    State(shop): State<Shop>,
    caller: Result<Caller, Failure>,
    key: Result<Key, Failure>,
    body: Result<Body<TradeOrder>, Failure>,
) -> Result<Json<ResultVo>, Refused> {
    let caller = known(caller?)?;
    let (key, body) = (key?, body.map_err(bad_parameter)?);
    let named = body.value.user_id.filter(|user| *user != 0).map(UserId::new);
    let user = named.ok_or_else(|| Rejection::of_field(Reason::NoUser, "userId", "name the user in userId"))?;
    may_act_for(&caller, user)?;
    place(&shop, key, &body.bytes, user, body.value).await?;
    Ok(done())
}

async fn place(shop: &Shop, key: Key, bytes: &[u8], user_id: UserId, order: TradeOrder) -> Result<OrderId, Failure> {
    let basket = Basket {
        user_id,
        lines: vec![BasketLine { goods_id: GoodsId::new(order.goods_id), number: order.goods_number, seen_price: Some(order.goods_price) }],
        coupon_id: order.coupon_id.filter(|id| *id != 0).map(CouponId::new),
        money_paid: order.money_paid.unwrap_or(Cents::ZERO),
        seen_freight: Some(order.shipping_fee),
        seen_total: Some(order.order_amount),
        seen_pay_amount: None,
    };
    let order_id = OrderId::new(shop.runtime.ids.next());
    let consignee = order.consignee.unwrap_or_default();
    let command = Command::PlaceOrder(PlaceOrder { order_id, basket, address: order.address, consignee });
    let (answer, _) = submit(shop, key.with(Some(user_id), "POST /order/confirm", bytes, command)).await?;
    match answer.receipt {
        Receipt::Placed(order) => Ok(order.id),
        other => Err(unexpected(&other)),
    }
}

/// Place the demo order; only under --dev. 下单测试
#[utoipa::path(get, path = "/order/test", tag = "contract", responses((status = 200, description = "What became of it", body = String)))]
async fn demo_order(State(shop): State<Shop>) -> Result<String, Refused> {
    if !shop.manners.dev {
        return Err(Failure::Door(Door::NotFound, "only under --dev".to_owned()).into());
    }
    let order: TradeOrder = parse(crate::demo_data::ORDER.as_bytes())?;
    let placed = place(&shop, Key::none(), &[], crate::demo_data::USER, order).await?;
    Ok(format!("order {placed} placed\n"))
}

/// The contract's payment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct TradePay {
    #[serde(deserialize_with = "number")]
    #[schema(value_type = i64)]
    order_id: i64,
    #[serde(deserialize_with = "amount")]
    #[schema(value_type = f64)]
    pay_amount: Cents,
}

/// Ask for a payment as the original did. 创建支付订单
#[utoipa::path(post, path = "/pay/createPayment", tag = "contract", security(("bearer" = [])), request_body = TradePay,
    responses((status = 200, description = "The envelope", body = ResultVo)))]
async fn create_payment(
    State(shop): State<Shop>,
    caller: Result<Caller, Failure>,
    body: Result<Body<TradePay>, Failure>,
) -> Result<Json<ResultVo>, Refused> {
    let caller = known(caller?)?;
    let body = body.map_err(bad_parameter)?;
    let user_id = match caller.role {
        Role::Anonymous => return Err(caller.needs_user().err().map_or_else(|| Rejection::new(Reason::NoUser, "").into(), Refused)),
        Role::User => caller.user,
        Role::Service | Role::Admin => None,
    };
    let wish = Wish {
        order_id: OrderId::new(body.value.order_id),
        user_id,
        channel: CHANNEL.to_owned(),
        method: None,
        seen_amount: Some(body.value.pay_amount),
    };
    start(&shop, Key::none(), &[], wish).await?;
    Ok(done())
}

/// The contract's callback.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PayCallback {
    #[serde(deserialize_with = "number")]
    #[schema(value_type = i64)]
    pay_id: i64,
    #[serde(deserialize_with = "number")]
    #[schema(value_type = i64)]
    order_id: i64,
    #[serde(deserialize_with = "amount")]
    #[schema(value_type = f64)]
    pay_amount: Cents,
    /// 2: paid.
    #[serde(deserialize_with = "number")]
    #[schema(value_type = i64)]
    is_paid: i64,
}

/// The platform's callback as the original had it: signed like a notification, or unsigned only under --dev. 支付回调
#[utoipa::path(post, path = "/pay/callBackPayment", tag = "contract", request_body = PayCallback,
    responses((status = 200, description = "The envelope", body = ResultVo)))]
async fn call_back(State(shop): State<Shop>, headers: HeaderMap, body: Result<RawBody, Failure>) -> Result<Json<ResultVo>, Refused> {
    let body = body?.0;
    check_signature(&shop, &RawNotification { headers: &headers, body: &body })?;
    let told: PayCallback = parse(&body).map_err(bad_parameter)?;
    if told.is_paid != 2 {
        return Err(Rejection::of_field(Reason::PaymentRefused, "isPaid", "the callback says it is not paid").into());
    }
    let command = SettlePayment {
        payment_id: PaymentId::new(told.pay_id),
        channel: CHANNEL.to_owned(),
        order_id: Some(OrderId::new(told.order_id)),
        amount: told.pay_amount,
        currency: CURRENCY.to_owned(),
        platform_no: None,
        outcome: Outcome::Succeeded,
    };
    match settle(&shop, command).await? {
        (_, true) => Ok(done()),
        (payment, false) => Err(Rejection::new(Reason::AlreadyPaid, format!("payment {} is paid", payment.id)).into()),
    }
}

fn check_signature(shop: &Shop, raw: &RawNotification<'_>) -> Result<(), Failure> {
    let unsigned = !raw.headers.contains_key(rocketmall_channels::sign::HEADER);
    if unsigned && shop.manners.dev {
        return Ok(());
    }
    let channel =
        shop.manners.contract_channel.as_ref().ok_or_else(|| Failure::Door(Door::NotFound, "the sandbox channel is off".to_owned()))?;
    channel.verify_signature(raw, (shop.runtime.clock)()).map_err(|error| refuse(&error))
}

/// Who calls comes before what is asked.
fn known(caller: Caller) -> Result<Caller, Failure> {
    if caller.role == Role::Anonymous {
        caller.needs_user()?;
    }
    Ok(caller)
}

fn may_act_for(caller: &Caller, user: UserId) -> Result<(), Failure> {
    match (caller.role, caller.user) {
        (Role::Admin | Role::Service, None) => Ok(()),
        (Role::Admin | Role::Service | Role::User, Some(acting)) if acting == user => Ok(()),
        (Role::Anonymous, _) => caller.needs_user().map(drop),
        _ => Err(Failure::Door(Door::Forbidden, "the token is not this user's".to_owned())),
    }
}

/// The contract knows one number for every parameter that cannot be read.
fn bad_parameter(failure: Failure) -> Failure {
    match failure {
        Failure::Refused(rejection) => Failure::Refused(Rejection { reason: Reason::BadParameter, ..rejection }),
        other => other,
    }
}
