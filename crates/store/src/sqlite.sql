-- Every statement on SQLite, with the names and the order of mysql.sql. Statements of a batch run once per key or row, with its
-- columns as parameters: with cached statements that is faster here than one JSON parameter (measured). There is one writer,
-- so nothing locks rows. Money is cents, time is milliseconds, as stored.

-- name: order_of_payment
select p.pay_id, p.order_id
from trade_pay p where p.pay_id = ?1

-- name: order_of_refund
select r.refund_id, r.order_id
from trade_refund r where r.refund_id = ?1

-- name: user_of_order
select o.order_id, o.user_id
from trade_order o where o.order_id = ?1

-- name: order_load
select o.order_id, o.user_id, o.order_status, o.pay_status, o.shipping_status, o.address, o.consignee,
  o.goods_id, o.goods_name, o.goods_number, o.goods_price,
  o.goods_amount, o.shipping_fee, o.order_amount,
  o.coupon_id, o.coupon_paid, o.money_paid, o.pay_amount,
  o.refunded_amount, o.kept_pay_id, o.cancel_reason, o.line_count,
  o.add_time, o.confirm_time,
  o.pay_time, o.ship_time,
  o.receive_time, o.cancel_time,
  o.expire_time, o.carrier, o.tracking_no
from trade_order o where o.order_id = ?1

-- name: order_line_load
select l.order_id, l.line_no, l.goods_id, l.goods_name, l.goods_number, l.goods_price
from trade_order_line l where l.order_id = ?1
order by l.order_id, l.line_no

-- name: payment_load
select p.pay_id, p.order_id, p.user_id, p.pay_amount, p.channel, p.method, p.pay_state, p.fate,
  p.platform_no, p.action, p.close_wanted, p.refunded_amount, p.add_time, p.pay_time, p.close_time, p.expire_time, p.is_paid
from trade_pay p where p.order_id = ?1

-- name: payment_load_alone
select p.pay_id, p.order_id, p.user_id, p.pay_amount, p.channel, p.method, p.pay_state, p.fate,
  p.platform_no, p.action, p.close_wanted, p.refunded_amount, p.add_time, p.pay_time, p.close_time, p.expire_time, p.is_paid
from trade_pay p where p.order_id = ?1

-- name: refund_load
select r.refund_id, r.order_id, r.pay_id, r.user_id, r.refund_amount, r.channel_amount, r.balance_amount, r.cause, r.refund_state, r.reason,
  r.return_goods, r.coupon_back, r.remark, r.add_time, r.submit_time, r.goods_back_time, r.finish_time
from trade_refund r where r.order_id = ?1

-- name: refund_line_load
select l.refund_id, l.goods_id, l.goods_number, l.refund_amount
from trade_refund_line l where l.refund_id = ?1

-- name: goods_load
select g.goods_id, g.goods_name, g.goods_desc, g.goods_price, g.goods_number, g.add_time
from trade_goods g where g.goods_id = ?1

-- name: account_load
select u.user_id, u.user_name, u.user_mobile, u.user_money, u.user_score, u.user_reg_time
from trade_user u where u.user_id = ?1

-- name: coupon_load
select c.coupon_id, c.user_id, c.coupon_price, c.min_spend,
  c.expires_time, c.is_used, c.order_id, c.used_time,
  c.add_time
from trade_coupon c where c.coupon_id = ?1

-- name: stock_log_load
select l.goods_id, l.order_id, l.cause_id, l.goods_number, l.cause, l.reason, l.log_time
from trade_goods_number_log l where l.order_id = ?1

-- name: money_log_load
select l.user_id, l.order_id, l.cause_id, l.money_log_type, l.use_money, l.reason, l.create_time
from trade_user_money_log l where l.order_id = ?1

-- name: score_log_load
select l.user_id, l.pay_id, l.refund_id, l.points, l.shortfall, l.create_time
from trade_user_score_log l where l.pay_id = ?1

