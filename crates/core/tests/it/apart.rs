//! Payments in a database of their own: every word between the order's books and the pay role may come twice, late, or never.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use rocketmall_core::basket::Terms;
use rocketmall_core::command::{
    CheckPayment, Command, Consume, Consumed, FinishRefund, Outcome, PlatformView, Receipt, RecordAction, RefundOutcome, SettlePayment,
};
use rocketmall_core::decide::{Context, decide};
use rocketmall_core::id::{OrderId, PaymentId, RefundId, Timestamp};
use rocketmall_core::invariant::{self, Settled};
use rocketmall_core::message::{Effect, InboxState, Message, subscribers};
use rocketmall_core::money::Cents;
use rocketmall_core::order::PayStatus;
use rocketmall_core::part::Parts;
use rocketmall_core::payment::{CURRENCY, Fate, Payment, PaymentState};
use rocketmall_core::refundable::Wanted;
use rocketmall_core::rejection::{Reason, Rejection};
use rocketmall_core::shop::{Shop, Timer};

use crate::history::config;
use crate::world::{World, basket};

/// What the platform has of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AtPlatform {
    Open,
    Closed,
    Paid,
}

/// The orders' books, the pay role's, and the platform behind that.
struct Apart {
    orders: World,
    pay: Shop,
    next: i64,
    platform: BTreeMap<PaymentId, AtPlatform>,
    given_back: BTreeMap<RefundId, (PaymentId, Cents)>,
    /// Each attempt as the order's books answered when it was opened.
    opened: Vec<Payment>,
    placed: Vec<OrderId>,
}

impl Apart {
    fn new() -> Self {
        let mut orders = World::with_goods();
        orders.parts =
            [Parts::ORDERS, Parts::GOODS, Parts::COUPONS, Parts::ACCOUNTS, Parts::PAYMENT_LOG].into_iter().fold(Parts::NONE, Parts::with);
        let (platform, given_back) = (BTreeMap::new(), BTreeMap::new());
        Self { orders, pay: Shop::default(), next: 0, platform, given_back, opened: Vec::new(), placed: Vec::new() }
    }

    fn place(&mut self) {
        let order = self.orders.place(basket(8, &[(1, 1)])).expect("there is enough");
        self.placed.push(order.id);
    }

    /// In the pay role's database.
    fn at_pay(&mut self, command: Command) -> Result<Receipt, Rejection> {
        let (terms, next) = (Terms::default(), &mut self.next);
        let mut next_id = || {
            *next += 1;
            *next
        };
        let mut context = Context { parts: Parts::PAYMENTS, ..Context::new(self.orders.now, &terms, &mut next_id) };
        let before = self.pay.clone();
        let answer = decide(&mut self.pay, &command.into(), &mut context);
        if answer.is_err() {
            assert_eq!(before, self.pay, "a refusal left something behind");
        }
        assert!(self.pay.timers.is_empty(), "the orders' books have the timers");
        self.pay.mark_saved();
        answer.map(|answer| answer.receipt)
    }

    fn start(&mut self, order: OrderId, channel: &str) {
        let start = self.orders.starting(order, channel);
        if let Ok(Receipt::Started(payment)) = self.orders.run(Command::StartPayment(start)) {
            self.opened.push(*payment);
        }
    }

    /// The door goes on with what was opened, perhaps long after.
    fn keep(&mut self, index: usize) {
        let Some(opened) = self.opened.get(index).cloned() else { return };
        let kept = match self.at_pay(Command::KeepAttempt(Box::new(opened))) {
            Ok(Receipt::Started(kept)) => *kept,
            other => panic!("keeping answered {other:?}"),
        };
        if kept.is_open() && kept.action.is_none() {
            self.platform.entry(kept.id).or_insert(AtPlatform::Open);
            let record = RecordAction { payment_id: kept.id, platform_no: None, action: "{}".to_owned() };
            self.at_pay(Command::RecordAction(record)).expect("it is kept");
        }
    }

    fn customer_pays(&mut self, index: usize) {
        let Some(id) = self.opened.get(index).map(|payment| payment.id) else { return };
        if let Some(state @ AtPlatform::Open) = self.platform.get_mut(&id) {
            *state = AtPlatform::Paid;
        }
    }

    fn notify(&mut self, index: usize) {
        let Some(opened) = self.opened.get(index).cloned() else { return };
        let outcome = match self.platform.get(&opened.id) {
            Some(AtPlatform::Paid) => Outcome::Succeeded,
            Some(AtPlatform::Closed) => Outcome::Closed,
            Some(AtPlatform::Open) | None => return,
        };
        let settle = SettlePayment {
            payment_id: opened.id,
            channel: opened.channel,
            order_id: None,
            amount: opened.amount,
            currency: CURRENCY.to_owned(),
            platform_no: None,
            outcome,
        };
        self.at_pay(Command::SettlePayment(settle)).expect("it is kept");
    }

