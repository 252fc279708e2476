-- The contract's tables (seed-contract, section 7) with the columns and keys that exactness needs, and ours beside them.
-- Times of ours are milliseconds since 1970 UTC; the contract's are DATETIME(3) in UTC. Amounts are DECIMAL(10,2).

-- part: goods
create table if not exists trade_goods (
  goods_id bigint not null primary key,
  goods_name varchar(255) not null,
  goods_number int not null,
  goods_price decimal(10,2) not null,
  goods_desc varchar(2000) not null default '',
  add_time datetime(3) not null
) engine=InnoDB default character set utf8mb4 collate utf8mb4_bin;

-- cause: 0 opening, 1 order, 2 release, 3 correction
create table if not exists trade_goods_number_log (
  entry_id bigint not null auto_increment primary key,
  goods_id bigint not null,
  order_id bigint null,
  goods_number int not null,
  log_time datetime(3) not null,
  cause tinyint not null,
  cause_id bigint not null default 0,
  reason varchar(255) null,
  unique key one_effect (order_id, goods_id, cause, cause_id)
) engine=InnoDB default character set utf8mb4 collate utf8mb4_bin;

-- part: coupons
create table if not exists trade_coupon (
  coupon_id bigint not null primary key,
  coupon_price decimal(10,2) not null,
  user_id bigint not null,
  order_id bigint null,
  is_used tinyint not null default 0,
  used_time datetime(3) null,
  min_spend decimal(10,2) not null default 0,
  expires_time datetime(3) null,
  add_time datetime(3) not null,
  key by_user (user_id, coupon_id)
) engine=InnoDB default character set utf8mb4 collate utf8mb4_bin;

-- part: accounts
create table if not exists trade_user (
  user_id bigint not null primary key,
  user_name varchar(100) not null,
  user_password varchar(255) not null,
  user_mobile varchar(20) not null,
  user_score int not null default 0,
  user_reg_time datetime(3) not null,
  user_money decimal(10,2) not null default 0,
  unique key by_mobile (user_mobile)
) engine=InnoDB default character set utf8mb4 collate utf8mb4_bin;

