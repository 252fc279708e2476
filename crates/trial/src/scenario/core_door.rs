//! The first door: the rules alone, over a shop wholly in memory.

use anyhow::{Context as _, Result, bail};
use rocketmall_core::account::Account;
use rocketmall_core::command::{
    CancelCause, CancelOrder, Command, CorrectBalance, CorrectStock, EditGoods, Outcome, PlaceOrder, Receipt, RegisterUser, Request,
    SettlePayment, StartPayment,
};
use rocketmall_core::coupon::Coupon;
use rocketmall_core::goods::Goods;
use rocketmall_core::id::{CouponId, GoodsId, OrderId, PaymentId, UserId};
use rocketmall_core::invariant::{self, Settled};
use rocketmall_core::money::Cents;
use rocketmall_core::payment::{CURRENCY, PaymentState};
use rocketmall_core::rejection::Reason;
use rocketmall_core::shop::IdempotencyKey;

use super::door::{Answer, CouponView, Door, Figures, GoodsView, OrderView, Placed, Started, UserView};
use super::labels::{Kind, Labels};
use super::memory::Memory;
use super::step::{Asked, NewCoupon, Notice, Pay};

/// A shop in memory, whose workers run when a scenario lets them.
pub struct CoreDoor {
    memory: Memory,
    labels: Labels,
}

impl Default for CoreDoor {
    fn default() -> Self {
        Self { memory: Memory::new(), labels: Labels::default() }
    }
}

impl CoreDoor {
    fn run(&mut self, command: Command) -> Result<Answer<()>> {
        Ok(self.memory.submit(&command.into())?.map(drop))
    }

    /// The order's own user if nobody is named; nobody if there is no such order.
    fn acting(&self, order: &str, user: Option<&str>) -> UserId {
        let owner = || self.memory.shop.orders.get(&self.labels.order(order)).map(|order| order.user_id);
        user.map(|label| self.labels.user(label)).or_else(owner).unwrap_or(UserId::new(Labels::NOTHING))
    }
}

impl Door for CoreDoor {
    async fn goods(&mut self, label: &str, price: Cents, stock: i64) -> Result<()> {
        let id = self.memory.fresh_id();
        self.labels.give(Kind::Goods, label, id);
        let name = format!("goods {label}");
        let goods = Goods { id: GoodsId::new(id), name, desc: String::new(), price, stock, created_at: self.memory.now };
        self.memory.must(Command::CreateGoods(goods)).map(drop)
    }

    async fn user(&mut self, label: &str, balance: Cents) -> Result<()> {
        let id = self.memory.fresh_id();
        self.labels.give(Kind::User, label, id);
        let (name, mobile) = (format!("user {label}"), format!("138{id:08}"));
        let account = Account { id: UserId::new(id), name, mobile, balance, score: 0, created_at: self.memory.now };
        self.memory.must(Command::RegisterUser(RegisterUser { account, password_hash: String::new() })).map(drop)
    }

    async fn coupon(&mut self, new: &NewCoupon) -> Result<()> {
        let id = self.memory.fresh_id();
        self.labels.give(Kind::Coupon, &new.coupon, id);
        let coupon = Coupon {
            id: CouponId::new(id),
            user_id: self.labels.user(&new.user),
            price: new.price,
            min_spend: new.min_spend,
            expires_at: new.expires_after.map(|millis| self.memory.now.after(millis)),
            used: None,
            created_at: self.memory.now,
        };
        self.memory.must(Command::CreateCoupon(coupon)).map(drop)
    }

    async fn place(&mut self, label: &str, asked: &Asked, key: Option<&str>) -> Result<Answer<Placed>> {
        let (order_id, basket) = (OrderId::new(self.memory.fresh_id()), self.labels.basket(asked));
        let scope = |key: &str| IdempotencyKey { user: basket.user_id.get(), call: "place".to_owned(), key: key.to_owned() };
        let idempotency = key.map(|key| (scope(key), format!("{basket:?}")));
        let place = PlaceOrder { order_id, basket, address: "新西兰".to_owned(), consignee: String::new() };
        match self.memory.submit(&Request { command: Command::PlaceOrder(place), idempotency })? {
            Err(reason) => Ok(Err(reason)),
            Ok(Receipt::Placed(order)) => {
                self.labels.give(Kind::Order, label, order.id.get());
                Ok(Ok(Placed { id: order.id.to_string(), figures: Figures::of(&order) }))
            }
            Ok(other) => bail!("placing answered {other:?}"),
        }
    }

