//! Random histories: what may happen to a shop, in any order, as often as it likes.

use proptest::prelude::*;
use rocketmall_core::command::{
    CancelCause, CheckPayment, Command, Consume, CorrectBalance, CorrectStock, EditGoods, FinishRefund, HandleRefund, Outcome,
    PlatformView, ReceiveCause, ReceiveOrder, RefundOutcome, RefundStep, Request, RequestRefund, ShipOrder,
};
use rocketmall_core::id::{CouponId, GoodsId, PaymentId, RefundId, UserId};
use rocketmall_core::message::{Body, subscribers};
use rocketmall_core::money::Cents;
use rocketmall_core::refundable::Wanted;
use rocketmall_core::saga::DropOrder;
use rocketmall_core::shop::{IdempotencyKey, Timer};

use crate::world::{World, basket, cents};

/// Something that happens. Places in lists are taken modulo the list's length, so that every number means something.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    Place {
        user: i64,
        lines: Vec<(i64, i64)>,
        coupon: Option<i64>,
        money: i64,
        key: Option<u8>,
    },
    Cancel {
        order: usize,
        who: Who,
    },
    Start {
        order: usize,
        channel: &'static str,
    },
    Notify {
        payment: usize,
        outcome: Outcome,
        twist: Twist,
    },
    Look {
        payment: usize,
        view: View,
    },
    Deliver {
        message: usize,
        group: usize,
        form: Form,
    },
    Ship {
        order: usize,
    },
    Receive {
        order: usize,
        who: Who,
    },
    Ask {
        order: usize,
        what: Part,
        stranger: bool,
        return_goods: bool,
    },
    Handle {
        refund: usize,
        step: RefundStep,
    },
    Finish {
        refund: usize,
        outcome: RefundOutcome,
    },
    Replay {
        row: usize,
    },
    Correct {
        what: Correction,
    },
    Fire {
        timer: usize,
    },
    Pass {
        millis: i64,
    },
    /// Every message reaches all who hear it.
    Through,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Who {
    Owner,
    Stranger,
    Shop,
    Timeout,
}

/// What of an order is asked back.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    Whole,
    /// So many pieces of the line at this place.
    Line {
        line: usize,
        number: i64,
    },
    /// So many thousandths of what it brought, and so many cents.
    Amount {
        thousandths: i64,
        cents: i64,
    },
}

/// How a message is written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Form {
    Ours,
    /// Without the fields that the original does not write.
    Originals,
}

/// What is wrong with a notification.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Twist {
    Honest,
    OtherAmount,
    OtherCurrency,
    OtherChannel,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum View {
    Paid,
    PaidOtherAmount,
    Failed,
    Closed,
    Pending,
    NotFound,
    Unreachable,
}

#[derive(Clone, Debug)]
pub(crate) enum Correction {
    Stock { goods: i64, delta: i64 },
    Balance { user: i64, delta: i64 },
    Price { goods: i64, cents: i64 },
}

/// Three users, three kinds of goods (scarce, plenty, dear), four coupons (one of them soon expired).
pub(crate) fn shop() -> World {
    let mut world = World::new();
    world.goods(1, "9.99", 12);
    world.goods(2, "45.00", 40);
    world.goods(3, "4999.50", 9);
    for (user, balance) in [(1, "20.00"), (2, "160.00"), (3, "9000.00")] {
        world.user(user, balance);
    }
    world.coupon(1, 1, "20.00", "0.00");
    world.coupon(2, 2, "5.55", "30.00");
    world.coupon(3, 2, "500.00", "0.00");
    world.coupon_until(4, 3, "20.00", "0.00", Some(world.now.after(600_000)));
    world
}

/// A failure is told with its history; one that is worth keeping becomes a test of its own.
pub(crate) fn config() -> ProptestConfig {
    ProptestConfig { cases: 160, max_shrink_iters: 2_000, failure_persistence: None, ..ProptestConfig::default() }
}

pub(crate) fn events(most: usize) -> impl Strategy<Value = Vec<Event>> {
    prop::collection::vec(event(), 1..=most)
}

/// The life of one order: placed, usually paid, usually shipped, and whatever else may happen to it.
pub(crate) fn life() -> impl Strategy<Value = Vec<Event>> {
    let place = (1..4_i64, prop::sample::subsequence(vec![1_i64, 2, 3], 1..4), prop::collection::vec(1..4_i64, 3));
    let place = (place, prop::option::weighted(0.4, 1..5_i64), money()).prop_map(|((user, goods, numbers), coupon, money)| Event::Place {
        user,
        lines: goods.into_iter().zip(numbers).collect(),
        coupon,
        money,
        key: None,
    });
    let pays = prop::bool::weighted(0.85).prop_map(|pays| if pays { paying() } else { Vec::new() });
    let ships = any::<bool>().prop_map(|ships| if ships { vec![Event::Ship { order: 0 }] } else { Vec::new() });
    let rest = prop::collection::vec(event(), 0..24);
    (place, prop::collection::vec(event(), 0..3), pays, prop::collection::vec(event(), 0..6), ships, rest)
        .prop_map(|(place, early, pays, middle, ships, late)| [vec![place], early, pays, middle, ships, late].concat())
}

