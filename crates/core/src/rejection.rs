//! Every refusal, in order of precedence: its number, its kind, its titles.

use serde::{Deserialize, Serialize};

/// What a refusal means for the caller; HTTP turns it into a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// The request breaks a rule that no retry changes.
    Invalid,
    /// The thing named does not exist, or not for this caller.
    NotFound,
    /// The present state refuses; another moment or another choice may do.
    Conflict,
    /// Our side failed; nothing was stored.
    Fault,
    /// Too busy, or a dependency is away; the same request may be sent again.
    Unavailable,
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $kind:ident, $slug:literal, $en:literal, $zh:literal;)*) => {
        /// Why a command was refused. The order of the variants is the order in which checks are made.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Reason {
            $($(#[$doc])* $name,)*
        }

        impl Reason {
            /// All reasons, in order of precedence.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The contract's number (seed-contract, section 2); ours start at 80000 where it has none.
            pub const fn code(self) -> i32 {
                match self { $(Self::$name => $code,)* }
            }

            /// What it means for the caller.
            pub const fn kind(self) -> Kind {
                match self { $(Self::$name => Kind::$kind,)* }
            }

            /// The last part of the error's documentation address, and its name in metrics.
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug,)* }
            }

            /// A short title in English.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $en,)* }
            }

            /// The title in Chinese, which is also the message of the contract's endpoints.
            pub const fn title_zh(self) -> &'static str {
                match self { $(Self::$name => $zh,)* }
            }
        }
    };
}

