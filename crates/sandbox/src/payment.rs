//! A payment as the platform sees it, and the only moves it can make. Pure.

use serde::Deserialize;

use crate::refusal::Refusal;

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Pending,
    Paid,
    Failed,
    /// By the merchant.
    Closed,
    Expired,
}

impl State {
    /// As rows and JSON say it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Closed => "closed",
            Self::Expired => "expired",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        [Self::Pending, Self::Paid, Self::Failed, Self::Closed, Self::Expired].into_iter().find(|state| state.word() == word)
    }
}

/// What a customer makes happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// The money is taken.
    Paid,
    /// The payment fails and is over.
    Failed,
    /// The customer lets the time run out.
    Expired,
}

impl Outcome {
    /// As notifications say it.
    pub(crate) const fn word(self) -> &'static str {
        self.state().word()
    }

    const fn state(self) -> State {
        match self {
            Self::Paid => State::Paid,
            Self::Failed => State::Failed,
            Self::Expired => State::Expired,
        }
    }
}

/// May a payment that is over be paid all the same?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lateness {
    Refused,
    /// Money that arrives when nobody waits for it any more: every platform has such days.
    Forced,
}

/// One row of `sandbox_payment`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Payment {
    /// The merchant's number.
    pub(crate) id: String,
    /// Ours.
    pub(crate) platform_no: String,
    /// Whoever knows it may pay.
    pub(crate) token: String,
    pub(crate) subject: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) notify_url: String,
    pub(crate) return_url: Option<String>,
    pub(crate) state: State,
    /// How many events the merchant was to be notified of.
    pub(crate) events: i64,
    /// Given back or on its way back.
    pub(crate) refunded: i64,
    /// So many refunds still fail, as wished for.
    pub(crate) refund_failures: i64,
    /// So long refunds take, as wished for.
    pub(crate) refund_millis: i64,
    pub(crate) created_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) paid_at: Option<i64>,
}

impl Payment {
    /// Where it stands: nobody writes down that time has run out.
    pub(crate) fn state_at(&self, now: i64) -> State {
        match self.state {
            State::Pending if now >= self.expires_at => State::Expired,
            state => state,
        }
    }

    /// The customer pays, fails or lets it expire.
    pub(crate) fn settle(&mut self, outcome: Outcome, lateness: Lateness, now: i64) -> Result<(), Refusal> {
        match (self.state_at(now), outcome, lateness) {
            (State::Pending, ..) | (State::Failed | State::Closed | State::Expired, Outcome::Paid, Lateness::Forced) => {}
            (State::Paid, ..) => return Err(Refusal::AlreadyPaid),
            (over, ..) => return Err(Refusal::Over(over)),
        }
        self.state = outcome.state();
        self.paid_at = (outcome == Outcome::Paid).then_some(now);
        self.events += 1;
        Ok(())
    }

    /// The merchant closes it. Closing what is over changes nothing.
    pub(crate) fn close(&mut self, now: i64) -> Result<(), Refusal> {
        match self.state_at(now) {
            State::Paid => Err(Refusal::AlreadyPaid),
            State::Pending => {
                self.state = State::Closed;
                Ok(())
            }
            State::Failed | State::Closed | State::Expired => Ok(()),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn pending() -> Payment {
        Payment {
            id: "7".to_owned(),
            platform_no: "SBX7".to_owned(),
            token: "cafe".to_owned(),
            subject: "Order 7".to_owned(),
            amount: 488_000,
            currency: "CNY".to_owned(),
            notify_url: "http://127.0.0.1:1/".to_owned(),
            return_url: None,
            state: State::Pending,
            events: 0,
            refunded: 0,
            refund_failures: 0,
            refund_millis: 0,
            created_at: 0,
            expires_at: 1000,
            paid_at: None,
        }
    }

    /// Every state and move: where it leads, `-` if refused.
    #[test]
    fn the_whole_table_of_moves() {
        let table = "
            pending  paid=paid failed=failed expired=expired forced=paid close=closed
            paid     paid=- failed=- expired=- forced=- close=-
            failed   paid=- failed=- expired=- forced=paid close=failed
            closed   paid=- failed=- expired=- forced=paid close=closed
            expired  paid=- failed=- expired=- forced=paid close=expired";
        for line in table.trim().lines() {
            let mut words = line.split_whitespace();
            let from = words.next().and_then(State::from_word).expect("a state");
            for (action, to) in words.filter_map(|word| word.split_once('=')) {
                let mut payment = Payment { state: from, ..pending() };
                let before = payment.clone();
                let answer = match action {
                    "paid" => payment.settle(Outcome::Paid, Lateness::Refused, 999),
                    "failed" => payment.settle(Outcome::Failed, Lateness::Refused, 999),
                    "expired" => payment.settle(Outcome::Expired, Lateness::Refused, 999),
                    "forced" => payment.settle(Outcome::Paid, Lateness::Forced, 999),
                    _ => payment.close(999),
                };
                let found = if answer.is_ok() { payment.state.word() } else { "-" };
                assert_eq!(found, to, "{} {action}", from.word());
                assert!(answer.is_ok() || payment == before, "a refusal changes nothing");
            }
        }
    }

    #[test]
    fn time_runs_out_by_itself() {
        let mut payment = pending();
        assert_eq!(payment.state_at(999), State::Pending);
        assert_eq!(payment.state_at(1000), State::Expired);
        assert!(matches!(payment.settle(Outcome::Paid, Lateness::Refused, 1000), Err(Refusal::Over(State::Expired))));
        payment.settle(Outcome::Paid, Lateness::Forced, 1000).expect("forced");
        assert_eq!((payment.state_at(2000), payment.paid_at), (State::Paid, Some(1000)));
    }
}
