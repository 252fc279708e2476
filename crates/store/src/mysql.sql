-- Every statement on MySQL and MariaDB. Statements of a batch take their keys or rows as one JSON parameter, an array of
-- arrays; straight_join makes the server lock in the order of the keys, which are sorted, and force index makes it lock only
-- them: without it the server reads a table that it thinks is small as a whole, and locks it so. Texts come as longtext, so
-- that one too long for its column is refused (a shorter type would cut it), and in utf8mb4 whatever the database's default.
-- Loads that lock end in "for update"; the same text without it serves reads. Behind it MySQL 8 is told which table, since a JSON table cannot
-- be locked; MariaDB, which locks what has rows, takes that for a comment. Money is read and written as cents, time as
-- milliseconds; what the original leaves NULL comes as NULL (`rows.rs` reads it). from_unixtime ends in 2038, so a coupon's end, which may lie beyond, is reckoned from 1970.
-- A timer that sets itself again stays below the step that set it first, rather than below its own last run.

-- name: order_of_payment
select p.pay_id, p.order_id from json_table(?, '$[*]' columns (k bigint path '$[0]')) j straight_join trade_pay p force index (primary) on p.pay_id = j.k

-- name: order_of_refund
select r.refund_id, r.order_id from json_table(?, '$[*]' columns (k bigint path '$[0]')) j straight_join trade_refund r force index (primary) on r.refund_id = j.k

-- name: user_of_order
select o.order_id, o.user_id from json_table(?, '$[*]' columns (k bigint path '$[0]')) j straight_join trade_order o force index (primary) on o.order_id = j.k

-- name: order_load
select o.order_id, o.user_id, o.order_status, o.pay_status, o.shipping_status, o.address, o.consignee,
  o.goods_id, o.goods_name, o.goods_number, cast(o.goods_price * 100 as signed),
  cast(o.goods_amount * 100 as signed), cast(o.shipping_fee * 100 as signed), cast(o.order_amount * 100 as signed),
  o.coupon_id, cast(o.coupon_paid * 100 as signed), cast(o.money_paid * 100 as signed), cast(o.pay_amount * 100 as signed),
  cast(o.refunded_amount * 100 as signed), o.kept_pay_id, o.cancel_reason, o.line_count,
  cast(unix_timestamp(o.add_time) * 1000 as signed), cast(unix_timestamp(o.confirm_time) * 1000 as signed),
  cast(unix_timestamp(o.pay_time) * 1000 as signed), cast(unix_timestamp(o.ship_time) * 1000 as signed),
  cast(unix_timestamp(o.receive_time) * 1000 as signed), cast(unix_timestamp(o.cancel_time) * 1000 as signed),
  cast(unix_timestamp(o.expire_time) * 1000 as signed), o.carrier, o.tracking_no
from json_table(?, '$[*]' columns (k bigint path '$[0]')) j straight_join trade_order o force index (primary) on o.order_id = j.k
for update /*!80001 of o*/

-- name: order_line_load
select l.order_id, l.line_no, l.goods_id, l.goods_name, l.goods_number, cast(l.goods_price * 100 as signed)
from json_table(?, '$[*]' columns (k bigint path '$[0]')) j straight_join trade_order_line l force index (primary) on l.order_id = j.k
order by l.order_id, l.line_no

-- name: payment_load
select p.pay_id, p.order_id, coalesce(p.user_id, (select o.user_id from trade_order o where o.order_id = p.order_id), 0), cast(p.pay_amount * 100 as signed), p.channel, p.method, p.pay_state, p.fate,
  p.platform_no, p.action, p.close_wanted, cast(p.refunded_amount * 100 as signed), p.add_time, p.pay_time, p.close_time, p.expire_time, p.is_paid
from json_table(?, '$[*]' columns (k bigint path '$[0]')) j straight_join trade_pay p force index (by_order) on p.order_id = j.k
for update /*!80001 of p*/

-- name: payment_load_alone
select p.pay_id, p.order_id, coalesce(p.user_id, 0), cast(p.pay_amount * 100 as signed), p.channel, p.method, p.pay_state, p.fate,
  p.platform_no, p.action, p.close_wanted, cast(p.refunded_amount * 100 as signed), p.add_time, p.pay_time, p.close_time, p.expire_time, p.is_paid
from json_table(?, '$[*]' columns (k bigint path '$[0]')) j straight_join trade_pay p force index (by_order) on p.order_id = j.k
for update /*!80001 of p*/

-- name: refund_load
select r.refund_id, r.order_id, r.pay_id, r.user_id, cast(r.refund_amount * 100 as signed), cast(r.channel_amount * 100 as signed), cast(r.balance_amount * 100 as signed), r.cause, r.refund_state, r.reason,
  r.return_goods, r.coupon_back, r.remark, r.add_time, r.submit_time, r.goods_back_time, r.finish_time
