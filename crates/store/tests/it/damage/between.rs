//! What stays in between for too long, or with nothing that will end it (I8).

use super::{Damage, damage, plant};
use crate::story::Story;

pub(super) fn all(story: &Story) -> Vec<Damage> {
    [orders(story), timers(story)].into_iter().flatten().collect()
}

#[tokio::test]
async fn nothing_stays_in_between() {
    let story = Story::tell().await;
    plant(&story, all(&story)).await;
}

fn orders(story: &Story) -> Vec<Damage> {
    let (waiting, paying) = (story.waiting.get(), story.paying.get());
    let order = |set: &str, id: i64| format!("update trade_order set {set} where order_id = {id}");
    vec![
        damage(order("order_status = 0", waiting), &[("order_unconfirmed", waiting)]),
        damage(order("expire_time = add_time", waiting), &[("order_expired", waiting)]),
        damage(order("pay_status = 1", waiting), &[("order_paying", waiting)]),
        damage(order("pay_status = 0", paying), &[("order_paying", paying)]),
        damage(
            format!("update trade_pay set pay_state = 0, order_id = {paying} where pay_id = {}", story.superseded),
            &[
                ("order_paying", paying),
                ("payment_of_wrong_order", story.superseded.get()),
                ("payment_without_timer", story.superseded.get()),
            ],
        ),
        damage(order("shipping_status = 9", waiting), &[("unknown_codes", waiting)]),
        damage(
            format!("update trade_refund set submit_time = 1 where refund_id = {}", story.second_refund),
            &[("refund_late", story.second_refund.get())],
        ),
    ]
}

fn timers(story: &Story) -> Vec<Damage> {
    let (waiting, attempt, refund) = (story.waiting.get(), story.open_attempt.get(), story.second_refund.get());
    let gone = |kind: i64, id: i64| format!("delete from trade_timer where kind = {kind} and subject_id = {id}");
    vec![
        damage(gone(0, waiting), &[("order_without_timer", waiting)]),
        damage(gone(1, attempt), &[("payment_without_timer", attempt)]),
        damage(gone(2, refund), &[("refund_without_timer", refund)]),
        damage(format!("update trade_timer set due_time = 1 where subject_id = {waiting}"), &[("timer_late", waiting)]),
        damage(
            "insert into trade_timer (kind, subject_id, due_time) select 1, 77, max(due_time) from trade_timer".to_owned(),
            &[("timer_of_nothing", 77)],
        ),
    ]
}
