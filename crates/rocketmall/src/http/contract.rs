//! The original's own endpoints with their envelope: thin adapters over the same commands (seed-contract, section 2).

use axum::Json;
use axum::extract::State;
use axum::http::header::{HeaderValue, RETRY_AFTER};
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
use loose::{Amount, Digits, amount, number, optional_number};

pub mod loose;

pub(super) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(demo_order)).routes(routes!(confirm)).routes(routes!(create_payment)).routes(routes!(call_back))
}

/// The contract's envelope 应答
#[derive(Debug, Serialize, ToSchema)]
struct ResultVo {
    /// 0 done, 1 failed. 0 成功，1 失败
    #[schema(example = 0)]
    code: i32,
    /// 正确, or what is wrong. 正确或失败原因
    #[schema(example = "正确")]
    msg: String,
    /// true, or the failure's number. true 或失败编号
    #[schema(value_type = serde_json::Value, example = true)]
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
            Failure::Refused(rejection) | Failure::Absent(rejection) | Failure::Several { first: rejection, .. } => {
                let status = match rejection.reason.kind() {
                    Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
                    Kind::Invalid | Kind::NotFound | Kind::Conflict | Kind::Fault => StatusCode::OK,
                };
                tracing::info!(%rejection, "refused");
                let vo = ResultVo { code: 1, msg: rejection.reason.title_zh().to_owned(), data: Data::Failure(rejection.reason.code()) };
                (status, Json(vo)).into_response()
            }
            Failure::TooMany { wait, detail } => {
                let vo = ResultVo { code: 1, msg: detail, data: Data::Failure(Reason::BadParameter.code()) };
                let headers = [(RETRY_AFTER, HeaderValue::from(wait.as_secs().saturating_add(1)))];
                (StatusCode::TOO_MANY_REQUESTS, headers, Json(vo)).into_response()
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
                    Door::TooSlow => StatusCode::REQUEST_TIMEOUT,
                    Door::TooMany => StatusCode::TOO_MANY_REQUESTS,
                };
                (status, Json(ResultVo { code: 1, msg: detail, data: Data::Failure(Reason::BadParameter.code()) })).into_response()
            }
        };
        ask_again(&mut response);
        response
    }
}

/// A refusal of this door, in the envelope where the route is one of the contract's.
pub(super) fn in_its_shape(route: &str, failure: Failure) -> Response {
    let envelope = ["/order/", "/pay/"].iter().any(|prefix| route.starts_with(prefix));
    if envelope { Refused(failure).into_response() } else { failure.into_response() }
}

fn done() -> Json<ResultVo> {
    Json(ResultVo { code: 0, msg: "正确".to_owned(), data: Data::Done(true) })
}

/// The contract's order: one kind of goods. Ids and amounts as numbers or strings; JavaScript rounds such large numbers, so take strings there. 原系统的订单：一种商品；编号与金额可为数字或字符串，JavaScript 会舍入这么大的数字，请用字符串
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"userId": "345963634385633280", "goodsId": "345959443973935104", "goodsNumber": 1, "goodsPrice": 5000, "shippingFee": 0, "orderAmount": 5000, "moneyPaid": 100, "address": "新西兰", "consignee": "小明"}))]
#[serde(rename_all = "camelCase")]
struct TradeOrder {
    /// The customer; must be the token's user. 用户编号，须为令牌的用户
    #[serde(default, deserialize_with = "optional_number")]
    #[schema(value_type = Digits, example = "345963634385633280")]
    user_id: Option<i64>,
    /// The goods 商品编号
    #[serde(deserialize_with = "number")]
    #[schema(value_type = Digits, example = "345959443973935104")]
    goods_id: i64,
    /// Pieces 件数
    #[serde(deserialize_with = "number")]
    #[schema(value_type = Digits, example = 1)]
    goods_number: i64,
    /// The price the customer saw 顾客看到的单价
    #[serde(deserialize_with = "amount")]
    #[schema(value_type = Amount, example = 5000)]
    goods_price: Cents,
    /// The freight the customer saw 顾客看到的运费
    #[serde(deserialize_with = "amount")]
    #[schema(value_type = Amount, example = 0)]
    shipping_fee: Cents,
    /// Goods and freight together 订单总额
    #[serde(deserialize_with = "amount")]
    #[schema(value_type = Amount, example = 5000)]
    order_amount: Cents,
    /// A coupon of the customer 优惠券编号
    #[serde(default, deserialize_with = "optional_number")]
    #[schema(required = false, value_type = Digits, example = "345988230098857984")]
    coupon_id: Option<i64>,
    /// How much of the balance to use 使用的余额
    #[serde(default)]
    #[schema(required = false, value_type = Amount, example = 100)]
    money_paid: Option<Cents>,
    /// Where to 收货地址
    address: String,
    /// For whom 收货人
    #[serde(default)]
    consignee: Option<String>,
}

