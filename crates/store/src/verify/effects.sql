-- I5 to I7: each effect once, what was acknowledged is there. How to read it: `verify.rs`. Messages without a due_time are the original's own.

-- name: unsettled
-- part: group, tag and key of every message that is not done yet; what it is to bring may still be missing
select s.group_name, m.msg_tag, m.msg_key
from trade_mq_producer_temp m join @subscriptions s on s.msg_topic = m.msg_topic and s.msg_tag = m.msg_tag
left join trade_mq_consumer_log i on i.group_name = s.group_name and i.msg_tag = m.msg_tag and i.msg_key = m.msg_key
where i.msg_key is null and (m.msg_status in (0, 2) or m.msg_status = 1 and m.due_time >= :inbox_before)
union all
select group_name, msg_tag, msg_key from trade_mq_consumer_log where consumer_status in (0, 2)

-- name: order_stock
-- I5: an order takes what its lines say, once
-- order: {} of goods {} ordered, {} taken
select l.order_id, l.goods_number, l.goods_id, cast(coalesce(l.taken, 0) as signed) as pieces
from (
  select o.order_id, o.order_status, o.goods_id, o.goods_number,
    (select -sum(s.goods_number) from trade_goods_number_log s where s.order_id = o.order_id and s.goods_id = o.goods_id and s.cause = 1) as taken
  from trade_order o
  union all
  select o.order_id, o.order_status, l.goods_id, l.goods_number,
    (select -sum(s.goods_number) from trade_goods_number_log s where s.order_id = l.order_id and s.goods_id = l.goods_id and s.cause = 1)
  from trade_order_line l join trade_order o on o.order_id = l.order_id
) l
where l.goods_number <> coalesce(l.taken, 0) and (l.order_status in (1, 4) or l.taken is not null)

-- name: order_stock_unordered
-- I5: an order takes and gives back only what stands in its lines
-- order: {} pieces of goods {}, which it did not order
select s.order_id, s.goods_number, s.goods_id
from trade_goods_number_log s join trade_order o on o.order_id = s.order_id and o.goods_id <> s.goods_id
left join trade_order_line l on l.order_id = s.order_id and l.goods_id = s.goods_id
where l.order_id is null

-- name: order_stock_returned
-- I5: an order gives back no more stock than it took
-- order: gave back {} more of goods {} than it took
select s.order_id, cast(sum(s.goods_number) as signed) as pieces, s.goods_id
from (select distinct order_id, goods_id from trade_goods_number_log where cause in (2, 4)) r
join trade_goods_number_log s on s.order_id = r.order_id and s.goods_id = r.goods_id
group by s.order_id, s.goods_id having sum(s.goods_number) > 0

-- name: cancelled_order_stock
-- I5: a cancelled order gives its stock back
-- order: is off, its message is done, and it still has {} of goods {}
select c.order_id, c.pieces, c.goods_id
from (select s.order_id, s.goods_id, cast(-sum(s.goods_number) as signed) as pieces
  from trade_order o join trade_goods_number_log s on s.order_id = o.order_id
  where o.order_status in (2, 3) group by s.order_id, s.goods_id having sum(s.goods_number) < 0) c
left join @unsettled u on u.group_name = 'order-out-group2' and u.msg_tag = 'order_cancel' and u.msg_key = cast(c.order_id as char)
where u.msg_key is null

-- name: standing_order_stock
-- I5: an order that stands has not given its stock back
-- order: stands and gave back {} of goods {}
select s.order_id, s.goods_number, s.goods_id
from trade_goods_number_log s join trade_order o on o.order_id = s.order_id
where s.cause = 2 and o.order_status in (1, 4)

-- name: order_balance
-- I5: an order takes from the balance what it says, once
-- order: {money} to be taken, {money} taken
select o.order_id, cents(o.money_paid) as wanted, cents(coalesce(o.taken, 0)) as amount
from (select q.order_id, q.order_status, q.money_paid,
  (select sum(l.use_money) from trade_user_money_log l where l.order_id = q.order_id and l.money_log_type = 1) as taken from trade_order q) o
where o.money_paid <> coalesce(o.taken, 0) and (o.order_status in (1, 4) or o.taken is not null)

