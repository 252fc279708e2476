-- The contract's tables (seed-contract, section 7) with the columns and keys that exactness needs, and ours beside them.
-- Times are milliseconds since 1970 UTC, amounts are cents.

-- part: goods
create table if not exists trade_goods (
  goods_id integer not null primary key,
  goods_name text not null,
  goods_number integer not null,
  goods_price integer not null,
  goods_desc text not null default '',
  add_time integer not null
) strict;

-- cause: 0 opening, 1 order, 2 release, 3 correction
create table if not exists trade_goods_number_log (
  entry_id integer primary key,
  goods_id integer not null,
  order_id integer null,
  goods_number integer not null,
  log_time integer not null,
  cause integer not null,
  cause_id integer not null default 0,
  reason text null
) strict;
create unique index if not exists trade_goods_number_log_one_effect on trade_goods_number_log (order_id, goods_id, cause, cause_id);

-- part: coupons
create table if not exists trade_coupon (
  coupon_id integer not null primary key,
  coupon_price integer not null,
  user_id integer not null,
  order_id integer null,
  is_used integer not null default 0,
  used_time integer null,
  min_spend integer not null default 0,
  expires_time integer null,
  add_time integer not null
) strict;
create index if not exists trade_coupon_by_user on trade_coupon (user_id, coupon_id);

-- part: accounts
create table if not exists trade_user (
  user_id integer not null primary key,
  user_name text not null,
  user_password text not null,
  user_mobile text not null,
  user_score integer not null default 0,
  user_reg_time integer not null,
  user_money integer not null default 0
) strict;
create unique index if not exists trade_user_by_mobile on trade_user (user_mobile);