-- name: mobile_load
select u.user_mobile, u.user_id
from trade_user u where u.user_mobile = ?1

-- name: inbox_load
select m.group_name, m.msg_tag, m.msg_key, m.msg_id, m.msg_topic, m.msg_body, m.consumer_status, m.consumer_times,
  m.consumer_timestamp, m.due_time, m.remark, m.trace_id, m.span_id
from trade_mq_consumer_log m where m.group_name = ?1 and m.msg_tag = ?2 and m.msg_key = ?3

-- name: remembered_load
select i.user_id, i.call_name, i.idem_key, i.request_hash, i.receipt, i.create_time
from trade_idempotency i where i.user_id = ?1 and i.call_name = ?2 and i.idem_key = ?3

-- name: order_insert
insert into trade_order (order_id, user_id, order_status, pay_status, shipping_status, address, consignee, goods_id, goods_name,
  goods_number, goods_price, goods_amount, shipping_fee, order_amount, coupon_id, coupon_paid, money_paid, pay_amount,
  refunded_amount, kept_pay_id, cancel_reason, line_count, add_time, confirm_time, pay_time, ship_time, receive_time, cancel_time, expire_time)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,
  ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24,
  ?25, ?26, ?27, ?28, ?29)

-- name: order_line_insert
insert into trade_order_line (order_id, line_no, goods_id, goods_name, goods_number, goods_price)
values (?1, ?2, ?3, ?4, ?5, ?6)

-- name: order_update
update trade_order set order_status = ?2, pay_status = ?3, shipping_status = ?4, refunded_amount = ?5, kept_pay_id = ?6,
  cancel_reason = ?7, pay_time = ?8, ship_time = ?9,
  receive_time = ?10, cancel_time = ?11, carrier = ?12, tracking_no = ?13, confirm_time = ?14
where order_id = ?1

-- name: payment_insert
insert into trade_pay (pay_id, order_id, user_id, pay_amount, is_paid, channel, method, pay_state, fate, platform_no, action, close_wanted,
  refunded_amount, add_time, pay_time, close_time, expire_time)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)

-- name: payment_update
update trade_pay set is_paid = ?2, pay_state = ?3, fate = ?4, platform_no = ?5, action = ?6, close_wanted = ?7,
  refunded_amount = ?8, pay_time = ?9, close_time = ?10
where pay_id = ?1

-- name: refund_insert
insert into trade_refund (refund_id, order_id, pay_id, user_id, refund_amount, channel_amount, balance_amount, cause, refund_state, reason,
  return_goods, coupon_back, remark, add_time, submit_time, goods_back_time, finish_time)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)

-- name: refund_line_insert
insert into trade_refund_line (refund_id, goods_id, goods_number, refund_amount)
values (?1, ?2, ?3, ?4)

-- name: refund_update
update trade_refund set refund_state = ?2, coupon_back = ?3, remark = ?4, submit_time = ?5, goods_back_time = ?6, finish_time = ?7
where refund_id = ?1

-- name: goods_insert
insert into trade_goods (goods_id, goods_name, goods_desc, goods_price, goods_number, add_time)
values (?1, ?2, ?3, ?4, ?5, ?6)

-- name: goods_move
update trade_goods set goods_number = goods_number + ?2
where goods_id = ?1 and goods_number + ?2 between 0 and 2147483647

-- name: goods_edit
update trade_goods set goods_name = ?2, goods_desc = ?3, goods_price = ?4
where goods_id = ?1

-- name: account_insert
insert into trade_user (user_id, user_name, user_mobile, user_money, user_score, user_reg_time, user_password)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7)

-- name: account_update
update trade_user set user_money = ?2, user_score = ?3
where user_id = ?1

-- name: coupon_insert
insert into trade_coupon (coupon_id, user_id, coupon_price, min_spend, expires_time, is_used, order_id, used_time, add_time)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)