reasons! {
    /// An idempotency key came again with another body.
    KeyReused = 80010, Invalid, "idempotency-key-reused", "This idempotency key was used for another request", "幂等键已用于另一个请求";
    /// A field breaks a rule.
    BadParameter = -1, Invalid, "bad-parameter", "A parameter is not valid", "参数不正确";
    /// The call needs a user and names none.
    NoUser = 30001, Invalid, "no-user", "The call needs a user and names none", "用户账号不能为空";
    /// No such goods.
    GoodsUnknown = 20001, Invalid, "goods-unknown", "These goods do not exist", "商品不存在";
    /// No such user.
    UserUnknown = 30002, NotFound, "user-unknown", "This user does not exist", "用户不存在";
    /// The price the customer saw is not the shop's.
    PriceWrong = 20002, Conflict, "price-wrong", "The price is not the shop's price", "商品价格不正确";
    /// Fewer pieces than asked for.
    StockTooLow = 20003, Conflict, "stock-too-low", "Not enough stock", "商品库存不足";
    /// The freight sent is not what the rule gives.
    FreightWrong = 10002, Conflict, "freight-wrong", "The freight is not what the shop charges", "订单运费不正确";
    /// The total or the amount to pay is not what the shop reckons.
    TotalWrong = 10003, Conflict, "total-wrong", "The total is not what the shop reckons", "订单总价不正确";
    /// An amount of balance below zero.
    BalanceNegative = 50001, Invalid, "balance-negative", "The balance cannot go below zero", "余额不能小于零";
    /// More balance asked for than there is, or than is left to pay.
    BalanceTooLow = 50002, Conflict, "balance-too-low", "The balance is not enough, or more than is to be paid", "余额不正确";
    /// No such coupon, or another user's.
    CouponUnknown = 40001, Conflict, "coupon-unknown", "This coupon does not exist", "优惠券不存在";
    /// Used, expired, or its minimum spend not reached.
    CouponNotValid = 40002, Conflict, "coupon-not-valid", "This coupon is not valid for this order", "优惠券不合法";
    /// No such order, or another user's.
    OrderUnknown = 80001, NotFound, "order-unknown", "This order does not exist", "订单不存在";
    /// No such payment, or another user's.
    PaymentUnknown = 70001, NotFound, "payment-unknown", "This payment does not exist", "支付订单不存在";
    /// The order or payment is paid already.
    AlreadyPaid = 70002, Conflict, "already-paid", "This is paid already", "支付订单已支付";
    /// The payment platform refused.
    PaymentRefused = 70002, Conflict, "payment-refused", "The payment platform refused", "支付失败";
    /// The order is not in a state to be paid.
    OrderNotPayable = 80002, Conflict, "order-not-payable", "The order cannot be paid in its present state", "订单当前状态不能支付";
    /// The order is not in a state to be cancelled.
    OrderNotCancellable = 80003, Conflict, "order-not-cancellable", "The order cannot be cancelled in its present state", "订单当前状态不能取消";
    /// Too many attempts to pay one order.
    TooManyAttempts = 80004, Conflict, "too-many-attempts", "Too many payment attempts for this order", "支付尝试次数过多";
    /// A currency other than the payment's.
    CurrencyWrong = 80005, Invalid, "currency-wrong", "The currency is not the payment's", "币种不正确";
    /// An amount other than the payment's.
    AmountWrong = 80006, Invalid, "amount-wrong", "The amount is not the payment's", "支付金额不正确";
    /// No such payment channel, or not switched on.
    ChannelUnknown = 80007, Invalid, "channel-unknown", "This payment channel is not available", "支付渠道不可用";
    /// The balance of this order has been given back already.
    AlreadyRefunded = 30004, Conflict, "already-refunded", "This order is refunded already", "订单已经退过款";
    /// The order is not in a state to be refunded.
    OrderNotRefundable = 80018, Conflict, "order-not-refundable", "The order cannot be refunded in its present state", "订单当前状态不能退款";
    /// More asked back than is left.
    RefundTooLarge = 80017, Conflict, "refund-too-large", "More is asked back than is left", "退款超过可退金额或数量";
    /// Too many refunds of one order.
    TooManyRefunds = 80022, Conflict, "too-many-refunds", "Too many refunds for this order", "退款次数过多";
    /// The order is not in a state to be shipped.
    OrderNotShippable = 80019, Conflict, "order-not-shippable", "The order cannot be shipped in its present state", "订单当前状态不能发货";
    /// The order is not in a state to be received.
    OrderNotReceivable = 80020, Conflict, "order-not-receivable", "The order cannot be received in its present state", "订单当前状态不能确认收货";
    /// The refund is not in a state for this.
    RefundStateWrong = 80021, Conflict, "refund-state-wrong", "The refund is not in a state for this", "退款当前状态不允许此操作";
    /// No such refund.
    RefundUnknown = 80008, NotFound, "refund-unknown", "This refund does not exist", "退款不存在";
    /// The mobile number belongs to a user.
    MobileTaken = 80009, Conflict, "mobile-taken", "This mobile number is registered already", "手机号已注册";
    /// A message without a topic.
    TopicEmpty = 60001, Invalid, "message-topic-empty", "The message has no topic", "消息主题不能为空";
    /// A message without a body, or with one that cannot be read.
    BodyEmpty = 60002, Invalid, "message-body-empty", "The message has no body that can be read", "消息体不能为空";
    /// No such message.
    MessageUnknown = 80011, NotFound, "message-unknown", "This message does not exist", "消息不存在";
    /// The message came before what it builds on; it is tried again.
    NotYet = 80012, Conflict, "message-too-early", "What this message builds on has not arrived yet", "消息所依赖的数据尚未到达";
    /// The order could not be saved.
    SaveFailed = 10004, Fault, "save-failed", "The order could not be saved", "订单保存失败";
    /// The order could not be confirmed: the commit failed.
    ConfirmFailed = 10005, Fault, "confirm-failed", "The order could not be confirmed", "订单确认失败";
    /// The stock could not be deducted.
    DeductFailed = 20004, Fault, "deduct-failed", "The stock could not be deducted", "扣减库存失败";
    /// The coupon could not be used.
    CouponUseFailed = 40003, Fault, "coupon-use-failed", "The coupon could not be used", "优惠券使用失败";
    /// The balance could not be deducted.
    BalanceDeductFailed = 30003, Fault, "balance-deduct-failed", "The balance could not be deducted", "余额扣减失败";
    /// The message could not be stored for sending, or not be sent.
    SendFailed = 60003, Fault, "message-send-failed", "The message could not be sent", "消息发送失败";
    /// The platform could not be reached.
    ChannelUnreachable = 80013, Unavailable, "channel-unreachable", "The payment platform does not answer", "支付平台无响应";
    /// The queue is full, or the database is away.
    Busy = 80014, Unavailable, "busy", "The shop is busy, or its database is away", "系统繁忙";
    /// The database went away during the commit and did not come back in time to be asked.
    OutcomeUnknown = 80016, Unavailable, "outcome-unknown", "Whether this is stored is not known yet", "结果暂时未知";
    /// The first request with this idempotency key is still at work.
    StillPlacing = 80023, Unavailable, "still-placing", "The first request with this key is still at work", "相同幂等键的首个请求仍在处理";
    /// What this needs another service has, and that does not answer.
    ServiceAway = 80024, Unavailable, "service-away", "A service that is needed does not answer", "依赖的服务无响应";
    /// What this needs is Java's service's, whose interface has no call for it.
    NotOffered = 80025, Conflict, "not-offered", "The service that has this does not offer it", "负责的服务不提供此功能";
    /// A fault of ours without a number of the contract.
    Internal = 80015, Fault, "internal", "Something failed on our side", "系统错误";
}

/// A refused command: the reason, what exactly, and the request field if one is to blame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}: {detail}", .reason.slug())]
pub struct Rejection {
    /// Why.
    pub reason: Reason,
    /// A sentence for a person: what is wrong and what to do.
    pub detail: String,
    /// The request field to blame, such as `lines[0].number`.
    pub field: Option<String>,
}

impl Rejection {
    /// A refusal that no single field is to blame for.
    pub fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into(), field: None }
    }

    /// A refusal because of one field.
    pub fn of_field(reason: Reason, field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into(), field: Some(field.into()) }
    }
}