from json_table(?, '$[*]' columns (k bigint path '$[0]')) j straight_join trade_refund r force index (by_order) on r.order_id = j.k
for update /*!80001 of r*/

-- name: refund_line_load
select l.refund_id, l.goods_id, l.goods_number, cast(l.refund_amount * 100 as signed)
from json_table(?, '$[*]' columns (k bigint path '$[0]')) j straight_join trade_refund_line l force index (primary) on l.refund_id = j.k

-- name: goods_load
select g.goods_id, g.goods_name, g.goods_desc, cast(g.goods_price * 100 as signed), g.goods_number, cast(unix_timestamp(g.add_time) * 1000 as signed)
from json_table(?, '$[*]' columns (k bigint path '$[0]')) j straight_join trade_goods g force index (primary) on g.goods_id = j.k
for update /*!80001 of g*/

-- name: account_load
select u.user_id, u.user_name, u.user_mobile, cast(u.user_money * 100 as signed), u.user_score, cast(unix_timestamp(u.user_reg_time) * 1000 as signed)
from json_table(?, '$[*]' columns (k bigint path '$[0]')) j straight_join trade_user u force index (primary) on u.user_id = j.k
for update /*!80001 of u*/

-- name: coupon_load
select c.coupon_id, c.user_id, cast(c.coupon_price * 100 as signed), cast(c.min_spend * 100 as signed),
  timestampdiff(microsecond, timestamp'1970-01-01 00:00:00', c.expires_time) div 1000, c.is_used, c.order_id, cast(unix_timestamp(c.used_time) * 1000 as signed),
  cast(unix_timestamp(c.add_time) * 1000 as signed)
from json_table(?, '$[*]' columns (k bigint path '$[0]')) j straight_join trade_coupon c force index (primary) on c.coupon_id = j.k
for update /*!80001 of c*/

-- name: stock_log_load
select l.goods_id, l.order_id, l.cause_id, l.goods_number, l.cause, l.reason, cast(unix_timestamp(l.log_time) * 1000 as signed)
from json_table(?, '$[*]' columns (k bigint path '$[0]')) j straight_join trade_goods_number_log l force index (one_effect) on l.order_id = j.k

-- name: money_log_load
select l.user_id, l.order_id, l.cause_id, l.money_log_type, cast(l.use_money * 100 as signed), l.reason, cast(unix_timestamp(l.create_time) * 1000 as signed)
from json_table(?, '$[*]' columns (k bigint path '$[0]')) j straight_join trade_user_money_log l force index (one_effect) on l.order_id = j.k

-- name: score_log_load
select l.user_id, l.pay_id, l.refund_id, l.points, l.shortfall, l.create_time
from json_table(?, '$[*]' columns (k bigint path '$[0]')) j straight_join trade_user_score_log l force index (one_effect) on l.pay_id = j.k

-- name: mobile_load
select u.user_mobile, u.user_id
from json_table(?, '$[*]' columns (k varchar(20) character set utf8mb4 collate utf8mb4_bin path '$[0]')) j straight_join trade_user u force index (by_mobile) on u.user_mobile = j.k

-- name: inbox_load
select m.group_name, m.msg_tag, m.msg_key, m.msg_id, m.msg_topic, m.msg_body, m.consumer_status, m.consumer_times,
  cast(unix_timestamp(m.consumer_timestamp) * 1000 as signed), m.due_time, m.remark, m.trace_id, m.span_id
from json_table(?, '$[*]' columns (g varchar(64) character set utf8mb4 collate utf8mb4_bin path '$[0]',
  t varchar(64) character set utf8mb4 collate utf8mb4_bin path '$[1]', k varchar(64) character set utf8mb4 collate utf8mb4_bin path '$[2]')) j
straight_join trade_mq_consumer_log m force index (primary) on m.group_name = j.g and m.msg_tag = j.t and m.msg_key = j.k
for update /*!80001 of m*/

-- name: remembered_load
select i.user_id, i.call_name, i.idem_key, i.request_hash, i.receipt, i.create_time
from json_table(?, '$[*]' columns (u bigint path '$[0]', c varchar(64) character set utf8mb4 collate utf8mb4_bin path '$[1]',
  k varchar(64) character set utf8mb4 collate utf8mb4_bin path '$[2]')) j
straight_join trade_idempotency i force index (primary) on i.user_id = j.u and i.call_name = j.c and i.idem_key = j.k

-- name: order_insert
insert into trade_order (order_id, user_id, order_status, pay_status, shipping_status, address, consignee, goods_id, goods_name,
  goods_number, goods_price, goods_amount, shipping_fee, order_amount, coupon_id, coupon_paid, money_paid, pay_amount,
  refunded_amount, kept_pay_id, cancel_reason, line_count, add_time, confirm_time, pay_time, ship_time, receive_time, cancel_time, expire_time)
