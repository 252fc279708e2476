//! A shop wholly in memory, the workers that keep it going, and a payment platform that is a map.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use rocketmall_core::basket::Terms;
use rocketmall_core::command::{
    CancelCause, CancelOrder, CheckPayment, Command, Consume, Consumed, FinishRefund, Outcome, PlatformView, Receipt, RefundOutcome,
    Request,
};
use rocketmall_core::decide::{Context, decide};
use rocketmall_core::id::{PaymentId, RefundId, Timestamp};
use rocketmall_core::invariant::{self, Settled};
use rocketmall_core::message::{InboxState, Message, Subscription, subscribers};
use rocketmall_core::payment::CURRENCY;
use rocketmall_core::refund::RefundState;
use rocketmall_core::shop::{Shop, Timer};

use super::door::Answer;

/// Seconds that retries of messages and refunds may take until the shop is settled.
const PATIENCE: usize = 3_600;

/// The shop, its clock and the platform. Workers run when they are told to.
pub(super) struct Memory {
    pub(super) shop: Shop,
    pub(super) now: Timestamp,
    pub(super) terms: Terms,
    last_id: i64,
    /// What has happened to an attempt at the platform; nothing yet if it is missing.
    platform: BTreeMap<PaymentId, Outcome>,
}

impl Memory {
    pub(super) fn new() -> Self {
        Self {
            shop: Shop::default(),
            now: Timestamp::from_millis(1_700_000_000_000),
            terms: Terms::default(),
            last_id: 1_000,
            platform: BTreeMap::new(),
        }
    }

    pub(super) fn fresh_id(&mut self) -> i64 {
        self.last_id += 1;
        self.last_id
    }

    /// Decides, and looks after the invariants.
    pub(super) fn submit(&mut self, request: &Request) -> Result<Answer<Receipt>> {
        let last_id = &mut self.last_id;
        let mut next_id = || {
            *last_id += 1;
            *last_id
        };
        let mut context = Context { now: self.now, terms: &self.terms, next_id: &mut next_id };
        let answer = decide(&mut self.shop, request, &mut context);
        self.shop.mark_saved();
        self.shop.timers.retain(|_, due| due.is_some());
        let broken = invariant::check(&self.shop, Settled::NotYet);
        ensure!(broken.is_empty(), "{request:?} breaks what must hold: {}", broken.join("; "));
        Ok(answer.map(|answer| answer.receipt).map_err(|rejection| rejection.reason))
    }

    /// For what cannot be refused: what there is, and what workers do.
    pub(super) fn must(&mut self, command: Command) -> Result<Receipt> {
        self.submit(&command.into())?.map_err(|reason| anyhow!("it is refused: {}", reason.slug()))
    }

    /// It happens at the platform, if nothing has yet; but money can always come.
    pub(super) fn happen(&mut self, payment: PaymentId, outcome: Outcome) {
        let known = self.platform.entry(payment).or_insert(outcome);
        if outcome == Outcome::Succeeded {
            *known = outcome;
        }
    }

    /// Asks the platform about an attempt; closes there first what is closed here or over.
    pub(super) fn look(&mut self, id: PaymentId) -> Result<Command> {
        let payment = self.shop.payments.get(&id).with_context(|| format!("there is no payment {id}"))?;
        let over = payment.close_wanted || (payment.is_open() && self.now >= payment.expires_at);
        if over {
            self.platform.entry(id).or_insert(Outcome::Closed);
        }
        let view = match self.platform.get(&id) {
            None => PlatformView::Pending,
            Some(Outcome::Failed) => PlatformView::Failed,
            Some(Outcome::Closed) => PlatformView::Closed,
            Some(Outcome::Succeeded) => {
                PlatformView::Succeeded { amount: payment.amount, currency: CURRENCY.to_owned(), platform_no: Some(format!("S{id}")) }
            }
        };
        Ok(Command::CheckPayment(CheckPayment { payment_id: id, view }))
    }

    fn give_back(&self, id: RefundId) -> Result<Command> {
        let refund = self.shop.refunds.get(&id).with_context(|| format!("there is no refund {id}"))?;
        let outcome = match self.platform.get(&refund.payment_id) {
            Some(Outcome::Succeeded) => RefundOutcome::Succeeded,
            _ => RefundOutcome::Failed("it was not paid".to_owned()),
        };
        Ok(Command::FinishRefund(FinishRefund { refund_id: id, outcome }))
    }

    /// What a worker does when a timer is due.
    fn fire(&mut self, timer: Timer) -> Result<()> {
        let command = match timer {
            Timer::OrderTimeout(order_id) => Command::CancelOrder(CancelOrder { order_id, cause: CancelCause::Timeout, reason: None }),
            Timer::PaymentCheck(payment_id) => self.look(payment_id)?,
            Timer::RefundSubmit(refund_id) => self.give_back(refund_id)?,
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

    /// Everything that can be done at this moment.
    fn work(&mut self) -> Result<()> {
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

    /// So much time passes, and what is due by then is done, in order of time.
    pub(super) fn advance(&mut self, millis: i64) -> Result<()> {
        let end = self.now.after(millis);
        self.work()?;
        while let Some(next) = self.shop.timers.values().flatten().min().copied().filter(|next| *next <= end) {
            self.now = next.max(self.now);
            self.work()?;
        }
        self.now = end;
        self.work()
    }

    /// Everything due now is done, and retries and refunds get the time they need.
    pub(super) fn settle(&mut self) -> Result<()> {
        self.work()?;
        for _ in 0..PATIENCE {
            if !self.needs_time() {
                return Ok(());
            }
            self.now = self.now.after(1_000);
            self.work()?;
        }
        bail!("messages or refunds are still under way after an hour")
    }

    fn needs_time(&self) -> bool {
        let retrying = self.shop.inbox.iter().any(|(_, row)| matches!(row.state, InboxState::Retrying { .. }));
        let giving_back = |state| matches!(state, RefundState::Approved | RefundState::Processing);
        retrying || self.shop.refunds.iter().any(|(_, refund)| giving_back(refund.state))
    }
}
