//! The bench's own users, goods and coupons.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rocketmall_core::account::Account;
use rocketmall_core::command::{Command, RegisterUser, Request};
use rocketmall_core::coupon::Coupon;
use rocketmall_core::goods::{Goods, MAX_STOCK};
use rocketmall_core::id::{CouponId, GoodsId, Timestamp, UserId};
use rocketmall_core::money::Cents;
use rocketmall_core::rejection::Rejection;

use super::scenario::{NewOrder, Scenario};
use crate::cli::progress;
use crate::runtime::Runtime;

/// What each user has at first: the most that the table holds.
const BALANCE: Cents = Cents::new(9_999_999_999);
/// What each kind of goods costs: an order goes free of freight, and something is left to pay.
pub const PRICE: Cents = Cents::new(12_000);
/// What each coupon pays.
pub const COUPON: Cents = Cents::new(100);
/// How much of the balance each order uses.
pub const MONEY: Cents = Cents::new(100);
/// Rows handed to the engine at once; it makes batches of them.
const PORTION: usize = 1_000;

/// How many rows there are at first.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Users.
    pub users: usize,
    /// Kinds of goods.
    pub goods: usize,
}

/// The rows that orders are made of.
#[derive(Debug)]
pub struct Data {
    users: Vec<UserId>,
    goods: Vec<GoodsId>,
    sold_out: GoodsId,
    /// Unused, in an order that has nothing to do with their ids. `None`: orders have no coupons.
    coupons: Option<Mutex<Vec<(CouponId, UserId)>>>,
}

impl Data {
    /// Loads users and goods through the engine, like everybody else.
    pub async fn load(runtime: &Runtime, size: Size) -> Result<Self, Rejection> {
        let now = (runtime.clock)();
        let users: Vec<UserId> = (0..size.users).map(|_| UserId::new(runtime.ids.next())).collect();
        let goods: Vec<GoodsId> = (0..size.goods).map(|_| GoodsId::new(runtime.ids.next())).collect();
        let sold_out = GoodsId::new(runtime.ids.next());
        store(runtime, "users", users.iter().map(|id| user(*id, now))).await?;
        store(runtime, "goods", goods.iter().map(|id| goods_of(*id, MAX_STOCK, now))).await?;
        store(runtime, "goods", [goods_of(sold_out, 0, now)].into_iter()).await?;
        Ok(Self { users, goods, sold_out, coupons: Some(Mutex::default()) })
    }

    /// What is there already, without coupons.
    pub fn without_coupons(users: Vec<UserId>, goods: Vec<GoodsId>, sold_out: GoodsId) -> Self {
        Self { users, goods, sold_out, coupons: None }
    }

    /// Sees to it that so many unused coupons are there.
    pub async fn stock_coupons(&self, runtime: &Runtime, wanted: usize) -> Result<(), Rejection> {
        let there = self.coupons().map_or(usize::MAX, |coupons| coupons.len());
        if there >= wanted {
            return Ok(());
        }
        let now = (runtime.clock)();
        let mut rng = fastrand::Rng::with_seed(now.millis().unsigned_abs());
        let mut made: Vec<(CouponId, UserId)> =
            (there..wanted).map(|_| (CouponId::new(runtime.ids.next()), self.any_user(&mut rng))).collect();
        let coupon = |(id, user_id): &(CouponId, UserId)| {
            let coupon =
                Coupon { id: *id, user_id: *user_id, price: COUPON, min_spend: Cents::ZERO, expires_at: None, used: None, created_at: now };
            Command::CreateCoupon(coupon)
        };
        store(runtime, "coupons", made.iter().map(coupon)).await?;
        rng.shuffle(&mut made);
        if let Some(mut coupons) = self.coupons() {
            coupons.append(&mut made);
        }
        Ok(())
    }

    /// The next order of a scenario; `None` when the coupons have run out.
    pub fn order(&self, scenario: Scenario, rng: &mut fastrand::Rng) -> Option<NewOrder> {
        let key = format!("bench-{:016x}", rng.u64(..));
        if scenario == Scenario::Refusals && rng.bool() {
            return Some(self.bad_order(key, rng));
        }
        let (coupon, user) = match self.coupons() {
            Some(mut coupons) => coupons.pop().map(|(coupon, user)| (Some(coupon), user))?,
            None => (None, self.any_user(rng)),
        };
        let goods = match scenario {
            Scenario::Hot => vec![self.hot()],
            _ => self.any_goods(scenario.lines(), rng),
        };
        Some(NewOrder { user, goods, coupon, money: MONEY, key, refused: false })
    }

    /// An order of one line with a part paid from the balance, without a coupon and without a key.
    pub fn plain_order(&self, rng: &mut fastrand::Rng) -> NewOrder {
        let (user, goods) = (self.any_user(rng), self.any_goods(1, rng));
        NewOrder { user, goods, coupon: None, money: MONEY, key: String::new(), refused: false }
    }

    /// An order that the shop must refuse.
    fn bad_order(&self, key: String, rng: &mut fastrand::Rng) -> NewOrder {
        let user = self.any_user(rng);
        let good = NewOrder { user, goods: self.any_goods(1, rng), coupon: None, money: MONEY, key, refused: true };
        match rng.u8(0..4) {
            0 => NewOrder { goods: vec![self.sold_out], ..good },
            1 => NewOrder { goods: vec![GoodsId::new(1)], ..good },
            2 => NewOrder { coupon: Some(CouponId::new(1)), ..good },
            // more than the order costs
            _ => NewOrder { money: Cents::new(PRICE.get() * 2), ..good },
        }
    }

    /// Any of the users.
    pub fn any_user(&self, rng: &mut fastrand::Rng) -> UserId {
        self.users[rng.usize(..self.users.len())]
    }

    /// The goods that everybody wants.
    fn hot(&self) -> GoodsId {
        self.goods[0]
    }

    fn any_goods(&self, count: usize, rng: &mut fastrand::Rng) -> Vec<GoodsId> {
        let first = rng.usize(..self.goods.len());
        // a prime step: different goods, far from each other
        (0..count.min(self.goods.len())).map(|index| self.goods[(first + index * 7919) % self.goods.len()]).collect()
    }

    fn coupons(&self) -> Option<MutexGuard<'_, Vec<(CouponId, UserId)>>> {
        self.coupons.as_ref().map(|coupons| coupons.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn store(runtime: &Runtime, what: &'static str, commands: impl ExactSizeIterator<Item = Command>) -> Result<(), Rejection> {
    let bar = progress::bar(what, commands.len());
    let mut commands = commands.peekable();
    while commands.peek().is_some() {
        let portion: Vec<Request> = commands.by_ref().take(PORTION).map(Request::from).collect();
        let stored = portion.len();
        for answer in runtime.engine.submit_all(portion).await {
            answer?;
        }
        bar.inc(u64::try_from(stored).unwrap_or_default());
    }
    bar.finish_and_clear();
    Ok(())
}

fn user(id: UserId, now: Timestamp) -> Command {
    let account = Account { id, name: "bench".to_owned(), mobile: id.to_string(), balance: BALANCE, score: 0, created_at: now };
    // no hash of any password: nobody can log in
    Command::RegisterUser(RegisterUser { account, password_hash: "!".to_owned() })
}

fn goods_of(id: GoodsId, stock: i64, now: Timestamp) -> Command {
    Command::CreateGoods(Goods { id, name: format!("Bench goods {id}"), desc: String::new(), price: PRICE, stock, created_at: now })
}
