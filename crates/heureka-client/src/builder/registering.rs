//! What is registered, and how.

use std::sync::Arc;
use std::time::Duration;

use heureka_client_core::{HealthConfig, Profile, RegistrationConfig};

use super::ClientBuilder;
use crate::health::{HealthCheck, Whereabouts};
use crate::registration::Registration;

/// # Registering
impl ClientBuilder {
    /// Registers an instance, and keeps it registered: an [`InstanceSpec`](crate::InstanceSpec), whose open ends are found
    /// out at the start, or a whole [`Document`](crate::Document).
    pub fn register(mut self, instance: impl Into<Registration>) -> Self {
        self.registration = Some(instance.into());
        self
    }

    /// Whether the start fails where no server takes the registration (L13).
    pub fn insist_on_registration(self, insists: bool) -> Self {
        self.registering(move |registration, _| registration.insist = insists)
    }

    /// Whether to leave the registry at the end (R5, R6).
    pub fn unregister_at_end(self, unregisters: bool) -> Self {
        self.registering(move |registration, _| registration.unregister_at_end = unregisters)
    }

    /// How long the farewell may take in all.
    pub fn farewell_timeout(self, timeout: Duration) -> Self {
        self.registering(move |registration, _| registration.farewell_timeout = timeout)
    }

    /// Time between two looks at what this instance says of itself and whether it is well (H8).
    pub fn replication_interval(self, interval: Duration) -> Self {
        self.registering(move |registration, _| registration.replication_interval = interval)
    }

    /// Asks whether this process is well, and tells servers (RS11).
    pub fn health(mut self, check: impl HealthCheck) -> Self {
        let config = self.health.map(|(_, config)| config).unwrap_or_default();
        self.health = Some((Arc::new(check), config));
        self
    }

    /// The same, with times and numbers of one's own.
    pub fn health_with(mut self, check: impl HealthCheck, config: HealthConfig) -> Self {
        self.health = Some((Arc::new(check), config));
        self
    }

    /// Looks where the process runs, again and again (I11, I12); without it, it stays where the document says.
    pub fn whereabouts(mut self, whereabouts: impl Whereabouts) -> Self {
        self.whereabouts = Some(Arc::new(whereabouts));
        self
    }

    fn registering(
        self,
        change: impl FnOnce(&mut RegistrationConfig, Profile) + Send + Sync + 'static,
    ) -> Self {
        self.configure(|config| {
            let profile = config.profile;
            if let Some(registration) = &mut config.registration {
                change(registration, profile);
            }
        })
    }
}
