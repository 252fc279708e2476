-- The messages' tables, which the original's services share; how to read the steps: `take_over/step.rs`.
-- The original's rows have no due_time: nothing of ours takes them up, sends them or purges them while its services are at work.

-- step: refuse tables_of_another_engine
-- says: these tables are not InnoDB's, which alone has transactions; run "alter table NAME engine=InnoDB" for each first
select table_name as named from information_schema.tables where table_schema = database() and engine <> 'InnoDB'
  and table_name in ('trade_mq_producer_temp', 'trade_mq_consumer_log', 'trade_goods', 'trade_goods_number_log', 'trade_coupon', 'trade_user',
    'trade_user_money_log', 'trade_order', 'trade_pay')

-- step: refuse outgoing_ids
-- says: outgoing messages (trade_mq_producer_temp) whose id is no number below 2^63; send or delete them first
-- needs: trade_mq_producer_temp
select id from trade_mq_producer_temp where not (id regexp '^[0-9]{1,18}$' or id regexp '^[0-9]{19}$' and id <= '9223372036854775807')

-- step: alter trade_mq_producer_temp
-- until: column due_time
alter table trade_mq_producer_temp
  modify id bigint not null,
  modify group_name varchar(100) character set utf8mb4 collate utf8mb4_bin null,
  modify msg_topic varchar(100) character set utf8mb4 collate utf8mb4_bin null,
  modify msg_tag varchar(100) character set utf8mb4 collate utf8mb4_bin null,
  modify msg_key varchar(100) character set utf8mb4 collate utf8mb4_bin null,
  modify msg_body text character set utf8mb4 collate utf8mb4_bin null,
  modify msg_status int null default 0,
  modify create_time timestamp(3) not null default current_timestamp(3),
  add column due_time bigint null,
  add column sent_time bigint null,
  add column tries int not null default 0,
  add column remark varchar(500) character set utf8mb4 collate utf8mb4_bin null,
  add column trace_id varchar(32) character set ascii null,
  add column span_id varchar(16) character set ascii null,
  add key by_due (msg_status, due_time),
  add key by_key (msg_key),
  default character set utf8mb4 collate utf8mb4_bin, row_format = dynamic

-- step: alter trade_mq_consumer_log
-- until: column due_time
alter table trade_mq_consumer_log
  modify msg_id varchar(64) character set utf8mb4 collate utf8mb4_bin null,
  modify group_name varchar(100) character set utf8mb4 collate utf8mb4_bin not null,
  modify msg_tag varchar(100) character set utf8mb4 collate utf8mb4_bin not null,
  modify msg_key varchar(100) character set utf8mb4 collate utf8mb4_bin not null,
  modify msg_body text character set utf8mb4 collate utf8mb4_bin null,
  modify consumer_status int null default 0,
  modify consumer_times int null default 0,
  modify consumer_timestamp timestamp(3) null,
  modify remark varchar(500) character set utf8mb4 collate utf8mb4_bin null,
  add column msg_topic varchar(64) character set utf8mb4 collate utf8mb4_bin not null default '',
  add column due_time bigint null,
  add column trace_id varchar(32) character set ascii null,
  add column span_id varchar(16) character set ascii null,
  add key by_due (consumer_status, due_time),
  add key by_message (msg_id),
  add key by_key (msg_key),
  default character set utf8mb4 collate utf8mb4_bin, row_format = dynamic
