//! The words of a line, and how they are read.

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use rocketmall_core::command::Outcome;
use rocketmall_core::money::Cents;
use rocketmall_core::order::{OrderStatus, PayStatus, ShippingStatus};
use rocketmall_core::payment::PaymentState;
use rocketmall_core::refund::RefundState;
use rocketmall_core::rejection::Reason;

use super::step::{AskedLine, Figure};

/// The statuses of an order.
pub const ORDER_STATUS: &[(&str, OrderStatus)] = &[
    ("unconfirmed", OrderStatus::Unconfirmed),
    ("confirmed", OrderStatus::Confirmed),
    ("cancelled", OrderStatus::Cancelled),
    ("invalid", OrderStatus::Invalid),
    ("refunded", OrderStatus::Refunded),
];
/// Whether an order is paid.
pub const PAY_STATUS: &[(&str, PayStatus)] = &[("unpaid", PayStatus::Unpaid), ("paying", PayStatus::Paying), ("paid", PayStatus::Paid)];
/// Where an attempt stands.
pub const PAYMENT_STATE: &[(&str, PaymentState)] = &[
    ("pending", PaymentState::Pending),
    ("succeeded", PaymentState::Succeeded),
    ("failed", PaymentState::Failed),
    ("closed", PaymentState::Closed),
    ("unknown", PaymentState::Unknown),
    ("refunded", PaymentState::Refunded),
    ("partially_refunded", PaymentState::PartiallyRefunded),
];
/// Whether an order is shipped.
pub const SHIPPING_STATUS: &[(&str, ShippingStatus)] = &[
    ("not_shipped", ShippingStatus::NotShipped),
    ("shipped", ShippingStatus::Shipped),
    ("received", ShippingStatus::Received),
    ("returned", ShippingStatus::Returned),
];
/// Where a refund stands. One that was given up is shown as failed.
pub const REFUND_STATE: &[(&str, RefundState)] = &[
    ("requested", RefundState::Requested),
    ("approved", RefundState::Approved),
    ("processing", RefundState::Processing),
    ("succeeded", RefundState::Succeeded),
    ("failed", RefundState::Failed),
    ("rejected", RefundState::Rejected),
];
pub(super) const OUTCOME: &[(&str, Outcome)] = &[("paid", Outcome::Succeeded), ("failed", Outcome::Failed), ("closed", Outcome::Closed)];
pub(super) const FIGURE: &[(&str, Figure)] = &[
    ("goods", Figure::Goods),
    ("freight", Figure::Freight),
    ("total", Figure::Total),
    ("coupon", Figure::Coupon),
    ("money", Figure::Money),
    ("pay", Figure::Pay),
    ("refunded", Figure::Refunded),
];

/// The words of one line that have not been read yet.
pub(super) struct Words<'l> {
    left: std::iter::Peekable<std::str::SplitAsciiWhitespace<'l>>,
}

impl<'l> Words<'l> {
    pub(super) fn of(text: &'l str) -> Self {
        Self { left: text.split_ascii_whitespace().peekable() }
    }

    pub(super) fn next(&mut self) -> Option<&'l str> {
        self.left.next()
    }

    pub(super) fn need(&mut self, what: &str) -> Result<&'l str> {
        self.left.next().with_context(|| format!("{what} is missing"))
    }

    pub(super) fn label(&mut self, what: &str) -> Result<String> {
        self.need(what).map(str::to_owned)
    }

    /// The next word must be this one.
    pub(super) fn exactly(&mut self, word: &str) -> Result<()> {
        let found = self.need(&format!("{word:?}"))?;
        ensure!(found == word, "{word:?} should stand here, not {found:?}");
        Ok(())
    }

    pub(super) fn money(&mut self, what: &str) -> Result<Cents> {
        cents(self.need(what)?)
    }

    pub(super) fn number<N: std::str::FromStr>(&mut self, what: &str) -> Result<N> {
        let text = self.need(what)?;
        text.parse().map_err(|_| anyhow!("{text:?} is no number"))
    }

    pub(super) fn end(mut self) -> Result<()> {
        match self.left.next() {
            None => Ok(()),
            Some(word) => bail!("{word:?} makes no sense here"),
        }
    }
}

pub(super) fn cents(text: &str) -> Result<Cents> {
    text.parse().map_err(|error| anyhow!("{text:?} {error}"))
}

/// The meaning of a word, or all the words there are.
pub fn one_of<T: Copy>(words: &[(&str, T)], word: &str) -> Result<T> {
    words.iter().find(|(known, _)| *known == word).map(|(_, meaning)| *meaning).with_context(|| {
        let known: Vec<_> = words.iter().map(|(known, _)| *known).collect();
        format!("{word:?} is none of: {}", known.join(" "))
    })
}

/// The word for a meaning.
pub(super) fn word_for<T: Copy + PartialEq>(words: &'static [(&'static str, T)], meaning: T) -> &'static str {
    words.iter().find(|(_, known)| *known == meaning).map_or("?", |(word, _)| *word)
}

/// The refusal with this slug.
pub fn reason(slug: &str) -> Result<Reason> {
    let known = Reason::ALL.iter().copied().find(|reason| reason.slug() == slug);
    known.with_context(|| format!("{slug:?} is neither \"ok\" nor the slug of a refusal"))
}

/// Milliseconds from `500ms`, `10s`, `31m`, `2h` or `1d`.
pub(super) fn duration(text: &str) -> Result<i64> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let unit = one_of(&[("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)], unit)
        .with_context(|| format!("{text:?} is no duration: write it like 31m"))?;
    let number: i64 = number.parse().ok().with_context(|| format!("{text:?} is no duration: write it like 31m"))?;
    number.checked_mul(unit).with_context(|| format!("{text:?} is too long"))
}

/// `1x2,3x1@9.99`: two of goods 1; one of goods 3, seen at 9.99.
pub(super) fn lines(text: &str) -> Result<Vec<AskedLine>> {
    text.split(',').map(line).collect()
}

fn line(text: &str) -> Result<AskedLine> {
    let (what, price) = match text.split_once('@') {
        Some((what, price)) => (what, Some(cents(price)?)),
        None => (text, None),
    };
    let (goods, number) = what.split_once('x').with_context(|| format!("{text:?} is no line: write it like 1x2 or 1x2@9.99"))?;
    let number = number.parse().map_err(|_| anyhow!("{number:?} in {text:?} is no number of pieces"))?;
    ensure!(!goods.is_empty(), "{text:?} names no goods");
    Ok(AskedLine { goods: goods.to_owned(), number, price })
}
