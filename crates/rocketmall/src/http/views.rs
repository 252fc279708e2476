//! What the API shows of the shop's rows.

use rocketmall_core::account::Account;
use rocketmall_core::basket::Quote;
use rocketmall_core::coupon::Coupon;
use rocketmall_core::goods::Goods;
use rocketmall_core::order::{Order, OrderLine, OrderStatus, PayStatus, ShippingStatus};
use rocketmall_core::payment::{Payment, PaymentState};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::wire::{CouponRef, GoodsRef, Id, Money, OrderRef, PaymentRef, Time, UserRef};

/// A page of a list 分页
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items 本页内容
    pub items: Vec<T>,
    /// Send it as `cursor` to get the next page; null on the last. 下一页的 cursor，最后一页为 null
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A page of at most `limit` of `rows`, one of which more was asked for to see whether there are others.
    pub fn new<R>(mut rows: Vec<R>, limit: usize, cursor: impl Fn(&R) -> String, show: impl Fn(R) -> T) -> Self {
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = if more { rows.last().map(cursor) } else { None };
        Self { items: rows.into_iter().map(show).collect(), next_cursor }
    }
}

/// A user 用户
#[derive(Debug, Serialize, ToSchema)]
pub struct UserView {
    id: UserRef,
    name: String,
    mobile: String,
    /// The balance 余额
    money: Money,
    /// Points 积分
    score: i64,
}

impl From<Account> for UserView {
    fn from(account: Account) -> Self {
        Self { id: Id(account.id), name: account.name, mobile: account.mobile, money: Money(account.balance), score: account.score }
    }
}

/// Goods 商品
#[derive(Debug, Serialize, ToSchema)]
pub struct GoodsView {
    id: GoodsRef,
    name: String,
    price: Money,
    /// Pieces in stock 库存
    number: i64,
    desc: String,
    created_at: Time,
}

impl From<Goods> for GoodsView {
    fn from(goods: Goods) -> Self {
        Self {
            id: Id(goods.id),
            name: goods.name,
            price: Money(goods.price),
            number: goods.stock,
            desc: goods.desc,
            created_at: Time(goods.created_at),
        }
    }
}

/// A coupon 优惠券
#[derive(Debug, Serialize, ToSchema)]
pub struct CouponView {
    id: CouponRef,
    user_id: UserRef,
    price: Money,
    min_spend: Money,
    expires_at: Option<Time>,
    used: bool,
    /// The order that holds it 占用它的订单
    order_id: Option<OrderRef>,
    used_at: Option<Time>,
    created_at: Time,
}

impl From<Coupon> for CouponView {
    fn from(coupon: Coupon) -> Self {
        Self {
            id: Id(coupon.id),
            user_id: Id(coupon.user_id),
            price: Money(coupon.price),
            min_spend: Money(coupon.min_spend),
            expires_at: coupon.expires_at.map(Time),
            used: coupon.used.is_some(),
            order_id: coupon.used.and_then(|held| held.order_id).map(Id),
            used_at: coupon.used.map(|held| Time(held.at)),
            created_at: Time(coupon.created_at),
        }
    }
}

/// Where an order stands 订单状态
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "api.md names them")]
pub enum OrderState {
    Unconfirmed,
    Confirmed,
    Cancelled,
    Invalid,
    Refunded,
}

/// Whether an order is paid 支付状态
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "api.md names them")]
pub enum PayState {
    Unpaid,
    Paying,
    Paid,
}

/// Whether an order is shipped 物流状态
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "api.md names them")]
pub enum ShippingState {
    NotShipped,
    Shipped,
    Received,
    Returned,
}

impl From<OrderStatus> for OrderState {
    fn from(status: OrderStatus) -> Self {
        match status {
            OrderStatus::Unconfirmed => Self::Unconfirmed,
            OrderStatus::Confirmed => Self::Confirmed,
            OrderStatus::Cancelled => Self::Cancelled,
            OrderStatus::Invalid => Self::Invalid,
            OrderStatus::Refunded => Self::Refunded,
        }
    }
}

impl From<OrderState> for OrderStatus {
    fn from(state: OrderState) -> Self {
        match state {
            OrderState::Unconfirmed => Self::Unconfirmed,
            OrderState::Confirmed => Self::Confirmed,
            OrderState::Cancelled => Self::Cancelled,
            OrderState::Invalid => Self::Invalid,
            OrderState::Refunded => Self::Refunded,
        }
    }
}

impl From<PayStatus> for PayState {
    fn from(status: PayStatus) -> Self {
        match status {
            PayStatus::Unpaid => Self::Unpaid,
            PayStatus::Paying => Self::Paying,
            PayStatus::Paid => Self::Paid,
        }
    }
}

impl From<ShippingStatus> for ShippingState {
    fn from(status: ShippingStatus) -> Self {
        match status {
            ShippingStatus::NotShipped => Self::NotShipped,
            ShippingStatus::Shipped => Self::Shipped,
            ShippingStatus::Received => Self::Received,
            ShippingStatus::Returned => Self::Returned,
        }
    }
}

