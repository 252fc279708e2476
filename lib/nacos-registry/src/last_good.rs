//! When nothing is believed: the rule by which a list outlives an outage, and yet follows a real end.
//!
//! Something that is seen is shown at once. Nothing, where something is shown, is believed only when Nacos said so again and again, without
//! a break, for as long as [`Patience`] says: longer after Nacos was away, because it then begins with nothing until everybody has come back.
//! While Nacos is away, what is shown stays.

use std::time::Duration;

use crate::options::Patience;

/// What one look, or a push, brought.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Seen<T> {
    Something(T),
    Nothing,
    /// Nacos did not answer.
    Away,
}

/// What is to be shown from now on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict<T> {
    Show(T),
    ShowNothing,
    Keep,
}

/// The rule's memory.
#[derive(Clone, Debug)]
pub(crate) struct LastGood {
    patience: Patience,
    shows_something: bool,
    /// When the unbroken sequence of nothings began.
    nothing_since: Option<Duration>,
    /// Whether Nacos was away since something was seen.
    outage: bool,
}

impl LastGood {
    pub(crate) fn new(patience: Patience) -> Self {
        Self { patience, shows_something: false, nothing_since: None, outage: false }
    }

    /// Takes in what was seen at `now`, on a clock that only goes forward.
    pub(crate) fn observe<T>(&mut self, now: Duration, seen: Seen<T>) -> Verdict<T> {
        match seen {
            Seen::Something(value) => {
                *self = Self { shows_something: true, ..Self::new(self.patience) };
                Verdict::Show(value)
            }
            Seen::Away => {
                self.nothing_since = None;
                self.outage = true;
                Verdict::Keep
            }
            Seen::Nothing if !self.shows_something => Verdict::Keep,
            Seen::Nothing => {
                let since = *self.nothing_since.get_or_insert(now);
                let needed = if self.outage { self.patience.after_outage } else { self.patience.settled };
                if now.saturating_sub(since) < needed {
                    return Verdict::Keep;
                }
                *self = Self::new(self.patience);
                Verdict::ShowNothing
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PATIENCE: Patience = Patience { settled: Duration::from_secs(30), after_outage: Duration::from_secs(90) };

    /// Each look a second after the one before, "1" something, "0" nothing, "-" away; what is shown after each.
    fn shown(looks: &str) -> String {
        let mut rule = LastGood::new(PATIENCE);
        let mut shown = '0';
        looks
            .chars()
            .zip(0..)
            .map(|(look, second)| {
                let seen = match look {
                    '1' => Seen::Something('1'),
                    '0' => Seen::Nothing,
                    _ => Seen::Away,
                };
                match rule.observe(Duration::from_secs(second), seen) {
                    Verdict::Show(it) => shown = it,
                    Verdict::ShowNothing => shown = '0',
                    Verdict::Keep => {}
                }
                shown
            })
            .collect()
    }

    #[test]
    fn a_real_end_is_followed_after_a_while() {
        let nothings = "0".repeat(31);
        assert_eq!(shown(&format!("01{nothings}")), format!("01{}0", "1".repeat(30)));
    }

    #[test]
    fn nothing_just_after_an_outage_is_not_believed() {
        let looks = format!("1---{}1", "0".repeat(90));
        assert_eq!(shown(&looks), "1".repeat(looks.len()));
        let looks = format!("1---{}", "0".repeat(91));
        assert_eq!(shown(&looks), format!("{}0", "1".repeat(94)));
    }

    #[test]
    fn an_outage_that_begins_among_nothings_begins_them_anew() {
        let looks = format!("1{}-{}", "0".repeat(30), "0".repeat(90));
        assert_eq!(shown(&looks), "1".repeat(looks.len()));
    }

    #[test]
    fn an_outage_alone_changes_nothing_however_long() {
        let looks = format!("1{}", "-".repeat(500));
        assert_eq!(shown(&looks), "1".repeat(looks.len()));
    }

    proptest! {
        #[test]
        fn it_shows_what_it_saw_last_until_it_is_sure(looks in "[01-]{1,40}(0{0,100}[01-]{0,5}){0,4}") {
            let shown = shown(&looks);
            for (at, (look, now)) in looks.chars().zip(shown.chars()).enumerate() {
                let before = if at == 0 { '0' } else { shown.as_bytes()[at - 1] as char };
                match look {
                    '1' => prop_assert_eq!(now, '1'),
                    '0' if before != now => {
                        let run = looks[..=at].chars().rev().take_while(|look| *look == '0').count();
                        let since_seen = looks[..at].rsplit('1').next().unwrap_or_default();
                        let needed = if since_seen.contains('-') { 90 } else { 30 };
                        prop_assert_eq!(run, needed + 1, "at {}", at);
                    }
                    _ => prop_assert_eq!(before, now, "at {}", at),
                }
                // it does not stay for ever either
                let run = looks[..=at].chars().rev().take_while(|look| *look == '0').count();
                prop_assert!(run <= 90 || now == '0', "at {}", at);
            }
        }
    }
}
