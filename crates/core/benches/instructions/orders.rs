//! Requests for orders: sound ones, and ones that are refused.

use rocketmall_core::basket::{Basket, BasketLine};
use rocketmall_core::command::{Command, PlaceOrder, Request, StartPayment};
use rocketmall_core::id::{CouponId, GoodsId, OrderId, PaymentId, UserId};
use rocketmall_core::money::Cents;
use rocketmall_core::rejection::Reason;
use rocketmall_core::shop::IdempotencyKey;
use rocketmall_core::trace::{Trace, TraceId};

use crate::stage::{BALANCE, BATCH, KINDS, STOCK};

/// As long as the ids of a real shop.
const FIRST_ORDER: i64 = 1_790_000_000_000_000_000;

/// Why an order is refused, and what makes it so.
type Refusal = (Reason, fn(&mut PlaceOrder));

/// They take turns.
const REFUSALS: [Refusal; 8] = [
    (Reason::BadParameter, |place| place.basket.lines.clear()),
    (Reason::GoodsUnknown, |place| place.basket.lines[0].goods_id = GoodsId::new(KINDS + 1)),
    (Reason::UserUnknown, |place| place.basket.user_id = UserId::new(BATCH + 1)),
    (Reason::PriceWrong, |place| place.basket.lines[0].seen_price = Some(Cents::new(1))),
    (Reason::StockTooLow, |place| place.basket.lines[0].number = STOCK + 1),
    (Reason::TotalWrong, |place| place.basket.seen_total = Some(Cents::new(1))),
    (Reason::BalanceTooLow, |place| place.basket.money_paid = Cents::new(BALANCE.get() + 1)),
    (Reason::CouponUnknown, |place| place.basket.coupon_id = Some(CouponId::new(BATCH + 1))),
];

/// The order with this number: one line, a coupon, a part from the balance, an idempotency key.
pub(crate) fn single(number: i64) -> Request {
    let place = order(number, &[number]);
    let key = format!("order-{number:026}");
    let idempotency =
        (IdempotencyKey { user: place.basket.user_id.get(), call: "POST /v1/orders".to_owned(), key }, format!("{number:064x}"));
    Request { idempotency: Some(idempotency), ..traced(number, Command::PlaceOrder(place)) }
}

/// The order with this number: three lines, all of it left to pay.
pub(crate) fn cart(number: i64) -> Request {
    let mut place = order(number, &[number, number + 21, number + 42]);
    place.basket.coupon_id = None;
    place.basket.money_paid = Cents::ZERO;
    traced(number, Command::PlaceOrder(place))
}

/// A request that is refused, and why: a wrong order, a key that came with another order before, a payment for no order.
pub(crate) fn refused(number: i64) -> (Reason, Request) {
    let turn = usize::try_from(number).unwrap_or_default() % (REFUSALS.len() + 2);
    if let Some((reason, spoil)) = REFUSALS.get(turn) {
        let mut place = order(number, &[number]);
        spoil(&mut place);
        return (*reason, traced(number, Command::PlaceOrder(place)));
    }
    if turn == REFUSALS.len() {
        let mut request = single(number);
        request.idempotency = request.idempotency.map(|(key, hash)| (key, hash.replace('0', "f")));
        return (Reason::KeyReused, request);
    }
    (Reason::OrderUnknown, start(number, OrderId::new(FIRST_ORDER - 1)))
}

/// Opens a payment attempt with this number.
pub(crate) fn start(number: i64, order_id: OrderId) -> Request {
    let payment_id = PaymentId::new(FIRST_ORDER + BATCH + number);
    let (channel, method) = ("sandbox".to_owned(), Some("qr".to_owned()));
    traced(number, Command::StartPayment(StartPayment { payment_id, order_id, user_id: None, channel, method, seen_amount: None }))
}

/// As it comes over HTTP, where every request has its trace.
pub(crate) fn traced(number: i64, command: Command) -> Request {
    let id = TraceId::from_bytes(i128::from(number + 1).to_be_bytes());
    Request { command, idempotency: None, trace: id.map(|id| Trace { id, span: None }) }
}

fn order(number: i64, goods: &[i64]) -> PlaceOrder {
    let line = |goods: &i64| BasketLine { goods_id: GoodsId::new(goods % KINDS + 1), number: number % 3 + 1, seen_price: None };
    let basket = Basket {
        user_id: UserId::new(number % BATCH + 1),
        lines: goods.iter().map(line).collect(),
        coupon_id: Some(CouponId::new(number % BATCH + 1)),
        money_paid: Cents::new(500),
        seen_freight: None,
        seen_total: None,
        seen_pay_amount: None,
    };
    let (address, consignee) = ("1 Queen Street, Auckland, 新西兰".to_owned(), "Wang Fang".to_owned());
    PlaceOrder { order_id: OrderId::new(FIRST_ORDER + number), basket, address, consignee }
}
