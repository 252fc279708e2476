//! Coupons.

use rocketmall_core::command::Command;
use rocketmall_core::id::{CouponId, OrderId};
use rocketmall_core::part::Parts;
use rocketmall_core::saga::{Reckoned, RedeemCoupon};

use crate::original::{COUPON, LIU_BEI, one, run, taken_over};
use crate::process::cents;

fn redeeming(coupon: CouponId, order: i64) -> Command {
    let amount = cents("5000.00");
    let reckoned = Reckoned { goods_amount: amount, order_amount: amount, pays: cents("20.00") };
    Command::RedeemCoupon(RedeemCoupon { order_id: OrderId::new(order), user_id: LIU_BEI, coupon_id: coupon, reckoned: Some(reckoned) })
}

#[tokio::test]
async fn each_side_sees_what_the_other_used() {
    let (_home, process) = taken_over(Parts::COUPONS).await;
    let database = &process.database;
    process.must(redeeming(COUPON, 2001)).await;
    let seen = format!("select is_used, order_id, used_time is not null from trade_coupon where coupon_id = {COUPON}");
    assert_eq!(one(database, &*seen).await, "1 | 2001 | 1");
    // it lets go as its mapper does: every column
    let update = "coupon_price = 20.00, user_id = 345963634385633280, is_used = 0, used_time = null, order_id = null";
    run(database, format!("update trade_coupon set {update} where coupon_id = {COUPON}")).await;
    process.must(redeeming(COUPON, 2002)).await;
    // a new one of its own
    run(database, "insert into trade_coupon (coupon_id, coupon_price, user_id, order_id, is_used, used_time) values (40, 20.00, 345963634385633280, null, 0, null)").await;
    process.must(redeeming(CouponId::new(40), 2003)).await;
    run(database, "insert into trade_coupon (coupon_id, coupon_price, user_id, order_id, is_used, used_time) values (41, 20.00, 345963634385633280, 9, 1, '2020-01-01 10:00:00')").await;
    process.answer(redeeming(CouponId::new(41), 2004)).await.expect_err("used by the other side");
    process.answer(redeeming(CouponId::new(32), 2005)).await.expect_err("nobody's");
    let page = database.coupon_page(LIU_BEI, CouponId::new(0), 10).await.expect("a page");
    assert_eq!(page.len(), 4);
}
