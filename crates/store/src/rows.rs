//! Rows of the tables and values of the core, both ways, in the column order of the SQL files.

use rocketmall_core::account::{Account, MoneyEntry, ScoreEntry};
use rocketmall_core::coupon::{Coupon, CouponUse};
use rocketmall_core::goods::{Goods, StockEntry};
use rocketmall_core::id::{CouponId, GoodsId, MessageId, OrderId, PaymentId, RefundId, Timestamp, UserId};
use rocketmall_core::message::{InboxKey, InboxRow, InboxState, Message, producer_group};
use rocketmall_core::money::Cents;
use rocketmall_core::order::{Order, OrderLine};
use rocketmall_core::payment::{Payment, PaymentLogEntry};
use rocketmall_core::refund::{Refund, RefundLine};
use rocketmall_core::shop::{IdempotencyKey, Remembered};
use rocketmall_core::trace::{SpanId, Trace, TraceId};

use crate::codes::{Code, is_paid};
use crate::error::StoreError;
use crate::value::{Columns, Row};

macro_rules! row {
    ($($value:expr),* $(,)?) => { vec![$($crate::value::Value::from($value)),*] };
}
pub(crate) use row;

macro_rules! params {
    ($($value:expr),* $(,)?) => { [$($crate::value::Value::from($value)),*] };
}
pub(crate) use params;

type Read<T> = Result<T, StoreError>;

impl Columns {
    fn cents(&mut self) -> Read<Cents> {
        self.int().map(Cents::new)
    }

    fn time(&mut self) -> Read<Timestamp> {
        self.int().map(Timestamp::from_millis)
    }

    fn optional_time(&mut self) -> Read<Option<Timestamp>> {
        Ok(self.optional_int()?.map(Timestamp::from_millis))
    }

    /// A refund's id, 0 for none.
    fn cause_id(&mut self) -> Read<Option<RefundId>> {
        Ok(Some(self.int()?).filter(|id| *id != 0).map(RefundId::new))
    }

    /// `trace_id` and `span_id`. What is no id there was not written by this program, and is no reason to stop the message.
    pub(crate) fn trace(&mut self) -> Read<Option<Trace>> {
        let (id, span) = (self.optional_text()?, self.optional_text()?);
        let id = id.as_deref().and_then(TraceId::parse);
        Ok(id.map(|id| Trace { id, span: span.as_deref().and_then(SpanId::parse) }))
    }

    fn status<S: Code>(&mut self) -> Read<S> {
        let code = self.int()?;
        S::from_code(code).ok_or_else(|| self.unexpected(&format!("a known status, found {code}")))
    }
}

/// `trace_id` and `span_id`.
pub(crate) fn trace_to_row(trace: Option<Trace>) -> Row {
    row![trace.map(|trace| trace.id.to_string()), trace.and_then(|trace| trace.span).map(|span| span.to_string())]
}

fn millis(time: Option<Timestamp>) -> Option<i64> {
    time.map(Timestamp::millis)
}

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
    let (user_id, status, pay_status, shipping_status) = (UserId::new(c.int()?), c.status()?, c.status()?, c.status()?);
    let (address, consignee) = (c.text()?, c.text()?);
    let first = line_from(c)?;
    let order = Order {
        id,
        user_id,
        status,
        pay_status,
        shipping_status,
        lines: vec![first],
        goods_amount: c.cents()?,
        shipping_fee: c.cents()?,
        order_amount: c.cents()?,
        coupon_id: c.optional_int()?.map(CouponId::new),
        coupon_paid: c.cents()?,
        money_paid: c.cents()?,
        pay_amount: c.cents()?,
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
        created_at: c.time()?,
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
    let (goods_id, name, number, price) = (GoodsId::new(c.int()?), c.text()?, c.int()?, c.cents()?);
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
    ]
}

pub(crate) fn payment_to_row(payment: &Payment) -> Row {
    row![
        payment.id.get(),
        payment.order_id.get(),
        payment.user_id.get(),
        payment.amount.get(),
        is_paid(payment.state),
        payment.channel.as_str(),
        payment.method.as_deref(),
        payment.state.code(),
        payment.fate.code(),
        payment.platform_no.as_deref(),
        payment.action.as_deref(),
        i64::from(payment.close_wanted),
        payment.refunded.get(),
        payment.created_at.millis(),
        millis(payment.paid_at),
        millis(payment.closed_at),
        payment.expires_at.millis(),
    ]
}

