//! The handle that a program keeps.

use std::sync::Arc;
use std::time::Duration;

use heureka_client_core::{Agent, Event, HealthConfig, Instance, RegionsConfig, Registry, Report};
use heureka_model::{Document, InstanceStatus, LeaseSettings, Now};
use tokio::sync::{broadcast, watch};

use crate::changes::Changes;
use crate::error::{ConfigError, Error};
use crate::health::{HealthCheck, HealthWatch};
use crate::service_name::ServiceName;
use crate::shared::{Phase, Shared};
use crate::stats::{Moment, Stats};
use crate::{AppName, ClientBuilder};

/// A handle to a client that runs in the background. Clones are the same client (RS2).
///
/// Look-ups read an immutable snapshot: they never wait and never fail, and what one snapshot says fits together. The
/// client runs for as long as its [`Running`](crate::Running); a handle that outlives it sees the last snapshot.
#[derive(Clone, Debug)]
pub struct EurekaClient {
    shared: Arc<Shared>,
}

impl EurekaClient {
    /// A client to be started.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    pub(crate) fn over(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// What servers list, as of the last fetch.
    #[must_use]
    pub fn registry(&self) -> Arc<Registry> {
        self.shared.registry.load_full()
    }

    /// Looks at what servers list without counting a reference: for look-ups in the path of every request.
    pub fn with_registry<R>(&self, look: impl FnOnce(&Registry) -> R) -> R {
        look(&self.shared.registry.load())
    }

    /// The instances of an application that may be sent traffic; none where the application is not known (Q1).
    #[must_use]
    pub fn instances(&self, app: &str) -> Arc<[Instance]> {
        self.with_registry(|registry| Arc::clone(registry.instances(app)))
    }

    /// The instances with a vip that may be sent traffic (Q5).
    #[must_use]
    pub fn vip(&self, vip: &str) -> Arc<[Instance]> {
        self.with_registry(|registry| Arc::clone(registry.vip(vip)))
    }

    /// The instances with a secure vip that may be sent traffic (Q5, 7.3.7).
    #[must_use]
    pub fn secure_vip(&self, vip: &str) -> Arc<[Instance]> {
        self.with_registry(|registry| Arc::clone(registry.secure_vip(vip)))
    }

    /// An instance, whatever its status.
    #[must_use]
    pub fn instance(&self, app: &str, id: &str) -> Option<Instance> {
        self.with_registry(|registry| registry.get(app, id).cloned())
    }

    /// The names of the applications of which at least one instance may be sent traffic (SP9).
    #[must_use]
    pub fn services(&self) -> Vec<AppName> {
        self.with_registry(|registry| registry.services().cloned().collect())
    }