/// Place an order as the original did. 确认订单
#[utoipa::path(post, path = "/order/confirm", tag = "contract", security(("bearer" = [])), request_body = TradeOrder,
    responses((status = 200, description = "The envelope 应答", body = ResultVo)))]
async fn confirm(
    State(shop): State<Shop>,
    caller: Caller,
    key: Result<Key, Failure>,
    body: Result<Body<TradeOrder>, Failure>,
) -> Result<Json<ResultVo>, Refused> {
    let (key, body) = (key?, body.map_err(bad_parameter)?);
    let named = body.value.user_id.filter(|user| *user != 0).map(UserId::new);
    let user = named.ok_or_else(|| Rejection::of_field(Reason::NoUser, "userId", "name the user in userId"))?;
    may_act_for(&caller, user)?;
    if caller.user.is_none() {
        // who is named in the body alone was not known at the door
        shop.manners.rates.get().order(user)?;
    }
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
    let order_id = OrderId::new(shop.fleet.next_id());
    let consignee = order.consignee.unwrap_or_default();
    let command = Command::PlaceOrder(PlaceOrder { order_id, basket, address: order.address, consignee });
    let (answer, _) = submit(shop, key.with(Some(user_id), "POST /order/confirm", bytes, command)).await?;
    match answer.receipt {
        Receipt::Placed(order) => Ok(order.id),
        other => Err(unexpected(&other)),
    }
}

/// Place the demo order; only under --dev. 下单测试
#[utoipa::path(get, path = "/order/test", tag = "contract", responses((status = 200, description = "What became of it 结果", body = String)))]
async fn demo_order(State(shop): State<Shop>) -> Result<String, Refused> {
    let order: TradeOrder = parse(crate::demo_data::ORDER.as_bytes())?;
    let placed = place(&shop, Key::none(), &[], crate::demo_data::USER, order).await?;
    Ok(format!("order {placed} placed\n"))
}

/// The contract's payment 支付请求
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"orderId": "1319170834210160640", "payAmount": 4900}))]
#[serde(rename_all = "camelCase")]
struct TradePay {
    /// The order to pay 订单编号
    #[serde(deserialize_with = "number")]
    #[schema(value_type = Digits)]
    order_id: i64,
    /// What the customer saw to be paid 应付金额
    #[serde(deserialize_with = "amount")]
    #[schema(value_type = Amount)]
    pay_amount: Cents,
}

/// Ask for a payment as the original did. 创建支付订单
#[utoipa::path(post, path = "/pay/createPayment", tag = "contract", security(("bearer" = [])), request_body = TradePay,
    responses((status = 200, description = "The envelope 应答", body = ResultVo)))]
async fn create_payment(
    State(shop): State<Shop>,
    caller: Caller,
    body: Result<Body<TradePay>, Failure>,
) -> Result<Json<ResultVo>, Refused> {
    let body = body.map_err(bad_parameter)?;
    let wish = Wish {
        order_id: OrderId::new(body.value.order_id),
        user_id: caller.user,
        channel: CHANNEL.to_owned(),
        method: None,
        seen_amount: Some(body.value.pay_amount),
    };
    start(&shop, Key::none(), &[], wish).await?;
    Ok(done())
}

/// The contract's callback 支付回调
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"payId": "1319170836852572160", "orderId": "1319170834210160640", "payAmount": 4900, "isPaid": 2}))]
#[serde(rename_all = "camelCase")]
struct PayCallback {
    /// The payment 支付单编号
    #[serde(deserialize_with = "number")]
    #[schema(value_type = Digits)]
    pay_id: i64,
    /// Its order 订单编号
    #[serde(deserialize_with = "number")]
    #[schema(value_type = Digits)]
    order_id: i64,
    /// What was paid 实付金额
    #[serde(deserialize_with = "amount")]
    #[schema(value_type = Amount)]
    pay_amount: Cents,
    /// 2: paid 已支付
    #[serde(deserialize_with = "number")]
    #[schema(value_type = Digits)]
    is_paid: i64,
}

/// The platform's callback as the original had it: signed like a notification, or unsigned only under --dev. 支付回调
#[utoipa::path(post, path = "/pay/callBackPayment", tag = "contract", request_body = PayCallback,
    responses((status = 200, description = "The envelope 应答", body = ResultVo)))]
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
    channel.verify_signature(raw, (shop.process().clock)()).map_err(|error| refuse(&error))
}

fn may_act_for(caller: &Caller, user: UserId) -> Result<(), Failure> {
    match (caller.role, caller.user) {
        (Role::Admin | Role::Service, None) => Ok(()),
        (Role::Admin | Role::Service | Role::User, Some(acting)) if acting == user => Ok(()),
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