-- name: coupon_update
update trade_coupon set is_used = ?2, order_id = ?3, used_time = ?4
where coupon_id = ?1

-- name: stock_log_insert
insert into trade_goods_number_log (goods_id, order_id, cause_id, goods_number, cause, reason, log_time)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7)

-- name: money_log_insert
insert into trade_user_money_log (user_id, order_id, cause_id, money_log_type, use_money, reason, create_time)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7)

-- name: score_log_insert
insert into trade_user_score_log (user_id, pay_id, refund_id, points, shortfall, create_time)
values (?1, ?2, ?3, ?4, ?5, ?6)

-- name: payment_log_insert
insert into trade_pay_log (pay_id, refund_id, order_id, user_id, pay_amount, log_time)
values (?1, ?2, ?3, ?4, ?5, ?6)
on conflict do nothing

-- name: outbox_insert
insert into trade_mq_producer_temp (id, group_name, msg_topic, msg_tag, msg_key, msg_body, create_time, due_time, trace_id, span_id)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)

-- name: outbox_sent
update trade_mq_producer_temp set msg_status = 1, sent_time = ?2
where id = ?1

-- name: inbox_insert
insert into trade_mq_consumer_log (group_name, msg_tag, msg_key, msg_id, msg_topic, msg_body, consumer_status, consumer_times,
  consumer_timestamp, due_time, remark, trace_id, span_id)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)

-- name: inbox_update
update trade_mq_consumer_log set consumer_status = ?4, consumer_times = ?5, consumer_timestamp = ?6, due_time = ?7, remark = ?8,
  msg_id = ?9, msg_body = ?10, trace_id = ?11, span_id = ?12
where group_name = ?1 and msg_tag = ?2 and msg_key = ?3

-- name: remembered_insert
insert into trade_idempotency (user_id, call_name, idem_key, request_hash, receipt, create_time)
values (?1, ?2, ?3, ?4, ?5, ?6)

-- name: remembered_update
update trade_idempotency set request_hash = ?4, receipt = ?5, create_time = ?6
where user_id = ?1 and call_name = ?2 and idem_key = ?3 and receipt = ?7

-- name: timer_set
insert into trade_timer (kind, subject_id, due_time, trace_id, span_id)
values (?1, ?2, ?3, ?4, ?5)
on conflict (kind, subject_id) do update set due_time = ?3, span_id = case when trace_id = ?4 then span_id else ?5 end, trace_id = ?4

-- name: timer_clear
delete from trade_timer where kind = ?1 and subject_id = ?2

-- name: batch_mark
update trade_worker set last_batch = ? where worker_id = ? and token = ?

-- name: batch_look
select last_batch from trade_worker where worker_id = ? and token = ?

-- name: worker_free
select worker_id, lease_until from trade_worker where lease_until < ? order by lease_until limit 1

-- name: worker_highest
select coalesce(max(worker_id), -1) from trade_worker

-- name: worker_add
insert into trade_worker (worker_id, token, lease_until) values (?, ?, ?)

-- name: worker_take
update trade_worker set token = ?, lease_until = ?, last_batch = 0 where worker_id = ? and lease_until = ?

-- name: worker_renew
update trade_worker set lease_until = ? where worker_id = ? and token = ?

-- name: outbox_due
select id, msg_topic, msg_tag, msg_key, msg_body, create_time, trace_id, span_id
from trade_mq_producer_temp where msg_status = 0 and due_time <= ? order by due_time limit ?

-- name: outbox_lease
update trade_mq_producer_temp set due_time = ?2, tries = tries + 1
where id = ?1

-- name: outbox_fail
update trade_mq_producer_temp set msg_status = ?, due_time = ?, remark = ? where id = ? and msg_status = 0

-- name: outbox_touch
update trade_mq_producer_temp set msg_status = ?3, due_time = ?4, remark = coalesce(?5, remark)
where id = ?1 and msg_status = ?2

