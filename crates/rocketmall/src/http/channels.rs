//! Notifications of payment platforms, authenticated by their signature alone.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use rocketmall_channels::{Notification, NotificationError, Outcome as Told, RawNotification};
use rocketmall_core::command::{Command, Outcome, Receipt, SettlePayment};
use rocketmall_core::payment::Payment;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Shop;
use super::body::RawBody;
use super::guard::About;
use super::problem::{Door, Failure, Problems};
use super::users::unexpected;

pub(super) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(notify))
}

/// A platform tells what became of a payment. 支付平台异步通知
#[utoipa::path(post, path = "/v1/channels/{channel}/notify", tag = "payments", params(("channel" = String, Path, description = "The platform 支付平台", example = "sandbox")),
    request_body(content = String, content_type = "application/json", description = "As the platform sends it; the signature is over these bytes 平台发送的原文，签名针对这些字节"),
    responses((status = 200, description = "Taken, now or before 已接收"), Problems))]
async fn notify(
    State(shop): State<Shop>,
    channel: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: RawBody,
) -> Result<Response, Failure> {
    let Path(channel) = channel.map_err(|error| Failure::Door(Door::NotFound, error.body_text()))?;
    let known = shop.channels.get(&channel).map_err(|rejection| Failure::Door(Door::NotFound, rejection.detail))?;
    let raw = RawNotification { headers: &headers, body: &body.0 };
    let told = known.verify_notification(&raw, (shop.process().clock)()).map_err(|error| refuse(&error))?;
    let text = format!("notification {} payment {}", told.notify_id, told.payment_id);
    settle(&shop, command(channel, told)).await?;
    let mut response = StatusCode::OK.into_response();
    response.extensions_mut().insert(About(text));
    Ok(response)
}

fn command(channel: String, told: Notification) -> SettlePayment {
    SettlePayment {
        payment_id: told.payment_id,
        channel,
        order_id: None,
        amount: told.amount,
        currency: told.currency,
        platform_no: Some(told.platform_no),
        outcome: match told.outcome {
            Told::Succeeded => Outcome::Succeeded,
            Told::Failed => Outcome::Failed,
            Told::Closed => Outcome::Closed,
        },
    }
}

/// The payment afterwards, and whether this was the first word of its end.
pub(super) async fn settle(shop: &Shop, settle: SettlePayment) -> Result<(Payment, bool), Failure> {
    match shop.fleet.submit(Command::SettlePayment(settle)).await?.receipt {
        Receipt::Settled { payment, first } => {
            if !payment.has_money() {
                shop.fleet.tell_order(&payment).await;
            }
            Ok((*payment, first))
        }
        other => Err(unexpected(&other)),
    }
}

/// The answer to a notification that does not hold.
pub(super) fn refuse(error: &NotificationError) -> Failure {
    let door = match error {
        NotificationError::Unsigned | NotificationError::BadSignature | NotificationError::Stale => Door::Unauthorized,
        NotificationError::Malformed(_) => Door::Malformed,
    };
    Failure::Door(door, error.to_string())
}
