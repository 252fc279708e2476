//! What happened to a payment, as the notifications to be sent of it. Pure.

use serde::{Deserialize, Serialize};

use crate::payment::{Outcome, Payment};
use crate::refusal::Refusal;
use crate::{cents, rfc3339};

/// The most copies, and the most deliveries lost on purpose, of one notification.
const MOST_COPIES: u32 = 50;
/// One day.
const LONGEST_DELAY: i64 = 86_400_000;
/// A held notification goes out after so long even if nothing later happens.
const LONGEST_HOLD: i64 = 30_000;
/// Deliveries end so long after the first was due.
const GIVE_UP_AFTER: i64 = 86_400_000;

/// Misbehaviour wished for in the notification of one event.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Notify {
    /// So many times the same notification, all at once, each sent until answered 2xx; 0 to 50, 0 is none at all.
    copies: u32,
    /// The first delivery is due so many milliseconds later, up to a day.
    delay_ms: i64,
    /// The first so many deliveries are not sent, as if the net had lost them; up to 50.
    drop: u32,
    /// What is wrong with every delivery.
    tamper: Option<Tamper>,
    /// Held back until a later event of the same payment has been notified (answered 2xx), at most 30 seconds. Later
    /// events than `failed` or `expired` are made with `force`.
    reorder: bool,
}

impl Default for Notify {
    fn default() -> Self {
        Self { copies: 1, delay_ms: 0, drop: 0, tamper: None, reorder: false }
    }
}

/// What is wrong with a notification. The first three are signed well: only the merchant's own rows tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Tamper {
    /// It says 0.01 (0.02 if that is the truth).
    Amount,
    /// It says USD (EUR if that is the truth).
    Currency,
    /// It is about another payment.
    PaymentId,
    /// Its signature is made with another secret.
    Signature,
    /// It was signed an hour ago.
    Stale,
}

impl Tamper {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Amount, "amount"),
        (Self::Currency, "currency"),
        (Self::PaymentId, "payment_id"),
        (Self::Signature, "signature"),
        (Self::Stale, "stale"),
    ];

    /// As rows and JSON say it.
    pub(crate) fn word(self) -> &'static str {
        Self::ALL.iter().find(|(tamper, _)| *tamper == self).map_or("", |(_, word)| word)
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(tamper, _)| *tamper)
    }
}

/// One new row of `sandbox_notification`: one copy of one notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Planned {
    pub(crate) notify_id: String,
    pub(crate) copy_no: i64,
    pub(crate) payment_id: String,
    pub(crate) event_no: i64,
    pub(crate) url: String,
    pub(crate) body: String,
    pub(crate) tamper: Option<Tamper>,
    pub(crate) drops: i64,
    pub(crate) held: bool,
    pub(crate) due_at: i64,
    pub(crate) give_up_at: i64,
    pub(crate) created_at: i64,
}

/// The notification's JSON, field for field as merchants expect it.
#[derive(Serialize)]
struct Body<'a> {
    notify_id: &'a str,
    payment_id: String,
    platform_no: &'a str,
    amount: String,
    currency: &'a str,
    result: &'a str,
    paid_at: Option<String>,
}

impl Notify {
    /// Refuses what would never end.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        let invalid = |text: &str| Err(Refusal::Invalid(text.to_owned()));
        match self {
            Self { copies, .. } if *copies > MOST_COPIES => invalid("notify.copies is at most 50"),
            Self { drop, .. } if *drop > MOST_COPIES => invalid("notify.drop is at most 50"),
            Self { delay_ms, .. } if !(0..=LONGEST_DELAY).contains(delay_ms) => invalid("notify.delay_ms is 0 to 86400000"),
            _ => Ok(()),
        }
    }

    /// The rows for the event that just happened to `payment`.
    pub(crate) fn plan(&self, notify_id: &str, payment: &Payment, outcome: Outcome, now: i64) -> Vec<Planned> {
        let body = body(notify_id, payment, outcome, self.tamper);
        let hold = if self.reorder { LONGEST_HOLD } else { 0 };
        let due_at = now.saturating_add(self.delay_ms).saturating_add(hold);
        let planned = Planned {
            notify_id: notify_id.to_owned(),
            copy_no: 0,
            payment_id: payment.id.clone(),
            event_no: payment.events,
            url: payment.notify_url.clone(),
            body,
            tamper: self.tamper,
            drops: i64::from(self.drop),
            held: self.reorder,
            due_at,
            give_up_at: due_at.saturating_add(GIVE_UP_AFTER),
            created_at: now,
        };
        (1..=i64::from(self.copies)).map(|copy_no| Planned { copy_no, ..planned.clone() }).collect()
    }
}

