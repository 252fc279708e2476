//! The customer's page: one file, no scripts, English and Chinese side by side. Pure.

use crate::payment::{Payment, State};
use crate::tables::notifications::Progress;
use crate::{cents, rfc3339};

const STYLE: &str = include_str!("page.css");

const FOOTER: &str = "A sandbox for development: no money moves. <span lang=\"zh\">开发用沙箱，不涉及真实资金。</span>";

const BUTTONS: &str = "<form method=\"post\">\
    <button name=\"result\" value=\"paid\">Pay <span lang=\"zh\">支付</span></button>\
    <button name=\"result\" value=\"failed\">Fail <span lang=\"zh\">支付失败</span></button>\
    <button name=\"result\" value=\"expired\">Let it expire <span lang=\"zh\">任其过期</span></button></form>";

/// The page of a payment.
pub(crate) fn payment(payment: &Payment, notifications: &[Progress], now: i64) -> String {
    let state = payment.state_at(now);
    let mut facts = String::new();
    fact(&mut facts, "Payment", "支付单号", &payment.id);
    fact(&mut facts, "Platform no.", "平台流水号", &payment.platform_no);
    match payment.paid_at {
        Some(at) => fact(&mut facts, "Paid at", "支付时间", &time(at)),
        None => fact(&mut facts, "Pay before", "支付截止", &time(payment.expires_at)),
    }
    if payment.refunded > 0 {
        fact(&mut facts, "Given back", "已退款", &format!("{} {}", cents::write(payment.refunded), payment.currency));
    }
    if !notifications.is_empty() {
        facts.push_str(&label("Merchant notified", "商户通知"));
        facts.extend(notifications.iter().map(notified));
    }
    let buttons = if state == State::Pending { BUTTONS } else { "" };
    let back = payment.return_url.as_deref().map(back).unwrap_or_default();
    let (english, chinese) = state_words(state);
    let body = format!(
        "<header><span>Sandbox Pay <span lang=\"zh\">沙箱支付</span></span>\
         <span class=\"state {class}\">{english} <span lang=\"zh\">{chinese}</span></span></header>\
         <h1>{subject}</h1><p class=\"amount\">{amount} <small>{currency}</small></p>\
         <dl>{facts}</dl>{buttons}{back}",
        class = state.word(),
        subject = escape(&payment.subject),
        amount = grouped(payment.amount),
        currency = escape(&payment.currency),
    );
    document(&format!("{} {} · Sandbox Pay", cents::write(payment.amount), escape(&payment.currency)), &body)
}

/// The page for what cannot be shown.
pub(crate) fn problem(message: &str) -> String {
    let body = format!(
        "<header><span>Sandbox Pay <span lang=\"zh\">沙箱支付</span></span></header><h1>{}</h1>\
         <p lang=\"zh\">无法显示此支付，请返回商户页面。</p>",
        escape(message)
    );
    document("Sandbox Pay", &body)
}

fn document(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"robots\" content=\"noindex\">\
         <title>{title}</title><style>{STYLE}</style></head><body><main>{body}<footer>{FOOTER}</footer></main></body></html>\n"
    )
}

fn fact(facts: &mut String, english: &str, chinese: &str, value: &str) {
    facts.push_str(&label(english, chinese));
    facts.extend(["<dd>", &escape(value), "</dd>"]);
}

fn label(english: &str, chinese: &str) -> String {
    format!("<dt>{english} <span lang=\"zh\">{chinese}</span></dt>")
}

fn back(url: &str) -> String {
    format!("<a class=\"back\" href=\"{}\" rel=\"noreferrer\">Back to the shop <span lang=\"zh\">返回商户</span></a>", escape(url))
}

fn notified(progress: &Progress) -> String {
    let Progress { state, attempts, last_answer } = progress;
    let tries = if *attempts == 1 { "attempt" } else { "attempts" };
    let answer = last_answer.as_ref().map(|answer| format!(", {answer}")).unwrap_or_default();
    format!("<dd>{}</dd>", escape(&format!("{state} ({attempts} {tries}{answer})")))
}

fn state_words(state: State) -> (&'static str, &'static str) {
    match state {
        State::Pending => ("To be paid", "待支付"),
        State::Paid => ("Paid", "已支付"),
        State::Failed => ("Failed", "支付失败"),
        State::Closed => ("Closed", "已关闭"),
        State::Expired => ("Expired", "已过期"),
    }
}

/// `2023-11-14 22:13:20 UTC`
fn time(millis: i64) -> String {
    let text = rfc3339::write(millis);
    let seconds = text.split('.').next().unwrap_or(&text);
    format!("{} UTC", seconds.replace('T', " "))
}

/// `4,880.00`
fn grouped(amount: i64) -> String {
    let text = cents::write(amount);
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, "00"));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped}.{fraction}")
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payment::tests::pending;

    #[test]
    fn nothing_a_merchant_sends_becomes_markup() {
        let mut payment = pending();
        payment.subject = "<script>alert('1')</script>".to_owned();
        payment.return_url = Some("http://shop/?a=\"><b>&c".to_owned());
        let page = super::payment(&payment, &[], 0);
        assert!(page.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;"));
        assert!(page.contains("href=\"http://shop/?a=&quot;&gt;&lt;b&gt;&amp;c\""));
        assert!(!page.contains("<script") && !page.contains("<b>"));
    }

    #[test]
    fn only_what_can_be_paid_has_buttons() {
        let payment = pending();
        assert!(super::payment(&payment, &[], 999).contains("<button"));
        let late = super::payment(&payment, &[], 1000);
        assert!(!late.contains("<button") && late.contains("已过期"));
    }

    #[test]
    fn amounts_and_times_are_for_people() {
        for (cents, text) in [(5, "0.05"), (99_900, "999.00"), (488_000, "4,880.00"), (123_456_789, "1,234,567.89")] {
            assert_eq!(grouped(cents), text);
        }
        assert_eq!(time(1_700_000_000_123), "2023-11-14 22:13:20 UTC");
    }
}
