-- Payments without their orders, beside what `pay.sql` does: the pay role's own database; how to read the steps: `take_over/step.rs`.

-- step: portions succeeded_payments
-- along: trade_pay.pay_id
-- When the money came stands with the order alone, and nobody asks it here. Whether the order knows is its database's to settle.
update trade_pay set pay_state = 1, pay_time = @now where is_paid = 2 and pay_state = 0 and pay_id > :from and pay_id <= :to
