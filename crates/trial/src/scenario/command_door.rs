//! A door that makes commands out of what a scenario says: [`CoreDoor`](super::CoreDoor) and [`StoreDoor`](super::StoreDoor).

use anyhow::{Context as _, Result, anyhow, bail};
use rocketmall_core::account::Account;
use rocketmall_core::basket::{Basket, Terms};
use rocketmall_core::command::{
    CancelCause, CancelOrder, CheckPayment, Command, CorrectBalance, CorrectStock, EditGoods, HandleRefund, Outcome, PlaceOrder, Receipt,
    ReceiveCause, ReceiveOrder, RefundStep, RegisterUser, Request, RequestRefund, SettlePayment, ShipOrder, StartPayment,
};
use rocketmall_core::coupon::Coupon;
use rocketmall_core::goods::Goods;
use rocketmall_core::id::{CouponId, GoodsId, OrderId, PaymentId, RefundId, UserId};
use rocketmall_core::money::Cents;
use rocketmall_core::order::Order;
use rocketmall_core::payment::{CURRENCY, Payment, PaymentState};
use rocketmall_core::refund::{Refund, RefundState};
use rocketmall_core::refundable::Wanted;
use rocketmall_core::rejection::Reason;
use rocketmall_core::shop::{IdempotencyKey, Shop};
use sha2::{Digest as _, Sha256};

use super::door::{Answer, CouponView, Door, Figures, GoodsView, OrderView, Placed, RefundView, Started, UserView};
use super::labels::{Kind, Labels};
use super::platform::{Platform, platform_no};
use super::step::{Asked, AskedLine, NewCoupon, Notice, Pay, RefundAsk};
use super::workers::{self, Workers};

/// A shop that takes commands and shows its rows.
#[expect(async_fn_in_trait, reason = "scenarios run on one thread; no future has to be Send")]
pub trait TakesCommands: Workers {
    /// The shop's terms.
    fn terms(&self) -> Terms;
    /// An id never given before.
    fn fresh_id(&mut self) -> i64;
    /// The payment platform.
    fn platform(&mut self) -> &mut Platform;
    /// Decides a command and keeps what it changes.
    async fn submit(&mut self, request: Request) -> Result<Answer<Receipt>>;
    /// These goods.
    async fn goods(&self, id: GoodsId) -> Result<Option<Goods>>;
    /// This user's account.
    async fn account(&self, id: UserId) -> Result<Option<Account>>;
    /// This coupon.
    async fn coupon(&self, id: CouponId) -> Result<Option<Coupon>>;
    /// This order.
    async fn order(&self, id: OrderId) -> Result<Option<Order>>;
    /// This attempt.
    async fn payment(&self, id: PaymentId) -> Result<Option<Payment>>;
    /// This refund.
    async fn refund(&self, id: RefundId) -> Result<Option<Refund>>;
    /// What the audit finds wrong when nothing should be under way.
    async fn verify(&self) -> Result<Vec<String>>;
}

/// The door to such a shop.
#[derive(Debug, Default)]
pub struct CommandDoor<S> {
    shop: S,
    labels: Labels,
}

impl<S: TakesCommands> CommandDoor<S> {
    /// The door to this shop, in which nothing has happened yet.
    pub fn to(shop: S) -> Self {
        Self { shop, labels: Labels::default() }
    }

    async fn run(&mut self, command: Command) -> Result<Answer<()>> {
        Ok(self.shop.submit(command.into()).await?.map(drop))
    }

    /// For what there is, which cannot be refused.
    async fn must(&mut self, command: Command) -> Result<()> {
        self.run(command).await?.map_err(|reason| anyhow!("it is refused: {}", reason.slug()))
    }

    /// A new id, for which `label` stands from now on.
    fn labelled(&mut self, kind: Kind, label: &str) -> i64 {
        let id = self.shop.fresh_id();
        self.labels.give(kind, label, id);
        id
    }

