//! Whatever happens, in whatever order: the books are right after every step, and everything ends.

use proptest::prelude::*;
use rocketmall_core::rejection::Reason;

use crate::history::{config, events, shop};

proptest! {
    #![proptest_config(config())]

    /// `World::decide` looks after every step: a refusal changes nothing, every invariant holds.
    #[test]
    fn any_history_keeps_the_books_and_comes_to_rest(events in events(200)) {
        let mut world = shop();
        for event in &events {
            if let Some(request) = event.request(&mut world) {
                let answer = world.decide(&request);
                let reason = answer.err().map(|rejection| rejection.reason);
                prop_assert_ne!(reason, Some(Reason::Internal), "{:?}", request);
            }
        }
        world.settle();
    }

    /// Delivering everything again after the end changes nothing at all.
    #[test]
    fn what_is_done_stays_done(events in events(100)) {
        let mut world = shop();
        for event in &events {
            if let Some(request) = event.request(&mut world) {
                drop(world.decide(&request));
            }
        }
        world.settle();
        let rest = world.shop.clone();
        world.deliver_all();
        prop_assert_eq!(rest, world.shop);
    }
}
