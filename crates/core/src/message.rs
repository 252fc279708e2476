//! Messages: topics, tags, groups and bodies as the contract has them (seed-contract, section 3).

use serde::{Deserialize, Serialize};

use crate::id::{CouponId, GoodsId, MessageId, OrderId, PaymentId, RefundId, Timestamp, UserId};
use crate::money::Cents;
use crate::order::Order;
use crate::rejection::{Reason, Rejection};
use crate::saga::Participant;
use crate::trace::Trace;

/// The topic of orders that are called off.
pub const ORDER_TOPIC: &str = "order-out";
/// The topic of payments.
pub const PAY_TOPIC: &str = "payTopic";
/// An order is called off; key: order id.
pub const ORDER_CANCEL: &str = "order_cancel";
/// Goods of a refund are the shop's again, and its coupon the customer's; key: refund id.
pub const GOODS_BACK: &str = "goods_back";
/// Money has come; key: payment id.
pub const PAID: &str = "paid";
/// Money has gone back; key: refund id.
pub const REFUNDED: &str = "refunded";

/// What a consumer group does with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The coupon is free again.
    ReleaseCoupon,
    /// The stock comes back.
    ReleaseStock,
    /// The order is cancelled.
    CancelOrder,
    /// The balance comes back.
    ReleaseBalance,
    /// The order is paid, or the money goes back.
    PayOrder,
    /// Points for the money.
    AwardScore,
    /// The balance's part of a refund comes back, and points for the channel's part are taken.
    RefundAccount,
    /// The stock of a refund comes back.
    ReturnStock,
    /// The coupon of a refunded order is free again.
    ReturnCoupon,
    /// The payment log.
    LogPayment,
    /// The payment log, for money that went back.
    LogRefund,
}

/// One consumer group's interest in one kind of message.
#[derive(Clone, Copy, Debug)]
pub struct Subscription {
    /// The consumer group.
    pub group: &'static str,
    /// The topic it hears.
    pub topic: &'static str,
    /// The tag it takes.
    pub tag: &'static str,
    /// What it does.
    pub effect: Effect,
}

const fn hears(group: &'static str, topic: &'static str, tag: &'static str, effect: Effect) -> Subscription {
    Subscription { group, topic, tag, effect }
}

/// Who hears what.
pub const SUBSCRIPTIONS: &[Subscription] = &[
    hears("order-out-group1", ORDER_TOPIC, ORDER_CANCEL, Effect::ReleaseCoupon),
    hears("order-out-group2", ORDER_TOPIC, ORDER_CANCEL, Effect::ReleaseStock),
    hears("order-out-group3", ORDER_TOPIC, ORDER_CANCEL, Effect::CancelOrder),
    hears("order-out-group4", ORDER_TOPIC, ORDER_CANCEL, Effect::ReleaseBalance),
    hears("pay_payTopic_group", PAY_TOPIC, PAID, Effect::PayOrder),
    hears("pay_payTopic_user_group", PAY_TOPIC, PAID, Effect::AwardScore),
    hears("pay_payTopic_user_group", PAY_TOPIC, REFUNDED, Effect::RefundAccount),
    hears("pay_payTopic_log_group", PAY_TOPIC, PAID, Effect::LogPayment),
    hears("pay_payTopic_log_group", PAY_TOPIC, REFUNDED, Effect::LogRefund),
    hears("order-out-group1", ORDER_TOPIC, GOODS_BACK, Effect::ReturnCoupon),
    hears("order-out-group2", ORDER_TOPIC, GOODS_BACK, Effect::ReturnStock),
];

/// The subscriptions that take messages of this topic and tag.
pub fn subscribers<'m>(topic: &'m str, tag: &'m str) -> impl Iterator<Item = &'static Subscription> + use<'m> {
    SUBSCRIPTIONS.iter().filter(move |s| s.topic == topic && s.tag == tag)
}

/// The producer group of a topic's messages.
pub fn producer_group(topic: &str) -> &'static str {
    if topic == PAY_TOPIC { "payProducerGroup" } else { "orderProducerGroup" }
}

/// An outgoing message (`trade_mq_producer_temp`): stored with the change it tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// The topic.
    pub topic: String,
    /// The tag.
    pub tag: String,
    /// The key: the id of what it is about.
    pub key: String,
    /// The body, JSON.
    pub body: String,
    /// When it was stored.
    pub created_at: Timestamp,
    /// The request it goes back to; unknown for messages of the original.
    pub trace: Option<Trace>,
}

/// One line of an order that is called off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CancelledLine {
    /// The goods.
    pub goods_id: GoodsId,
    /// Pieces.
    pub goods_num: i64,
}

