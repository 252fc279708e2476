//! One shop wholly in memory, and the law that every decision is held to.

use rocketmall_core::account::Account;
use rocketmall_core::basket::{Basket, BasketLine, Terms};
use rocketmall_core::command::{
    CancelCause, CancelOrder, CheckPayment, Command, Consume, Consumed, FinishRefund, HandleRefund, Outcome, PlaceOrder, PlatformView,
    Receipt, ReceiveCause, ReceiveOrder, RefundOutcome, RefundStep, RegisterUser, Request, RequestRefund, SettlePayment, ShipOrder,
    StartPayment,
};
use rocketmall_core::coupon::Coupon;
use rocketmall_core::decide::{Answer, Context, decide};
use rocketmall_core::goods::Goods;
use rocketmall_core::id::{CouponId, GoodsId, OrderId, PaymentId, RefundId, Timestamp, UserId};
use rocketmall_core::invariant::{self, Settled};
use rocketmall_core::message::{InboxState, Message, Subscription, subscribers};
use rocketmall_core::money::Cents;
use rocketmall_core::order::Order;
use rocketmall_core::part::Parts;
use rocketmall_core::payment::{CURRENCY, Payment};
use rocketmall_core::refund::{Refund, RefundState};
use rocketmall_core::refundable::Wanted;
use rocketmall_core::rejection::{Reason, Rejection};
use rocketmall_core::saga::DropOrder;
use rocketmall_core::shop::{Shop, Timer};

/// More rounds than any shop of these tests needs to come to rest.
const ROUNDS: usize = 500;

pub(crate) struct World {
    pub(crate) shop: Shop,
    pub(crate) now: Timestamp,
    pub(crate) terms: Terms,
    /// What of the shop is here.
    pub(crate) parts: Parts,
    next: i64,
}

/// An amount from its text.
pub(crate) fn cents(text: &str) -> Cents {
    text.parse().expect("tests write amounts right")
}

