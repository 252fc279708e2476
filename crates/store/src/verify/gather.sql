-- What `verify` copies of each role's database into one of its own: for each table how it is read from SQLite, how from MySQL and
-- MariaDB (amounts as cents, times as milliseconds), and how it is written. Sections are named TABLE part; a test compares them with the schema.

-- name: trade_goods goods sqlite
select goods_id, goods_name, goods_number, goods_price, goods_desc, add_time
from trade_goods

-- name: trade_goods goods mysql
select goods_id, goods_name, goods_number, cast(goods_price * 100 as signed), goods_desc, cast(unix_timestamp(add_time) * 1000 as signed)
from trade_goods

-- name: trade_goods goods write
insert into trade_goods (goods_id, goods_name, goods_number, goods_price, goods_desc, add_time)
values (?1, ?2, ?3, ?4, ?5, ?6)

-- name: trade_goods_number_log goods sqlite
select goods_id, order_id, goods_number, log_time, cause, cause_id, reason
from trade_goods_number_log

-- name: trade_goods_number_log goods mysql
select goods_id, order_id, goods_number, cast(unix_timestamp(log_time) * 1000 as signed), cause, cause_id, reason
from trade_goods_number_log

-- name: trade_goods_number_log goods write
insert into trade_goods_number_log (goods_id, order_id, goods_number, log_time, cause, cause_id, reason)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7)

-- name: trade_coupon coupons sqlite
select coupon_id, coupon_price, user_id, order_id, is_used, used_time, min_spend, expires_time, add_time
from trade_coupon

-- name: trade_coupon coupons mysql
select coupon_id, cast(coupon_price * 100 as signed), user_id, order_id, is_used, cast(unix_timestamp(used_time) * 1000 as signed), cast(min_spend *
  100 as signed), cast(unix_timestamp(expires_time) * 1000 as signed), cast(unix_timestamp(add_time) * 1000 as signed)
from trade_coupon

-- name: trade_coupon coupons write
insert into trade_coupon (coupon_id, coupon_price, user_id, order_id, is_used, used_time, min_spend, expires_time, add_time)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)

-- name: trade_user accounts sqlite
select user_id, user_name, '', user_mobile, user_score, user_reg_time, user_money
from trade_user

-- name: trade_user accounts mysql
select user_id, user_name, '', user_mobile, user_score, cast(unix_timestamp(user_reg_time) * 1000 as signed), cast(user_money * 100 as signed)
from trade_user

-- name: trade_user accounts write
insert into trade_user (user_id, user_name, user_password, user_mobile, user_score, user_reg_time, user_money)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7)

-- name: trade_user_money_log accounts sqlite
select user_id, order_id, money_log_type, use_money, create_time, cause_id, reason
from trade_user_money_log

-- name: trade_user_money_log accounts mysql
select user_id, order_id, money_log_type, cast(use_money * 100 as signed), cast(unix_timestamp(create_time) * 1000 as signed), cause_id, reason
from trade_user_money_log

-- name: trade_user_money_log accounts write
insert into trade_user_money_log (user_id, order_id, money_log_type, use_money, create_time, cause_id, reason)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7)

-- name: trade_user_score_log accounts sqlite
select user_id, pay_id, refund_id, points, shortfall, create_time
from trade_user_score_log

-- name: trade_user_score_log accounts mysql
select user_id, pay_id, refund_id, points, shortfall, create_time
from trade_user_score_log

-- name: trade_user_score_log accounts write
insert into trade_user_score_log (user_id, pay_id, refund_id, points, shortfall, create_time)
values (?1, ?2, ?3, ?4, ?5, ?6)

-- name: trade_pay_log payment_log sqlite
select pay_id, refund_id, order_id, user_id, pay_amount, log_time
from trade_pay_log

-- name: trade_pay_log payment_log mysql
select pay_id, refund_id, order_id, user_id, cast(pay_amount * 100 as signed), log_time
from trade_pay_log

