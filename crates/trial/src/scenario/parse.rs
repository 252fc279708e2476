//! Reads scenario files. What cannot be read is told with file and line.

use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use rocketmall_core::command::RefundStep;
use rocketmall_core::money::Cents;

use super::step::{Action, Asked, Claim, Expectation, Label, NewCoupon, Notice, Pay, RefundAsk, Scenario, Step, Wanted};
use super::words::{
    FIGURE, ORDER_STATUS, OUTCOME, PAY_STATUS, PAYMENT_STATE, REFUND_STATE, SHIPPING_STATUS, Words, cents, duration, lines, one_of, reason,
};

/// Every file of `scenarios/`, in the order of their names.
pub fn files() -> Result<Vec<Scenario>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        paths.push(entry?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let text = std::fs::read_to_string(path).with_context(|| format!("{name} cannot be read"))?;
        parse(&name, &text)
    };
    paths.iter().map(read).collect()
}

/// Reads one file's text.
pub fn parse(name: &str, text: &str) -> Result<Scenario> {
    let mut steps = Vec::new();
    for (number, text) in (1_usize..).zip(text.lines()) {
        let text = without_comment(text).trim();
        if text.is_empty() {
            continue;
        }
        let action = action(text).with_context(|| format!("{name}:{number}: {text}"))?;
        steps.push(Step { line: number, text: text.to_owned(), action });
    }
    ensure!(!steps.is_empty(), "{name}: there is no step in it");
    Ok(Scenario { name: name.to_owned(), steps })
}

fn without_comment(text: &str) -> &str {
    if text.starts_with('#') {
        return "";
    }
    text.split_once(" #").map_or(text, |(before, _)| before)
}

fn action(text: &str) -> Result<Action> {
    let (left, right) = match text.split_once("->") {
        Some((left, right)) => (left, Some(right)),
        None => (text, None),
    };
    let mut words = Words::of(left);
    let verb = words.need("a word")?;
    if let Some(action) = plain(verb, &mut words)? {
        ensure!(right.is_none(), "{verb:?} answers nothing: no \"->\" here");
        words.end()?;
        return Ok(action);
    }
    let wanted = wanted(right.with_context(|| format!("{verb:?} is no step, or lacks its \"-> ok\" or \"-> why-not\""))?)?;
    let action = command(verb, &mut words, wanted)?;
    words.end()?;
    Ok(action)
}

/// Steps that answer nothing.
fn plain(verb: &str, words: &mut Words<'_>) -> Result<Option<Action>> {
    Ok(Some(match verb {
        "goods" => {
            let goods = words.label("a label")?;
            words.exactly("price")?;
            let price = words.money("a price")?;
            words.exactly("stock")?;
            Action::Goods { goods, price, stock: words.number("a number of pieces")? }
        }
        "user" => {
            let (user, mut balance) = (words.label("a label")?, Cents::ZERO);
            if let Some(word) = words.next() {
                one_of(&[("balance", ())], word)?;
                balance = words.money("an amount")?;
            }
            Action::User { user, balance }
        }
        "coupon" => Action::Coupon(coupon(words)?),
        "platform" => {
            let (payment, what) = (words.label("a payment")?, words.need("what happens")?);
            match what {
                "refuses" => Action::Refuse { payment, times: words.number("a number of refunds")? },
                outcome => Action::Platform { payment, outcome: one_of(OUTCOME, outcome)? },
            }
        }
        "advance" => Action::Advance(duration(words.need("a duration")?)?),
        "settle" => Action::Settle,
        "hold" => Action::Hold,
        "expect" => Action::Expect(expectation(words)?),
        _ => return Ok(None),
    }))
}

fn coupon(words: &mut Words<'_>) -> Result<NewCoupon> {
    let coupon = words.label("a label")?;
    words.exactly("user")?;
    let user = words.label("a user")?;
    words.exactly("price")?;
    let price = words.money("an amount")?;
    let mut new = NewCoupon { coupon, user, price, min_spend: Cents::ZERO, expires_after: None };
    while let Some(word) = words.next() {
        match word {
            "min" => new.min_spend = words.money("an amount")?,
            "expires" => new.expires_after = Some(duration(words.need("a duration")?)?),
            _ => bail!("{word:?} is none of: min expires"),
        }
    }
    Ok(new)
}

