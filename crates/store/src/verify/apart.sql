-- The pay role's own rows (`verify_pay`) beside the orders' notes of them (`trade_pay`), where each has a database. `verify` makes the
-- table in its copy, and asks these there alone. What the pay role has and the order has not heard yet is under way for as long as its
-- message is, or the timer by which the order asks.

-- name: pay_role_success
-- I4: money that the pay role has is money that the order knows
-- payment: pay_state {} with the pay role, {} with order {}, and the message is done
select v.pay_id, v.pay_state, coalesce(p.pay_state, -1) as noted, v.order_id
from verify_pay v left join trade_pay p on p.pay_id = v.pay_id
left join @unsettled u on u.group_name = 'pay_payTopic_group' and u.msg_tag = 'paid' and u.msg_key = cast(v.pay_id as char)
where v.pay_state in (1, 5, 6) and coalesce(p.pay_state, -1) not in (1, 5, 6) and u.msg_key is null

-- name: pay_role_amount
-- I4: an attempt is the same with the pay role and with its order
-- payment: {money} of order {} with the pay role, {money} of order {} in its note
select v.pay_id, cents(v.pay_amount) as amount, v.order_id, cents(p.pay_amount) as noted, p.order_id as noted_order
from verify_pay v join trade_pay p on p.pay_id = v.pay_id
where v.pay_amount <> p.pay_amount or v.order_id <> p.order_id or v.channel <> p.channel

-- name: order_success
-- I4: money that an order knows came through the pay role
-- payment: {money} came, says order {}; with the pay role its pay_state is {}
select p.pay_id, cents(p.pay_amount) as amount, p.order_id, coalesce(v.pay_state, -1) as with_pay
from trade_pay p left join verify_pay v on v.pay_id = p.pay_id
where p.channel <> 'none' and p.pay_state in (1, 5, 6) and coalesce(v.pay_state, -1) not in (1, 5, 6)

-- name: pay_role_refunded
-- I4: the pay role shows what went back
-- payment: {money} went back, the pay role says {money}
select p.pay_id, cents(p.refunded_amount) as refunded, cents(v.refunded_amount) as with_pay
from trade_pay p join verify_pay v on v.pay_id = p.pay_id
left join trade_timer t on t.kind = 1 and t.subject_id = p.pay_id
where p.refunded_amount <> v.refunded_amount and t.subject_id is null

-- name: pay_role_open
-- I8: what the order has closed is closed with the pay role
-- payment: pay_state {} and close_wanted {} with the pay role, {} with its order
select v.pay_id, v.pay_state, v.close_wanted, p.pay_state as noted
from verify_pay v join trade_pay p on p.pay_id = v.pay_id
left join trade_timer t on t.kind = 1 and t.subject_id = p.pay_id
where (v.pay_state in (0, 4) or v.close_wanted <> 0) and p.pay_state in (2, 3) and t.subject_id is null