-- money_log_type: 1 paid, 2 refunded (the contract's), 3 opening, 4 correction
create table if not exists trade_user_money_log (
  entry_id integer primary key,
  user_id integer not null,
  order_id integer null,
  money_log_type integer not null,
  use_money integer not null,
  create_time integer not null,
  cause_id integer not null default 0,
  reason text null
) strict;
create unique index if not exists trade_user_money_log_one_effect on trade_user_money_log (order_id, money_log_type, cause_id);

create table if not exists trade_user_score_log (
  entry_id integer primary key,
  user_id integer not null,
  pay_id integer not null,
  refund_id integer not null default 0,
  points integer not null,
  shortfall integer not null default 0,
  create_time integer not null
) strict;
create unique index if not exists trade_user_score_log_one_effect on trade_user_score_log (pay_id, refund_id);

-- part: orders
-- goods_id … goods_price hold the first line, as in the original; trade_order_line holds the others
create table if not exists trade_order (
  order_id integer not null primary key,
  user_id integer not null,
  order_status integer not null,
  pay_status integer not null,
  shipping_status integer not null,
  address text not null,
  consignee text not null default '',
  goods_id integer not null,
  goods_name text not null default '',
  goods_number integer not null,
  goods_price integer not null,
  goods_amount integer not null,
  shipping_fee integer not null,
  order_amount integer not null,
  coupon_id integer null,
  coupon_paid integer not null default 0,
  money_paid integer not null default 0,
  pay_amount integer not null,
  refunded_amount integer not null default 0,
  kept_pay_id integer null,
  cancel_reason text null,
  line_count integer not null default 1,
  add_time integer not null,
  confirm_time integer null,
  pay_time integer null,
  ship_time integer null,
  receive_time integer null,
  cancel_time integer null,
  expire_time integer null
) strict;
create index if not exists trade_order_by_user on trade_order (user_id, order_id);

create table if not exists trade_order_line (
  order_id integer not null,
  line_no integer not null,
  goods_id integer not null,
  goods_name text not null,
  goods_number integer not null,
  goods_price integer not null,
  primary key (order_id, line_no)
) strict;

-- part: orders payments
-- pay_state: 0 pending, 1 succeeded, 2 failed, 3 closed, 4 unknown, 5 refunded, 6 partially refunded
-- fate: 0 open, 1 kept by the order, 2 given back
create table if not exists trade_pay (
  pay_id integer not null primary key,
  order_id integer not null,
  pay_amount integer not null,
  is_paid integer not null,
  user_id integer not null,
  channel text not null,
  method text null,
  pay_state integer not null,
  fate integer not null default 0,
  platform_no text null,
  action text null,
  close_wanted integer not null default 0,
  refunded_amount integer not null default 0,
  add_time integer not null,
  pay_time integer null,
  close_time integer null,
  expire_time integer not null
) strict;
create index if not exists trade_pay_by_order on trade_pay (order_id);

-- part: orders
-- refund_state: 0 approved, 1 processing, 2 succeeded, 3 failed; cause: 0 late, 1 second
create table if not exists trade_refund (
  refund_id integer not null primary key,
  order_id integer not null,
  pay_id integer not null,
  user_id integer not null,
  refund_amount integer not null,
  cause integer not null,
  refund_state integer not null,
  remark text null,
  add_time integer not null,
  finish_time integer null
) strict;
create index if not exists trade_refund_by_order on trade_refund (order_id);
create index if not exists trade_refund_by_pay on trade_refund (pay_id);

-- part: payment_log
create table if not exists trade_pay_log (
  pay_id integer not null,
  refund_id integer not null default 0,
  order_id integer not null,
  user_id integer null,
  pay_amount integer not null,
  log_time integer not null,
  primary key (pay_id, refund_id)
) strict;
create index if not exists trade_pay_log_by_order on trade_pay_log (order_id);

-- part: every
-- msg_status: 0 pending, 1 done (the contract's), 2 dead; due_time: not taken up before then
create table if not exists trade_mq_producer_temp (
  id integer not null primary key,
  group_name text not null,
  msg_topic text not null,
  msg_tag text not null,
  msg_key text not null,
  msg_body text not null,
  msg_status integer not null default 0,
  create_time integer not null,
  due_time integer not null,
  sent_time integer null,
  tries integer not null default 0,
  remark text null
) strict;
create index if not exists trade_mq_producer_temp_by_due on trade_mq_producer_temp (msg_status, due_time);
create index if not exists trade_mq_producer_temp_by_key on trade_mq_producer_temp (msg_key);

-- consumer_status: 0 processing (to be tried again at due_time), 1 done, 2 failed (dead until replayed)
create table if not exists trade_mq_consumer_log (
  msg_id text not null,
  group_name text not null,
  msg_tag text not null,
  msg_key text not null,
  msg_topic text not null default '',
  msg_body text not null,
  consumer_status integer not null,
  consumer_times integer not null,
  consumer_timestamp integer not null,
  due_time integer not null default 0,
  remark text null,
  primary key (group_name, msg_tag, msg_key)
) strict;
create index if not exists trade_mq_consumer_log_by_due on trade_mq_consumer_log (consumer_status, due_time);
create index if not exists trade_mq_consumer_log_by_message on trade_mq_consumer_log (msg_id);
create index if not exists trade_mq_consumer_log_by_key on trade_mq_consumer_log (msg_key);

-- kind: 0 order timeout, 1 payment check, 2 refund submit, 3 purge
create table if not exists trade_timer (
  kind integer not null,
  subject_id integer not null,
  due_time integer not null,
  primary key (kind, subject_id)
) strict;
create index if not exists trade_timer_by_due on trade_timer (due_time);

create table if not exists trade_idempotency (
  user_id integer not null,
  call_name text not null,
  idem_key text not null,
  request_hash text not null,
  receipt text not null,
  create_time integer not null,
  primary key (user_id, call_name, idem_key)
) strict;
create index if not exists trade_idempotency_by_time on trade_idempotency (create_time);

-- part: accounts
create table if not exists trade_session (
  token_hash text not null primary key,
  user_id integer null,
  role text not null,
  create_time integer not null,
  expire_time integer not null
) strict;
create index if not exists trade_session_by_time on trade_session (expire_time);

-- part: every
-- who makes ids with which worker number; last_batch tells whether a COMMIT whose answer was lost took place
create table if not exists trade_worker (
  worker_id integer not null primary key,
  token integer not null,
  lease_until integer not null,
  last_batch integer not null default 0
) strict;
