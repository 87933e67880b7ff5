//! Listings, and the hash by which clients check their copy.

use std::fmt::Write as _;

use crate::{AppName, InstanceInfo, InstanceStatus};

/// `versions__delta` of a full listing (server.md C18).
pub const VERSION_OF_FULL: i64 = 1;
/// `versions__delta` of a listing by vip (server.md C17).
pub const VERSION_OF_VIP: i64 = -1;

/// A listing: the whole registry, what changed in it lately, or what is found under one name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applications {
    /// `versions__delta`: it says whether a delta is the one already seen.
    pub version: i64,
    /// `apps__hashcode`: of the whole registry, also in a delta (wire.md 4).
    pub hash: String,
    /// The applications.
    pub applications: Vec<Application>,
}

/// An application with its instances.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Its name.
    pub name: AppName,
    /// Its instances.
    pub instances: Vec<InstanceInfo>,
}

/// How many instances have which status: all that the apps hash knows of a registry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatusCounts([usize; InstanceStatus::ALL.len()]);

impl StatusCounts {
    /// Counts one more.
    pub fn add(&mut self, status: InstanceStatus) {
        if let Some(count) = self.slot(status) {
            *count = count.saturating_add(1);
        }
    }

    /// Counts all that `other` has counted.
    pub fn add_all(&mut self, other: &Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count = count.saturating_add(more);
        }
    }

    /// Undoes [`StatusCounts::add_all`].
    pub fn remove_all(&mut self, other: &Self) {
        for (count, less) in self.0.iter_mut().zip(other.0) {
            *count = count.saturating_sub(less);
        }
    }

    /// Counts one less.
    pub fn remove(&mut self, status: InstanceStatus) {
        if let Some(count) = self.slot(status) {
            *count = count.saturating_sub(1);
        }
    }

    /// How many have `status`.
    #[must_use]
    pub fn of(&self, status: InstanceStatus) -> usize {
        self.iter()
            .find(|(own, _)| *own == status)
            .map_or(0, |(_, count)| count)
    }

    /// Statuses and how many have them, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (InstanceStatus, usize)> {
        InstanceStatus::ALL.into_iter().zip(self.0)
    }

    /// The apps hash: `DOWN_1_UP_2_`, empty for an empty registry (wire.md 4, server.md R76).
    #[must_use]
    pub fn hash(&self) -> String {
        let mut hash = String::new();
        for (status, count) in self.iter().filter(|(_, count)| *count > 0) {
            // Writing to a string cannot fail.
            let _ = write!(hash, "{status}_{count}_");
        }
        hash
    }

    fn slot(&mut self, status: InstanceStatus) -> Option<&mut usize> {
        InstanceStatus::ALL
            .into_iter()
            .zip(&mut self.0)
            .find(|(own, _)| *own == status)
            .map(|(_, n)| n)
    }
}

impl FromIterator<InstanceStatus> for StatusCounts {
    fn from_iter<T: IntoIterator<Item = InstanceStatus>>(statuses: T) -> Self {
        let mut counts = Self::default();
        statuses.into_iter().for_each(|status| counts.add(status));
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use InstanceStatus::{Down, OutOfService, Starting, Unknown, Up};

    #[test]
    fn the_hash_counts_statuses_in_the_order_of_their_names() {
        for (statuses, hash) in [
            (vec![], ""),
            (vec![Up], "UP_1_"),
            (vec![Up, Down, Up], "DOWN_1_UP_2_"),
            (
                vec![Up, Up, Up, OutOfService, Up, Up, Down, Starting],
                "DOWN_1_OUT_OF_SERVICE_1_STARTING_1_UP_5_",
            ),
            (vec![Unknown], "UNKNOWN_1_"),
        ] {
            assert_eq!(statuses.into_iter().collect::<StatusCounts>().hash(), hash);
        }
    }

    #[test]
    fn removing_undoes_adding() {
        let mut counts: StatusCounts = [Up, Down].into_iter().collect();
        counts.remove(Up);
        assert_eq!(counts, [Down].into_iter().collect());
    }
}
