//! A shop with a past: orders of every kind, told by real commands. Nothing is wrong with it.

use rocketmall_core::basket::Basket;
use rocketmall_core::command::{Command, CorrectBalance, CorrectStock, Outcome, Receipt, RefundOutcome, RefundStep};
use rocketmall_core::id::{CouponId, GoodsId, OrderId, PaymentId, RefundId, UserId};
use rocketmall_core::payment::Payment;
use rocketmall_core::refundable::Wanted;

use crate::database::TestDatabase;
use crate::process::{Clock, Process, basket, cents, keyed, placed};

/// Longer than what is in between may last, shorter than an order may stay unpaid.
const A_WHILE: i64 = 20 * 60_000;

pub(crate) struct Story {
    pub(crate) process: Process,
    pub(crate) cup: GoodsId,
    pub(crate) lamp: GoodsId,
    pub(crate) pen: GoodsId,
    pub(crate) anna: UserId,
    pub(crate) boris: UserId,
    /// Of Anna: used by [`Story::paid`], given back by [`Story::cancelled`], never used.
    pub(crate) used_coupon: CouponId,
    pub(crate) returned_coupon: CouponId,
    pub(crate) free_coupon: CouponId,
    /// Anna's: two lines, a coupon and a balance, the rest through the sandbox after an attempt that it superseded.
    pub(crate) paid: OrderId,
    pub(crate) superseded: PaymentId,
    pub(crate) payment: PaymentId,
    /// Anna's: cancelled, then its payment came late and went back.
    pub(crate) cancelled: OrderId,
    pub(crate) late_payment: PaymentId,
    pub(crate) late_refund: RefundId,
    /// Anna's: paid twice, the second money is on its way back.
    pub(crate) paid_twice: OrderId,
    pub(crate) second_payment: PaymentId,
    pub(crate) second_refund: RefundId,
    /// Anna's, paid with a coupon and 10.00 of the balance, called off, its money back: the coupon is free again.
    pub(crate) refunded: OrderId,
    pub(crate) freed_coupon: CouponId,
    pub(crate) whole_refund: RefundId,
    /// Anna's: one of two cups went back before the rest was shipped; another refund waits for the shop's word.
    pub(crate) shipped: OrderId,
    pub(crate) part_refund: RefundId,
    /// Anna's: shipped, all sent back, all refunded, and one of its refunds was given up.
    pub(crate) returned: OrderId,
    pub(crate) return_refund: RefundId,
    /// Boris's: the balance paid all.
    pub(crate) from_balance: OrderId,
    /// Boris's: one waits without an attempt, one with an open one.
    pub(crate) waiting: OrderId,
    pub(crate) paying: OrderId,
    pub(crate) open_attempt: PaymentId,
    /// Dropped last, since it drops the database.
    _home: TestDatabase,
}

impl Story {
    pub(crate) async fn tell() -> Self {
        let home = TestDatabase::create().await;
        let process = Process::start(&home, &Clock::new()).await;
        let (cup, lamp, pen) = (process.goods("50.00", 100).await, process.goods("120.00", 50).await, process.goods("0.99", 1000).await);
        let (anna, boris) = (process.user("500.00").await, process.user("50.00").await);
        let used_coupon = process.coupon(anna, "20.00").await;
        let returned_coupon = process.coupon(anna, "5.55").await;
        let free_coupon = process.coupon(anna, "7.00").await;
        let freed_coupon = process.coupon(anna, "8.00").await;
        process.must(Command::CorrectStock(CorrectStock { goods_id: cup, delta: -3, reason: "broken".to_owned() })).await;
        process.must(Command::CorrectBalance(CorrectBalance { user_id: anna, delta: cents("12.34"), reason: "kind".to_owned() })).await;

        let wish = Basket { coupon_id: Some(used_coupon), money_paid: cents("30.10"), ..basket(anna, &[(cup, 2), (lamp, 1), (pen, 3)]) };
        let (paid, superseded, payment) = paid(&process, wish).await;
        let wish = Basket { coupon_id: Some(returned_coupon), money_paid: cents("10.00"), ..basket(anna, &[(lamp, 1), (pen, 2)]) };
        let (cancelled, late_payment, late_refund) = paid_too_late(&process, wish).await;
        let (paid_twice, second_payment, second_refund) = paid_twice(&process, basket(anna, &[(cup, 1)])).await;
        let timed_out = process.place(basket(anna, &[(pen, 7)])).await.id;
        process.clock.pass(31 * 60_000);
        at_rest(&process).await;

        let wish = Basket { coupon_id: Some(freed_coupon), money_paid: cents("10.00"), ..basket(anna, &[(cup, 1)]) };
        let (refunded, whole_refund) = called_off(&process, wish).await;
        let (shipped, part_refund) = refunded_in_part(&process, basket(anna, &[(cup, 2), (pen, 1)]), cup).await;
        let (returned, return_refund) = sent_back(&process, basket(anna, &[(lamp, 1), (pen, 2)])).await;
        process.clock.pass(A_WHILE);
        at_rest(&process).await;

        let from_balance = process.place(Basket { money_paid: cents("10.99"), ..basket(boris, &[(pen, 1)]) }).await.id;
        let waiting = process.place(basket(boris, &[(cup, 1)])).await.id;
        let paying = process.place(basket(boris, &[(lamp, 2)])).await.id;
        let open_attempt = process.open_attempt(paying, "sandbox").await.id;
        process.clock.pass(A_WHILE);
        at_rest(&process).await;

        let status = process.database.order(timed_out).await.expect("readable").expect("there").cancel_reason;
        assert_eq!(status.as_deref(), Some("not paid in time"));
        Self {
            process,
            cup,
            lamp,
            pen,
            anna,
            boris,
            used_coupon,
            returned_coupon,
            free_coupon,
            paid,
            superseded,
            payment,
            cancelled,
            late_payment,
            late_refund,
            paid_twice,
            second_payment,
            second_refund,
            refunded,
            freed_coupon,
            whole_refund,
            shipped,
            part_refund,
            returned,
            return_refund,
            from_balance,
            waiting,
            paying,
            open_attempt,
            _home: home,
        }
    }

