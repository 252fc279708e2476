-- Shipping and refunds. refund_state: 0 approved, 1 processing, 2 succeeded, 3 failed, 4 requested, 5 rejected, 6 abandoned;
-- cause: 0 late, 1 second, 2 request, 3 cancel. refund_amount = channel_amount + balance_amount.
-- One "alter" for each table, and only if it has not been made: the file is run again after a crash in its middle.

-- part: orders
set @change = (select if(count(*) = 0,
  'alter table trade_order add column carrier varchar(64) null, add column tracking_no varchar(64) null', 'do 0')
  from information_schema.columns where table_schema = database() and table_name = 'trade_order' and column_name = 'carrier');
prepare change_order from @change;
execute change_order;
deallocate prepare change_order;

set @change = (select if(count(*) = 0, concat('alter table trade_refund',
  ' add column channel_amount decimal(10,2) not null default 0, add column balance_amount decimal(10,2) not null default 0,',
  ' add column reason varchar(255) null, add column return_goods tinyint not null default 0,',
  ' add column coupon_back tinyint not null default 0, add column submit_time bigint null, add column goods_back_time bigint null,',
  ' add key by_state (refund_state, refund_id)'), 'do 0')
  from information_schema.columns where table_schema = database() and table_name = 'trade_refund' and column_name = 'channel_amount');
prepare change_refund from @change;
execute change_refund;
deallocate prepare change_refund;

update trade_refund set channel_amount = refund_amount, submit_time = add_time where channel_amount + balance_amount <> refund_amount;

create table if not exists trade_refund_line (
  refund_id bigint not null,
  goods_id bigint not null,
  goods_number int not null,
  refund_amount decimal(10,2) not null,
  primary key (refund_id, goods_id)
) engine=InnoDB default character set utf8mb4 collate utf8mb4_bin;
