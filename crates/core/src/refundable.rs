//! What of an order can still be refunded, and how much a part of it is worth (api.md, Rules). The parts add up to the cent.

use serde::{Deserialize, Serialize};

use crate::id::GoodsId;
use crate::money::Cents;
use crate::order::{Order, ShippingStatus};
use crate::refund::{Refund, RefundLine};
use crate::rejection::{Reason, Rejection};

/// What somebody wants back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wanted {
    /// All that is left.
    Whole,
    /// So many pieces of these goods.
    Lines(Vec<(GoodsId, i64)>),
    /// So much money, and no pieces.
    Amount(Cents),
}

/// A part of an order that goes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Portion {
    /// Its money.
    pub amount: Cents,
    /// Its pieces.
    pub lines: Vec<RefundLine>,
}

/// What is left of one line.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Left {
    goods_id: GoodsId,
    /// Pieces ordered.
    ordered: i64,
    /// Pieces that no refund holds.
    number: i64,
    /// What the customer paid for the line.
    share: Cents,
    /// What refunds by line hold of that.
    given: Cents,
}

/// What of an order no refund has given back or holds in reserve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refundable {
    money: Cents,
    lines: Vec<Left>,
    /// Freight goes back with the refund that completes an order that was never shipped.
    shipped: bool,
    nothing_paid: bool,
}

/// What an order has brought in all, through channel and balance.
pub fn paid(order: &Order) -> Cents {
    order.pay_amount.plus(order.money_paid).unwrap_or(Cents::MAX)
}

/// Has all the money that an order brought gone back? Never of an order that brought none.
pub fn all_money_back(order: &Order) -> bool {
    paid(order) > Cents::ZERO && order.refunded_amount >= paid(order)
}

/// Have `refunds`, all refunds of this order, brought every piece of it back to the stock, given up ones too?
pub fn all_goods_back<'r>(order: &Order, refunds: impl Iterator<Item = &'r Refund> + Clone) -> bool {
    let lines = refunds.filter(|refund| refund.goods_back_at.is_some()).flat_map(|refund| refund.lines.iter());
    let back =
        |goods: GoodsId| lines.clone().filter(|line| line.goods_id == goods).fold(0_i64, |sum, line| sum.saturating_add(line.number));
    order.lines.iter().all(|line| back(line.goods_id) >= line.number)
}

