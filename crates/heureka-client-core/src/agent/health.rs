//! When a health check changes the status.

use heureka_model::InstanceStatus;

use crate::{Health, HealthConfig};

/// Counts what health checks say in a row, and tells the status that follows from it.
#[derive(Debug)]
pub(crate) struct HealthWatch {
    config: HealthConfig,
    failures_in_a_row: u32,
    successes_in_a_row: u32,
}

impl HealthWatch {
    pub(crate) fn new(config: HealthConfig) -> Self {
        Self {
            config,
            failures_in_a_row: 0,
            successes_in_a_row: 0,
        }
    }

    pub(crate) fn config(&self) -> HealthConfig {
        self.config
    }

    /// The status that follows, if one does. What failed is DOWN (H3), also where it did not end (RS11); with thresholds, only
    /// when it did so often enough. A status that is neither UP nor DOWN is somebody's decision and counts at once.
    pub(crate) fn judge(
        &mut self,
        current: InstanceStatus,
        health: &Health,
    ) -> Option<InstanceStatus> {
        match health {
            Health::Silent => None,
            Health::Status(InstanceStatus::Up) => self.succeeded(current),
            Health::Status(InstanceStatus::Down) | Health::Failed(_) | Health::TimedOut => {
                self.failed()
            }
            Health::Status(other) => {
                (self.failures_in_a_row, self.successes_in_a_row) = (0, 0);
                Some(*other)
            }
        }
    }

    fn succeeded(&mut self, current: InstanceStatus) -> Option<InstanceStatus> {
        self.failures_in_a_row = 0;
        self.successes_in_a_row = self.successes_in_a_row.saturating_add(1);
        // Only who is down has to prove itself; who starts is ready when it says so.
        let is_proven = current != InstanceStatus::Down
            || self.successes_in_a_row >= self.config.successes.max(1);
        is_proven.then_some(InstanceStatus::Up)
    }

    fn failed(&mut self) -> Option<InstanceStatus> {
        self.successes_in_a_row = 0;
        self.failures_in_a_row = self.failures_in_a_row.saturating_add(1);
        let is_enough = self.failures_in_a_row >= self.config.failures.max(1);
        is_enough.then_some(InstanceStatus::Down)
    }
}

#[cfg(test)]
mod tests {
    use InstanceStatus::{Down, OutOfService, Starting, Up};

    use super::*;

    fn watch(failures: u32, successes: u32) -> HealthWatch {
        HealthWatch::new(HealthConfig {
            failures,
            successes,
            ..HealthConfig::default()
        })
    }

    fn failed() -> Health {
        Health::Failed("no database".into())
    }

    #[test]
    fn h3_h6_without_thresholds_each_check_counts() {
        let mut watch = watch(1, 1);
        for (current, health, status) in [
            (Up, failed(), Some(Down)),
            (Up, Health::TimedOut, Some(Down)),
            (Up, Health::Status(Down), Some(Down)),
            (Down, Health::Status(Up), Some(Up)),
            (Starting, Health::Status(Up), Some(Up)),
            (Up, Health::Status(OutOfService), Some(OutOfService)),
            (Up, Health::Silent, None),
        ] {
            assert_eq!(watch.judge(current, &health), status, "{health:?}");
        }
    }

    #[test]
    fn rs11_thresholds_count_in_a_row() {
        let mut watch = watch(3, 2);
        let up = Health::Status(Up);
        for (current, health, status) in [
            (Up, failed(), None),
            (Up, failed(), None),
            (Up, up.clone(), Some(Up)),
            (Up, failed(), None),
            (Up, failed(), None),
            (Up, failed(), Some(Down)),
            (Down, up.clone(), None),
            (Down, failed(), None),
            (Down, up.clone(), None),
            (Down, up, Some(Up)),
        ] {
            assert_eq!(watch.judge(current, &health), status);
        }
    }
}
