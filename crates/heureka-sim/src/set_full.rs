//! How registrations were seen: the reading of Jepsen's checker of sets.

use std::fmt;
use std::ops::AddAssign;

/// How many registrations were seen how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SetFull {
    /// All that were acknowledged.
    pub registrations: u64,
    /// Seen at every open node within two and a half seconds.
    pub stable: u64,
    /// Seen at every open node, but later.
    pub stale: u64,
    /// Ended before every open node showed it.
    pub not_everywhere: u64,
    /// Ended before anybody looked.
    pub never_seen: u64,
    /// Live at the end, and not there.
    pub lost: u64,
    /// Cancelled, and there all the same.
    pub resurrected: u64,
}

impl AddAssign for SetFull {
    fn add_assign(&mut self, other: Self) {
        self.registrations += other.registrations;
        self.stable += other.stable;
        self.stale += other.stale;
        self.not_everywhere += other.not_everywhere;
        self.never_seen += other.never_seen;
        self.lost += other.lost;
        self.resurrected += other.resurrected;
    }
}

impl fmt::Display for SetFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} registrations: {} stable, {} stale, {} not everywhere, {} never seen, {} lost, {} resurrected",
            self.registrations,
            self.stable,
            self.stale,
            self.not_everywhere,
            self.never_seen,
            self.lost,
            self.resurrected
        )
    }
}