    /// The order's own user if nobody is named; nobody if there is no such order.
    async fn acting(&self, order: &str, user: Option<&str>) -> Result<UserId> {
        if let Some(label) = user {
            return Ok(self.labels.user(label));
        }
        let order = self.shop.order(self.labels.order(order)).await?;
        Ok(order.map_or(UserId::new(Labels::NOTHING), |order| order.user_id))
    }

    /// The rows that this basket names.
    async fn shelf(&self, basket: &Basket) -> Result<Shop> {
        let mut rows = Shop::default();
        for line in &basket.lines {
            if let Some(goods) = self.shop.goods(line.goods_id).await? {
                rows.goods.load(goods.id, goods);
            }
        }
        if let Some(account) = self.shop.account(basket.user_id).await? {
            rows.accounts.load(account.id, account);
        }
        if let Some(id) = basket.coupon_id
            && let Some(coupon) = self.shop.coupon(id).await?
        {
            rows.coupons.load(id, coupon);
        }
        Ok(rows)
    }
}

impl<S: TakesCommands> Door for CommandDoor<S> {
    async fn goods(&mut self, label: &str, price: Cents, stock: i64) -> Result<()> {
        let id = GoodsId::new(self.labelled(Kind::Goods, label));
        let (name, desc) = (format!("goods {label}"), String::new());
        self.must(Command::CreateGoods(Goods { id, name, desc, price, stock, created_at: self.shop.now() })).await
    }

    async fn user(&mut self, label: &str, balance: Cents) -> Result<()> {
        let id = self.labelled(Kind::User, label);
        let (name, mobile) = (format!("user {label}"), format!("+{id:08}"));
        let account = Account { id: UserId::new(id), name, mobile, balance, score: 0, created_at: self.shop.now() };
        self.must(Command::RegisterUser(RegisterUser { account, password_hash: String::new() })).await
    }

    async fn coupon(&mut self, new: &NewCoupon) -> Result<()> {
        let coupon = Coupon {
            id: CouponId::new(self.labelled(Kind::Coupon, &new.coupon)),
            user_id: self.labels.user(&new.user),
            price: new.price,
            min_spend: new.min_spend,
            expires_at: new.expires_after.map(|millis| self.shop.now().after(millis)),
            used: None,
            created_at: self.shop.now(),
        };
        self.must(Command::CreateCoupon(coupon)).await
    }

    async fn place(&mut self, label: &str, asked: &Asked, key: Option<&str>) -> Result<Answer<Placed>> {
        let (order_id, basket) = (OrderId::new(self.shop.fresh_id()), self.labels.basket(asked));
        let scope = |key: &str| IdempotencyKey { user: basket.user_id.get(), call: "place".to_owned(), key: key.to_owned() };
        let hash = || hex::encode(Sha256::digest(format!("{basket:?}")));
        let idempotency = key.map(|key| (scope(key), hash()));
        let place = PlaceOrder { order_id, basket, address: "新西兰".to_owned(), consignee: String::new() };
        match self.shop.submit(Request { command: Command::PlaceOrder(place), idempotency, trace: None }).await? {
            Err(reason) => Ok(Err(reason)),
            Ok(Receipt::Placed(order)) => {
                self.labels.give(Kind::Order, label, order.id.get());
                Ok(Ok(Placed { id: order.id.to_string(), figures: Figures::of(&order) }))
            }
            Ok(other) => bail!("placing answered {other:?}"),
        }
    }

    async fn quote(&mut self, asked: &Asked) -> Result<Answer<Figures>> {
        let basket = self.labels.basket(asked);
        let quote = basket.quote(&self.shelf(&basket).await?, &self.shop.terms(), self.shop.now());
        Ok(quote.map_err(|rejection| rejection.reason).map(|quote| Figures {
            goods: quote.goods_amount,
            freight: quote.shipping_fee,
            total: quote.order_amount,
            coupon: quote.coupon_paid,
            money: quote.money_paid,
            pay: quote.pay_amount,
            refunded: Cents::ZERO,
        }))
    }

    async fn cancel(&mut self, order: &str, user: Option<&str>) -> Result<Answer<()>> {
        let (order_id, user) = (self.labels.order(order), self.acting(order, user).await?);
        self.run(Command::CancelOrder(CancelOrder { order_id, cause: CancelCause::User(user), reason: None })).await
    }