-- name: trade_pay_log payment_log write
insert into trade_pay_log (pay_id, refund_id, order_id, user_id, pay_amount, log_time)
values (?1, ?2, ?3, ?4, ?5, ?6)

-- name: trade_order orders sqlite
select order_id, user_id, order_status, pay_status, shipping_status, address, consignee, goods_id, goods_name, goods_number, goods_price,
  goods_amount, shipping_fee, order_amount, coupon_id, coupon_paid, money_paid, pay_amount, refunded_amount, kept_pay_id, cancel_reason, line_count,
  add_time, confirm_time, pay_time, ship_time, receive_time, cancel_time, expire_time, carrier, tracking_no
from trade_order

-- name: trade_order orders mysql
select order_id, user_id, order_status, pay_status, shipping_status, address, consignee, goods_id, goods_name, goods_number, cast(goods_price * 100 as
  signed), cast(goods_amount * 100 as signed), cast(shipping_fee * 100 as signed), cast(order_amount * 100 as signed), coupon_id, cast(coupon_paid *
  100 as signed), cast(money_paid * 100 as signed), cast(pay_amount * 100 as signed), cast(refunded_amount * 100 as signed), kept_pay_id,
  cancel_reason, line_count, cast(unix_timestamp(add_time) * 1000 as signed), cast(unix_timestamp(confirm_time) * 1000 as signed),
  cast(unix_timestamp(pay_time) * 1000 as signed), cast(unix_timestamp(ship_time) * 1000 as signed), cast(unix_timestamp(receive_time) * 1000 as
  signed), cast(unix_timestamp(cancel_time) * 1000 as signed), cast(unix_timestamp(expire_time) * 1000 as signed), carrier, tracking_no
from trade_order

-- name: trade_order orders write
insert into trade_order (order_id, user_id, order_status, pay_status, shipping_status, address, consignee, goods_id, goods_name, goods_number,
  goods_price, goods_amount, shipping_fee, order_amount, coupon_id, coupon_paid, money_paid, pay_amount, refunded_amount, kept_pay_id, cancel_reason,
  line_count, add_time, confirm_time, pay_time, ship_time, receive_time, cancel_time, expire_time, carrier, tracking_no)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31)

-- name: trade_order_line orders sqlite
select order_id, line_no, goods_id, goods_name, goods_number, goods_price
from trade_order_line

-- name: trade_order_line orders mysql
select order_id, line_no, goods_id, goods_name, goods_number, cast(goods_price * 100 as signed)
from trade_order_line

-- name: trade_order_line orders write
insert into trade_order_line (order_id, line_no, goods_id, goods_name, goods_number, goods_price)
values (?1, ?2, ?3, ?4, ?5, ?6)

-- name: trade_pay orders sqlite
select pay_id, order_id, pay_amount, is_paid, user_id, channel, method, pay_state, fate, platform_no, action, close_wanted, refunded_amount, add_time,
  pay_time, close_time, expire_time
from trade_pay

-- name: trade_pay orders mysql
select pay_id, order_id, cast(pay_amount * 100 as signed), is_paid, user_id, channel, method, pay_state, fate, platform_no, action, close_wanted,
  cast(refunded_amount * 100 as signed), add_time, pay_time, close_time, expire_time
from trade_pay

-- name: trade_pay orders write
insert into trade_pay (pay_id, order_id, pay_amount, is_paid, user_id, channel, method, pay_state, fate, platform_no, action, close_wanted,
  refunded_amount, add_time, pay_time, close_time, expire_time)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)

-- name: trade_refund orders sqlite
select refund_id, order_id, pay_id, user_id, refund_amount, cause, refund_state, remark, add_time, finish_time, channel_amount, balance_amount,
  reason, return_goods, coupon_back, submit_time, goods_back_time
from trade_refund