    /// The pay role's messages reach their groups. `asked`: the pay role answers when the order's books ask it.
    fn deliver(&mut self, asked: bool) {
        let messages: Vec<Message> = self.pay.outbox.iter().cloned().collect();
        for message in messages {
            self.deliver_one(&message, asked);
        }
    }

    fn deliver_one(&mut self, message: &Message, asked: bool) {
        let seen = self.pay.payments.iter().find(|(id, _)| id.to_string() == message.key).map(|(_, payment)| Box::new(payment.clone()));
        for subscription in subscribers(&message.topic, &message.tag) {
            let mut consume = Consume::new(subscription, message);
            if subscription.effect == Effect::PayOrder && asked {
                consume.seen.clone_from(&seen);
            }
            if self.orders.shop.inbox.get(&consume.inbox_key()).is_some_and(|row| row.state == InboxState::Dead) {
                self.orders.must(Command::Replay(consume.inbox_key()));
            }
            self.orders.must(Command::Consume(consume));
        }
    }

    /// Somebody who is not the pay role says that an attempt is paid.
    fn forge(&mut self, index: usize) {
        let Some(opened) = self.opened.get(index).cloned() else { return };
        if self.pay.payments.get(&opened.id).is_some_and(|kept| kept.paid_at.is_some()) {
            return;
        }
        let body = format!(
            "{{\"payId\":{},\"orderId\":{},\"payAmount\":{},\"isPaid\":2,\"userId\":8}}",
            opened.id, opened.order_id, opened.amount
        );
        let message = Message {
            id: rocketmall_core::id::MessageId::new(7),
            topic: "payTopic".to_owned(),
            tag: "paid".to_owned(),
            key: opened.id.to_string(),
            body,
            created_at: self.orders.now,
            trace: None,
        };
        let mut consume = Consume::new(subscribers("payTopic", "paid").find(|s| s.effect == Effect::PayOrder).expect("a group"), &message);
        consume.seen = self.pay.payments.get(&opened.id).cloned().map(Box::new);
        let consumed = self.orders.must(Command::Consume(consume));
        assert!(matches!(consumed, Receipt::Consumed(Consumed::Retry(_) | Consumed::Dead)), "a forged message was believed");
    }

    /// The order's timer asks the pay role, and that its platform. `heard`: its answer comes back.
    fn check(&mut self, id: PaymentId, heard: bool) {
        let noted = self.orders.payment(id);
        let met = match self.at_pay(Command::MeetAttempt(Box::new(noted.clone()))) {
            Ok(Receipt::Checked(met)) => *met,
            Ok(Receipt::Done) => {
                assert!(noted.is_open() && self.pay.payments.get(&id).is_none(), "what is not kept yet may come");
                if heard {
                    self.orders.must(Command::NoteAttempt(Box::new(noted)));
                }
                return;
            }
            other => panic!("meeting answered {other:?}"),
        };
        let mut theirs = met;
        if theirs.is_open() || theirs.close_wanted {
            let over = theirs.close_wanted || self.orders.now >= theirs.expires_at;
            if let Some(state @ AtPlatform::Open) = self.platform.get_mut(&id).filter(|_| over) {
                *state = AtPlatform::Closed;
            }
            let view = match self.platform.get(&id) {
                Some(AtPlatform::Paid) => {
                    PlatformView::Succeeded { amount: theirs.amount, currency: CURRENCY.to_owned(), platform_no: None }
                }
                Some(AtPlatform::Closed) => PlatformView::Closed,
                Some(AtPlatform::Open) => PlatformView::Pending,
                None => PlatformView::NotFound,
            };
            theirs = match self.at_pay(Command::CheckPayment(CheckPayment { payment_id: id, view })) {
                Ok(Receipt::Checked(after)) => *after,
                other => panic!("checking answered {other:?}"),
            };
        }
        if heard {
            self.orders.must(Command::NoteAttempt(Box::new(theirs)));
        }
    }

    /// The order's worker has a refund paid out. `heard`: the pay role's answer comes back.
    fn give_back(&mut self, id: RefundId, heard: bool) {
        let refund = self.orders.shop.refunds.get(&id).expect("it exists").clone();
        let paid = self.platform.get(&refund.payment_id);
        assert_eq!(paid, Some(&AtPlatform::Paid), "money goes back that never came");
        self.given_back.insert(id, (refund.payment_id, refund.channel_amount));
        if heard {
            self.orders.must(Command::FinishRefund(FinishRefund { refund_id: id, outcome: RefundOutcome::Succeeded }));
        }
    }