/// A basket that uses no coupon and no balance; lines are (goods, pieces).
pub(crate) fn basket(user: i64, lines: &[(i64, i64)]) -> Basket {
    let line = |(goods, number): &(i64, i64)| BasketLine { goods_id: GoodsId::new(*goods), number: *number, seen_price: None };
    Basket {
        user_id: UserId::new(user),
        lines: lines.iter().map(line).collect(),
        coupon_id: None,
        money_paid: Cents::ZERO,
        seen_freight: None,
        seen_total: None,
        seen_pay_amount: None,
    }
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            shop: Shop::default(),
            now: Timestamp::from_millis(1_700_000_000_000),
            terms: Terms::default(),
            parts: Parts::ALL,
            next: 1_000,
        }
    }

    /// Goods 1 at 50.00 (stock 10), goods 2 at 120.00 (stock 3); user 8 with 500.00, user 9 with nothing;
    /// coupon 5 of user 8 pays 20.00 from 30.00 on.
    pub(crate) fn with_goods() -> Self {
        let mut world = Self::new();
        world.goods(1, "50.00", 10);
        world.goods(2, "120.00", 3);
        world.user(8, "500.00");
        world.user(9, "0.00");
        world.coupon(5, 8, "20.00", "30.00");
        world
    }

    pub(crate) fn goods(&mut self, id: i64, price: &str, stock: i64) {
        let name = format!("goods {id}");
        let goods = Goods { id: GoodsId::new(id), name, desc: String::new(), price: cents(price), stock, created_at: self.now };
        self.must(Command::CreateGoods(goods));
    }

    pub(crate) fn user(&mut self, id: i64, balance: &str) {
        let account = Account {
            id: UserId::new(id),
            name: format!("user {id}"),
            mobile: format!("1380000{id:04}"),
            balance: cents(balance),
            score: 0,
            created_at: self.now,
        };
        self.must(Command::RegisterUser(RegisterUser { account, password_hash: String::new() }));
    }

    pub(crate) fn coupon(&mut self, id: i64, user: i64, price: &str, min_spend: &str) {
        self.coupon_until(id, user, price, min_spend, None);
    }

    pub(crate) fn coupon_until(&mut self, id: i64, user: i64, price: &str, min_spend: &str, expires_at: Option<Timestamp>) {
        let (id, user_id) = (CouponId::new(id), UserId::new(user));
        let (price, min_spend) = (cents(price), cents(min_spend));
        self.must(Command::CreateCoupon(Coupon { id, user_id, price, min_spend, expires_at, used: None, created_at: self.now }));
    }

    pub(crate) fn fresh_id(&mut self) -> i64 {
        self.next += 1;
        self.next
    }

    /// Decides, and holds the decision to the law: a refusal changes nothing, a failed message leaves its row alone,
    /// every invariant holds afterwards.
    pub(crate) fn decide(&mut self, request: &Request) -> Result<Answer, Rejection> {
        let before = self.shop.clone();
        let next = &mut self.next;
        let mut next_id = || {
            *next += 1;
            *next
        };
        let mut context = Context { parts: self.parts, ..Context::new(self.now, &self.terms, &mut next_id) };
        let answer = decide(&mut self.shop, request, &mut context);
        match answer.as_ref().map(|answer| &answer.receipt) {
            Err(_) => assert_eq!(before, self.shop, "a refusal left something behind: {request:?}"),
            Ok(Receipt::Consumed(Consumed::Retry(_) | Consumed::Dead)) => {
                let unharmed = Shop { inbox: self.shop.inbox.clone(), ..before };
                assert_eq!(unharmed, self.shop, "a failed message left something behind: {request:?}");
            }
            Ok(_) => {}
        }
        self.shop.mark_saved();
        self.shop.timers.retain(|_, due| due.is_some());
        assert_eq!(invariant::check(&self.shop, Settled::NotYet), Vec::<String>::new(), "after {request:?}");
        answer
    }

    pub(crate) fn run(&mut self, command: Command) -> Result<Receipt, Rejection> {
        self.decide(&command.into()).map(|answer| answer.receipt)
    }

    pub(crate) fn must(&mut self, command: Command) -> Receipt {
        self.run(command).expect("this command is accepted")
    }

    pub(crate) fn refused(&mut self, command: Command) -> Reason {
        self.run(command).expect_err("this command is refused").reason
    }

    pub(crate) fn place(&mut self, basket: Basket) -> Result<Order, Rejection> {
        let command = self.placing(basket);
        match self.run(command)? {
            Receipt::Placed(order) => Ok(*order),
            other => panic!("placing answered {other:?}"),
        }
    }

    pub(crate) fn placing(&mut self, basket: Basket) -> Command {
        let order_id = OrderId::new(self.fresh_id());
        Command::PlaceOrder(PlaceOrder { order_id, basket, address: "新西兰".to_owned(), consignee: String::new() })
    }

    pub(crate) fn cancelling(order: OrderId, cause: CancelCause) -> Command {
        Command::CancelOrder(CancelOrder { order_id: order, cause, reason: None })
    }

    /// The user who owns the order calls it off.
    pub(crate) fn cancel(&mut self, order: OrderId) -> Result<Receipt, Rejection> {
        let user = self.order(order).user_id;
        self.run(Self::cancelling(order, CancelCause::User(user)))
    }

    pub(crate) fn starting(&mut self, order: OrderId, channel: &str) -> StartPayment {
        StartPayment {
            payment_id: PaymentId::new(self.fresh_id()),
            order_id: order,
            user_id: None,
            channel: channel.to_owned(),
            method: None,
            seen_amount: None,
        }
    }

    pub(crate) fn start(&mut self, order: OrderId, channel: &str) -> PaymentId {
        let start = self.starting(order, channel);
        match self.must(Command::StartPayment(start)) {
            Receipt::Started(payment) => payment.id,
            other => panic!("starting answered {other:?}"),
        }
    }

    /// What an honest platform says of this attempt.
    pub(crate) fn notice(&self, payment: PaymentId, outcome: Outcome) -> SettlePayment {
        let known = self.payment(payment);
        SettlePayment {
            payment_id: payment,
            channel: known.channel.clone(),
            order_id: None,
            amount: known.amount,
            currency: CURRENCY.to_owned(),
            platform_no: Some(format!("S{payment}")),
            outcome,
        }
    }

    /// The platform notifies. True if that was news.
    pub(crate) fn notify(&mut self, payment: PaymentId, outcome: Outcome) -> bool {
        let notice = self.notice(payment, outcome);
        match self.must(Command::SettlePayment(notice)) {
            Receipt::Settled { first, .. } => first,
            other => panic!("settling answered {other:?}"),
        }
    }

    pub(crate) fn look(&mut self, payment: PaymentId, view: PlatformView) {
        self.must(Command::CheckPayment(CheckPayment { payment_id: payment, view }));
    }

    pub(crate) fn finish(&mut self, refund: RefundId, outcome: RefundOutcome) {
        self.must(Command::FinishRefund(FinishRefund { refund_id: refund, outcome }));
    }

    /// A paid order of user 8 over these lines, with its messages through.
    pub(crate) fn paid(&mut self, asked: Basket) -> OrderId {
        let order = self.place(asked).expect("a sound order");
        if order.pay_amount > Cents::ZERO {
            let payment = self.start(order.id, "sandbox");
            self.notify(payment, Outcome::Succeeded);
        }
        self.deliver_undone();
        order.id
    }

    pub(crate) fn ship(&mut self, order: OrderId) -> Result<Receipt, Rejection> {
        self.run(Command::ShipOrder(ShipOrder { order_id: order, carrier: "SF".to_owned(), tracking_no: "SF100".to_owned() }))
    }

    pub(crate) fn receive(&mut self, order: OrderId, cause: ReceiveCause) -> Result<Receipt, Rejection> {
        self.run(Command::ReceiveOrder(ReceiveOrder { order_id: order, cause }))
    }

    pub(crate) fn asking(&mut self, order: OrderId, wanted: Wanted) -> RequestRefund {
        let user_id = Some(self.order(order).user_id);
        let refund_id = RefundId::new(self.fresh_id());
        RequestRefund { refund_id, order_id: order, user_id, wanted, reason: "too small".to_owned(), return_goods: false }
    }

    pub(crate) fn ask(&mut self, order: OrderId, wanted: Wanted) -> Result<Refund, Rejection> {
        let asking = self.asking(order, wanted);
        match self.run(Command::RequestRefund(asking))? {
            Receipt::Refund(refund) => Ok(*refund),
            other => panic!("asking answered {other:?}"),
        }
    }

    pub(crate) fn handle(&mut self, refund: RefundId, step: RefundStep) -> Result<Refund, Rejection> {
        match self.run(Command::HandleRefund(HandleRefund { refund_id: refund, step }))? {
            Receipt::Refund(refund) => Ok(*refund),
            other => panic!("handling answered {other:?}"),
        }
    }

    /// Approved, paid back by the platform if it has to, and heard of by everybody.
    pub(crate) fn refund(&mut self, order: OrderId, wanted: Wanted) -> Refund {
        let asked = self.ask(order, wanted).expect("there is something left").id;
        if self.handle(asked, RefundStep::Approve).expect("a requested refund").state != RefundState::Succeeded {
            self.finish(asked, RefundOutcome::Succeeded);
        }
        self.deliver_undone();
        self.shop.refunds.get(&asked).expect("it exists").clone()
    }

    pub(crate) fn deliver(&mut self, subscription: &'static Subscription, message: &Message) -> Consumed {
        match self.must(Command::Consume(Consume::new(subscription, message))) {
            Receipt::Consumed(consumed) => consumed,
            other => panic!("consuming answered {other:?}"),
        }
    }

    /// Every message of the outbox once to every group that hears it, in order.
    pub(crate) fn deliver_all(&mut self) {
        let mut delivered = 0;
        loop {
            let next = self.shop.outbox.iter().nth(delivered).cloned();
            let Some(message) = next else { return };
            for subscription in subscribers(&message.topic, &message.tag) {
                self.deliver(subscription, &message);
            }
            delivered += 1;
        }
    }

    /// Everything runs to its end: messages (dead ones are replayed), timers, refunds; time passes as it must.
    pub(crate) fn settle(&mut self) {
        for _ in 0..ROUNDS {
            self.deliver_undone();
            self.settle_failed_refunds();
            self.decide_requested_refunds();
            let due: Vec<Timer> =
                self.shop.timers.iter().filter(|(_, due)| due.is_some_and(|due| due <= self.now)).map(|(t, _)| *t).collect();
            for timer in &due {
                self.fire(*timer);
            }
            if !due.is_empty() || self.undone().next().is_some() {
                continue;
            }
            match self.shop.timers.values().flatten().min() {
                Some(next) => self.now = *next,
                None => return assert_eq!(invariant::check(&self.shop, Settled::Yes), Vec::<String>::new()),
            }
        }
        panic!("the shop never comes to rest: {:?}", self.shop.timers);
    }

    fn undone(&self) -> impl Iterator<Item = (&'static Subscription, Message)> {
        self.shop.outbox.iter().flat_map(move |message| {
            subscribers(&message.topic, &message.tag).filter_map(move |subscription| {
                let key = Consume::new(subscription, message).inbox_key();
                let done = self.shop.inbox.get(&key).is_some_and(|row| row.state == InboxState::Done);
                (!done).then(|| (subscription, message.clone()))
            })
        })
    }

    pub(crate) fn deliver_undone(&mut self) {
        let undone: Vec<_> = self.undone().collect();
        for (subscription, message) in undone {
            let consume = Consume::new(subscription, &message);
            if self.shop.inbox.get(&consume.inbox_key()).is_some_and(|row| row.state == InboxState::Dead) {
                self.must(Command::Replay(consume.inbox_key()));
            }
            self.deliver(subscription, &message);
        }
    }

    /// Every other one is approved, the rest rejected.
    pub(crate) fn decide_requested_refunds(&mut self) {
        let requested: Vec<RefundId> =
            self.shop.refunds.iter().filter(|(_, refund)| refund.state == RefundState::Requested).map(|(id, _)| *id).collect();
        for refund_id in requested {
            let step = if refund_id.get() % 2 == 0 { RefundStep::Approve } else { RefundStep::Reject { reason: "worn".to_owned() } };
            self.must(Command::HandleRefund(HandleRefund { refund_id, step }));
        }
    }

    fn settle_failed_refunds(&mut self) {
        let failed: Vec<RefundId> =
            self.shop.refunds.iter().filter(|(_, refund)| refund.state == RefundState::Failed).map(|(id, _)| *id).collect();
        for refund in failed {
            self.finish(refund, RefundOutcome::Succeeded);
        }
    }

    /// A worker takes the timer up; the platform closes what it is told to close and pays back what it is told to.
    pub(crate) fn fire(&mut self, timer: Timer) {
        match timer {
            Timer::OrderTimeout(order) => drop(self.must(Self::cancelling(order, CancelCause::Timeout))),
            Timer::PaymentCheck(payment) => {
                let view = if self.payment(payment).close_wanted { PlatformView::Closed } else { PlatformView::Pending };
                self.look(payment, view);
            }
            Timer::RefundSubmit(refund) => self.finish(refund, RefundOutcome::Succeeded),
            Timer::PreOrder(order_id) => {
                drop(self.must(Command::DropOrder(DropOrder { order_id, reason: "too late".to_owned(), untouched: Vec::new() })));
            }
            Timer::AutoReceive(order_id) => drop(self.must(Command::ReceiveOrder(ReceiveOrder { order_id, cause: ReceiveCause::Timeout }))),
        }
    }

    pub(crate) fn pass(&mut self, millis: i64) {
        self.now = self.now.after(millis);
    }

    pub(crate) fn order(&self, id: OrderId) -> Order {
        self.shop.orders.get(&id).expect("the order exists").clone()
    }

    pub(crate) fn payment(&self, id: PaymentId) -> Payment {
        self.shop.payments.get(&id).expect("the payment exists").clone()
    }

    pub(crate) fn refunds(&self) -> Vec<Refund> {
        self.shop.refunds.iter().map(|(_, refund)| refund.clone()).collect()
    }

    pub(crate) fn stock(&self, goods: i64) -> i64 {
        self.shop.goods.get(&GoodsId::new(goods)).expect("the goods exist").stock
    }

    pub(crate) fn account(&self, user: i64) -> Account {
        self.shop.accounts.get(&UserId::new(user)).expect("the user exists").clone()
    }

    pub(crate) fn coupon_used_by(&self, coupon: i64) -> Option<OrderId> {
        self.shop.coupons.get(&CouponId::new(coupon)).expect("the coupon exists").used.and_then(|held| held.order_id)
    }
}
