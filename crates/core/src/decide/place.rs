//! Placing an order.

use super::{Context, message, take};
use crate::basket::Quote;
use crate::command::{PlaceOrder, Receipt};
use crate::faults;
use crate::id::{PaymentId, Timestamp};
use crate::message::{Body, Message, Paid};
use crate::money::Cents;
use crate::order::{Order, OrderStatus, PayStatus, ShippingStatus};
use crate::payment::{Fate, NO_CHANNEL, Payment, PaymentState};
use crate::rejection::{Reason, Rejection};
use crate::shop::{Shop, Timer};
use crate::transition::Event;

/// All parts at once: stock, coupon, balance and the order change together or not at all.
pub(super) fn place(shop: &mut Shop, place: &PlaceOrder, context: &mut Context<'_>) -> Result<Receipt, Rejection> {
    faults::none(faults::of_order(place).into_iter().filter(|fault| fault.reason == Reason::BadParameter).collect())?;
    let quote = place.basket.quote(shop, context.terms, context.now)?;
    let mut order = placed(place, quote, context);
    let settled = if order.pay_amount == Cents::ZERO { Some(pay_nothing(&mut order, context)?) } else { None };

    let now = context.now;
    take::stock(shop, order.id, order.lines.iter().map(|line| (line.goods_id, line.number)), now);
    if let Some(coupon) = order.coupon_id {
        take::coupon(shop, order.id, coupon, now);
    }
    take::balance(shop, order.id, order.user_id, order.money_paid, now);
    let receipt = Receipt::Placed(Box::new(order.clone()));
    store_placed(shop, order, settled);
    Ok(receipt)
}

/// The order, and the payment and message of one that is paid at once, or else the time to pay it.
pub(super) fn store_placed(shop: &mut Shop, order: Order, settled: Option<(Payment, Message)>) {
    match settled {
        Some((payment, paid)) => {
            shop.payments.insert(payment.id, payment);
            shop.outbox.append(paid);
        }
        None => drop(shop.timers.insert(Timer::OrderTimeout(order.id), order.expires_at)),
    }
    shop.orders.put(order.id, order);
}

pub(super) fn placed(place: &PlaceOrder, quote: Quote, context: &Context<'_>) -> Order {
    Order {
        id: place.order_id,
        user_id: place.basket.user_id,
        status: OrderStatus::Confirmed,
        pay_status: PayStatus::Unpaid,
        shipping_status: ShippingStatus::NotShipped,
        lines: quote.lines,
        goods_amount: quote.goods_amount,
        shipping_fee: quote.shipping_fee,
        order_amount: quote.order_amount,
        coupon_id: place.basket.coupon_id,
        coupon_paid: quote.coupon_paid,
        money_paid: quote.money_paid,
        pay_amount: quote.pay_amount,
        refunded_amount: Cents::ZERO,
        address: place.address.clone(),
        consignee: place.consignee.clone(),
        kept_payment: None,
        cancel_reason: None,
        carrier: None,
        tracking_no: None,
        created_at: context.now,
        confirmed_at: Some(context.now),
        paid_at: None,
        shipped_at: None,
        received_at: None,
        cancelled_at: None,
        expires_at: Some(context.now.after(context.terms.unpaid_timeout)),
    }
}

/// Nothing left to pay: paid at once through a payment of 0.00, so that all that follows runs as always (api.md).
pub(super) fn pay_nothing(order: &mut Order, context: &mut Context<'_>) -> Result<(Payment, Message), Rejection> {
    let id = PaymentId::new((context.next_id)());
    let now = context.now;
    let body = Paid { pay_id: id, order_id: order.id, pay_amount: Cents::ZERO, is_paid: 2, user_id: Some(order.user_id) };
    let paid = message(&Body::Paid(body), context)?;
    mark_paid(order, id, now);
    let payment = Payment {
        id,
        order_id: order.id,
        user_id: order.user_id,
        amount: Cents::ZERO,
        channel: NO_CHANNEL.to_owned(),
        method: None,
        state: PaymentState::Succeeded,
        fate: Fate::Kept,
        platform_no: None,
        action: None,
        close_wanted: false,
        refunded: Cents::ZERO,
        created_at: now,
        paid_at: Some(now),
        closed_at: None,
        expires_at: order.expires_at.unwrap_or(now),
    };
    Ok((payment, paid))
}

/// The order keeps this payment.
pub(super) fn mark_paid(order: &mut Order, payment: PaymentId, now: Timestamp) {
    order.pay_status = order.pay_status_after(Event::Succeed);
    order.paid_at = Some(now);
    order.kept_payment = Some(payment);
}
