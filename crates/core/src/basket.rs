//! What a basket costs: the rules of prices, freight, coupon and balance. Stores nothing.

use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::coupon::Coupon;
use crate::goods::Goods;
use crate::id::{CouponId, GoodsId, Timestamp, UserId};
use crate::money::Cents;
use crate::order::OrderLine;
use crate::rejection::{Reason, Rejection};

/// The shop's terms; all configurable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Freight of an order at or below [`Terms::free_over`].
    pub freight: Cents,
    /// Goods amounts above this go free of freight.
    pub free_over: Cents,
    /// An unpaid order is cancelled after so many milliseconds.
    pub unpaid_timeout: i64,
    /// An open attempt is asked for at its platform after so many milliseconds.
    pub payment_query_after: i64,
    /// A shipped order counts as received after so many milliseconds.
    pub receive_after: i64,
    /// A refund that its platform has not finished after so many milliseconds waits for a person.
    pub refund_patience: i64,
    /// A pre-order that is not confirmed after so many milliseconds is dropped.
    pub saga_lease: i64,
    /// A message is tried so often before it is dead (contract: 3).
    pub message_tries: i64,
    /// The pause before the second try, in milliseconds; it doubles each time.
    pub message_backoff: i64,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            freight: Cents::new(1_000),
            free_over: Cents::new(10_000),
            unpaid_timeout: 30 * 60_000,
            payment_query_after: 10_000,
            receive_after: 10 * 86_400_000,
            refund_patience: 7 * 86_400_000,
            saga_lease: 30_000,
            message_tries: 3,
            message_backoff: 1_000,
        }
    }
}

/// Lines in one order at most: a limit on every list.
pub const MAX_LINES: usize = 100;
/// Pieces in one line at most.
pub const MAX_NUMBER: i64 = 1_000_000;

/// One line as asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BasketLine {
    /// The goods.
    pub goods_id: GoodsId,
    /// Pieces.
    pub number: i64,
    /// The price the customer saw; a difference is refused.
    pub seen_price: Option<Cents>,
}

/// A basket as asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basket {
    /// Whose it is.
    pub user_id: UserId,
    /// What is in it; each kind of goods at most once.
    pub lines: Vec<BasketLine>,
    /// The coupon to use.
    pub coupon_id: Option<CouponId>,
    /// How much of the balance to use.
    pub money_paid: Cents,
    /// The freight the customer saw; a difference is refused.
    pub seen_freight: Option<Cents>,
    /// The total the customer saw; a difference is refused.
    pub seen_total: Option<Cents>,
    /// The amount to pay the customer saw; a difference is refused.
    pub seen_pay_amount: Option<Cents>,
}

/// What a basket costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The lines with names and prices.
    pub lines: Vec<OrderLine>,
    /// Sum of the lines.
    pub goods_amount: Cents,
    /// Freight.
    pub shipping_fee: Cents,
    /// Goods and freight.
    pub order_amount: Cents,
    /// What the coupon pays.
    pub coupon_paid: Cents,
    /// What the balance pays.
    pub money_paid: Cents,
    /// What is left to pay.
    pub pay_amount: Cents,
}

/// Where the rules look things up: a batch's rows, or a read for a quote.
pub trait Shelf {
    /// The goods with this id.
    fn goods(&self, id: GoodsId) -> Option<&Goods>;
    /// The account of this user.
    fn account(&self, id: UserId) -> Option<&Account>;
    /// The coupon with this id.
    fn coupon(&self, id: CouponId) -> Option<&Coupon>;
}

impl Basket {
    /// Checks what needs no look into the shop; names the first field that breaks a rule.
    pub fn check(&self) -> Result<(), Rejection> {
        crate::faults::none(self.line_faults())
    }

    /// Every line that breaks a rule by itself or beside the others.
    pub(crate) fn line_faults(&self) -> Vec<Rejection> {
        let bad = |field: String, detail: String| Rejection::of_field(Reason::BadParameter, field, detail);
        if self.lines.is_empty() || self.lines.len() > MAX_LINES {
            return vec![bad("lines".to_owned(), format!("an order has 1 to {MAX_LINES} lines, not {}", self.lines.len()))];
        }
        let mut faults = Vec::new();
        for (index, line) in self.lines.iter().enumerate() {
            if !(1..=MAX_NUMBER).contains(&line.number) {
                faults.push(bad(format!("lines[{index}].number"), format!("a number from 1 to {MAX_NUMBER}, not {}", line.number)));
            }
            if self.lines.iter().take(index).any(|earlier| earlier.goods_id == line.goods_id) {
                faults.push(bad(
                    format!("lines[{index}].goods_id"),
                    format!("goods {} stand in the basket twice; add the numbers up", line.goods_id),
                ));
            }
        }
        faults
    }