fn paying() -> Vec<Event> {
    let (payment, twist) = (0, Twist::Honest);
    vec![Event::Start { order: 0, channel: "sandbox" }, Event::Notify { payment, outcome: Outcome::Succeeded, twist }, Event::Through]
}

fn event() -> impl Strategy<Value = Event> {
    let place = (1..4_i64, lines(), prop::option::weighted(0.4, 1..5_i64), money(), prop::option::weighted(0.3, 0..3_u8))
        .prop_map(|(user, lines, coupon, money, key)| Event::Place { user, lines, coupon, money, key });
    let outcome = prop_oneof![3 => Just(Outcome::Succeeded), 1 => Just(Outcome::Failed), 1 => Just(Outcome::Closed)];
    let twist = prop_oneof![
        8 => Just(Twist::Honest), 1 => Just(Twist::OtherAmount), 1 => Just(Twist::OtherCurrency), 1 => Just(Twist::OtherChannel)
    ];
    let who = prop_oneof![2 => Just(Who::Owner), 1 => Just(Who::Stranger), 1 => Just(Who::Shop), 2 => Just(Who::Timeout)];
    let who2 = prop_oneof![2 => Just(Who::Owner), 1 => Just(Who::Stranger), 1 => Just(Who::Shop), 2 => Just(Who::Timeout)];
    let form = prop_oneof![4 => Just(Form::Ours), 1 => Just(Form::Originals)];
    let at = || any::<usize>();
    prop_oneof![
        6 => place,
        2 => (at(), who).prop_map(|(order, who)| Event::Cancel { order, who }),
        5 => (at(), prop::sample::select(vec!["sandbox", "other"])).prop_map(|(order, channel)| Event::Start { order, channel }),
        5 => (at(), outcome, twist).prop_map(|(payment, outcome, twist)| Event::Notify { payment, outcome, twist }),
        3 => (at(), view()).prop_map(|(payment, view)| Event::Look { payment, view }),
        12 => (at(), at(), form).prop_map(|(message, group, form)| Event::Deliver { message, group, form }),
        2 => at().prop_map(|order| Event::Ship { order }),
        1 => (at(), who2).prop_map(|(order, who)| Event::Receive { order, who }),
        4 => (at(), part(), prop::bool::weighted(0.1), any::<bool>())
            .prop_map(|(order, what, stranger, return_goods)| Event::Ask { order, what, stranger, return_goods }),
        5 => (at(), step()).prop_map(|(refund, step)| Event::Handle { refund, step }),
        3 => (at(), refund_outcome()).prop_map(|(refund, outcome)| Event::Finish { refund, outcome }),
        1 => at().prop_map(|row| Event::Replay { row }),
        1 => correction().prop_map(|what| Event::Correct { what }),
        2 => Just(Event::Through),
        3 => at().prop_map(|timer| Event::Fire { timer }),
        3 => prop_oneof![0..20_000_i64, 0..2_400_000_i64].prop_map(|millis| Event::Pass { millis }),
    ]
}

/// Mostly a sound basket; sometimes empty, of unknown goods, of none or too many pieces, of the same goods twice.
fn lines() -> impl Strategy<Value = Vec<(i64, i64)>> {
    let sound = (prop::sample::subsequence(vec![1_i64, 2, 3], 1..4), prop::collection::vec(1..3_i64, 3))
        .prop_map(|(goods, numbers)| goods.into_iter().zip(numbers).collect());
    let any = prop::collection::vec((prop_oneof![3 => 1..4_i64, 1 => Just(404_i64)], -1..50_i64), 0..4);
    prop_oneof![8 => sound, 1 => any]
}

/// Nothing, a little, much, and what pays small orders exactly.
fn money() -> impl Strategy<Value = i64> {
    prop_oneof![6 => Just(0_i64), 2 => 1..3_000_i64, 1 => -1..900_000_i64, 1 => Just(1_999_i64), 1 => Just(5_500_i64)]
}

fn view() -> impl Strategy<Value = View> {
    use View::{Closed, Failed, NotFound, Paid, PaidOtherAmount, Pending, Unreachable};
    prop::sample::select(vec![Paid, Paid, PaidOtherAmount, Failed, Closed, Closed, Pending, NotFound, Unreachable])
}