pub(crate) fn payment_update_row(payment: &Payment) -> Row {
    row![
        payment.id.get(),
        is_paid(payment.state),
        payment.state.code(),
        payment.fate.code(),
        payment.platform_no.as_deref(),
        payment.action.as_deref(),
        i64::from(payment.close_wanted),
        payment.refunded.get(),
        millis(payment.paid_at),
        millis(payment.closed_at),
    ]
}

pub(crate) fn payment_from_row(row: Row) -> Read<Payment> {
    let c = &mut Columns::of("trade_pay", row);
    Ok(Payment {
        id: PaymentId::new(c.int()?),
        order_id: OrderId::new(c.int()?),
        user_id: UserId::new(c.int()?),
        amount: c.cents()?,
        channel: c.text()?,
        method: c.optional_text()?,
        state: c.status()?,
        fate: c.status()?,
        platform_no: c.optional_text()?,
        action: c.optional_text()?,
        close_wanted: c.int()? != 0,
        refunded: c.cents()?,
        created_at: c.time()?,
        paid_at: c.optional_time()?,
        closed_at: c.optional_time()?,
        expires_at: c.time()?,
    })
}

pub(crate) fn refund_to_row(refund: &Refund) -> Row {
    row![
        refund.id.get(),
        refund.order_id.get(),
        refund.payment_id.get(),
        refund.user_id.get(),
        refund.amount.get(),
        refund.channel_amount.get(),
        refund.balance_amount.get(),
        refund.cause.code(),
        refund.state.code(),
        refund.reason.as_deref(),
        i64::from(refund.return_goods),
        i64::from(refund.coupon_back),
        refund.remark.as_deref(),
        refund.created_at.millis(),
        millis(refund.submitted_at),
        millis(refund.goods_back_at),
        millis(refund.finished_at),
    ]
}

pub(crate) fn refund_lines_to_rows(refund: &Refund) -> impl Iterator<Item = Row> {
    refund.lines.iter().map(|line| row![refund.id.get(), line.goods_id.get(), line.number, line.amount.get()])
}

pub(crate) fn refund_update_row(refund: &Refund) -> Row {
    row![
        refund.id.get(),
        refund.state.code(),
        i64::from(refund.coupon_back),
        refund.remark.as_deref(),
        millis(refund.submitted_at),
        millis(refund.goods_back_at),
        millis(refund.finished_at),
    ]
}

/// The refund without its lines.
pub(crate) fn refund_from_row(row: Row) -> Read<Refund> {
    let c = &mut Columns::of("trade_refund", row);
    Ok(Refund {
        id: RefundId::new(c.int()?),
        order_id: OrderId::new(c.int()?),
        payment_id: PaymentId::new(c.int()?),
        user_id: UserId::new(c.int()?),
        amount: c.cents()?,
        channel_amount: c.cents()?,
        balance_amount: c.cents()?,
        lines: Vec::new(),
        cause: c.status()?,
        state: c.status()?,
        reason: c.optional_text()?,
        return_goods: c.int()? != 0,
        coupon_back: c.int()? != 0,
        remark: c.optional_text()?,
        created_at: c.time()?,
        submitted_at: c.optional_time()?,
        goods_back_at: c.optional_time()?,
        finished_at: c.optional_time()?,
    })
}

pub(crate) fn refund_line_from_row(row: Row) -> Read<(RefundId, RefundLine)> {
    let c = &mut Columns::of("trade_refund_line", row);
    let refund = RefundId::new(c.int()?);
    Ok((refund, RefundLine { goods_id: GoodsId::new(c.int()?), number: c.int()?, amount: c.cents()? }))
}

pub(crate) fn goods_to_row(goods: &Goods) -> Row {
    row![goods.id.get(), goods.name.as_str(), goods.desc.as_str(), goods.price.get(), goods.stock, goods.created_at.millis()]
}

pub(crate) fn goods_from_row(row: Row) -> Read<Goods> {
    let c = &mut Columns::of("trade_goods", row);
    Ok(Goods { id: GoodsId::new(c.int()?), name: c.text()?, desc: c.text()?, price: c.cents()?, stock: c.int()?, created_at: c.time()? })
}