-- name: outbox_replay
update trade_mq_producer_temp set msg_status = 0, due_time = ?3, tries = 0, remark = null
where id = ?1 and msg_status = ?2

-- name: outbox_sent_page
select id, msg_topic, msg_tag, msg_key, due_time, tries, coalesce(sent_time, due_time)
from trade_mq_producer_temp where msg_status = 1 and due_time >= ? and due_time < ? and (due_time > ? or id > ?) order by due_time, id limit ?

-- name: inbox_heard
select group_name, msg_tag, msg_key from trade_mq_consumer_log where group_name = ?1 and msg_tag = ?2 and msg_key = ?3

-- name: cursor_load
select position, position_id from trade_cursor where name = ?

-- name: cursor_save
update trade_cursor set position = ?, position_id = ? where name = ?

-- name: inbox_due
select group_name, msg_tag, msg_key, msg_id, msg_topic, msg_body, consumer_status, consumer_times,
  consumer_timestamp, due_time, remark, trace_id, span_id
from trade_mq_consumer_log where consumer_status = 0 and due_time <= ? order by due_time limit ?

-- name: inbox_lease
update trade_mq_consumer_log set due_time = ?4
where group_name = ?1 and msg_tag = ?2 and msg_key = ?3

-- name: timer_due
select kind, subject_id, trace_id, span_id from trade_timer where due_time <= ? order by due_time limit ?

-- name: timer_due_orders
select kind, subject_id, trace_id, span_id from trade_timer where due_time <= ? and kind in (0, 4, 5) order by due_time limit ?

-- name: timer_due_payments
select kind, subject_id, trace_id, span_id from trade_timer where due_time <= ? and kind in (1, 2) order by due_time limit ?

-- name: timer_lease
update trade_timer set due_time = ?3
where kind = ?1 and subject_id = ?2

-- name: timer_next
select coalesce(min(due_time), 0) from trade_timer

-- name: purge_outbox_end
select due_time from trade_mq_producer_temp where msg_status = 1 and due_time >= ? and due_time < ? order by due_time limit 1 offset ?

-- name: purge_outbox
delete from trade_mq_producer_temp where rowid in (select rowid from trade_mq_producer_temp where msg_status = 1 and due_time >= ? and due_time < ? order by due_time limit ?)

-- name: purge_inbox_end
select due_time from trade_mq_consumer_log where consumer_status = 1 and due_time >= ? and due_time < ? order by due_time limit 1 offset ?

-- name: purge_inbox
delete from trade_mq_consumer_log where rowid in (select rowid from trade_mq_consumer_log where consumer_status = 1 and due_time >= ? and due_time < ? order by due_time limit ?)

-- name: purge_idempotency_end
select create_time from trade_idempotency where create_time >= ? and create_time < ? order by create_time limit 1 offset ?

-- name: purge_idempotency
delete from trade_idempotency where rowid in (select rowid from trade_idempotency where create_time >= ? and create_time < ? order by create_time limit ?)

-- name: purge_sessions_end
select expire_time from trade_session where expire_time >= ? and expire_time < ? order by expire_time limit 1 offset ?

-- name: purge_sessions
delete from trade_session where rowid in (select rowid from trade_session where expire_time >= ? and expire_time < ? order by expire_time limit ?)

-- name: session_insert
insert into trade_session (token_hash, user_id, role, create_time, expire_time) values (?, ?, ?, ?, ?)

-- name: session_load
select token_hash, user_id, role, expire_time from trade_session where token_hash = ?

-- name: session_delete
delete from trade_session where token_hash = ?

-- name: login_find
select user_id, user_password from trade_user where user_mobile = ? and mobile_shared = 0

-- name: password_set
update trade_user set user_password = ? where user_id = ?

-- name: order_ids
select order_id from trade_order where user_id = ? and order_id < ? and order_status <> 0 and (order_status not in (2, 3) or confirm_time is not null) and (? < 0 or order_status = ?) order by order_id desc limit ?

