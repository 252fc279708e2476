//! The way in for stubs made of `proto/shop.proto`: the same methods in protobuf, refusals as gRPC's status.

use std::future::Future;
use std::pin::Pin;

use rocketmall_core::rejection::Reason;
use tonic::body::Body;
use tonic::codegen::http;
use tonic::server::{Grpc, UnaryService};
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;

use super::messages::{Done, Id};
use super::refusal::Refusal;
use super::{PACKAGE, Shop, constant};

/// More than any call of these has.
const LARGEST: usize = 64 << 10;

/// Answers a call of an interface that is provided here.
pub(super) async fn answer(shop: Shop, service: &str, method: &str, request: http::Request<Body>) -> http::Response<Body> {
    let name = service.strip_prefix(PACKAGE).and_then(|name| name.strip_prefix('.')).unwrap_or_default();
    match (name, method) {
        ("OrderService", "ConfirmOrder") => unary(request, move |order| async move { shop.confirm_order(order).await }).await,
        ("GoodService", "FindOne") => {
            unary(request, move |id: Id| async move { there(shop.find_goods(id.id).await?, Reason::GoodsUnknown, id) }).await
        }
        ("GoodService", "ReduceGoodsNum") => unary(request, move |log| async move { done(shop.reduce_goods(log).await) }).await,
        ("CouponService", "FindOne") => {
            unary(request, move |id: Id| async move { there(shop.find_coupon(id.id).await?, Reason::CouponUnknown, id) }).await
        }
        ("CouponService", "UpdateCouponStatus") => unary(request, move |coupon| async move { done(shop.use_coupon(coupon).await) }).await,
        ("UserService", "FindOne") => {
            unary(request, move |id: Id| async move { there(shop.find_user(id.id).await?, Reason::UserUnknown, id) }).await
        }
        ("UserService", "UpdateMoneyPaid") => unary(request, move |log| async move { done(shop.change_balance(log).await) }).await,
        ("PayService", "CreatePayment") => unary(request, move |pay| async move { shop.create_payment(pay).await }).await,
        ("PayService", "CallbackPayment") => unary(request, move |pay| async move { shop.call_back(pay).await }).await,
        _ => Status::unimplemented(format!("{service} has no method {method}; see proto/shop.proto")).into_http(),
    }
}

fn done(done: Result<bool, Refusal>) -> Result<Done, Refusal> {
    done.map(|done| Done { done })
}

/// Protobuf has no null: what is not there is not found.
fn there<T>(found: Option<T>, reason: Reason, id: Id) -> Result<T, Refusal> {
    let unknown = || format!("{}: there is no {}", constant::of(reason).name, id.id.unwrap_or_default());
    found.ok_or_else(|| Refusal::Status(Status::not_found(unknown())))
}

async fn unary<Q, A, F, W>(request: http::Request<Body>, run: F) -> http::Response<Body>
where
    Q: prost::Message + Default + 'static,
    A: prost::Message + Default + 'static,
    F: FnOnce(Q) -> W + Send + 'static,
    W: Future<Output = Result<A, Refusal>> + Send + 'static,
{
    Grpc::new(ProstCodec::<A, Q>::default()).max_decoding_message_size(LARGEST).unary(Once(Some(run)), request).await
}

/// One call.
struct Once<F>(Option<F>);

impl<Q, A, F, W> UnaryService<Q> for Once<F>
where
    A: Send + 'static,
    F: FnOnce(Q) -> W,
    W: Future<Output = Result<A, Refusal>> + Send + 'static,
{
    type Response = A;
    type Future = Pin<Box<dyn Future<Output = Result<Response<A>, Status>> + Send>>;

    /// What is begun is finished, though its caller leave.
    fn call(&mut self, request: Request<Q>) -> Self::Future {
        let Some(run) = self.0.take() else { return Box::pin(async { Err(Status::internal("called twice")) }) };
        let task = tokio::spawn(run(request.into_inner()));
        Box::pin(async move {
            let answer = task.await.map_err(|error| Status::internal(error.to_string()))?;
            answer.map(Response::new).map_err(Status::from)
        })
    }
}
