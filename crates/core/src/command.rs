//! Every change to the shop as a value, and what comes back.

use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::basket::Basket;
use crate::coupon::Coupon;
use crate::goods::Goods;
use crate::id::{GoodsId, MessageId, OrderId, PaymentId, RefundId, Timestamp, UserId};
use crate::message::{Body, InboxKey, InboxRow, Message, SUBSCRIPTIONS, Subscription};
use crate::money::Cents;
use crate::order::Order;
use crate::payment::Payment;
use crate::refund::Refund;
use crate::refundable::Wanted;
use crate::rejection::Rejection;
use crate::saga::{DebitBalance, DropOrder, PreOrder, RedeemCoupon, ReserveStock, ReturnBalance};
use crate::shop::IdempotencyKey;
use crate::trace::Trace;

/// A change to the shop.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Command {
    /// Place an order.
    PlaceOrder(PlaceOrder),
    /// Save an order whose parts are elsewhere.
    PreOrder(PreOrder),
    /// Take the pieces of a pre-order off the stock.
    ReserveStock(ReserveStock),
    /// Use a coupon for a pre-order.
    RedeemCoupon(RedeemCoupon),
    /// Pay from the balance for a pre-order.
    DebitBalance(DebitBalance),
    /// Give back what an order took of a balance.
    ReturnBalance(ReturnBalance),
    /// All parts of a pre-order are taken.
    ConfirmOrder(OrderId),
    /// Give a pre-order up.
    DropOrder(DropOrder),
    /// Call an order off.
    CancelOrder(CancelOrder),
    /// Open a payment attempt.
    StartPayment(StartPayment),
    /// Keep an attempt that the order's books have opened elsewhere.
    KeepAttempt(Box<Payment>),
    /// What the order's books elsewhere have noted of an attempt. One that is over and was never kept is closed for good.
    MeetAttempt(Box<Payment>),
    /// What the pay role elsewhere has of an attempt, for the order's note of it.
    NoteAttempt(Box<Payment>),
    /// Keep what the platform wants the customer to do.
    RecordAction(RecordAction),
    /// The platform notifies.
    SettlePayment(SettlePayment),
    /// The platform was asked.
    CheckPayment(CheckPayment),
    /// The goods leave.
    ShipOrder(ShipOrder),
    /// The goods arrive.
    ReceiveOrder(ReceiveOrder),
    /// Somebody asks for money back.
    RequestRefund(RequestRefund),
    /// The shop decides on a refund.
    HandleRefund(HandleRefund),
    /// The platform was told to give money back.
    FinishRefund(FinishRefund),
    /// A message reaches a group. Never leaves the process.
    #[serde(skip)]
    Consume(Consume),
    /// A message reaches all who hear it, and is marked so, in one commit. Never leaves the process.
    #[serde(skip)]
    Deliver(Deliver),
    /// A message was handed to all who hear it.
    MarkSent(MessageId),
    /// A dead message shall be tried again.
    Replay(InboxKey),
    /// A new user.
    RegisterUser(RegisterUser),
    /// New goods.
    CreateGoods(Goods),
    /// Other words or another price for goods.
    EditGoods(EditGoods),
    /// A stock correction.
    CorrectStock(CorrectStock),
    /// A new coupon.
    CreateCoupon(Coupon),
    /// A top-up or correction of a balance.
    CorrectBalance(CorrectBalance),
}

/// Place an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PlaceOrder {
    /// The new order's id.
    pub order_id: OrderId,
    /// What is ordered and how it is paid.
    pub basket: Basket,
    /// Where to.
    pub address: String,
    /// For whom.
    pub consignee: String,
}

/// Who calls an order off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CancelCause {
    /// The user, who must own it.
    User(UserId),
    /// The shop.
    Shop,
    /// It was not paid in time.
    Timeout,
}

/// Call an order off.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CancelOrder {
    /// The order.
    pub order_id: OrderId,
    /// By whom.
    pub cause: CancelCause,
    /// Why, in the caller's words.
    pub reason: Option<String>,
}