-- name: order_ids_all
select order_id from trade_order where order_id < ? and order_status <> 0 and (order_status not in (2, 3) or confirm_time is not null) and (? < 0 or order_status = ?) order by order_id desc limit ?

-- name: goods_ids
select goods_id from trade_goods where goods_id > ? order by goods_id limit ?

-- name: coupon_ids
select coupon_id from trade_coupon where user_id = ? and coupon_id > ? order by coupon_id limit ?

-- name: refund_ids
select refund_id, order_id from trade_refund where refund_state in (?, ?) and refund_id < ? order by refund_id desc limit ?

-- name: refund_ids_all
select refund_id, order_id from trade_refund where refund_id < ? order by refund_id desc limit ?

-- name: payment_log_of_order
select pay_id, refund_id, pay_amount, log_time from trade_pay_log where order_id = ? order by log_time

-- name: outbox_by_key
select id, group_name, msg_topic, msg_tag, msg_key, msg_body, msg_status, create_time, due_time, sent_time, tries, remark, trace_id, span_id
from trade_mq_producer_temp where msg_key = ? order by id

-- name: outbox_by_id
select id, group_name, msg_topic, msg_tag, msg_key, msg_body, msg_status, create_time, due_time, sent_time, tries, remark, trace_id, span_id
from trade_mq_producer_temp where id = ?1

-- name: outbox_page
select id, group_name, msg_topic, msg_tag, msg_key, msg_body, msg_status, create_time, due_time, sent_time, tries, remark, trace_id, span_id
from trade_mq_producer_temp where id < ? and (? = '' or msg_topic = ?) and (? = '' or msg_tag = ?)
  and (? < 0 or create_time >= ?) and (? < 0 or create_time < ?) order by id desc limit ?

-- name: outbox_page_of_state
select id, group_name, msg_topic, msg_tag, msg_key, msg_body, msg_status, create_time, due_time, sent_time, tries, remark, trace_id, span_id
from trade_mq_producer_temp where msg_status = ? and due_time <= ? and (due_time < ? or id < ?) and due_time >= ?
  and (? = '' or msg_topic = ?) and (? = '' or msg_tag = ?) and (? < 0 or create_time >= ?) and (? < 0 or create_time < ?)
order by due_time desc, id desc limit ?

-- name: inbox_by_message
select group_name, msg_tag, msg_key, msg_id, msg_topic, msg_body, consumer_status, consumer_times,
  consumer_timestamp, due_time, remark, trace_id, span_id
from trade_mq_consumer_log where msg_id = ?1

-- name: inbox_by_key
select group_name, msg_tag, msg_key, msg_id, msg_topic, msg_body, consumer_status, consumer_times,
  consumer_timestamp, due_time, remark, trace_id, span_id
from trade_mq_consumer_log where msg_key = ? order by group_name

-- name: inbox_page
select group_name, msg_tag, msg_key, msg_id, msg_topic, msg_body, consumer_status, consumer_times,
  consumer_timestamp, due_time, remark, trace_id, span_id
from trade_mq_consumer_log where consumer_status = ? and due_time <= ?
  and (due_time < ? or (group_name, msg_tag, msg_key) < (?, ?, ?)) and due_time >= ?
  and (? = '' or msg_topic = ?) and (? = '' or msg_tag = ?) and (? = '' or group_name = ?)
  and (? < 0 or consumer_timestamp >= ?) and (? < 0 or consumer_timestamp < ?)
order by due_time desc, group_name desc, msg_tag desc, msg_key desc limit ?

-- name: outbox_gauges
select msg_topic, count(*), min(create_time)
from trade_mq_producer_temp where msg_status = 0 group by msg_topic

-- name: message_gauges
select (select count(*) from trade_mq_producer_temp where msg_status = 2) + (select count(*) from trade_mq_consumer_log where consumer_status = 2),
  (select count(*) from trade_mq_consumer_log where consumer_status = 0)
