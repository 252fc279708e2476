//! Orders and order lines.

use serde::{Deserialize, Serialize};

use crate::id::{CouponId, GoodsId, OrderId, PaymentId, Timestamp, UserId};
use crate::money::Cents;
use crate::rejection::{Reason, Rejection};
use crate::transition::{Event, ORDER, PAYING, SHIPPING};

/// `trade_order.order_status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum OrderStatus {
    /// A pre-order of the saga, invisible.
    Unconfirmed,
    /// Placed.
    Confirmed,
    /// Called off.
    Cancelled,
    /// A pre-order refused by the saga's own checks.
    Invalid,
    /// All money given back.
    Refunded,
}

/// `trade_order.pay_status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PayStatus {
    /// Nothing under way.
    Unpaid,
    /// An attempt is open.
    Paying,
    /// Paid.
    Paid,
}

/// `trade_order.shipping_status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ShippingStatus {
    /// Still here.
    NotShipped,
    /// On its way.
    Shipped,
    /// Sent back.
    Returned,
    /// Arrived.
    Received,
}

/// One line of an order, as it was when the order was placed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    /// The goods.
    pub goods_id: GoodsId,
    /// Their name then.
    pub name: String,
    /// Pieces.
    pub number: i64,
    /// The price of one piece then.
    pub price: Cents,
    /// price × number.
    pub amount: Cents,
}

/// An order (`trade_order` and `trade_order_line`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// Whose it is.
    pub user_id: UserId,
    /// Placed, cancelled, …
    pub status: OrderStatus,
    /// Paid or not.
    pub pay_status: PayStatus,
    /// Shipped or not.
    pub shipping_status: ShippingStatus,
    /// What was ordered; never empty, never changed.
    pub lines: Vec<OrderLine>,
    /// Sum of the lines.
    pub goods_amount: Cents,
    /// Freight.
    pub shipping_fee: Cents,
    /// Goods and freight.
    pub order_amount: Cents,
    /// The coupon used.
    pub coupon_id: Option<CouponId>,
    /// What the coupon paid.
    pub coupon_paid: Cents,
    /// What the balance paid.
    pub money_paid: Cents,
    /// What is left to pay through a channel.
    pub pay_amount: Cents,
    /// What was given back to the customer.
    pub refunded_amount: Cents,
    /// Where to.
    pub address: String,
    /// For whom.
    pub consignee: String,
    /// The payment that paid it.
    pub kept_payment: Option<PaymentId>,
    /// Why it was cancelled.
    pub cancel_reason: Option<String>,
    /// Who carries it.
    pub carrier: Option<String>,
    /// The carrier's number for it.
    pub tracking_no: Option<String>,
    /// Placed at.
    pub created_at: Timestamp,
    /// Confirmed at.
    pub confirmed_at: Option<Timestamp>,
    /// Paid at.
    pub paid_at: Option<Timestamp>,
    /// Shipped at.
    pub shipped_at: Option<Timestamp>,
    /// Received at.
    pub received_at: Option<Timestamp>,
    /// Cancelled at.
    pub cancelled_at: Option<Timestamp>,
    /// Unpaid after this moment it is cancelled.
    pub expires_at: Option<Timestamp>,
}

impl Order {
    /// The refusal for an order that does not exist, or not for this user: both look the same.
    pub fn unknown(id: OrderId) -> Rejection {
        Rejection::new(Reason::OrderUnknown, format!("there is no order {id}"))
    }

    /// Is it there for its user? Pre-orders are not, nor what never became more than one.
    pub fn is_visible(&self) -> bool {
        match self.status {
            OrderStatus::Unconfirmed => false,
            OrderStatus::Cancelled | OrderStatus::Invalid => self.confirmed_at.is_some(),
            OrderStatus::Confirmed | OrderStatus::Refunded => true,
        }
    }

    /// May a payment attempt be opened, or money be kept?
    pub fn payable(&self) -> Result<(), Rejection> {
        if self.pay_status == PayStatus::Paid {
            return Err(Rejection::new(Reason::AlreadyPaid, format!("order {} is paid", self.id)));
        }
        if self.status != OrderStatus::Confirmed {
            return Err(Rejection::new(Reason::OrderNotPayable, format!("order {} is {:?}", self.id, self.status).to_lowercase()));
        }
        Ok(())
    }

    /// The status after a cancel, or why it cannot be cancelled.
    pub fn status_cancelled(&self) -> Result<OrderStatus, Rejection> {
        let refuse = |why: &str| Rejection::new(Reason::OrderNotCancellable, format!("order {} {why}", self.id));
        if self.pay_status == PayStatus::Paid {
            return Err(refuse("is paid; its money goes back by a refund"));
        }
        ORDER.next(self.status, Event::Cancel).ok_or_else(|| refuse("is not open"))
    }

    /// The shipping status after `event`, or why that cannot be.
    pub fn shipping_after(&self, event: Event, refusal: Reason) -> Result<ShippingStatus, Rejection> {
        SHIPPING
            .next(self.shipping_status, event)
            .ok_or_else(|| Rejection::new(refusal, format!("order {} is {:?}", self.id, self.shipping_status).to_lowercase()))
    }

    /// The pay status after `event`; unchanged where the event means nothing.
    pub fn pay_status_after(&self, event: Event) -> PayStatus {
        PAYING.next(self.pay_status, event).unwrap_or(self.pay_status)
    }
}