-- name: order_balance_returned
-- I5: an order gives back no more balance than it took
-- order: gave back {money} more than it took
select r.order_id, cents(r.total) as amount
from (select l.order_id, sum(case when l.money_log_type = 2 then l.use_money else -l.use_money end) as total
  from (select distinct order_id from trade_user_money_log where money_log_type = 2) b join trade_user_money_log l on l.order_id = b.order_id
  group by l.order_id) r
where r.total > 0

-- name: cancelled_order_balance
-- I5: a cancelled order gives its balance back
-- order: is off, its message is done, and it still has {money}
select c.order_id, cents(c.kept) as amount
from (select o.order_id, sum(case when l.money_log_type = 1 then l.use_money else -l.use_money end) as kept
  from trade_order o join trade_user_money_log l on l.order_id = o.order_id
  where o.order_status in (2, 3) group by o.order_id) c
left join @unsettled u on u.group_name = 'order-out-group4' and u.msg_tag = 'order_cancel' and u.msg_key = cast(c.order_id as char)
where c.kept > 0 and u.msg_key is null

-- name: standing_order_balance
-- I5: an order that stands has not given its balance back
-- order: stands and gave back {money}
select l.order_id, cents(l.use_money) as amount
from trade_user_money_log l join trade_order o on o.order_id = l.order_id
where l.money_log_type = 2 and l.cause_id = 0 and o.order_status in (1, 4)

-- name: refunded_stock
-- I5: goods of a refund come back to the stock, once
-- order: refunds brought {} of {} pieces of goods {} back, {} of them to the stock
select b.order_id, b.back, b.ordered, b.goods_id, coalesce(s.pieces, 0) as pieces
from (
  select r.order_id, l.goods_id, cast(sum(l.goods_number) as signed) as back,
    coalesce(max(o.goods_number), max(m.goods_number), 0) as ordered, max(case when u.msg_key is null then 0 else 1 end) as coming
  from trade_refund r join trade_refund_line l on l.refund_id = r.refund_id
  left join trade_order o on o.order_id = r.order_id and o.goods_id = l.goods_id
  left join trade_order_line m on m.order_id = r.order_id and m.goods_id = l.goods_id
  left join @unsettled u on u.group_name = 'order-out-group2' and u.msg_tag = 'goods_back' and u.msg_key = cast(r.refund_id as char)
  where r.goods_back_time is not null group by r.order_id, l.goods_id
) b
left join (select order_id, goods_id, cast(sum(goods_number) as signed) as pieces from trade_goods_number_log where cause = 4 group by order_id, goods_id) s
  on s.order_id = b.order_id and s.goods_id = b.goods_id
where b.coming = 0 and coalesce(s.pieces, 0) <> case when b.back < b.ordered then b.back else b.ordered end

-- name: stock_of_no_refund
-- I5: what a refund gave to the stock is of its order, and its goods are back
-- refund: gave {} of goods {} of order {} to the stock
select s.cause_id, s.goods_number, s.goods_id, s.order_id
from trade_goods_number_log s left join trade_refund r on r.refund_id = s.cause_id
where s.cause = 4 and (r.refund_id is null or r.order_id <> s.order_id or r.goods_back_time is null)

-- name: refunded_balance
-- I5: the balance's part of a refund comes back, once
-- refund: {money} is the balance's part, {money} came back, and the message is done
select b.refund_id, cents(b.balance_amount) as wanted, cents(b.amount) as amount
from (select r.refund_id, r.balance_amount, coalesce((select sum(l.use_money) from trade_user_money_log l
    where l.order_id = r.order_id and l.money_log_type = 2 and l.cause_id = r.refund_id), 0) as amount
  from trade_refund r where r.refund_state = 2) b
left join @unsettled u on u.group_name = 'pay_payTopic_user_group' and u.msg_tag = 'refunded' and u.msg_key = cast(b.refund_id as char)
where b.balance_amount <> b.amount and u.msg_key is null

-- name: balance_of_no_refund
-- I5: what a refund gave to a balance is of its order, and the refund has succeeded
-- refund: gave {money} of order {} to a balance
select l.cause_id, cents(l.use_money) as amount, l.order_id
from trade_user_money_log l left join trade_refund r on r.refund_id = l.cause_id
where l.money_log_type = 2 and l.cause_id <> 0 and (r.refund_id is null or r.order_id <> l.order_id or r.refund_state <> 2)

