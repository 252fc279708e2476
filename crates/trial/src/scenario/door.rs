//! A way into the shop: what every door must be able to do for a scenario.

use anyhow::Result;
use rocketmall_core::command::{Outcome, RefundStep};
use rocketmall_core::money::Cents;
use rocketmall_core::order::{Order, OrderStatus, PayStatus, ShippingStatus};
use rocketmall_core::payment::PaymentState;
use rocketmall_core::refund::RefundState;
use rocketmall_core::rejection::Reason;

use super::step::{Asked, Figure, NewCoupon, Notice, Pay, RefundAsk};

/// What a command answered: done, or refused for this reason. An `Err` around it is no answer at all.
pub type Answer<T> = Result<T, Reason>;

/// One way into a fresh shop. Labels are the scenario's; the door knows which ids they stand for (see [`Labels`](super::Labels)).
#[expect(async_fn_in_trait, reason = "scenarios run on one thread; no future has to be Send")]
pub trait Door {
    /// There are these goods.
    async fn goods(&mut self, label: &str, price: Cents, stock: i64) -> Result<()>;
    /// There is this user.
    async fn user(&mut self, label: &str, balance: Cents) -> Result<()>;
    /// There is this coupon.
    async fn coupon(&mut self, coupon: &NewCoupon) -> Result<()>;

    /// Places an order under `label`. With what was seen of freight or total only the contract's own call can be made.
    async fn place(&mut self, label: &str, asked: &Asked, key: Option<&str>) -> Result<Answer<Placed>>;
    /// What that order would cost.
    async fn quote(&mut self, asked: &Asked) -> Result<Answer<Figures>>;
    /// Calls an order off, as its own user if none is named (as anybody if there is no such order).
    async fn cancel(&mut self, order: &str, user: Option<&str>) -> Result<Answer<()>>;
    /// Opens an attempt under the label it names; whose, as for [`Door::cancel`].
    async fn pay(&mut self, pay: &Pay) -> Result<Answer<Started>>;
    /// It happens at the platform, if it has not yet, and the platform says so, `times` times; each answer.
    async fn notify(&mut self, notice: &Notice) -> Result<Vec<Answer<()>>>;
    /// It happens at the platform, which does not say so.
    async fn platform(&mut self, payment: &str, outcome: Outcome) -> Result<()>;
    /// The platform refuses the next so many refunds of a payment.
    async fn refuse(&mut self, payment: &str, times: usize) -> Result<()>;
    /// Ships an order.
    async fn ship(&mut self, order: &str) -> Result<Answer<()>>;
    /// Says that an order arrived; who, as for [`Door::cancel`].
    async fn receive(&mut self, order: &str, user: Option<&str>) -> Result<Answer<()>>;
    /// Asks for money back under the label it names; who, as for [`Door::cancel`].
    async fn refund(&mut self, ask: &RefundAsk) -> Result<Answer<Started>>;
    /// Decides on a refund.
    async fn handle(&mut self, refund: &str, step: &RefundStep) -> Result<Answer<()>>;
    /// Asks the platform about an attempt.
    async fn sync(&mut self, payment: &str) -> Result<Answer<()>>;
    /// Corrects a stock.
    async fn correct_stock(&mut self, goods: &str, delta: i64) -> Result<Answer<()>>;
    /// Corrects a balance.
    async fn correct_balance(&mut self, user: &str, delta: Cents) -> Result<Answer<()>>;
    /// Sets a price.
    async fn set_price(&mut self, goods: &str, price: Cents) -> Result<Answer<()>>;

    /// So much time passes, and what is due by then is done.
    async fn advance(&mut self, millis: i64) -> Result<()>;
    /// Messages, due timers and refunds run to their end; retries may take the time they need.
    async fn settle(&mut self) -> Result<()>;
    /// From now on messages wait until one of the two above.
    async fn hold(&mut self) -> Result<()>;

    /// Goods as they are.
    async fn goods_now(&mut self, label: &str) -> Result<GoodsView>;
    /// A user as they are.
    async fn user_now(&mut self, label: &str) -> Result<UserView>;
    /// An order as it is.
    async fn order_now(&mut self, label: &str) -> Result<OrderView>;
    /// A coupon as it is.
    async fn coupon_now(&mut self, label: &str) -> Result<CouponView>;
    /// Where an attempt stands.
    async fn payment_now(&mut self, label: &str) -> Result<PaymentState>;
    /// A refund as it is.
    async fn refund_now(&mut self, label: &str) -> Result<RefundView>;
    /// What the audit finds wrong.
    async fn verify(&mut self) -> Result<Vec<String>>;
}

/// A placed order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The order's id.
    pub id: String,
    /// Its amounts.
    pub figures: Figures,
}

/// An open attempt, or a refund that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// Its id.
    pub id: String,
    /// What is to be paid, or to go back.
    pub amount: Cents,
}

/// The amounts of an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Sum of the lines.
    pub goods: Cents,
    /// Freight.
    pub freight: Cents,
    /// Goods and freight.
    pub total: Cents,
    /// What the coupon pays.
    pub coupon: Cents,
    /// What the balance pays.
    pub money: Cents,
    /// What is left to pay.
    pub pay: Cents,
    /// What went back.
    pub refunded: Cents,
}

impl Figures {
    /// The amounts of this order.
    pub fn of(order: &Order) -> Self {
        Self {
            goods: order.goods_amount,
            freight: order.shipping_fee,
            total: order.order_amount,
            coupon: order.coupon_paid,
            money: order.money_paid,
            pay: order.pay_amount,
            refunded: order.refunded_amount,
        }
    }

    /// One of them.
    pub fn get(&self, figure: Figure) -> Cents {
        match figure {
            Figure::Goods => self.goods,
            Figure::Freight => self.freight,
            Figure::Total => self.total,
            Figure::Coupon => self.coupon,
            Figure::Money => self.money,
            Figure::Pay => self.pay,
            Figure::Refunded => self.refunded,
        }
    }
}

/// Goods as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GoodsView {
    /// Their stock.
    pub stock: i64,
    /// Their price.
    pub price: Cents,
}

/// A user as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserView {
    /// The balance.
    pub balance: Cents,
    /// The score.
    pub score: i64,
}

/// An order as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderView {
    /// Its status.
    pub status: OrderStatus,
    /// Whether it is paid.
    pub pay_status: PayStatus,
    /// Whether it is shipped.
    pub shipping: ShippingStatus,
    /// Its amounts.
    pub figures: Figures,
}

/// A coupon as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CouponView {
    /// The id of the order that holds it; free if none.
    pub used_by: Option<String>,
}

/// A refund as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefundView {
    /// Where it stands.
    pub state: RefundState,
    /// All that goes back.
    pub amount: Cents,
    /// The balance's part of it.
    pub balance: Cents,
}
