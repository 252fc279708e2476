//! Damage to orders' amounts, payments and refunds (I4).

use super::{Damage, damage, plant};
use crate::story::Story;

pub(super) fn all(story: &Story) -> Vec<Damage> {
    [payment(story), refund(story), amount(story)].into_iter().flatten().collect()
}

#[tokio::test]
async fn payments() {
    let story = Story::tell().await;
    plant(&story, payment(&story)).await;
}

fn payment(story: &Story) -> Vec<Damage> {
    let (paid, waiting, twice) = (story.paid.get(), story.waiting.get(), story.paid_twice.get());
    let (payment, late, second) = (story.payment.get(), story.late_payment.get(), story.second_payment.get());
    let order = |set: &str, id: i64| format!("update trade_order set {set} where order_id = {id}");
    let pay = |set: &str, id: i64| format!("update trade_pay set {set} where pay_id = {id}");
    vec![
        damage(order("kept_pay_id = null", paid), &[("paid_without_payment", paid), ("kept_by_none", payment)]),
        damage(order("kept_pay_id = 77", waiting), &[("unpaid_with_payment", waiting)]),
        damage(
            order("pay_amount = pay_amount + 1, order_amount = order_amount + 1, shipping_fee = shipping_fee + 1", paid),
            &[("kept_payment", paid)],
        ),
        damage(
            pay("pay_state = 3, is_paid = 1, pay_time = null", payment),
            &[("kept_payment", paid), ("payment_log_wrong", payment), ("score_of_wrong_payment", payment)],
        ),
        damage(pay("fate = 0", payment), &[("kept_payment", paid), ("payment_unheard", payment)]),
        damage(pay("fate = 1", late), &[("kept_by_none", late)]),
        damage(pay("fate = 1", second), &[("kept_by_none", second), ("kept_twice", twice)]),
        damage(pay("fate = 0", late), &[("payment_unheard", late)]),
        damage(pay("is_paid = 1", payment), &[("payment_flags", payment)]),
        damage(pay("pay_time = null", payment), &[("payment_flags", payment)]),
        damage(pay("pay_state = 6", payment), &[("payment_refunded", payment)]),
        damage(
            order("order_status = 4", waiting),
            &[("paid_but_off", waiting), ("order_refunded_whole", waiting), ("refunded_goods_kept", waiting)],
        ),
        damage(
            order("order_status = 2", paid),
            &[
                ("paid_but_off", paid),
                ("coupon_kept_by_cancelled", story.used_coupon.get()),
                ("cancelled_order_balance", paid),
                ("cancelled_order_stock", paid),
                ("cancelled_order_stock", paid),
                ("cancelled_order_stock", paid),
            ],
        ),
        damage(order("pay_time = null", paid), &[("order_pay_time", paid)]),
        damage(
            order("pay_status = 0, pay_time = null", story.from_balance.get()),
            &[("unpaid_with_payment", story.from_balance.get()), ("order_without_timer", story.from_balance.get())],
        ),
    ]
}

#[tokio::test]
async fn refunds() {
    let story = Story::tell().await;
    plant(&story, refund(&story)).await;
}

fn refund(story: &Story) -> Vec<Damage> {
    let (refund, second) = (story.second_refund.get(), story.second_payment.get());
    let set = |set: &str| format!("update trade_refund set {set} where refund_id = {refund}");
    vec![
        damage(
            format!(
                "delete from trade_refund where refund_id = {refund}; delete from trade_timer where kind = 2 and subject_id = {refund}"
            ),
            &[("given_back_without_refund", second)],
        ),
        damage(set("refund_amount = refund_amount - 1, channel_amount = channel_amount - 1"), &[("given_back_without_refund", second)]),
        damage(set("refund_amount = refund_amount + 1, channel_amount = channel_amount + 1"), &[("refunds_too_high", second)]),
        damage(set(&format!("order_id = {}", story.waiting)), &[("refund_of_wrong_payment", refund)]),
        damage(set("refund_state = 3"), &[("refund_failed", refund)]),
        damage(
            format!("update trade_order set refunded_amount = order_amount + 1 where order_id = {}", story.paid),
            &[("order_refunds", story.paid.get())],
        ),
    ]
}

#[tokio::test]
async fn amounts() {
    let story = Story::tell().await;
    plant(&story, amount(&story)).await;
}

fn amount(story: &Story) -> Vec<Damage> {
    let (paid, waiting) = (story.paid.get(), story.waiting.get());
    let order = |set: &str, id: i64| format!("update trade_order set {set} where order_id = {id}");
    vec![
        damage(order("goods_amount = goods_amount + 1, shipping_fee = shipping_fee - 1", waiting), &[("order_goods_amount", waiting)]),
        damage(
            format!("update trade_order_line set goods_price = goods_price + 1 where order_id = {paid} and line_no = 2"),
            &[("order_goods_amount", paid)],
        ),
        damage(order("shipping_fee = shipping_fee + 1", waiting), &[("order_amounts", waiting)]),
        damage(order("money_paid = -1, pay_amount = pay_amount + 1", waiting), &[("order_amounts", waiting), ("order_balance", waiting)]),
        damage(
            format!("update trade_coupon set coupon_price = coupon_price - 1 where coupon_id = {}", story.used_coupon),
            &[("order_coupon_amount", paid)],
        ),
        damage(order("line_count = 5", waiting), &[("order_line_count", waiting)]),
        damage(
            format!("delete from trade_order_line where order_id = {paid} and line_no = 1"),
            &[("order_goods_amount", paid), ("order_line_count", paid), ("order_stock_unordered", paid)],
        ),
    ]
}
