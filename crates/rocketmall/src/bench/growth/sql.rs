//! The statements that fill. They copy from `bench_number` (0, 1, 2, …) and `bench_order`, the orders of one portion.
//!
//! Of three ids in one millisecond the coupon has the first, the order the second, the payment the third. Money comes in cents,
//! time in milliseconds. 1480166465631 is the ids' epoch.

pub(super) const HELPERS: [&str; 9] = [
    DROP_HELPERS,
    "set session innodb_lock_wait_timeout = 600",
    "create table bench_number (n bigint not null primary key) engine=InnoDB",
    "insert into bench_number values (0)",
    "create table bench_user (n bigint not null primary key, user_id bigint not null) engine=InnoDB",
    "insert into bench_user select row_number() over (order by user_id) - 1, user_id from trade_user",
    "create table bench_goods (n bigint not null primary key, goods_id bigint not null, goods_name varchar(255) not null)
       engine=InnoDB default character set utf8mb4 collate utf8mb4_bin",
    "insert into bench_goods select row_number() over (order by goods_id) - 1, goods_id, goods_name from trade_goods where goods_number > 0",
    "create table bench_order (order_id bigint not null primary key, placed bigint not null, user_id bigint not null, goods_id bigint not null,
       goods_name varchar(255) not null, is_paid tinyint not null) engine=InnoDB default character set utf8mb4 collate utf8mb4_bin",
];
pub(super) const DROP_HELPERS: &str = "drop table if exists bench_number, bench_user, bench_goods, bench_order";
pub(super) const DOUBLE_NUMBERS: &str = "insert into bench_number select n + ? from bench_number";
pub(super) const USERS_AND_GOODS: &str = "select (select count(*) from bench_user), (select count(*) from bench_goods)";

/// An order's remembered answer, and the id in it.
pub(super) const RECEIPT: &str = "select receipt, cast(cast(json_extract(receipt, '$.Placed.id') as signed) as char)
  from trade_idempotency where receipt like '{\"Placed\":%' limit 1";
pub(super) const MESSAGE: &str =
    "select group_name, msg_topic, msg_tag, msg_body from trade_mq_producer_temp where msg_status = 1 and msg_tag = 'paid' limit 1";

pub(super) const CLEAR_ORDERS: &str = "delete from bench_order";
pub(super) const STAGE_ORDERS: &str = "insert into bench_order (order_id, placed, user_id, goods_id, goods_name, is_paid)
  select (? + n.n * ?) * 4194304 + ?, ? + n.n * ?, u.user_id, g.goods_id, g.goods_name, n.n % 5 <> 0
  from bench_number n straight_join bench_user u on u.n = crc32(concat('user', n.n + ?)) % ?
  straight_join bench_goods g on g.n = crc32(concat('goods', n.n + ?)) % ? where n.n < ?";

pub(super) const ORDERS: &str = "insert into trade_order (order_id, user_id, order_status, pay_status, shipping_status, address, consignee,
    goods_id, goods_name, goods_number, goods_price, goods_amount, shipping_fee, order_amount, coupon_id, coupon_paid, money_paid, pay_amount,
    kept_pay_id, cancel_reason, add_time, confirm_time, pay_time, cancel_time, expire_time)
  select order_id, user_id, if(is_paid, 1, 2), if(is_paid, 2, 0), 0, ?, ?, goods_id, goods_name, 1, ? * 0.01, ? * 0.01, 0, ? * 0.01,
    order_id - 1, ? * 0.01, ? * 0.01, ? * 0.01, if(is_paid, order_id + 1, null), if(is_paid, null, 'not paid in time'),
    from_unixtime(placed * 0.001), from_unixtime(placed * 0.001), if(is_paid, from_unixtime(placed * 0.001 + 60), null),
    if(is_paid, null, from_unixtime(placed * 0.001 + 1800)), from_unixtime(placed * 0.001 + 1800)
  from bench_order order by order_id";
pub(super) const STOCK_TAKEN: &str = "insert into trade_goods_number_log (goods_id, order_id, goods_number, log_time, cause)
  select goods_id, order_id, -1, from_unixtime(placed * 0.001), 1 from bench_order order by order_id";
pub(super) const STOCK_BACK: &str = "insert into trade_goods_number_log (goods_id, order_id, goods_number, log_time, cause)
  select goods_id, order_id, 1, from_unixtime(placed * 0.001 + 1800), 2 from bench_order where is_paid = 0 order by order_id";
pub(super) const STOCK: &str =
    "update trade_goods g join (select goods_id, count(*) pieces from bench_order where is_paid = 1 group by goods_id) o
  on o.goods_id = g.goods_id set g.goods_number = g.goods_number - o.pieces";