    async fn pay(&mut self, pay: &Pay) -> Result<Answer<Started>> {
        let start = StartPayment {
            payment_id: PaymentId::new(self.shop.fresh_id()),
            order_id: self.labels.order(&pay.order),
            user_id: Some(self.acting(&pay.order, pay.user.as_deref()).await?),
            channel: pay.channel.clone(),
            method: pay.method.clone(),
            seen_amount: None,
        };
        match self.shop.submit(Command::StartPayment(start).into()).await? {
            Err(reason) => Ok(Err(reason)),
            Ok(Receipt::Started(payment)) => {
                self.labels.give(Kind::Payment, &pay.payment, payment.id.get());
                Ok(Ok(Started { id: payment.id.to_string(), amount: payment.amount }))
            }
            Ok(other) => bail!("starting answered {other:?}"),
        }
    }

    async fn notify(&mut self, notice: &Notice) -> Result<Vec<Answer<()>>> {
        let payment_id = self.labels.payment(&notice.payment);
        let known = self.shop.payment(payment_id).await?;
        let settle = SettlePayment {
            payment_id,
            channel: known.as_ref().map_or_else(|| "sandbox".to_owned(), |payment| payment.channel.clone()),
            order_id: None,
            amount: notice.amount.or(known.map(|payment| payment.amount)).unwrap_or(Cents::ZERO),
            currency: notice.currency.clone().unwrap_or_else(|| CURRENCY.to_owned()),
            platform_no: Some(platform_no(payment_id)),
            outcome: notice.outcome,
        };
        if notice.amount.is_none() && notice.currency.is_none() {
            self.shop.platform().happen(payment_id, notice.outcome);
        }
        let mut answers = Vec::with_capacity(notice.times);
        for _ in 0..notice.times {
            answers.push(self.run(Command::SettlePayment(settle.clone())).await?);
        }
        Ok(answers)
    }

    async fn platform(&mut self, payment: &str, outcome: Outcome) -> Result<()> {
        let payment = self.labels.payment(payment);
        self.shop.platform().happen(payment, outcome);
        Ok(())
    }

    async fn refuse(&mut self, payment: &str, times: usize) -> Result<()> {
        let payment = self.labels.payment(payment);
        self.shop.platform().refuse(payment, times);
        Ok(())
    }

    async fn ship(&mut self, order: &str) -> Result<Answer<()>> {
        let order_id = self.labels.order(order);
        self.run(Command::ShipOrder(ShipOrder { order_id, carrier: "顺丰".to_owned(), tracking_no: format!("SF{order_id}") })).await
    }

    async fn receive(&mut self, order: &str, user: Option<&str>) -> Result<Answer<()>> {
        let (order_id, user) = (self.labels.order(order), self.acting(order, user).await?);
        self.run(Command::ReceiveOrder(ReceiveOrder { order_id, cause: ReceiveCause::User(user) })).await
    }

    async fn refund(&mut self, ask: &RefundAsk) -> Result<Answer<Started>> {
        let pieces = |lines: &Vec<AskedLine>| lines.iter().map(|line| (self.labels.goods(&line.goods), line.number)).collect();
        let wanted = match (&ask.lines, ask.amount) {
            (Some(lines), _) => Wanted::Lines(pieces(lines)),
            (None, Some(amount)) => Wanted::Amount(amount),
            (None, None) => Wanted::Whole,
        };
        let request = RequestRefund {
            order_id: self.labels.order(&ask.order),
            user_id: Some(self.acting(&ask.order, ask.user.as_deref()).await?),
            wanted,
            reason: "too small".to_owned(),
            return_goods: ask.return_goods,
            refund_id: RefundId::new(self.shop.fresh_id()),
        };
        match self.shop.submit(Command::RequestRefund(request).into()).await? {
            Err(reason) => Ok(Err(reason)),
            Ok(Receipt::Refund(refund)) => {
                self.labels.give(Kind::Refund, &ask.refund, refund.id.get());
                Ok(Ok(Started { id: refund.id.to_string(), amount: refund.amount }))
            }
            Ok(other) => bail!("asking answered {other:?}"),
        }
    }

