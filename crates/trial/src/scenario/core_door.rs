//! The first door: the rules alone, over a shop wholly in memory, with a platform that is a map.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};
use rocketmall_core::account::Account;
use rocketmall_core::basket::{Basket, BasketLine, Terms};
use rocketmall_core::command::{
    CancelCause, CancelOrder, CheckPayment, Command, Consume, Consumed, CorrectBalance, CorrectStock, EditGoods, FinishRefund, Outcome,
    PlaceOrder, PlatformView, Receipt, RefundOutcome, RegisterUser, Request, SettlePayment, StartPayment,
};
use rocketmall_core::coupon::Coupon;
use rocketmall_core::decide::{Context, decide};
use rocketmall_core::goods::Goods;
use rocketmall_core::id::{CouponId, GoodsId, OrderId, PaymentId, RefundId, Timestamp, UserId};
use rocketmall_core::invariant::{self, Settled};
use rocketmall_core::message::{InboxState, Message, Subscription, subscribers};
use rocketmall_core::money::Cents;
use rocketmall_core::order::Order;
use rocketmall_core::payment::{CURRENCY, Payment, PaymentState};
use rocketmall_core::refund::RefundState;
use rocketmall_core::rejection::Reason;
use rocketmall_core::shop::{IdempotencyKey, Shop, Timer};

use super::door::{Answer, CouponView, Door, Figures, GoodsView, Kind, Labels, OrderView, Placed, Started, UserView};
use super::step::{Asked, NewCoupon, Notice, Pay};

/// Seconds that retries of messages and refunds may take in [`Door::settle`].
const PATIENCE: usize = 3_600;

/// A shop in memory and a payment platform beside it. Workers run when a scenario lets them.
pub struct CoreDoor {
    shop: Shop,
    now: Timestamp,
    terms: Terms,
    last_id: i64,
    labels: Labels,
    /// What has happened to an attempt at the platform; nothing yet if it is missing.
    platform: BTreeMap<PaymentId, Outcome>,
}

impl Default for CoreDoor {
    fn default() -> Self {
        Self {
            shop: Shop::default(),
            now: Timestamp::from_millis(1_700_000_000_000),
            terms: Terms::default(),
            last_id: 1_000,
            labels: Labels::default(),
            platform: BTreeMap::new(),
        }
    }
}

impl CoreDoor {
    fn fresh_id(&mut self) -> i64 {
        self.last_id += 1;
        self.last_id
    }

