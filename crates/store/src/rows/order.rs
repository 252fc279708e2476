//! Orders and their lines.

use rocketmall_core::id::{CouponId, GoodsId, OrderId, PaymentId, Timestamp, UserId};
use rocketmall_core::order::{Order, OrderLine};

use super::{Read, millis, row};
use crate::codes::Code as _;
use crate::error::StoreError;
use crate::value::{Columns, Row};

pub(crate) fn order_to_row(order: &Order) -> Result<Row, StoreError> {
    let first = order
        .lines
        .first()
        .ok_or_else(|| StoreError::Refused { statement: "order_insert", message: "an order without lines".to_owned() })?;
    Ok(row![
        order.id.get(),
        order.user_id.get(),
        order.status.code(),
        order.pay_status.code(),
        order.shipping_status.code(),
        order.address.as_str(),
        order.consignee.as_str(),
        first.goods_id.get(),
        first.name.as_str(),
        first.number,
        first.price.get(),
        order.goods_amount.get(),
        order.shipping_fee.get(),
        order.order_amount.get(),
        order.coupon_id.map(CouponId::get),
        order.coupon_paid.get(),
        order.money_paid.get(),
        order.pay_amount.get(),
        order.refunded_amount.get(),
        order.kept_payment.map(PaymentId::get),
        order.cancel_reason.as_deref(),
        i64::try_from(order.lines.len()).unwrap_or(i64::MAX),
        order.created_at.millis(),
        millis(order.confirmed_at),
        millis(order.paid_at),
        millis(order.shipped_at),
        millis(order.received_at),
        millis(order.cancelled_at),
        millis(order.expires_at),
    ])
}

/// The lines after the first, which the order's own row holds.
pub(crate) fn lines_to_rows(order: &Order) -> impl Iterator<Item = Row> {
    order.lines.iter().enumerate().skip(1).map(|(index, line)| {
        let number = i64::try_from(index).unwrap_or(i64::MAX);
        row![order.id.get(), number, line.goods_id.get(), line.name.as_str(), line.number, line.price.get()]
    })
}

/// The order with its first line, and how many lines it has in all.
pub(crate) fn order_from_row(row: Row) -> Read<(Order, usize)> {
    let c = &mut Columns::of("trade_order", row);
    let id = OrderId::new(c.int()?);
    let (user_id, status, pay_status, shipping_status) = (UserId::new(c.int_or(0)?), c.status()?, c.status()?, c.status()?);
    let (address, consignee) = (c.text_or_empty()?, c.text_or_empty()?);
    let first = line_from(c)?;
    let order = Order {
        id,
        user_id,
        status,
        pay_status,
        shipping_status,
        lines: vec![first],
        goods_amount: c.cents_or_none()?,
        shipping_fee: c.cents_or_none()?,
        order_amount: c.cents_or_none()?,
        coupon_id: c.optional_int()?.map(CouponId::new),
        coupon_paid: c.cents_or_none()?,
        money_paid: c.cents_or_none()?,
        pay_amount: c.cents_or_none()?,
        refunded_amount: c.cents()?,
        address,
        consignee,
        kept_payment: c.optional_int()?.map(PaymentId::new),
        cancel_reason: c.optional_text()?,
        carrier: None,
        tracking_no: None,
        created_at: Timestamp::default(),
        confirmed_at: None,
        paid_at: None,
        shipped_at: None,
        received_at: None,
        cancelled_at: None,
        expires_at: None,
    };
    let lines = usize::try_from(c.int()?).unwrap_or(1);
    let timed = Order {
        created_at: c.time_or_epoch()?,
        confirmed_at: c.optional_time()?,
        paid_at: c.optional_time()?,
        shipped_at: c.optional_time()?,
        received_at: c.optional_time()?,
        cancelled_at: c.optional_time()?,
        expires_at: c.optional_time()?,
        carrier: c.optional_text()?,
        tracking_no: c.optional_text()?,
        ..order
    };
    Ok((timed, lines))
}

fn line_from(c: &mut Columns) -> Read<OrderLine> {
    let (goods_id, name, number, price) = (GoodsId::new(c.int_or(0)?), c.text_or_empty()?, c.int_or(0)?, c.cents_or_none()?);
    let amount = price.times(number).ok_or_else(|| c.unexpected("an amount within range"))?;
    Ok(OrderLine { goods_id, name, number, price, amount })
}

pub(crate) fn line_from_row(row: Row) -> Read<(OrderId, OrderLine)> {
    let c = &mut Columns::of("trade_order_line", row);
    let (order, _line_no) = (OrderId::new(c.int()?), c.int()?);
    Ok((order, line_from(c)?))
}

pub(crate) fn order_update_row(order: &Order) -> Row {
    row![
        order.id.get(),
        order.status.code(),
        order.pay_status.code(),
        order.shipping_status.code(),
        order.refunded_amount.get(),
        order.kept_payment.map(PaymentId::get),
        order.cancel_reason.as_deref(),
        millis(order.paid_at),
        millis(order.shipped_at),
        millis(order.received_at),
        millis(order.cancelled_at),
        order.carrier.as_deref(),
        order.tracking_no.as_deref(),
        millis(order.confirmed_at),
    ]
}
