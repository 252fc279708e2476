//! The statements of the baselines, as one writes them by hand, on MySQL and MariaDB. They fill the same columns as the engine.

use rocketmall_store::Statement;

macro_rules! statements {
    ($($name:ident = $sql:expr;)*) => {
        $(pub(super) const $name: Statement = Statement { name: stringify!($name), sql: $sql };)*
    };
}

statements! {
    GOODS_FOR_UPDATE = "select goods_name, cast(goods_price * 100 as signed), goods_number from trade_goods where goods_id = ? for update";
    USER_FOR_UPDATE = "select cast(user_money * 100 as signed) from trade_user where user_id = ? for update";
    COUPON_FOR_UPDATE = "select user_id, cast(coupon_price * 100 as signed), is_used from trade_coupon where coupon_id = ? for update";
    KEY = "select receipt from trade_idempotency where user_id = ? and call_name = ? and idem_key = ?";
    ORDER = ORDER_SQL;
    STOCK_LOG = "insert into trade_goods_number_log (goods_id, order_id, cause_id, goods_number, cause, log_time) values (?, ?, 0, ?, 1, from_unixtime(? / 1000))";
    MONEY_LOG = "insert into trade_user_money_log (user_id, order_id, cause_id, money_log_type, use_money, create_time) values (?, ?, 0, 1, ? / 100, from_unixtime(? / 1000))";
    TIMER = "insert into trade_timer (kind, subject_id, due_time) values (?, ?, ?)";
    REMEMBER = "insert into trade_idempotency (user_id, call_name, idem_key, request_hash, receipt, create_time) values (?, ?, ?, ?, ?, ?)";
    TAKE_STOCK = "update trade_goods set goods_number = ? where goods_id = ?";
    TAKE_MONEY = "update trade_user set user_money = ? / 100 where user_id = ?";
    USE_COUPON = "update trade_coupon set is_used = 1, order_id = ?, used_time = from_unixtime(? / 1000) where coupon_id = ?";

    GOODS = "select goods_name, cast(goods_price * 100 as signed), goods_number from trade_goods where goods_id = ?";
    USER = "select cast(user_money * 100 as signed), user_score from trade_user where user_id = ?";
    COUPON = "select user_id, cast(coupon_price * 100 as signed), is_used from trade_coupon where coupon_id = ?";
    ORDER_STATE = "select order_status, pay_status, cast(pay_amount * 100 as signed), user_id from trade_order where order_id = ?";
    LOGGED = "select count(*) from trade_user_money_log where order_id = ? and money_log_type = 1";
    CONFIRM = "update trade_order set order_status = 1, confirm_time = from_unixtime(? / 1000) where order_id = ?";

    ORDER_FOR_UPDATE = "select order_status, pay_status, cast(pay_amount * 100 as signed), user_id from trade_order where order_id = ? for update";
    PAYMENT = "insert into trade_pay (pay_id, order_id, user_id, pay_amount, is_paid, channel, pay_state, add_time, expire_time) values (?, ?, ?, ? / 100, 1, 'sandbox', 0, ?, ?)";
    PAYING = "update trade_order set pay_status = 1 where order_id = ?";
    ACTION = "update trade_pay set platform_no = ?, action = ? where pay_id = ?";
    PAYMENT_FOR_UPDATE = "select order_id, cast(pay_amount * 100 as signed), pay_state from trade_pay where pay_id = ? for update";
    PAID = "update trade_pay set is_paid = 2, pay_state = 1, fate = 1, pay_time = ? where pay_id = ?";
    ORDER_PAID = "update trade_order set pay_status = 2, kept_pay_id = ?, pay_time = from_unixtime(? / 1000) where order_id = ?";
    OUTBOX = "insert into trade_mq_producer_temp (id, group_name, msg_topic, msg_tag, msg_key, msg_body, create_time, due_time) values (?, 'payProducerGroup', 'payTopic', 'paid', ?, ?, from_unixtime(? / 1000), ?)";
    SENT = "update trade_mq_producer_temp set msg_status = 1, sent_time = ? where id = ?";
    HEARD = "select consumer_status from trade_mq_consumer_log where group_name = ? and msg_tag = 'paid' and msg_key = ? for update";
    INBOX = "insert into trade_mq_consumer_log (msg_id, group_name, msg_tag, msg_key, msg_topic, msg_body, consumer_status, consumer_times, consumer_timestamp, due_time) values (?, ?, 'paid', ?, 'payTopic', ?, 1, 1, from_unixtime(? / 1000), ?)";
    SCORE_LOG = "insert into trade_user_score_log (user_id, pay_id, points, create_time) values (?, ?, ?, ?)";
    SCORE = "update trade_user set user_score = user_score + ? where user_id = ?";
    PAY_LOG = "insert into trade_pay_log (pay_id, order_id, user_id, pay_amount, log_time) values (?, ?, ?, ? / 100, ?)";
    CLEAR_TIMER = "delete from trade_timer where kind = ? and subject_id = ?";
}

/// The columns of an order that are written when it is placed; 18 parameters.
const ORDER_SQL: &str = concat!(
    "insert into trade_order (order_id, user_id, order_status, pay_status, shipping_status, address, consignee, goods_id, goods_name, ",
    "goods_number, goods_price, goods_amount, shipping_fee, order_amount, coupon_id, coupon_paid, money_paid, pay_amount, add_time, confirm_time, expire_time) ",
    "values (?, ?, ?, 0, 0, ?, ?, ?, ?, ?, ? / 100, ? / 100, 0, ? / 100, ?, ? / 100, ? / 100, ? / 100, from_unixtime(? / 1000), from_unixtime(? / 1000), from_unixtime(? / 1000))"
);
