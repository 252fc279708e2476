//! Damage to stock, balances, scores and coupons (I1 to I3).

use super::{Damage, damage, plant};
use crate::story::Story;

pub(super) fn all(story: &Story) -> Vec<Damage> {
    [stock(story), coupon(story)].into_iter().flatten().collect()
}

#[tokio::test]
async fn stock_balances_and_scores() {
    let story = Story::tell().await;
    plant(&story, stock(&story)).await;
}

fn stock(story: &Story) -> Vec<Damage> {
    let (cup, anna, boris, payment) = (story.cup, story.anna, story.boris, story.payment.get());
    vec![
        damage(format!("update trade_goods set goods_number = goods_number + 1 where goods_id = {cup}"), &[("stock_sum", cup.get())]),
        damage(
            format!(
                "update trade_goods set goods_number = goods_number - 1000 where goods_id = {cup};
                insert into trade_goods_number_log (goods_id, goods_number, log_time, cause) select goods_id, -1000, add_time, 3 from trade_goods where goods_id = {cup}"
            ),
            &[("stock_negative", cup.get())],
        ),
        damage(
            format!("insert into trade_goods_number_log (goods_id, goods_number, log_time, cause) select 77, 5, add_time, 0 from trade_goods where goods_id = {cup}"),
            &[("stock_of_unknown_goods", 77)],
        ),
        damage(format!("update trade_user set user_money = user_money + 1 where user_id = {anna}"), &[("balance_sum", anna.get())]),
        damage(
            format!(
                "update trade_user set user_money = user_money - 9000000 where user_id = {boris};
                insert into trade_user_money_log (user_id, money_log_type, use_money, create_time) select user_id, 4, -9000000, user_reg_time from trade_user where user_id = {boris}"
            ),
            &[("balance_negative", boris.get())],
        ),
        damage(
            format!("insert into trade_user_money_log (user_id, money_log_type, use_money, create_time) select 77, 3, 5, user_reg_time from trade_user where user_id = {boris}"),
            &[("balance_of_wrong_user", 77)],
        ),
        damage(format!("update trade_user set user_score = user_score + 1 where user_id = {anna}"), &[("score_sum", anna.get())]),
        damage(
            format!(
                "update trade_user set user_score = user_score - 100000 where user_id = {anna};
                insert into trade_user_score_log (user_id, pay_id, refund_id, points, create_time) values ({anna}, {payment}, 99, -100000, 1)"
            ),
            &[("score_negative", anna.get())],
        ),
        damage(
            format!("insert into trade_user_score_log (user_id, pay_id, points, create_time) values ({anna}, 77, 0, 1)"),
            &[("score_of_wrong_payment", 77)],
        ),
        damage(
            format!(
                "update trade_user set user_score = user_score + 5 where user_id = {anna};
                update trade_user_score_log set points = points + 5 where pay_id = {payment} and refund_id = 0"
            ),
            &[("score_points", payment)],
        ),
    ]
}

#[tokio::test]
async fn coupons() {
    let story = Story::tell().await;
    plant(&story, coupon(&story)).await;
}

fn coupon(story: &Story) -> Vec<Damage> {
    let (free, used, returned) = (story.free_coupon.get(), story.used_coupon.get(), story.returned_coupon.get());
    let (paid, other, waiting, cancelled) = (story.paid.get(), story.paid_twice.get(), story.waiting.get(), story.cancelled.get());
    let held = |coupon: i64, order: i64| {
        format!("update trade_coupon set is_used = 1, order_id = {order}, used_time = add_time where coupon_id = {coupon}")
    };
    vec![
        damage(format!("update trade_coupon set is_used = 1 where coupon_id = {free}"), &[("coupon_holder", free)]),
        damage(format!("update trade_coupon set is_used = 0 where coupon_id = {used}"), &[("coupon_holder", used)]),
        damage(held(free, 77), &[("coupon_of_unknown_order", free)]),
        damage(held(free, waiting), &[("coupon_not_named", free)]),
        damage(format!("update trade_coupon set is_used = 0, order_id = null where coupon_id = {used}"), &[("coupon_not_held", paid)]),
        damage(format!("update trade_coupon set user_id = {} where coupon_id = {used}", story.boris), &[("coupon_of_another_user", paid)]),
        damage(
            format!("update trade_order set coupon_id = {used} where order_id = {other}"),
            &[("coupon_used_twice", used), ("coupon_not_held", other)],
        ),
        damage(held(returned, cancelled), &[("coupon_kept_by_cancelled", returned)]),
    ]
}
