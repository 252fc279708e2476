-- part: every
-- Which request a message or a timer goes back to. Null: unknown, as for rows of an older version or of the original.
alter table trade_mq_producer_temp add column trace_id text null;
alter table trade_mq_producer_temp add column span_id text null;
alter table trade_mq_consumer_log add column trace_id text null;
alter table trade_mq_consumer_log add column span_id text null;
alter table trade_timer add column trace_id text null;
alter table trade_timer add column span_id text null;
