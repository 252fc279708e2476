-- part: every
-- As on MySQL, where alone there is an original to be taken over: `verify` copies what was found then.
create table if not exists trade_takeover (
  part text not null primary key,
  begun_time integer not null,
  adopted_time integer null,
  finished_time integer null,
  turn integer not null default 0
) strict;

create table if not exists trade_takeover_finding (
  check_name text not null,
  row_id text not null,
  found_time integer not null,
  primary key (check_name, row_id)
) strict;

-- part: accounts
alter table trade_user add column mobile_shared integer not null default 0;
