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
    /// Its number 编号
    id: UserRef,
    /// What the user is called 姓名
    name: String,
    /// The number the user logs in with 手机号
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
    /// Their number 编号
    id: GoodsRef,
    /// What they are called 名称
    name: String,
    /// What a piece costs 单价
    price: Money,
    /// Pieces in stock 库存
    number: i64,
    /// What they are 描述
    desc: String,
    /// Since when 创建时间
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
    /// Its number 编号
    id: CouponRef,
    /// Whose it is 所属用户
    user_id: UserRef,
    /// What it pays 面额
    price: Money,
    /// The goods amount from which on it counts 最低消费
    min_spend: Money,
    /// From then on it cannot be used any more 过期时间
    expires_at: Option<Time>,
    /// Whether an order holds it 是否已使用
    used: bool,
    /// The order that holds it 占用它的订单
    order_id: Option<OrderRef>,
    /// Since when 使用时间
    used_at: Option<Time>,
    /// Since when it is there 创建时间
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
    /// The goods 商品编号
    goods_id: GoodsRef,
    /// What they were called when ordered 下单时的名称
    name: String,
    /// Pieces 件数
    number: i64,
    /// What a piece cost when ordered 下单时的单价
    price: Money,
    /// The line as a whole 小计
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
    /// Its number 订单编号
    id: OrderRef,
    /// Whose it is 所属用户
    user_id: UserRef,
    /// Where it stands 订单状态
    status: OrderState,
    /// Whether it is paid 支付状态
    pay_status: PayState,
    /// Whether it is shipped 物流状态
    shipping_status: ShippingState,
    /// The goods 商品明细
    lines: Vec<LineView>,
    /// The lines together 商品金额
    goods_amount: Money,
    /// Freight 运费
    shipping_fee: Money,
    /// Goods and freight together 订单总额
    order_amount: Money,
    /// The coupon it holds 使用的优惠券
    coupon_id: Option<CouponRef>,
    /// What the coupon pays 优惠券抵扣
    coupon_paid: Money,
    /// What the balance pays 余额支付
    money_paid: Money,
    /// What is left to be paid through a channel 应付金额
    pay_amount: Money,
    /// What was given back 已退金额
    refunded_amount: Money,
    /// Where to 收货地址
    address: String,
    /// For whom 收货人
    consignee: String,
    /// Who carries it, once it is shipped 承运商
    carrier: Option<String>,
    /// The carrier's number for it 运单号
    tracking_no: Option<String>,
    /// When it was placed 下单时间
    created_at: Time,
    /// When it was confirmed 确认时间
    confirmed_at: Option<Time>,
    /// When it was paid 支付时间
    paid_at: Option<Time>,
    /// When it was shipped 发货时间
    shipped_at: Option<Time>,
    /// When it was received 收货时间
    received_at: Option<Time>,
    /// When it was cancelled 取消时间
    cancelled_at: Option<Time>,
    /// Unpaid until then it is cancelled 支付截止时间
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
    /// The goods 商品明细
    lines: Vec<LineView>,
    /// The lines together 商品金额
    goods_amount: Money,
    /// Freight 运费
    shipping_fee: Money,
    /// Goods and freight together 订单总额
    order_amount: Money,
    /// What the coupon pays 优惠券抵扣
    coupon_paid: Money,
    /// What the balance pays 余额支付
    money_paid: Money,
    /// What is left to be paid 应付金额
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
    /// Its number 支付单编号
    id: PaymentRef,
    /// What it is for 订单编号
    order_id: OrderRef,
    /// Through whom 支付渠道
    channel: String,
    /// The way to pay within the channel 支付方式
    method: Option<String>,
    /// Where it stands 支付状态
    status: PaymentStatus,
    /// How much 金额
    amount: Money,
    /// What was given back 已退金额
    refunded_amount: Money,
    /// What the customer has to do, by its `type`: redirect (`url`), form, `qr_code`, jsapi or `client_secret`. 顾客下一步操作
    #[schema(value_type = Object)]
    action: Option<Box<RawValue>>,
    /// Since when 创建时间
    created_at: Time,
    /// When it was paid 支付时间
    paid_at: Option<Time>,
    /// To be paid before 支付截止时间
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
