//! What is remembered under an idempotency key, and how the answer is made of it again.
//!
//! An order or a payment attempt says itself what it was at first: only its id is remembered, and the answer is made of its row.
//! That is a tenth of the text to write with every order. Other receipts are remembered as they are.

use serde::{Deserialize, Serialize};

use crate::command::Receipt;
use crate::id::{OrderId, PaymentId};
use crate::money::Cents;
use crate::order::{Order, OrderStatus, PayStatus, ShippingStatus};
use crate::payment::{Fate, Payment, PaymentState};
use crate::rejection::{Reason, Rejection};
use crate::shop::{Remembered, Shop};

/// A row that a remembered answer names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Named {
    /// The order as placed.
    Placed {
        /// Which.
        id: OrderId,
    },
    /// The attempt as started.
    Started {
        /// Which.
        id: PaymentId,
    },
}

impl Remembered {
    /// The row that must be at hand before the answer can be given again, if there is one.
    pub fn names(&self) -> Option<Named> {
        serde_json::from_str(&self.receipt).ok()
    }
}

/// What to remember of a receipt.
pub(crate) fn remember(receipt: &Receipt) -> Result<String, serde_json::Error> {
    match receipt {
        Receipt::Placed(order) => serde_json::to_string(&Named::Placed { id: order.id }),
        Receipt::Started(payment) => serde_json::to_string(&Named::Started { id: payment.id }),
        whole => serde_json::to_string(whole),
    }
}

/// Was the request refused after all? Of a pre-order that is known only later, and then its key is free again.
pub(crate) fn came_to_nothing(shop: &Shop, remembered: &Remembered) -> bool {
    let Some(Named::Placed { id }) = remembered.names() else { return false };
    placed(shop, id).is_some_and(|order| order.status != OrderStatus::Unconfirmed && !order.is_visible())
}

fn placed(shop: &Shop, id: OrderId) -> Option<&Order> {
    shop.orders.get(&id).or_else(|| shop.recalled_orders.get(&id))
}

/// The receipt once more.
pub(crate) fn recall(shop: &Shop, remembered: &Remembered) -> Result<Receipt, Rejection> {
    let lost = |what: String| Rejection::new(Reason::Internal, format!("the remembered answer cannot be given: {what}"));
    match remembered.names() {
        Some(Named::Placed { id }) => {
            let order = placed(shop, id).ok_or_else(|| lost(format!("there is no order {id}")))?;
            if order.status == OrderStatus::Unconfirmed {
                return Err(Rejection::new(
                    Reason::StillPlacing,
                    format!("order {id} is being placed under this key; ask again in a moment"),
                ));
            }
            Ok(Receipt::Placed(Box::new(order.as_placed())))
        }
        Some(Named::Started { id }) => {
            let payment = shop.recalled_payments.get(&id).or_else(|| shop.payments.get(&id));
            payment.map(|payment| Receipt::Started(Box::new(payment.as_started()))).ok_or_else(|| lost(format!("there is no payment {id}")))
        }
        None => serde_json::from_str(&remembered.receipt).map_err(|error| lost(error.to_string())),
    }
}

impl Order {
    /// As it was when it was placed. What the customer ordered never changes; what came after is taken away.
    #[must_use]
    pub fn as_placed(&self) -> Self {
        // nothing to pay: paid in the same moment
        let paid = self.pay_amount == Cents::ZERO;
        Self {
            status: OrderStatus::Confirmed,
            pay_status: if paid { PayStatus::Paid } else { PayStatus::Unpaid },
            shipping_status: ShippingStatus::NotShipped,
            refunded_amount: Cents::ZERO,
            kept_payment: self.kept_payment.filter(|_| paid),
            cancel_reason: None,
            carrier: None,
            tracking_no: None,
            paid_at: self.paid_at.filter(|_| paid),
            shipped_at: None,
            received_at: None,
            cancelled_at: None,
            ..self.clone()
        }
    }
}

impl Payment {
    /// As it was when it was opened.
    #[must_use]
    pub fn as_started(&self) -> Self {
        Self {
            state: PaymentState::Pending,
            fate: Fate::Open,
            platform_no: None,
            action: None,
            close_wanted: false,
            refunded: Cents::ZERO,
            paid_at: None,
            closed_at: None,
            ..self.clone()
        }
    }
}