    async fn quote(&mut self, asked: &Asked) -> Result<Answer<Figures>> {
        let quote = self.labels.basket(asked).quote(&self.memory.shop, &self.memory.terms, self.memory.now);
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
        let (order_id, user) = (self.labels.order(order), self.acting(order, user));
        self.run(Command::CancelOrder(CancelOrder { order_id, cause: CancelCause::User(user), reason: None }))
    }

    async fn pay(&mut self, pay: &Pay) -> Result<Answer<Started>> {
        let start = StartPayment {
            payment_id: PaymentId::new(self.memory.fresh_id()),
            order_id: self.labels.order(&pay.order),
            user_id: Some(self.acting(&pay.order, pay.user.as_deref())),
            channel: pay.channel.clone(),
            method: pay.method.clone(),
            seen_amount: None,
        };
        match self.memory.submit(&Command::StartPayment(start).into())? {
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
        let known = self.memory.shop.payments.get(&payment_id);
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
            self.memory.happen(payment_id, notice.outcome);
        }
        (0..notice.times).map(|_| self.run(Command::SettlePayment(settle.clone()))).collect()
    }

    async fn platform(&mut self, payment: &str, outcome: Outcome) -> Result<()> {
        self.memory.happen(self.labels.payment(payment), outcome);
        Ok(())
    }

    async fn sync(&mut self, payment: &str) -> Result<Answer<()>> {
        let id = self.labels.payment(payment);
        if self.memory.shop.payments.get(&id).is_none() {
            return Ok(Err(Reason::PaymentUnknown));
        }
        let look = self.memory.look(id)?;
        self.run(look)
    }

    async fn correct_stock(&mut self, goods: &str, delta: i64) -> Result<Answer<()>> {
        let goods_id = self.labels.goods(goods);
        self.run(Command::CorrectStock(CorrectStock { goods_id, delta, reason: "counted".to_owned() }))
    }

    async fn correct_balance(&mut self, user: &str, delta: Cents) -> Result<Answer<()>> {
        let user_id = self.labels.user(user);
        self.run(Command::CorrectBalance(CorrectBalance { user_id, delta, reason: "paid in".to_owned() }))
    }

    async fn set_price(&mut self, goods: &str, price: Cents) -> Result<Answer<()>> {
        let edit = EditGoods { goods_id: Some(self.labels.goods(goods)), price: Some(price), ..EditGoods::default() };
        self.run(Command::EditGoods(edit))
    }

    async fn advance(&mut self, millis: i64) -> Result<()> {
        self.memory.advance(millis)
    }

    async fn settle(&mut self) -> Result<()> {
        self.memory.settle()
    }

    async fn goods_now(&mut self, label: &str) -> Result<GoodsView> {
        let goods = self.memory.shop.goods.get(&self.labels.goods(label)).with_context(|| format!("there are no goods {label}"))?;
        Ok(GoodsView { stock: goods.stock, price: goods.price })
    }

    async fn user_now(&mut self, label: &str) -> Result<UserView> {
        let account = self.memory.shop.accounts.get(&self.labels.user(label)).with_context(|| format!("there is no user {label}"))?;
        Ok(UserView { balance: account.balance, score: account.score })
    }

    async fn order_now(&mut self, label: &str) -> Result<OrderView> {
        let order = self.memory.shop.orders.get(&self.labels.order(label)).with_context(|| format!("there is no order {label}"))?;
        Ok(OrderView { status: order.status, pay_status: order.pay_status, figures: Figures::of(order) })
    }

    async fn coupon_now(&mut self, label: &str) -> Result<CouponView> {
        let coupon = self.memory.shop.coupons.get(&self.labels.coupon(label)).with_context(|| format!("there is no coupon {label}"))?;
        Ok(CouponView { used_by: coupon.used.map(|held| held.order_id.map_or_else(|| "?".to_owned(), |id| id.to_string())) })
    }

    async fn payment_now(&mut self, label: &str) -> Result<PaymentState> {
        let payment = self.memory.shop.payments.get(&self.labels.payment(label));
        payment.map(|payment| payment.state).with_context(|| format!("there is no payment {label}"))
    }

    async fn verify(&mut self) -> Result<Vec<String>> {
        Ok(invariant::check(&self.memory.shop, Settled::Yes))
    }
}
