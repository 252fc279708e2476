//! What is wrong with a command by itself, without a look into the shop: every field at once, so that whoever sent it can
//! mend them all. [`crate::decide`] refuses with the first.

use crate::basket::{Basket, MAX_LINES};
use crate::command::{Command, CorrectBalance, CorrectStock, HandleRefund, PlaceOrder, RefundStep, RegisterUser, RequestRefund, ShipOrder};
use crate::coupon::Coupon;
use crate::decide::{check_length, check_text};
use crate::goods::{Goods, MAX_STOCK};
use crate::id::GoodsId;
use crate::limit;
use crate::money::Cents;
use crate::refundable::Wanted;
use crate::rejection::{Reason, Rejection};

/// A command's faults, in order of precedence.
pub fn of(command: &Command) -> Vec<Rejection> {
    match command {
        Command::PlaceOrder(place) => of_order(place),
        Command::RegisterUser(register) => of_user(register),
        Command::CreateGoods(goods) => of_goods(goods),
        Command::CorrectStock(correct) => of_stock(correct),
        Command::CreateCoupon(coupon) => of_coupon(coupon),
        Command::CorrectBalance(correct) => of_balance(correct),
        Command::CancelOrder(cancel) => of_reason(cancel.reason.as_deref()),
        Command::ShipOrder(ship) => of_parcel(ship),
        Command::RequestRefund(request) => of_refund(request),
        Command::HandleRefund(HandleRefund { step: RefundStep::Reject { reason }, .. }) => of_refusal(reason),
        _ => Vec::new(),
    }
}

/// Refuses with the first.
pub(crate) fn none(faults: Vec<Rejection>) -> Result<(), Rejection> {
    faults.into_iter().next().map_or(Ok(()), Err)
}

/// Of an order that is to be placed.
pub(crate) fn of_order(place: &PlaceOrder) -> Vec<Rejection> {
    let address = check_text("address", &place.address, limit::ADDRESS);
    let consignee = check_length("consignee", place.consignee.chars().count(), limit::CONSIGNEE);
    let mut faults = collect([address, consignee]);
    faults.extend(of_basket(&place.basket));
    faults
}

/// Of a basket.
pub fn of_basket(basket: &Basket) -> Vec<Rejection> {
    let mut faults = basket.line_faults();
    let negative = basket.money_paid.is_negative();
    faults.extend(negative.then(|| Rejection::of_field(Reason::BalanceNegative, "money_paid", "an amount of 0 or more")));
    faults
}

/// Of a user who registers.
pub fn of_user(register: &RegisterUser) -> Vec<Rejection> {
    collect([check_text("name", &register.account.name, limit::USER_NAME), check_mobile(&register.account.mobile)])
}

/// Digits, with an optional plus: 5 to 20 characters.
fn check_mobile(mobile: &str) -> Result<(), Rejection> {
    let digits = mobile.strip_prefix('+').unwrap_or(mobile);
    let sound = (limit::MOBILE_LEAST..=limit::MOBILE).contains(&mobile.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    holds(sound, "mobile", "a number of 5 to 20 digits, with an optional + before it")
}

/// Of new goods.
pub(crate) fn of_goods(goods: &Goods) -> Vec<Rejection> {
    let mut faults = of_description(goods);
    let stock = holds((0..=MAX_STOCK).contains(&goods.stock), "number", format!("a number from 0 to {MAX_STOCK}"));
    faults.extend(stock.err());
    faults
}

/// Of goods' words and price.
pub(crate) fn of_description(goods: &Goods) -> Vec<Rejection> {
    let (name, desc) =
        (check_text("name", &goods.name, limit::GOODS_NAME), check_length("desc", goods.desc.chars().count(), limit::GOODS_DESC));
    collect([name, desc, holds(goods.price > Cents::ZERO, "price", "an amount above 0.00")])
}

/// Of a stock correction.
pub(crate) fn of_stock(correct: &CorrectStock) -> Vec<Rejection> {
    collect([check_text("reason", &correct.reason, limit::REASON), holds(correct.delta != 0, "delta", "a number other than 0")])
}

/// Of a new coupon.
pub(crate) fn of_coupon(coupon: &Coupon) -> Vec<Rejection> {
    let price = holds(coupon.price > Cents::ZERO, "price", "an amount above 0.00");
    collect([price, holds(!coupon.min_spend.is_negative(), "min_spend", "an amount of 0.00 or more")])
}

/// Of a balance correction.
pub(crate) fn of_balance(correct: &CorrectBalance) -> Vec<Rejection> {
    collect([
        check_text("reason", &correct.reason, limit::REASON),
        holds(correct.delta != Cents::ZERO, "delta", "an amount other than 0.00"),
    ])
}

/// Of the words with which an order is called off.
pub(crate) fn of_reason(reason: Option<&str>) -> Vec<Rejection> {
    collect([check_length("reason", reason.map_or(0, |reason| reason.chars().count()), limit::REASON)])
}

/// Of what is said of an order that leaves.
pub(crate) fn of_parcel(ship: &ShipOrder) -> Vec<Rejection> {
    collect([check_text("carrier", &ship.carrier, limit::CARRIER), check_text("tracking_no", &ship.tracking_no, limit::TRACKING_NO)])
}

/// Of the words with which a refund is refused.
pub(crate) fn of_refusal(reason: &str) -> Vec<Rejection> {
    collect([check_text("reason", reason, limit::REASON)])
}

/// Of a refund that is asked for.
pub(crate) fn of_refund(request: &RequestRefund) -> Vec<Rejection> {
    let mut faults = match &request.wanted {
        Wanted::Whole => Vec::new(),
        Wanted::Lines(lines) => of_refund_lines(lines),
        Wanted::Amount(amount) => collect([
            holds(*amount > Cents::ZERO, "amount", "an amount above 0.00"),
            holds(!request.return_goods, "return_goods", "name the lines that come back; an amount has none"),
        ]),
    };
    faults.extend(check_text("reason", &request.reason, limit::REASON).err());
    faults
}

fn of_refund_lines(lines: &[(GoodsId, i64)]) -> Vec<Rejection> {
    let count = format!("1 to {MAX_LINES} lines; leave lines away to ask for all that is left");
    let mut faults = collect([holds((1..=MAX_LINES).contains(&lines.len()), "lines", count)]);
    for (index, (goods_id, number)) in lines.iter().enumerate().take(MAX_LINES) {
        let twice = lines.iter().take(index).any(|(earlier, _)| earlier == goods_id);
        let detail = format!("goods {goods_id} stand there twice; add the numbers up");
        faults.extend(holds(!twice, &format!("lines[{index}].goods_id"), detail).err());
        faults.extend(holds(*number > 0, &format!("lines[{index}].number"), format!("a number from 1 on, not {number}")).err());
    }
    faults
}

fn holds(sound: bool, field: &str, detail: impl Into<String>) -> Result<(), Rejection> {
    if sound { Ok(()) } else { Err(Rejection::of_field(Reason::BadParameter, field, detail)) }
}

fn collect<const N: usize>(checks: [Result<(), Rejection>; N]) -> Vec<Rejection> {
    checks.into_iter().filter_map(Result::err).collect()
}