select j.c0, j.c1, j.c2, j.c3, j.c4, j.c5, j.c6, j.c7, j.c8, j.c9, j.c10 / 100, j.c11 / 100, j.c12 / 100, j.c13 / 100, j.c14,
  j.c15 / 100, j.c16 / 100, j.c17 / 100, j.c18 / 100, j.c19, j.c20, j.c21, from_unixtime(j.c22 / 1000), from_unixtime(j.c23 / 1000),
  from_unixtime(j.c24 / 1000), from_unixtime(j.c25 / 1000), from_unixtime(j.c26 / 1000), from_unixtime(j.c27 / 1000), from_unixtime(j.c28 / 1000)
from json_table(?, '$[*]' columns (c0 bigint path '$[0]', c1 bigint path '$[1]', c2 int path '$[2]', c3 int path '$[3]', c4 int path '$[4]',
  c5 longtext character set utf8mb4 path '$[5]', c6 longtext character set utf8mb4 path '$[6]', c7 bigint path '$[7]', c8 longtext character set utf8mb4 path '$[8]', c9 bigint path '$[9]',
  c10 bigint path '$[10]', c11 bigint path '$[11]', c12 bigint path '$[12]', c13 bigint path '$[13]', c14 bigint path '$[14]',
  c15 bigint path '$[15]', c16 bigint path '$[16]', c17 bigint path '$[17]', c18 bigint path '$[18]', c19 bigint path '$[19]',
  c20 longtext character set utf8mb4 path '$[20]', c21 int path '$[21]', c22 bigint path '$[22]', c23 bigint path '$[23]', c24 bigint path '$[24]',
  c25 bigint path '$[25]', c26 bigint path '$[26]', c27 bigint path '$[27]', c28 bigint path '$[28]')) j

-- name: order_line_insert
insert into trade_order_line (order_id, line_no, goods_id, goods_name, goods_number, goods_price)
select j.c0, j.c1, j.c2, j.c3, j.c4, j.c5 / 100
from json_table(?, '$[*]' columns (c0 bigint path '$[0]', c1 int path '$[1]', c2 bigint path '$[2]', c3 longtext character set utf8mb4 path '$[3]',
  c4 bigint path '$[4]', c5 bigint path '$[5]')) j

-- name: order_update
update json_table(?, '$[*]' columns (k bigint path '$[0]', c1 int path '$[1]', c2 int path '$[2]', c3 int path '$[3]', c4 bigint path '$[4]',
  c5 bigint path '$[5]', c6 longtext character set utf8mb4 path '$[6]', c7 bigint path '$[7]', c8 bigint path '$[8]', c9 bigint path '$[9]', c10 bigint path '$[10]',
  c11 longtext character set utf8mb4 path '$[11]', c12 longtext character set utf8mb4 path '$[12]', c13 bigint path '$[13]')) j
straight_join trade_order t force index (primary) on t.order_id = j.k
set t.order_status = j.c1, t.pay_status = j.c2, t.shipping_status = j.c3, t.refunded_amount = j.c4 / 100, t.kept_pay_id = j.c5,
  t.cancel_reason = j.c6, t.pay_time = from_unixtime(j.c7 / 1000), t.ship_time = from_unixtime(j.c8 / 1000),
  t.receive_time = from_unixtime(j.c9 / 1000), t.cancel_time = from_unixtime(j.c10 / 1000),
  t.carrier = j.c11, t.tracking_no = j.c12, t.confirm_time = from_unixtime(j.c13 / 1000)

-- name: payment_insert
insert into trade_pay (pay_id, order_id, user_id, pay_amount, is_paid, channel, method, pay_state, fate, platform_no, action, close_wanted,
  refunded_amount, add_time, pay_time, close_time, expire_time)
select j.c0, j.c1, j.c2, j.c3 / 100, j.c4, j.c5, j.c6, j.c7, j.c8, j.c9, j.c10, j.c11, j.c12 / 100, j.c13, j.c14, j.c15, j.c16
from json_table(?, '$[*]' columns (c0 bigint path '$[0]', c1 bigint path '$[1]', c2 bigint path '$[2]', c3 bigint path '$[3]', c4 int path '$[4]',
  c5 longtext character set utf8mb4 path '$[5]', c6 longtext character set utf8mb4 path '$[6]', c7 int path '$[7]', c8 int path '$[8]', c9 longtext character set utf8mb4 path '$[9]',
  c10 longtext character set utf8mb4 path '$[10]', c11 int path '$[11]', c12 bigint path '$[12]', c13 bigint path '$[13]', c14 bigint path '$[14]',
  c15 bigint path '$[15]', c16 bigint path '$[16]')) j

-- name: payment_update
update json_table(?, '$[*]' columns (k bigint path '$[0]', c1 int path '$[1]', c2 int path '$[2]', c3 int path '$[3]', c4 longtext character set utf8mb4 path '$[4]',
  c5 longtext character set utf8mb4 path '$[5]', c6 int path '$[6]', c7 bigint path '$[7]', c8 bigint path '$[8]', c9 bigint path '$[9]')) j
