//! Random shops: whatever real commands do, in whatever order messages and platforms answer, the audit finds nothing.

use std::sync::Arc;

use rocketmall_core::basket::{Basket, Terms};
use rocketmall_core::command::{CheckPayment, Command, Consume, FinishRefund, Outcome, PlatformView, RefundOutcome, SettlePayment};
use rocketmall_core::id::{CouponId, GoodsId, OrderId, UserId};
use rocketmall_core::message::subscribers;
use rocketmall_core::order::Order;
use rocketmall_core::payment::{CURRENCY, Payment};
use rocketmall_core::shop::Timer;
use rocketmall_store::claim;
use rocketmall_store::read::MessageFilter;
use rocketmall_store::verify::Limits;

use crate::audit::audited;
use crate::database::TestDatabase;
use crate::process::{Clock, Process, basket, cents, keyed};

const STEPS: usize = 250;
const AUDIT_EVERY: usize = 10;

/// The same numbers for the same seed (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % bound
    }

    fn pick<'t, T>(&mut self, things: &'t [T]) -> Option<&'t T> {
        if things.is_empty() { None } else { things.get(self.below(things.len())) }
    }
}

struct Soak {
    process: Process,
    chance: Chance,
    goods: Vec<GoodsId>,
    users: Vec<(UserId, Vec<CouponId>)>,
    _home: TestDatabase,
}

impl Soak {
    async fn begin(seed: u64) -> Self {
        let home = TestDatabase::create().await;
        let mut process = Process::start(&home, &Clock::new()).await;
        process.environment.terms = Arc::new(Terms { unpaid_timeout: 120_000, ..Terms::default() });
        let mut goods = Vec::new();
        for (price, stock) in [("0.01", 500), ("33.33", 40), ("99.99", 20), ("1234.56", 5)] {
            goods.push(process.goods(price, stock).await);
        }
        let mut users = Vec::new();
        for balance in ["0.00", "77.77", "10000.00"] {
            let user = process.user(balance).await;
            users.push((user, vec![process.coupon(user, "9.99").await, process.coupon(user, "50.00").await]));
        }
        Self { process, chance: Chance(seed), goods, users, _home: home }
    }

    async fn orders(&self) -> Vec<Order> {
        self.process.database.order_page(None, None, OrderId::new(i64::MAX), 30).await.expect("orders can be read")
    }

    async fn step(&mut self, number: usize) {
        match self.chance.below(16) {
            0..=3 => self.place(number).await,
            4 => self.call_off().await,
            5..=7 => self.start().await,
            8..=10 => self.platform_speaks().await,
            11 | 12 => self.one_group_hears().await,
            13 => self.timers().await,
            14 => self.process.deliver().await,
            _ => self.process.clock.pass(i64::try_from(self.chance.below(20_000)).expect("small")),
        }
    }

    async fn place(&mut self, number: usize) {
        let (user, coupons) = self.chance.pick(&self.users).expect("there are users").clone();
        let mut lines: Vec<(GoodsId, i64)> = Vec::new();
        for goods in self.goods.clone() {
            if self.chance.below(2) == 0 {
                lines.push((goods, 1 + i64::try_from(self.chance.below(4)).expect("small")));
            }
        }
        let coupon_id = if self.chance.below(2) == 0 { self.chance.pick(&coupons).copied() } else { None };
        let money_paid = cents(["0.00", "0.00", "0.01", "10.00", "33.34"][self.chance.below(5)]);
        let placing = self.process.placing(Basket { coupon_id, money_paid, ..basket(user, &lines) });
        let request = if number.is_multiple_of(2) { placing.into() } else { keyed(placing, user, "place", &number.to_string()) };
        // the rules may refuse it
        let _ = self.process.answer(request).await;
    }

    async fn call_off(&mut self) {
        if let Some(order) = self.chance.pick(&self.orders().await) {
            let _ = self.process.answer(crate::process::cancelling(order.id, rocketmall_core::command::CancelCause::Shop)).await;
        }
    }

    async fn start(&mut self) {
        if let Some(order) = self.chance.pick(&self.orders().await) {
            let channel = ["alipay", "wechat", "sandbox"][self.chance.below(3)];
            let _ = self.process.answer(self.process.starting(order.id, channel)).await;
        }
    }

