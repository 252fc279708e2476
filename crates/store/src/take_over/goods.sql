-- Goods and the stock log; how to read the steps: `take_over/step.rs`.

-- step: refuse goods_price
-- says: goods without a price, or with one below 0; nobody can tell what they cost: give them one first
-- needs: trade_goods
select goods_id from trade_goods where goods_price is null or goods_price < 0

-- step: refuse stock_log_orders
-- says: rows of the stock log (trade_goods_number_log) whose order_id is no number below 2^63; correct or delete them first
-- needs: trade_goods_number_log
select distinct order_id from trade_goods_number_log
where not (order_id regexp '^[0-9]{1,18}$' or order_id regexp '^[0-9]{19}$' and order_id <= '9223372036854775807')

-- step: alter trade_goods
-- until: length goods_desc 2000
alter table trade_goods
  modify goods_name varchar(255) character set utf8mb4 collate utf8mb4_bin null default '',
  modify goods_number int null default 0,
  modify goods_desc varchar(2000) character set utf8mb4 collate utf8mb4_bin null default '',
  modify add_time timestamp(3) null,
  default character set utf8mb4 collate utf8mb4_bin, row_format = dynamic

-- step: alter trade_goods_number_log
-- until: column entry_id
-- The original's log_time has no time zone of its own: it is read as its server wrote it.
alter table trade_goods_number_log
  /* drop primary key, */
  add column entry_id bigint not null auto_increment primary key,
  modify goods_id bigint not null,
  modify order_id bigint null,
  modify goods_number int null default 0,
  modify log_time timestamp(3) null,
  add column cause tinyint not null default 1,
  add column cause_id bigint not null default 0,
  add column reason varchar(255) character set utf8mb4 collate utf8mb4_bin null,
  default character set utf8mb4 collate utf8mb4_bin, row_format = dynamic

-- step: run stock_log_goods
-- until: key trade_goods_number_log.one_effect
-- needs: trade_order
-- A server that is not strict writes a goods_id that int can't hold as the largest int; the order knows which goods it was.
update trade_goods_number_log l join trade_order o on o.order_id = l.order_id
set l.goods_id = o.goods_id where l.goods_id = 2147483647 and o.goods_id > 2147483647

-- step: run stock_log_repeats
-- until: key trade_goods_number_log.one_effect
-- A call that was repeated took the pieces twice and says so twice: all these rows stay, numbered.
update trade_goods_number_log l join (
  select entry_id, row_number() over (partition by order_id, goods_id order by entry_id) as turn from trade_goods_number_log where cause = 1
) t on t.entry_id = l.entry_id
set l.cause_id = t.turn - 1 where t.turn > 1

-- step: alter trade_goods_number_log
-- until: key trade_goods_number_log.one_effect
alter table trade_goods_number_log
  add unique key one_effect (order_id, goods_id, cause, cause_id)

-- step: adopt stock_nulls
update trade_goods set goods_number = 0 where goods_number is null

-- step: adopt stock_log_nulls
update trade_goods_number_log set goods_number = 0 where goods_number is null

-- step: adopt stock_opening
insert into trade_goods_number_log (goods_id, order_id, goods_number, log_time, cause, reason)
select g.goods_id, null, g.goods_number - coalesce(l.total, 0), from_unixtime(@now / 1000), 0, 'taken over'
from trade_goods g left join (select goods_id, sum(goods_number) as total from trade_goods_number_log group by goods_id) l on l.goods_id = g.goods_id
where not exists (select 1 from trade_goods_number_log o where o.goods_id = g.goods_id and o.cause = 0)

-- step: again stock_correction
insert into trade_goods_number_log (goods_id, order_id, goods_number, log_time, cause, reason)
select g.goods_id, null, g.goods_number - l.total, from_unixtime(@now / 1000), 3, 'taken over again'
from trade_goods g join (select goods_id, sum(goods_number) as total from trade_goods_number_log group by goods_id) l on l.goods_id = g.goods_id
where g.goods_number <> l.total

-- step: adopt unfinished_cancels
-- What the original began to undo, or gave up: once more, by our rules. What it did undo has no row in the log any more, and is not undone again.
insert ignore into trade_mq_consumer_log (msg_id, group_name, msg_tag, msg_key, msg_topic, msg_body, consumer_status, consumer_times, consumer_timestamp, due_time, remark)
select coalesce(msg_id, concat('java-', msg_key)), 'order-out-group2', msg_tag, msg_key, 'order-out', msg_body, 0, 0, from_unixtime(@now / 1000), @now, 'taken over unfinished'
from trade_mq_consumer_log where group_name = 'order-out-group' and msg_tag = 'order_cancel' and consumer_status in (0, 2) and msg_body is not null