/// Open a payment attempt.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StartPayment {
    /// The new attempt's id.
    pub payment_id: PaymentId,
    /// The order.
    pub order_id: OrderId,
    /// The user, who must own the order; `None` for the shop.
    pub user_id: Option<UserId>,
    /// The channel.
    pub channel: String,
    /// The way to pay within the channel.
    pub method: Option<String>,
    /// The amount the caller saw; a difference is refused.
    pub seen_amount: Option<Cents>,
}

/// Keep what the platform wants the customer to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecordAction {
    /// The attempt.
    pub payment_id: PaymentId,
    /// The platform's own number.
    pub platform_no: Option<String>,
    /// The action, as the channel's JSON.
    pub action: String,
}

/// What the platform says of an attempt's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// The money has come.
    Succeeded,
    /// It failed.
    Failed,
    /// It was closed or expired there.
    Closed,
}

/// A notification whose signature held.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SettlePayment {
    /// The attempt.
    pub payment_id: PaymentId,
    /// The channel it came through.
    pub channel: String,
    /// The order, where the caller names one (the contract's callback).
    pub order_id: Option<OrderId>,
    /// The amount it speaks of.
    pub amount: Cents,
    /// The currency it speaks of.
    pub currency: String,
    /// The platform's own number.
    pub platform_no: Option<String>,
    /// What it says.
    pub outcome: Outcome,
}

/// What the platform answered when it was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PlatformView {
    /// The money has come, so much of this currency.
    Succeeded {
        /// The amount.
        amount: Cents,
        /// The currency.
        currency: String,
        /// The platform's own number.
        platform_no: Option<String>,
    },
    /// It failed there.
    Failed,
    /// It is closed there.
    Closed,
    /// The customer may still pay.
    Pending,
    /// The platform knows of no such payment.
    NotFound,
    /// No answer.
    Unreachable,
}

/// The platform was asked about an attempt.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CheckPayment {
    /// The attempt.
    pub payment_id: PaymentId,
    /// What it said.
    pub view: PlatformView,
}

/// The goods leave.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShipOrder {
    /// The order.
    pub order_id: OrderId,
    /// Who carries it.
    pub carrier: String,
    /// The carrier's number for it.
    pub tracking_no: String,
}

/// Who says that the goods arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReceiveCause {
    /// The user, who must own the order.
    User(UserId),
    /// The shop.
    Shop,
    /// Nobody, for long enough.
    Timeout,
}

/// The goods arrive.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReceiveOrder {
    /// The order.
    pub order_id: OrderId,
    /// Who says so.
    pub cause: ReceiveCause,
}

/// Somebody asks for money back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RequestRefund {
    /// The new refund's id.
    pub refund_id: RefundId,
    /// The order.
    pub order_id: OrderId,
    /// The user, who must own the order; `None` for the shop.
    pub user_id: Option<UserId>,
    /// What of it.
    pub wanted: Wanted,
    /// Why, in the caller's words.
    pub reason: String,
    /// Will shipped goods be sent back?
    pub return_goods: bool,
}

/// What the shop decides on a refund.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RefundStep {
    /// It agrees: stock and coupon move, the money is on its way.
    Approve,
    /// It does not.
    Reject {
        /// Why.
        reason: String,
    },
    /// The goods that were sent back are here.
    GoodsReceived,
    /// The platform is asked once more, under the same number.
    Retry,
    /// A failed one is given up; its money can be refunded otherwise.
    Abandon,
}

/// The shop decides on a refund.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HandleRefund {
    /// The refund.
    pub refund_id: RefundId,
    /// What it decides.
    pub step: RefundStep,
}

/// What became of a refund at the platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RefundOutcome {
    /// The money is back.
    Succeeded,
    /// The platform works on it.
    Processing,
    /// The platform refused.
    Failed(String),
    /// No answer; the same number will be sent again.
    Unreachable(String),
}

/// The platform was told to give money back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FinishRefund {
    /// The refund.
    pub refund_id: RefundId,
    /// What it said.
    pub outcome: RefundOutcome,
}

/// A message reaches a group.
#[derive(Clone, Debug)]
pub struct Consume {
    /// Which group, and what it does.
    pub subscription: &'static Subscription,
    /// The message's id.
    pub message_id: String,
    /// The message's key.
    pub key: String,
    /// The body as it came.
    pub raw: String,
    /// The body as it was read, or why the last step failed.
    pub body: Result<Body, Rejection>,
    /// The attempt that it speaks of, as the pay role elsewhere has it.
    pub seen: Option<Box<Payment>>,
    /// The trace of the message.
    pub trace: Option<Trace>,
}

