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
    responses((status = 200, description = "A page", body = Page<CouponView>), Problems))]
async fn list(State(shop): State<Shop>, ActingFor(user): ActingFor, paging: Paging) -> Result<Json<Page<CouponView>>, Failure> {
    let (after, limit) = (paging.cursor(0)?, paging.limit()?);
    let rows = shop.runtime.database.coupon_page(user, CouponId::new(after), limit.one_more()).await?;
    Ok(Json(Page::new(rows, limit.get(), |coupon| coupon.id.to_string(), CouponView::from)))
}

/// A new coupon.
#[derive(Debug, Deserialize, ToSchema)]
struct NewCoupon {
    /// Whose it is.
    user_id: UserRef,
    /// What it pays.
    price: Money,
    /// The goods amount from which on it counts.
    min_spend: Option<Money>,
    /// From then on it cannot be used any more.
    expires_at: Option<Time>,
}

/// Give a coupon to a user. 发放优惠券
#[utoipa::path(post, path = "/v1/coupons", tag = "coupons", security(("bearer" = [])), request_body = NewCoupon,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, description = "The coupon", body = CouponView), Problems))]
async fn create(State(shop): State<Shop>, caller: Caller, key: Key, body: Body<NewCoupon>) -> Result<Response, Failure> {
    let NewCoupon { user_id, price, min_spend, expires_at } = body.value;
    let coupon = Coupon {
        id: CouponId::new(shop.runtime.ids.next()),
        user_id: user_id.0,
        price: price.0,
        min_spend: min_spend.map_or(Cents::ZERO, |amount| amount.0),
        expires_at: expires_at.map(|time| time.0),
        used: None,
        created_at: (shop.runtime.clock)(),
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