/// An order line 订单行
#[derive(Debug, Serialize, ToSchema)]
pub struct LineView {
    goods_id: GoodsRef,
    name: String,
    number: i64,
    price: Money,
    amount: Money,
}

impl From<OrderLine> for LineView {
    fn from(line: OrderLine) -> Self {
        Self { goods_id: Id(line.goods_id), name: line.name, number: line.number, price: Money(line.price), amount: Money(line.amount) }
    }
}

/// An order 订单
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderView {
    id: OrderRef,
    user_id: UserRef,
    status: OrderState,
    pay_status: PayState,
    shipping_status: ShippingState,
    lines: Vec<LineView>,
    goods_amount: Money,
    shipping_fee: Money,
    order_amount: Money,
    coupon_id: Option<CouponRef>,
    coupon_paid: Money,
    money_paid: Money,
    pay_amount: Money,
    refunded_amount: Money,
    address: String,
    consignee: String,
    /// Who carries it, once it is shipped.
    carrier: Option<String>,
    /// The carrier's number for it.
    tracking_no: Option<String>,
    created_at: Time,
    confirmed_at: Option<Time>,
    paid_at: Option<Time>,
    shipped_at: Option<Time>,
    received_at: Option<Time>,
    cancelled_at: Option<Time>,
    expires_at: Option<Time>,
}

impl From<Order> for OrderView {
    fn from(order: Order) -> Self {
        Self {
            id: Id(order.id),
            user_id: Id(order.user_id),
            status: order.status.into(),
            pay_status: order.pay_status.into(),
            shipping_status: order.shipping_status.into(),
            lines: order.lines.into_iter().map(LineView::from).collect(),
            goods_amount: Money(order.goods_amount),
            shipping_fee: Money(order.shipping_fee),
            order_amount: Money(order.order_amount),
            coupon_id: order.coupon_id.map(Id),
            coupon_paid: Money(order.coupon_paid),
            money_paid: Money(order.money_paid),
            pay_amount: Money(order.pay_amount),
            refunded_amount: Money(order.refunded_amount),
            address: order.address,
            consignee: order.consignee,
            carrier: order.carrier,
            tracking_no: order.tracking_no,
            created_at: Time(order.created_at),
            confirmed_at: order.confirmed_at.map(Time),
            paid_at: order.paid_at.map(Time),
            shipped_at: order.shipped_at.map(Time),
            received_at: order.received_at.map(Time),
            cancelled_at: order.cancelled_at.map(Time),
            expires_at: order.expires_at.map(Time),
        }
    }
}

/// What a basket costs 报价
#[derive(Debug, Serialize, ToSchema)]
pub struct QuoteView {
    lines: Vec<LineView>,
    goods_amount: Money,
    shipping_fee: Money,
    order_amount: Money,
    coupon_paid: Money,
    money_paid: Money,
    pay_amount: Money,
}

impl From<Quote> for QuoteView {
    fn from(quote: Quote) -> Self {
        Self {
            lines: quote.lines.into_iter().map(LineView::from).collect(),
            goods_amount: Money(quote.goods_amount),
            shipping_fee: Money(quote.shipping_fee),
            order_amount: Money(quote.order_amount),
            coupon_paid: Money(quote.coupon_paid),
            money_paid: Money(quote.money_paid),
            pay_amount: Money(quote.pay_amount),
        }
    }
}

/// Where a payment attempt stands 支付状态
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "api.md names them")]
pub enum PaymentStatus {
    Pending,
    Succeeded,
    Failed,
    Closed,
    Unknown,
    Refunded,
    PartiallyRefunded,
}

impl From<PaymentState> for PaymentStatus {
    fn from(state: PaymentState) -> Self {
        match state {
            PaymentState::Pending => Self::Pending,
            PaymentState::Succeeded => Self::Succeeded,
            PaymentState::Failed => Self::Failed,
            PaymentState::Closed => Self::Closed,
            PaymentState::Unknown => Self::Unknown,
            PaymentState::Refunded => Self::Refunded,
            PaymentState::PartiallyRefunded => Self::PartiallyRefunded,
        }
    }
}

/// A payment attempt 支付单
#[derive(Debug, Serialize, ToSchema)]
pub struct PaymentView {
    id: PaymentRef,
    order_id: OrderRef,
    channel: String,
    method: Option<String>,
    status: PaymentStatus,
    amount: Money,
    refunded_amount: Money,
    /// What the customer has to do, by its `type`: redirect (`url`), form, `qr_code`, jsapi or `client_secret`. 顾客下一步操作
    #[schema(value_type = Object)]
    action: Option<Box<RawValue>>,
    created_at: Time,
    paid_at: Option<Time>,
    expires_at: Time,
}

impl From<Payment> for PaymentView {
    fn from(payment: Payment) -> Self {
        Self {
            id: Id(payment.id),
            order_id: Id(payment.order_id),
            channel: payment.channel,
            method: payment.method,
            status: payment.state.into(),
            amount: Money(payment.amount),
            refunded_amount: Money(payment.refunded),
            action: payment.action.and_then(|action| RawValue::from_string(action).ok()),
            created_at: Time(payment.created_at),
            paid_at: payment.paid_at.map(Time),
            expires_at: Time(payment.expires_at),
        }
    }
}
