-- Accounts and the log of money; how to read the steps: `take_over/step.rs`.

-- step: refuse balances
-- says: users whose balance is beyond 99999999.99, which two decimals leave no room for; lower it first
-- needs: trade_user
select user_id from trade_user where abs(user_money) > 99999999.99

-- step: alter trade_user
-- until: column mobile_shared
alter table trade_user
  modify user_name varchar(255) character set utf8mb4 collate utf8mb4_bin null,
  modify user_password varchar(255) character set utf8mb4 collate utf8mb4_bin null,
  modify user_mobile varchar(255) character set utf8mb4 collate utf8mb4_bin null,
  modify user_score int null default 0,
  modify user_reg_time timestamp(3) null,
  modify user_money decimal(10,2) null default 0,
  add column mobile_shared int not null default 0,
  default character set utf8mb4 collate utf8mb4_bin, row_format = dynamic

-- step: run shared_mobiles
-- until: key trade_user.by_mobile
-- A number that several accounts have is numbered from 1 on, and logs nobody in; one of its own is 0.
update trade_user u join (
  select user_id, row_number() over (partition by user_mobile order by user_id) as turn, count(*) over (partition by user_mobile) as users
  from trade_user where user_mobile is not null
) t on t.user_id = u.user_id
set u.mobile_shared = t.turn where t.users > 1

-- step: alter trade_user
-- until: key trade_user.by_mobile
alter table trade_user
  add unique key by_mobile (user_mobile, mobile_shared)

-- step: alter trade_user_money_log
-- until: column entry_id
alter table trade_user_money_log
  /* drop primary key, */
  add column entry_id bigint not null auto_increment primary key,
  modify order_id bigint null,
  modify use_money decimal(10,2) null default 0,
  modify create_time timestamp(3) null,
  add column cause_id bigint not null default 0,
  add column reason varchar(255) character set utf8mb4 collate utf8mb4_bin null,
  default character set utf8mb4 collate utf8mb4_bin, row_format = dynamic

-- step: run money_log_repeats
-- until: key trade_user_money_log.one_effect
-- The original's key has the user in it as well: what one order says of several users stays, numbered.
update trade_user_money_log l join (
  select entry_id, row_number() over (partition by order_id, money_log_type order by entry_id) as turn from trade_user_money_log where order_id is not null
) t on t.entry_id = l.entry_id
set l.cause_id = t.turn - 1 where t.turn > 1

-- step: alter trade_user_money_log
-- until: key trade_user_money_log.one_effect
alter table trade_user_money_log
  add unique key one_effect (order_id, money_log_type, cause_id)

-- step: adopt account_nulls
update trade_user set user_money = coalesce(user_money, 0), user_score = coalesce(user_score, 0) where user_money is null or user_score is null

-- step: adopt money_log_nulls
update trade_user_money_log set use_money = 0 where use_money is null

-- step: adopt balance_opening
insert into trade_user_money_log (user_id, order_id, money_log_type, use_money, create_time, reason)
select u.user_id, null, 3, u.user_money - coalesce(l.total, 0), from_unixtime(@now / 1000), 'taken over'
from trade_user u left join (
  select user_id, sum(case when money_log_type = 1 then -use_money else use_money end) as total from trade_user_money_log group by user_id
) l on l.user_id = u.user_id
where not exists (select 1 from trade_user_money_log o where o.user_id = u.user_id and o.money_log_type = 3)

-- step: again balance_correction
insert into trade_user_money_log (user_id, order_id, money_log_type, use_money, create_time, reason)
select u.user_id, null, 4, u.user_money - l.total, from_unixtime(@now / 1000), 'taken over again'
from trade_user u join (
  select user_id, sum(case when money_log_type = 1 then -use_money else use_money end) as total from trade_user_money_log group by user_id
) l on l.user_id = u.user_id
where u.user_money <> l.total

-- step: adopt score_opening
-- Points are of a payment; those from before are of none, which a number below 0 says: the user's own, negative.
insert into trade_user_score_log (user_id, pay_id, refund_id, points, shortfall, create_time)
select u.user_id, -u.user_id, 0, u.user_score - coalesce(l.total, 0), 0, @now
from trade_user u left join (select user_id, sum(points) as total from trade_user_score_log group by user_id) l on l.user_id = u.user_id
where not exists (select 1 from trade_user_score_log o where o.pay_id = -u.user_id and o.refund_id = 0)

-- step: again score_correction
insert into trade_user_score_log (user_id, pay_id, refund_id, points, shortfall, create_time)
select u.user_id, -u.user_id, @now, u.user_score - l.total, 0, @now
from trade_user u join (select user_id, sum(points) as total from trade_user_score_log group by user_id) l on l.user_id = u.user_id
where u.user_score <> l.total