    /// What the basket costs now, or the first refusal in order of precedence.
    pub fn quote(&self, rows: &impl Shelf, terms: &Terms, now: Timestamp) -> Result<Quote, Rejection> {
        self.check()?;
        let goods = self.goods(rows)?;
        let account =
            rows.account(self.user_id).ok_or_else(|| Rejection::new(Reason::UserUnknown, format!("there is no user {}", self.user_id)))?;
        self.check_prices(&goods)?;
        self.check_stock(&goods)?;
        let lines = self.price_lines(&goods)?;
        let goods_amount = lines.iter().try_fold(Cents::ZERO, |sum, line| sum.plus(line.amount)).ok_or_else(too_large)?;
        let shipping_fee = if goods_amount > terms.free_over { Cents::ZERO } else { terms.freight };
        seen(self.seen_freight, shipping_fee, Reason::FreightWrong, "shipping_fee", "freight")?;
        let order_amount = goods_amount.plus(shipping_fee).ok_or_else(too_large)?;
        seen(self.seen_total, order_amount, Reason::TotalWrong, "order_amount", "total")?;
        account.check_pays(self.money_paid)?;
        let coupon_paid = self.coupon_pays(rows, goods_amount, order_amount, now)?;
        let left = order_amount.minus(coupon_paid).unwrap_or(Cents::ZERO);
        let pay_amount = left.minus(self.money_paid).filter(|rest| !rest.is_negative()).ok_or_else(|| {
            Rejection::of_field(Reason::BalanceTooLow, "money_paid", format!("{} is more than the {left} left to pay", self.money_paid))
        })?;
        seen(self.seen_pay_amount, pay_amount, Reason::TotalWrong, "pay_amount", "amount to pay")?;
        Ok(Quote { lines, goods_amount, shipping_fee, order_amount, coupon_paid, money_paid: self.money_paid, pay_amount })
    }

    /// Are the goods there, at the prices seen, and enough of them?
    pub(crate) fn check_goods(&self, rows: &impl Shelf) -> Result<(), Rejection> {
        self.check()?;
        let goods = self.goods(rows)?;
        self.check_prices(&goods)?;
        self.check_stock(&goods)
    }

    fn goods<'s>(&self, rows: &'s impl Shelf) -> Result<Vec<&'s Goods>, Rejection> {
        let find = |(index, line): (usize, &BasketLine)| {
            rows.goods(line.goods_id).ok_or_else(|| {
                let field = format!("lines[{index}].goods_id");
                Rejection::of_field(Reason::GoodsUnknown, field, format!("there are no goods {}", line.goods_id))
            })
        };
        self.lines.iter().enumerate().map(find).collect()
    }

    fn check_prices(&self, goods: &[&Goods]) -> Result<(), Rejection> {
        for (index, (line, goods)) in self.lines.iter().zip(goods).enumerate() {
            if line.seen_price.is_some_and(|price| price != goods.price) {
                let detail = format!("goods {} cost {} now", goods.id, goods.price);
                return Err(Rejection::of_field(Reason::PriceWrong, format!("lines[{index}].price"), detail));
            }
        }
        Ok(())
    }

    fn check_stock(&self, goods: &[&Goods]) -> Result<(), Rejection> {
        for (index, (line, goods)) in self.lines.iter().zip(goods).enumerate() {
            if goods.stock < line.number {
                let detail = format!("goods {} have {} in stock, {} were asked for", goods.id, goods.stock, line.number);
                return Err(Rejection::of_field(Reason::StockTooLow, format!("lines[{index}].number"), detail));
            }
        }
        Ok(())
    }

    fn price_lines(&self, goods: &[&Goods]) -> Result<Vec<OrderLine>, Rejection> {
        let price = |(line, goods): (&BasketLine, &&Goods)| {
            let amount = goods.price.times(line.number).ok_or_else(too_large)?;
            Ok(OrderLine { goods_id: goods.id, name: goods.name.clone(), number: line.number, price: goods.price, amount })
        };
        self.lines.iter().zip(goods).map(price).collect()
    }

    fn coupon_pays(&self, rows: &impl Shelf, goods_amount: Cents, order_amount: Cents, now: Timestamp) -> Result<Cents, Rejection> {
        let Some(id) = self.coupon_id else { return Ok(Cents::ZERO) };
        let coupon = rows.coupon(id).ok_or_else(|| Coupon::unknown(id))?;
        coupon.pays(self.user_id, goods_amount, order_amount, now)
    }
}

fn seen(seen: Option<Cents>, ours: Cents, reason: Reason, field: &str, what: &str) -> Result<(), Rejection> {
    match seen {
        Some(theirs) if theirs != ours => Err(Rejection::of_field(reason, field, format!("the {what} is {ours}, not {theirs}"))),
        _ => Ok(()),
    }
}

fn too_large() -> Rejection {
    Rejection::of_field(Reason::BadParameter, "lines", format!("the total is beyond the largest amount, {}", Cents::MAX))
}
