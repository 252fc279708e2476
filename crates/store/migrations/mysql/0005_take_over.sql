-- part: every
-- The parts of the shop that were taken over from the original (docs/migrating-from-java.md): when, and how often; null: not yet at
-- its end. The rows that broke an invariant at that moment: verify names them apart.
create table if not exists trade_takeover (
  part varchar(32) not null primary key,
  begun_time bigint not null,
  adopted_time bigint null,
  finished_time bigint null,
  turn int not null default 0
) engine=InnoDB default character set utf8mb4 collate utf8mb4_bin;

create table if not exists trade_takeover_finding (
  check_name varchar(64) not null,
  row_id varchar(128) not null,
  found_time bigint not null,
  primary key (check_name, row_id)
) engine=InnoDB default character set utf8mb4 collate utf8mb4_bin;

-- part: accounts
-- 0: the number is this account's alone; from 1 on: several of the original's accounts have it, and it logs nobody in.
set @step = (select if(count(*) > 0, 'do 0', 'alter table trade_user add column mobile_shared int not null default 0')
  from information_schema.columns where table_schema = database() and table_name = 'trade_user' and column_name = 'mobile_shared');
prepare step from @step;
execute step;
deallocate prepare step;
