-- I1 to I3: stock, balances and scores are the sums of their logs, coupons are where they belong. How to read it: `verify.rs`.

-- name: stock_sum
-- I1: the stock of goods is the sum of their stock log
-- goods: stock {}, the log says {}
select g.goods_id, g.goods_number, cast(coalesce(l.total, 0) as signed) as logged
from trade_goods g left join (select goods_id, sum(goods_number) as total from trade_goods_number_log group by goods_id) l on l.goods_id = g.goods_id
where g.goods_number <> coalesce(l.total, 0)

-- name: stock_negative
-- I1: no stock is below 0
-- goods: stock {}
select goods_id, goods_number from trade_goods where goods_number < 0

-- name: stock_of_unknown_goods
-- I1: the stock log speaks of goods that exist
-- goods: do not exist, {} entries
select l.goods_id, count(*) as entries
from trade_goods_number_log l left join trade_goods g on g.goods_id = l.goods_id
where g.goods_id is null group by l.goods_id

-- name: balance_sum
-- I2: a balance is the sum of its money log
-- user: balance {money}, the log says {money}
select u.user_id, cents(u.user_money) as balance, cents(coalesce(l.total, 0)) as logged
from trade_user u left join (
  select user_id, sum(case when money_log_type = 1 then -use_money else use_money end) as total from trade_user_money_log group by user_id
) l on l.user_id = u.user_id
where u.user_money <> coalesce(l.total, 0)

-- name: balance_negative
-- I2: no balance is below 0
-- user: balance {money}
select user_id, cents(user_money) as balance from trade_user where user_money < 0

-- name: balance_of_wrong_user
-- I2: the money log speaks of users that exist, and of an order with its own user
-- user: does not exist or does not own order {}, {money} in the log
select l.user_id, l.order_id, cents(l.use_money) as amount
from trade_user_money_log l left join trade_user u on u.user_id = l.user_id left join trade_order o on o.order_id = l.order_id
where u.user_id is null or o.user_id <> l.user_id

-- name: score_sum
-- I2: a score is the sum of its score log
-- user: score {}, the log says {}
select u.user_id, u.user_score, cast(coalesce(l.total, 0) as signed) as logged
from trade_user u left join (select user_id, sum(points) as total from trade_user_score_log group by user_id) l on l.user_id = u.user_id
where u.user_score <> coalesce(l.total, 0)

-- name: score_negative
-- I2: no score is below 0
-- user: score {}
select user_id, user_score from trade_user where user_score < 0

-- name: score_of_wrong_payment
-- I2: points are for a payment of that user whose money has come
-- payment: gave {} points to user {}, but does not exist, has no money, or is of another user
select l.pay_id, l.points, l.user_id
from trade_user_score_log l left join trade_pay p on p.pay_id = l.pay_id
where l.pay_id > 0 and (p.pay_id is null or p.user_id <> l.user_id or p.pay_state not in (1, 5, 6))

-- name: score_points
-- I2: a payment's points are the whole units of what it brought and did not go back
-- payment: {money} of it stayed, {} points
select p.pay_id, cents(p.pay_amount - p.refunded_amount) as stayed, cast(l.total as signed) as points
from trade_pay p join (
  select pay_id, sum(points - shortfall) as total, sum(case when refund_id = 0 then 0 else 1 end) as refunds from trade_user_score_log group by pay_id
) l on l.pay_id = p.pay_id
where cents(p.pay_amount - p.refunded_amount) - l.total * 100 not between 0 and 99
  and l.refunds = (select count(*) from trade_refund r where r.pay_id = p.pay_id and r.refund_state = 2)

-- name: coupon_holder
-- I3: a coupon is used exactly while an order holds it
-- coupon: is_used {}, held by order {}
select coupon_id, is_used, order_id from trade_coupon where is_used not in (0, 1) or (is_used = 1) <> (order_id is not null)

-- name: coupon_of_unknown_order
-- I3: a coupon is held by an order that exists
-- coupon: held by order {}, which does not exist
select c.coupon_id, c.order_id
from trade_coupon c left join trade_order o on o.order_id = c.order_id
where c.order_id is not null and o.order_id is null

-- name: coupon_not_named
-- I3: the order that holds a coupon names it
-- coupon: held by order {}, which names coupon {}
select c.coupon_id, c.order_id, o.coupon_id as named
from trade_coupon c join trade_order o on o.order_id = c.order_id
where o.coupon_id is null or o.coupon_id <> c.coupon_id

-- name: coupon_not_held
-- I3: an order that stands holds the coupon it names
-- order: names coupon {}, which order {} holds
select o.order_id, o.coupon_id, c.order_id as holder
from trade_order o left join trade_coupon c on c.coupon_id = o.coupon_id
where o.order_status in (1, 4) and o.coupon_id is not null and (c.order_id is null or c.order_id <> o.order_id)
  and not exists (select 1 from trade_refund r where r.order_id = o.order_id and r.coupon_back = 1)

-- name: coupon_of_another_user
-- I3: an order uses a coupon of its own user
-- order: user {} used coupon {} of user {}
select o.order_id, o.user_id, o.coupon_id, c.user_id as owner
from trade_order o join trade_coupon c on c.coupon_id = o.coupon_id
where c.user_id <> o.user_id

-- name: coupon_used_twice
-- I3: at most one order that stands uses a coupon
-- coupon: {} orders use it, {} and {} among them
select coupon_id, count(*) as orders, min(order_id) as one, max(order_id) as other
from trade_order o where coupon_id is not null and order_status in (1, 4)
  and not exists (select 1 from trade_refund r where r.order_id = o.order_id and r.coupon_back = 1) group by coupon_id having count(*) > 1

-- name: coupon_kept_by_cancelled
-- I3: a cancelled order gives its coupon back
-- coupon: still held by order {}, which is off and whose message is done
select c.coupon_id, c.order_id
from trade_coupon c join trade_order o on o.order_id = c.order_id
left join @unsettled u on u.group_name = 'order-out-group1' and u.msg_tag = 'order_cancel' and u.msg_key = cast(c.order_id as char)
where o.order_status in (2, 3) and u.msg_key is null

-- name: coupon_kept_by_refunded
-- I3: the refund that completes an order that was never shipped gives its coupon back
-- coupon: still held by order {}, whose refund {} gave it back and whose message is done
select c.coupon_id, c.order_id, r.refund_id
from trade_coupon c join trade_refund r on r.order_id = c.order_id and r.coupon_back = 1
left join @unsettled u on u.group_name = 'order-out-group1' and u.msg_tag = 'goods_back' and u.msg_key = cast(r.refund_id as char)
where u.msg_key is null