/// Steps that answer something.
fn command(verb: &str, words: &mut Words<'_>, wanted: Wanted) -> Result<Action> {
    Ok(match verb {
        "place" => {
            let order = words.label("a label")?;
            let (asked, key) = asked(words)?;
            Action::Place { order, asked, key, wanted }
        }
        "quote" => {
            let (asked, key) = asked(words)?;
            ensure!(key.is_none(), "a quote stores nothing, so it takes no key");
            Action::Quote { asked, wanted }
        }
        "cancel" => Action::Cancel { order: words.label("an order")?, user: by(words)?, wanted },
        "pay" => Action::Pay { pay: pay(words)?, wanted },
        "notify" => Action::Notify { notice: notice(words)?, wanted },
        "sync" => Action::Sync { payment: words.label("a payment")?, wanted },
        "stock" => {
            let goods = words.label("goods")?;
            words.exactly("by")?;
            Action::Stock { goods, delta: words.number("a number of pieces")?, wanted }
        }
        "balance" => {
            let user = words.label("a user")?;
            words.exactly("by")?;
            Action::Balance { user, delta: words.money("an amount")?, wanted }
        }
        "price" => {
            let goods = words.label("goods")?;
            words.exactly("now")?;
            Action::Price { goods, price: words.money("a price")?, wanted }
        }
        "ship" => Action::Ship { order: words.label("an order")?, wanted },
        "receive" => {
            let order = words.label("an order")?;
            Action::Receive { order, user: by(words)?, wanted }
        }
        "refund" => Action::Refund { ask: refund(words)?, wanted },
        _ => {
            let step = refund_step(verb).with_context(|| format!("{verb:?} is no step"))?;
            Action::Handle { refund: words.label("a refund")?, step, wanted }
        }
    })
}

/// What the shop may decide on a refund.
fn refund_step(verb: &str) -> Option<RefundStep> {
    Some(match verb {
        "approve" => RefundStep::Approve,
        "reject" => RefundStep::Reject { reason: "worn".to_owned() },
        "goods-received" => RefundStep::GoodsReceived,
        "retry" => RefundStep::Retry,
        "abandon" => RefundStep::Abandon,
        _ => return None,
    })
}

fn refund(words: &mut Words<'_>) -> Result<RefundAsk> {
    let refund = words.label("a label")?;
    words.exactly("order")?;
    let order = words.label("an order")?;
    let mut ask = RefundAsk { refund, order, user: None, lines: None, amount: None, return_goods: false };
    while let Some(word) = words.next() {
        match word {
            "lines" => ask.lines = Some(lines(words.need("lines")?)?),
            "amount" => ask.amount = Some(words.money("an amount")?),
            "return" => ask.return_goods = true,
            "user" => ask.user = Some(words.label("a user")?),
            _ => bail!("{word:?} is none of: lines amount return user"),
        }
    }
    Ok(ask)
}

fn by(words: &mut Words<'_>) -> Result<Option<Label>> {
    let Some(word) = words.next() else { return Ok(None) };
    one_of(&[("user", ())], word)?;
    words.label("a user").map(Some)
}

fn asked(words: &mut Words<'_>) -> Result<(Asked, Option<String>)> {
    words.exactly("user")?;
    let user = words.label("a user")?;
    words.exactly("goods")?;
    let mut asked = Asked { user, lines: lines(words.need("lines")?)?, ..Asked::default() };
    let mut key = None;
    while let Some(word) = words.next() {
        match word {
            "coupon" => asked.coupon = Some(words.label("a coupon")?),
            "money" => asked.money = words.money("an amount")?,
            "freight" => asked.freight = Some(words.money("an amount")?),
            "total" => asked.total = Some(words.money("an amount")?),
            "pay-amount" => asked.pay_amount = Some(words.money("an amount")?),
            "key" => key = Some(words.label("a key")?),
            _ => bail!("{word:?} is none of: coupon money freight total pay-amount key"),
        }
    }
    Ok((asked, key))
}

fn pay(words: &mut Words<'_>) -> Result<Pay> {
    let payment = words.label("a label")?;
    words.exactly("order")?;
    let order = words.label("an order")?;
    words.exactly("channel")?;
    let mut pay = Pay { payment, order, user: None, channel: words.label("a channel")?, method: None };
    while let Some(word) = words.next() {
        match word {
            "method" => pay.method = Some(words.label("a method")?),
            "user" => pay.user = Some(words.label("a user")?),
            _ => bail!("{word:?} is none of: method user"),
        }
    }
    Ok(pay)
}

fn notice(words: &mut Words<'_>) -> Result<Notice> {
    let payment = words.label("a payment")?;
    let outcome = one_of(OUTCOME, words.need("what happened")?)?;
    let mut notice = Notice { payment, outcome, amount: None, currency: None, times: 1 };
    while let Some(word) = words.next() {
        match word {
            "amount" => notice.amount = Some(words.money("an amount")?),
            "currency" => notice.currency = Some(words.label("a currency")?),
            "times" => notice.times = words.number("a number")?,
            _ => bail!("{word:?} is none of: amount currency times"),
        }
    }
    Ok(notice)
}