/// A message reaches all who hear it.
#[derive(Clone, Debug)]
pub struct Deliver {
    /// The message.
    pub message_id: MessageId,
    /// Each group with the trace that its effect goes on with.
    pub consumes: Vec<(Consume, Option<Trace>)>,
}

impl Consume {
    /// This message as `subscription`'s group gets it.
    pub fn new(subscription: &'static Subscription, message: &Message) -> Self {
        Self {
            subscription,
            message_id: message.id.to_string(),
            key: message.key.clone(),
            body: Body::read(subscription.topic, subscription.tag, &message.body),
            raw: message.body.clone(),
            seen: None,
            trace: message.trace,
        }
    }

    /// The message of this consumer row once more; `None` if its group is not one that is known here.
    pub fn again(row: &InboxRow) -> Option<Self> {
        let subscription = SUBSCRIPTIONS.iter().find(|known| known.group == row.key.group && known.tag == row.key.tag)?;
        Some(Self {
            subscription,
            message_id: row.message_id.clone(),
            key: row.key.key.clone(),
            body: Body::read(subscription.topic, subscription.tag, &row.body),
            raw: row.body.clone(),
            seen: None,
            trace: row.trace,
        })
    }

    /// The dedupe key.
    pub fn inbox_key(&self) -> InboxKey {
        InboxKey { group: self.subscription.group.to_owned(), tag: self.subscription.tag.to_owned(), key: self.key.clone() }
    }
}

/// A new user.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RegisterUser {
    /// The account; its balance is the opening entry.
    pub account: Account,
    /// The password's hash in PHC form.
    pub password_hash: String,
}

/// Other words or another price for goods.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct EditGoods {
    /// The goods.
    pub goods_id: Option<GoodsId>,
    /// A new name.
    pub name: Option<String>,
    /// A new price.
    pub price: Option<Cents>,
    /// A new description.
    pub desc: Option<String>,
}

/// A stock correction.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CorrectStock {
    /// The goods.
    pub goods_id: GoodsId,
    /// Pieces that came (negative: went).
    pub delta: i64,
    /// Why.
    pub reason: String,
}

/// A top-up or correction of a balance.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CorrectBalance {
    /// Whose.
    pub user_id: UserId,
    /// Money that came (negative: went).
    pub delta: Cents,
    /// Why.
    pub reason: String,
}

/// A command with the idempotency key under which it came.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    /// What to do.
    pub command: Command,
    /// The key and the hash of the request, if the caller sent one.
    pub idempotency: Option<(IdempotencyKey, String)>,
    /// Where it comes from; messages and timers that follow from it carry it on.
    pub trace: Option<Trace>,
}

impl From<Command> for Request {
    fn from(command: Command) -> Self {
        Self { command, idempotency: None, trace: None }
    }
}

/// What became of a consumed message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Consumed {
    /// Its effect is in the tables now.
    Done,
    /// Its effect was there already.
    Already,
    /// It failed and will be tried again then.
    Retry(Timestamp),
    /// It failed for the last time.
    Dead,
}

/// What a command did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Receipt {
    /// The order as placed.
    Placed(Box<Order>),
    /// The order as cancelled, or as it is where the timeout had nothing to do.
    Cancelled(Box<Order>),
    /// The order afterwards.
    Order(Box<Order>),
    /// The attempt, new or already open.
    Started(Box<Payment>),
    /// The attempt, and whether this was the first word of its end.
    Settled {
        /// The attempt afterwards.
        payment: Box<Payment>,
        /// False for a repetition, which changed nothing.
        first: bool,
    },
    /// The attempt after a look at the platform.
    Checked(Box<Payment>),
    /// The refund afterwards.
    Refund(Box<Refund>),
    /// A message was taken.
    Consumed(Consumed),
    /// A message was taken by each group, in the order of the command.
    Delivered(Vec<Consumed>),
    /// The goods afterwards.
    Goods(Box<Goods>),
    /// The coupon.
    Coupon(Box<Coupon>),
    /// The account afterwards.
    Account(Box<Account>),
    /// Nothing to tell.
    Done,
}
