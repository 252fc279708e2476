//! The second and the third door: real commands over a database, `SQLite` or `MariaDB`.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result, anyhow, ensure};
use rocketmall_core::account::Account;
use rocketmall_core::basket::Terms;
use rocketmall_core::command::{
    CancelCause, CancelOrder, CheckPayment, Command, Consume, Consumed, FinishRefund, Receipt, ReceiveCause, ReceiveOrder, Request,
};
use rocketmall_core::coupon::Coupon;
use rocketmall_core::goods::Goods;
use rocketmall_core::id::{CouponId, GoodsId, OrderId, PaymentId, RefundId, Timestamp, UserId};
use rocketmall_core::message::{InboxRow, Message, subscribers};
use rocketmall_core::order::Order;
use rocketmall_core::payment::Payment;
use rocketmall_core::refund::Refund;
use rocketmall_core::rejection::Reason;
use rocketmall_core::saga::DropOrder;
use rocketmall_core::shop::Timer;
use rocketmall_core::snowflake::Snowflake;
use rocketmall_store::batch::{self, Environment};
use rocketmall_store::transact::{Handover, Hooks};
use rocketmall_store::verify::{Limits, Report, UnderWay, audit};
use rocketmall_store::worker::{self, BatchMark};
use rocketmall_store::{Database, claim, migrate};

use super::command_door::{CommandDoor, TakesCommands};
use super::door::Answer;
use super::platform::Platform;
use super::workers::Workers;
use crate::home::Home;

/// The door to a shop in a database.
pub type StoreDoor = CommandDoor<Stored>;

impl StoreDoor {
    /// The door to a fresh shop in this empty database, which goes with it.
    pub async fn open(home: Home) -> Result<Self> {
        Ok(Self::to(Stored::open(home).await?))
    }
}

/// Taken up at once of messages, retries and timers each.
const PORTION: i64 = 100;

/// A shop in a database, with one process that works on it, its clock and its platform.
pub struct Stored {
    // the connections are closed before the database goes
    database: Database,
    environment: Environment,
    clock: Arc<AtomicI64>,
    platform: Platform,
    _home: Home,
}

impl Stored {
    async fn open(home: Home) -> Result<Self> {
        let database = home.open().await?;
        migrate::migrate(&database).await?;
        let clock = Arc::new(AtomicI64::new(1_800_000_000_000));
        let environment = environment(&database, &clock).await?;
        Ok(Self { database, environment, clock, platform: Platform::default(), _home: home })
    }

    async fn run(&self, requests: Vec<Request>) -> Vec<Answer<Receipt>> {
        let ran = batch::run(&self.database, requests, &self.environment).await;
        ran.answers.into_iter().map(|answer| answer.map(|answer| answer.receipt).map_err(|rejection| rejection.reason)).collect()
    }

    /// What workers do is never refused.
    async fn must(&self, commands: Vec<Command>) -> Result<Vec<Receipt>> {
        let refused = |reason: Reason| anyhow!("a worker's command is refused: {}", reason.slug());
        self.run(commands.into_iter().map(Request::from).collect()).await.into_iter().map(|answer| answer.map_err(refused)).collect()
    }

    /// Hands messages to all that hear them.
    async fn deliver(&self, messages: &[Message], retries: &[InboxRow]) -> Result<()> {
        let all: Vec<_> = messages.iter().flat_map(consumes).chain(retries.iter().filter_map(Consume::again)).collect();
        let receipts = self.must(all.iter().cloned().map(Command::Consume).collect()).await?;
        for (receipt, consume) in receipts.iter().zip(&all) {
            ensure!(*receipt != Receipt::Consumed(Consumed::Dead), "group {} gave {} up", consume.subscription.group, consume.raw);
        }
        self.must(messages.iter().map(|message| Command::MarkSent(message.id)).collect()).await.map(drop)
    }

    /// What a worker does when a timer is due.
    async fn fire(&mut self, timer: Timer) -> Result<()> {
        let command = match timer {
            Timer::OrderTimeout(order_id) => Command::CancelOrder(CancelOrder { order_id, cause: CancelCause::Timeout, reason: None }),
            Timer::PaymentCheck(payment_id) => {
                let payment = self.database.payment(payment_id).await?.with_context(|| format!("there is no payment {payment_id}"))?;
                let now = self.now();
                Command::CheckPayment(CheckPayment { payment_id, view: self.platform.look(&payment, now) })
            }
            Timer::RefundSubmit(refund_id) => {
                let refund = self.database.refund(refund_id).await?.with_context(|| format!("there is no refund {refund_id}"))?;
                Command::FinishRefund(FinishRefund { refund_id, outcome: self.platform.give_back(refund.payment_id) })
            }
            Timer::PreOrder(order_id) => {
                Command::DropOrder(DropOrder { order_id, reason: "not placed in time".to_owned(), untouched: Vec::new() })
            }
            Timer::AutoReceive(order_id) => Command::ReceiveOrder(ReceiveOrder { order_id, cause: ReceiveCause::Timeout }),
        };
        self.must(vec![command]).await.map(drop)
    }

