//! A payment platform that is a map: behind the doors that have no real one.

use std::collections::BTreeMap;

use rocketmall_core::command::{Outcome, PlatformView, RefundOutcome};
use rocketmall_core::id::{PaymentId, Timestamp};
use rocketmall_core::payment::{CURRENCY, Payment};

/// What has happened to attempts at the platform.
#[derive(Clone, Debug, Default)]
pub struct Platform {
    /// Nothing yet if an attempt is missing.
    outcomes: BTreeMap<PaymentId, Outcome>,
    /// So many refunds of a payment will be refused.
    refusals: BTreeMap<PaymentId, usize>,
}

impl Platform {
    /// It happens there, if nothing has yet; but money can always come.
    pub fn happen(&mut self, payment: PaymentId, outcome: Outcome) {
        let known = self.outcomes.entry(payment).or_insert(outcome);
        if outcome == Outcome::Succeeded {
            *known = outcome;
        }
    }

    /// What it says of an attempt; what is closed here or over is closed there first.
    pub fn look(&mut self, payment: &Payment, now: Timestamp) -> PlatformView {
        if payment.close_wanted || (payment.is_open() && now >= payment.expires_at) {
            self.outcomes.entry(payment.id).or_insert(Outcome::Closed);
        }
        match self.outcomes.get(&payment.id) {
            None => PlatformView::Pending,
            Some(Outcome::Failed) => PlatformView::Failed,
            Some(Outcome::Closed) => PlatformView::Closed,
            Some(Outcome::Succeeded) => PlatformView::Succeeded {
                amount: payment.amount,
                currency: CURRENCY.to_owned(),
                platform_no: Some(platform_no(payment.id)),
            },
        }
    }

    /// The next so many refunds of this payment are refused.
    pub fn refuse(&mut self, payment: PaymentId, times: usize) {
        self.refusals.insert(payment, times);
    }

    /// Gives an attempt's money back, if it has it.
    pub fn give_back(&mut self, payment: PaymentId) -> RefundOutcome {
        if let Some(left) = self.refusals.get_mut(&payment).filter(|left| **left > 0) {
            *left -= 1;
            return RefundOutcome::Failed("it was told to refuse".to_owned());
        }
        match self.outcomes.get(&payment) {
            Some(Outcome::Succeeded) => RefundOutcome::Succeeded,
            _ => RefundOutcome::Failed("it was not paid".to_owned()),
        }
    }
}

/// The platform's own number of an attempt.
pub(super) fn platform_no(payment: PaymentId) -> String {
    format!("S{payment}")
}