straight_join trade_pay t force index (primary) on t.pay_id = j.k
set t.is_paid = j.c1, t.pay_state = j.c2, t.fate = j.c3, t.platform_no = j.c4, t.action = j.c5, t.close_wanted = j.c6,
  t.refunded_amount = j.c7 / 100, t.pay_time = j.c8, t.close_time = j.c9

-- name: refund_insert
insert into trade_refund (refund_id, order_id, pay_id, user_id, refund_amount, channel_amount, balance_amount, cause, refund_state, reason,
  return_goods, coupon_back, remark, add_time, submit_time, goods_back_time, finish_time)
select j.c0, j.c1, j.c2, j.c3, j.c4 / 100, j.c5 / 100, j.c6 / 100, j.c7, j.c8, j.c9,
  j.c10, j.c11, j.c12, j.c13, j.c14, j.c15, j.c16
from json_table(?, '$[*]' columns (c0 bigint path '$[0]', c1 bigint path '$[1]', c2 bigint path '$[2]', c3 bigint path '$[3]', c4 bigint path '$[4]', c5 bigint path '$[5]',
  c6 bigint path '$[6]', c7 int path '$[7]', c8 int path '$[8]', c9 longtext character set utf8mb4 path '$[9]', c10 int path '$[10]',
  c11 int path '$[11]', c12 longtext character set utf8mb4 path '$[12]', c13 bigint path '$[13]', c14 bigint path '$[14]', c15 bigint path '$[15]', c16 bigint path '$[16]')) j

-- name: refund_line_insert
insert into trade_refund_line (refund_id, goods_id, goods_number, refund_amount)
select j.c0, j.c1, j.c2, j.c3 / 100
from json_table(?, '$[*]' columns (c0 bigint path '$[0]', c1 bigint path '$[1]', c2 bigint path '$[2]', c3 bigint path '$[3]')) j

-- name: refund_update
update json_table(?, '$[*]' columns (k bigint path '$[0]', c1 int path '$[1]', c2 int path '$[2]', c3 longtext character set utf8mb4 path '$[3]',
  c4 bigint path '$[4]', c5 bigint path '$[5]', c6 bigint path '$[6]')) j
straight_join trade_refund t force index (primary) on t.refund_id = j.k
set t.refund_state = j.c1, t.coupon_back = j.c2, t.remark = j.c3, t.submit_time = j.c4, t.goods_back_time = j.c5, t.finish_time = j.c6

-- name: goods_insert
insert into trade_goods (goods_id, goods_name, goods_desc, goods_price, goods_number, add_time)
select j.c0, j.c1, j.c2, j.c3 / 100, j.c4, from_unixtime(j.c5 / 1000)
from json_table(?, '$[*]' columns (c0 bigint path '$[0]', c1 longtext character set utf8mb4 path '$[1]', c2 longtext character set utf8mb4 path '$[2]', c3 bigint path '$[3]',
  c4 bigint path '$[4]', c5 bigint path '$[5]')) j

-- name: goods_move
update json_table(?, '$[*]' columns (k bigint path '$[0]', v bigint path '$[1]')) j straight_join trade_goods t force index (primary)
on t.goods_id = j.k and t.goods_number + j.v between 0 and 2147483647
set t.goods_number = t.goods_number + j.v

-- name: goods_edit
update json_table(?, '$[*]' columns (k bigint path '$[0]', c1 longtext character set utf8mb4 path '$[1]', c2 longtext character set utf8mb4 path '$[2]', c3 bigint path '$[3]')) j
straight_join trade_goods t force index (primary) on t.goods_id = j.k
set t.goods_name = j.c1, t.goods_desc = j.c2, t.goods_price = j.c3 / 100

-- name: account_insert
insert into trade_user (user_id, user_name, user_mobile, user_money, user_score, user_reg_time, user_password)
select j.c0, j.c1, j.c2, j.c3 / 100, j.c4, from_unixtime(j.c5 / 1000), j.c6
from json_table(?, '$[*]' columns (c0 bigint path '$[0]', c1 longtext character set utf8mb4 path '$[1]', c2 longtext character set utf8mb4 path '$[2]', c3 bigint path '$[3]',
  c4 int path '$[4]', c5 bigint path '$[5]', c6 longtext character set utf8mb4 path '$[6]')) j

-- name: account_update
update json_table(?, '$[*]' columns (k bigint path '$[0]', c1 bigint path '$[1]', c2 int path '$[2]')) j straight_join trade_user t force index (primary) on t.user_id = j.k
set t.user_money = j.c1 / 100, t.user_score = j.c2