-- name: score_missing
-- I5: money that came earns its points
-- payment: {money} of order {} earned no points, and the message is done
select p.pay_id, cents(p.pay_amount) as amount, p.order_id
from trade_pay p left join trade_user_score_log l on l.pay_id = p.pay_id and l.refund_id = 0
left join @unsettled u on u.group_name = 'pay_payTopic_user_group' and u.msg_tag = 'paid' and u.msg_key = cast(p.pay_id as char)
where p.pay_state in (1, 5, 6) and l.pay_id is null and u.msg_key is null

-- name: score_not_taken
-- I5: money that went back takes its points back
-- refund: {money} of payment {} took no points, and the message is done
select r.refund_id, cents(r.refund_amount) as amount, r.pay_id
from trade_refund r left join trade_user_score_log l on l.pay_id = r.pay_id and l.refund_id = r.refund_id
left join @unsettled u on u.group_name = 'pay_payTopic_user_group' and u.msg_tag = 'refunded' and u.msg_key = cast(r.refund_id as char)
where r.refund_state = 2 and l.pay_id is null and u.msg_key is null

-- name: payment_log_missing
-- I5: money that came stands in the payment log
-- payment: {money} of order {} is not in the log, and the message is done
select p.pay_id, cents(p.pay_amount) as amount, p.order_id
from trade_pay p left join trade_pay_log l on l.pay_id = p.pay_id and l.refund_id = 0
left join @unsettled u on u.group_name = 'pay_payTopic_log_group' and u.msg_tag = 'paid' and u.msg_key = cast(p.pay_id as char)
where p.pay_state in (1, 5, 6) and l.pay_id is null and u.msg_key is null

-- name: refund_log_missing
-- I5: money that went back stands in the payment log
-- refund: {money} of payment {} is not in the log, and the message is done
select r.refund_id, cents(r.refund_amount) as amount, r.pay_id
from trade_refund r left join trade_pay_log l on l.pay_id = r.pay_id and l.refund_id = r.refund_id
left join @unsettled u on u.group_name = 'pay_payTopic_log_group' and u.msg_tag = 'refunded' and u.msg_key = cast(r.refund_id as char)
where r.refund_state = 2 and l.pay_id is null and u.msg_key is null

-- name: payment_log_wrong
-- I5: the payment log says what came and what went back
-- payment: the log says {money} of order {} with refund {}
select l.pay_id, cents(l.pay_amount) as amount, l.order_id, l.refund_id
from trade_pay_log l left join trade_pay p on p.pay_id = l.pay_id left join trade_refund r on r.refund_id = l.refund_id
where p.pay_id is null or p.order_id <> l.order_id or p.pay_state not in (1, 5, 6)
  or case l.refund_id when 0 then l.pay_amount <> p.pay_amount
    else r.refund_id is null or r.pay_id <> l.pay_id or r.refund_state <> 2 or r.channel_amount <> l.pay_amount end

-- name: outbox_dead
-- I5: no outgoing message is dead
-- message: {}/{} of {}: {}
select id, msg_topic, msg_tag, msg_key, coalesce(remark, 'dead') as why from trade_mq_producer_temp where msg_status = 2

-- name: outbox_late
-- I5: an outgoing message is sent within its limit
-- message: {}/{} of {} has waited for {} ms
select id, msg_topic, msg_tag, msg_key, cast(:now - millis(create_time) as signed) as waited
from trade_mq_producer_temp where msg_status = 0 and due_time is not null and millis(create_time) < :outbox_before

-- name: inbox_dead
-- I5: no group has given a message up
-- message: group {}, {} of {}, after {} tries: {}
select coalesce(msg_id, msg_key) as msg_id, group_name, msg_tag, msg_key, consumer_times, coalesce(remark, 'dead') as why
from trade_mq_consumer_log where consumer_status = 2 and due_time is not null