    async fn audit(&self) -> Result<Report> {
        Ok(audit(&self.database, self.now(), Limits::default()).await?)
    }
}

fn consumes(message: &Message) -> impl Iterator<Item = Consume> {
    subscribers(&message.topic, &message.tag).map(move |subscription| Consume::new(subscription, message))
}

async fn environment(database: &Database, clock: &Arc<AtomicI64>) -> Result<Environment> {
    let now = {
        let clock = Arc::clone(clock);
        move || Timestamp::from_millis(clock.load(Ordering::SeqCst))
    };
    let worker = worker::lease(database, 1, now()).await?;
    let ids = Mutex::new(Snowflake::new(worker.id, worker.after));
    let batches = AtomicI64::new(1);
    let moment = now.clone();
    Ok(Environment {
        terms: Arc::new(Terms::default()),
        clock: Arc::new(now),
        next_id: Arc::new(move || ids.lock().unwrap_or_else(PoisonError::into_inner).next(moment())),
        next_mark: Arc::new(move || BatchMark { worker, batch: batches.fetch_add(1, Ordering::SeqCst) }),
        handover: Handover::Table,
        hooks: Hooks::default(),
    })
}

impl Workers for Stored {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.clock.load(Ordering::SeqCst))
    }

    fn set_now(&mut self, now: Timestamp) {
        self.clock.store(now.millis(), Ordering::SeqCst);
    }

    async fn work(&mut self) -> Result<()> {
        loop {
            let messages = claim::messages(&self.database, self.now(), PORTION).await?;
            let retries = claim::retries(&self.database, self.now(), PORTION).await?;
            let timers = claim::timers(&self.database, claim::TimersOf::Everybody, self.now(), PORTION).await?;
            if messages.is_empty() && retries.is_empty() && timers.is_empty() {
                return Ok(());
            }
            self.deliver(&messages, &retries).await?;
            for (timer, _) in timers {
                self.fire(timer).await?;
            }
        }
    }

    async fn next_timer(&mut self) -> Result<Option<Timestamp>> {
        Ok(claim::next_timer(&self.database).await?)
    }

    async fn needs_time(&mut self) -> Result<bool> {
        Ok(going_on(&self.audit().await?).next().is_some())
    }
}

impl TakesCommands for Stored {
    fn terms(&self) -> Terms {
        (*self.environment.terms).clone()
    }

    fn fresh_id(&mut self) -> i64 {
        (self.environment.next_id)()
    }

    fn platform(&mut self) -> &mut Platform {
        &mut self.platform
    }

    async fn submit(&mut self, request: Request) -> Result<Answer<Receipt>> {
        self.run(vec![request]).await.pop().context("a request got no answer")
    }

    async fn goods(&self, id: GoodsId) -> Result<Option<Goods>> {
        Ok(self.database.goods(&[id]).await?.pop())
    }

    async fn account(&self, id: UserId) -> Result<Option<Account>> {
        Ok(self.database.account(id).await?)
    }

    async fn coupon(&self, id: CouponId) -> Result<Option<Coupon>> {
        Ok(self.database.coupon(id).await?)
    }

    async fn order(&self, id: OrderId) -> Result<Option<Order>> {
        Ok(self.database.order(id).await?)
    }

    async fn payment(&self, id: PaymentId) -> Result<Option<Payment>> {
        Ok(self.database.payment(id).await?)
    }

    async fn refund(&self, id: RefundId) -> Result<Option<Refund>> {
        Ok(self.database.refund(id).await?)
    }

    async fn verify(&self) -> Result<Vec<String>> {
        Ok(found(&self.audit().await?))
    }
}

/// All that an audit found; what is under way counts too, for a shop that should be at rest.
pub fn found(report: &Report) -> Vec<String> {
    let broken = report.broken().flat_map(|check| {
        let told = move |found: &rocketmall_store::verify::Finding| {
            format!("{}: {} {} {} ({})", check.invariant, found.of, found.id, found.detail, check.name)
        };
        check.found.iter().map(told)
    });
    broken.chain(going_on(report).map(|what| format!("{} {}", what.count, what.what))).collect()
}

/// What goes on by itself and is not over. What waits for a person does not.
pub fn going_on(report: &Report) -> impl Iterator<Item = &UnderWay> {
    report.under_way.iter().filter(|what| what.count > 0 && what.name != "refunds_requested")
}