-- name: coupon_insert
insert into trade_coupon (coupon_id, user_id, coupon_price, min_spend, expires_time, is_used, order_id, used_time, add_time)
select j.c0, j.c1, j.c2 / 100, j.c3 / 100, timestampadd(microsecond, j.c4 * 1000, timestamp'1970-01-01 00:00:00'), j.c5, j.c6,
  from_unixtime(j.c7 / 1000), from_unixtime(j.c8 / 1000)
from json_table(?, '$[*]' columns (c0 bigint path '$[0]', c1 bigint path '$[1]', c2 bigint path '$[2]', c3 bigint path '$[3]', c4 bigint path '$[4]',
  c5 int path '$[5]', c6 bigint path '$[6]', c7 bigint path '$[7]', c8 bigint path '$[8]')) j

-- name: coupon_update
update json_table(?, '$[*]' columns (k bigint path '$[0]', c1 int path '$[1]', c2 bigint path '$[2]', c3 bigint path '$[3]')) j
straight_join trade_coupon t force index (primary) on t.coupon_id = j.k
set t.is_used = j.c1, t.order_id = j.c2, t.used_time = from_unixtime(j.c3 / 1000)

-- name: stock_log_insert
insert into trade_goods_number_log (goods_id, order_id, cause_id, goods_number, cause, reason, log_time)
select j.c0, j.c1, j.c2, j.c3, j.c4, j.c5, from_unixtime(j.c6 / 1000)
from json_table(?, '$[*]' columns (c0 bigint path '$[0]', c1 bigint path '$[1]', c2 bigint path '$[2]', c3 bigint path '$[3]', c4 int path '$[4]',
  c5 longtext character set utf8mb4 path '$[5]', c6 bigint path '$[6]')) j

-- name: money_log_insert
insert into trade_user_money_log (user_id, order_id, cause_id, money_log_type, use_money, reason, create_time)
select j.c0, j.c1, j.c2, j.c3, j.c4 / 100, j.c5, from_unixtime(j.c6 / 1000)
from json_table(?, '$[*]' columns (c0 bigint path '$[0]', c1 bigint path '$[1]', c2 bigint path '$[2]', c3 int path '$[3]', c4 bigint path '$[4]',
  c5 longtext character set utf8mb4 path '$[5]', c6 bigint path '$[6]')) j

-- name: score_log_insert
insert into trade_user_score_log (user_id, pay_id, refund_id, points, shortfall, create_time)
select j.c0, j.c1, j.c2, j.c3, j.c4, j.c5
from json_table(?, '$[*]' columns (c0 bigint path '$[0]', c1 bigint path '$[1]', c2 bigint path '$[2]', c3 bigint path '$[3]', c4 bigint path '$[4]',
  c5 bigint path '$[5]')) j

-- name: payment_log_insert
insert into trade_pay_log (pay_id, refund_id, order_id, user_id, pay_amount, log_time)
select j.c0, j.c1, j.c2, j.c3, j.c4 / 100, j.c5
from json_table(?, '$[*]' columns (c0 bigint path '$[0]', c1 bigint path '$[1]', c2 bigint path '$[2]', c3 bigint path '$[3]', c4 bigint path '$[4]',
  c5 bigint path '$[5]')) j
on duplicate key update log_time = trade_pay_log.log_time

-- name: outbox_insert
insert into trade_mq_producer_temp (id, group_name, msg_topic, msg_tag, msg_key, msg_body, create_time, due_time, trace_id, span_id)
select j.c0, j.c1, j.c2, j.c3, j.c4, j.c5, from_unixtime(j.c6 / 1000), j.c7, j.c8, j.c9
from json_table(?, '$[*]' columns (c0 bigint path '$[0]', c1 longtext character set utf8mb4 path '$[1]', c2 longtext character set utf8mb4 path '$[2]', c3 longtext character set utf8mb4 path '$[3]',
  c4 longtext character set utf8mb4 path '$[4]', c5 longtext character set utf8mb4 path '$[5]', c6 bigint path '$[6]', c7 bigint path '$[7]',
  c8 longtext character set utf8mb4 path '$[8]', c9 longtext character set utf8mb4 path '$[9]')) j

-- name: outbox_sent
update json_table(?, '$[*]' columns (k bigint path '$[0]', c1 bigint path '$[1]')) j straight_join trade_mq_producer_temp t force index (primary) on t.id = j.k
set t.msg_status = 1, t.sent_time = j.c1

-- name: inbox_insert
insert into trade_mq_consumer_log (group_name, msg_tag, msg_key, msg_id, msg_topic, msg_body, consumer_status, consumer_times,
  consumer_timestamp, due_time, remark, trace_id, span_id)
