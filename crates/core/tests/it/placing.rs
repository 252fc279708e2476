//! Placing: what an order costs, and every refusal in order of precedence.

use rocketmall_core::basket::Basket;
use rocketmall_core::command::{Command, Receipt, Request};
use rocketmall_core::id::{CouponId, GoodsId, UserId};
use rocketmall_core::money::Cents;
use rocketmall_core::order::{OrderStatus, PayStatus, ShippingStatus};
use rocketmall_core::payment::{Fate, NO_CHANNEL, PaymentState};
use rocketmall_core::rejection::Reason;
use rocketmall_core::shop::{IdempotencyKey, Timer};

use crate::world::{World, basket, cents};

/// A request in the making: what it asks for, and where to.
struct Asked {
    basket: Basket,
    address: &'static str,
    hash: &'static str,
}

type Fault = (Reason, fn(&mut Asked));

/// Each breaks one rule. Where two are about the same field, the earlier one overwrites the later one.
const FAULTS: [Fault; 13] = [
    (Reason::KeyReused, |asked| asked.hash = "another body"),
    (Reason::BadParameter, |asked| asked.address = " "),
    (Reason::GoodsUnknown, |asked| asked.basket.lines[1].goods_id = GoodsId::new(404)),
    (Reason::UserUnknown, |asked| asked.basket.user_id = UserId::new(404)),
    (Reason::PriceWrong, |asked| asked.basket.lines[0].seen_price = Some(cents("49.99"))),
    (Reason::StockTooLow, |asked| asked.basket.lines[0].number = 11),
    (Reason::FreightWrong, |asked| asked.basket.seen_freight = Some(cents("10.00"))),
    (Reason::TotalWrong, |asked| asked.basket.seen_total = Some(cents("1.00"))),
    (Reason::BalanceNegative, |asked| asked.basket.money_paid = Cents::new(-1)),
    (Reason::BalanceTooLow, |asked| asked.basket.money_paid = cents("500.01")),
    (Reason::CouponUnknown, |asked| asked.basket.coupon_id = Some(CouponId::new(404))),
    (Reason::CouponNotValid, |asked| asked.basket.coupon_id = Some(CouponId::new(6))),
    (Reason::TotalWrong, |asked| asked.basket.seen_pay_amount = Some(cents("1.00"))),
];

/// Goods 1 and 2 for 170.00, no freight, half of it from the balance, coupon 5.
fn sound() -> Asked {
    let mut basket = basket(8, &[(1, 1), (2, 1)]);
    basket.lines[0].seen_price = Some(cents("50.00"));
    basket.lines[1].seen_price = Some(cents("120.00"));
    basket.coupon_id = Some(CouponId::new(5));
    basket.money_paid = cents("85.00");
    basket.seen_freight = Some(Cents::ZERO);
    basket.seen_total = Some(cents("170.00"));
    basket.seen_pay_amount = Some(cents("65.00"));
    Asked { basket, address: "新西兰", hash: "the body" }
}

/// A shop in which key "k" has been used for "the body", and a coupon 6 that counts from 1000.00 on.
fn shop() -> World {
    let mut world = World::with_goods();
    world.coupon(6, 8, "20.00", "1000.00");
    let mut first = sound();
    first.basket = basket(9, &[(1, 1)]);
    ask(&mut world, first, "k").expect("the first order is sound");
    world
}

fn ask(world: &mut World, asked: Asked, key: &str) -> Result<Receipt, Reason> {
    let Command::PlaceOrder(mut place) = world.placing(asked.basket) else { unreachable!("placing makes a PlaceOrder") };
    asked.address.clone_into(&mut place.address);
    let key = IdempotencyKey { user: 8, call: "place".to_owned(), key: key.to_owned() };
    let request = Request { command: Command::PlaceOrder(place), idempotency: Some((key, asked.hash.to_owned())), trace: None };
    world.decide(&request).map(|answer| answer.receipt).map_err(|rejection| rejection.reason)
}

#[test]
fn of_several_broken_rules_the_first_is_told() {
    let mut world = shop();
    for first in 0..FAULTS.len() {
        let mut asked = sound();
        for (_, break_rule) in FAULTS[first..].iter().rev() {
            break_rule(&mut asked);
        }
        let key = if first == 0 { "k" } else { "fresh" };
        assert_eq!(ask(&mut world, asked, key), Err(FAULTS[first].0), "with every rule broken from number {first} on");
    }
}

#[test]
fn each_broken_rule_alone_is_told() {
    let mut world = shop();
    for (reason, break_rule) in FAULTS {
        let mut asked = sound();
        break_rule(&mut asked);
        let key = if reason == Reason::KeyReused { "k" } else { "fresh" };
        assert_eq!(ask(&mut world, asked, key), Err(reason));
    }
    assert!(matches!(ask(&mut world, sound(), "fresh"), Ok(Receipt::Placed(_))), "a refused key may be used again");
}

