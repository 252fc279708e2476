-- I4: orders, their amounts, their payments and refunds. How to read it: `verify.rs`.

-- name: paid_without_payment
-- I4: a paid order keeps a payment
-- order: is paid and keeps payment {}, which does not exist
select o.order_id, o.kept_pay_id
from trade_order o left join trade_pay p on p.pay_id = o.kept_pay_id
where o.pay_status = 2 and p.pay_id is null

-- name: unpaid_with_payment
-- I4: an order that is not paid keeps no payment
-- order: is not paid and keeps payment {}
select order_id, kept_pay_id from trade_order where pay_status <> 2 and kept_pay_id is not null

-- name: kept_payment
-- I4: the payment that an order keeps is its own, is over what is to be paid, and has succeeded
-- order: is over {money}; its payment {} is of order {}, over {money}, pay_state {}, fate {}
select o.order_id, cents(o.pay_amount) as owed, p.pay_id, p.order_id as paid_order, cents(p.pay_amount) as paid, p.pay_state, p.fate
from trade_order o join trade_pay p on p.pay_id = o.kept_pay_id
where p.order_id <> o.order_id or p.pay_amount <> o.pay_amount or p.pay_state not in (1, 5, 6) or p.fate <> 1

-- name: kept_by_none
-- I4: a payment that counts as kept is the one that its order keeps
-- payment: counts as kept, but order {} keeps payment {}
select p.pay_id, p.order_id, o.kept_pay_id
from trade_pay p left join trade_order o on o.order_id = p.order_id
where p.fate = 1 and (o.kept_pay_id is null or o.kept_pay_id <> p.pay_id)

-- name: kept_twice
-- I4: an order keeps one payment
-- order: keeps {} payments, {} and {} among them
select order_id, count(*) as payments, min(pay_id) as one, max(pay_id) as other from trade_pay where fate = 1 group by order_id having count(*) > 1

-- name: payment_unheard
-- I4: the order has heard of money that came
-- payment: has money, order {} does not know, and the message is done
select p.pay_id, p.order_id
from trade_pay p
left join @unsettled u on u.group_name = 'pay_payTopic_group' and u.msg_tag = 'paid' and u.msg_key = cast(p.pay_id as char)
where p.pay_state in (1, 5, 6) and p.fate = 0 and u.msg_key is null

-- name: payment_flags
-- I4: a payment says in each column alike whether its money has come
-- payment: pay_state {}, is_paid {}, pay_time {}
select pay_id, pay_state, is_paid, pay_time
from trade_pay
where (pay_state in (1, 5, 6)) <> (is_paid = 2) or (pay_state in (1, 5, 6)) <> (pay_time is not null)

-- name: payment_refunded
-- I4: a payment has given back what its refunds say, and its state says how much that is
-- payment: {money}, pay_state {}, {money} gone back, its refunds say {money}
select p.pay_id, cents(p.pay_amount) as amount, p.pay_state, cents(p.refunded_amount) as refunded, cents(p.refunds) as refunds
from (select q.pay_id, q.pay_amount, q.pay_state, q.refunded_amount,
  coalesce((select sum(r.refund_amount) from trade_refund r where r.pay_id = q.pay_id and r.refund_state = 2), 0) as refunds from trade_pay q) p
where p.refunded_amount <> p.refunds or p.pay_amount < 0
  or case p.pay_state when 5 then p.refunded_amount <> p.pay_amount when 6 then p.refunded_amount <= 0 or p.refunded_amount >= p.pay_amount
    else p.refunded_amount <> 0 end

-- name: given_back_without_refund
-- I4: a success that no order keeps goes back whole
-- payment: {money} is to go back, its refunds are {money}
select p.pay_id, cents(p.pay_amount) as amount, cents(p.refunds) as refunds
from (select q.pay_id, q.pay_amount, coalesce((select sum(r.refund_amount) from trade_refund r where r.pay_id = q.pay_id), 0) as refunds
  from trade_pay q where q.fate = 2) p
where p.refunds < p.pay_amount

-- name: refunds_too_high
-- I4: a payment gives back no more than it brought
-- payment: brought {money}, its refunds are {money}
select p.pay_id, cents(p.pay_amount) as amount, cents(r.total) as refunds
from trade_pay p join (select pay_id, sum(refund_amount) as total from trade_refund group by pay_id) r on r.pay_id = p.pay_id
where r.total > p.pay_amount

