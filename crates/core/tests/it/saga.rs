//! Orders whose parts are in other hands: every step may come twice, late, after its undoing, or never.
//!
//! The participants' rows are apart from each other and from the order's, so one shop stands for all their databases.

use proptest::prelude::*;
use rocketmall_core::basket::BasketLine;
use rocketmall_core::command::{Command, PlaceOrder, Receipt, Request};
use rocketmall_core::id::{CouponId, GoodsId, OrderId, UserId};
use rocketmall_core::invariant::{self, Settled};
use rocketmall_core::message::Body;
use rocketmall_core::order::{Order, OrderStatus, PayStatus};
use rocketmall_core::rejection::Reason;
use rocketmall_core::saga::{
    DebitBalance, DropOrder, Offer, Participant, PreOrder, RedeemCoupon, ReserveStock, ReturnBalance, Verdict, Word, verdict,
};
use rocketmall_core::shop::{IdempotencyKey, Timer};

use crate::history::config;
use crate::world::{World, basket, cents};

/// What the participants would answer to a look at this moment.
fn offer(world: &World, place: &PlaceOrder) -> Offer {
    let goods = place.basket.lines.iter().filter_map(|line| world.shop.goods.get(&line.goods_id).cloned()).collect();
    let coupon = place.basket.coupon_id.and_then(|id| world.shop.coupons.get(&id).cloned());
    Offer { goods, coupon, account: world.shop.accounts.get(&place.basket.user_id).cloned() }
}

/// 2 of goods 1 and 1 of goods 2 for user 8, with coupon 5 and 30.00 of the balance.
fn wish(world: &mut World) -> PlaceOrder {
    let mut basket = basket(8, &[(1, 2), (2, 1)]);
    basket.coupon_id = Some(CouponId::new(5));
    basket.money_paid = cents("30.00");
    PlaceOrder { order_id: OrderId::new(world.fresh_id()), basket, address: "1 High Street".to_owned(), consignee: String::new() }
}

fn pre_order(world: &World, place: PlaceOrder) -> Command {
    Command::PreOrder(PreOrder { offer: offer(world, &place), place })
}

fn placed(receipt: Receipt) -> Order {
    match receipt {
        Receipt::Placed(order) => *order,
        other => panic!("not an order: {other:?}"),
    }
}

/// The step of each participant.
fn parts(order: &Order) -> Vec<(Participant, Command)> {
    let coupon = RedeemCoupon::of(order).map(|redeem| (Participant::Coupon, Command::RedeemCoupon(redeem)));
    let balance = DebitBalance::of(order).map(|debit| (Participant::User, Command::DebitBalance(debit)));
    [Some((Participant::Goods, Command::ReserveStock(ReserveStock::of(order)))), coupon, balance].into_iter().flatten().collect()
}

fn begun(world: &mut World) -> Order {
    let place = wish(world);
    let command = pre_order(world, place);
    placed(world.must(command))
}

fn reason(world: &mut World, command: Command) -> Reason {
    world.decide(&command.into()).expect_err("a refusal").reason
}

fn stock_balance_coupon(world: &World) -> (i64, String, bool) {
    let coupon = world.shop.coupons.iter().any(|(_, coupon)| coupon.used.is_some());
    let stock = world.shop.goods.iter().map(|(_, goods)| goods.stock).sum();
    let balance = world.shop.accounts.iter().map(|(_, account)| account.balance.to_string()).collect();
    (stock, balance, coupon)
}

#[test]
fn an_order_in_steps_is_the_order_in_one() {
    let mut world = World::with_goods();
    let order = begun(&mut world);
    assert_eq!((order.status, order.confirmed_at, order.is_visible()), (OrderStatus::Unconfirmed, None, false));
    for (_, command) in parts(&order) {
        world.must(command);
    }
    world.pass(5);
    let confirmed = placed(world.must(Command::ConfirmOrder(order.id)));
    assert_eq!((confirmed.status, confirmed.pay_status, confirmed.is_visible()), (OrderStatus::Confirmed, PayStatus::Unpaid, true));
    assert_eq!(world.shop.timers.get(&Timer::PreOrder(order.id)).copied().flatten(), None);

    let mut other = World::with_goods();
    let place = PlaceOrder { order_id: order.id, ..wish(&mut other) };
    let at_once = placed(other.must(Command::PlaceOrder(place)));
    let same = |order: &Order| Order { confirmed_at: None, status: OrderStatus::Confirmed, ..order.clone() };
    assert_eq!(same(&confirmed), same(&at_once));
    assert_eq!(stock_balance_coupon(&world), stock_balance_coupon(&other));
    // confirming, and each step, once more
    let before = world.shop.clone();
    for command in parts(&order).into_iter().map(|(_, command)| command).chain([Command::ConfirmOrder(order.id)]) {
        world.must(command);
    }
    assert_eq!(stock_balance_coupon(&world), {
        world.shop = before;
        stock_balance_coupon(&world)
    });
}

