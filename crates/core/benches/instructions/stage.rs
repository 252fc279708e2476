//! The shop that the batches find, and the functions whose instructions are counted.

use rocketmall_core::account::Account;
use rocketmall_core::basket::Terms;
use rocketmall_core::command::Request;
use rocketmall_core::coupon::Coupon;
use rocketmall_core::decide::{Answer, Context, decide};
use rocketmall_core::goods::Goods;
use rocketmall_core::id::{CouponId, GoodsId, Timestamp, UserId};
use rocketmall_core::keys::Keys;
use rocketmall_core::money::Cents;
use rocketmall_core::rejection::Rejection;
use rocketmall_core::shop::Shop;

/// As many commands as the engine puts into one batch; so many users there are, with one coupon each.
pub(crate) const BATCH: i64 = 256;
/// Kinds of goods.
pub(crate) const KINDS: i64 = 64;
/// Pieces of each of them.
pub(crate) const STOCK: i64 = 10_000;
/// On each account.
pub(crate) const BALANCE: Cents = Cents::new(50_000);
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

pub(crate) type Answers = Vec<Result<Answer, Rejection>>;

pub(crate) struct Stage {
    pub(crate) shop: Shop,
    last_id: i64,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let mut shop = Shop::default();
        for id in 1..=KINDS {
            let (name, desc) = (format!("goods number {id}"), String::new());
            let (id, price) = (GoodsId::new(id), Cents::new(5_000 + id * 100));
            shop.goods.load(id, Goods { id, name, desc, price, stock: STOCK, created_at: NOW });
        }
        for id in 1..=BATCH {
            let (name, mobile) = (format!("user number {id}"), format!("1380000{id:04}"));
            let user_id = UserId::new(id);
            shop.accounts.load(user_id, Account { id: user_id, name, mobile, balance: BALANCE, score: 0, created_at: NOW });
            let (id, price, min_spend) = (CouponId::new(id), Cents::new(2_000), Cents::new(3_000));
            shop.coupons.load(id, Coupon { id, user_id, price, min_spend, expires_at: None, used: None, created_at: NOW });
        }
        Self { shop, last_id: 0 }
    }

    /// Decides without being counted: what has happened before.
    pub(crate) fn prepare(&mut self, requests: &[Request]) -> Answers {
        self.batch(requests, decide_each)
    }

    /// Decides and is counted.
    pub(crate) fn measure(&mut self, requests: &[Request]) -> Answers {
        self.batch(requests, measured_decisions)
    }

    /// As the store does it, the batch's marks are gone afterwards.
    fn batch(&mut self, requests: &[Request], decisions: fn(&mut Shop, &[Request], &mut Context<'_>) -> Answers) -> Answers {
        let terms = Terms::default();
        let mut next_id = || {
            self.last_id += 1;
            self.last_id
        };
        let answers = decisions(&mut self.shop, requests, &mut Context::new(NOW, &terms, &mut next_id));
        self.shop.mark_saved();
        self.shop.timers.clear();
        self.shop.timer_traces.clear();
        answers
    }
}

/// No closure in here: it would have this function's name in its own, and callgrind would stop counting where it begins.
#[inline(never)]
fn measured_decisions(shop: &mut Shop, requests: &[Request], context: &mut Context<'_>) -> Answers {
    decide_each(shop, requests, context)
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "no call between the function that is counted and what it counts")]
fn decide_each(shop: &mut Shop, requests: &[Request], context: &mut Context<'_>) -> Answers {
    let mut answers = Vec::with_capacity(requests.len());
    for request in requests {
        answers.push(decide(shop, request, context));
    }
    answers
}

/// The rows that a batch needs.
#[inline(never)]
pub(crate) fn measured_keys(requests: &[Request]) -> Keys {
    Keys::of(requests)
}
