-- I8: nothing stays in between; and what may be in between just now. How to read it: `verify.rs`.

-- name: order_unconfirmed
-- I8: a pre-order is confirmed or cancelled within its lease
-- order: has been unconfirmed for {} ms
select order_id, cast(:now - millis(add_time) as signed) as age from trade_order where order_status = 0 and millis(add_time) < :lease_before

-- name: order_expired
-- I8: an order that is not paid in time is cancelled
-- order: should have been cancelled {} ms ago
select o.order_id, cast(:now - millis(o.expire_time) as signed) as late
from trade_order o
where o.order_status = 1 and o.pay_status <> 2 and millis(o.expire_time) < :grace_before
  and not exists (select 1 from trade_pay p where p.order_id = o.order_id and p.pay_state in (1, 5, 6) and p.fate = 0)

-- name: order_without_timer
-- I8: an order that waits for money has its timer
-- order: pay_status {} and no timer
select o.order_id, o.pay_status
from trade_order o left join trade_timer t on t.kind = 0 and t.subject_id = o.order_id
where o.order_status = 1 and o.pay_status <> 2 and t.subject_id is null

-- name: order_paying
-- I8: an order is being paid exactly while an attempt is open
-- order: order_status {}, pay_status {}, {} open attempts
select o.order_id, o.order_status, o.pay_status, o.attempts
from (select q.order_id, q.order_status, q.pay_status,
  (select count(*) from trade_pay p where p.order_id = q.order_id and p.pay_state in (0, 4)) as attempts,
  (select count(*) from trade_pay p where p.order_id = q.order_id and p.pay_state in (1, 5, 6) and p.fate = 0) as arriving
  from trade_order q) o
where o.pay_status = 1 and o.attempts + o.arriving = 0
  or o.attempts > 0 and not (o.order_status = 1 and (o.pay_status = 1 or o.arriving > 0)) or o.attempts > 1

-- name: payment_without_timer
-- I8: an attempt that is open, or is to be closed at its platform, has its timer
-- payment: pay_state {}, close_wanted {} and no timer
select p.pay_id, p.pay_state, p.close_wanted
from trade_pay p left join trade_timer t on t.kind = 1 and t.subject_id = p.pay_id
where (p.pay_state in (0, 4) or p.close_wanted <> 0) and t.subject_id is null

-- name: refund_without_timer
-- I8: a refund that is not over has its timer
-- refund: refund_state {} and no timer
select r.refund_id, r.refund_state
from trade_refund r left join trade_timer t on t.kind = 2 and t.subject_id = r.refund_id
where r.refund_state in (0, 1) and t.subject_id is null

-- name: shipped_without_timer
-- I8: an order that is on its way has its timer
-- order: is shipped and has no timer
select o.order_id from trade_order o left join trade_timer t on t.kind = 4 and t.subject_id = o.order_id
where o.shipping_status = 1 and t.subject_id is null

-- name: refund_late
-- I8: a refund is over within its limit
-- refund: {money} of payment {} has been under way for {} ms
select refund_id, cents(refund_amount) as amount, pay_id, cast(:now - coalesce(submit_time, add_time) as signed) as age
from trade_refund where refund_state in (0, 1) and coalesce(submit_time, add_time) < :refund_before

-- name: timer_late
-- I8: a timer is taken up when it is due
-- timer: kind {}, was due {} ms ago
select subject_id, kind, cast(:now - due_time as signed) as late from trade_timer where kind in (0, 1, 2, 4) and due_time < :grace_before

-- name: timer_of_nothing
-- I8: a timer is about something that exists
-- timer: kind {}, there is nothing of this id
select t.subject_id, t.kind
from trade_timer t left join trade_order o on t.kind in (0, 4) and o.order_id = t.subject_id
left join trade_pay p on t.kind = 1 and p.pay_id = t.subject_id left join trade_refund r on t.kind = 2 and r.refund_id = t.subject_id
where t.kind in (0, 1, 2, 4) and o.order_id is null and p.pay_id is null and r.refund_id is null

-- name: unknown_codes
-- I8: every state is one that this version knows
-- row: of {}: {}
select order_id, 'trade_order' as place, order_status as code from trade_order
where order_status not between 0 and 4 or pay_status not between 0 and 2 or shipping_status not between 0 and 3
union all select pay_id, 'trade_pay', pay_state from trade_pay where pay_state not between 0 and 6 or fate not between 0 and 2
union all select refund_id, 'trade_refund', refund_state from trade_refund where refund_state not between 0 and 6 or cause not between 0 and 3
union all select entry_id, 'trade_goods_number_log', cause from trade_goods_number_log where cause not between 0 and 4
union all select entry_id, 'trade_user_money_log', money_log_type from trade_user_money_log where money_log_type not between 1 and 4
union all select id, 'trade_mq_producer_temp', msg_status from trade_mq_producer_temp where msg_status not between 0 and 2

-- name: messages_to_send
-- under way: outgoing messages, young enough, that are not sent yet
select count(*) from trade_mq_producer_temp where msg_status = 0 and millis(create_time) >= :outbox_before

-- name: messages_on_their_way
-- under way: sent messages, young enough, that a group has not heard yet
select count(distinct m.id)
from trade_mq_producer_temp m join @subscriptions s on s.msg_topic = m.msg_topic and s.msg_tag = m.msg_tag
left join trade_mq_consumer_log i on i.group_name = s.group_name and i.msg_tag = m.msg_tag and i.msg_key = m.msg_key
where m.msg_status = 1 and m.due_time >= :inbox_before and i.msg_key is null

-- name: messages_to_retry
-- under way: messages that a group will try again
select count(*) from trade_mq_consumer_log where consumer_status = 0

-- name: payments_arriving
-- under way: payments whose money has come and whose order has not heard of it
select count(*) from trade_pay where pay_state in (1, 5, 6) and fate = 0

-- name: orders_letting_go
-- under way: cancelled orders whose stock, coupon or balance is still to come back
select count(distinct k.msg_key)
from (select msg_key from trade_mq_producer_temp where msg_status = 0 and msg_tag = 'order_cancel'
  union all select msg_key from trade_mq_consumer_log where consumer_status = 0 and msg_tag = 'order_cancel') k

-- name: orders_unconfirmed
-- under way: pre-orders within their lease
select count(*) from trade_order where order_status = 0 and millis(add_time) >= :lease_before

-- name: refunds_under_way
-- under way: refunds that are not handed over yet, or that the platform works on
select count(*) from trade_refund where refund_state in (0, 1)

-- name: refunds_requested
-- under way: refunds that wait for the shop's word
select count(*) from trade_refund where refund_state = 4

-- name: goods_on_their_way_back
-- under way: refunds whose goods are still to come back to the stock
select count(distinct k.msg_key)
from (select msg_key from trade_mq_producer_temp where msg_status = 0 and msg_tag = 'goods_back'
  union all select msg_key from trade_mq_consumer_log where consumer_status = 0 and msg_tag = 'goods_back') k

-- name: timers_due
-- under way: timers that are due
select count(*) from trade_timer where kind in (0, 1, 2, 4) and due_time <= :now
