//! temporary
use crate::audit::audited;
use crate::story::Story;
use rocketmall_store::verify::{Limits};
use std::time::Instant;

#[tokio::test]
async fn big() {
    let story = Story::tell().await;
    let p = &story.process;
    let doublings: u32 = std::env::var("DOUBLINGS").ok().and_then(|d| d.parse().ok()).unwrap_or(10);
    p.sql("create table n (i integer not null primary key); insert into n values (1)").await;
    for d in 0..doublings { p.sql(&format!("insert into n select i + {} from n", 1_i64 << d)).await; }
    let (paid, pay) = (story.paid.get(), story.payment.get());
    let t = Instant::now();
    let copy = |table: &str, cols: &str, exprs: &str, cond: &str| format!("insert into {table} ({cols}) select {exprs} from {table} t, n where {cond}");
    let o = "user_id, order_status, pay_status, shipping_status, address, consignee, goods_id, goods_name, goods_number, goods_price, goods_amount, shipping_fee, order_amount, coupon_paid, money_paid, pay_amount, refunded_amount, line_count, add_time, confirm_time, pay_time, expire_time";
    p.sql("update trade_order set coupon_paid = 0, pay_amount = order_amount - money_paid, coupon_id = null where order_id = (select order_id from (select min(order_id) as order_id from trade_order) x)").await;
    let e = o;
    p.sql(&copy("trade_order", &format!("order_id, kept_pay_id, {o}"), &format!("order_id + i * 10000000, kept_pay_id + i * 10000000, {e}"), &format!("order_id = {paid}"))).await;
    p.sql(&copy("trade_order_line", "order_id, line_no, goods_id, goods_name, goods_number, goods_price", "order_id + i * 10000000, line_no, goods_id, goods_name, goods_number, goods_price", &format!("order_id = {paid}"))).await;
    let c = "user_id, pay_amount, is_paid, channel, method, pay_state, fate, platform_no, action, close_wanted, refunded_amount, add_time, pay_time, close_time, expire_time";
    p.sql(&copy("trade_pay", &format!("pay_id, order_id, {c}"), &format!("pay_id + i * 10000000, order_id + i * 10000000, {c}"), &format!("order_id = {paid}"))).await;
    p.sql(&copy("trade_goods_number_log", "order_id, goods_id, goods_number, log_time, cause", "order_id + i * 10000000, goods_id, goods_number, log_time, cause", &format!("order_id = {paid}"))).await;
    p.sql(&copy("trade_user_money_log", "order_id, user_id, money_log_type, use_money, create_time", "order_id + i * 10000000, user_id, money_log_type, use_money, create_time", &format!("order_id = {paid}"))).await;
    p.sql(&copy("trade_user_score_log", "pay_id, user_id, points, create_time", "pay_id + i * 10000000, user_id, points, create_time", &format!("pay_id = {pay}"))).await;
    p.sql(&copy("trade_pay_log", "pay_id, order_id, user_id, pay_amount, log_time", "pay_id + i * 10000000, order_id + i * 10000000, user_id, pay_amount, log_time", &format!("pay_id = {pay}"))).await;
    p.sql(&copy("trade_mq_producer_temp", "id, group_name, msg_topic, msg_tag, msg_key, msg_body, msg_status, create_time, due_time, sent_time", "id + i * 10000000, group_name, msg_topic, msg_tag, cast(msg_key + i * 10000000 as char), msg_body, msg_status, create_time, due_time, sent_time", &format!("msg_key = '{pay}'"))).await;
    p.sql(&copy("trade_mq_consumer_log", "msg_id, group_name, msg_tag, msg_key, msg_topic, msg_body, consumer_status, consumer_times, consumer_timestamp, due_time", "cast(msg_id + i * 10000000 as char), group_name, msg_tag, cast(msg_key + i * 10000000 as char), msg_topic, msg_body, consumer_status, consumer_times, consumer_timestamp, due_time", &format!("msg_key = '{pay}'"))).await;
    p.sql(&format!("insert into trade_idempotency (user_id, call_name, idem_key, request_hash, receipt, create_time) select user_id, call_name, concat(idem_key, i), request_hash, replace(receipt, '\"id\":{paid}', concat('\"id\":', {paid} + i * 10000000)), create_time from trade_idempotency, n where call_name = 'place'")).await;
    println!("filled in {:?}", t.elapsed());
    p.sql("update trade_mq_producer_temp set msg_status = 0; delete from trade_mq_consumer_log where msg_tag = 'paid'; update trade_pay set fate = 0 where pay_state = 1; delete from trade_pay_log; delete from trade_user_score_log; delete from trade_user_money_log where money_log_type = 2; update trade_order set order_status = 2").await;
    for _ in 0..1 {
    let t = Instant::now();
    let report = audited(p, Limits::default()).await;
    println!("audited in {:?}", t.elapsed());
    for c in report.broken() { println!("{} {} {:?}", c.name, c.total, c.found[0]); }
    }
}