fn refund_outcome() -> impl Strategy<Value = RefundOutcome> {
    prop_oneof![
        3 => Just(RefundOutcome::Succeeded),
        1 => Just(RefundOutcome::Processing),
        1 => Just(RefundOutcome::Failed("refused".to_owned())),
        1 => Just(RefundOutcome::Unreachable("no answer".to_owned())),
    ]
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        2 => Just(Part::Whole),
        5 => (any::<usize>(), prop_oneof![8 => 1..3_i64, 1 => 0..60_i64]).prop_map(|(line, number)| Part::Line { line, number }),
        3 => (0..1_001_i64, -1..2_i64).prop_map(|(thousandths, cents)| Part::Amount { thousandths, cents }),
    ]
}

fn step() -> impl Strategy<Value = RefundStep> {
    prop_oneof![
        6 => Just(RefundStep::Approve),
        1 => Just(RefundStep::Reject { reason: "used".to_owned() }),
        3 => Just(RefundStep::GoodsReceived),
        1 => Just(RefundStep::Retry),
        1 => Just(RefundStep::Abandon),
    ]
}

fn correction() -> impl Strategy<Value = Correction> {
    prop_oneof![
        (1..4_i64, -5..6_i64).prop_map(|(goods, delta)| Correction::Stock { goods, delta }),
        (1..4_i64, -9_000..9_000_i64).prop_map(|(user, delta)| Correction::Balance { user, delta }),
        (1..4_i64, -1..20_000_i64).prop_map(|(goods, cents)| Correction::Price { goods, cents }),
    ]
}

impl Event {
    /// The request that this event makes of the shop as it is; none if it speaks of something that is not there.
    pub(crate) fn request(&self, world: &mut World) -> Option<Request> {
        let command = match self {
            Self::Place { user, lines, coupon, money, key } => return Some(place(world, *user, lines, *coupon, *money, *key)),
            Self::Cancel { order, who } => {
                let id = pick(world.shop.orders.iter().map(|(id, _)| *id), *order)?;
                let owner = world.order(id).user_id;
                let cause = match who {
                    Who::Owner => CancelCause::User(owner),
                    Who::Stranger => CancelCause::User(UserId::new(owner.get() + 1)),
                    Who::Shop => CancelCause::Shop,
                    Who::Timeout => CancelCause::Timeout,
                };
                World::cancelling(id, cause)
            }
            Self::Start { order, channel } => {
                let order = pick(world.shop.orders.iter().map(|(id, _)| *id), *order)?;
                Command::StartPayment(world.starting(order, channel))
            }
            Self::Notify { payment, outcome, twist } => {
                let payment = pick(payments(world), *payment)?;
                let mut notice = world.notice(payment, *outcome);
                match twist {
                    Twist::Honest => {}
                    Twist::OtherAmount => notice.amount = Cents::new(1),
                    Twist::OtherCurrency => "USD".clone_into(&mut notice.currency),
                    Twist::OtherChannel => "elsewhere".clone_into(&mut notice.channel),
                }
                Command::SettlePayment(notice)
            }
            Self::Look { payment, view } => {
                let payment = pick(payments(world), *payment)?;
                Command::CheckPayment(CheckPayment { payment_id: payment, view: view.of(world.payment(payment).amount) })
            }
            Self::Deliver { message, group, form } => {
                let message = pick(world.shop.outbox.iter(), *message)?;
                let subscription = pick(subscribers(&message.topic, &message.tag), *group)?;
                let mut consume = Consume::new(subscription, message);
                if let (Form::Originals, Ok(Body::Paid(paid))) = (form, &mut consume.body) {
                    paid.user_id = None;
                }
                Command::Consume(consume)
            }
            Self::Ship { order } => {
                let order_id = pick(world.shop.orders.iter().map(|(id, _)| *id), *order)?;
                Command::ShipOrder(ShipOrder { order_id, carrier: "SF".to_owned(), tracking_no: order_id.to_string() })
            }
            Self::Receive { order, who } => {
                let order_id = pick(world.shop.orders.iter().map(|(id, _)| *id), *order)?;
                let owner = world.order(order_id).user_id;
                let cause = match who {
                    Who::Owner => ReceiveCause::User(owner),
                    Who::Stranger => ReceiveCause::User(UserId::new(owner.get() + 1)),
                    Who::Shop => ReceiveCause::Shop,
                    Who::Timeout => ReceiveCause::Timeout,
                };
                Command::ReceiveOrder(ReceiveOrder { order_id, cause })
            }
            Self::Ask { order, what, stranger, return_goods } => {
                let order = world.order(pick(world.shop.orders.iter().map(|(id, _)| *id), *order)?);
                let user = if *stranger { UserId::new(order.user_id.get() + 1) } else { order.user_id };
                let wanted = match what {
                    Part::Whole => Wanted::Whole,
                    Part::Line { line, number } => {
                        Wanted::Lines(vec![(pick(order.lines.iter().map(|line| line.goods_id), *line)?, *number)])
                    }
                    Part::Amount { thousandths, cents } => {
                        let brought = order.pay_amount.get() + order.money_paid.get();
                        Wanted::Amount(Cents::new(brought * thousandths / 1_000 + cents))
                    }
                };
                Command::RequestRefund(RequestRefund {
                    refund_id: RefundId::new(world.fresh_id()),
                    order_id: order.id,
                    user_id: Some(user),
                    wanted,
                    reason: "does not fit".to_owned(),
                    return_goods: *return_goods,
                })
            }
            Self::Handle { refund, step } => {
                let refund_id: RefundId = pick(world.shop.refunds.iter().map(|(id, _)| *id), *refund)?;
                Command::HandleRefund(HandleRefund { refund_id, step: step.clone() })
            }
            Self::Finish { refund, outcome } => {
                let refund: RefundId = pick(world.shop.refunds.iter().map(|(id, _)| *id), *refund)?;
                Command::FinishRefund(FinishRefund { refund_id: refund, outcome: outcome.clone() })
            }
            Self::Replay { row } => Command::Replay(pick(world.shop.inbox.iter().map(|(key, _)| key.clone()), *row)?),
            Self::Correct { what } => what.command(),
            Self::Fire { timer } => due(world, *timer)?,
            Self::Through => return None,
            Self::Pass { millis } => {
                world.pass(*millis);
                return None;
            }
        };
        Some(command.into())
    }
}

