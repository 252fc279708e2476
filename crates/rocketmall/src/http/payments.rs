//! Payments: asking for one, showing it, asking the platform for the truth.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use rocketmall_core::command::{Command, Receipt, StartPayment};
use rocketmall_core::id::{OrderId, PaymentId, UserId};
use rocketmall_core::limit;
use rocketmall_core::money::Cents;
use rocketmall_core::payment::{Payment, PaymentState};
use rocketmall_core::rejection::{Reason, Rejection};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Shop;
use super::auth::Reach;
use super::body::Body;
use super::guard::About;
use super::idempotency::{Key, Replayed, submit};
use super::problem::{Failure, PathId, Problems};
use super::users::unexpected;
use super::views::PaymentView;
use super::wire::{OrderRef, PaymentRef};

pub(super) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(create)).routes(routes!(show)).routes(routes!(sync))
}

/// How the customer wants to pay 支付方式
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"channel": "sandbox"}))]
struct NewPayment {
    /// A channel that is switched on 已启用的支付渠道
    #[schema(example = "sandbox")]
    channel: String,
    /// The way to pay within the channel 渠道内的支付方式
    method: Option<String>,
}

/// Ask for a payment. Asking again on the same channel while one is pending returns that one. 发起支付
#[utoipa::path(post, path = "/v1/orders/{id}/payments", tag = "payments", security(("bearer" = [])), request_body = NewPayment,
    params(("id" = OrderRef, Path), ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the same answer. 同一键与同一请求体得到同一答复")),
    responses((status = 201, description = "The payment and what the customer has to do 支付单及顾客下一步操作", body = PaymentView), Problems))]
async fn create(
    State(shop): State<Shop>,
    Reach(user_id): Reach,
    PathId(order_id): PathId<OrderId>,
    key: Key,
    body: Body<NewPayment>,
) -> Result<Response, Failure> {
    let NewPayment { channel, method } = body.value;
    let content = [order_id.to_string().as_bytes(), &body.bytes].concat();
    let wish = Wish { order_id, user_id, channel, method, seen_amount: None };
    let (payment, replayed) = start(&shop, key, &content, wish).await?;
    let text = format!("payment {} order {} user {}", payment.id, payment.order_id, payment.user_id);
    let mut response = replayed.mark((StatusCode::CREATED, Json(PaymentView::from(payment))));
    response.extensions_mut().insert(About(text));
    Ok(response)
}

/// What a caller wants to pay, and how.
pub(super) struct Wish {
    pub(super) order_id: OrderId,
    pub(super) user_id: Option<UserId>,
    pub(super) channel: String,
    pub(super) method: Option<String>,
    pub(super) seen_amount: Option<Cents>,
}

/// Opens the attempt, then asks the platform what the customer has to do. Both may be repeated at any point.
pub(super) async fn start(shop: &Shop, key: Key, content: &[u8], wish: Wish) -> Result<(Payment, Replayed), Failure> {
    shop.channels.get(&wish.channel)?;
    if wish.method.as_ref().is_some_and(|method| method.chars().count() > limit::METHOD) {
        return Err(Rejection::of_field(Reason::BadParameter, "method", format!("at most {} characters", limit::METHOD)).into());
    }
    let command = Command::StartPayment(StartPayment {
        payment_id: PaymentId::new(shop.fleet.next_id()),
        order_id: wish.order_id,
        user_id: wish.user_id,
        channel: wish.channel,
        method: wish.method,
        seen_amount: wish.seen_amount,
    });
    let (answer, replayed) = submit(shop, key.with(wish.user_id, "POST /v1/orders/{id}/payments", content, command)).await?;
    let Receipt::Started(started) = answer.receipt else { return Err(unexpected(&answer.receipt)) };
    // a remembered receipt is of the moment before the platform was asked; books of the pay role's own answer with what they have
    let one_book = shop.fleet.has_one_book();
    let known = if one_book { shop.fleet.payment(started.id).await?.unwrap_or(*started) } else { *started };
    let prepaid = shop.channels.prepay(&shop.fleet, known).await?;
    if !replayed.is_so() {
        shop.fleet.check_unpaid(&prepaid)?;
    }
    Ok((as_started(prepaid), replayed))
}

/// The same answer however far the payment has come meanwhile. One that was closed before the platform was asked has no
/// action to repeat; it is shown as it is.
fn as_started(payment: Payment) -> Payment {
    if payment.action.is_none() {
        return payment;
    }
    Payment { state: PaymentState::Pending, paid_at: None, refunded: Cents::ZERO, ..payment }
}

/// Show a payment. 支付详情
#[utoipa::path(get, path = "/v1/payments/{id}", tag = "payments", security(("bearer" = [])), params(("id" = PaymentRef, Path)),
    responses((status = 200, description = "The payment 支付单", body = PaymentView), Problems))]
async fn show(State(shop): State<Shop>, reach: Reach, PathId(id): PathId<PaymentId>) -> Result<Json<PaymentView>, Failure> {
    Ok(Json(find(&shop, reach, id).await?.into()))
}

/// Ask the platform for the truth. 向平台查询
#[utoipa::path(post, path = "/v1/payments/{id}/sync", tag = "payments", security(("bearer" = [])), params(("id" = PaymentRef, Path)),
    responses((status = 200, description = "The payment as it stands now 支付单现状", body = PaymentView), Problems))]
async fn sync(State(shop): State<Shop>, reach: Reach, PathId(id): PathId<PaymentId>) -> Result<Json<PaymentView>, Failure> {
    let payment = find(&shop, reach, id).await?;
    if !payment.is_open() && !payment.close_wanted {
        return Ok(Json(payment.into()));
    }
    match shop.channels.check(&shop.fleet, id).await {
        Ok(checked) => Ok(Json(checked.into())),
        // noted by the order alone: it has never been at a platform
        Err(rejection) if rejection.reason == Reason::PaymentUnknown => Ok(Json(payment.into())),
        Err(rejection) => Err(rejection.into()),
    }
}

async fn find(shop: &Shop, Reach(user): Reach, id: PaymentId) -> Result<Payment, Failure> {
    let payment = shop.fleet.payment(id).await?.filter(|payment| user.is_none_or(|user| user == payment.user_id));
    payment.ok_or_else(|| Rejection::new(Reason::PaymentUnknown, format!("there is no payment {id}")).into())
}
