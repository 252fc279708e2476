-- part: every
-- Which request a message or a timer goes back to. Null: unknown, as for rows of an older version or of the original.
-- Nullable columns at the end: the server adds them without copying the table or stopping its writers. MySQL has no
-- "add column if not exists", so each step looks first whether it was done before a crash.

set @step = (select if(count(*) > 0, 'do 0',
  'alter table trade_mq_producer_temp add column trace_id varchar(32) character set ascii null, add column span_id varchar(16) character set ascii null')
  from information_schema.columns where table_schema = database() and table_name = 'trade_mq_producer_temp' and column_name = 'trace_id');
prepare step from @step;
execute step;
deallocate prepare step;

set @step = (select if(count(*) > 0, 'do 0',
  'alter table trade_mq_consumer_log add column trace_id varchar(32) character set ascii null, add column span_id varchar(16) character set ascii null')
  from information_schema.columns where table_schema = database() and table_name = 'trade_mq_consumer_log' and column_name = 'trace_id');
prepare step from @step;
execute step;
deallocate prepare step;

set @step = (select if(count(*) > 0, 'do 0',
  'alter table trade_timer add column trace_id varchar(32) character set ascii null, add column span_id varchar(16) character set ascii null')
  from information_schema.columns where table_schema = database() and table_name = 'trade_timer' and column_name = 'trace_id');
prepare step from @step;
execute step;
deallocate prepare step;
