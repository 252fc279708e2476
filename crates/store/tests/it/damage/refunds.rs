//! Damage to what went back, and to goods on their way (I3, I4, I5, I8).

use super::{Damage, damage, plant};
use crate::story::Story;

pub(super) fn all(story: &Story) -> Vec<Damage> {
    [money(story), goods(story), status(story)].into_iter().flatten().collect()
}

#[tokio::test]
async fn money_of_refunds() {
    let story = Story::tell().await;
    plant(&story, money(&story)).await;
}

fn money(story: &Story) -> Vec<Damage> {
    let (anna, order, refund, part, shipped) =
        (story.anna, story.refunded.get(), story.whole_refund.get(), story.part_refund.get(), story.shipped.get());
    let set = |set: &str, id: i64| format!("update trade_refund set {set} where refund_id = {id}");
    vec![
        damage(format!("update trade_order set refunded_amount = refunded_amount - 1 where order_id = {shipped}"), &[("order_refunds", shipped)]),
        damage(
            set("refund_amount = refund_amount + 900, balance_amount = balance_amount + 900", part),
            &[("order_refunds", shipped), ("refunded_balance", part)],
        ),
        damage(set("refund_amount = refund_amount - 1", part), &[("refund_parts", part), ("order_refunds", shipped)]),
        damage(format!("update trade_refund_line set refund_amount = refund_amount + 1 where refund_id = {part}"), &[("refund_parts", part)]),
        damage(
            format!(
                "update trade_user set user_money = user_money - (select use_money from trade_user_money_log where cause_id = {refund}) where user_id = {anna};
                delete from trade_user_money_log where cause_id = {refund}"
            ),
            &[("refunded_balance", refund)],
        ),
        damage(
            format!("update trade_user_money_log set cause_id = 77 where order_id = {order} and cause_id = {refund}"),
            &[("refunded_balance", refund), ("balance_of_no_refund", 77)],
        ),
    ]
}

#[tokio::test]
async fn goods_of_refunds() {
    let story = Story::tell().await;
    plant(&story, goods(&story)).await;
}

fn goods(story: &Story) -> Vec<Damage> {
    let (cup, order, part, shipped, coupon) =
        (story.cup, story.refunded.get(), story.part_refund.get(), story.shipped.get(), story.freed_coupon.get());
    vec![
        damage(
            format!("update trade_refund_line set goods_number = 3 where refund_id = {part}"),
            &[("refund_pieces", shipped), ("refunded_stock", shipped), ("order_returned", shipped), ("order_refunded_whole", shipped)],
        ),
        damage(
            format!("insert into trade_refund_line (refund_id, goods_id, goods_number, refund_amount) values (77, {cup}, 1, 0)"),
            &[("refund_line_alone", 77)],
        ),
        damage(
            format!(
                "delete from trade_goods_number_log where order_id = {shipped} and cause = 4;
                update trade_goods set goods_number = goods_number - 1 where goods_id = {cup}"
            ),
            &[("refunded_stock", shipped)],
        ),
        damage(
            format!("update trade_goods_number_log set cause_id = 77 where order_id = {shipped} and cause = 4"),
            &[("stock_of_no_refund", 77)],
        ),
        damage(
            format!("update trade_coupon set is_used = 1, order_id = {order}, used_time = add_time where coupon_id = {coupon}"),
            &[("coupon_kept_by_refunded", coupon)],
        ),
    ]
}

#[tokio::test]
async fn statuses_of_refunded_orders() {
    let story = Story::tell().await;
    plant(&story, status(&story)).await;
}

fn status(story: &Story) -> Vec<Damage> {
    let (order, shipped, returned) = (story.refunded.get(), story.shipped.get(), story.returned.get());
    let set = |set: &str, id: i64| format!("update trade_order set {set} where order_id = {id}");
    vec![
        damage(set("order_status = 1", order), &[("order_refunded_whole", order)]),
        damage(
            format!("update trade_refund set goods_back_time = null where refund_id = {}", story.whole_refund),
            &[("refunded_goods_kept", order), ("stock_of_no_refund", story.whole_refund.get())],
        ),
        damage(set("order_status = 4", shipped), &[("order_refunded_whole", shipped)]),
        damage(set("ship_time = null", shipped), &[("order_shipping", shipped)]),
        damage(set("tracking_no = null", shipped), &[("order_shipping", shipped)]),
        damage(set("receive_time = ship_time", shipped), &[("order_shipping", shipped)]),
        damage(format!("delete from trade_timer where kind = 4 and subject_id = {shipped}"), &[("shipped_without_timer", shipped)]),
        damage(
            format!("update trade_refund set goods_back_time = null where refund_id = {}", story.return_refund),
            &[
                ("order_returned", returned),
                ("stock_of_no_refund", story.return_refund.get()),
                ("stock_of_no_refund", story.return_refund.get()),
            ],
        ),
    ]
}
