//! Five hundred random lives of orders, side by side in one shop: the audit finds nothing after each step, and at the end the parts
//! of every order add up to the cent.

use rocketmall_core::basket::Basket;
use rocketmall_core::id::OrderId;
use rocketmall_core::money::Cents;
use rocketmall_core::order::{OrderStatus, PayStatus};
use rocketmall_core::refundable::{Refundable, Wanted, paid};
use rocketmall_store::verify::Limits;

use crate::audit::audited;
use crate::database::TestDatabase;
use crate::process::{Clock, Process, basket, cents};
use crate::steps::{self, Chance};

const LIVES: usize = 500;
/// So many orders live at the same time; each takes a step, then the shop is audited.
const SIDE_BY_SIDE: usize = 25;
const STEPS: usize = 18;

#[tokio::test]
async fn five_hundred_lives() {
    let home = TestDatabase::create().await;
    let process = Process::start(&home, &Clock::new()).await;
    let mut chance = Chance(0x5DEE_CE66_D1CE_4E5B);
    let mut orders = Vec::new();
    for _ in 0..LIVES / SIDE_BY_SIDE {
        let born = bear(&process, &mut chance).await;
        for step in 0..STEPS {
            for order in process.database.orders(&born).await.expect("orders can be read") {
                steps::step(&process, &mut chance, &order).await;
            }
            match step % 3 {
                0 => process.deliver().await,
                1 => steps::timers(&process, &mut chance).await,
                _ => process.clock.pass(chance.number(250_000)),
            }
            holds(&process, step).await;
        }
        process.deliver().await;
        orders.extend(born);
    }
    steps::settle(&process, &mut chance).await;
    let paid_ones = refund_the_rest(&process, &orders).await;
    assert!(paid_ones > LIVES / 4, "{paid_ones} orders were paid: too few to mean much");
    let report = audited(&process, Limits::default()).await;
    assert!(report.holds(), "at rest: {:#?}", report.broken().collect::<Vec<_>>());
}

async fn holds(process: &Process, step: usize) {
    let report = audited(process, Limits::default()).await;
    // a refund that failed waits for a person: that it is named is right
    let broken: Vec<_> = report.broken().filter(|check| check.name != "refund_failed").collect();
    assert!(broken.is_empty(), "step {step}: {broken:#?}");
}

/// Orders of new users, with and without coupon and balance.
async fn bear(process: &Process, chance: &mut Chance) -> Vec<OrderId> {
    let goods = [process.goods("0.01", 500).await, process.goods("33.33", 500).await, process.goods("1234.56", 500).await];
    let mut born = Vec::new();
    for _ in 0..SIDE_BY_SIDE {
        let user = process.user("500.00").await;
        let coupon = process.coupon(user, ["9.99", "50.00"][chance.below(2)]).await;
        let mut lines: Vec<_> = goods.iter().filter(|_| chance.below(2) == 0).map(|goods| (*goods, 1)).collect();
        if lines.is_empty() {
            lines.push((goods[1], 1));
        }
        for line in &mut lines {
            line.1 += chance.number(3);
        }
        let coupon_id = (chance.below(3) == 0 && lines.iter().any(|line| line.0 != goods[0])).then_some(coupon);
        let money_paid = cents(["0.00", "0.01", "1.00", "5.00"][chance.below(4)]);
        // a small basket may be covered by its coupon: then no balance is taken
        let wish = Basket { coupon_id, money_paid, ..basket(user, &lines) };
        let order = match process.answer(process.placing(wish.clone())).await {
            Ok(receipt) => crate::process::placed(receipt),
            Err(_) => process.place(Basket { money_paid: Cents::ZERO, ..wish }).await,
        };
        born.push(order.id);
    }
    born
}

/// Whatever is left of every paid order goes back; how many those were.
async fn refund_the_rest(process: &Process, orders: &[OrderId]) -> usize {
    let mut chance = Chance(1);
    let mut count = 0;
    for order in process.database.orders(orders).await.expect("orders can be read") {
        if order.pay_status != PayStatus::Paid {
            continue;
        }
        count += 1;
        let refunds = process.database.refunds_of(order.id).await.expect("refunds can be read");
        let left = Refundable::of(&order, refunds.iter());
        if !left.is_empty() {
            let wanted = if left.money() > Cents::ZERO { Wanted::Amount(left.money()) } else { Wanted::Whole };
            process.refund(order.id, wanted, false).await;
        }
    }
    steps::settle(process, &mut chance).await;
    for order in process.database.orders(orders).await.expect("orders can be read") {
        if order.pay_status == PayStatus::Paid {
            assert_eq!((order.refunded_amount, order.status), (paid(&order), OrderStatus::Refunded), "order {}", order.id);
        }
    }
    count
}
