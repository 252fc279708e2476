-- The inserts as MariaDB takes them in bulk, one row of parameters after the other: the columns and names of mysql.sql, without JSON.
-- Each is a third to two thirds cheaper for the server so. Money is given in cents, time in milliseconds, as there.

-- name: order_insert
insert into trade_order (order_id, user_id, order_status, pay_status, shipping_status, address, consignee, goods_id, goods_name,
  goods_number, goods_price, goods_amount, shipping_fee, order_amount, coupon_id, coupon_paid, money_paid, pay_amount,
  refunded_amount, kept_pay_id, cancel_reason, line_count, add_time, confirm_time, pay_time, ship_time, receive_time, cancel_time, expire_time)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? * 0.01, ? * 0.01, ? * 0.01, ? * 0.01, ?, ? * 0.01, ? * 0.01, ? * 0.01, ? * 0.01, ?, ?, ?,
  from_unixtime(? * 0.001), from_unixtime(? * 0.001), from_unixtime(? * 0.001), from_unixtime(? * 0.001), from_unixtime(? * 0.001), from_unixtime(? * 0.001),
  from_unixtime(? * 0.001))

-- name: order_line_insert
insert into trade_order_line (order_id, line_no, goods_id, goods_name, goods_number, goods_price)
values (?, ?, ?, ?, ?, ? * 0.01)

-- name: payment_insert
insert into trade_pay (pay_id, order_id, user_id, pay_amount, is_paid, channel, method, pay_state, fate, platform_no, action, close_wanted,
  refunded_amount, add_time, pay_time, close_time, expire_time)
values (?, ?, ?, ? * 0.01, ?, ?, ?, ?, ?, ?, ?, ?, ? * 0.01, ?, ?, ?, ?)

-- name: refund_insert
insert into trade_refund (refund_id, order_id, pay_id, user_id, refund_amount, channel_amount, balance_amount, cause, refund_state, reason,
  return_goods, coupon_back, remark, add_time, submit_time, goods_back_time, finish_time)
values (?, ?, ?, ?, ? * 0.01, ? * 0.01, ? * 0.01, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: refund_line_insert
insert into trade_refund_line (refund_id, goods_id, goods_number, refund_amount)
values (?, ?, ?, ? * 0.01)

-- name: goods_insert
insert into trade_goods (goods_id, goods_name, goods_desc, goods_price, goods_number, add_time)
values (?, ?, ?, ? * 0.01, ?, from_unixtime(? * 0.001))

-- name: account_insert
insert into trade_user (user_id, user_name, user_mobile, user_money, user_score, user_reg_time, user_password)
values (?, ?, ?, ? * 0.01, ?, from_unixtime(? * 0.001), ?)

-- name: coupon_insert
insert into trade_coupon (coupon_id, user_id, coupon_price, min_spend, expires_time, is_used, order_id, used_time, add_time)
values (?, ?, ? * 0.01, ? * 0.01, timestampadd(microsecond, ? * 1000, timestamp'1970-01-01 00:00:00'), ?, ?, from_unixtime(? * 0.001),
  from_unixtime(? * 0.001))

-- name: stock_log_insert
insert into trade_goods_number_log (goods_id, order_id, cause_id, goods_number, cause, reason, log_time)
values (?, ?, ?, ?, ?, ?, from_unixtime(? * 0.001))

-- name: money_log_insert
insert into trade_user_money_log (user_id, order_id, cause_id, money_log_type, use_money, reason, create_time)
values (?, ?, ?, ?, ? * 0.01, ?, from_unixtime(? * 0.001))

-- name: score_log_insert
insert into trade_user_score_log (user_id, pay_id, refund_id, points, shortfall, create_time)
values (?, ?, ?, ?, ?, ?)

-- name: payment_log_insert
insert into trade_pay_log (pay_id, refund_id, order_id, user_id, pay_amount, log_time)
values (?, ?, ?, ?, ? * 0.01, ?)
on duplicate key update log_time = trade_pay_log.log_time

-- name: outbox_insert
insert into trade_mq_producer_temp (id, group_name, msg_topic, msg_tag, msg_key, msg_body, create_time, due_time, trace_id, span_id)
values (?, ?, ?, ?, ?, ?, from_unixtime(? * 0.001), ?, ?, ?)

-- name: inbox_insert
insert into trade_mq_consumer_log (group_name, msg_tag, msg_key, msg_id, msg_topic, msg_body, consumer_status, consumer_times,
  consumer_timestamp, due_time, remark, trace_id, span_id)
values (?, ?, ?, ?, ?, ?, ?, ?, from_unixtime(? * 0.001), ?, ?, ?, ?)

-- name: remembered_insert
insert into trade_idempotency (user_id, call_name, idem_key, request_hash, receipt, create_time)
values (?, ?, ?, ?, ?, ?)

-- name: timer_set
insert into trade_timer (kind, subject_id, due_time, trace_id, span_id)
values (?, ?, ?, ?, ?)
on duplicate key update due_time = values(due_time), span_id = case when trace_id = values(trace_id) then span_id else values(span_id) end,
  trace_id = values(trace_id)