pub(crate) fn account_to_row(account: &Account, password_hash: &str) -> Row {
    row![
        account.id.get(),
        account.name.as_str(),
        account.mobile.as_str(),
        account.balance.get(),
        account.score,
        account.created_at.millis(),
        password_hash,
    ]
}

pub(crate) fn account_from_row(row: Row) -> Read<Account> {
    let c = &mut Columns::of("trade_user", row);
    Ok(Account {
        id: UserId::new(c.int()?),
        name: c.text()?,
        mobile: c.text()?,
        balance: c.cents()?,
        score: c.int()?,
        created_at: c.time()?,
    })
}

pub(crate) fn coupon_to_row(coupon: &Coupon) -> Row {
    let held = coupon_use_row(coupon);
    let mut row = row![coupon.id.get(), coupon.user_id.get(), coupon.price.get(), coupon.min_spend.get(), millis(coupon.expires_at),];
    row.extend(held.into_iter().skip(1));
    row.push(coupon.created_at.millis().into());
    row
}

/// Id, used, by which order, since when.
pub(crate) fn coupon_use_row(coupon: &Coupon) -> Row {
    let held = coupon.used;
    row![
        coupon.id.get(),
        i64::from(held.is_some()),
        held.and_then(|held| held.order_id).map(OrderId::get),
        held.map(|held| held.at.millis()),
    ]
}

pub(crate) fn coupon_from_row(row: Row) -> Read<Coupon> {
    let c = &mut Columns::of("trade_coupon", row);
    let (id, user_id) = (CouponId::new(c.int()?), UserId::new(c.int()?));
    let (price, min_spend, expires_at) = (c.cents()?, c.cents()?, c.optional_time()?);
    let (is_used, order_id, at) = (c.int()? != 0, c.optional_int()?.map(OrderId::new), c.optional_time()?);
    let used = is_used.then(|| CouponUse { order_id, at: at.unwrap_or_default() });
    Ok(Coupon { id, user_id, price, min_spend, expires_at, used, created_at: c.time()? })
}

pub(crate) fn stock_entry_to_row(entry: &StockEntry) -> Row {
    row![
        entry.goods_id.get(),
        entry.order_id.map(OrderId::get),
        entry.refund_id.map_or(0, RefundId::get),
        entry.number,
        entry.cause.code(),
        entry.reason.as_deref(),
        entry.at.millis(),
    ]
}

pub(crate) fn stock_entry_from_row(row: Row) -> Read<StockEntry> {
    let c = &mut Columns::of("trade_goods_number_log", row);
    Ok(StockEntry {
        goods_id: GoodsId::new(c.int()?),
        order_id: c.optional_int()?.map(OrderId::new),
        refund_id: c.cause_id()?,
        number: c.int()?,
        cause: c.status()?,
        reason: c.optional_text()?,
        at: c.time()?,
    })
}

pub(crate) fn money_entry_to_row(entry: &MoneyEntry) -> Row {
    row![
        entry.user_id.get(),
        entry.order_id.map(OrderId::get),
        entry.refund_id.map_or(0, RefundId::get),
        entry.cause.code(),
        entry.amount.get(),
        entry.reason.as_deref(),
        entry.at.millis(),
    ]
}

pub(crate) fn money_entry_from_row(row: Row) -> Read<MoneyEntry> {
    let c = &mut Columns::of("trade_user_money_log", row);
    Ok(MoneyEntry {
        user_id: UserId::new(c.int()?),
        order_id: c.optional_int()?.map(OrderId::new),
        refund_id: c.cause_id()?,
        cause: c.status()?,
        amount: c.cents()?,
        reason: c.optional_text()?,
        at: c.time()?,
    })
}

pub(crate) fn score_entry_to_row(entry: &ScoreEntry) -> Row {
    row![
        entry.user_id.get(),
        entry.payment_id.get(),
        entry.refund_id.map_or(0, RefundId::get),
        entry.points,
        entry.shortfall,
        entry.at.millis(),
    ]
}

pub(crate) fn score_entry_from_row(row: Row) -> Read<ScoreEntry> {
    let c = &mut Columns::of("trade_user_score_log", row);
    Ok(ScoreEntry {
        user_id: UserId::new(c.int()?),
        payment_id: PaymentId::new(c.int()?),
        refund_id: c.cause_id()?,
        points: c.int()?,
        shortfall: c.int()?,
        at: c.time()?,
    })
}

