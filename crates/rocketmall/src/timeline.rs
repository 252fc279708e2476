//! What happened to an order, from the rows alone: every state, message, effect and payment, in time order.

pub mod messages;

use std::borrow::Cow;

use rocketmall_core::account::MoneyCause;
use rocketmall_core::goods::StockCause;
use rocketmall_core::id::Timestamp;
use rocketmall_core::order::Order;
use rocketmall_core::trace::Trace;
use rocketmall_store::StoreError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::fleet::Fleet;
use crate::http::views::OrderView;
use crate::http::wire::Time;

/// An order and what happened to it 订单及其全过程
#[derive(Debug, Serialize, ToSchema)]
pub struct Timeline {
    /// The order as it stands 订单现状
    pub order: OrderView,
    /// What happened, oldest first 经过，按时间排列
    pub events: Vec<Event>,
}

/// One thing that happened 一个事件
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// When 时间
    pub at: Time,
    /// order, stock, coupon, balance, payment, refund, message or effect. 类别
    #[schema(value_type = String)]
    pub kind: Cow<'static, str>,
    /// What 内容
    pub text: String,
    /// Messages and their effects: the request that they go back to, as its answer had it in X-Trace-Id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
}

struct Events(Vec<Event>);

impl Events {
    fn add(&mut self, at: Option<Timestamp>, kind: &'static str, text: impl Into<String>) {
        if let Some(at) = at {
            self.0.push(Event { at: Time(at), kind: kind.into(), text: text.into(), trace_id: None });
        }
    }

    fn add_traced(&mut self, trace: Option<Trace>, at: Option<Timestamp>, kind: &'static str, text: String) {
        if let Some(at) = at {
            self.0.push(Event { at: Time(at), kind: kind.into(), text, trace_id: trace.map(|trace| trace.id.to_string()) });
        }
    }
}

/// The timeline of this order.
pub async fn of(fleet: &Fleet, order: &Order) -> Result<Timeline, StoreError> {
    let mut events = Events(Vec::new());
    states(order, &mut events);
    effects(fleet, order, &mut events).await?;
    let payments = fleet.payments_of(order.id).await?;
    let refunds = fleet.refunds_of(order.id).await?;
    let mut keys = vec![order.id.to_string()];
    for payment in &payments {
        keys.push(payment.id.to_string());
        events.add(Some(payment.created_at), "payment", format!("{} opened on {}: {}", payment.id, payment.channel, payment.amount));
        events.add(payment.paid_at, "payment", format!("{} succeeded: {}", payment.id, payment.amount));
        events.add(payment.closed_at, "payment", format!("{} closed", payment.id));
    }
    for refund in &refunds {
        keys.push(refund.id.to_string());
        events.add(
            Some(refund.created_at),
            "refund",
            format!(
                "{} of payment {} begins ({:?}): {}, {} of it to the balance",
                refund.id, refund.payment_id, refund.cause, refund.amount, refund.balance_amount
            ),
        );
        events.add(refund.submitted_at, "refund", format!("{} approved, or tried again", refund.id));
        events.add(refund.goods_back_at, "refund", format!("{}: its goods are back", refund.id));
        let remark = refund.remark.as_deref().map(|remark| format!(": {remark}")).unwrap_or_default();
        events.add(refund.finished_at, "refund", format!("{} {:?}{remark}", refund.id, refund.state));
    }
    events.0.extend(fleet.message_events(keys).await?);
    events.0.sort_by_key(|event| event.at.0);
    Ok(Timeline { order: order.clone().into(), events: events.0 })
}

fn states(order: &Order, events: &mut Events) {
    events.add(Some(order.created_at), "order", format!("placed: {} to pay {}", order.order_amount, order.pay_amount));
    events.add(order.confirmed_at, "order", "confirmed");
    events.add(order.paid_at, "order", "paid");
    let parcel = [order.carrier.as_deref(), order.tracking_no.as_deref()].map(Option::unwrap_or_default).join(" ");
    events.add(order.shipped_at, "order", format!("shipped: {parcel}"));
    events.add(order.received_at, "order", "received");
    let why = order.cancel_reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
    events.add(order.cancelled_at, "order", format!("cancelled{why}"));
}

async fn effects(fleet: &Fleet, order: &Order, events: &mut Events) -> Result<(), StoreError> {
    for entry in fleet.stock_log_of(order.id).await? {
        let what = if entry.cause == StockCause::Order { "taken" } else { "given back" };
        events.add(Some(entry.at), "stock", format!("{} of goods {} {what}", entry.number.abs(), entry.goods_id));
    }
    for entry in fleet.money_log_of(order.id).await? {
        let what = if entry.cause == MoneyCause::Paid { "paid from" } else { "given back to" };
        events.add(Some(entry.at), "balance", format!("{} {what} the balance", entry.amount));
    }
    if let Some(id) = order.coupon_id
        && let Some(coupon) = fleet.coupon(id).await?
        && coupon.held_by(order.id)
    {
        events.add(coupon.used.map(|held| held.at), "coupon", format!("{id} used for {}", order.coupon_paid));
    }
    for (payment, refund, amount, at) in fleet.payment_log_of(order.id).await? {
        let text =
            if refund == 0 { format!("payment {payment} of {amount} logged") } else { format!("refund {refund} of {amount} logged") };
        events.add(Some(at), "effect", text);
    }
    Ok(())
}