fn wanted(text: &str) -> Result<Wanted> {
    let mut words = Words::of(text);
    let first = words.need("what it must answer")?;
    if first != "ok" {
        let refused = Wanted::Refused(reason(first)?);
        words.end()?;
        return Ok(refused);
    }
    let mut claims = Vec::new();
    while let Some(word) = words.next() {
        claims.push(match word {
            "same" => Claim::Same(words.label("a label")?),
            "amount" => Claim::Figure(super::Figure::Pay, words.money("an amount")?),
            figure => Claim::Figure(one_of(FIGURE, figure)?, words.money("an amount")?),
        });
    }
    Ok(Wanted::Ok(claims))
}

fn expectation(words: &mut Words<'_>) -> Result<Expectation> {
    let kind = words.need("what")?;
    Ok(match kind {
        "goods" => goods_expectation(words)?,
        "user" => user_expectation(words)?,
        "order" => order_expectation(words)?,
        "coupon" => {
            let coupon = words.label("a coupon")?;
            let used_by = match words.need("\"free\" or \"used by\"")? {
                "free" => None,
                "used" => {
                    words.exactly("by")?;
                    Some(words.label("an order")?)
                }
                word => bail!("{word:?} is none of: free used"),
            };
            Expectation::Coupon { coupon, used_by }
        }
        "payment" => Expectation::Payment { payment: words.label("a payment")?, state: one_of(PAYMENT_STATE, words.need("a status")?)? },
        "refund" => refund_expectation(words)?,
        "verify" => {
            words.exactly("clean")?;
            Expectation::VerifyClean
        }
        _ => bail!("{kind:?} is none of: goods user order coupon payment refund verify"),
    })
}

fn goods_expectation(words: &mut Words<'_>) -> Result<Expectation> {
    let (goods, mut stock, mut price) = (words.label("goods")?, None, None);
    while let Some(word) = words.next() {
        match word {
            "stock" => stock = Some(words.number("a number of pieces")?),
            "price" => price = Some(words.money("a price")?),
            _ => bail!("{word:?} is none of: stock price"),
        }
    }
    ensure!(stock.is_some() || price.is_some(), "what is expected of the goods is missing");
    Ok(Expectation::Goods { goods, stock, price })
}

fn user_expectation(words: &mut Words<'_>) -> Result<Expectation> {
    let (user, mut balance, mut score) = (words.label("a user")?, None, None);
    while let Some(word) = words.next() {
        match word {
            "balance" => balance = Some(words.money("an amount")?),
            "score" => score = Some(words.number("points")?),
            _ => bail!("{word:?} is none of: balance score"),
        }
    }
    ensure!(balance.is_some() || score.is_some(), "what is expected of the user is missing");
    Ok(Expectation::User { user, balance, score })
}

fn refund_expectation(words: &mut Words<'_>) -> Result<Expectation> {
    let refund = words.label("a refund")?;
    let state = one_of(REFUND_STATE, words.need("a status")?)?;
    let (mut amount, mut balance) = (None, None);
    while let Some(word) = words.next() {
        match word {
            "amount" => amount = Some(words.money("an amount")?),
            "balance" => balance = Some(words.money("an amount")?),
            _ => bail!("{word:?} is none of: amount balance"),
        }
    }
    Ok(Expectation::Refund { refund, state, amount, balance })
}

/// `pay unpaid` is about the status, `pay 9.99` about the amount.
fn order_expectation(words: &mut Words<'_>) -> Result<Expectation> {
    let (order, mut status, mut pay_status, mut shipping, mut figures) = (words.label("an order")?, None, None, None, Vec::new());
    while let Some(word) = words.next() {
        let value = words.need("a status or an amount")?;
        match (word, one_of(PAY_STATUS, value)) {
            ("shipping", _) => shipping = Some(one_of(SHIPPING_STATUS, value)?),
            ("status", _) => status = Some(one_of(ORDER_STATUS, value)?),
            ("pay", Ok(paid)) => pay_status = Some(paid),
            (figure, _) => figures.push((one_of(FIGURE, figure)?, cents(value)?)),
        }
    }
    ensure!(
        status.is_some() || pay_status.is_some() || shipping.is_some() || !figures.is_empty(),
        "what is expected of the order is missing"
    );
    Ok(Expectation::Order { order, status, pay_status, shipping, figures })
}
