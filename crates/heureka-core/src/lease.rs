//! How long an instance may be silent.

use std::time::Duration;

use heureka_model::{LeaseSettings, LeaseState};

/// When leases end (MERGE 2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeasePolicy {
    /// What a renewed lease is given on top of its duration.
    pub grace: Grace,
}

/// What a renewed lease is given on top of its duration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grace {
    /// Twice the instance's renewal interval. A living Java client whose heartbeat hung doubles its timer and is
    /// silent for 120 s with the default settings, while its lease is 90 s.
    #[default]
    TwiceTheInterval,
    /// This long; zero is strict.
    Fixed(Duration),
    /// As long as the lease itself, which is what Java's servers give (server.md L5).
    AsNetflix,
}

impl LeasePolicy {
    /// How long an instance with these settings may be silent at most.
    pub(crate) fn longest(self, settings: LeaseSettings) -> Duration {
        settings.duration().saturating_add(self.grace(settings))
    }

    fn grace(self, settings: LeaseSettings) -> Duration {
        match self.grace {
            Grace::TwiceTheInterval => settings.renewal_interval().saturating_mul(2),
            Grace::Fixed(grace) => grace,
            Grace::AsNetflix => settings.duration(),
        }
    }
}

/// The part of a key that signs of life write (MERGE 1), on the monotonic clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lease {
    /// When the last sign of life came, in nanoseconds since the start of this process. It is negative where another node
    /// told of one that is older.
    last_renewal_ns: i64,
    /// Whether one came after the registration: who has shown that it renews is given more time.
    pub(crate) ever_renewed: bool,
}

impl Lease {
    /// The lease of an instance that registers now.
    pub(crate) fn registered(mono: Duration) -> Self {
        Self {
            last_renewal_ns: nanos(mono),
            ever_renewed: false,
        }
    }

    /// A lease as another node tells it.
    pub(crate) fn told(mono: Duration, theirs: LeaseState) -> Self {
        Self {
            last_renewal_ns: nanos(mono).saturating_sub(nanos(theirs.age)),
            ever_renewed: theirs.ever_renewed,
        }
    }

    /// The lease after a registration over this one. What a living one has shown is not forgotten (MERGE 2*); one that
    /// has ended, and is only still listed, has nothing more to say.
    pub(crate) fn registered_again(
        self,
        settings: LeaseSettings,
        policy: LeasePolicy,
        mono: Duration,
    ) -> Self {
        let is_alive = mono <= self.ends_at(settings, policy);
        Self {
            last_renewal_ns: nanos(mono),
            ever_renewed: is_alive && self.ever_renewed,
        }
    }

    pub(crate) fn renew(&mut self, mono: Duration) {
        *self = Self {
            last_renewal_ns: nanos(mono),
            ever_renewed: true,
        };
    }

    /// The last moment of the lease.
    pub(crate) fn ends_at(self, settings: LeaseSettings, policy: LeasePolicy) -> Duration {
        self.after_last_renewal(if self.ever_renewed {
            policy.longest(settings)
        } else {
            settings.duration()
        })
    }

    /// The last moment at which the instance counts as seen: an interval and a half after its last sign of life
    /// (MERGE 4).
    pub(crate) fn seen_until(self, settings: LeaseSettings) -> Duration {
        let interval = settings.renewal_interval();
        self.after_last_renewal(interval.saturating_add(interval / 2))
    }

    /// Time since the last sign of life.
    pub(crate) fn age(self, mono: Duration) -> Duration {
        moment(nanos(mono).saturating_sub(self.last_renewal_ns))
    }

    /// Whether its last sign of life is later than that of `other`.
    pub(crate) fn is_younger_than(self, other: Self) -> bool {
        self.last_renewal_ns > other.last_renewal_ns
    }

    /// The younger of both; what this one has shown is not forgotten.
    pub(crate) fn or_younger(self, other: Self) -> Self {
        if other.is_younger_than(self) {
            Self {
                ever_renewed: self.ever_renewed || other.ever_renewed,
                ..other
            }
        } else {
            self
        }
    }

    fn after_last_renewal(self, time: Duration) -> Duration {
        moment(self.last_renewal_ns.saturating_add(nanos(time)))
    }
}

/// A time as a number, at most 292 years.
fn nanos(time: Duration) -> i64 {
    i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)
}

/// A number as a time, at least none.
fn moment(nanos: i64) -> Duration {
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    #[test]
    fn ends_by_policy() {
        let settings = LeaseSettings::new(30, 90);
        let fresh = Lease::registered(secs(100));
        let mut renewed = fresh;
        renewed.renew(secs(130));
        for (grace, end_of_fresh, end_of_renewed) in [
            (Grace::TwiceTheInterval, 190, 280),
            (Grace::Fixed(Duration::ZERO), 190, 220),
            (Grace::Fixed(secs(5)), 190, 225),
            (Grace::AsNetflix, 190, 310),
        ] {
            let policy = LeasePolicy { grace };
            assert_eq!(
                fresh.ends_at(settings, policy),
                secs(end_of_fresh),
                "{grace:?}"
            );
            assert_eq!(
                renewed.ends_at(settings, policy),
                secs(end_of_renewed),
                "{grace:?}"
            );
        }
    }

    #[test]
    fn registering_again_keeps_what_the_lease_has_shown() {
        let mut lease = Lease::registered(secs(0));
        lease.renew(secs(30));
        let (settings, policy) = (LeaseSettings::new(30, 90), LeasePolicy::default());
        for (at, end) in [(40, 190), (180, 330), (181, 271)] {
            let again = lease.registered_again(settings, policy, secs(at));
            assert_eq!(
                again.ends_at(settings, policy),
                secs(end),
                "again at {at} s"
            );
        }
    }

    #[test]
    fn what_is_older_than_the_process_does_not_get_younger_by_being_told() {
        let (settings, policy) = (LeaseSettings::new(30, 90), LeasePolicy::default());
        let told = |age| LeaseState {
            age: secs(age),
            ever_renewed: false,
            origin: None,
        };
        for (age, uptime, left) in [(80, 5, 10), (80, 100, 10), (95, 5, 0)] {
            let lease = Lease::told(secs(uptime), told(age));
            assert_eq!(lease.age(secs(uptime)), secs(age));
            let end = lease.ends_at(settings, policy);
            assert_eq!(
                end.saturating_sub(secs(uptime)),
                secs(left),
                "{age} {uptime}"
            );
        }
        let (older, younger) = (
            Lease::told(secs(5), told(80)),
            Lease::told(secs(5), told(70)),
        );
        assert!(younger.is_younger_than(older) && !older.is_younger_than(younger));
    }

    #[test]
    fn the_longest_lease_does_not_overflow() {
        let settings = LeaseSettings::new(i32::MAX, i32::MAX);
        let mut lease = Lease::registered(Duration::MAX);
        lease.renew(Duration::MAX);
        let last = moment(i64::MAX);
        assert_eq!(lease.ends_at(settings, LeasePolicy::default()), last);
        assert_eq!(lease.seen_until(settings), last);
    }
}