impl Refundable {
    /// What `refunds`, all refunds of this order, leave of it.
    pub fn of<'r>(order: &Order, refunds: impl Iterator<Item = &'r Refund>) -> Self {
        let paid = paid(order);
        let mut lines: Vec<Left> = order
            .lines
            .iter()
            .zip(shares(order))
            .map(|(line, share)| Left { goods_id: line.goods_id, ordered: line.number, number: line.number, share, given: Cents::ZERO })
            .collect();
        let mut money = paid;
        for refund in refunds.filter(|refund| refund.is_of_order() && refund.holds_pieces()) {
            if refund.holds() {
                money = money.minus(refund.amount).unwrap_or(Cents::ZERO);
            }
            for held in &refund.lines {
                if let Some(left) = lines.iter_mut().find(|left| left.goods_id == held.goods_id) {
                    left.number = left.number.saturating_sub(held.number);
                    left.given = left.given.plus(held.amount).unwrap_or(left.share);
                }
            }
        }
        let shipped = order.shipping_status != ShippingStatus::NotShipped;
        Self { money, lines, shipped, nothing_paid: paid == Cents::ZERO }
    }

    /// The money that can still be refunded.
    pub const fn money(&self) -> Cents {
        self.money
    }

    /// Is there nothing left? Pieces that brought no money, a coupon's, can go back without any, but not once they were shipped.
    pub fn is_empty(&self) -> bool {
        let money_alone = self.shipped && !self.nothing_paid;
        self.money == Cents::ZERO && (money_alone || self.no_piece_left())
    }

    /// Is every piece held by a refund?
    pub fn no_piece_left(&self) -> bool {
        self.lines.iter().all(|left| left.number <= 0)
    }

    /// What `wanted` comes to, or why it cannot be had. What is wrong with it by itself, [`crate::faults`] tell.
    pub fn portion(&self, wanted: &Wanted) -> Result<Portion, Rejection> {
        let everything = || self.lines.iter().filter(|left| left.number > 0).map(|left| (left.goods_id, left.number)).collect::<Vec<_>>();
        if self.is_empty() {
            return Err(Rejection::new(Reason::AlreadyRefunded, "all of this order has been refunded, or is being refunded"));
        }
        match wanted {
            Wanted::Whole if self.no_piece_left() && self.shipped => Err(Rejection::new(
                Reason::AlreadyRefunded,
                "all goods have been refunded, or are being refunded; ask for the rest by amount",
            )),
            Wanted::Whole if self.no_piece_left() => Ok(Portion { amount: self.money, lines: Vec::new() }),
            Wanted::Whole => self.by_lines(&everything()),
            Wanted::Lines(lines) => match self.by_lines(lines)? {
                portion if self.leaves_goods_without_money(&portion) => self.by_lines(&everything()),
                portion => Ok(portion),
            },
            Wanted::Amount(amount) if *amount > self.money => Err(Rejection::of_field(
                Reason::RefundTooLarge,
                "amount",
                format!("{} can still be refunded, {amount} were asked for", self.money),
            )),
            // All the money of an order that was never shipped is the whole order: its goods stay here.
            Wanted::Amount(amount) if *amount == self.money && !self.shipped && !self.no_piece_left() => self.by_lines(&everything()),
            Wanted::Amount(amount) => Ok(Portion { amount: *amount, lines: Vec::new() }),
        }
    }

    /// Would an order that was never shipped have goods left that nobody pays for? All its money is the whole order.
    fn leaves_goods_without_money(&self, portion: &Portion) -> bool {
        !self.shipped && !self.nothing_paid && portion.amount == self.money
    }

    fn by_lines(&self, wanted: &[(GoodsId, i64)]) -> Result<Portion, Rejection> {
        let mut budget = self.money;
        let mut lines = Vec::with_capacity(wanted.len());
        for (index, (goods_id, number)) in wanted.iter().enumerate() {
            let left = self.lines.iter().find(|left| left.goods_id == *goods_id).ok_or_else(|| {
                Rejection::of_field(Reason::BadParameter, format!("lines[{index}].goods_id"), format!("the order has no goods {goods_id}"))
            })?;
            if *number > left.number {
                let detail = format!("{} pieces of goods {goods_id} can still be refunded, {number} were asked for", left.number);
                return Err(Rejection::of_field(Reason::RefundTooLarge, format!("lines[{index}].number"), detail));
            }
            let amount = left.worth(*number).min(budget);
            budget = budget.minus(amount).unwrap_or(Cents::ZERO);
            lines.push(RefundLine { goods_id: *goods_id, number: *number, amount });
        }
        let completes = self.lines.iter().all(|left| {
            let taken = lines.iter().find(|line| line.goods_id == left.goods_id).map_or(0, |line| line.number);
            taken >= left.number
        });
        let of_lines = self.money.minus(budget).unwrap_or(Cents::ZERO);
        Ok(Portion { amount: if completes && !self.shipped { self.money } else { of_lines }, lines })
    }
}

impl Left {
    /// What so many pieces are worth; the last piece takes the line's rest.
    fn worth(&self, number: i64) -> Cents {
        if number == self.number {
            return self.share.minus(self.given).filter(|rest| !rest.is_negative()).unwrap_or(Cents::ZERO);
        }
        portion_of(self.share, number, self.ordered)
    }
}

/// What the customer paid for each line: the goods' part of the money in proportion to the lines' amounts, the cents that are
/// left over to the largest remainders. The coupon pays goods first, so it lowers these before it lowers the freight.
fn shares(order: &Order) -> Vec<Cents> {
    let goods = order.goods_amount;
    let paid = goods.minus(order.coupon_paid.min(goods)).unwrap_or(Cents::ZERO);
    let whole = i128::from(goods.get()).max(1);
    let exact: Vec<i128> = order.lines.iter().map(|line| i128::from(paid.get()).saturating_mul(i128::from(line.amount.get()))).collect();
    let mut shares: Vec<i128> = exact.iter().map(|exact| exact.div_euclid(whole)).collect();
    let over = shares.iter().fold(i128::from(paid.get()), |left, share| left.saturating_sub(*share));
    let mut by_remainder: Vec<usize> = (0..exact.len()).collect();
    by_remainder.sort_by_key(|index| std::cmp::Reverse(exact.get(*index).map_or(0, |exact| exact.rem_euclid(whole))));
    for index in by_remainder.into_iter().take(usize::try_from(over).unwrap_or(0)) {
        if let Some(share) = shares.get_mut(index) {
            *share = share.saturating_add(1);
        }
    }
    shares.into_iter().map(|share| Cents::new(i64::try_from(share).unwrap_or(0))).collect()
}

/// `number` of `of` equal parts, rounded down to the cent.
fn portion_of(amount: Cents, number: i64, of: i64) -> Cents {
    let exact = i128::from(amount.get()).saturating_mul(i128::from(number));
    Cents::new(i64::try_from(exact.div_euclid(i128::from(of).max(1))).unwrap_or(0))
}