#[test]
fn checks_are_made_in_the_order_of_the_reasons() {
    let mut told: Vec<Reason> = FAULTS.iter().map(|(reason, _)| *reason).collect();
    let last = told.pop();
    assert!(told.is_sorted(), "the table above follows Reason: {told:?}");
    assert_eq!(last, Some(Reason::TotalWrong), "but the amount to pay is known only after coupon and balance");
}

#[test]
fn bad_parameters() {
    let mut world = World::with_goods();
    let many: Vec<_> = (0..101).map(|goods| (goods, 1)).collect();
    for lines in [&[][..], &many, &[(1, 0)], &[(1, -1)], &[(1, 1_000_001)], &[(1, 1), (2, 1), (1, 1)]] {
        let rejection = world.place(basket(8, lines)).expect_err("a basket of no sense");
        assert_eq!(rejection.reason, Reason::BadParameter, "{lines:?}");
        assert!(rejection.field.is_some_and(|field| field.starts_with("lines")));
    }
    for (address, consignee, field) in [("", "", "address"), ("  ", "", "address"), ("新西兰", &"x".repeat(65), "consignee")] {
        let Command::PlaceOrder(mut place) = world.placing(basket(8, &[(1, 1)])) else { unreachable!("placing makes a PlaceOrder") };
        (place.address, place.consignee) = (address.to_owned(), consignee.to_owned());
        let rejection = world.run(Command::PlaceOrder(place)).expect_err("an address of no sense");
        assert_eq!((rejection.reason, rejection.field.as_deref()), (Reason::BadParameter, Some(field)));
    }
}

#[test]
fn totals_beyond_the_tables_are_refused() {
    let mut world = World::with_goods();
    world.goods(7, "99999999.99", 5);
    world.goods(8, "99999990.00", 5);
    for lines in [&[(7, 2)][..], &[(7, 1), (8, 1)]] {
        assert_eq!(world.place(basket(8, lines)).expect_err("too much money").reason, Reason::BadParameter);
    }
    assert_eq!(world.place(basket(8, &[(7, 1)])).expect("the largest amount").order_amount, Cents::MAX);
}

#[test]
fn an_order_as_placed() {
    let mut world = World::with_goods();
    let mut asked = basket(8, &[(1, 1), (2, 2)]);
    asked.coupon_id = Some(CouponId::new(5));
    asked.money_paid = cents("70.50");
    let order = world.place(asked).expect("a sound order");
    assert_eq!((order.status, order.pay_status), (OrderStatus::Confirmed, PayStatus::Unpaid));
    assert_eq!(order.shipping_status, ShippingStatus::NotShipped);
    let amounts = [order.goods_amount, order.shipping_fee, order.order_amount, order.coupon_paid, order.money_paid, order.pay_amount];
    assert_eq!(amounts, ["290", "0", "290", "20", "70.50", "199.50"].map(cents));
    assert_eq!(order.lines.iter().map(|line| line.amount).collect::<Vec<_>>(), [cents("50.00"), cents("240.00")]);
    assert_eq!((world.stock(1), world.stock(2)), (9, 1));
    assert_eq!(world.account(8).balance, cents("429.50"));
    assert_eq!(world.coupon_used_by(5), Some(order.id));
    assert_eq!(order.expires_at, Some(world.now.after(30 * 60_000)));
    assert_eq!(world.shop.timers.get(&Timer::OrderTimeout(order.id)), Some(&order.expires_at));
    assert_eq!(world.shop.outbox.iter().count(), 0, "nobody hears of an order that stands");
}

/// Goods first, then freight, never more than the order.
#[test]
fn a_coupon_pays_at_most_the_order() {
    for (price, coupon, pays, left) in [
        ("9.99", "5.00", "5.00", "14.99"),
        ("9.99", "15.00", "15.00", "4.99"),
        ("9.99", "19.99", "19.99", "0"),
        ("9.99", "50", "19.99", "0"),
    ] {
        let mut world = World::with_goods();
        world.goods(7, price, 1);
        world.coupon(7, 8, coupon, "0");
        let mut asked = basket(8, &[(7, 1)]);
        asked.coupon_id = Some(CouponId::new(7));
        let order = world.place(asked).expect("a sound order");
        assert_eq!((order.coupon_paid, order.pay_amount), (cents(pays), cents(left)), "coupon over {coupon}");
    }
}

