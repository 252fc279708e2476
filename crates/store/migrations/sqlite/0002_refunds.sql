-- Shipping and refunds. refund_state: 0 approved, 1 processing, 2 succeeded, 3 failed, 4 requested, 5 rejected, 6 abandoned;
-- cause: 0 late, 1 second, 2 request, 3 cancel. refund_amount = channel_amount + balance_amount.

-- part: orders
alter table trade_order add column carrier text null check (carrier is null or length(carrier) <= 64);
alter table trade_order add column tracking_no text null check (tracking_no is null or length(tracking_no) <= 64);

alter table trade_refund add column channel_amount integer not null default 0;
alter table trade_refund add column balance_amount integer not null default 0;
alter table trade_refund add column reason text null;
alter table trade_refund add column return_goods integer not null default 0;
alter table trade_refund add column coupon_back integer not null default 0;
alter table trade_refund add column submit_time integer null;
alter table trade_refund add column goods_back_time integer null;
create index if not exists trade_refund_by_state on trade_refund (refund_state, refund_id);
update trade_refund set channel_amount = refund_amount, submit_time = add_time where channel_amount + balance_amount <> refund_amount;

create table if not exists trade_refund_line (
  refund_id integer not null,
  goods_id integer not null,
  goods_number integer not null,
  refund_amount integer not null,
  primary key (refund_id, goods_id)
) strict;
