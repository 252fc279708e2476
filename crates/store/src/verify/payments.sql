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
  coalesce((select sum(r.channel_amount) from trade_refund r where r.pay_id = q.pay_id and r.refund_state = 2), 0) as refunds from trade_pay q) p
where p.refunded_amount <> p.refunds or p.pay_amount < 0
  or case p.pay_state when 5 then p.refunded_amount <> p.pay_amount when 6 then p.refunded_amount <= 0 or p.refunded_amount >= p.pay_amount
    else p.refunded_amount <> 0 end

-- name: given_back_without_refund
-- I4: a success that no order keeps goes back whole
-- payment: {money} is to go back, its refunds are {money}
select p.pay_id, cents(p.pay_amount) as amount, cents(p.refunds) as refunds
from (select q.pay_id, q.pay_amount, coalesce((select sum(r.channel_amount) from trade_refund r where r.pay_id = q.pay_id and r.cause in (0, 1)), 0) as refunds
  from trade_pay q where q.fate = 2) p
where p.refunds < p.pay_amount

-- name: refunds_too_high
-- I4: a payment gives back no more than it brought
-- payment: brought {money}, its refunds are {money}
select p.pay_id, cents(p.pay_amount) as amount, cents(r.total) as refunds
from trade_pay p join (select pay_id, sum(channel_amount) as total from trade_refund where refund_state not in (5, 6) group by pay_id) r on r.pay_id = p.pay_id
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

-- name: order_refunds
-- I4: an order got back what its refunds say, and they hold no more than it brought, from the channel and from the balance
-- order: got {money} back, its refunds say {money}; of {money} and {money} they hold {money} and {money}
select o.order_id, cents(o.refunded_amount) as refunded, cents(o.back) as back, cents(o.pay_amount) as pay, cents(o.money_paid) as balance,
  cents(o.from_channel) as from_channel, cents(o.from_balance) as from_balance
from (select q.order_id, q.refunded_amount, q.pay_amount, q.money_paid,
    coalesce(sum(case when r.refund_state = 2 then r.refund_amount end), 0) as back,
    coalesce(sum(r.channel_amount), 0) as from_channel, coalesce(sum(r.balance_amount), 0) as from_balance
  from trade_order q left join trade_refund r on r.order_id = q.order_id and r.cause in (2, 3) and r.refund_state not in (5, 6)
  where q.refunded_amount <> 0 or r.refund_id is not null
  group by q.order_id, q.refunded_amount, q.pay_amount, q.money_paid) o
where o.refunded_amount <> o.back or o.from_channel > o.pay_amount or o.from_balance > o.money_paid

-- name: refund_parts
-- I4: a refund is the sum of what goes to the channel and to the balance, and its lines are no more than that
-- refund: {money}, of it {money} to the channel and {money} to the balance, its lines are {money}
select r.refund_id, cents(r.refund_amount) as amount, cents(r.channel_amount) as to_channel, cents(r.balance_amount) as to_balance, cents(r.line_sum) as line_amount
from (select q.refund_id, q.refund_amount, q.channel_amount, q.balance_amount,
  coalesce((select sum(l.refund_amount) from trade_refund_line l where l.refund_id = q.refund_id), 0) as line_sum from trade_refund q) r
where r.refund_amount <> r.channel_amount + r.balance_amount or r.channel_amount < 0 or r.balance_amount < 0 or r.line_sum > r.refund_amount

-- name: refund_pieces
-- I4: refunds hold no more pieces of a line than were ordered
-- order: refunds hold {} of {} pieces of goods {}
select h.order_id, h.pieces, h.ordered, h.goods_id
from (select r.order_id, l.goods_id, cast(sum(l.goods_number) as signed) as pieces,
    coalesce(max(o.goods_number), max(m.goods_number), 0) as ordered
  from trade_refund r join trade_refund_line l on l.refund_id = r.refund_id
  left join trade_order o on o.order_id = r.order_id and o.goods_id = l.goods_id
  left join trade_order_line m on m.order_id = r.order_id and m.goods_id = l.goods_id
  where r.refund_state <> 5 and (r.refund_state <> 6 or r.goods_back_time is not null) group by r.order_id, l.goods_id) h