fn body(notify_id: &str, payment: &Payment, outcome: Outcome, tamper: Option<Tamper>) -> String {
    let amount = match (tamper, payment.amount) {
        (Some(Tamper::Amount), 1) => 2,
        (Some(Tamper::Amount), _) => 1,
        (_, amount) => amount,
    };
    let currency = match (tamper, payment.currency.as_str()) {
        (Some(Tamper::Currency), "USD") => "EUR",
        (Some(Tamper::Currency), _) => "USD",
        (_, currency) => currency,
    };
    let payment_id = match tamper {
        Some(Tamper::PaymentId) => another(&payment.id),
        _ => payment.id.clone(),
    };
    let body = Body {
        notify_id,
        payment_id,
        platform_no: &payment.platform_no,
        amount: cents::write(amount),
        currency,
        result: outcome.word(),
        paid_at: payment.paid_at.map(rfc3339::write),
    };
    serde_json::to_string(&body).expect("texts always serialise")
}

/// The id with another last digit.
fn another(id: &str) -> String {
    let mut other = id.to_owned();
    let last = match other.pop() {
        Some(digit @ '0'..='8') => char::from(digit as u8 + 1),
        _ => '1',
    };
    other.push(last);
    other
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payment::tests::pending;

    #[test]
    fn the_body_is_what_merchants_expect() {
        let mut payment = pending();
        payment.paid_at = Some(1_700_000_000_123);
        let expected = r#"{"notify_id":"N1","payment_id":"7","platform_no":"SBX7","amount":"4880.00","currency":"CNY","result":"paid","paid_at":"2023-11-14T22:13:20.123Z"}"#;
        assert_eq!(body("N1", &payment, Outcome::Paid, None), expected);
    }

    #[test]
    fn tampering_changes_one_thing() {
        let payment = pending();
        let genuine = body("N", &payment, Outcome::Paid, None);
        for (tamper, from, to) in [
            (Tamper::Amount, "\"4880.00\"", "\"0.01\""),
            (Tamper::Currency, "\"CNY\"", "\"USD\""),
            (Tamper::PaymentId, "\"payment_id\":\"7\"", "\"payment_id\":\"8\""),
            (Tamper::Signature, "", ""),
            (Tamper::Stale, "", ""),
        ] {
            assert_eq!(body("N", &payment, Outcome::Paid, Some(tamper)), genuine.replace(from, to), "{tamper:?}");
            assert_eq!(Tamper::from_word(tamper.word()), Some(tamper));
            assert_eq!(serde_json::from_value::<Tamper>(tamper.word().into()).expect("a tamper"), tamper);
        }
        assert_eq!(["19", "", "a"].map(another), ["11", "1", "1"]);
    }

    #[test]
    fn wishes_are_bounded() {
        let parse = |json: &str| serde_json::from_str::<Notify>(json).expect(json).check();
        for good in ["{}", r#"{"copies":50,"drop":50,"delay_ms":86400000}"#, r#"{"copies":0}"#] {
            parse(good).expect(good);
        }
        for bad in [r#"{"copies":51}"#, r#"{"drop":51}"#, r#"{"delay_ms":86400001}"#, r#"{"delay_ms":-1}"#] {
            parse(bad).expect_err(bad);
        }
        serde_json::from_str::<Notify>(r#"{"copy":2}"#).expect_err("unknown wishes are named");
    }

    #[test]
    fn copies_differ_in_their_number_alone() {
        let wish = Notify { copies: 3, delay_ms: 5, drop: 2, reorder: true, ..Notify::default() };
        let rows = wish.plan("N", &pending(), Outcome::Failed, 100);
        assert_eq!(rows.iter().map(|row| row.copy_no).collect::<Vec<_>>(), [1, 2, 3]);
        assert!(rows.iter().all(|row| row.due_at == 100 + 5 + LONGEST_HOLD && row.held && row.drops == 2));
        assert!(rows.windows(2).all(|pair| pair[0].body == pair[1].body));
    }
}