-- name: refund_of_wrong_payment
-- I4: a refund is of a payment of its order whose money has come
-- refund: {money} of payment {}, which does not exist, has no money, or is not of order {}
select r.refund_id, cents(r.refund_amount) as amount, r.pay_id, r.order_id
from trade_refund r left join trade_pay p on p.pay_id = r.pay_id
where p.pay_id is null or p.order_id <> r.order_id or p.user_id <> r.user_id or p.pay_state not in (1, 5, 6) or r.refund_amount < 0

-- name: refund_failed
-- I4: no refund has failed for good
-- refund: {money} of payment {} of order {}: {}
select refund_id, cents(refund_amount) as amount, pay_id, order_id, coalesce(remark, 'the platform refused it') as why from trade_refund where refund_state = 3

-- name: order_refunded
-- I4: an order gets back no more than it paid
-- order: paid {money}, got {money} back
select order_id, cents(pay_amount + money_paid) as paid, cents(refunded_amount) as refunded
from trade_order where refunded_amount < 0 or refunded_amount > pay_amount + money_paid

-- name: paid_but_off
-- I4: a paid order that is off has its money on the way back, and only a paid one is refunded
-- order: order_status {}, pay_status {}, {money} of {money} going back
select o.order_id, o.order_status, o.pay_status, cents(o.refunds) as refunds, cents(o.pay_amount) as amount
from (select p.order_id, p.order_status, p.pay_status, p.pay_amount,
  coalesce((select sum(r.refund_amount) from trade_refund r where r.pay_id = p.kept_pay_id), 0) as refunds
  from trade_order p where p.order_status <> 1) o
where o.pay_status = 2 and o.refunds < o.pay_amount or o.pay_status <> 2 and o.order_status = 4

-- name: order_pay_time
-- I4: an order has a time of payment exactly when it is paid
-- order: pay_status {}, pay_time {}
select order_id, pay_status, millis(pay_time) as at from trade_order where (pay_status = 2) <> (pay_time is not null)

-- name: order_goods_amount
-- I4: the goods amount of an order is the sum of its lines
-- order: goods amount {money}, its lines are {money}
select o.order_id, cents(o.goods_amount) as amount, cents(o.line_sum) as line_amount
from (select q.order_id, q.goods_amount, q.goods_number * q.goods_price
  + coalesce((select sum(l.goods_number * l.goods_price) from trade_order_line l where l.order_id = q.order_id), 0) as line_sum from trade_order q) o
where o.goods_amount <> o.line_sum

-- name: order_amounts
-- I4: total = goods + freight, what is to be paid = total - coupon - balance, nothing is below 0
-- order: goods {money}, freight {money}, total {money}, coupon {money}, balance {money}, to be paid {money}
select order_id, cents(goods_amount) as goods, cents(shipping_fee) as freight, cents(order_amount) as total, cents(coupon_paid) as coupon,
  cents(money_paid) as balance, cents(pay_amount) as pay
from trade_order
where order_amount <> goods_amount + shipping_fee or pay_amount <> order_amount - coupon_paid - money_paid
  or goods_price < 0 or shipping_fee < 0 or coupon_paid < 0 or money_paid < 0 or pay_amount < 0 or goods_number < 1

-- name: order_coupon_amount
-- I4: a coupon pays no more than it is worth
-- order: coupon {} paid {money}, it is worth {money}
select o.order_id, o.coupon_id, cents(o.coupon_paid) as paid, cents(c.coupon_price) as worth
from trade_order o left join trade_coupon c on c.coupon_id = o.coupon_id
where o.coupon_paid > 0 and (c.coupon_price is null or o.coupon_paid > c.coupon_price)

-- name: order_line_count
-- I4: an order has as many lines as it says, each of at least one piece
-- order: line_count {}, {} lines
select o.order_id, o.line_count, o.line_rows
from (select q.order_id, q.line_count, 1 + (select count(*) from trade_order_line l where l.order_id = q.order_id and l.goods_number > 0 and l.goods_price >= 0)
  as line_rows from trade_order q) o
where o.line_count <> o.line_rows