-- name: trade_refund orders mysql
select refund_id, order_id, pay_id, user_id, cast(refund_amount * 100 as signed), cause, refund_state, remark, add_time, finish_time,
  cast(channel_amount * 100 as signed), cast(balance_amount * 100 as signed), reason, return_goods, coupon_back, submit_time, goods_back_time
from trade_refund

-- name: trade_refund orders write
insert into trade_refund (refund_id, order_id, pay_id, user_id, refund_amount, cause, refund_state, remark, add_time, finish_time, channel_amount,
  balance_amount, reason, return_goods, coupon_back, submit_time, goods_back_time)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)

-- name: trade_refund_line orders sqlite
select refund_id, goods_id, goods_number, refund_amount
from trade_refund_line

-- name: trade_refund_line orders mysql
select refund_id, goods_id, goods_number, cast(refund_amount * 100 as signed)
from trade_refund_line

-- name: trade_refund_line orders write
insert into trade_refund_line (refund_id, goods_id, goods_number, refund_amount)
values (?1, ?2, ?3, ?4)

-- name: trade_mq_producer_temp every sqlite
select id, group_name, msg_topic, msg_tag, msg_key, msg_body, msg_status, create_time, due_time, sent_time, tries, remark, trace_id, span_id
from trade_mq_producer_temp

-- name: trade_mq_producer_temp every mysql
select id, group_name, msg_topic, msg_tag, msg_key, msg_body, msg_status, cast(unix_timestamp(create_time) * 1000 as signed), due_time, sent_time,
  tries, remark, trace_id, span_id
from trade_mq_producer_temp

-- name: trade_mq_producer_temp every write
insert into trade_mq_producer_temp (id, group_name, msg_topic, msg_tag, msg_key, msg_body, msg_status, create_time, due_time, sent_time, tries,
  remark, trace_id, span_id)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)

-- name: trade_mq_consumer_log every sqlite
select msg_id, group_name, msg_tag, msg_key, msg_topic, msg_body, consumer_status, consumer_times, consumer_timestamp, due_time, remark, trace_id,
  span_id
from trade_mq_consumer_log

-- name: trade_mq_consumer_log every mysql
select msg_id, group_name, msg_tag, msg_key, msg_topic, msg_body, consumer_status, consumer_times, cast(unix_timestamp(consumer_timestamp) * 1000 as
  signed), due_time, remark, trace_id, span_id
from trade_mq_consumer_log

-- name: trade_mq_consumer_log every write
insert into trade_mq_consumer_log (msg_id, group_name, msg_tag, msg_key, msg_topic, msg_body, consumer_status, consumer_times, consumer_timestamp,
  due_time, remark, trace_id, span_id)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)

-- name: trade_timer every sqlite
select kind, subject_id, due_time, trace_id, span_id
from trade_timer

-- name: trade_timer every mysql
select kind, subject_id, due_time, trace_id, span_id
from trade_timer

-- name: trade_timer every write
insert into trade_timer (kind, subject_id, due_time, trace_id, span_id)
values (?1, ?2, ?3, ?4, ?5)

-- name: trade_idempotency every sqlite
select user_id, call_name, idem_key, request_hash, receipt, create_time
from trade_idempotency

-- name: trade_idempotency every mysql
select user_id, call_name, idem_key, request_hash, receipt, create_time
from trade_idempotency

-- name: trade_idempotency every write
insert into trade_idempotency (user_id, call_name, idem_key, request_hash, receipt, create_time)
values (?1, ?2, ?3, ?4, ?5, ?6)

-- name: trade_takeover_finding every sqlite
select check_name, row_id, found_time
from trade_takeover_finding

-- name: trade_takeover_finding every mysql
select check_name, row_id, found_time
from trade_takeover_finding

-- name: trade_takeover_finding every write
insert or ignore into trade_takeover_finding (check_name, row_id, found_time)
values (?1, ?2, ?3)
