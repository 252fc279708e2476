//! Goods that leave and goods that arrive.

use super::Context;
use crate::command::{Receipt, ReceiveCause, ReceiveOrder, ShipOrder};
use crate::faults;
use crate::id::OrderId;
use crate::order::{Order, OrderStatus, PayStatus, ShippingStatus};
use crate::refundable::{all_goods_back, all_money_back};
use crate::rejection::{Reason, Rejection};
use crate::shop::{Shop, Timer};
use crate::transition::Event;

/// The longest pause between two looks at an order that would be received by itself if no refund were under way.
const LONGEST_WAIT: i64 = 3_600_000;

/// A paid order leaves, as far as it has not been given back. Saying the same again changes nothing.
pub(super) fn ship(shop: &mut Shop, ship: &ShipOrder, context: &Context<'_>) -> Result<Receipt, Rejection> {
    faults::none(faults::of_parcel(ship))?;
    let id = ship.order_id;
    let order = shop.orders.get(&id).ok_or_else(|| Order::unknown(id))?;
    let refuse = |why: &str| Err(Rejection::new(Reason::OrderNotShippable, format!("order {id} {why}")));
    let said_before =
        order.carrier.as_deref() == Some(ship.carrier.as_str()) && order.tracking_no.as_deref() == Some(ship.tracking_no.as_str());
    if order.shipping_status == ShippingStatus::Shipped && said_before {
        return Ok(Receipt::Order(Box::new(order.clone())));
    }
    if order.status != OrderStatus::Confirmed {
        return refuse("is not open");
    }
    if order.pay_status != PayStatus::Paid {
        return refuse("is not paid");
    }
    let status = order.shipping_after(Event::Ship, Reason::OrderNotShippable)?;
    if refund_under_way(shop, id) {
        return refuse("has a refund under way; settle that first");
    }
    if all_goods_back(order, shop.refunds_of(id)) {
        return refuse("has nothing left to ship: all of its goods are back in the stock");
    }
    if all_money_back(order) {
        return refuse("has nothing left that is paid for: all of its money went back; cancel it, and the goods stay in the stock");
    }
    let Some(order) = shop.orders.change(&id) else { return Err(Order::unknown(id)) };
    order.shipping_status = status;
    order.shipped_at = Some(context.now);
    order.carrier = Some(ship.carrier.clone());
    order.tracking_no = Some(ship.tracking_no.clone());
    let receipt = Receipt::Order(Box::new(order.clone()));
    shop.timers.insert(Timer::AutoReceive(id), Some(context.now.after(context.terms.receive_after)));
    Ok(receipt)
}

/// The goods are there: the user says so, or nobody has for long enough and no refund is under way.
pub(super) fn receive(shop: &mut Shop, receive: &ReceiveOrder, context: &Context<'_>) -> Result<Receipt, Rejection> {
    let id = receive.order_id;
    let order = shop.orders.get(&id).ok_or_else(|| Order::unknown(id))?.clone();
    match receive.cause {
        ReceiveCause::User(user) if order.user_id != user => return Err(Order::unknown(id)),
        ReceiveCause::Timeout => {
            let due = order.shipped_at.map(|shipped| shipped.after(context.terms.receive_after));
            let again = match due {
                Some(due) if order.shipping_status == ShippingStatus::Shipped && due > context.now => Some(Some(due)),
                _ if order.shipping_status != ShippingStatus::Shipped => Some(None),
                _ if refund_under_way(shop, id) => Some(Some(context.now.after(context.terms.receive_after.clamp(1, LONGEST_WAIT)))),
                _ => None,
            };
            if let Some(due) = again {
                shop.timers.insert(Timer::AutoReceive(id), due);
                return Ok(Receipt::Order(Box::new(order)));
            }
        }
        ReceiveCause::User(_) | ReceiveCause::Shop => {}
    }
    if order.shipping_status == ShippingStatus::Received {
        return Ok(Receipt::Order(Box::new(order)));
    }
    let status = order.shipping_after(Event::Receive, Reason::OrderNotReceivable)?;
    let Some(order) = shop.orders.change(&id) else { return Err(Order::unknown(id)) };
    order.shipping_status = status;
    order.received_at = Some(context.now);
    let receipt = Receipt::Order(Box::new(order.clone()));
    shop.timers.insert(Timer::AutoReceive(id), None);
    Ok(receipt)
}

fn refund_under_way(shop: &Shop, order: OrderId) -> bool {
    shop.refunds_of(order).any(|refund| refund.is_of_order() && refund.is_open())
}