-- money_log_type: 1 paid, 2 refunded (the contract's), 3 opening, 4 correction
create table if not exists trade_user_money_log (
  entry_id bigint not null auto_increment primary key,
  user_id bigint not null,
  order_id bigint null,
  money_log_type tinyint not null,
  use_money decimal(10,2) not null,
  create_time datetime(3) not null,
  cause_id bigint not null default 0,
  reason varchar(255) null,
  unique key one_effect (order_id, money_log_type, cause_id)
) engine=InnoDB default character set utf8mb4 collate utf8mb4_bin;

create table if not exists trade_user_score_log (
  entry_id bigint not null auto_increment primary key,
  user_id bigint not null,
  pay_id bigint not null,
  refund_id bigint not null default 0,
  points int not null,
  shortfall int not null default 0,
  create_time bigint not null,
  unique key one_effect (pay_id, refund_id)
) engine=InnoDB default character set utf8mb4 collate utf8mb4_bin;

-- part: orders
-- goods_id … goods_price hold the first line, as in the original; trade_order_line holds the others
create table if not exists trade_order (
  order_id bigint not null primary key,
  user_id bigint not null,
  order_status tinyint not null,
  pay_status tinyint not null,
  shipping_status tinyint not null,
  address varchar(255) not null,
  consignee varchar(64) not null default '',
  goods_id bigint not null,
  goods_name varchar(255) not null default '',
  goods_number int not null,
  goods_price decimal(10,2) not null,
  goods_amount decimal(10,2) not null,
  shipping_fee decimal(10,2) not null,
  order_amount decimal(10,2) not null,
  coupon_id bigint null,
  coupon_paid decimal(10,2) not null default 0,
  money_paid decimal(10,2) not null default 0,
  pay_amount decimal(10,2) not null,
  refunded_amount decimal(10,2) not null default 0,
  kept_pay_id bigint null,
  cancel_reason varchar(255) null,
  line_count smallint not null default 1,
  add_time datetime(3) not null,
  confirm_time datetime(3) null,
  pay_time datetime(3) null,
  ship_time datetime(3) null,
  receive_time datetime(3) null,
  cancel_time datetime(3) null,
  expire_time datetime(3) null,
  key by_user (user_id, order_id)
) engine=InnoDB default character set utf8mb4 collate utf8mb4_bin;

create table if not exists trade_order_line (
  order_id bigint not null,
  line_no smallint not null,
  goods_id bigint not null,
  goods_name varchar(255) not null,
  goods_number int not null,
  goods_price decimal(10,2) not null,
  primary key (order_id, line_no)
) engine=InnoDB default character set utf8mb4 collate utf8mb4_bin;

-- part: orders payments
-- pay_state: 0 pending, 1 succeeded, 2 failed, 3 closed, 4 unknown, 5 refunded, 6 partially refunded
-- fate: 0 open, 1 kept by the order, 2 given back
create table if not exists trade_pay (
  pay_id bigint not null primary key,
  order_id bigint not null,
  pay_amount decimal(10,2) not null,
  is_paid tinyint not null,
  user_id bigint not null,
  channel varchar(32) not null,
  method varchar(32) null,
  pay_state tinyint not null,
  fate tinyint not null default 0,
  platform_no varchar(128) null,
  action varchar(4000) null,
  close_wanted tinyint not null default 0,
  refunded_amount decimal(10,2) not null default 0,
  add_time bigint not null,
  pay_time bigint null,
  close_time bigint null,
  expire_time bigint not null,
  key by_order (order_id)
) engine=InnoDB default character set utf8mb4 collate utf8mb4_bin;

-- part: orders
-- refund_state: 0 approved, 1 processing, 2 succeeded, 3 failed; cause: 0 late, 1 second
create table if not exists trade_refund (
  refund_id bigint not null primary key,
  order_id bigint not null,
  pay_id bigint not null,
  user_id bigint not null,
  refund_amount decimal(10,2) not null,
  cause tinyint not null,
  refund_state tinyint not null,
  remark varchar(255) null,
  add_time bigint not null,
  finish_time bigint null,
  key by_order (order_id),
  key by_pay (pay_id)
) engine=InnoDB default character set utf8mb4 collate utf8mb4_bin;

-- part: payment_log
create table if not exists trade_pay_log (
  pay_id bigint not null,
  refund_id bigint not null default 0,
  order_id bigint not null,
  user_id bigint null,
  pay_amount decimal(10,2) not null,
  log_time bigint not null,
  primary key (pay_id, refund_id),
  key by_order (order_id)
) engine=InnoDB default character set utf8mb4 collate utf8mb4_bin;

-- part: every
-- msg_status: 0 pending, 1 done (the contract's), 2 dead; due_time: not taken up before then
create table if not exists trade_mq_producer_temp (
  id bigint not null primary key,
  group_name varchar(64) not null,
  msg_topic varchar(64) not null,
  msg_tag varchar(64) not null,
  msg_key varchar(64) not null,
  msg_body text not null,
  msg_status tinyint not null default 0,
  create_time datetime(3) not null,
  due_time bigint not null,
  sent_time bigint null,
  tries int not null default 0,
  remark varchar(500) null,
  key by_due (msg_status, due_time),
  key by_key (msg_key)
) engine=InnoDB default character set utf8mb4 collate utf8mb4_bin;

-- consumer_status: 0 processing (to be tried again at due_time), 1 done, 2 failed (dead until replayed)
create table if not exists trade_mq_consumer_log (
  msg_id varchar(64) not null,
  group_name varchar(64) not null,
  msg_tag varchar(64) not null,
  msg_key varchar(64) not null,
  msg_topic varchar(64) not null default '',
  msg_body text not null,
  consumer_status tinyint not null,
  consumer_times int not null,
  consumer_timestamp datetime(3) not null,
  due_time bigint not null default 0,
  remark varchar(500) null,
  primary key (group_name, msg_tag, msg_key),
  key by_due (consumer_status, due_time),
  key by_message (msg_id),
  key by_key (msg_key)
) engine=InnoDB default character set utf8mb4 collate utf8mb4_bin;

-- kind: 0 order timeout, 1 payment check, 2 refund submit, 3 purge
create table if not exists trade_timer (
  kind tinyint not null,
  subject_id bigint not null,
  due_time bigint not null,
  primary key (kind, subject_id),
  key by_due (due_time)
) engine=InnoDB;

create table if not exists trade_idempotency (
  user_id bigint not null,
  call_name varchar(64) not null,
  idem_key varchar(64) not null,
  request_hash char(64) not null,
  receipt mediumtext not null,
  create_time bigint not null,
  primary key (user_id, call_name, idem_key),
  key by_time (create_time)
) engine=InnoDB default character set utf8mb4 collate utf8mb4_bin;

-- part: accounts
create table if not exists trade_session (
  token_hash char(64) not null primary key,
  user_id bigint null,
  role varchar(16) not null,
  create_time bigint not null,
  expire_time bigint not null,
  key by_time (expire_time)
) engine=InnoDB default character set utf8mb4 collate utf8mb4_bin;

-- part: every
-- who makes ids with which worker number; last_batch tells whether a COMMIT whose answer was lost took place
create table if not exists trade_worker (
  worker_id int not null primary key,
  token bigint not null,
  lease_until bigint not null,
  last_batch bigint not null default 0
) engine=InnoDB;
