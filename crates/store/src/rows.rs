//! Rows of the tables and values of the core, both ways, in the column order of the SQL files. Columns that the original leaves NULL
//! are read as nothing: 0, an empty text, 1970. A price is not: nobody can tell what it would be.

mod message;
mod order;

use rocketmall_core::account::{Account, MoneyEntry, ScoreEntry};
use rocketmall_core::coupon::{Coupon, CouponUse};
use rocketmall_core::goods::{Goods, StockEntry};
use rocketmall_core::id::{CouponId, GoodsId, OrderId, PaymentId, RefundId, Timestamp, UserId};
use rocketmall_core::money::Cents;
use rocketmall_core::payment::{Payment, PaymentLogEntry, PaymentState};
use rocketmall_core::refund::{Refund, RefundLine};
use rocketmall_core::shop::{IdempotencyKey, Remembered};
use rocketmall_core::trace::{SpanId, Trace, TraceId};

use crate::codes::{Code, HAS_MONEY, is_paid};
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

pub(crate) use message::{inbox_from_row, inbox_key_to_row, inbox_to_row, inbox_update_row, message_from_row, message_to_row};
pub(crate) use order::{line_from_row, lines_to_rows, order_from_row, order_to_row, order_update_row};

type Read<T> = Result<T, StoreError>;

impl Columns {
    fn cents(&mut self) -> Read<Cents> {
        self.int().map(Cents::new)
    }

    fn cents_or_none(&mut self) -> Read<Cents> {
        self.int_or(0).map(Cents::new)
    }

    fn time(&mut self) -> Read<Timestamp> {
        self.int().map(Timestamp::from_millis)
    }

    /// 1970 where the original wrote none.
    fn time_or_epoch(&mut self) -> Read<Timestamp> {
        self.int_or(0).map(Timestamp::from_millis)
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

    /// The original's NULL is what it begins with, 0.
    fn status<S: Code>(&mut self) -> Read<S> {
        let code = self.int_or(0)?;
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
    let payment = Payment {
        id: PaymentId::new(c.int()?),
        order_id: OrderId::new(c.int_or(0)?),
        user_id: UserId::new(c.int_or(0)?),
        amount: c.cents_or_none()?,
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
    };
    // the original knows this column alone, and may have taken money while its row was ours already
    let has_money = c.int_or(0)? == HAS_MONEY;
    let state =
        if has_money && !payment.has_money() && payment.state != PaymentState::Refunded { PaymentState::Succeeded } else { payment.state };
    Ok(Payment { state, ..payment })
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
    Ok(Goods {
        id: GoodsId::new(c.int()?),
        name: c.text_or_empty()?,
        desc: c.text_or_empty()?,
        price: c.cents()?,
        stock: c.int_or(0)?,
        created_at: c.time_or_epoch()?,
    })
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
        name: c.text_or_empty()?,
        mobile: c.text_or_empty()?,
        balance: c.cents_or_none()?,
        score: c.int_or(0)?,
        created_at: c.time_or_epoch()?,
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
    let (id, user_id) = (CouponId::new(c.int()?), UserId::new(c.int_or(0)?));
    let (price, min_spend, expires_at) = (c.cents_or_none()?, c.cents()?, c.optional_time()?);
    let (is_used, order_id, at) = (c.int_or(0)? != 0, c.optional_int()?.map(OrderId::new), c.optional_time()?);
    let used = is_used.then(|| CouponUse { order_id, at: at.unwrap_or_default() });
    Ok(Coupon { id, user_id, price, min_spend, expires_at, used, created_at: c.time_or_epoch()? })
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
        number: c.int_or(0)?,
        cause: c.status()?,
        reason: c.optional_text()?,
        at: c.time_or_epoch()?,
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
        amount: c.cents_or_none()?,
        reason: c.optional_text()?,
        at: c.time_or_epoch()?,
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

pub(crate) fn idempotency_key_to_row(key: &IdempotencyKey) -> Row {
    row![key.user, key.call.as_str(), key.key.as_str()]
}

pub(crate) fn remembered_to_row(key: &IdempotencyKey, remembered: &Remembered) -> Row {
    let mut row = idempotency_key_to_row(key);
    row.extend(row![remembered.request_hash.as_str(), remembered.receipt.as_str(), remembered.at.millis()]);
    row
}

/// Key, then hash, receipt and time, and the receipt in whose place it stands.
pub(crate) fn remembered_update_row(key: &IdempotencyKey, remembered: &Remembered) -> Row {
    let mut row = remembered_to_row(key, remembered);
    row.push(remembered.instead_of.as_deref().unwrap_or_default().into());
    row
}

pub(crate) fn remembered_from_row(row: Row) -> Read<(IdempotencyKey, Remembered)> {
    let c = &mut Columns::of("trade_idempotency", row);
    let key = IdempotencyKey { user: c.int()?, call: c.text()?, key: c.text()? };
    Ok((key, Remembered { request_hash: c.text()?, receipt: c.text()?, at: c.time()?, instead_of: None }))
}
