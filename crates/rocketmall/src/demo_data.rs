//! The contract's demo rows and demo order (seed-contract, section 2).

use rocketmall_core::id::{CouponId, GoodsId, UserId};
use rocketmall_core::money::Cents;

/// The demo user.
pub const USER: UserId = UserId::new(345_963_634_385_633_280);
/// The demo user's mobile number.
pub const MOBILE: &str = "13800000000";
/// The demo user's balance.
pub const BALANCE: Cents = Cents::new(10_000_000);
/// The demo goods.
pub const GOODS: GoodsId = GoodsId::new(345_959_443_973_935_104);
/// The demo goods' price.
pub const PRICE: Cents = Cents::new(500_000);
/// The demo goods' stock.
pub const STOCK: i64 = 1000;
/// The demo coupon.
pub const COUPON: CouponId = CouponId::new(345_988_230_098_857_984);
/// What the demo coupon pays.
pub const COUPON_PRICE: Cents = Cents::new(2_000);

/// The demo order, as the original's clients send it.
pub const ORDER: &str = r#"{"userId":345963634385633280,"goodsId":345959443973935104,"goodsNumber":1,"goodsPrice":5000,"shippingFee":0,"orderAmount":5000,"couponId":345988230098857984,"moneyPaid":100,"address":"新西兰"}"#;
