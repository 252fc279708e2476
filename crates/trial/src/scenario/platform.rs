//! A payment platform that is a map: behind the doors that have no real one.

use std::collections::BTreeMap;

use rocketmall_core::command::{Outcome, PlatformView, RefundOutcome};
use rocketmall_core::id::{PaymentId, Timestamp};
use rocketmall_core::payment::{CURRENCY, Payment};

/// What has happened to an attempt at the platform; nothing yet if it is missing.
#[derive(Clone, Debug, Default)]
pub struct Platform(BTreeMap<PaymentId, Outcome>);

impl Platform {
    /// It happens there, if nothing has yet; but money can always come.
    pub fn happen(&mut self, payment: PaymentId, outcome: Outcome) {
        let known = self.0.entry(payment).or_insert(outcome);
        if outcome == Outcome::Succeeded {
            *known = outcome;
        }
    }

    /// What it says of an attempt; what is closed here or over is closed there first.
    pub fn look(&mut self, payment: &Payment, now: Timestamp) -> PlatformView {
        if payment.close_wanted || (payment.is_open() && now >= payment.expires_at) {
            self.0.entry(payment.id).or_insert(Outcome::Closed);
        }
        match self.0.get(&payment.id) {
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

    /// Gives an attempt's money back, if it has it.
    pub fn give_back(&self, payment: PaymentId) -> RefundOutcome {
        match self.0.get(&payment) {
            Some(Outcome::Succeeded) => RefundOutcome::Succeeded,
            _ => RefundOutcome::Failed("it was not paid".to_owned()),
        }
    }
}

/// The platform's own number of an attempt.
pub(super) fn platform_no(payment: PaymentId) -> String {
    format!("S{payment}")
}