/// Body of `order_cancel`. The single-goods fields hold the first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderCancelled {
    /// The order.
    pub order_id: OrderId,
    /// Its coupon.
    #[serde(default)]
    pub coupon_id: Option<CouponId>,
    /// Whose order.
    pub user_id: UserId,
    /// What the balance paid.
    #[serde(default)]
    pub user_money: Option<Cents>,
    /// First line: goods.
    pub goods_id: GoodsId,
    /// First line: pieces.
    pub goods_num: i64,
    /// All lines; absent in the original's messages.
    #[serde(default)]
    pub lines: Vec<CancelledLine>,
}

impl OrderCancelled {
    /// The message for this order, if it has lines.
    pub fn of(order: &Order) -> Option<Self> {
        let first = order.lines.first()?;
        Some(Self {
            order_id: order.id,
            coupon_id: order.coupon_id,
            user_id: order.user_id,
            user_money: Some(order.money_paid),
            goods_id: first.goods_id,
            goods_num: first.number,
            lines: order.lines.iter().map(|line| CancelledLine { goods_id: line.goods_id, goods_num: line.number }).collect(),
        })
    }

    /// The same, without anything that this participant would give back.
    #[must_use]
    pub fn without(self, untouched: Participant) -> Self {
        match untouched {
            Participant::Goods => Self { goods_num: 0, lines: Vec::new(), ..self },
            Participant::Coupon => Self { coupon_id: None, ..self },
            Participant::User => Self { user_money: Some(Cents::ZERO), ..self },
        }
    }

    /// The goods it names.
    pub fn goods(&self) -> Vec<GoodsId> {
        if self.lines.is_empty() { vec![self.goods_id] } else { self.lines.iter().map(|line| line.goods_id).collect() }
    }
}

/// Body of `paid`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Paid {
    /// The payment.
    pub pay_id: PaymentId,
    /// The order it pays.
    pub order_id: OrderId,
    /// How much came.
    pub pay_amount: Cents,
    /// Always 2, paid.
    pub is_paid: i64,
    /// Whose order; absent in the original's messages.
    #[serde(default)]
    pub user_id: Option<UserId>,
}

/// Body of `goods_back`: ours, so there is no older form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GoodsBack {
    /// The refund.
    pub refund_id: RefundId,
    /// The order.
    pub order_id: OrderId,
    /// Whose order.
    pub user_id: UserId,
    /// The coupon that comes back too.
    #[serde(default)]
    pub coupon_id: Option<CouponId>,
    /// The pieces.
    pub lines: Vec<CancelledLine>,
}

/// Body of `refunded`: ours, so there is no older form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Refunded {
    /// The refund.
    pub refund_id: RefundId,
    /// The payment whose money went back.
    pub pay_id: PaymentId,
    /// The order.
    pub order_id: OrderId,
    /// Whose order.
    pub user_id: UserId,
    /// What the payment had brought.
    pub pay_amount: Cents,
    /// How much went back through the channel with this refund.
    pub refund_amount: Cents,
    /// How much goes back to the balance with it.
    #[serde(default)]
    pub balance_amount: Option<Cents>,
    /// How much of the payment has gone back in all, this refund included.
    pub refunded_total: Cents,
}

/// A body that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// `order_cancel`
    OrderCancelled(OrderCancelled),
    /// `paid`
    Paid(Paid),
    /// `goods_back`
    GoodsBack(GoodsBack),
    /// `refunded`
    Refunded(Refunded),
}

impl Body {
    /// Reads the body of a message with this topic and tag.
    pub fn read(topic: &str, tag: &str, body: &str) -> Result<Self, Rejection> {
        if topic.is_empty() {
            return Err(Rejection::new(Reason::TopicEmpty, "the message has no topic"));
        }
        // Serde by itself also takes a list of the fields' values for an object.
        let body = if body.trim_start().starts_with('{') { body } else { "" };
        let parsed = match (topic, tag) {
            (ORDER_TOPIC, ORDER_CANCEL) => serde_json::from_str(body).map(Self::OrderCancelled),
            (ORDER_TOPIC, GOODS_BACK) => serde_json::from_str(body).map(Self::GoodsBack),
            (PAY_TOPIC, PAID) => serde_json::from_str(body).map(Self::Paid),
            (PAY_TOPIC, REFUNDED) => serde_json::from_str(body).map(Self::Refunded),
            _ => return Err(Rejection::new(Reason::TopicEmpty, format!("nobody here hears topic {topic:?} with tag {tag:?}"))),
        };
        let refuse = |why: String| Rejection::new(Reason::BodyEmpty, format!("the body of {topic}/{tag} cannot be read: {why}"));
        let read = parsed.map_err(|error| refuse(error.to_string()))?;
        read.nonsense().map_or(Ok(read), |why| Err(refuse(why.to_owned())))
    }

