-- Orders and their notes of payments, beside what `pay.sql` does; how to read the steps: `take_over/step.rs`.

-- step: refuse goods_amounts
-- says: orders whose goods_amount is beyond 99999999.99, which two decimals leave no room for; they must be corrected first
-- needs: trade_order
select order_id from trade_order where abs(goods_amount) > 99999999.99

-- step: alter trade_order
-- until: column line_count
alter table trade_order
  modify address varchar(255) character set utf8mb4 collate utf8mb4_bin null,
  modify consignee varchar(255) character set utf8mb4 collate utf8mb4_bin null,
  modify goods_amount decimal(10,2) null,
  modify add_time timestamp(3) null,
  modify confirm_time timestamp(3) null,
  modify pay_time timestamp(3) null,
  add column goods_name varchar(255) character set utf8mb4 collate utf8mb4_bin not null default '',
  add column refunded_amount decimal(10,2) not null default 0,
  add column kept_pay_id bigint null,
  add column cancel_reason varchar(255) character set utf8mb4 collate utf8mb4_bin null,
  add column line_count smallint not null default 1,
  add column ship_time timestamp(3) null,
  add column receive_time timestamp(3) null,
  add column cancel_time timestamp(3) null,
  add column expire_time timestamp(3) null,
  add column carrier varchar(64) character set utf8mb4 collate utf8mb4_bin null,
  add column tracking_no varchar(64) character set utf8mb4 collate utf8mb4_bin null,
  add key by_user (user_id, order_id),
  default character set utf8mb4 collate utf8mb4_bin, row_format = dynamic

-- step: portions goods_names
-- along: trade_order.order_id
-- needs: trade_goods
update trade_order o join trade_goods g on g.goods_id = o.goods_id
set o.goods_name = g.goods_name where o.goods_name = '' and g.goods_name is not null and o.order_id > :from and o.order_id <= :to

-- step: portions users_of_payments
-- along: trade_pay.pay_id
update trade_pay p join trade_order o on o.order_id = p.order_id
set p.user_id = o.user_id where p.user_id is null and p.pay_id > :from and p.pay_id <= :to

-- step: portions succeeded_payments
-- along: trade_pay.pay_id
update trade_pay p left join trade_order o on o.order_id = p.order_id
set p.pay_state = 1, p.pay_time = coalesce(cast(unix_timestamp(coalesce(o.pay_time, o.confirm_time, o.add_time)) * 1000 as signed), @now)
where p.is_paid = 2 and p.pay_state = 0 and p.pay_id > :from and p.pay_id <= :to

-- step: portions kept_payments
-- along: trade_order.order_id
-- The payment that the order is paid with: one of its amount. An order with none keeps none, and verify names it.
update trade_order o
set o.kept_pay_id = (select min(p.pay_id) from trade_pay p where p.order_id = o.order_id and p.pay_state = 1 and p.pay_amount = o.pay_amount)
where o.pay_status = 2 and o.kept_pay_id is null and o.order_id > :from and o.order_id <= :to

-- step: portions fates
-- along: trade_order.order_id
update trade_order o join trade_pay p on p.pay_id = o.kept_pay_id
set p.fate = 1 where p.fate = 0 and o.order_id > :from and o.order_id <= :to

-- step: portions points_of_payments
-- along: trade_pay.pay_id
-- needs: trade_user_score_log
-- The original gave none. That they have been dealt with is what a refund asks.
insert ignore into trade_user_score_log (user_id, pay_id, refund_id, points, shortfall, create_time)
select user_id, pay_id, 0, 0, 0, @now from trade_pay where fate = 1 and add_time = 0 and user_id is not null and pay_id > :from and pay_id <= :to

-- step: portions payment_log
-- along: trade_pay.pay_id
-- needs: trade_pay_log
insert ignore into trade_pay_log (pay_id, refund_id, order_id, user_id, pay_amount, log_time)
select pay_id, 0, order_id, user_id, pay_amount, @now from trade_pay where fate = 1 and add_time = 0 and pay_amount is not null and pay_id > :from and pay_id <= :to

-- step: adopt unpaid_orders
update trade_order set pay_status = 0, expire_time = from_unixtime((@now + 1800000) / 1000)
where order_status = 1 and coalesce(pay_status, 0) in (0, 1) and expire_time is null

-- step: adopt unpaid_order_timers
insert ignore into trade_timer (kind, subject_id, due_time)
select 0, order_id, @now + 1800000 from trade_order where order_status = 1 and pay_status = 0

-- step: adopt pre_order_timers
-- Whoever was placing it is gone: it is dropped, and its message lets go of what it took.
insert ignore into trade_timer (kind, subject_id, due_time) select 5, order_id, @now from trade_order where order_status = 0

-- step: adopt unheard_payments
-- Money that came and of which the original's only message was lost: its order hears of it now. The message has the payment's own number.
insert ignore into trade_mq_producer_temp (id, group_name, msg_topic, msg_tag, msg_key, msg_body, msg_status, create_time, due_time, remark)
select p.pay_id, 'payProducerGroup', 'payTopic', 'paid', cast(p.pay_id as char),
  concat('{"payId":', p.pay_id, ',"orderId":', p.order_id, ',"payAmount":', p.pay_amount, ',"isPaid":2,"userId":', o.user_id, '}'),
  0, from_unixtime(@now / 1000), @now, 'taken over'
from trade_pay p join trade_order o on o.order_id = p.order_id
where p.pay_state = 1 and p.fate = 0 and p.add_time = 0 and o.order_status = 1 and o.pay_status = 0 and o.user_id is not null and p.pay_amount is not null
  and not exists (select 1 from trade_mq_producer_temp m where m.msg_key = cast(p.pay_id as char) and m.msg_tag = 'paid')
