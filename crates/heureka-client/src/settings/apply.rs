//! From settings to what an agent is told.

use std::time::Duration;

use heureka_client_core::{
    AgentConfig, BackOff, FetchConfig, HealthConfig, LineConfig, Profile, RegionZones,
    RegionsConfig, RegistrationConfig,
};
use heureka_net::DialConfig;

use super::fields::{FetchSettings, RegistrationSettings, Settings, TransportSettings};

/// Java's time for connecting (4.1).
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Java's time for reading (4.1).
const READ_TIMEOUT: Duration = Duration::from_secs(8);

impl Settings {
    /// Changes of `config` what is configured here. What to register has to be in it already, made from
    /// [`Settings::instance_spec`]; it is taken out where nothing is to be registered.
    pub fn apply_to(&self, config: &mut AgentConfig) {
        if !self.is_enabled() {
            config.registration = None;
            config.fetch = None;
            return;
        }
        self.registration.apply_to(&mut config.registration);
        let profile = config.profile;
        if self.fetch.fetch == Some(true) && config.fetch.is_none() {
            config.fetch = Some(FetchConfig::of(profile));
        }
        config.fetch.take_if(|_| self.fetch.fetch == Some(false));
        if let Some(fetch) = &mut config.fetch {
            self.fetch.apply_to(fetch, profile);
            fetch.regions = self.regions().or_else(|| fetch.regions.take());
        }
        self.apply_to_line(&mut config.line);
        set(
            &mut config.resolve_interval,
            self.transport.resolve_interval,
        );
        set(
            &mut config.attempt_timeout,
            self.transport.attempt_timeout(),
        );
    }

    /// Changes of `config` what is configured here.
    pub fn apply_to_dial(&self, config: &mut DialConfig) {
        set(&mut config.connect_timeout, self.transport.connect_timeout);
        set(&mut config.idle_timeout, self.transport.idle_timeout);
    }

    fn apply_to_line(&self, line: &mut LineConfig) {
        let transport = &self.transport;
        set(&mut line.session, transport.session);
        set(&mut line.quarantine_share, transport.quarantine_share);
        set(&mut line.allows_redirect, transport.allows_redirect);
        set(&mut line.prefer_same_zone, self.prefer_same_zone);
        // I20: the first of the region's zones is the own one.
        if let Some(zone) = self.zones_of(self.region()).first() {
            line.zone = Some(zone.clone());
        }
    }

    /// The remote regions with their zones (K1, K16), if there are any.
    fn regions(&self) -> Option<RegionsConfig> {
        let remote = self.fetch.remote_regions.as_ref()?;
        let mut regions = RegionsConfig::default();
        regions.own = self.region().into();
        let with_zones = remote.iter().map(|region| RegionZones {
            region: region.clone(),
            zones: self.zones_of(region).to_vec(),
        });
        regions.remote = with_zones.collect();
        Some(regions)
    }
}

impl RegistrationSettings {
    fn apply_to(&self, registration: &mut Option<RegistrationConfig>) {
        registration.take_if(|_| self.register == Some(false));
        let Some(config) = registration else {
            return;
        };
        set(&mut config.insist, self.insist);
        // L13: who insists registers at the start.
        config.at_start |= config.insist;
        set(&mut config.unregister_at_end, self.unregister_at_end);
        set(&mut config.on_demand, self.on_demand);
        set(&mut config.replication_interval, self.replication_interval);
        set(
            &mut config.initial_replication_delay,
            self.initial_replication_delay,
        );
        match self.health_check {
            Some(true) => config.health = Some(config.health.unwrap_or_default()),
            Some(false) => config.health = None::<HealthConfig>,
            None => {}
        }
    }
}

impl FetchSettings {
    fn apply_to(&self, config: &mut FetchConfig, profile: Profile) {
        if let Some(interval) = self.interval {
            config.interval = interval;
            config.back_off = if profile.keeps_quirks() {
                BackOff::as_java(interval)
            } else {
                BackOff::up_to(interval)
            };
        }
        set(&mut config.insist, self.insist);
        set(&mut config.delta, self.delta);
        set(&mut config.only_up, self.only_up);
        if let Some(vip) = &self.single_vip {
            config.single_vip = Some((&**vip).into());
        }
    }
}

impl TransportSettings {
    /// From connecting to the last byte: Java counts both by themselves.
    fn attempt_timeout(&self) -> Option<Duration> {
        if self.connect_timeout.is_none() && self.read_timeout.is_none() {
            return None;
        }
        let connect = self.connect_timeout.unwrap_or(CONNECT_TIMEOUT);
        Some(connect.saturating_add(self.read_timeout.unwrap_or(READ_TIMEOUT)))
    }
}

fn set<T>(to: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *to = value;
    }
}
