//! Placing an order whose parts are in other processes' hands, as data.
//!
//! 1. The order's own process looks at goods, coupon and account, checks everything as if it had them, and commits a **pre-order**:
//!    unconfirmed, invisible, the saga's log. Its timer is the saga's lease.
//! 2. Each **participant** takes its own part, in a commit of its own, under the order's id: a repeat changes nothing and answers the
//!    same, and a reservation that comes after its release is refused.
//! 3. [`verdict`] says what their words come to: the pre-order is confirmed, or dropped with an `order_cancel` message, on which each
//!    participant gives back what it took.
//!
//! Whoever dies in between leaves a pre-order whose lease ends: it is dropped (docs/decisions/0018-saga.md).

use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::basket::{Basket, BasketLine, Shelf};
use crate::command::PlaceOrder;
use crate::coupon::Coupon;
use crate::goods::Goods;
use crate::id::{CouponId, GoodsId, OrderId, UserId};
use crate::money::Cents;
use crate::order::Order;
use crate::rejection::{Reason, Rejection};

/// What the participants have on offer, as they told it a moment ago.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The goods of the basket that exist.
    pub goods: Vec<Goods>,
    /// The coupon, if it exists.
    pub coupon: Option<Coupon>,
    /// The user's account, if there is one.
    pub account: Option<Account>,
}

impl Shelf for Offer {
    fn goods(&self, id: GoodsId) -> Option<&Goods> {
        self.goods.iter().find(|goods| goods.id == id)
    }

    fn account(&self, id: UserId) -> Option<&Account> {
        self.account.as_ref().filter(|account| account.id == id)
    }

    fn coupon(&self, id: CouponId) -> Option<&Coupon> {
        self.coupon.as_ref().filter(|coupon| coupon.id == id)
    }
}

/// Save an order whose parts are elsewhere.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PreOrder {
    /// The order as asked for.
    pub place: PlaceOrder,
    /// What there is to be had.
    pub offer: Offer,
}

/// Take the pieces of a pre-order off the stock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReserveStock {
    /// For this order.
    pub order_id: OrderId,
    /// The goods, each at the price that the order was reckoned with.
    pub lines: Vec<BasketLine>,
}

/// Use a coupon for a pre-order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedeemCoupon {
    /// For this order.
    pub order_id: OrderId,
    /// The user, who must own the coupon.
    pub user_id: UserId,
    /// The coupon.
    pub coupon_id: CouponId,
    /// What the order was reckoned with; unknown where the order is not ours, and then the coupon need only be free.
    pub reckoned: Option<Reckoned>,
}

/// What a coupon pays of an order, as the order was reckoned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reckoned {
    /// The order's goods amount.
    pub goods_amount: Cents,
    /// Goods and freight.
    pub order_amount: Cents,
    /// What the coupon pays.
    pub pays: Cents,
}

/// Pay from the balance for a pre-order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DebitBalance {
    /// For this order.
    pub order_id: OrderId,
    /// Whose balance.
    pub user_id: UserId,
    /// How much; 0 takes nothing.
    pub amount: Cents,
}

/// Give back what an order took of a balance, where no message does: the original's refund.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnBalance {
    /// Of this order.
    pub order_id: OrderId,
    /// Whose balance.
    pub user_id: UserId,
}

/// Give a pre-order up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DropOrder {
    /// Which.
    pub order_id: OrderId,
    /// Why, in words for the timeline.
    pub reason: String,
    /// Who has certainly taken nothing, and gives back whatever the message names, taken or not: Java's services do. The message names
    /// nothing of theirs.
    #[serde(default)]
    pub untouched: Vec<Participant>,
}

impl ReserveStock {
    /// What this pre-order takes.
    pub fn of(order: &Order) -> Self {
        let line =
            |line: &crate::order::OrderLine| BasketLine { goods_id: line.goods_id, number: line.number, seen_price: Some(line.price) };
        Self { order_id: order.id, lines: order.lines.iter().map(line).collect() }
    }