select j.c0, j.c1, j.c2, j.c3, j.c4, j.c5, j.c6, j.c7, from_unixtime(j.c8 / 1000), j.c9, j.c10, j.c11, j.c12
from json_table(?, '$[*]' columns (c0 longtext character set utf8mb4 path '$[0]', c1 longtext character set utf8mb4 path '$[1]', c2 longtext character set utf8mb4 path '$[2]', c3 longtext character set utf8mb4 path '$[3]',
  c4 longtext character set utf8mb4 path '$[4]', c5 longtext character set utf8mb4 path '$[5]', c6 int path '$[6]', c7 int path '$[7]', c8 bigint path '$[8]', c9 bigint path '$[9]',
  c10 longtext character set utf8mb4 path '$[10]', c11 longtext character set utf8mb4 path '$[11]', c12 longtext character set utf8mb4 path '$[12]')) j

-- name: inbox_update
update json_table(?, '$[*]' columns (g varchar(64) character set utf8mb4 collate utf8mb4_bin path '$[0]',
  t varchar(64) character set utf8mb4 collate utf8mb4_bin path '$[1]', k varchar(64) character set utf8mb4 collate utf8mb4_bin path '$[2]',
  c3 int path '$[3]', c4 int path '$[4]', c5 bigint path '$[5]', c6 bigint path '$[6]', c7 longtext character set utf8mb4 path '$[7]',
  c8 longtext character set utf8mb4 path '$[8]', c9 longtext character set utf8mb4 path '$[9]', c10 longtext character set utf8mb4 path '$[10]', c11 longtext character set utf8mb4 path '$[11]')) j
straight_join trade_mq_consumer_log m force index (primary) on m.group_name = j.g and m.msg_tag = j.t and m.msg_key = j.k
set m.consumer_status = j.c3, m.consumer_times = j.c4, m.consumer_timestamp = from_unixtime(j.c5 / 1000), m.due_time = j.c6, m.remark = j.c7,
  m.msg_id = j.c8, m.msg_body = j.c9, m.trace_id = j.c10, m.span_id = j.c11

-- name: remembered_insert
insert into trade_idempotency (user_id, call_name, idem_key, request_hash, receipt, create_time)
select j.c0, j.c1, j.c2, j.c3, j.c4, j.c5
from json_table(?, '$[*]' columns (c0 bigint path '$[0]', c1 longtext character set utf8mb4 path '$[1]', c2 longtext character set utf8mb4 path '$[2]', c3 longtext character set utf8mb4 path '$[3]',
  c4 longtext character set utf8mb4 path '$[4]', c5 bigint path '$[5]')) j

-- name: remembered_update
update json_table(?, '$[*]' columns (c0 bigint path '$[0]', c1 varchar(64) character set utf8mb4 collate utf8mb4_bin path '$[1]',
  c2 varchar(64) character set utf8mb4 collate utf8mb4_bin path '$[2]', c3 longtext character set utf8mb4 path '$[3]', c4 longtext character set utf8mb4 path '$[4]',
  c5 bigint path '$[5]', c6 longtext character set utf8mb4 collate utf8mb4_bin path '$[6]')) j
straight_join trade_idempotency i force index (primary) on i.user_id = j.c0 and i.call_name = j.c1 and i.idem_key = j.c2
set i.request_hash = j.c3, i.receipt = j.c4, i.create_time = j.c5 where i.receipt = j.c6

-- name: timer_set
insert into trade_timer (kind, subject_id, due_time, trace_id, span_id)
select j.c0, j.c1, j.c2, j.c3, j.c4 from json_table(?, '$[*]' columns (c0 int path '$[0]', c1 bigint path '$[1]', c2 bigint path '$[2]',
  c3 longtext character set utf8mb4 path '$[3]', c4 longtext character set utf8mb4 path '$[4]')) j
on duplicate key update due_time = j.c2, span_id = case when trace_id = j.c3 then span_id else j.c4 end, trace_id = j.c3

-- name: timer_clear
delete t from json_table(?, '$[*]' columns (c0 int path '$[0]', c1 bigint path '$[1]')) j
straight_join trade_timer t force index (primary) on t.kind = j.c0 and t.subject_id = j.c1

-- name: batch_mark
update trade_worker set last_batch = ? where worker_id = ? and token = ?

-- name: batch_look
select last_batch from trade_worker where worker_id = ? and token = ? for update

-- name: worker_free
select worker_id, lease_until from trade_worker where lease_until < ? order by lease_until limit 1 for update

-- name: worker_highest
select coalesce(max(worker_id), -1) from trade_worker

-- name: worker_add
insert into trade_worker (worker_id, token, lease_until) values (?, ?, ?)

-- name: worker_take
update trade_worker set token = ?, lease_until = ?, last_batch = 0 where worker_id = ? and lease_until = ?

-- name: worker_renew
update trade_worker set lease_until = ? where worker_id = ? and token = ?

-- name: outbox_due
select id, msg_topic, msg_tag, msg_key, msg_body, cast(unix_timestamp(create_time) * 1000 as signed), trace_id, span_id
from trade_mq_producer_temp where msg_status = 0 and due_time <= ? order by due_time limit ? for update skip locked