pub(crate) fn payment_log_to_row(entry: &PaymentLogEntry) -> Row {
    row![
        entry.payment_id.get(),
        entry.refund_id.map_or(0, RefundId::get),
        entry.order_id.get(),
        entry.user_id.map(UserId::get),
        entry.amount.get(),
        entry.at.millis(),
    ]
}

pub(crate) fn message_to_row(message: &Message) -> Row {
    let mut row = row![
        message.id.get(),
        producer_group(&message.topic),
        message.topic.as_str(),
        message.tag.as_str(),
        message.key.as_str(),
        message.body.as_str(),
        message.created_at.millis(),
    ];
    row.extend(trace_to_row(message.trace));
    row
}

/// Id, topic, tag, key, body, time, trace.
pub(crate) fn message_from_row(row: Row) -> Read<Message> {
    let c = &mut Columns::of("trade_mq_producer_temp", row);
    let id = MessageId::new(c.int()?);
    let (topic, tag, key, body) = (c.text()?, c.text()?, c.text()?, c.text()?);
    Ok(Message { id, topic, tag, key, body, created_at: c.time()?, trace: c.trace()? })
}

/// `consumer_status` and `due_time`.
fn inbox_state(row: &InboxRow) -> (i64, i64) {
    match row.state {
        InboxState::Retrying { due } => (0, due.millis()),
        InboxState::Done => (1, row.at.millis()),
        InboxState::Dead => (2, row.at.millis()),
    }
}

pub(crate) fn inbox_to_row(inbox: &InboxRow) -> Row {
    let (status, due) = inbox_state(inbox);
    let mut row = row![
        inbox.key.group.as_str(),
        inbox.key.tag.as_str(),
        inbox.key.key.as_str(),
        inbox.message_id.as_str(),
        inbox.topic.as_str(),
        inbox.body.as_str(),
        status,
        inbox.times,
        inbox.at.millis(),
        due,
        inbox.remark.as_deref(),
    ];
    row.extend(trace_to_row(inbox.trace));
    row
}

pub(crate) fn inbox_update_row(inbox: &InboxRow) -> Row {
    let (status, due) = inbox_state(inbox);
    row![
        inbox.key.group.as_str(),
        inbox.key.tag.as_str(),
        inbox.key.key.as_str(),
        status,
        inbox.times,
        inbox.at.millis(),
        due,
        inbox.remark.as_deref(),
    ]
}

pub(crate) fn inbox_from_row(row: Row) -> Read<InboxRow> {
    let c = &mut Columns::of("trade_mq_consumer_log", row);
    let key = InboxKey { group: c.text()?, tag: c.text()?, key: c.text()? };
    let (message_id, topic, body) = (c.text()?, c.text()?, c.text()?);
    let (status, times, at, due) = (c.int()?, c.int()?, c.time()?, c.time()?);
    let state = match status {
        0 => InboxState::Retrying { due },
        1 => InboxState::Done,
        2 => InboxState::Dead,
        other => return Err(c.unexpected(&format!("a known consumer_status, found {other}"))),
    };
    Ok(InboxRow { key, message_id, topic, body, state, times, at, remark: c.optional_text()?, trace: c.trace()? })
}

pub(crate) fn inbox_key_to_row(key: &InboxKey) -> Row {
    row![key.group.as_str(), key.tag.as_str(), key.key.as_str()]
}

pub(crate) fn idempotency_key_to_row(key: &IdempotencyKey) -> Row {
    row![key.user, key.call.as_str(), key.key.as_str()]
}

pub(crate) fn remembered_to_row(key: &IdempotencyKey, remembered: &Remembered) -> Row {
    let mut row = idempotency_key_to_row(key);
    row.extend(row![remembered.request_hash.as_str(), remembered.receipt.as_str(), remembered.at.millis()]);
    row
}

pub(crate) fn remembered_from_row(row: Row) -> Read<(IdempotencyKey, Remembered)> {
    let c = &mut Columns::of("trade_idempotency", row);
    let key = IdempotencyKey { user: c.int()?, call: c.text()?, key: c.text()? };
    Ok((key, Remembered { request_hash: c.text()?, receipt: c.text()?, at: c.time()? }))
}
