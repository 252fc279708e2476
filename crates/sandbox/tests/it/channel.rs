//! The shop's channel against the platform, and against servers that are none.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rocketmall_channels::{
    Action, Channel, ChannelError, Closing, PlatformRefund, PlatformState, PrepayRequest, RefundRequest, Refunded, SandboxChannel, sign,
};
use rocketmall_core::id::{OrderId, PaymentId, RefundId, Timestamp};
use rocketmall_core::money::Cents;
use serde_json::json;
use tokio::net::TcpListener;

use crate::world::{EPOCH, SECRET, World};

const PAYMENT: PaymentId = PaymentId::new(1_322_698_852_251_344_896);
const REFUND: RefundId = RefundId::new(1_322_698_852_251_344_900);

fn request(world: &World) -> PrepayRequest {
    PrepayRequest {
        payment_id: PAYMENT,
        order_id: OrderId::new(1),
        amount: Cents::new(488_000),
        currency: "CNY".to_owned(),
        subject: "订单 1".to_owned(),
        notify_url: world.merchant.notify_url(),
        return_url: None,
        expires_at: Timestamp::from_millis(EPOCH + 1_800_000),
        method: None,
    }
}

fn refund_request(amount: i64) -> RefundRequest {
    let amount = Cents::new(amount);
    RefundRequest { payment_id: PAYMENT, refund_id: REFUND, amount, total: Cents::new(488_000), reason: "returned".to_owned() }
}

fn rejected(code: &str) -> impl Fn(&ChannelError) -> bool {
    move |error| matches!(error, ChannelError::Rejected { code: found, .. } if found == code)
}

#[tokio::test]
async fn a_payment_end_to_end() {
    let world = World::new().await;
    let channel: Arc<dyn Channel> = Arc::new(world.channel());
    assert_eq!(channel.name(), "sandbox");
    assert_eq!(channel.query_payment(PAYMENT).await.expect("an answer").state, PlatformState::NotFound);
    assert_eq!(channel.close_payment(PAYMENT).await, Ok(Closing::NotFound));

    let request = request(&world);
    let prepaid = channel.prepay(&request).await.expect("prepaid");
    assert_eq!(channel.prepay(&request).await.as_ref(), Ok(&prepaid), "repeated");
    let other = PrepayRequest { amount: Cents::new(1), ..request.clone() };
    assert!(channel.prepay(&other).await.is_err_and(|error| rejected("amount_differs")(&error)));
    let Action::Redirect { url } = prepaid.action else { panic!("a page to go to") };
    assert!(url.starts_with(&format!("{}/sandbox/pay/", world.running.base_url)), "{url}");

    assert!(channel.refund(&refund_request(100)).await.is_err_and(|error| rejected("not_paid")(&error)));
    world.act(&url, &json!({"result": "paid", "refunds": {"fail": 1, "processing_ms": 1000}})).await;
    let truth = channel.query_payment(PAYMENT).await.expect("an answer");
    assert_eq!((truth.state, truth.amount, truth.currency.as_deref()), (PlatformState::Succeeded, Some(request.amount), Some("CNY")));
    assert_eq!(truth.platform_no, prepaid.platform_no);
    assert!(truth.paid_at.is_some());
    assert_eq!(channel.close_payment(PAYMENT).await, Ok(Closing::AlreadyPaid));

    let heard = world.merchant.heard(1).await;
    let notification = heard[0].verified(&world.channel(), world.clock.now()).expect("genuine");
    assert_eq!((notification.payment_id, notification.amount), (PAYMENT, request.amount));

    assert_eq!(channel.query_refund(PAYMENT, REFUND).await, Ok(PlatformRefund::NotFound));
    assert!(channel.refund(&refund_request(488_001)).await.is_err_and(|error| rejected("refund_exceeds")(&error)));
    let failed = channel.refund(&refund_request(488_000)).await;
    assert!(matches!(&failed, Ok(Refunded::Failed { reason }) if !reason.is_empty()), "{failed:?}");
    assert_eq!(channel.refund(&refund_request(488_000)).await, Ok(Refunded::Processing), "the same number again");
    world.clock.forward(1000);
    assert_eq!(channel.query_refund(PAYMENT, REFUND).await, Ok(PlatformRefund::Found(Refunded::Succeeded)));
    assert_eq!(channel.refund(&refund_request(488_000)).await, Ok(Refunded::Succeeded));
}