    /// Decides, and looks after the invariants.
    fn submit(&mut self, request: &Request) -> Result<Answer<Receipt>> {
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

    fn run(&mut self, command: Command) -> Result<Answer<Receipt>> {
        self.submit(&command.into())
    }

    /// For steps that only say what there is, and for workers.
    fn must(&mut self, command: Command) -> Result<Receipt> {
        self.run(command)?.map_err(|reason| anyhow::anyhow!("refused: {}", reason.slug()))
    }

    fn goods_id(&self, label: &str) -> GoodsId {
        GoodsId::new(self.labels.id(Kind::Goods, label))
    }

    fn user_id(&self, label: &str) -> UserId {
        UserId::new(self.labels.id(Kind::User, label))
    }

    fn order_id(&self, label: &str) -> OrderId {
        OrderId::new(self.labels.id(Kind::Order, label))
    }

    fn payment_id(&self, label: &str) -> PaymentId {
        PaymentId::new(self.labels.id(Kind::Payment, label))
    }

    fn find_order(&self, label: &str) -> Result<&Order> {
        self.shop.orders.get(&self.order_id(label)).with_context(|| format!("there is no order {label}"))
    }

    fn find_payment(&self, label: &str) -> Result<&Payment> {
        self.shop.payments.get(&self.payment_id(label)).with_context(|| format!("there is no payment {label}"))
    }

    /// The order's own user if nobody is named; nobody if there is no such order.
    fn acting(&self, order: &str, user: Option<&str>) -> UserId {
        let owner = || self.shop.orders.get(&self.order_id(order)).map(|order| order.user_id);
        user.map(|label| self.user_id(label)).or_else(owner).unwrap_or(UserId::new(Labels::NOTHING))
    }

    fn basket(&self, asked: &Asked) -> Basket {
        let line = |line: &super::step::AskedLine| BasketLine {
            goods_id: self.goods_id(&line.goods),
            number: line.number,
            seen_price: line.price,
        };
        Basket {
            user_id: self.user_id(&asked.user),
            lines: asked.lines.iter().map(line).collect(),
            coupon_id: asked.coupon.as_deref().map(|label| CouponId::new(self.labels.id(Kind::Coupon, label))),
            money_paid: asked.money,
            seen_freight: asked.freight,
            seen_total: asked.total,
            seen_pay_amount: asked.pay_amount,
        }
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

    /// Closes at the platform what is closed here or over, then asks.
    fn look(&mut self, id: PaymentId) -> Result<Command> {
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

    /// Messages that some group has not taken and may take now.
    fn waiting(&self) -> Vec<(&'static Subscription, Message)> {
        let takes = |subscription: &Subscription, message: &Message| {
            let key = rocketmall_core::message::InboxKey {
                group: subscription.group.to_owned(),
                tag: message.tag.clone(),
                key: message.key.clone(),
            };
            match self.shop.inbox.get(&key).map(|row| &row.state) {
                None => true,
                Some(InboxState::Retrying { due }) => *due <= self.now,
                Some(InboxState::Done | InboxState::Dead) => false,
            }
        };
        let of = |message: &Message| {
            let groups = subscribers(&message.topic, &message.tag).filter(|subscription| takes(subscription, message));
            groups.map(|subscription| (subscription, message.clone())).collect::<Vec<_>>()
        };
        self.shop.outbox.iter().flat_map(of).collect()
    }

    /// Everything that can be done at this moment.
    fn work(&mut self) -> Result<()> {
        loop {
            let waiting = self.waiting();
            let due: Vec<Timer> =
                self.shop.timers.iter().filter(|(_, due)| due.is_some_and(|due| due <= self.now)).map(|(timer, _)| *timer).collect();
            if waiting.is_empty() && due.is_empty() {
                return Ok(());
            }
            for (subscription, message) in waiting {
                let receipt = self.must(Command::Consume(Consume::new(subscription, &message)))?;
                ensure!(receipt != Receipt::Consumed(Consumed::Dead), "group {} gave {} up", subscription.group, message.body);
            }
            for timer in due {
                self.fire(timer)?;
            }
        }
    }

    /// A retry or a refund that only needs time.
    fn needs_time(&self) -> bool {
        let retrying = self.shop.inbox.iter().any(|(_, row)| matches!(row.state, InboxState::Retrying { .. }));
        let giving_back = |state| matches!(state, RefundState::Approved | RefundState::Processing);
        retrying || self.shop.refunds.iter().any(|(_, refund)| giving_back(refund.state))
    }

    fn moment_of_next_timer(&self) -> Option<Timestamp> {
        self.shop.timers.values().flatten().min().copied()
    }
}

fn done(answer: Answer<Receipt>) -> Answer<()> {
    answer.map(drop)
}

impl Door for CoreDoor {
    async fn goods(&mut self, label: &str, price: Cents, stock: i64) -> Result<()> {
        let id = self.fresh_id();
        self.labels.give(Kind::Goods, label, id);
        let name = format!("goods {label}");
        let goods = Goods { id: GoodsId::new(id), name, desc: String::new(), price, stock, created_at: self.now };
        self.must(Command::CreateGoods(goods)).map(drop)
    }

    async fn user(&mut self, label: &str, balance: Cents) -> Result<()> {
        let id = self.fresh_id();
        self.labels.give(Kind::User, label, id);
        let (name, mobile) = (format!("user {label}"), format!("138{id:08}"));
        let account = Account { id: UserId::new(id), name, mobile, balance, score: 0, created_at: self.now };
        self.must(Command::RegisterUser(RegisterUser { account, password_hash: String::new() })).map(drop)
    }

    async fn coupon(&mut self, new: &NewCoupon) -> Result<()> {
        let id = self.fresh_id();
        self.labels.give(Kind::Coupon, &new.coupon, id);
        let coupon = Coupon {
            id: CouponId::new(id),
            user_id: self.user_id(&new.user),
            price: new.price,
            min_spend: new.min_spend,
            expires_at: new.expires_after.map(|millis| self.now.after(millis)),
            used: None,
            created_at: self.now,
        };
        self.must(Command::CreateCoupon(coupon)).map(drop)
    }

    async fn place(&mut self, label: &str, asked: &Asked, key: Option<&str>) -> Result<Answer<Placed>> {
        let (order_id, basket) = (OrderId::new(self.fresh_id()), self.basket(asked));
        let scope = |key: &str| IdempotencyKey { user: basket.user_id.get(), call: "place".to_owned(), key: key.to_owned() };
        let idempotency = key.map(|key| (scope(key), format!("{basket:?}")));
        let place = PlaceOrder { order_id, basket, address: "新西兰".to_owned(), consignee: String::new() };
        match self.submit(&Request { command: Command::PlaceOrder(place), idempotency })? {
            Err(reason) => Ok(Err(reason)),
            Ok(Receipt::Placed(order)) => {
                self.labels.give(Kind::Order, label, order.id.get());
                Ok(Ok(Placed { id: order.id.to_string(), figures: Figures::of(&order) }))
            }
            Ok(other) => bail!("placing answered {other:?}"),
        }
    }

    async fn quote(&mut self, asked: &Asked) -> Result<Answer<Figures>> {
        let quote = self.basket(asked).quote(&self.shop, &self.terms, self.now);
        Ok(quote.map_err(|rejection| rejection.reason).map(|quote| Figures {
            goods: quote.goods_amount,
            freight: quote.shipping_fee,
            total: quote.order_amount,
            coupon: quote.coupon_paid,
            money: quote.money_paid,
            pay: quote.pay_amount,
        }))
    }

    async fn cancel(&mut self, order: &str, user: Option<&str>) -> Result<Answer<()>> {
        let (order_id, user) = (self.order_id(order), self.acting(order, user));
        self.run(Command::CancelOrder(CancelOrder { order_id, cause: CancelCause::User(user), reason: None })).map(done)
    }

    async fn pay(&mut self, pay: &Pay) -> Result<Answer<Started>> {
        let start = StartPayment {
            payment_id: PaymentId::new(self.fresh_id()),
            order_id: self.order_id(&pay.order),
            user_id: Some(self.acting(&pay.order, pay.user.as_deref())),
            channel: pay.channel.clone(),
            method: pay.method.clone(),
            seen_amount: None,
        };
        match self.run(Command::StartPayment(start))? {
            Err(reason) => Ok(Err(reason)),
            Ok(Receipt::Started(payment)) => {
                self.labels.give(Kind::Payment, &pay.payment, payment.id.get());
                Ok(Ok(Started { id: payment.id.to_string(), amount: payment.amount }))
            }
            Ok(other) => bail!("starting answered {other:?}"),
        }
    }

    async fn notify(&mut self, notice: &Notice) -> Result<Vec<Answer<()>>> {
        let payment_id = self.payment_id(&notice.payment);
        let known = self.shop.payments.get(&payment_id);
        let settle = SettlePayment {
            payment_id,
            channel: known.map_or_else(|| "sandbox".to_owned(), |payment| payment.channel.clone()),
            order_id: None,
            amount: notice.amount.or(known.map(|payment| payment.amount)).unwrap_or(Cents::ZERO),
            currency: notice.currency.clone().unwrap_or_else(|| CURRENCY.to_owned()),
            platform_no: Some(format!("S{payment_id}")),
            outcome: notice.outcome,
        };
        if notice.amount.is_none() && notice.currency.is_none() {
            self.platform(&notice.payment, notice.outcome).await?;
        }
        (0..notice.times).map(|_| self.run(Command::SettlePayment(settle.clone())).map(done)).collect()
    }

    /// Money that has come stays there.
    async fn platform(&mut self, payment: &str, outcome: Outcome) -> Result<()> {
        let known = self.platform.entry(self.payment_id(payment)).or_insert(outcome);
        if outcome == Outcome::Succeeded {
            *known = outcome;
        }
        Ok(())
    }

    async fn sync(&mut self, payment: &str) -> Result<Answer<()>> {
        let id = self.payment_id(payment);
        if self.shop.payments.get(&id).is_none() {
            return Ok(Err(Reason::PaymentUnknown));
        }
        let look = self.look(id)?;
        self.run(look).map(done)
    }

    async fn correct_stock(&mut self, goods: &str, delta: i64) -> Result<Answer<()>> {
        let goods_id = self.goods_id(goods);
        self.run(Command::CorrectStock(CorrectStock { goods_id, delta, reason: "counted".to_owned() })).map(done)
    }

    async fn correct_balance(&mut self, user: &str, delta: Cents) -> Result<Answer<()>> {
        let user_id = self.user_id(user);
        self.run(Command::CorrectBalance(CorrectBalance { user_id, delta, reason: "paid in".to_owned() })).map(done)
    }

    async fn set_price(&mut self, goods: &str, price: Cents) -> Result<Answer<()>> {
        let edit = EditGoods { goods_id: Some(self.goods_id(goods)), price: Some(price), ..EditGoods::default() };
        self.run(Command::EditGoods(edit)).map(done)
    }

    async fn advance(&mut self, millis: i64) -> Result<()> {
        let end = self.now.after(millis);
        self.work()?;
        while let Some(next) = self.moment_of_next_timer().filter(|next| *next <= end) {
            self.now = next.max(self.now);
            self.work()?;
        }
        self.now = end;
        self.work()
    }

    async fn settle(&mut self) -> Result<()> {
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

    async fn goods_now(&mut self, label: &str) -> Result<GoodsView> {
        let goods = self.shop.goods.get(&self.goods_id(label)).with_context(|| format!("there are no goods {label}"))?;
        Ok(GoodsView { stock: goods.stock, price: goods.price })
    }

    async fn user_now(&mut self, label: &str) -> Result<UserView> {
        let account = self.shop.accounts.get(&self.user_id(label)).with_context(|| format!("there is no user {label}"))?;
        Ok(UserView { balance: account.balance, score: account.score })
    }

    async fn order_now(&mut self, label: &str) -> Result<OrderView> {
        let order = self.find_order(label)?;
        Ok(OrderView { status: order.status, pay_status: order.pay_status, figures: Figures::of(order) })
    }

    async fn coupon_now(&mut self, label: &str) -> Result<CouponView> {
        let id = CouponId::new(self.labels.id(Kind::Coupon, label));
        let coupon = self.shop.coupons.get(&id).with_context(|| format!("there is no coupon {label}"))?;
        Ok(CouponView { used_by: coupon.used.map(|held| held.order_id.map_or_else(|| "?".to_owned(), |id| id.to_string())) })
    }

    async fn payment_now(&mut self, label: &str) -> Result<PaymentState> {
        self.find_payment(label).map(|payment| payment.state)
    }

    async fn verify(&mut self) -> Result<Vec<String>> {
        Ok(invariant::check(&self.shop, Settled::Yes))
    }
}
