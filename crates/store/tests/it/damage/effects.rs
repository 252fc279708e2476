//! Damage to effects, messages and remembered answers (I5 to I7).

use super::{Damage, damage, plant};
use crate::story::Story;

pub(super) fn all(story: &Story) -> Vec<Damage> {
    [stock(story), balance(story), score(story), message(story, 1, 2), remembered(story)].into_iter().flatten().collect()
}

#[tokio::test]
async fn stock_of_orders() {
    let story = Story::tell().await;
    plant(&story, stock(&story)).await;
}

/// A stock log entry and the stock that goes with it, so that only the order is wrong.
fn moved(goods: i64, order: i64, number: i64, cause: i64, cause_id: i64) -> String {
    format!(
        "insert into trade_goods_number_log (goods_id, order_id, goods_number, log_time, cause, cause_id)
            select goods_id, {order}, {number}, add_time, {cause}, {cause_id} from trade_goods where goods_id = {goods};
        update trade_goods set goods_number = goods_number + {number} where goods_id = {goods};"
    )
}

fn stock(story: &Story) -> Vec<Damage> {
    let (cup, lamp, pen, waiting, cancelled) =
        (story.cup.get(), story.lamp.get(), story.pen.get(), story.waiting.get(), story.cancelled.get());
    vec![
        damage(moved(cup, waiting, -1, 1, 1), &[("order_stock", waiting)]),
        damage(
            format!(
                "delete from trade_goods_number_log where order_id = {waiting}; update trade_goods set goods_number = goods_number + 1 where goods_id = {cup}"
            ),
            &[("order_stock", waiting)],
        ),
        damage(moved(pen, waiting, -1, 1, 0), &[("order_stock_unordered", waiting)]),
        damage(moved(lamp, cancelled, 1, 2, 1), &[("order_stock_returned", cancelled)]),
        damage(
            format!(
                "delete from trade_goods_number_log where order_id = {cancelled} and goods_id = {lamp} and cause = 2;
                update trade_goods set goods_number = goods_number - 1 where goods_id = {lamp}"
            ),
            &[("cancelled_order_stock", cancelled)],
        ),
        damage(moved(cup, waiting, 1, 2, 0), &[("standing_order_stock", waiting)]),
        damage(moved(pen, 77, -1, 1, 0), &[("stock_of_unknown_order", 77)]),
        damage(
            format!(
                "insert into trade_order_line (order_id, line_no, goods_id, goods_name, goods_number, goods_price) values (77, 1, {cup}, 'a cup', 1, 50)"
            ),
            &[("line_of_unknown_order", 77)],
        ),
        damage(format!("update trade_order set user_id = 77 where order_id = {waiting}"), &[("order_of_unknown_user", waiting)]),
    ]
}

#[tokio::test]
async fn balances_of_orders() {
    let story = Story::tell().await;
    plant(&story, balance(&story)).await;
}

/// Anna's balance moved by the entry of this order that has this type and `cause_id`.
fn anna_gets(story: &Story, sign: &str, order: i64, kind: i64, cause_id: i64) -> String {
    format!(
        "update trade_user set user_money = user_money {sign} (select use_money from trade_user_money_log
            where order_id = {order} and money_log_type = {kind} and cause_id = {cause_id}) where user_id = {};",
        story.anna
    )
}

fn copied(order: i64, from: i64, to: i64, cause_id: i64) -> String {
    format!(
        "insert into trade_user_money_log (user_id, order_id, money_log_type, use_money, create_time, cause_id)
            select user_id, order_id, {to}, use_money, create_time, {cause_id} from trade_user_money_log where order_id = {order} and money_log_type = {from};"
    )
}

fn balance(story: &Story) -> Vec<Damage> {
    let (anna, paid, cancelled) = (story.anna, story.paid.get(), story.cancelled.get());
    vec![
        damage(
            format!(
                "update trade_user_money_log set use_money = use_money + 1 where order_id = {paid} and money_log_type = 1;
                update trade_user set user_money = user_money - 1 where user_id = {anna}"
            ),
            &[("order_balance", paid)],
        ),
        damage(
            anna_gets(story, "+", paid, 1, 0) + &format!("delete from trade_user_money_log where order_id = {paid}"),
            &[("order_balance", paid)],
        ),
        damage(
            copied(cancelled, 2, 2, 1) + &anna_gets(story, "+", cancelled, 2, 1),
            &[("order_balance_returned", cancelled), ("balance_of_no_refund", 1)],
        ),
        damage(
            anna_gets(story, "-", cancelled, 2, 0)
                + &format!("delete from trade_user_money_log where order_id = {cancelled} and money_log_type = 2"),
            &[("cancelled_order_balance", cancelled)],
        ),
        damage(copied(paid, 1, 2, 0) + &anna_gets(story, "+", paid, 2, 0), &[("standing_order_balance", paid)]),
        damage(
            format!(
                "insert into trade_user_money_log (user_id, order_id, money_log_type, use_money, create_time) select user_id, 77, 1, 0, user_reg_time from trade_user where user_id = {anna}"
            ),
            &[("balance_of_unknown_order", 77)],
        ),
        damage(
            format!("update trade_pay set order_id = 77 where pay_id = {}", story.superseded),
            &[("payment_of_wrong_order", story.superseded.get())],
        ),
    ]
}

