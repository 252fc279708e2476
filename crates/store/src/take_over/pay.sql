-- Payments, whoever has them: the order's database and the pay role's; how to read the steps: `take_over/step.rs`.

-- step: alter trade_pay
-- until: column pay_state
-- The original's attempts are of the channel whose second door is the original's own callback.
alter table trade_pay
  add column user_id bigint null,
  add column channel varchar(32) character set utf8mb4 collate utf8mb4_bin not null default 'sandbox',
  add column method varchar(32) character set utf8mb4 collate utf8mb4_bin null,
  add column pay_state tinyint not null default 0,
  add column fate tinyint not null default 0,
  add column platform_no varchar(128) character set utf8mb4 collate utf8mb4_bin null,
  add column action varchar(4000) character set utf8mb4 collate utf8mb4_bin null,
  add column close_wanted tinyint not null default 0,
  add column refunded_amount decimal(10,2) not null default 0,
  add column add_time bigint not null default 0,
  add column pay_time bigint null,
  add column close_time bigint null,
  add column expire_time bigint not null default 0,
  add key by_order (order_id)

-- step: portions closed_payments
-- along: trade_pay.pay_id
-- Nobody watches the original's open attempts. Money that comes all the same is taken: a closed attempt can still succeed.
update trade_pay set pay_state = 3, close_time = @now
where coalesce(is_paid, 0) <> 2 and pay_state = 0 and add_time = 0 and pay_id > :from and pay_id <= :to

-- step: adopt pending_messages
update trade_mq_producer_temp set due_time = @now
where due_time is null and msg_status = 0 and msg_topic is not null and msg_tag is not null and msg_key is not null and msg_body is not null

-- step: adopt broken_messages
update trade_mq_producer_temp set due_time = @now, msg_status = 2, remark = 'taken over without topic, tag, key or body'
where due_time is null and coalesce(msg_status, 0) = 0