    fn fire(&mut self, timer: Timer, heard: bool) {
        match timer {
            Timer::PaymentCheck(id) => self.check(id, heard),
            Timer::RefundSubmit(id) => self.give_back(id, heard),
            other => self.orders.fire(other),
        }
    }

    fn fire_due(&mut self, heard: bool) -> bool {
        let now = self.orders.now;
        let timers = self.orders.shop.timers.iter();
        let due: Vec<Timer> = timers.filter(|(_, due)| due.is_some_and(|due| due <= now)).map(|(timer, _)| *timer).collect();
        for timer in &due {
            self.fire(*timer, heard);
        }
        !due.is_empty()
    }

    fn is_heard(&self) -> bool {
        self.pay.outbox.iter().all(|message| {
            subscribers(&message.topic, &message.tag).all(|subscription| {
                let key = Consume::new(subscription, message).inbox_key();
                self.orders.shop.inbox.get(&key).is_some_and(|row| row.state == InboxState::Done)
            })
        })
    }

    fn settle(&mut self) {
        for _ in 0..500 {
            for index in 0..self.opened.len() {
                self.notify(index);
            }
            self.deliver(true);
            self.orders.deliver_undone();
            self.orders.decide_requested_refunds();
            if self.fire_due(true) || !self.is_heard() {
                continue;
            }
            match self.orders.shop.timers.values().flatten().min() {
                Some(next) => self.orders.now = *next,
                None => return self.check_end(),
            }
        }
        panic!("it never comes to rest: {:?}", self.orders.shop.timers);
    }