#[test]
fn an_order_with_nothing_to_pay_is_paid_when_it_is_confirmed() {
    let mut world = World::with_goods();
    let mut place = wish(&mut world);
    place.basket.money_paid = cents("200.00");
    let command = pre_order(&world, place);
    let order = placed(world.must(command));
    assert_eq!(order.pay_status, PayStatus::Unpaid);
    for (_, command) in parts(&order) {
        world.must(command);
    }
    let confirmed = placed(world.must(Command::ConfirmOrder(order.id)));
    assert_eq!(confirmed.pay_status, PayStatus::Paid);
    world.settle();
}

#[test]
fn what_was_dropped_gives_everything_back_and_takes_nothing_later() {
    let mut world = World::with_goods();
    let untouched = stock_balance_coupon(&world);
    let order = begun(&mut world);
    let steps = parts(&order);
    world.must(steps[0].1.clone());
    world.must(steps[1].1.clone());
    world.must(Command::DropOrder(DropOrder { order_id: order.id, reason: "balance".to_owned(), untouched: Vec::new() }));
    world.settle();
    assert_eq!(stock_balance_coupon(&world), untouched);
    for (_, late) in steps {
        assert_eq!(reason(&mut world, late), Reason::Busy);
    }
    assert_eq!(reason(&mut world, Command::ConfirmOrder(order.id)), Reason::Busy);
    assert_eq!(stock_balance_coupon(&world), untouched);
    let dropped = world.shop.orders.get(&order.id).expect("the saga's log");
    assert!(!dropped.is_visible() && dropped.status == OrderStatus::Cancelled);
}

#[test]
fn a_crash_leaves_a_pre_order_whose_lease_ends() {
    let mut world = World::with_goods();
    let untouched = stock_balance_coupon(&world);
    let order = begun(&mut world);
    for (_, command) in parts(&order) {
        world.must(command);
    }
    let lease = world.terms.saga_lease;
    assert_eq!(world.shop.timers.get(&Timer::PreOrder(order.id)).copied().flatten(), Some(world.now.after(lease)));
    world.pass(lease);
    world.fire(Timer::PreOrder(order.id));
    world.settle();
    assert_eq!(stock_balance_coupon(&world), untouched);
}

#[test]
fn nobody_sees_or_touches_a_pre_order() {
    let mut world = World::with_goods();
    let order = begun(&mut world);
    let cancel = |cause| Command::CancelOrder(rocketmall_core::command::CancelOrder { order_id: order.id, cause, reason: None });
    let user = rocketmall_core::command::CancelCause::User(order.user_id);
    assert_eq!(reason(&mut world, cancel(user)), Reason::OrderUnknown);
}

#[test]
fn participants_refuse_for_the_reasons_of_one_process() {
    let refused = |spoil: &dyn Fn(&mut World), participant: Participant| {
        let mut world = World::with_goods();
        let order = begun(&mut world);
        spoil(&mut world);
        let (_, command) = parts(&order).into_iter().find(|(who, _)| *who == participant).expect("a step");
        reason(&mut world, command)
    };
    let rival = |world: &mut World| {
        let place = wish(world);
        world.must(Command::PlaceOrder(place));
    };
    let sold_out = |world: &mut World| {
        let basket = basket(9, &[(2, 3)]);
        let order_id = OrderId::new(world.fresh_id());
        world.must(Command::PlaceOrder(PlaceOrder { order_id, basket, address: "x".to_owned(), consignee: String::new() }));
    };
    let dearer = |world: &mut World| {
        let edit = rocketmall_core::command::EditGoods {
            goods_id: Some(rocketmall_core::id::GoodsId::new(1)),
            price: Some(cents("51.00")),
            ..Default::default()
        };
        world.must(Command::EditGoods(edit));
    };
    let poorer = |world: &mut World| {
        let correct = rocketmall_core::command::CorrectBalance {
            user_id: rocketmall_core::id::UserId::new(8),
            delta: cents("-480.00"),
            reason: "x".to_owned(),
        };
        world.must(Command::CorrectBalance(correct));
    };
    assert_eq!(refused(&sold_out, Participant::Goods), Reason::StockTooLow);
    assert_eq!(refused(&dearer, Participant::Goods), Reason::PriceWrong);
    assert_eq!(refused(&rival, Participant::Coupon), Reason::CouponNotValid);
    assert_eq!(refused(&poorer, Participant::User), Reason::BalanceTooLow);
}

