-- The pay role's own rows, where it has a database, into a table beside the orders' notes: how it is made, read and written.

-- name: create
create table if not exists verify_pay (pay_id integer not null primary key, order_id integer, pay_amount integer, channel text, pay_state integer not null,
  close_wanted integer not null, refunded_amount integer not null)

-- name: sqlite
select pay_id, order_id, pay_amount, channel, pay_state, close_wanted, refunded_amount from trade_pay

-- name: mysql
select pay_id, order_id, cast(pay_amount * 100 as signed), channel, pay_state, close_wanted, cast(refunded_amount * 100 as signed) from trade_pay

-- name: write
insert into verify_pay (pay_id, order_id, pay_amount, channel, pay_state, close_wanted, refunded_amount) values (?1, ?2, ?3, ?4, ?5, ?6, ?7)

-- name: is_there
select count(*) from sqlite_master where type = 'table' and name = 'verify_pay'
