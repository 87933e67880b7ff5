//! The instance: registered when the program is well, and kept registered until it has to leave.

use std::{fmt::Display, sync::Arc, time::Duration};

use heureka_client::{
    ClientBuilder, Endpoint, Error, EurekaClient, HealthConfig, InstanceSpec, InvalidSpec,
    UnixMillis,
};
use heureka_client_core::{Address, Detected};
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use super::probe::Probe;
use crate::config::{AgentSettings, HealthSettings, InstanceSettings};

/// How often is looked at most whether a program that starts is well: it is waited for.
const START_INTERVAL: Duration = Duration::from_secs(1);
/// How long a program that is to end is kept waiting by a registry that does not answer.
const FAREWELL_TIMEOUT: Duration = Duration::from_secs(3);
/// A probe ends by itself; the client is not to be faster, and to leave the reason out.
const PROBE_GRACE: Duration = Duration::from_secs(1);
/// Where Spring's clients look for the zone of an instance.
const ZONE_KEY: &str = "zone";

/// The instance's way into the registry and out of it.
#[derive(Debug)]
pub(crate) struct Registration {
    leave: CancellationToken,
    task: JoinSet<Left>,
}

/// How far the instance had come.
#[derive(Debug)]
pub(crate) enum Left {
    /// No server was ever told of it.
    Unregistered,
    /// It is no longer registered, as far as servers could be told.
    Registered,
    /// The program was not well in time. This was wrong last.
    Overdue(String),
}

/// What a server would not take, wherever the machine is.
pub(crate) fn check(instance: &InstanceSettings) -> Result<(), InvalidSpec> {
    let anywhere = Address {
        host_name: "localhost".into(),
        ip_addr: "127.0.0.1".into(),
    };
    let detected = Detected::at(anywhere, UnixMillis::default());
    spec(instance).build(&detected).map(drop)
}

impl Registration {
    /// Waits until the program is well, registers it and renews its lease, in the background.
    pub(crate) fn begin(settings: Arc<AgentSettings>, probe: Probe) -> Self {
        let leave = CancellationToken::new();
        let mut task = JoinSet::new();
        task.spawn(keep(settings, Arc::new(probe), leave.clone()));
        Self { leave, task }
    }

    /// Waits until it is over; for ever where that was told before. That can be broken off and begun again.
    pub(crate) async fn over(&mut self) -> Left {
        match self.task.join_next().await {
            Some(Ok(left)) => left,
            Some(Err(error)) => {
                error!(%error, "what keeps the instance registered broke off; the command runs on");
                Left::Unregistered
            }
            None => std::future::pending().await,
        }
    }

    /// Leaves the registry, if that is not done, and waits until servers know or cannot be told. That can be broken off
    /// and begun again.
    pub(crate) async fn left(&mut self) -> Left {
        self.leave.cancel();
        if self.task.is_empty() {
            return Left::Unregistered;
        }
        self.over().await
    }
}

async fn keep(settings: Arc<AgentSettings>, probe: Arc<Probe>, leave: CancellationToken) -> Left {
    match leave
        .run_until_cancelled(well(&probe, &settings.health))
        .await
    {
        None => return Left::Unregistered,
        Some(Err(reason)) => return Left::Overdue(reason),
        Some(Ok(())) => info!("the command is well: the instance goes into the registry"),
    }
    match client(&settings, probe, leave.clone()).start().await {
        Ok(running) => {
            // What goes wrong with that is in the log.
            let _ = running.run_until(leave.cancelled()).await;
            Left::Registered
        }
        Err(Error::ShutDown) => Left::Registered,
        Err(error) => {
            error!(%error, "the instance cannot be registered; the command runs on");
            leave.cancelled().await;
            Left::Unregistered
        }
    }
}

/// Waits until the program is well, or tells what was wrong last when it should have been.
async fn well(probe: &Probe, health: &HealthSettings) -> Result<(), String> {
    let mut reason = String::new();
    let becoming = become_well(probe, health, &mut reason);
    match health.start_timeout {
        None => becoming.await,
        Some(longest) => {
            if timeout(longest, becoming).await.is_err() {
                return Err(reason);
            }
        }
    }
    Ok(())
}

async fn become_well(probe: &Probe, health: &HealthSettings, reason: &mut String) {
    let mut successes_in_a_row = 0;
    loop {
        match probe.check().await {
            Ok(()) => successes_in_a_row += 1,
            Err(unwell) => {
                successes_in_a_row = 0;
                tell_once(reason, &unwell);
            }
        }
        if successes_in_a_row >= health.successes {
            return;
        }
        sleep(health.interval.min(START_INTERVAL)).await;
    }
}

fn tell_once(reason: &mut String, unwell: &dyn Display) {
    let news = unwell.to_string();
    if news != *reason {
        info!(reason = news, "the command is not well yet");
        *reason = news;
    }
}

fn client(settings: &AgentSettings, probe: Arc<Probe>, leave: CancellationToken) -> ClientBuilder {
    let servers = settings.servers.iter();
    let servers = servers.map(|url| Endpoint {
        url: url.clone(),
        zone: None,
    });
    let check = move || {
        let probe = Arc::clone(&probe);
        async move { probe.check().await }
    };
    let builder = EurekaClient::builder()
        .endpoints(servers)
        .register(spec(&settings.instance).lease(settings.lease))
        .fetch(false)
        .health_with(check, judgement(&settings.health))
        .farewell_timeout(FAREWELL_TIMEOUT)
        .cancel_on(leave);
    match &settings.ca {
        Some(file) => builder.trust_file(file),
        None => builder,
    }
}

fn judgement(health: &HealthSettings) -> HealthConfig {
    let mut config = HealthConfig::default();
    config.failures = health.failures;
    config.successes = health.successes;
    config.timeout = health.timeout.saturating_add(PROBE_GRACE);
    config.interval = Some(health.interval);
    config
}

/// What servers are told, but for the lease.
fn spec(instance: &InstanceSettings) -> InstanceSpec {
    let mut spec = InstanceSpec::new(&instance.app).prefer_ip_address(instance.prefers_ip_address);
    if let Some(port) = instance.port {
        spec = spec.port(port);
    }
    if let Some(port) = instance.secure_port {
        spec = spec.secure_port(port);
    }
    if let Some(host_name) = &instance.host_name {
        spec = spec.host_name(host_name);
    }
    if let Some(address) = instance.ip_address {
        spec = spec.ip_addr(&address.to_string());
    }
    if let Some(id) = &instance.id {
        spec = spec.instance_id(id);
    }
    if let Some(vip) = &instance.vip {
        spec = spec.vip(vip);
        if instance.secure_port.is_some() {
            spec = spec.secure_vip(vip);
        }
    }
    if let Some(zone) = &instance.zone {
        spec = spec.metadata(ZONE_KEY, zone);
    }
    let entries = instance.metadata.iter();
    entries.fold(spec, |spec, (key, value)| spec.metadata(key, value))
}
