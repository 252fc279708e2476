//! One process of a shop: its handle on the database, its worker number, its clock, and what it does with commands, messages
//! and timers. Several may run on one database.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rocketmall_core::account::Account;
use rocketmall_core::basket::{Basket, BasketLine, Terms};
use rocketmall_core::command::{
    CancelCause, CancelOrder, CheckPayment, Command, Consume, FinishRefund, HandleRefund, Outcome, PlaceOrder, PlatformView, Receipt,
    ReceiveCause, ReceiveOrder, RefundOutcome, RefundStep, RegisterUser, Request, RequestRefund, SettlePayment, ShipOrder, StartPayment,
};
use rocketmall_core::coupon::Coupon;
use rocketmall_core::goods::Goods;
use rocketmall_core::id::{CouponId, GoodsId, OrderId, PaymentId, RefundId, Timestamp, UserId};
use rocketmall_core::message::{Body, InboxRow, Message, SUBSCRIPTIONS, subscribers};
use rocketmall_core::money::Cents;
use rocketmall_core::order::Order;
use rocketmall_core::payment::{CURRENCY, Payment};
use rocketmall_core::refundable::Wanted;
use rocketmall_core::rejection::Rejection;
use rocketmall_core::saga::DropOrder;
use rocketmall_core::shop::{IdempotencyKey, Timer};
use rocketmall_core::snowflake::Snowflake;
use rocketmall_store::batch::{self, Environment, Ran};
use rocketmall_store::transact::{Handover, Hooks};
use rocketmall_store::worker::{self, BatchMark, Worker};
use rocketmall_store::{Database, claim, migrate};

use crate::database::TestDatabase;

/// Stands still until the test moves it.
#[derive(Clone)]
pub(crate) struct Clock(Arc<AtomicI64>);

