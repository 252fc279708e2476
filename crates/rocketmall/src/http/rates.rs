//! How often who may try to log in and place orders. Each process counts by itself, in memory: the limits keep a flood out and
//! guessing slow, they are no accounting.

use std::hash::{BuildHasher as _, Hash, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use rocketmall_core::id::UserId;

use super::auth::{Caller, Role};
use super::problem::Failure;
use super::rights::Budget;
use crate::config::{LimitsConfig, Rate};

/// One limit for each key; keys that have been quiet are forgotten by [`Rates::forget`].
#[derive(Debug)]
struct Meter<K: Hash + Eq + Clone>(Option<RateLimiter<K, HashMapStateStore<K>, DefaultClock>>);

impl<K: Hash + Eq + Clone> Meter<K> {
    fn new(rate: Option<Rate>) -> Self {
        let quota = rate.and_then(|rate| Some(Quota::with_period(rate.pause())?.allow_burst(rate.calls)));
        Self(quota.map(RateLimiter::hashmap))
    }

    /// One more call, or how long to wait.
    fn count(&self, key: &K) -> Result<(), Duration> {
        let Some(limiter) = &self.0 else { return Ok(()) };
        limiter.check_key(key).map_err(|refused| refused.wait_time_from(DefaultClock::default().now()))
    }

    fn forget(&self) {
        if let Some(limiter) = &self.0 {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }

    fn known(&self) -> usize {
        self.0.as_ref().map_or(0, RateLimiter::len)
    }
}

/// What is counted.
#[derive(Debug)]
pub struct Rates {
    logins_by_address: Meter<Origin>,
    logins_by_mobile: Meter<u64>,
    orders_by_user: Meter<UserId>,
    orders_by_address: Meter<Origin>,
    /// Numbers are kept as hashes: short whatever is sent, and not to be read from memory.
    hasher: RandomState,
}

impl Rates {
    /// These limits.
    pub fn new(limits: &LimitsConfig) -> Self {
        Self {
            logins_by_address: Meter::new(limits.logins_per_address),
            logins_by_mobile: Meter::new(limits.logins_per_mobile),
            orders_by_user: Meter::new(limits.orders_per_user),
            orders_by_address: Meter::new(limits.orders_per_address),
            hasher: RandomState::new(),
        }
    }

    /// Counts a call before it is looked at any further.
    pub(super) fn draw(&self, budget: Budget, caller: Option<&Caller>, address: IpAddr) -> Result<(), Failure> {
        match budget {
            Budget::Unlimited => Ok(()),
            Budget::Logins => {
                let counted = self.logins_by_address.count(&Origin::of(address));
                counted.map_err(|wait| too_many(wait, "too many logins and registrations from this address"))
            }
            Budget::Orders => {
                let Some(caller) = caller else { return Ok(()) };
                caller.user.map_or(Ok(()), |user| self.order(user))?;
                if caller.role == Role::User {
                    let counted = self.orders_by_address.count(&Origin::of(address));
                    counted.map_err(|wait| too_many(wait, "too many orders from this address"))?;
                }
                Ok(())
            }
        }
    }

    /// Counts an order for a user.
    pub(super) fn order(&self, user: UserId) -> Result<(), Failure> {
        self.orders_by_user.count(&user).map_err(|wait| too_many(wait, "too many orders for this user"))
    }

    /// Counts a login for a mobile number, before the password is looked at.
    pub(super) fn log_in(&self, mobile: &str) -> Result<(), Failure> {
        let counted = self.logins_by_mobile.count(&self.hasher.hash_one(mobile));
        counted.map_err(|wait| too_many(wait, "too many logins for this mobile number"))
    }

    /// Forgets those who have been quiet for so long that they start anew.
    pub fn forget(&self) {
        self.logins_by_address.forget();
        self.logins_by_mobile.forget();
        self.orders_by_user.forget();
        self.orders_by_address.forget();
    }

    /// How many are kept in mind.
    pub fn known(&self) -> usize {
        self.logins_by_address.known() + self.logins_by_mobile.known() + self.orders_by_user.known() + self.orders_by_address.known()
    }
}

fn too_many(wait: Duration, what: &str) -> Failure {
    Failure::TooMany { wait, detail: format!("{what}; wait as long as Retry-After says") }
}

/// Where a call comes from. A network that is given whole to one customer, as IPv6's /64 are, is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Origin(IpAddr);

impl Origin {
    fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Self(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into())
            }
            address @ IpAddr::V4(_) => Self(address),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Instant;

    use super::*;

    fn rate(calls: u32, per: Duration) -> Option<Rate> {
        NonZeroU32::new(calls).map(|calls| Rate { calls, per })
    }

    #[test]
    fn a_burst_is_taken_and_the_next_waits_its_part() {
        let meter = Meter::new(rate(3, Duration::from_mins(30)));
        for _ in 0..3 {
            assert_eq!(meter.count(&"a"), Ok(()));
        }
        let wait = meter.count(&"a").expect_err("the fourth waits");
        assert!(wait > Duration::from_mins(9) && wait <= Duration::from_mins(10), "{wait:?}");
        assert_eq!(meter.count(&"b"), Ok(()));
        assert_eq!(Meter::new(None).count(&"a"), Ok(()));
    }

    #[test]
    fn those_who_are_quiet_are_forgotten() {
        let meter = Meter::new(rate(1, Duration::from_millis(50)));
        for key in 0..10_000 {
            assert_eq!(meter.count(&key), Ok(()));
        }
        let until = Instant::now() + Duration::from_secs(20);
        while meter.known() > 0 {
            assert!(Instant::now() < until, "{} are kept in mind", meter.known());
            meter.forget();
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_customers_network_is_one_origin() {
        let of = |text: &str| Origin::of(text.parse().expect("an address"));
        assert_eq!(of("2001:db8:1:2:3::1"), of("2001:db8:1:2:ffff::2"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
        assert_ne!(of("192.0.2.7"), of("192.0.2.8"));
    }
}