pub(super) const MONEY_TAKEN: &str = "insert into trade_user_money_log (user_id, order_id, money_log_type, use_money, create_time)
  select user_id, order_id, 1, ? * 0.01, from_unixtime(placed * 0.001) from bench_order order by order_id";
pub(super) const MONEY_BACK: &str = "insert into trade_user_money_log (user_id, order_id, money_log_type, use_money, create_time)
  select user_id, order_id, 2, ? * 0.01, from_unixtime(placed * 0.001 + 1800) from bench_order where is_paid = 0 order by order_id";
pub(super) const COUPONS: &str = "insert into trade_coupon (coupon_id, coupon_price, user_id, order_id, is_used, used_time, add_time)
  select order_id - 1, ? * 0.01, user_id, if(is_paid, order_id, null), is_paid, if(is_paid, from_unixtime(placed * 0.001), null),
    from_unixtime(placed * 0.001) from bench_order order by order_id";
pub(super) const PAYMENTS: &str =
    "insert into trade_pay (pay_id, order_id, pay_amount, is_paid, user_id, channel, pay_state, fate, platform_no, action,
    add_time, pay_time, expire_time)
  select order_id + 1, order_id, ? * 0.01, 2, user_id, 'sandbox', 1, 1, cast(order_id + 1 as char),
    '{\"type\":\"redirect\",\"url\":\"http://127.0.0.1:1/sandbox/pay/bench\"}', placed, placed + 60000, placed + 1800000
  from bench_order where is_paid = 1 order by order_id";
pub(super) const PAYMENT_LOG: &str = "insert into trade_pay_log (pay_id, order_id, user_id, pay_amount, log_time)
  select order_id + 1, order_id, user_id, ? * 0.01, placed + 60000 from bench_order where is_paid = 1 order by order_id";
pub(super) const SCORE_LOG: &str = "insert into trade_user_score_log (user_id, pay_id, points, create_time)
  select user_id, order_id + 1, ?, placed + 60000 from bench_order where is_paid = 1 order by order_id";
pub(super) const ACCOUNTS: &str =
    "update trade_user u join (select user_id, count(*) orders from bench_order where is_paid = 1 group by user_id) o
  on o.user_id = u.user_id set u.user_money = u.user_money - o.orders * ? * 0.01, u.user_score = u.user_score + o.orders * ?";
pub(super) const REMEMBERED: &str = "insert into trade_idempotency (user_id, call_name, idem_key, request_hash, receipt, create_time)
  select user_id, ?, concat('bench-', left(md5(order_id), 16)), ?, replace(?, ?, order_id), placed from bench_order order by user_id, 3";

pub(super) const OUTGOING: &str = "insert into trade_mq_producer_temp (id, group_name, msg_topic, msg_tag, msg_key, msg_body, msg_status,
    create_time, due_time, sent_time, tries)
  select ? + n * 4194304, ?, ?, ?, cast(? + n * 4194304 + 1 as char), ?, 1, from_unixtime((? + n) * 0.001), ? + n, ? + n, 1
  from bench_number where n < ? order by n";
pub(super) const CONSUMED: &str = "insert into trade_mq_consumer_log (group_name, msg_tag, msg_key, msg_id, msg_topic, msg_body, consumer_status,
    consumer_times, consumer_timestamp, due_time)
  select elt(1 + t.number % 3, 'pay_payTopic_group', 'pay_payTopic_log_group', 'pay_payTopic_user_group'), t.tag, cast(t.id + 1 as char),
    cast(t.id as char), t.topic, t.body, 1, 1, from_unixtime(t.heard * 0.001), t.heard
  from (select n + ? as number, ? + (n + ?) div 3 * 4194304 as id, ? as tag, ? as topic, ? as body, ? + n as heard from bench_number where n < ?) t order by 1, 3";

pub(super) const PAST: &str = "select (select count(*) from trade_mq_producer_temp where msg_status = 1 and due_time < ?),
  (select count(*) from trade_mq_consumer_log where consumer_status = 1 and due_time < ?),
  (select count(*) from trade_idempotency where create_time < ?)";
/// An outgoing message is found by the time in its id: its due time is a lease's end.
pub(super) const SINCE: &str = "select (select count(*) from trade_mq_producer_temp where id >= (? - 1480166465631) * 4194304),
  (select count(*) from trade_mq_consumer_log where consumer_status = 1 and due_time >= ?),
  (select count(*) from trade_idempotency where create_time >= ?)";
