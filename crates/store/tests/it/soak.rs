//! Random shops: whatever real commands do, in whatever order messages and platforms answer, the audit finds nothing.

use std::sync::Arc;

use rocketmall_core::basket::{Basket, Terms};
use rocketmall_core::command::{Command, Consume};
use rocketmall_core::id::{CouponId, GoodsId, OrderId, UserId};
use rocketmall_core::message::subscribers;
use rocketmall_core::order::Order;
use rocketmall_store::messages::{Found, MessageFilter, Part, Place, Walk};
use rocketmall_store::verify::Limits;

use crate::audit::audited;
use crate::database::TestDatabase;
use crate::process::{Clock, Process, basket, cents, keyed};
use crate::steps::{self, Chance};

const STEPS: usize = 250;
const AUDIT_EVERY: usize = 10;

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
            0..=2 => self.place(number).await,
            3..=10 => self.something_else().await,
            11 | 12 => self.one_group_hears().await,
            13 => steps::timers(&self.process, &mut self.chance).await,
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

    async fn something_else(&mut self) {
        if let Some(order) = self.chance.pick(&self.orders().await) {
            steps::step(&self.process, &mut self.chance, order).await;
        }
    }

    /// One message reaches one group: early, late, or once more.
    async fn one_group_hears(&mut self) {
        let mut walk = Walk::new(&[Part::Outbox], MessageFilter::default(), Place::default());
        let messages = walk.next(&self.process.database, 20).await.expect("messages can be read");
        let Some((Found::Outgoing(outgoing), _)) = self.chance.pick(&messages) else { return };
        let hearers: Vec<_> = subscribers(&outgoing.message.topic, &outgoing.message.tag).collect();
        let Some(subscription) = self.chance.pick(&hearers) else { return };
        self.process.must(Command::Consume(Consume::new(subscription, &outgoing.message))).await;
    }

    async fn holds(&self, when: &str) {
        let report = audited(&self.process, Limits::default()).await;
        // a refund that failed waits for a person: that it is named is right
        let broken: Vec<_> = report.broken().filter(|check| check.name != "refund_failed").collect();
        assert!(broken.is_empty(), "{when}: {broken:#?}");
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
    steps::settle(&soak.process, &mut soak.chance).await;
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