where h.pieces > h.ordered

-- name: refund_line_alone
-- I4: a line of a refund has its refund, and at least one piece
-- refund: {} pieces of goods {}
select l.refund_id, l.goods_number, l.goods_id
from trade_refund_line l left join trade_refund r on r.refund_id = l.refund_id
where r.refund_id is null or l.goods_number < 1 or l.refund_amount < 0

-- name: paid_but_off
-- I4: a paid order is never called off, and only a paid one is refunded
-- order: order_status {}, pay_status {}
select order_id, order_status, pay_status from trade_order
where order_status in (0, 2, 3) and pay_status = 2 or order_status = 4 and pay_status <> 2

-- name: order_refunded_whole
-- I4: an order counts as refunded exactly when all its goods have been refunded, or all its money, and none of its goods is still to leave
-- order: order_status {}, {money} of {money} went back, for {} of {} pieces, {} of them are back
select o.order_id, o.order_status, cents(o.refunded_amount) as refunded, cents(o.paid) as paid, o.refunded_pieces, o.pieces, o.back
from (select q.order_id, q.order_status, q.shipping_status, q.refunded_amount, q.pay_amount + q.money_paid as paid,
    cast(coalesce((select sum(l.goods_number) from trade_refund r join trade_refund_line l on l.refund_id = r.refund_id
      where r.order_id = q.order_id and r.goods_back_time is not null), 0) as signed) as back,
    cast(coalesce((select sum(l.goods_number) from trade_refund r join trade_refund_line l on l.refund_id = r.refund_id
      where r.order_id = q.order_id and r.refund_state = 2), 0) as signed) as refunded_pieces,
    cast(q.goods_number + coalesce((select sum(l.goods_number) from trade_order_line l where l.order_id = q.order_id), 0) as signed) as pieces
  from trade_order q where q.order_status = 4 or exists (select 1 from trade_refund r where r.order_id = q.order_id and r.cause in (2, 3) and r.refund_state = 2)) o
where (o.order_status = 4) <> (o.refunded_pieces >= o.pieces
  or o.paid > 0 and o.refunded_amount >= o.paid and (o.shipping_status <> 0 or o.back >= o.pieces))

-- name: order_shipping
-- I4: what was shipped was paid, and the shipping status says what happened
-- order: shipping_status {}, pay_status {}, ship_time {}, receive_time {}
select order_id, shipping_status, pay_status, millis(ship_time) as shipped, millis(receive_time) as received
from trade_order
where shipping_status between 0 and 3 and ((shipping_status = 0) <> (ship_time is null)
  or shipping_status <> 0 and (pay_status <> 2 or carrier is null or tracking_no is null)
  or shipping_status = 3 and receive_time is null or shipping_status in (0, 1) and receive_time is not null)

-- name: order_returned
-- I4: a shipped order counts as returned exactly when all its goods are back
-- order: shipping_status {}, {} of {} pieces are back
select o.order_id, o.shipping_status, o.back, o.pieces
from (select q.order_id, q.shipping_status,
    cast(coalesce((select sum(l.goods_number) from trade_refund r join trade_refund_line l on l.refund_id = r.refund_id
      where r.order_id = q.order_id and r.goods_back_time is not null), 0) as signed) as back,
    cast(q.goods_number + coalesce((select sum(l.goods_number) from trade_order_line l where l.order_id = q.order_id), 0) as signed) as pieces
  from trade_order q where q.shipping_status <> 0) o
where (o.shipping_status = 2) <> (o.back >= o.pieces)

-- name: refunded_goods_kept
-- I4: goods of an order that was refunded whole and never shipped are back
-- order: is refunded and never shipped, {} of {} pieces are back
select o.order_id, o.back, o.pieces
from (select q.order_id,
    cast(coalesce((select sum(l.goods_number) from trade_refund r join trade_refund_line l on l.refund_id = r.refund_id
      where r.order_id = q.order_id and r.goods_back_time is not null), 0) as signed) as back,
    cast(q.goods_number + coalesce((select sum(l.goods_number) from trade_order_line l where l.order_id = q.order_id), 0) as signed) as pieces
  from trade_order q where q.order_status = 4 and q.shipping_status = 0) o
where o.back < o.pieces

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