#[tokio::test]
async fn a_closed_payment_end_to_end() {
    let world = World::new().await;
    let channel = world.channel();
    channel.prepay(&request(&world)).await.expect("prepaid");
    for _ in 0..2 {
        assert_eq!(channel.close_payment(PAYMENT).await, Ok(Closing::Closed));
    }
    assert_eq!(channel.query_payment(PAYMENT).await.expect("an answer").state, PlatformState::Closed);
}

#[tokio::test]
async fn another_secret_is_noticed_on_both_sides() {
    let world = World::new().await;
    let clock = world.clock.clone();
    let clock = Arc::new(move || Timestamp::from_millis(clock.now()));
    let channel = SandboxChannel::new(&world.running.base_url, "another secret", clock).expect("a channel");
    assert_eq!(channel.prepay(&request(&world)).await, Err(ChannelError::BadSignature));
    assert_eq!(world.channel().query_payment(PAYMENT).await.expect("an answer").state, PlatformState::NotFound);
}

/// A server that answers everything so, signed with `secret` if there is one.
async fn impostor(status: StatusCode, body: &'static str, secret: Option<&'static str>) -> SandboxChannel {
    let answer = move |_: Bytes| async move {
        let Some(secret) = secret else { return (status, body).into_response() };
        let signature = sign::sign(secret, EPOCH / 1000, body.as_bytes());
        (status, [(sign::HEADER, signature)], body).into_response()
    };
    channel_to(Router::new().fallback(answer)).await
}

async fn channel_to(router: Router) -> SandboxChannel {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("bound"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    SandboxChannel::new(&address, SECRET, Arc::new(|| Timestamp::from_millis(EPOCH))).expect("a channel")
}

#[tokio::test]
async fn answers_of_every_kind_are_told_apart() {
    let ok = StatusCode::OK;
    let paid = r#"{"payment_id":"1322698852251344896","state":"paid","amount":"1.00","currency":"CNY","platform_no":"S"}"#;
    let other = r#"{"payment_id":"2","state":"paid","amount":"1.00","currency":"CNY","platform_no":"S"}"#;
    let refusal = r#"{"code":"over","message":"no"}"#;
    let table = [
        (ok, paid, Some(SECRET), "paid"),
        (ok, paid, None, "BadSignature"),
        (ok, paid, Some("another secret"), "BadSignature"),
        (ok, other, Some(SECRET), "Unknown"),
        (ok, "{}", Some(SECRET), "Unknown"),
        (ok, "<html>", Some(SECRET), "Unknown"),
        (StatusCode::CONFLICT, refusal, Some(SECRET), "Rejected"),
        (StatusCode::CONFLICT, refusal, None, "BadSignature"),
        (StatusCode::CONFLICT, "", Some(SECRET), "Unknown"),
        (StatusCode::FOUND, "", None, "BadSignature"),
        (StatusCode::TOO_MANY_REQUESTS, "", None, "Throttled"),
        (StatusCode::BAD_GATEWAY, "", None, "Unknown"),
        (StatusCode::SERVICE_UNAVAILABLE, refusal, Some(SECRET), "Unknown"),
    ];
    for (status, body, secret, expected) in table {
        let found = match impostor(status, body, secret).await.query_payment(PAYMENT).await {
            Ok(_) => "paid",
            Err(ChannelError::NotSent(_)) => "NotSent",
            Err(ChannelError::Rejected { .. }) => "Rejected",
            Err(ChannelError::Throttled) => "Throttled",
            Err(ChannelError::Unknown(_)) => "Unknown",
            Err(ChannelError::BadSignature) => "BadSignature",
        };
        assert_eq!(found, expected, "{status} {body} {secret:?}");
    }
}

#[tokio::test]
async fn no_connection_is_not_sent_and_no_answer_is_unknown() {
    let clock = Arc::new(|| Timestamp::from_millis(EPOCH));
    let nobody = SandboxChannel::new("http://127.0.0.1:1", SECRET, clock).expect("a channel");
    let answer = nobody.close_payment(PAYMENT).await;
    assert!(matches!(answer, Err(ChannelError::NotSent(_))), "{answer:?}");

    let silent = channel_to(Router::new().fallback(std::future::pending::<Response>)).await;
    let endless = channel_to(Router::new().fallback(|| async { "x".repeat(1024 * 1024) })).await;
    let (silent, endless) = tokio::join!(silent.close_payment(PAYMENT), endless.close_payment(PAYMENT));
    assert!(matches!(silent, Err(ChannelError::Unknown(_))), "{silent:?}");
    assert!(matches!(endless, Err(ChannelError::Unknown(_))), "{endless:?}");
}