#[test]
fn a_key_is_free_again_when_its_pre_order_came_to_nothing() {
    let mut world = World::with_goods();
    let key = || Some((IdempotencyKey { user: 8, call: "orders".to_owned(), key: "k".to_owned() }, "hash".to_owned()));
    let place = wish(&mut world);
    let request = |world: &World, place: PlaceOrder| Request { command: pre_order(world, place), idempotency: key(), trace: None };
    let first = placed(world.decide(&request(&world, place.clone())).expect("saved").receipt);
    let again = PlaceOrder { order_id: OrderId::new(world.fresh_id()), ..place };
    let answer = world.decide(&request(&world, again.clone()));
    assert_eq!(answer.expect_err("at work").reason, Reason::StillPlacing);
    world.must(Command::DropOrder(DropOrder { order_id: first.id, reason: "stock".to_owned(), untouched: Vec::new() }));
    let second = world.decide(&request(&world, again.clone())).expect("the key is free");
    assert!(!second.replayed);
    for (_, command) in parts(&placed(second.receipt)) {
        world.must(command);
    }
    world.must(Command::ConfirmOrder(again.order_id));
    let once_more = PlaceOrder { order_id: OrderId::new(world.fresh_id()), ..again.clone() };
    let third = world.decide(&request(&world, once_more)).expect("remembered");
    assert!(third.replayed);
    assert_eq!(placed(third.receipt).id, again.order_id);
}

#[test]
fn each_kind_of_goods_is_taken_once_and_another_number_is_refused() {
    let mut world = World::with_goods();
    let order = begun(&mut world);
    let line = |goods: i64, number: i64| BasketLine { goods_id: GoodsId::new(goods), number, seen_price: None };
    let reserve = |lines: Vec<BasketLine>| Command::ReserveStock(ReserveStock { order_id: order.id, lines });
    let stock = |world: &World| (world.stock(1), world.stock(2));
    world.must(reserve(vec![line(1, 2)]));
    world.must(reserve(vec![line(1, 2)]));
    assert_eq!(stock(&world), (8, 3));
    assert_eq!(reason(&mut world, reserve(vec![line(1, 3)])), Reason::BadParameter);
    world.must(reserve(vec![line(2, 1)]));
    world.must(reserve(vec![line(1, 2), line(2, 1)]));
    assert_eq!(stock(&world), (8, 2));
    assert_eq!(reason(&mut world, reserve(Vec::new())), Reason::BadParameter);
}

#[test]
fn a_coupon_is_redeemed_for_an_order_of_unknown_worth_while_it_is_free_and_the_users() {
    let mut world = World::with_goods();
    let order = begun(&mut world);
    let redeem = |order_id: OrderId, user: i64| {
        Command::RedeemCoupon(RedeemCoupon { order_id, user_id: UserId::new(user), coupon_id: CouponId::new(5), reckoned: None })
    };
    assert_eq!(reason(&mut world, redeem(order.id, 9)), Reason::CouponUnknown);
    world.must(redeem(order.id, 8));
    world.must(redeem(order.id, 8));
    assert_eq!(world.coupon_used_by(5), Some(order.id));
    assert_eq!(reason(&mut world, redeem(OrderId::new(7), 8)), Reason::CouponNotValid);
    let end = world.now;
    world.coupon_until(6, 8, "20.00", "30.00", Some(end));
    let late = RedeemCoupon { order_id: order.id, user_id: UserId::new(8), coupon_id: CouponId::new(6), reckoned: None };
    assert_eq!(reason(&mut world, Command::RedeemCoupon(late)), Reason::CouponNotValid);
}

#[test]
fn what_an_order_took_of_a_balance_comes_back_once() {
    let mut world = World::with_goods();
    let order = begun(&mut world);
    let debit = |amount: &str| Command::DebitBalance(DebitBalance { order_id: order.id, user_id: order.user_id, amount: cents(amount) });
    let back = |user: i64| Command::ReturnBalance(ReturnBalance { order_id: order.id, user_id: UserId::new(user) });
    assert_eq!(reason(&mut world, back(8)), Reason::OrderNotRefundable);
    world.must(debit("30.00"));
    assert_eq!(reason(&mut world, debit("31.00")), Reason::BadParameter);
    assert_eq!(reason(&mut world, back(9)), Reason::OrderNotRefundable);
    assert_eq!(reason(&mut world, back(7)), Reason::UserUnknown);
    world.must(back(8));
    assert_eq!(world.account(8).balance, cents("500.00"));
    assert_eq!(reason(&mut world, back(8)), Reason::AlreadyRefunded);
    // what was given back is not taken once more, and is not given back by a message either
    assert_eq!(reason(&mut world, debit("30.00")), Reason::AlreadyRefunded);
    world.must(Command::DropOrder(DropOrder { order_id: order.id, reason: "balance".to_owned(), untouched: Vec::new() }));
    world.settle();
    assert_eq!(world.account(8).balance, cents("500.00"));
    assert_eq!(reason(&mut world, back(8)), Reason::AlreadyRefunded);
}