-- name: outbox_lease
update json_table(?, '$[*]' columns (k bigint path '$[0]', c1 bigint path '$[1]')) j straight_join trade_mq_producer_temp t force index (primary) on t.id = j.k
set t.due_time = j.c1, t.tries = t.tries + 1

-- name: outbox_fail
update trade_mq_producer_temp set msg_status = ?, due_time = ?, remark = ? where id = ? and msg_status = 0

-- name: outbox_touch
update json_table(?, '$[*]' columns (k bigint path '$[0]', c1 int path '$[1]', c2 int path '$[2]', c3 bigint path '$[3]', c4 longtext character set utf8mb4 path '$[4]')) j
straight_join trade_mq_producer_temp t force index (primary) on t.id = j.k
set t.msg_status = j.c2, t.due_time = j.c3, t.remark = coalesce(j.c4, t.remark)
where t.msg_status = j.c1

-- name: outbox_replay
update json_table(?, '$[*]' columns (k bigint path '$[0]', c1 int path '$[1]', c2 bigint path '$[2]')) j
straight_join trade_mq_producer_temp t force index (primary) on t.id = j.k
set t.msg_status = 0, t.due_time = j.c2, t.tries = 0, t.remark = null
where t.msg_status = j.c1

-- name: outbox_sent_page
select id, msg_topic, msg_tag, msg_key, due_time, tries, coalesce(sent_time, due_time)
from trade_mq_producer_temp force index (by_due) where msg_status = 1 and due_time >= ? and due_time < ? and (due_time > ? or id > ?) order by due_time, id limit ?

-- name: inbox_heard
select m.group_name, m.msg_tag, m.msg_key
from json_table(?, '$[*]' columns (g varchar(64) character set utf8mb4 collate utf8mb4_bin path '$[0]',
  t varchar(64) character set utf8mb4 collate utf8mb4_bin path '$[1]', k varchar(64) character set utf8mb4 collate utf8mb4_bin path '$[2]')) j
straight_join trade_mq_consumer_log m force index (primary) on m.group_name = j.g and m.msg_tag = j.t and m.msg_key = j.k

-- name: cursor_load
select position, position_id from trade_cursor where name = ? for update skip locked

-- name: cursor_save
update trade_cursor set position = ?, position_id = ? where name = ?

-- name: inbox_due
select group_name, msg_tag, msg_key, msg_id, msg_topic, msg_body, consumer_status, consumer_times,
  cast(unix_timestamp(consumer_timestamp) * 1000 as signed), due_time, remark, trace_id, span_id
from trade_mq_consumer_log where consumer_status = 0 and due_time <= ? order by due_time limit ? for update skip locked

-- name: inbox_lease
update json_table(?, '$[*]' columns (g varchar(64) character set utf8mb4 collate utf8mb4_bin path '$[0]',
  t varchar(64) character set utf8mb4 collate utf8mb4_bin path '$[1]', k varchar(64) character set utf8mb4 collate utf8mb4_bin path '$[2]',
  c3 bigint path '$[3]')) j
straight_join trade_mq_consumer_log m force index (primary) on m.group_name = j.g and m.msg_tag = j.t and m.msg_key = j.k
set m.due_time = j.c3

-- name: timer_due
select kind, subject_id, trace_id, span_id from trade_timer where due_time <= ? order by due_time limit ? for update skip locked

-- name: timer_due_orders
select kind, subject_id, trace_id, span_id from trade_timer where due_time <= ? and kind in (0, 4, 5) order by due_time limit ? for update skip locked

-- name: timer_due_payments
select kind, subject_id, trace_id, span_id from trade_timer where due_time <= ? and kind in (1, 2) order by due_time limit ? for update skip locked

-- name: timer_lease
update json_table(?, '$[*]' columns (c0 int path '$[0]', c1 bigint path '$[1]', c2 bigint path '$[2]')) j
straight_join trade_timer t force index (primary) on t.kind = j.c0 and t.subject_id = j.c1
set t.due_time = j.c2

-- name: timer_next
select coalesce(min(due_time), 0) from trade_timer

-- name: purge_outbox_end
select due_time from trade_mq_producer_temp where msg_status = 1 and due_time >= ? and due_time < ? order by due_time limit 1 offset ?

-- name: purge_outbox
delete from trade_mq_producer_temp where msg_status = 1 and due_time >= ? and due_time < ? order by due_time limit ?

-- name: purge_inbox_end
select due_time from trade_mq_consumer_log where consumer_status = 1 and due_time >= ? and due_time < ? order by due_time limit 1 offset ?

-- name: purge_inbox
delete from trade_mq_consumer_log where consumer_status = 1 and due_time >= ? and due_time < ? order by due_time limit ?

-- name: purge_idempotency_end
select create_time from trade_idempotency where create_time >= ? and create_time < ? order by create_time limit 1 offset ?