    /// Tells of each snapshot that is newer than the one now; a slow consumer sees only the latest (RS4). It ends with the client.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Arc<Registry>> {
        let mut registries = self.shared.registries.clone();
        registries.mark_unchanged();
        registries
    }

    /// Tells how the instances of a service come, change and go, beginning with those that are there (RS4).
    #[must_use]
    pub fn changes(&self, service: impl Into<ServiceName>) -> Changes {
        Changes::of(service.into(), self.watch())
    }

    /// Waits until an application has at least `count` instances that may be sent traffic, at most for `timeout`.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] where there are fewer by then, [`Error::ShutDown`] where the client has ended.
    pub async fn wait_for(
        &self,
        app: &str,
        count: usize,
        timeout: Duration,
    ) -> Result<Arc<[Instance]>, Error> {
        let mut registries = self.watch();
        let enough = registries.wait_for(|registry| registry.instances(app).len() >= count);
        match tokio::time::timeout(timeout, enough).await {
            Ok(Ok(registry)) => Ok(Arc::clone(registry.instances(app))),
            Ok(Err(_)) => Err(Error::ShutDown),
            Err(_) => Err(Error::NotFound {
                app: AppName::new(app),
                wanted: count,
                found: self.instances(app).len(),
                waited: timeout,
            }),
        }
    }

    /// Tells what happens in the client's life. A consumer that is slow by more than
    /// [`EVENTS_KEPT`](crate::EVENTS_KEPT) events misses the oldest, and is told how many; nothing waits for it (RS4).
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.shared.events.resubscribe()
    }

    /// Says that this instance has another status from now on (H1).
    ///
    /// # Errors
    ///
    /// The client was shut down.
    pub fn set_status(&self, status: InstanceStatus) -> Result<(), Error> {
        self.command(|agent, now| agent.set_status(now, status))
    }

    /// Sets values of this instance's metadata; the others stay (I8).
    ///
    /// # Errors
    ///
    /// The client was shut down.
    pub fn set_metadata(&self, entries: &[(&str, &str)]) -> Result<(), Error> {
        self.command(|agent, now| agent.set_metadata(now, entries))
    }

    /// Promises other heartbeats from now on (I14, 7.3.4).
    ///
    /// # Errors
    ///
    /// The client was shut down.
    pub fn set_lease(&self, lease: LeaseSettings) -> Result<(), Error> {
        self.command(|agent, now| agent.set_lease(now, lease))
    }

    /// Changes which regions are fetched; everything is fetched next (K1).
    ///
    /// # Errors
    ///
    /// A region has no zones and is none of those that are known, or the client was shut down.
    pub fn set_regions(&self, regions: RegionsConfig) -> Result<(), Error> {
        self.command(|agent, now| agent.set_regions(now, regions))?
            .map_err(|unknown| ConfigError::from(unknown).into())
    }

    /// Asks about the process's health by `check` from now on, at once for the first time (H7).
    ///
    /// # Errors
    ///
    /// The client was shut down.
    pub fn set_health(&self, check: impl HealthCheck, config: HealthConfig) -> Result<(), Error> {
        *self.shared.health.lock() = Some(HealthWatch {
            check: Arc::new(check),
            timeout: config.timeout,
        });
        self.command(|agent, now| agent.set_health_checked(now, Some(config)))
    }

    /// Fetches as soon as possible instead of at the next turn.
    ///
    /// # Errors
    ///
    /// The client was shut down.
    pub fn refresh(&self) -> Result<(), Error> {
        self.command(Agent::refresh)
    }

    /// What this instance says of itself, if it registers.
    #[must_use]
    pub fn document(&self) -> Option<Arc<Document>> {
        self.shared.with_agent(|agent, _| agent.document().cloned())
    }

    /// The status that servers show for this instance; unknown where they do not show it (D2).
    #[must_use]
    pub fn remote_status(&self) -> InstanceStatus {
        self.shared.with_agent(|agent, _| agent.remote_status())
    }

    /// Whether this process can do its work as far as the registry goes: the start is over, a server has the
    /// registration, and a fetch succeeded, each as far as it is wanted (RS11). A registry from a file is no fetch.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        let is_running = matches!(*self.shared.phase.borrow(), Phase::Running);
        let report = self.report();
        let has_registered = report.is_registered || !self.shared.registers;
        let has_fetched = report.since_fetch.is_some() || !self.shared.fetches;
        is_running && has_registered && has_fetched && !self.shared.is_over()
    }

    /// Whether the client has ended or is about to.
    #[must_use]
    pub fn is_shut_down(&self) -> bool {
        self.shared.is_over()
    }

    /// What the client has done so far (RS12).
    #[must_use]
    pub fn stats(&self) -> Stats {
        let now = self.shared.clock.now();
        let moment = |ago: Duration| Moment {
            at: now.wall.before(ago),
            ago,
        };
        let report = self.report();
        Stats {
            uptime: now.mono,
            last_fetch: report.since_fetch.map(moment),
            last_heartbeat: report.since_heartbeat.map(moment),
            applications: self.with_registry(|registry| registry.applications().len()),
            instances: report.instances,
            started_with: report.started_with,
            is_registered: report.is_registered,
            remote_status: self.remote_status(),
            failed_heartbeats_in_a_row: report.failed_heartbeats_in_a_row,
            failed_fetches_in_a_row: report.failed_fetches_in_a_row,
            registration: report.registration,
            query: report.query,
            counts: *self.shared.counts.lock(),
        }
    }

    fn report(&self) -> Report {
        self.shared.with_agent(|agent, now| agent.report(now.mono))
    }

    fn command<R>(&self, call: impl FnOnce(&mut Agent, Now) -> R) -> Result<R, Error> {
        if self.shared.is_over() {
            return Err(Error::ShutDown);
        }
        let result = self.shared.with_agent(call);
        self.shared.woken.notify_one();
        Ok(result)
    }
}
