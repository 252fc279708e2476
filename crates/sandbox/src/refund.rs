//! A refund as the platform sees it. Pure.

use crate::payment::{Payment, State};
use crate::refusal::Refusal;

/// Why a refund fails that was wished to fail.
const WISHED: &str = "the sandbox was told to fail this refund";

/// One row of `sandbox_refund`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refund {
    /// The merchant's number.
    pub(crate) id: String,
    pub(crate) payment_id: String,
    pub(crate) amount: i64,
    pub(crate) reason: String,
    /// Why it failed, if it did; the same number may then be sent again.
    pub(crate) failure: Option<String>,
    pub(crate) created_at: i64,
    /// When the money is back, unless it failed.
    pub(crate) settles_at: i64,
}

impl Refund {
    pub(crate) fn state_at(&self, now: i64) -> &'static str {
        match self.failure {
            Some(_) => "failed",
            None if now < self.settles_at => "processing",
            None => "succeeded",
        }
    }
}

/// What the merchant asks for.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) id: String,
    pub(crate) payment_id: String,
    pub(crate) amount: i64,
    pub(crate) reason: String,
}

/// Decides a refund, given the one of the same number if there is one; the payment takes the amount on.
///
/// The same number is the same refund: asked again it is answered again, and only a failed one is tried again.
pub(crate) fn decide(payment: &mut Payment, known: Option<&Refund>, wanted: Wanted, now: i64) -> Result<Refund, Refusal> {
    if let Some(known) = known {
        if known.payment_id != wanted.payment_id || known.amount != wanted.amount {
            return Err(Refusal::RefundDiffers);
        }
        if known.failure.is_none() {
            return Ok(known.clone());
        }
    }
    if payment.state != State::Paid {
        return Err(Refusal::NotPaid(payment.state_at(now)));
    }
    let left = payment.amount - payment.refunded;
    if wanted.amount > left {
        return Err(Refusal::RefundExceeds(left));
    }
    let failure = (payment.refund_failures > 0).then(|| WISHED.to_owned());
    if failure.is_some() {
        payment.refund_failures -= 1;
    } else {
        payment.refunded += wanted.amount;
    }
    let Wanted { id, payment_id, amount, reason } = wanted;
    let settles_at = now.saturating_add(payment.refund_millis);
    Ok(Refund { id, payment_id, amount, reason, failure, created_at: now, settles_at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payment::tests::pending;

    fn wanted(refund: &str, amount: i64) -> Wanted {
        Wanted { id: refund.to_owned(), payment_id: "7".to_owned(), amount, reason: String::new() }
    }

    #[test]
    fn never_more_than_was_paid() {
        let mut payment = Payment { state: State::Paid, amount: 100, ..pending() };
        let first = decide(&mut payment, None, wanted("a", 60), 0).expect("there is enough");
        assert!(matches!(decide(&mut payment, None, wanted("b", 41), 0), Err(Refusal::RefundExceeds(40))));
        assert_eq!(decide(&mut payment, Some(&first), wanted("a", 60), 9).expect("known"), first);
        assert!(matches!(decide(&mut payment, Some(&first), wanted("a", 40), 0), Err(Refusal::RefundDiffers)));
        decide(&mut payment, None, wanted("b", 40), 0).expect("the rest");
        assert_eq!(payment.refunded, 100);
    }

    #[test]
    fn nothing_goes_back_that_never_came() {
        let mut payment = pending();
        assert!(matches!(decide(&mut payment, None, wanted("a", 1), 0), Err(Refusal::NotPaid(State::Pending))));
    }

    #[test]
    fn fails_and_takes_its_time_when_told_to() {
        let mut payment = Payment { state: State::Paid, refund_failures: 1, refund_millis: 500, ..pending() };
        let failed = decide(&mut payment, None, wanted("a", 60), 0).expect("decided");
        assert_eq!((failed.state_at(9999), payment.refunded), ("failed", 0));
        let retried = decide(&mut payment, Some(&failed), wanted("a", 60), 10).expect("tried again");
        assert_eq!((retried.state_at(509), retried.state_at(510), payment.refunded), ("processing", "succeeded", 60));
    }
}