    fn check_end(&self) {
        assert_eq!(invariant::check(&self.orders.shop, Settled::Yes), Vec::<String>::new());
        let told: BTreeSet<&str> = self.pay.outbox.iter().map(|message| message.key.as_str()).collect();
        assert_eq!(told.len(), self.pay.outbox.iter().count(), "a payment was told of twice");
        for (id, note) in self.orders.shop.payments.iter() {
            let row = self.pay.payments.get(id).expect("the pay role has heard of it");
            let came = self.platform.get(id) == Some(&AtPlatform::Paid);
            assert_eq!((row.state, row.refunded), (note.state, note.refunded), "the books differ on payment {id}");
            assert_eq!((row.paid_at.is_some(), note.paid_at.is_some()), (came, came), "payment {id}");
            assert_ne!(self.platform.get(id), Some(&AtPlatform::Open), "payment {id} can still be paid");
            let closed = matches!(note.state, PaymentState::Closed | PaymentState::Failed);
            assert!(!closed || note.fate != Fate::Kept, "payment {id} is closed and kept");
            assert!(!row.close_wanted && !note.close_wanted, "payment {id} is still to be closed");
            assert!(!came || note.fate != Fate::Open);
            let back = self.given_back.values().filter(|(payment, _)| payment == id).map(|(_, amount)| amount.get()).sum::<i64>();
            assert_eq!(back, row.refunded.get(), "the platform gave back another amount of payment {id}");
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Place,
    Start(usize, bool),
    Keep(usize),
    Pay(usize),
    Notify(usize),
    Deliver(bool),
    Forge(usize),
    Check(usize, bool),
    Timers(bool),
    Cancel(usize),
    Refund(usize),
    Pass(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        1 => Just(Step::Place),
        4 => (0..3_usize, any::<bool>()).prop_map(|(order, channel)| Step::Start(order, channel)),
        5 => (0..8_usize).prop_map(Step::Keep),
        4 => (0..8_usize).prop_map(Step::Pay),
        4 => (0..8_usize).prop_map(Step::Notify),
        3 => any::<bool>().prop_map(Step::Deliver),
        1 => (0..8_usize).prop_map(Step::Forge),
        3 => (0..8_usize, any::<bool>()).prop_map(|(attempt, heard)| Step::Check(attempt, heard)),
        2 => any::<bool>().prop_map(Step::Timers),
        1 => (0..3_usize).prop_map(Step::Cancel),
        1 => (0..3_usize).prop_map(Step::Refund),
        2 => (1..600_000_i64).prop_map(Step::Pass),
    ];
    prop::collection::vec(step, 1..80)
}

fn go(apart: &mut Apart, step: Step) {
    match step {
        Step::Place if apart.placed.len() < 3 => apart.place(),
        Step::Place => {}
        Step::Start(order, other) => {
            let channel = if other { "wechat" } else { "sandbox" };
            if let Some(order) = apart.placed.get(order) {
                apart.start(*order, channel);
            }
        }
        Step::Keep(attempt) => apart.keep(attempt),
        Step::Pay(attempt) => apart.customer_pays(attempt),
        Step::Notify(attempt) => apart.notify(attempt),
        Step::Deliver(asked) => apart.deliver(asked),
        Step::Forge(attempt) => apart.forge(attempt),
        Step::Check(attempt, heard) => {
            if let Some(id) = apart.opened.get(attempt).map(|opened| opened.id) {
                apart.check(id, heard);
            }
        }
        Step::Timers(heard) => drop(apart.fire_due(heard)),
        Step::Cancel(order) => {
            if let Some(order) = apart.placed.get(order) {
                drop(apart.orders.cancel(*order));
            }
        }
        Step::Refund(order) => {
            if let Some(order) = apart.placed.get(order) {
                drop(apart.orders.ask(*order, Wanted::Whole));
            }
        }
        Step::Pass(millis) => apart.orders.pass(millis),
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_order_of_words_ends_with_the_same_in_both_books(steps in steps()) {
        let mut apart = Apart::new();
        apart.place();
        for step in steps {
            go(&mut apart, step);
        }
        apart.settle();
    }
}

fn opened() -> (Apart, Payment) {
    let mut apart = Apart::new();
    apart.place();
    apart.start(apart.placed[0], "sandbox");
    let payment = apart.opened[0].clone();
    (apart, payment)
}

#[test]
fn an_attempt_that_was_closed_before_it_came_is_refused() {
    let (mut apart, payment) = opened();
    // as long as it may be paid it may come
    apart.check(payment.id, true);
    assert_eq!(apart.orders.payment(payment.id).state, PaymentState::Pending);
    apart.orders.now = payment.expires_at;
    apart.check(payment.id, true);
    assert_eq!(apart.orders.payment(payment.id).state, PaymentState::Closed);
    assert_eq!(apart.orders.order(payment.order_id).pay_status, PayStatus::Unpaid);
    apart.keep(0);
    assert_eq!(apart.pay.payments.get(&payment.id).map(|kept| kept.state), Some(PaymentState::Closed));
    assert!(apart.platform.is_empty(), "what is closed goes to no platform");
    apart.settle();
}

#[test]
fn a_paid_message_is_believed_once_the_pay_role_says_so() {
    let (mut apart, payment) = opened();
    apart.keep(0);
    apart.forge(0);
    apart.customer_pays(0);
    apart.notify(0);
    apart.deliver(false);
    assert_eq!(apart.orders.order(payment.order_id).pay_status, PayStatus::Paying);
    apart.deliver(true);
    assert_eq!(apart.orders.order(payment.order_id).pay_status, PayStatus::Paid);
    assert_eq!(apart.orders.payment(payment.id).fate, Fate::Kept);
    apart.settle();
}

#[test]
fn an_attempt_of_another_amount_is_not_the_same() {
    let (mut apart, payment) = opened();
    let other = Payment { amount: Cents::new(1), ..payment.clone() };
    apart.keep(0);
    for command in [Command::KeepAttempt(Box::new(other.clone())), Command::MeetAttempt(Box::new(other.clone()))] {
        assert_eq!(apart.at_pay(command).expect_err("a refusal").reason, Reason::PaymentUnknown);
    }
    let paid = Payment { state: PaymentState::Succeeded, paid_at: Some(Timestamp::from_millis(1)), ..other };
    assert_eq!(apart.orders.refused(Command::NoteAttempt(Box::new(paid))), Reason::PaymentUnknown);
}

#[test]
fn both_roles_on_one_database_change_one_row() {
    let (mut apart, payment) = opened();
    let orders = |apart: &mut Apart| apart.orders.payment(payment.id);
    // the pay role's commands meet the order's own row: what is kept is there, what is noted is said already
    apart.pay.payments.load(payment.id, payment.clone());
    apart.keep(0);
    apart.customer_pays(0);
    apart.notify(0);
    let row = apart.pay.payments.get(&payment.id).expect("kept").clone();
    apart.orders.shop.payments.load(payment.id, row.clone());
    apart.deliver(false);
    assert_eq!(orders(&mut apart).fate, Fate::Kept);
    let row = orders(&mut apart);
    apart.pay.payments.load(payment.id, row.clone());
    apart.check(payment.id, true);
    assert_eq!((orders(&mut apart), apart.pay.payments.get(&payment.id)), (row.clone(), Some(&row)));
    apart.settle();
}
