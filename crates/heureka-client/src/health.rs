//! Whether this process is well, and where it runs.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use heureka_client_core::{Address, Health};
use heureka_model::{DataCenter, InstanceStatus};

use crate::transport::BoxFuture;

/// Says whether this process is well (RS11, H3). An async closure without an argument that returns a [`Verdict`] is one
/// too.
pub trait HealthCheck: Send + Sync + 'static {
    /// Looks, given what the instance says of its status now.
    ///
    /// A check that takes longer than [`HealthConfig::timeout`](heureka_client_core::HealthConfig::timeout) is given up
    /// and counts as failed.
    fn check(&self, current: InstanceStatus) -> BoxFuture<'_, Health>;
}

impl<F, Checked> HealthCheck for F
where
    F: Fn() -> Checked + Send + Sync + 'static,
    Checked: Future + Send + 'static,
    Checked::Output: Verdict,
{
    fn check(&self, current: InstanceStatus) -> BoxFuture<'_, Health> {
        let checked = self();
        Box::pin(async move { checked.await.health(current) })
    }
}

/// What a check may come to.
pub trait Verdict {
    /// As the client understands it, given what the instance says of its status now.
    fn health(self, current: InstanceStatus) -> Health;
}

impl Verdict for Health {
    fn health(self, _: InstanceStatus) -> Health {
        self
    }
}

impl Verdict for InstanceStatus {
    fn health(self, _: InstanceStatus) -> Health {
        Health::Status(self)
    }
}

/// H3: nothing leaves the status as it is.
impl Verdict for Option<InstanceStatus> {
    fn health(self, _: InstanceStatus) -> Health {
        self.map_or(Health::Silent, Health::Status)
    }
}

/// H5: well is up, and not well is down, but an instance that starts or was taken out of service stays as it is.
impl Verdict for bool {
    fn health(self, current: InstanceStatus) -> Health {
        match current {
            InstanceStatus::Starting | InstanceStatus::OutOfService => Health::Silent,
            InstanceStatus::Up | InstanceStatus::Down | InstanceStatus::Unknown if self => {
                Health::Status(InstanceStatus::Up)
            }
            InstanceStatus::Up | InstanceStatus::Down | InstanceStatus::Unknown => {
                Health::Status(InstanceStatus::Down)
            }
        }
    }
}

/// As [`bool`]'s, with a reason for the log.
impl<E: fmt::Display> Verdict for Result<(), E> {
    fn health(self, current: InstanceStatus) -> Health {
        match self {
            Ok(()) => true.health(current),
            Err(error) if false.health(current) != Health::Silent => {
                Health::Failed(error.to_string().into())
            }
            Err(_) => Health::Silent,
        }
    }
}

/// Who is asked, and how long that may take.
#[derive(Clone)]
pub(crate) struct HealthWatch {
    pub(crate) check: Arc<dyn HealthCheck>,
    pub(crate) timeout: Duration,
}

impl HealthWatch {
    /// Asks, and gives up in time.
    pub(crate) async fn look(&self, current: InstanceStatus) -> Health {
        let health = tokio::time::timeout(self.timeout, self.check.check(current)).await;
        health.unwrap_or(Health::TimedOut)
    }
}

/// Knows where this process runs, and whether that has changed (I11, I12).
pub trait Whereabouts: Send + Sync + 'static {
    /// Looks again. What is not known is left out, and stays as it is.
    fn look(&self) -> BoxFuture<'_, Place>;
}

/// Where a process runs.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Place {
    /// The name and address of its host (I11, 7.3.16).
    pub address: Option<Address>,
    /// What its data center says of it (I12).
    pub data_center: Option<DataCenter>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use InstanceStatus::{Down, OutOfService, Starting, Unknown, Up};

    fn watch(check: impl HealthCheck) -> HealthWatch {
        HealthWatch {
            check: Arc::new(check),
            timeout: Duration::from_secs(5),
        }
    }

    #[test]
    fn h5_a_yes_or_no_changes_neither_starting_nor_out_of_service() {
        for (well, current, expected) in [
            (true, Down, Health::Status(Up)),
            (true, Unknown, Health::Status(Up)),
            (false, Up, Health::Status(Down)),
            (true, Starting, Health::Silent),
            (false, Starting, Health::Silent),
            (true, OutOfService, Health::Silent),
            (false, OutOfService, Health::Silent),
        ] {
            assert_eq!(well.health(current), expected, "{well} {current}");
        }
    }

    #[test]
    fn h3_a_status_counts_nothing_is_nothing_and_an_error_is_a_failure() {
        assert_eq!(OutOfService.health(Up), Health::Status(OutOfService));
        assert_eq!(None.health(Up), Health::Silent);
        let broken: Result<(), &str> = Err("no database");
        assert_eq!(broken.health(Up), Health::Failed("no database".into()));
        assert_eq!(broken.health(Starting), Health::Silent);
    }

    #[tokio::test(start_paused = true)]
    async fn rs11_a_check_that_hangs_is_given_up() {
        let hangs = watch(std::future::pending::<bool>);
        assert_eq!(hangs.look(Up).await, Health::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn rs11_a_closure_is_a_check() {
        let well = watch(|| async { true });
        assert_eq!(well.look(Down).await, Health::Status(Up));
    }
}