impl Clock {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicI64::new(1_800_000_000_123)))
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }

    pub(crate) fn pass(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

pub(crate) struct Process {
    pub(crate) database: Database,
    pub(crate) clock: Clock,
    pub(crate) worker: Worker,
    pub(crate) environment: Environment,
}

/// Tells one lease from another, as random numbers do outside of tests.
static TOKEN: AtomicI64 = AtomicI64::new(1);

pub(crate) fn fresh_token() -> i64 {
    TOKEN.fetch_add(1, Ordering::SeqCst)
}

/// An amount from its text.
pub(crate) fn cents(text: &str) -> Cents {
    text.parse().expect("tests write amounts right")
}

/// A basket that uses no coupon and no balance; lines are (goods, pieces).
pub(crate) fn basket(user: UserId, lines: &[(GoodsId, i64)]) -> Basket {
    let line = |(goods, number): &(GoodsId, i64)| BasketLine { goods_id: *goods, number: *number, seen_price: None };
    Basket {
        user_id: user,
        lines: lines.iter().map(line).collect(),
        coupon_id: None,
        money_paid: Cents::ZERO,
        seen_freight: None,
        seen_total: None,
        seen_pay_amount: None,
    }
}

impl Process {
    /// On a schema of its own making, or of another process's.
    pub(crate) async fn start(home: &TestDatabase, clock: &Clock) -> Self {
        Self::on(home.open().await, clock).await
    }

    /// The same on this handle, which may hold some parts of the shop alone.
    pub(crate) async fn on(database: Database, clock: &Clock) -> Self {
        migrate::migrate(&database).await.expect("the schema can be made");
        let worker = worker::lease(&database, fresh_token(), clock.now()).await.expect("there are worker numbers");
        Self { environment: environment(clock, worker), clock: clock.clone(), worker, database }
    }

    pub(crate) fn fresh_id(&self) -> i64 {
        (self.environment.next_id)()
    }

    pub(crate) async fn run(&self, requests: Vec<Request>) -> Ran {
        batch::run(&self.database, requests, &self.environment).await
    }

    pub(crate) async fn answer(&self, request: impl Into<Request>) -> Result<Receipt, Rejection> {
        let mut answers = self.run(vec![request.into()]).await.answers;
        answers.pop().expect("one request, one answer").map(|answer| answer.receipt)
    }

    pub(crate) async fn must(&self, request: impl Into<Request>) -> Receipt {
        self.answer(request).await.expect("this command is accepted")
    }

    pub(crate) async fn goods(&self, price: &str, stock: i64) -> GoodsId {
        let id = GoodsId::new(self.fresh_id());
        let (name, desc) = (format!("goods at {price}"), String::new());
        let goods = Goods { id, name, desc, price: cents(price), stock, created_at: self.clock.now() };
        self.must(Command::CreateGoods(goods)).await;
        id
    }

    pub(crate) async fn user(&self, balance: &str) -> UserId {
        let id = UserId::new(self.fresh_id());
        let mobile = format!("+{}", id.get());
        let account = Account { id, name: "a user".to_owned(), mobile, balance: cents(balance), score: 0, created_at: self.clock.now() };
        self.must(Command::RegisterUser(RegisterUser { account, password_hash: "a hash".to_owned() })).await;
        id
    }

    pub(crate) async fn coupon(&self, user_id: UserId, price: &str) -> CouponId {
        let id = CouponId::new(self.fresh_id());
        let coupon = Coupon {
            id,
            user_id,
            price: cents(price),
            min_spend: cents("0.50"),
            expires_at: None,
            used: None,
            created_at: self.clock.now(),
        };
        self.must(Command::CreateCoupon(coupon)).await;
        id
    }

    pub(crate) fn placing(&self, basket: Basket) -> Command {
        let order_id = OrderId::new(self.fresh_id());
        Command::PlaceOrder(PlaceOrder { order_id, basket, address: "新西兰".to_owned(), consignee: "安娜".to_owned() })
    }

    pub(crate) async fn place(&self, basket: Basket) -> Order {
        placed(self.must(self.placing(basket)).await)
    }

    pub(crate) async fn cancel(&self, order: OrderId) -> Receipt {
        self.must(cancelling(order, CancelCause::Shop)).await
    }

    pub(crate) fn starting(&self, order: OrderId, channel: &str) -> Command {
        Command::StartPayment(StartPayment {
            payment_id: PaymentId::new(self.fresh_id()),
            order_id: order,
            user_id: None,
            channel: channel.to_owned(),
            method: None,
            seen_amount: None,
        })
    }

    pub(crate) async fn open_attempt(&self, order: OrderId, channel: &str) -> Payment {
        match self.must(self.starting(order, channel)).await {
            Receipt::Started(payment) => *payment,
            other => panic!("starting answered {other:?}"),
        }
    }

    /// The platform notifies as it should.
    pub(crate) async fn notify(&self, payment: &Payment, outcome: Outcome) {
        let settle = SettlePayment {
            payment_id: payment.id,
            channel: payment.channel.clone(),
            order_id: None,
            amount: payment.amount,
            currency: CURRENCY.to_owned(),
            platform_no: Some(format!("S{}", payment.id)),
            outcome,
        };
        self.must(Command::SettlePayment(settle)).await;
    }

    pub(crate) async fn ship(&self, order_id: OrderId) {
        self.must(shipping(order_id)).await;
    }

    pub(crate) fn asking(&self, order_id: OrderId, wanted: Wanted, return_goods: bool) -> RequestRefund {
        let refund_id = RefundId::new(self.fresh_id());
        RequestRefund { refund_id, order_id, user_id: None, wanted, reason: "too small".to_owned(), return_goods }
    }

    /// Asked for and approved.
    pub(crate) async fn refund(&self, order: OrderId, wanted: Wanted, return_goods: bool) -> RefundId {
        let asking = self.asking(order, wanted, return_goods);
        let refund = asking.refund_id;
        self.must(Command::RequestRefund(asking)).await;
        self.handle(refund, RefundStep::Approve).await;
        refund
    }

    pub(crate) async fn handle(&self, refund_id: RefundId, step: RefundStep) {
        self.must(Command::HandleRefund(HandleRefund { refund_id, step })).await;
    }

    pub(crate) async fn finish(&self, refund: RefundId, outcome: RefundOutcome) {
        self.must(Command::FinishRefund(FinishRefund { refund_id: refund, outcome })).await;
    }

    /// Hands out every message that is due, to all that hear it, until there is none.
    pub(crate) async fn deliver(&self) {
        loop {
            let messages = claim::messages(&self.database, self.clock.now(), 100).await.expect("messages can be claimed");
            let retries = claim::retries(&self.database, self.clock.now(), 100).await.expect("retries can be claimed");
            if messages.is_empty() && retries.is_empty() {
                return;
            }
            let consumes = messages.iter().flat_map(deliveries).chain(retries.iter().map(again));
            let consumed = self.run(consumes.map(Request::from).collect()).await;
            let sent = self.run(messages.iter().map(|message| Command::MarkSent(message.id).into()).collect()).await;
            for answer in consumed.answers.into_iter().chain(sent.answers) {
                answer.expect("a message is taken");
            }
        }
    }

    /// Takes up the timers that are due. The platform has nothing new to say, closes what it is told to close, and takes its
    /// time with refunds.
    pub(crate) async fn fire(&self) {
        for (timer, _) in
            claim::timers(&self.database, claim::TimersOf::Everybody, self.clock.now(), 100).await.expect("timers can be claimed")
        {
            let command = match timer {
                Timer::OrderTimeout(order) => cancelling(order, CancelCause::Timeout),
                Timer::PaymentCheck(payment) => self.look(payment).await,
                Timer::RefundSubmit(refund) => {
                    Command::FinishRefund(FinishRefund { refund_id: refund, outcome: RefundOutcome::Processing })
                }
                Timer::PreOrder(order_id) => {
                    Command::DropOrder(DropOrder { order_id, reason: "too late".to_owned(), untouched: Vec::new() })
                }
                Timer::AutoReceive(order_id) => Command::ReceiveOrder(ReceiveOrder { order_id, cause: ReceiveCause::Timeout }),
            };
            self.must(command).await;
        }
    }

    async fn look(&self, id: PaymentId) -> Command {
        let payment = self.database.payment(id).await.expect("payments can be read").expect("the payment exists");
        let view = if payment.close_wanted { PlatformView::Closed } else { PlatformView::Pending };
        Command::CheckPayment(CheckPayment { payment_id: id, view })
    }

    /// Plain SQL, past the rules.
    pub(crate) async fn sql(&self, sql: &str) {
        let sql = sql.to_owned();
        let done = self.database.with(move |connection| Box::pin(async move { connection.run("test", &sql).await }));
        done.await.expect("the test's SQL runs");
    }
}

/// A process's clock, ids and marks.
pub(crate) fn environment(clock: &Clock, worker: Worker) -> Environment {
    let ids = Mutex::new(Snowflake::new(worker.id, worker.after));
    let (time, moment) = (clock.clone(), clock.clone());
    let batches = AtomicI64::new(1);
    Environment {
        terms: Arc::new(Terms::default()),
        clock: Arc::new(move || time.now()),
        next_id: Arc::new(move || ids.lock().unwrap_or_else(PoisonError::into_inner).next(moment.now())),
        next_mark: Arc::new(move || BatchMark { worker, batch: batches.fetch_add(1, Ordering::SeqCst) }),
        handover: Handover::Table,
        hooks: Hooks::default(),
    }
}

/// A command under an idempotency key.
pub(crate) fn keyed(command: Command, user: UserId, call: &str, key: &str) -> Request {
    let key = IdempotencyKey { user: user.get(), call: call.to_owned(), key: key.to_owned() };
    Request { command, idempotency: Some((key, "0".repeat(64))), trace: None }
}

pub(crate) fn cancelling(order: OrderId, cause: CancelCause) -> Command {
    Command::CancelOrder(CancelOrder { order_id: order, cause, reason: None })
}

pub(crate) fn shipping(order_id: OrderId) -> Command {
    Command::ShipOrder(ShipOrder { order_id, carrier: "顺丰".to_owned(), tracking_no: "SF100".to_owned() })
}

pub(crate) fn placed(receipt: Receipt) -> Order {
    match receipt {
        Receipt::Placed(order) => *order,
        other => panic!("placing answered {other:?}"),
    }
}

pub(crate) fn deliveries(message: &Message) -> impl Iterator<Item = Command> {
    subscribers(&message.topic, &message.tag).map(move |subscription| Command::Consume(Consume::new(subscription, message)))
}

fn again(row: &InboxRow) -> Command {
    let hears = |s: &&_| {
        let s: &rocketmall_core::message::Subscription = s;
        s.group == row.key.group && s.tag == row.key.tag
    };
    let subscription = SUBSCRIPTIONS.iter().find(hears).expect("the group is known");
    Command::Consume(Consume {
        subscription,
        message_id: row.message_id.clone(),
        key: row.key.key.clone(),
        raw: row.body.clone(),
        body: Body::read(&row.topic, &row.key.tag, &row.body),
        seen: None,
        trace: row.trace,
    })
}