impl View {
    fn of(self, amount: Cents) -> PlatformView {
        let paid = |amount| PlatformView::Succeeded { amount, currency: "CNY".to_owned(), platform_no: None };
        match self {
            Self::Paid => paid(amount),
            Self::PaidOtherAmount => paid(cents("0.02")),
            Self::Failed => PlatformView::Failed,
            Self::Closed => PlatformView::Closed,
            Self::Pending => PlatformView::Pending,
            Self::NotFound => PlatformView::NotFound,
            Self::Unreachable => PlatformView::Unreachable,
        }
    }
}

impl Correction {
    fn command(&self) -> Command {
        let reason = "counted".to_owned();
        match self {
            Self::Stock { goods, delta } => Command::CorrectStock(CorrectStock { goods_id: GoodsId::new(*goods), delta: *delta, reason }),
            Self::Balance { user, delta } => {
                Command::CorrectBalance(CorrectBalance { user_id: UserId::new(*user), delta: Cents::new(*delta), reason })
            }
            Self::Price { goods, cents } => Command::EditGoods(EditGoods {
                goods_id: Some(GoodsId::new(*goods)),
                price: Some(Cents::new(*cents)),
                ..EditGoods::default()
            }),
        }
    }
}

fn place(world: &mut World, user: i64, lines: &[(i64, i64)], coupon: Option<i64>, money: i64, key: Option<u8>) -> Request {
    let mut basket = basket(user, lines);
    basket.coupon_id = coupon.map(CouponId::new);
    basket.money_paid = Cents::new(money);
    let hash = format!("{basket:?}");
    let scope = |key| IdempotencyKey { user, call: "POST /v1/orders".to_owned(), key: format!("key {key}") };
    let command = world.placing(basket);
    Request { command, idempotency: key.map(|key| (scope(key), hash)), trace: None }
}

/// A worker takes up one of the due timers.
fn due(world: &World, place: usize) -> Option<Command> {
    let due = world.shop.timers.iter().filter(|(_, due)| due.is_some_and(|due| due <= world.now)).map(|(timer, _)| *timer);
    Some(match pick(due, place)? {
        Timer::OrderTimeout(order) => World::cancelling(order, CancelCause::Timeout),
        Timer::PaymentCheck(payment_id) => Command::CheckPayment(CheckPayment { payment_id, view: PlatformView::Pending }),
        Timer::RefundSubmit(refund_id) => Command::FinishRefund(FinishRefund { refund_id, outcome: RefundOutcome::Processing }),
        Timer::PreOrder(order_id) => Command::DropOrder(DropOrder { order_id, reason: "too late".to_owned(), untouched: Vec::new() }),
        Timer::AutoReceive(order_id) => Command::ReceiveOrder(ReceiveOrder { order_id, cause: ReceiveCause::Timeout }),
    })
}

fn payments(world: &World) -> impl Iterator<Item = PaymentId> {
    world.shop.payments.iter().map(|(id, _)| *id)
}

fn pick<T>(from: impl Iterator<Item = T>, place: usize) -> Option<T> {
    let mut all: Vec<T> = from.collect();
    let at = place.checked_rem(all.len())?;
    Some(all.swap_remove(at))
}
