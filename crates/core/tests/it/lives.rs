//! Ten thousand random lives of one order, from the basket to the last cent that can go back.

use proptest::prelude::*;
use rocketmall_core::command::RefundStep;
use rocketmall_core::money::Cents;
use rocketmall_core::order::{OrderStatus, PayStatus};
use rocketmall_core::refund::RefundState;
use rocketmall_core::refundable::{Refundable, Wanted, paid};
use rocketmall_core::rejection::Reason;

use crate::history::{Event, life, shop};
use crate::world::World;

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, max_shrink_iters: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// `World::decide` looks after every step. At the end everything that is left is refunded: the parts are the whole, to the cent.
    #[test]
    fn the_parts_of_every_life_add_up(events in life()) {
        let mut world = shop();
        for event in &events {
            if let Event::Through = event {
                world.deliver_undone();
            } else if let Some(request) = event.request(&mut world) {
                let reason = world.decide(&request).err().map(|rejection| rejection.reason);
                prop_assert_ne!(reason, Some(Reason::Internal), "{:?}", request);
            }
        }
        world.settle();
        refund_the_rest(&mut world);
        for (id, order) in world.shop.orders.iter().filter(|(_, order)| order.pay_status == PayStatus::Paid) {
            prop_assert_eq!(order.refunded_amount, paid(order), "order {}", id);
            prop_assert_eq!(order.status, OrderStatus::Refunded, "order {}", id);
        }
        prop_assert!(world.shop.accounts.iter().all(|(_, account)| account.score == 0), "points stay only for money that stays");
    }
}

fn refund_the_rest(world: &mut World) {
    let paid_orders: Vec<_> =
        world.shop.orders.iter().filter(|(_, order)| order.pay_status == PayStatus::Paid).map(|(id, _)| *id).collect();
    for id in paid_orders {
        let left = Refundable::of(&world.order(id), world.shop.refunds_of(id));
        if left.is_empty() {
            continue;
        }
        let wanted = if left.money() > Cents::ZERO { Wanted::Amount(left.money()) } else { Wanted::Whole };
        let refund = world.ask(id, wanted).expect("there is something left");
        if world.handle(refund.id, RefundStep::Approve).expect("a requested refund").state != RefundState::Succeeded {
            world.finish(refund.id, rocketmall_core::command::RefundOutcome::Succeeded);
        }
        world.settle();
    }
}