#[test]
fn a_coupons_minimum_is_of_the_goods_alone() {
    let mut world = World::with_goods();
    world.goods(7, "29.99", 1);
    world.goods(8, "30.00", 1);
    let asked = |goods| {
        let mut asked = basket(8, &[(goods, 1)]);
        asked.coupon_id = Some(CouponId::new(5));
        asked
    };
    let rejection = world.place(asked(7)).expect_err("with freight it would be 39.99");
    assert_eq!((rejection.reason, rejection.field.as_deref()), (Reason::CouponNotValid, Some("coupon_id")));
    assert_eq!(world.place(asked(8)).expect("exactly the minimum").pay_amount, cents("20.00"));
}

#[test]
fn balance_beyond_what_is_left_is_refused() {
    let mut world = World::with_goods();
    let asked = |money| {
        let mut asked = basket(8, &[(1, 1)]);
        asked.coupon_id = Some(CouponId::new(5));
        asked.money_paid = cents(money);
        asked
    };
    let rejection = world.place(asked("40.01")).expect_err("60.00 less the coupon's 20.00 leaves 40.00");
    assert_eq!((rejection.reason, rejection.field.as_deref()), (Reason::BalanceTooLow, Some("money_paid")));
    let order = world.place(asked("40.00")).expect("exactly what is left");
    assert_eq!((order.pay_amount, order.pay_status), (Cents::ZERO, PayStatus::Paid));
}

#[test]
fn nothing_left_to_pay_is_paid_at_once() {
    let mut world = World::with_goods();
    let mut asked = basket(8, &[(2, 1)]);
    asked.money_paid = cents("120.00");
    let order = world.place(asked).expect("a sound order");
    assert_eq!((order.pay_status, order.paid_at), (PayStatus::Paid, Some(world.now)));
    let payment = world.payment(order.kept_payment.expect("a payment of 0.00"));
    assert_eq!((payment.channel.as_str(), payment.amount), (NO_CHANNEL, Cents::ZERO));
    assert_eq!((payment.state, payment.fate), (PaymentState::Succeeded, Fate::Kept));
    assert_eq!(world.shop.timers.get(&Timer::OrderTimeout(order.id)), None, "a paid order does not time out");
    let told: Vec<_> = world.shop.outbox.iter().map(|message| (message.tag.as_str(), message.key.clone())).collect();
    assert_eq!(told, [("paid", payment.id.to_string())], "all that follows runs as always");
    world.settle();
    assert_eq!((world.order(order.id).pay_status, world.account(8).score), (PayStatus::Paid, 0));
    assert_eq!(world.shop.payment_log.iter().count(), 1);
}

#[test]
fn a_coupon_counts_until_it_expires() {
    let mut world = World::with_goods();
    let end = world.now.after(1_000);
    world.coupon_until(7, 8, "1.00", "0", Some(end));
    let asked = || {
        let mut asked = basket(8, &[(1, 1)]);
        asked.coupon_id = Some(CouponId::new(7));
        asked
    };
    world.pass(999);
    let order = world.place(asked()).expect("one millisecond before the end");
    world.cancel(order.id).expect("an unpaid order");
    world.pass(1);
    world.settle();
    assert_eq!(world.coupon_used_by(7), None, "it comes back");
    assert_eq!(world.place(asked()).expect_err("but an expired one stays expired").reason, Reason::CouponNotValid);
}

#[test]
fn the_price_is_the_shops_at_the_moment_of_placing() {
    let mut world = World::with_goods();
    let mut seen = basket(8, &[(1, 1)]);
    seen.lines[0].seen_price = Some(cents("50.00"));
    let dearer = rocketmall_core::command::EditGoods {
        goods_id: Some(GoodsId::new(1)),
        price: Some(cents("50.01")),
        ..rocketmall_core::command::EditGoods::default()
    };
    world.must(Command::EditGoods(dearer));
    assert_eq!(world.place(seen).expect_err("what the customer saw is not the price").reason, Reason::PriceWrong);
    assert_eq!(world.place(basket(8, &[(1, 1)])).expect("no price seen").goods_amount, cents("50.01"));
}

#[test]
fn one_key_one_order_one_answer() {
    let mut world = World::with_goods();
    let key = IdempotencyKey { user: 8, call: "place".to_owned(), key: "k".to_owned() };
    let ask = |world: &mut World, pieces, hash: &str| {
        let command = world.placing(basket(8, &[(1, pieces)]));
        world.decide(&Request { command, idempotency: Some((key.clone(), hash.to_owned())), trace: None })
    };
    assert_eq!(ask(&mut world, 99, "99").expect_err("not so many").reason, Reason::StockTooLow);
    let first = ask(&mut world, 2, "2").expect("a refused key is free");
    let again = ask(&mut world, 2, "2").expect("the same request");
    assert!(again.replayed && !first.replayed);
    assert_eq!(first.receipt, again.receipt);
    assert_eq!(ask(&mut world, 3, "3").expect_err("another body").reason, Reason::KeyReused);
    assert_eq!(world.stock(1), 8, "one order, whatever came");
}