#[test]
fn who_has_certainly_taken_nothing_is_not_named() {
    let told = |untouched: Vec<Participant>| {
        let mut world = World::with_goods();
        let order = begun(&mut world);
        world.must(Command::DropOrder(DropOrder { order_id: order.id, reason: "stock".to_owned(), untouched }));
        let message = world.shop.outbox.iter().next().cloned().expect("a message");
        match Body::read(&message.topic, &message.tag, &message.body) {
            Ok(Body::OrderCancelled(body)) => body,
            other => panic!("{other:?}"),
        }
    };
    let all = told(Vec::new());
    assert_eq!((all.goods_num, all.lines.len(), all.coupon_id.is_some(), all.user_money), (2, 2, true, Some(cents("30.00"))));
    let goods = told(vec![Participant::Goods]);
    assert_eq!((goods.goods_num, goods.lines.len(), goods.coupon_id, goods.user_money), (0, 0, all.coupon_id, all.user_money));
    let others = told(vec![Participant::Coupon, Participant::User]);
    assert_eq!((others.goods_num, others.lines.len(), others.coupon_id, others.user_money), (2, 2, None, Some(cents("0.00"))));
}

/// What may happen to a saga.
#[derive(Clone, Copy, Debug)]
enum Step {
    Begin,
    Take(usize, usize),
    End(usize),
    LeaseOver(usize),
    Deliver,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => Just(Step::Begin),
        6 => (0..6_usize, 0..3_usize).prop_map(|(order, part)| Step::Take(order, part)),
        2 => (0..6_usize).prop_map(Step::End),
        1 => (0..6_usize).prop_map(Step::LeaseOver),
        1 => Just(Step::Deliver),
    ];
    proptest::collection::vec(step, 1..60)
}

proptest! {
    #![proptest_config(config())]

    /// `World::decide` looks after every step, `settle` after the end; late steps then change nothing any more.
    #[test]
    fn any_order_of_steps_ends_whole_or_without_a_trace(steps in steps()) {
        let mut world = World::with_goods();
        let mut sagas: Vec<(Order, Vec<(Participant, Word)>)> = Vec::new();
        for step in steps {
            match step {
                Step::Begin if sagas.len() < 6 => {
                    let place = wish(&mut world);
                    let command = pre_order(&world, place);
                    if let Ok(answer) = world.decide(&command.into()) {
                        sagas.push((placed(answer.receipt), Vec::new()));
                    }
                }
                Step::Take(index, part) => {
                    let Some((order, words)) = sagas.get_mut(index) else { continue };
                    let Some((who, command)) = parts(order).into_iter().nth(part) else { continue };
                    let word = match world.decide(&command.into()) {
                        Ok(_) => Word::Taken,
                        Err(rejection) => Word::Refused(rejection),
                    };
                    words.retain(|(known, _)| *known != who);
                    words.push((who, word));
                }
                Step::End(index) => {
                    let Some((order, words)) = sagas.get(index) else { continue };
                    let said = parts(order).into_iter().map(|(who, _)| {
                        let word = words.iter().find(|(known, _)| *known == who).map(|(_, word)| word.clone());
                        (who, word.unwrap_or_else(|| Word::Silent("no answer".to_owned())))
                    });
                    let (order_id, verdict) = (order.id, verdict(said.collect()));
                    let end = match verdict {
                        Verdict::Confirm => Command::ConfirmOrder(order_id),
                        Verdict::Drop(why) => Command::DropOrder(DropOrder { order_id, reason: why.to_string(), untouched: Vec::new() }),
                    };
                    drop(world.decide(&end.into()));
                }
                Step::LeaseOver(index) => {
                    let Some((order, _)) = sagas.get(index) else { continue };
                    world.pass(1);
                    world.fire(Timer::PreOrder(order.id));
                }
                Step::Deliver => world.deliver_all(),
                Step::Begin => {}
            }
        }
        world.pass(world.terms.saga_lease);
        world.settle();
        let rest = stock_balance_coupon(&world);
        for (order, _) in &sagas {
            for (_, late) in parts(order) {
                drop(world.decide(&late.into()));
            }
        }
        prop_assert_eq!(rest, stock_balance_coupon(&world));
        prop_assert_eq!(invariant::check(&world.shop, Settled::Yes), Vec::<String>::new());
    }
}