    /// The lines as a basket, whose rules hold here too.
    pub(crate) fn basket(&self) -> Basket {
        Basket {
            user_id: UserId::new(0),
            lines: self.lines.clone(),
            coupon_id: None,
            money_paid: Cents::ZERO,
            seen_freight: None,
            seen_total: None,
            seen_pay_amount: None,
        }
    }
}

impl RedeemCoupon {
    /// What this pre-order uses, if it uses a coupon.
    pub fn of(order: &Order) -> Option<Self> {
        let reckoned = Reckoned { goods_amount: order.goods_amount, order_amount: order.order_amount, pays: order.coupon_paid };
        order.coupon_id.map(|coupon_id| Self { order_id: order.id, user_id: order.user_id, coupon_id, reckoned: Some(reckoned) })
    }
}

impl DebitBalance {
    /// What this pre-order pays from the balance, if it does.
    pub fn of(order: &Order) -> Option<Self> {
        let debit = Self { order_id: order.id, user_id: order.user_id, amount: order.money_paid };
        Some(debit).filter(|debit| debit.amount > Cents::ZERO)
    }
}

/// Who takes a part of an order, in the order in which refusals count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Participant {
    /// The stock.
    Goods,
    /// The coupon.
    Coupon,
    /// The balance.
    User,
}

/// What a participant said to its part of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// Taken.
    Taken,
    /// Refused; nothing of it is taken.
    Refused(Rejection),
    /// No answer: it may have taken it, or take it yet.
    Silent(String),
}

/// What becomes of a pre-order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All is taken: confirm it.
    Confirm,
    /// Not all is taken, or that is not known: drop it, and tell the caller this.
    Drop(Rejection),
}

/// What the participants' words come to: the first refusal in order of precedence, else the first silence, else all is well.
pub fn verdict(mut words: Vec<(Participant, Word)>) -> Verdict {
    words.sort_by_key(|(who, _)| *who);
    let silent = words.iter().find_map(|(_, word)| match word {
        Word::Silent(why) => Some(Rejection::new(Reason::ServiceAway, why.clone())),
        Word::Taken | Word::Refused(_) => None,
    });
    let refused = words.into_iter().find_map(|(_, word)| match word {
        Word::Refused(rejection) => Some(rejection),
        Word::Taken | Word::Silent(_) => None,
    });
    refused.or(silent).map_or(Verdict::Confirm, Verdict::Drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(reason: Reason) -> Word {
        Word::Refused(Rejection::new(reason, "no"))
    }

    #[test]
    fn all_must_take_their_part() {
        let taken = || vec![(Participant::User, Word::Taken), (Participant::Goods, Word::Taken)];
        assert_eq!(verdict(taken()), Verdict::Confirm);
        assert_eq!(verdict(Vec::new()), Verdict::Confirm);
        let mut words = taken();
        words.push((Participant::Coupon, refused(Reason::CouponNotValid)));
        assert!(matches!(verdict(words), Verdict::Drop(why) if why.reason == Reason::CouponNotValid));
    }

    #[test]
    fn refusals_count_in_order_of_precedence_and_before_silence() {
        let words = vec![
            (Participant::User, refused(Reason::BalanceTooLow)),
            (Participant::Goods, refused(Reason::StockTooLow)),
            (Participant::Coupon, Word::Silent("the coupon service does not answer".to_owned())),
        ];
        assert!(matches!(verdict(words), Verdict::Drop(why) if why.reason == Reason::StockTooLow));
        let silent =
            vec![(Participant::Coupon, Word::Silent("the coupon service does not answer".to_owned())), (Participant::Goods, Word::Taken)];
        assert!(matches!(verdict(silent), Verdict::Drop(why) if why.reason == Reason::ServiceAway && why.detail.contains("coupon")));
    }
}