#[tokio::test]
async fn scores_and_the_payment_log() {
    let story = Story::tell().await;
    plant(&story, score(&story)).await;
}

fn score(story: &Story) -> Vec<Damage> {
    let (anna, payment, late, refund) = (story.anna, story.payment.get(), story.late_payment.get(), story.late_refund.get());
    let undone = |payment: i64, refund: i64| {
        format!(
            "update trade_user set user_score = user_score - (select points from trade_user_score_log where pay_id = {payment} and refund_id = {refund})
                where user_id = {anna};
            delete from trade_user_score_log where pay_id = {payment} and refund_id = {refund}"
        )
    };
    let unlogged = |payment: i64, refund: i64| format!("delete from trade_pay_log where pay_id = {payment} and refund_id = {refund}");
    vec![
        damage(undone(payment, 0), &[("score_missing", payment)]),
        damage(undone(late, refund), &[("score_not_taken", refund)]),
        damage(unlogged(payment, 0), &[("payment_log_missing", payment)]),
        damage(unlogged(late, refund), &[("refund_log_missing", refund)]),
        damage(
            format!("update trade_pay_log set pay_amount = pay_amount + 1 where pay_id = {late} and refund_id = {refund}"),
            &[("payment_log_wrong", late)],
        ),
    ]
}

#[tokio::test]
async fn messages() {
    let story = Story::tell().await;
    let (paid, off) = (story.message(story.payment.get()).await, story.message(story.cancelled.get()).await);
    plant(&story, message(&story, paid, off)).await;
}

fn message(story: &Story, paid: i64, off: i64) -> Vec<Damage> {
    let (payment, cancelled, lamp) = (story.payment, story.cancelled, story.lamp);
    let outbox = |set: &str| format!("update trade_mq_producer_temp set {set} where id = {paid}");
    let inbox = |set: &str| {
        format!("update trade_mq_consumer_log set {set} where group_name = 'pay_payTopic_user_group' and msg_key = '{payment}'")
    };
    let no_stock_back = format!(
        "delete from trade_goods_number_log where order_id = {cancelled} and goods_id = {lamp} and cause = 2;
        update trade_goods set goods_number = goods_number - 1 where goods_id = {lamp};"
    );
    vec![
        damage(outbox("msg_status = 2"), &[("outbox_dead", paid)]),
        damage(outbox("msg_status = 0"), &[("outbox_late", paid)]),
        damage(inbox("consumer_status = 2"), &[("inbox_dead", paid)]),
        damage(inbox("consumer_status = 0, due_time = 1"), &[("inbox_late", paid)]),
        damage(
            format!("delete from trade_mq_consumer_log where group_name = 'order-out-group4' and msg_key = '{cancelled}'"),
            &[("inbox_missing", off)],
        ),
        // a dead message accounts for what it did not bring; without any trace of it, that is lost
        damage(
            no_stock_back.clone()
                + &format!(
                    "update trade_mq_consumer_log set consumer_status = 2 where group_name = 'order-out-group2' and msg_key = '{cancelled}'"
                ),
            &[("inbox_dead", off)],
        ),
        damage(
            no_stock_back
                + &format!(
                    "delete from trade_mq_producer_temp where id = {off}; delete from trade_mq_consumer_log where msg_key = '{cancelled}'"
                ),
            &[("cancelled_order_stock", cancelled.get())],
        ),
    ]
}

#[tokio::test]
async fn remembered_answers() {
    let story = Story::tell().await;
    plant(&story, remembered(&story)).await;
}

fn remembered(story: &Story) -> Vec<Damage> {
    let (anna, paid, payment) = (story.anna.get(), story.paid.get(), story.payment.get());
    let other_id = |call: &str, id: i64| {
        format!("update trade_idempotency set receipt = replace(receipt, '\"id\":{id}', '\"id\":77') where call_name = '{call}'")
    };
    vec![
        damage(other_id("place", paid), &[("remembered_order_missing", 77)]),
        damage(other_id("start", payment), &[("remembered_payment_missing", 77)]),
        damage(
            "insert into trade_idempotency (user_id, call_name, idem_key, request_hash, receipt, create_time)
                select user_id, call_name, 'again', request_hash, receipt, create_time from trade_idempotency where call_name = 'place'"
                .to_owned(),
            &[("remembered_twice", paid)],
        ),
        damage(
            "update trade_idempotency set receipt = '{\"Placed\":' where call_name = 'start'".to_owned(),
            &[("remembered_unreadable", anna)],
        ),
    ]
}