    async fn attempt(&mut self) -> Option<Payment> {
        let orders = self.orders().await;
        let order = self.chance.pick(&orders)?;
        let attempts = self.process.database.payments_of(order.id).await.expect("payments can be read");
        self.chance.pick(&attempts).filter(|attempt| attempt.channel != "none").cloned()
    }

    /// Of any attempt, closed and paid ones too; once in a while of a wrong amount.
    async fn platform_speaks(&mut self) {
        let Some(attempt) = self.attempt().await else { return };
        let outcome = [Outcome::Succeeded, Outcome::Succeeded, Outcome::Failed, Outcome::Closed][self.chance.below(4)];
        let amount = if self.chance.below(8) == 0 { cents("0.02") } else { attempt.amount };
        let settle = SettlePayment {
            payment_id: attempt.id,
            channel: attempt.channel,
            order_id: None,
            amount,
            currency: CURRENCY.to_owned(),
            platform_no: None,
            outcome,
        };
        let _ = self.process.answer(Command::SettlePayment(settle)).await;
    }

    /// One message reaches one group: early, late, or once more.
    async fn one_group_hears(&mut self) {
        let messages = self.process.database.outgoing_page(&MessageFilter::default(), i64::MAX, 20).await.expect("messages can be read");
        let Some(outgoing) = self.chance.pick(&messages) else { return };
        let hearers: Vec<_> = subscribers(&outgoing.message.topic, &outgoing.message.tag).collect();
        let Some(subscription) = self.chance.pick(&hearers) else { return };
        self.process.must(Command::Consume(Consume::new(subscription, &outgoing.message))).await;
    }

    async fn timers(&mut self) {
        for (timer, _) in claim::timers(&self.process.database, self.process.clock.now(), 100).await.expect("timers can be claimed") {
            let command = match timer {
                Timer::OrderTimeout(order) => crate::process::cancelling(order, rocketmall_core::command::CancelCause::Timeout),
                Timer::PaymentCheck(payment_id) => {
                    let views = [
                        PlatformView::Pending,
                        PlatformView::Closed,
                        PlatformView::Failed,
                        PlatformView::NotFound,
                        PlatformView::Unreachable,
                        PlatformView::Succeeded { amount: cents("0.02"), currency: CURRENCY.to_owned(), platform_no: None },
                    ];
                    let view = views[self.chance.below(views.len())].clone();
                    Command::CheckPayment(CheckPayment { payment_id, view })
                }
                Timer::RefundSubmit(refund_id) => {
                    let outcomes =
                        [RefundOutcome::Succeeded, RefundOutcome::Processing, RefundOutcome::Unreachable("no answer".to_owned())];
                    let outcome = outcomes[self.chance.below(outcomes.len())].clone();
                    Command::FinishRefund(FinishRefund { refund_id, outcome })
                }
            };
            self.process.must(command).await;
        }
    }

    async fn holds(&self, when: &str) {
        let report = audited(&self.process, Limits::default()).await;
        let broken: Vec<_> = report.broken().collect();
        assert!(broken.is_empty(), "{when}: {broken:#?}");
    }

    /// Time passes until everything has come to its end.
    async fn settle(&mut self) {
        for _ in 0..200 {
            self.timers().await;
            self.process.deliver().await;
            match claim::next_timer(&self.process.database).await.expect("timers can be read") {
                Some(due) => self.process.clock.pass((due.millis() - self.process.clock.now().millis()).max(1)),
                None => return,
            }
        }
        panic!("the shop never comes to rest");
    }
}

async fn soak(seed: u64) {
    let mut soak = Soak::begin(seed).await;
    for number in 0..STEPS {
        soak.step(number).await;
        if number % AUDIT_EVERY == 0 {
            soak.holds(&format!("seed {seed}, step {number}")).await;
        }
    }
    soak.settle().await;
    let report = audited(&soak.process, Limits::default()).await;
    assert!(report.holds(), "seed {seed}, at rest: {:#?}", report.broken().collect::<Vec<_>>());
    let under_way: Vec<_> = report.under_way.iter().filter(|count| count.count > 0).collect();
    assert!(under_way.is_empty(), "seed {seed}, at rest: {under_way:?}");
}

#[tokio::test]
async fn a_random_shop_holds() {
    soak(0x9E37_79B9_7F4A_7C15).await;
}

#[tokio::test]
async fn another_random_shop_holds() {
    soak(0xD1B5_4A32_D192_ED03).await;
}
