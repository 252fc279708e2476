//! Coupons.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use rocketmall_core::command::{Command, Receipt};
use rocketmall_core::coupon::Coupon;
use rocketmall_core::id::CouponId;
use rocketmall_core::money::Cents;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Shop;
use super::auth::{ActingFor, Caller};
use super::body::Body;
use super::guard::About;
use super::idempotency::{Key, submit};
use super::paging::Paging;
use super::problem::{Failure, Problems};
use super::users::unexpected;
use super::views::{CouponView, Page};
use super::wire::{Money, Time, UserRef};

pub(super) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(list, create))
}

/// The user's coupons. 我的优惠券
#[utoipa::path(get, path = "/v1/coupons", tag = "coupons", security(("bearer" = [])), params(Paging),
    responses((status = 200, description = "A page 一页", body = Page<CouponView>), Problems))]
async fn list(State(shop): State<Shop>, ActingFor(user): ActingFor, paging: Paging) -> Result<Json<Page<CouponView>>, Failure> {
    let (after, limit) = (paging.cursor(0)?, paging.limit()?);
    let rows = shop.fleet.coupon_page(user, CouponId::new(after), limit.one_more()).await?;
    Ok(Json(Page::new(rows, limit.get(), |coupon| coupon.id.to_string(), CouponView::from)))
}

/// A new coupon 新优惠券
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"user_id": "345963634385633280", "price": "20.00", "min_spend": "100.00"}))]
struct NewCoupon {
    /// Whose it is 所属用户
    user_id: UserRef,
    /// What it pays 面额
    price: Money,
    /// The goods amount from which on it counts 最低消费
    min_spend: Option<Money>,
    /// From then on it cannot be used any more 过期时间
    expires_at: Option<Time>,
}

/// Give a coupon to a user. 发放优惠券
#[utoipa::path(post, path = "/v1/coupons", tag = "coupons", security(("bearer" = [])), request_body = NewCoupon,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the same answer. 同一键与同一请求体得到同一答复")),
    responses((status = 201, description = "The coupon 优惠券", body = CouponView), Problems))]
async fn create(State(shop): State<Shop>, caller: Caller, key: Key, body: Body<NewCoupon>) -> Result<Response, Failure> {
    let NewCoupon { user_id, price, min_spend, expires_at } = body.value;
    let coupon = Coupon {
        id: CouponId::new(shop.fleet.next_id()),
        user_id: user_id.0,
        price: price.0,
        min_spend: min_spend.map_or(Cents::ZERO, |amount| amount.0),
        expires_at: expires_at.map(|time| time.0),
        used: None,
        created_at: (shop.process().clock)(),
    };
    let (answer, replayed) = submit(&shop, key.with(caller.user, "POST /v1/coupons", &body.bytes, Command::CreateCoupon(coupon))).await?;
    match answer.receipt {
        Receipt::Coupon(coupon) => {
            let about = About(format!("coupon {} user {}", coupon.id, coupon.user_id));
            Ok(about.mark(replayed.mark((StatusCode::CREATED, Json(CouponView::from(*coupon))))))
        }
        other => Err(unexpected(&other)),
    }
}