-- name: purge_idempotency
delete from trade_idempotency where create_time >= ? and create_time < ? order by create_time limit ?

-- name: purge_sessions_end
select expire_time from trade_session where expire_time >= ? and expire_time < ? order by expire_time limit 1 offset ?

-- name: purge_sessions
delete from trade_session where expire_time >= ? and expire_time < ? order by expire_time limit ?

-- name: session_insert
insert into trade_session (token_hash, user_id, role, create_time, expire_time) values (?, ?, ?, ?, ?)

-- name: session_load
select s.token_hash, s.user_id, s.role, s.expire_time
from json_table(?, '$[*]' columns (k varchar(64) character set utf8mb4 collate utf8mb4_bin path '$[0]')) j straight_join trade_session s force index (primary) on s.token_hash = j.k

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
select pay_id, refund_id, cast(pay_amount * 100 as signed), log_time from trade_pay_log where order_id = ? order by log_time

-- name: outbox_by_key
select id, group_name, msg_topic, msg_tag, msg_key, msg_body, msg_status, cast(unix_timestamp(create_time) * 1000 as signed), due_time, sent_time, tries, remark, trace_id, span_id
from trade_mq_producer_temp where msg_key = ? order by id

-- name: outbox_by_id
select id, group_name, msg_topic, msg_tag, msg_key, msg_body, msg_status, cast(unix_timestamp(create_time) * 1000 as signed), due_time, sent_time, tries, remark, trace_id, span_id
from json_table(?, '$[*]' columns (k bigint path '$[0]')) j straight_join trade_mq_producer_temp t force index (primary) on t.id = j.k

-- name: outbox_page
select id, group_name, msg_topic, msg_tag, msg_key, msg_body, msg_status, cast(unix_timestamp(create_time) * 1000 as signed), due_time, sent_time, tries, remark, trace_id, span_id
from trade_mq_producer_temp force index (primary) where id < ? and (? = '' or msg_topic = ?) and (? = '' or msg_tag = ?)
  and (? < 0 or create_time >= from_unixtime(? / 1000)) and (? < 0 or create_time < from_unixtime(? / 1000)) order by id desc limit ?

-- name: outbox_page_of_state
select id, group_name, msg_topic, msg_tag, msg_key, msg_body, msg_status, cast(unix_timestamp(create_time) * 1000 as signed), due_time, sent_time, tries, remark, trace_id, span_id
from trade_mq_producer_temp force index (by_due) where msg_status = ? and due_time <= ? and (due_time < ? or id < ?) and due_time >= ?
  and (? = '' or msg_topic = ?) and (? = '' or msg_tag = ?) and (? < 0 or create_time >= from_unixtime(? / 1000)) and (? < 0 or create_time < from_unixtime(? / 1000))
order by due_time desc, id desc limit ?

-- name: inbox_by_message
select group_name, msg_tag, msg_key, msg_id, msg_topic, msg_body, consumer_status, consumer_times,
  cast(unix_timestamp(consumer_timestamp) * 1000 as signed), due_time, remark, trace_id, span_id
from json_table(?, '$[*]' columns (k varchar(64) character set utf8mb4 collate utf8mb4_bin path '$[0]')) j
straight_join trade_mq_consumer_log m force index (by_message) on m.msg_id = j.k

-- name: inbox_by_key
select group_name, msg_tag, msg_key, msg_id, msg_topic, msg_body, consumer_status, consumer_times,
  cast(unix_timestamp(consumer_timestamp) * 1000 as signed), due_time, remark, trace_id, span_id
from trade_mq_consumer_log where msg_key = ? order by group_name

-- name: inbox_page
select group_name, msg_tag, msg_key, msg_id, msg_topic, msg_body, consumer_status, consumer_times,
  cast(unix_timestamp(consumer_timestamp) * 1000 as signed), due_time, remark, trace_id, span_id
from trade_mq_consumer_log force index (by_due) where consumer_status = ? and due_time <= ?
  and (due_time < ? or (group_name, msg_tag, msg_key) < (?, ?, ?)) and due_time >= ?
  and (? = '' or msg_topic = ?) and (? = '' or msg_tag = ?) and (? = '' or group_name = ?)
  and (? < 0 or consumer_timestamp >= from_unixtime(? / 1000)) and (? < 0 or consumer_timestamp < from_unixtime(? / 1000))
order by due_time desc, group_name desc, msg_tag desc, msg_key desc limit ?

-- name: outbox_gauges
select msg_topic, count(*), cast(unix_timestamp(min(create_time)) * 1000 as signed)
from trade_mq_producer_temp force index (by_due) where msg_status = 0 group by msg_topic

-- name: message_gauges
select (select count(*) from trade_mq_producer_temp where msg_status = 2) + (select count(*) from trade_mq_consumer_log where consumer_status = 2),
  (select count(*) from trade_mq_consumer_log where consumer_status = 0)
