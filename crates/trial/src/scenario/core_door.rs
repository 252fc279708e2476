//! The first door: the rules alone, over a shop wholly in memory.

use anyhow::{Context as _, Result, anyhow, ensure};
use rocketmall_core::account::Account;
use rocketmall_core::basket::Terms;
use rocketmall_core::command::{
    CancelCause, CancelOrder, CheckPayment, Command, Consume, Consumed, FinishRefund, Receipt, ReceiveCause, ReceiveOrder, Request,
};
use rocketmall_core::coupon::Coupon;
use rocketmall_core::decide::{Context, decide};
use rocketmall_core::goods::Goods;
use rocketmall_core::id::{CouponId, GoodsId, OrderId, PaymentId, RefundId, Timestamp, UserId};
use rocketmall_core::invariant::{self, Settled};
use rocketmall_core::message::{InboxState, Message, Subscription, subscribers};
use rocketmall_core::order::Order;
use rocketmall_core::payment::Payment;
use rocketmall_core::refund::{Refund, RefundState};
use rocketmall_core::saga::DropOrder;
use rocketmall_core::shop::{Shop, Timer};

use super::command_door::{CommandDoor, TakesCommands};
use super::door::Answer;
use super::platform::Platform;
use super::workers::Workers;

/// The door to a shop in memory.
pub type CoreDoor = CommandDoor<Memory>;

/// A shop wholly in memory, its clock and its platform.
#[derive(Debug)]
pub struct Memory {
    shop: Shop,
    now: Timestamp,
    last_id: i64,
    platform: Platform,
}

impl Default for Memory {
    fn default() -> Self {
        let now = Timestamp::from_millis(1_700_000_000_000);
        Self { shop: Shop::default(), now, last_id: 1_000, platform: Platform::default() }
    }
}

impl Memory {
    /// Decides, and looks after the invariants.
    fn decide(&mut self, request: &Request) -> Result<Answer<Receipt>> {
        let last_id = &mut self.last_id;
        let mut next_id = || {
            *last_id += 1;
            *last_id
        };
        let terms = Terms::default();
        let mut context = Context::new(self.now, &terms, &mut next_id);
        let answer = decide(&mut self.shop, request, &mut context);
        self.shop.mark_saved();
        self.shop.timers.retain(|_, due| due.is_some());
        let broken = invariant::check(&self.shop, Settled::NotYet);
        ensure!(broken.is_empty(), "{request:?} breaks what must hold: {}", broken.join("; "));
        Ok(answer.map(|answer| answer.receipt).map_err(|rejection| rejection.reason))
    }

    /// What workers do is never refused.
    fn must(&mut self, command: Command) -> Result<Receipt> {
        self.decide(&command.into())?.map_err(|reason| anyhow!("a worker's command is refused: {}", reason.slug()))
    }

    /// What a worker does when a timer is due.
    fn fire(&mut self, timer: Timer) -> Result<()> {
        let command = match timer {
            Timer::OrderTimeout(order_id) => Command::CancelOrder(CancelOrder { order_id, cause: CancelCause::Timeout, reason: None }),
            Timer::PaymentCheck(payment_id) => {
                let payment = self.shop.payments.get(&payment_id).with_context(|| format!("there is no payment {payment_id}"))?;
                Command::CheckPayment(CheckPayment { payment_id, view: self.platform.look(payment, self.now) })
            }
            Timer::RefundSubmit(refund_id) => {
                let refund = self.shop.refunds.get(&refund_id).with_context(|| format!("there is no refund {refund_id}"))?;
                Command::FinishRefund(FinishRefund { refund_id, outcome: self.platform.give_back(refund.payment_id) })
            }
            Timer::PreOrder(order_id) => {
                Command::DropOrder(DropOrder { order_id, reason: "not placed in time".to_owned(), untouched: Vec::new() })
            }
            Timer::AutoReceive(order_id) => Command::ReceiveOrder(ReceiveOrder { order_id, cause: ReceiveCause::Timeout }),
        };
        self.must(command).map(drop)
    }

    /// Messages that some group has not taken and may take now.
    fn waiting(&self) -> Vec<Consume> {
        let consumes = |message: &Message| {
            let to = |subscription: &'static Subscription| Consume::new(subscription, message);
            subscribers(&message.topic, &message.tag).map(to).filter(|consume| self.may_take(consume)).collect::<Vec<_>>()
        };
        self.shop.outbox.iter().flat_map(consumes).collect()
    }

    fn may_take(&self, consume: &Consume) -> bool {
        match self.shop.inbox.get(&consume.inbox_key()).map(|row| &row.state) {
            None => true,
            Some(InboxState::Retrying { due }) => *due <= self.now,
            Some(InboxState::Done | InboxState::Dead) => false,
        }
    }

    fn due(&self) -> Vec<Timer> {
        self.shop.timers.iter().filter(|(_, due)| due.is_some_and(|due| due <= self.now)).map(|(timer, _)| *timer).collect()
    }
}

impl Workers for Memory {
    fn now(&self) -> Timestamp {
        self.now
    }

    fn set_now(&mut self, now: Timestamp) {
        self.now = now;
    }

    async fn work(&mut self) -> Result<()> {
        loop {
            let (waiting, due) = (self.waiting(), self.due());
            if waiting.is_empty() && due.is_empty() {
                return Ok(());
            }
            for consume in waiting {
                let (group, body) = (consume.subscription.group, consume.raw.clone());
                let receipt = self.must(Command::Consume(consume))?;
                ensure!(receipt != Receipt::Consumed(Consumed::Dead), "group {group} gave {body} up");
            }
            for timer in due {
                self.fire(timer)?;
            }
        }
    }

    async fn next_timer(&mut self) -> Result<Option<Timestamp>> {
        Ok(self.shop.timers.values().flatten().min().copied())
    }

    async fn needs_time(&mut self) -> Result<bool> {
        let retrying = self.shop.inbox.iter().any(|(_, row)| matches!(row.state, InboxState::Retrying { .. }));
        let giving_back = |state| matches!(state, RefundState::Approved | RefundState::Processing);
        Ok(retrying || self.shop.refunds.iter().any(|(_, refund)| giving_back(refund.state)))
    }
}

impl TakesCommands for Memory {
    fn terms(&self) -> Terms {
        Terms::default()
    }

    fn fresh_id(&mut self) -> i64 {
        self.last_id += 1;
        self.last_id
    }

    fn platform(&mut self) -> &mut Platform {
        &mut self.platform
    }

    async fn submit(&mut self, request: Request) -> Result<Answer<Receipt>> {
        self.decide(&request)
    }

    async fn goods(&self, id: GoodsId) -> Result<Option<Goods>> {
        Ok(self.shop.goods.get(&id).cloned())
    }

    async fn account(&self, id: UserId) -> Result<Option<Account>> {
        Ok(self.shop.accounts.get(&id).cloned())
    }

    async fn coupon(&self, id: CouponId) -> Result<Option<Coupon>> {
        Ok(self.shop.coupons.get(&id).cloned())
    }

    async fn order(&self, id: OrderId) -> Result<Option<Order>> {
        Ok(self.shop.orders.get(&id).cloned())
    }

    async fn payment(&self, id: PaymentId) -> Result<Option<Payment>> {
        Ok(self.shop.payments.get(&id).cloned())
    }

    async fn refund(&self, id: RefundId) -> Result<Option<Refund>> {
        Ok(self.shop.refunds.get(&id).cloned())
    }

    async fn verify(&self) -> Result<Vec<String>> {
        Ok(invariant::check(&self.shop, Settled::Yes))
    }
}
