-- Coupons; how to read the steps: `take_over/step.rs`.

-- step: alter trade_coupon
-- until: column min_spend
alter table trade_coupon
  add column min_spend decimal(10,2) not null default 0,
  add column expires_time datetime(3) null,
  add column add_time timestamp(3) null,
  add key by_user (user_id, coupon_id)
