//! What the shop itself enters: users, goods, coupons, corrections; and what it refuses to enter.

use rocketmall_core::account::{Account, MoneyCause};
use rocketmall_core::command::{Command, CorrectBalance, CorrectStock, EditGoods, RegisterUser, Request};
use rocketmall_core::coupon::Coupon;
use rocketmall_core::goods::{Goods, MAX_STOCK, StockCause};
use rocketmall_core::id::{CouponId, GoodsId, UserId};
use rocketmall_core::keys::Keys;
use rocketmall_core::money::Cents;
use rocketmall_core::rejection::Reason;

use crate::world::{World, cents};

fn register(world: &mut World, name: &str, mobile: &str) -> Command {
    let id = UserId::new(world.fresh_id());
    let (name, mobile) = (name.to_owned(), mobile.to_owned());
    let account = Account { id, name, mobile, balance: Cents::ZERO, score: 0, created_at: world.now };
    Command::RegisterUser(RegisterUser { account, password_hash: "$argon2id$".to_owned() })
}

fn goods(world: &mut World, name: &str, price: &str, stock: i64) -> Command {
    let id = GoodsId::new(world.fresh_id());
    let (name, desc) = (name.to_owned(), String::new());
    Command::CreateGoods(Goods { id, name, desc, price: cents(price), stock, created_at: world.now })
}

fn coupon(world: &mut World, user: i64, price: &str, min_spend: &str) -> Command {
    let (id, user_id) = (CouponId::new(world.fresh_id()), UserId::new(user));
    let (price, min_spend) = (cents(price), cents(min_spend));
    Command::CreateCoupon(Coupon { id, user_id, price, min_spend, expires_at: None, used: None, created_at: world.now })
}

fn stock(goods: i64, delta: i64, reason: &str) -> Command {
    Command::CorrectStock(CorrectStock { goods_id: GoodsId::new(goods), delta, reason: reason.to_owned() })
}

fn balance(user: i64, delta: &str, reason: &str) -> Command {
    Command::CorrectBalance(CorrectBalance { user_id: UserId::new(user), delta: cents(delta), reason: reason.to_owned() })
}

fn edit(goods: i64, price: &str) -> Command {
    Command::EditGoods(EditGoods { goods_id: Some(GoodsId::new(goods)), price: Some(cents(price)), ..EditGoods::default() })
}

#[test]
fn users() {
    let mut world = World::new();
    let first = register(&mut world, "张三", "13800000000");
    let keys = Keys::of([&Request::from(first.clone())]);
    assert!(keys.mobiles.contains("13800000000"), "the number must be looked up");
    world.must(first);
    assert_eq!(world.shop.mobiles.len(), 1);
    for (name, mobile, reason) in [
        ("李四", "13800000000", Reason::MobileTaken),
        (" ", "13800000001", Reason::BadParameter),
        ("李四", "1380", Reason::BadParameter),
        ("李四", "138000000011380000001", Reason::BadParameter),
        ("李四", "1380000000a", Reason::BadParameter),
        ("李四", "+", Reason::BadParameter),
        ("李四", "138+0000001", Reason::BadParameter),
    ] {
        let command = register(&mut world, name, mobile);
        assert_eq!(world.refused(command), reason, "{name} {mobile}");
    }
    let longest = register(&mut world, &"名".repeat(100), "+64210000001");
    world.must(longest);
    let longer = register(&mut world, &"名".repeat(101), "+64210000002");
    assert_eq!(world.refused(longer), Reason::BadParameter);
}

#[test]
fn goods_and_their_prices() {
    let mut world = World::new();
    for (name, price, stock) in [("", "1.00", 1), ("x", "0.00", 1), ("x", "-1.00", 1), ("x", "1.00", -1), ("x", "1.00", MAX_STOCK + 1)] {
        let command = goods(&mut world, name, price, stock);
        assert_eq!(world.refused(command), Reason::BadParameter, "{name:?} {price} {stock}");
    }
    world.goods(1, "99999999.99", MAX_STOCK);
    world.must(edit(1, "0.01"));
    assert_eq!(world.refused(edit(1, "0.00")), Reason::BadParameter);
    assert_eq!(world.refused(edit(404, "1.00")), Reason::GoodsUnknown);
    assert_eq!(world.refused(Command::EditGoods(EditGoods::default())), Reason::GoodsUnknown);
}

#[test]
fn coupons() {
    let mut world = World::with_goods();
    for (user, price, min_spend, reason) in [
        (8, "0.00", "0", Reason::BadParameter),
        (8, "-1.00", "0", Reason::BadParameter),
        (8, "1.00", "-0.01", Reason::BadParameter),
        (404, "1.00", "0", Reason::UserUnknown),
    ] {
        let command = coupon(&mut world, user, price, min_spend);
        assert_eq!(world.refused(command), reason, "{user} {price} {min_spend}");
    }
    let sound = coupon(&mut world, 8, "0.01", "99999999.99");
    world.must(sound);
}

#[test]
fn stock_corrections_are_logged() {
    let mut world = World::with_goods();
    world.must(stock(1, -10, "broken"));
    assert_eq!(world.refused(stock(1, -1, "broken")), Reason::StockTooLow);
    world.must(stock(1, MAX_STOCK, "found"));
    assert_eq!(world.refused(stock(1, 1, "found")), Reason::BadParameter);
    assert_eq!(world.refused(stock(1, i64::MAX, "found")), Reason::StockTooLow, "beyond every number");
    assert_eq!(world.refused(stock(1, 0, "nothing")), Reason::BadParameter);
    assert_eq!(world.refused(stock(404, 1, " ")), Reason::BadParameter, "a correction needs its reason");
    assert_eq!(world.refused(stock(404, 1, "found")), Reason::GoodsUnknown);
    let logged = world.shop.stock_log.iter().filter(|entry| entry.cause == StockCause::Correction);
    let logged: Vec<_> = logged.map(|entry| (entry.number, entry.reason.as_deref())).collect();
    assert_eq!(logged, [(-10, Some("broken")), (MAX_STOCK, Some("found"))]);
}

#[test]
fn balance_corrections_are_logged() {
    let mut world = World::with_goods();
    world.must(balance(8, "-500.00", "paid out"));
    assert_eq!(world.refused(balance(8, "-0.01", "paid out")), Reason::BalanceNegative);
    world.must(balance(8, "99999999.99", "paid in"));
    assert_eq!(world.refused(balance(8, "0.01", "paid in")), Reason::BadParameter);
    assert_eq!(world.refused(balance(8, "0.00", "nothing")), Reason::BadParameter);
    assert_eq!(world.refused(balance(404, "1.00", "")), Reason::BadParameter, "a correction needs its reason");
    assert_eq!(world.refused(balance(404, "1.00", "paid in")), Reason::UserUnknown);
    let logged = world.shop.money_log.iter().filter(|entry| entry.cause == MoneyCause::Correction);
    let logged: Vec<_> = logged.map(|entry| (entry.amount, entry.reason.as_deref())).collect();
    assert_eq!(logged, [(cents("-500.00"), Some("paid out")), (Cents::MAX, Some("paid in"))]);
}