    /// The id of the message about this order, payment or refund.
    pub(crate) async fn message(&self, key: i64) -> i64 {
        let messages = self.process.database.outgoing_of(&key.to_string()).await.expect("messages can be read");
        messages.first().expect("there is a message").message.id.get()
    }
}

/// Under idempotency keys, as over HTTP.
async fn paid(process: &Process, wish: Basket) -> (OrderId, PaymentId, PaymentId) {
    let user = wish.user_id;
    let order = placed(process.must(keyed(process.placing(wish), user, "place", "first")).await);
    let superseded = process.open_attempt(order.id, "alipay").await;
    let started = process.must(keyed(process.starting(order.id, "sandbox"), user, "start", "first")).await;
    let Receipt::Started(payment) = started else { panic!("starting answered {started:?}") };
    process.notify(&payment, Outcome::Succeeded).await;
    at_rest(process).await;
    (order.id, superseded.id, payment.id)
}

async fn paid_too_late(process: &Process, wish: Basket) -> (OrderId, PaymentId, RefundId) {
    let order = process.place(wish).await;
    let late = process.open_attempt(order.id, "sandbox").await;
    process.cancel(order.id).await;
    process.deliver().await;
    process.notify(&late, Outcome::Succeeded).await;
    at_rest(process).await;
    let refund = only_refund(process, order.id).await;
    process.finish(refund, RefundOutcome::Succeeded).await;
    at_rest(process).await;
    (order.id, late.id, refund)
}

async fn paid_twice(process: &Process, wish: Basket) -> (OrderId, PaymentId, RefundId) {
    let order = process.place(wish).await;
    let mut attempts: Vec<Payment> = Vec::new();
    for channel in ["alipay", "wechat"] {
        attempts.push(process.open_attempt(order.id, channel).await);
    }
    for attempt in &attempts {
        process.notify(attempt, Outcome::Succeeded).await;
        process.deliver().await;
    }
    let refund = only_refund(process, order.id).await;
    process.finish(refund, RefundOutcome::Processing).await;
    at_rest(process).await;
    (order.id, attempts[1].id, refund)
}

async fn paid_for(process: &Process, wish: Basket) -> OrderId {
    let order = process.place(wish).await.id;
    let payment = process.open_attempt(order, "sandbox").await;
    process.notify(&payment, Outcome::Succeeded).await;
    at_rest(process).await;
    order
}

async fn called_off(process: &Process, wish: Basket) -> (OrderId, RefundId) {
    let order = paid_for(process, wish).await;
    process.cancel(order).await;
    let refund = only_refund(process, order).await;
    process.finish(refund, RefundOutcome::Succeeded).await;
    at_rest(process).await;
    (order, refund)
}

async fn refunded_in_part(process: &Process, wish: Basket, goods: GoodsId) -> (OrderId, RefundId) {
    let order = paid_for(process, wish).await;
    let refund = process.refund(order, Wanted::Lines(vec![(goods, 1)]), false).await;
    process.finish(refund, RefundOutcome::Succeeded).await;
    process.ship(order).await;
    process.must(Command::RequestRefund(process.asking(order, Wanted::Amount(cents("1.00")), false))).await;
    at_rest(process).await;
    (order, refund)
}

async fn sent_back(process: &Process, wish: Basket) -> (OrderId, RefundId) {
    let order = paid_for(process, wish).await;
    process.ship(order).await;
    let given_up = process.refund(order, Wanted::Amount(cents("2.00")), false).await;
    process.finish(given_up, RefundOutcome::Failed("account closed".to_owned())).await;
    process.handle(given_up, RefundStep::Abandon).await;
    let refund = process.refund(order, Wanted::Whole, true).await;
    process.handle(refund, RefundStep::GoodsReceived).await;
    process.finish(refund, RefundOutcome::Succeeded).await;
    at_rest(process).await;
    (order, refund)
}

async fn only_refund(process: &Process, order: OrderId) -> RefundId {
    let refunds = process.database.refunds_of(order).await.expect("refunds can be read");
    assert_eq!(refunds.len(), 1);
    refunds[0].id
}

/// No message is under way, no timer is due.
async fn at_rest(process: &Process) {
    process.fire().await;
    process.deliver().await;
}