    /// What no shop would ever say, if the body says it.
    fn nonsense(&self) -> Option<&'static str> {
        if self.ids().into_iter().any(|id| id < 1) {
            return Some("an id is below 1");
        }
        match self {
            // 0 is how the original's callers write "none".
            Self::OrderCancelled(body) if body.coupon_id.is_some_and(|coupon| coupon.get() < 0) => Some("couponId is below 0"),
            Self::OrderCancelled(body) if body.user_money.is_some_and(Cents::is_negative) => Some("userMoney is below 0"),
            // 0 tells a service that has taken nothing to give nothing back
            Self::OrderCancelled(body) if body.goods_num < 0 => Some("goodsNum is below 0"),
            Self::OrderCancelled(body) if body.lines.iter().any(|line| line.goods_num < 1) => Some("goodsNum of a line is below 1"),
            Self::Paid(body) if body.is_paid != 2 => Some("isPaid is not 2"),
            Self::Paid(body) if body.pay_amount.is_negative() => Some("payAmount is below 0"),
            Self::GoodsBack(body) if body.lines.iter().any(|line| line.goods_num < 1) => Some("goodsNum is below 1"),
            Self::Refunded(body)
                if [body.pay_amount, body.refund_amount, body.refunded_total]
                    .iter()
                    .chain(&body.balance_amount)
                    .any(|amount| amount.is_negative()) =>
            {
                Some("an amount is below 0")
            }
            Self::OrderCancelled(_) | Self::GoodsBack(_) | Self::Paid(_) | Self::Refunded(_) => None,
        }
    }

    /// The order it is about.
    pub fn order_id(&self) -> OrderId {
        match self {
            Self::OrderCancelled(body) => body.order_id,
            Self::Paid(body) => body.order_id,
            Self::GoodsBack(body) => body.order_id,
            Self::Refunded(body) => body.order_id,
        }
    }

    /// What it names, apart from the coupon.
    fn ids(&self) -> Vec<i64> {
        match self {
            Self::OrderCancelled(body) => {
                let lines = body.lines.iter().map(|line| line.goods_id.get());
                lines.chain([body.order_id.get(), body.user_id.get(), body.goods_id.get()]).collect()
            }
            Self::Paid(body) => {
                let user = body.user_id.map(UserId::get);
                user.into_iter().chain([body.pay_id.get(), body.order_id.get()]).collect()
            }
            Self::GoodsBack(body) => {
                let lines = body.lines.iter().map(|line| line.goods_id.get());
                lines.chain([body.refund_id.get(), body.order_id.get(), body.user_id.get()]).collect()
            }
            Self::Refunded(body) => vec![body.refund_id.get(), body.pay_id.get(), body.order_id.get(), body.user_id.get()],
        }
    }

    /// The topic, tag and key under which it is sent.
    pub fn address(&self) -> (&'static str, &'static str, String) {
        match self {
            Self::OrderCancelled(body) => (ORDER_TOPIC, ORDER_CANCEL, body.order_id.to_string()),
            Self::Paid(body) => (PAY_TOPIC, PAID, body.pay_id.to_string()),
            Self::GoodsBack(body) => (ORDER_TOPIC, GOODS_BACK, body.refund_id.to_string()),
            Self::Refunded(body) => (PAY_TOPIC, REFUNDED, body.refund_id.to_string()),
        }
    }

    /// The body as JSON.
    pub fn to_json(&self) -> Result<String, Rejection> {
        let json = match self {
            Self::OrderCancelled(body) => serde_json::to_string(body),
            Self::Paid(body) => serde_json::to_string(body),
            Self::GoodsBack(body) => serde_json::to_string(body),
            Self::Refunded(body) => serde_json::to_string(body),
        };
        json.map_err(|error| Rejection::new(Reason::BodyEmpty, error.to_string()))
    }
}

/// The dedupe key of the consumer table: one effect per group, tag and key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct InboxKey {
    /// The consumer group.
    pub group: String,
    /// The tag.
    pub tag: String,
    /// The key.
    pub key: String,
}

/// `trade_mq_consumer_log.consumer_status`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InboxState {
    /// To be tried again from then on.
    Retrying {
        /// When the next try is due.
        due: Timestamp,
    },
    /// Its effect is in the tables.
    Done,
    /// Given up: dead until it is replayed.
    Dead,
}

/// One message as one group sees it (`trade_mq_consumer_log`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxRow {
    /// Group, tag and key.
    pub key: InboxKey,
    /// The message's id.
    pub message_id: String,
    /// Its topic.
    pub topic: String,
    /// Its body.
    pub body: String,
    /// Where it stands.
    pub state: InboxState,
    /// Tries so far.
    pub times: i64,
    /// When it was last tried.
    pub at: Timestamp,
    /// Why the last try failed.
    pub remark: Option<String>,
    /// The trace of the message.
    pub trace: Option<Trace>,
}