    async fn handle(&mut self, refund: &str, step: &RefundStep) -> Result<Answer<()>> {
        let refund_id = self.labels.refund(refund);
        self.run(Command::HandleRefund(HandleRefund { refund_id, step: step.clone() })).await
    }

    async fn sync(&mut self, payment: &str) -> Result<Answer<()>> {
        let id = self.labels.payment(payment);
        let Some(payment) = self.shop.payment(id).await? else { return Ok(Err(Reason::PaymentUnknown)) };
        let now = self.shop.now();
        let view = self.shop.platform().look(&payment, now);
        self.run(Command::CheckPayment(CheckPayment { payment_id: id, view })).await
    }

    async fn correct_stock(&mut self, goods: &str, delta: i64) -> Result<Answer<()>> {
        let goods_id = self.labels.goods(goods);
        self.run(Command::CorrectStock(CorrectStock { goods_id, delta, reason: "counted".to_owned() })).await
    }

    async fn correct_balance(&mut self, user: &str, delta: Cents) -> Result<Answer<()>> {
        let user_id = self.labels.user(user);
        self.run(Command::CorrectBalance(CorrectBalance { user_id, delta, reason: "paid in".to_owned() })).await
    }

    async fn set_price(&mut self, goods: &str, price: Cents) -> Result<Answer<()>> {
        let edit = EditGoods { goods_id: Some(self.labels.goods(goods)), price: Some(price), ..EditGoods::default() };
        self.run(Command::EditGoods(edit)).await
    }

    async fn advance(&mut self, millis: i64) -> Result<()> {
        workers::advance(&mut self.shop, millis).await
    }

    async fn settle(&mut self) -> Result<()> {
        workers::settle(&mut self.shop).await
    }

    /// They always do here.
    async fn hold(&mut self) -> Result<()> {
        Ok(())
    }

    async fn goods_now(&mut self, label: &str) -> Result<GoodsView> {
        let goods = self.shop.goods(self.labels.goods(label)).await?.with_context(|| format!("there are no goods {label}"))?;
        Ok(GoodsView { stock: goods.stock, price: goods.price })
    }

    async fn user_now(&mut self, label: &str) -> Result<UserView> {
        let account = self.shop.account(self.labels.user(label)).await?.with_context(|| format!("there is no user {label}"))?;
        Ok(UserView { balance: account.balance, score: account.score })
    }

    async fn order_now(&mut self, label: &str) -> Result<OrderView> {
        let order = self.shop.order(self.labels.order(label)).await?.with_context(|| format!("there is no order {label}"))?;
        let (status, pay_status, shipping) = (order.status, order.pay_status, order.shipping_status);
        Ok(OrderView { status, pay_status, shipping, figures: Figures::of(&order) })
    }

    async fn coupon_now(&mut self, label: &str) -> Result<CouponView> {
        let coupon = self.shop.coupon(self.labels.coupon(label)).await?.with_context(|| format!("there is no coupon {label}"))?;
        Ok(CouponView { used_by: coupon.used.map(|held| held.order_id.map_or_else(|| "?".to_owned(), |id| id.to_string())) })
    }

    async fn payment_now(&mut self, label: &str) -> Result<PaymentState> {
        let payment = self.shop.payment(self.labels.payment(label)).await?;
        payment.map(|payment| payment.state).with_context(|| format!("there is no payment {label}"))
    }

    async fn refund_now(&mut self, label: &str) -> Result<RefundView> {
        let refund = self.shop.refund(self.labels.refund(label)).await?.with_context(|| format!("there is no refund {label}"))?;
        let state = if refund.state == RefundState::Abandoned { RefundState::Failed } else { refund.state };
        Ok(RefundView { state, amount: refund.amount, balance: refund.balance_amount })
    }

    async fn verify(&mut self) -> Result<Vec<String>> {
        self.shop.verify().await
    }
}