-- name: inbox_late
-- I5: a message that failed is tried again within its limit
-- message: group {}, {} of {}, was due {} ms ago
select msg_id, group_name, msg_tag, msg_key, cast(:now - due_time as signed) as late
from trade_mq_consumer_log where consumer_status = 0 and due_time < :inbox_before

-- name: inbox_missing
-- I5: a message that was sent is known to each group that hears it
-- message: group {} knows nothing of {} of {}
select m.id, s.group_name, m.msg_tag, m.msg_key
from trade_mq_producer_temp m join @subscriptions s on s.msg_topic = m.msg_topic and s.msg_tag = m.msg_tag
left join trade_mq_consumer_log i on i.group_name = s.group_name and i.msg_tag = m.msg_tag and i.msg_key = m.msg_key
where m.msg_status = 1 and m.due_time < :inbox_before and i.msg_key is null
  and (millis(m.create_time) >= :inbox_kept_from
    or millis(m.create_time) >= (select min(k.due_time) from trade_mq_consumer_log k where k.consumer_status = 1))

-- name: stock_of_unknown_order
-- I6: only an order that exists takes stock
-- order: does not exist, {} pieces of goods {}
select coalesce(s.order_id, 0) as order_id, s.goods_number, s.goods_id
from trade_goods_number_log s left join trade_order o on o.order_id = s.order_id
where s.cause in (1, 2) and o.order_id is null

-- name: balance_of_unknown_order
-- I6: only an order that exists takes balance
-- order: does not exist, {money} of user {}
select coalesce(l.order_id, 0) as order_id, cents(l.use_money) as amount, l.user_id
from trade_user_money_log l left join trade_order o on o.order_id = l.order_id
where l.money_log_type in (1, 2) and o.order_id is null

-- name: payment_of_wrong_order
-- I6: a payment is for an order of its user
-- payment: user {}, order {}, which does not exist or is another user's
select p.pay_id, p.user_id, p.order_id
from trade_pay p left join trade_order o on o.order_id = p.order_id
where o.order_id is null or o.user_id <> p.user_id

-- name: line_of_unknown_order
-- I6: an order line is of an order that exists
-- order: does not exist, line {} has {} of goods {}
select l.order_id, l.line_no, l.goods_number, l.goods_id
from trade_order_line l left join trade_order o on o.order_id = l.order_id
where o.order_id is null

-- name: order_of_unknown_user
-- I6: an order is of a user who exists
-- order: of user {}, who does not exist
select o.order_id, o.user_id
from trade_order o left join trade_user u on u.user_id = o.user_id
where u.user_id is null

-- name: remembered_order_missing
-- I6: an order that was acknowledged exists
-- order: does not exist, user {} was told so under key {} of {}
select r.order_id, r.user_id, r.idem_key, r.call_name
from (select cast(json_extract(i.receipt, '$.Placed.id') as signed) as order_id, i.user_id, i.idem_key, i.call_name
  from trade_idempotency i where i.receipt like '{"Placed":%' and json_valid(i.receipt)) r
left join trade_order o on o.order_id = r.order_id
where o.order_id is null

-- name: remembered_payment_missing
-- I6: a payment attempt that was acknowledged exists
-- payment: does not exist, user {} was told so under key {} of {}
select r.pay_id, r.user_id, r.idem_key, r.call_name
from (select cast(json_extract(i.receipt, '$.Started.id') as signed) as pay_id, i.user_id, i.idem_key, i.call_name
  from trade_idempotency i where i.receipt like '{"Started":%' and json_valid(i.receipt)) r
left join trade_pay p on p.pay_id = r.pay_id
where p.pay_id is null

-- name: remembered_twice
-- I7: one idempotency key placed an order
-- order: {} keys placed it, {} and {} among them
select r.order_id, count(*) as idem_keys, min(r.idem_key) as one, max(r.idem_key) as other
from (select cast(json_extract(receipt, '$.Placed.id') as signed) as order_id, idem_key
  from trade_idempotency where receipt like '{"Placed":%' and json_valid(receipt)) r
group by r.order_id having count(*) > 1

-- name: remembered_unreadable
-- I7: a remembered answer can be given again
-- user: the answer under key {} of {} cannot be read
select user_id, idem_key, call_name from trade_idempotency where not json_valid(receipt)
