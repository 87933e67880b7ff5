//! From what a builder was told to a client that runs.

use std::hash::{BuildHasher as _, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use heureka_client_core::{
    Address, Agent, AgentConfig, Endpoint, Event, FetchConfig, RegistrationConfig,
};
use tokio::sync::broadcast;

use crate::builder::{ClientBuilder, Listener, Wrapping};
use crate::client::EurekaClient;
use crate::clock::Clock;
use crate::detect::{DetectedAddress, detect_address};
use crate::driver::{Caller, Driver, Outside};
use crate::error::{ConfigError, Error};
use crate::health::{HealthWatch, Whereabouts};
use crate::registration::Registration;
use crate::resolver::{Resolver, StaticServers};
use crate::running::Running;
use crate::shared::Shared;
use crate::snapshot_file::SnapshotFile;
use crate::transport::{HttpConfig, HttpTransport, Outbound, Transport};

/// How long the farewell of a client may take that has nothing to take out of the registry.
const EMPTY_FAREWELL: Duration = Duration::from_secs(1);

pub(crate) async fn start(builder: ClientBuilder) -> Result<Running, Error> {
    begin(builder).await?.started().await
}

/// Starts the client without waiting for its first registration and its first fetch.
pub(crate) async fn begin(mut builder: ClientBuilder) -> Result<Running, Error> {
    let servers = servers(&builder)?;
    let server = servers.first().map(|server| &server.url);
    let address = if asks_for_address(&builder) {
        Some(detect_address(server).await)
    } else {
        None
    };
    let whereabouts = whereabouts(&builder, servers.first());
    let clock = Clock::start(Arc::clone(&builder.wall_clock));
    let config = config(&mut builder, address.as_ref(), &clock)?;
    // Here and above no builder is borrowed while something is waited for: it cannot be shared, and a start can be spawned.
    let transport = match &builder.transport {
        Some(transport) => Arc::clone(transport),
        None => network(builder.http.clone()).await?,
    };
    let outside = Outside {
        caller: caller(&builder, transport, &config, address),
        resolver: resolver(&builder, servers)?,
        whereabouts,
    };
    let farewell_timeout = farewell_timeout(&config);
    let wants = (config.registration.is_some(), config.fetch.is_some());
    let health_watch = health_watch(&builder, &config);
    let file = snapshot_file(&builder);
    let agent = agent(config, builder.seed, &clock, file.as_ref()).await?;
    // The client ends when the caller's token is cancelled, but does not cancel that of the caller.
    let leave = builder.cancel.child_token();
    let (shared, senders) = Shared::new(agent, clock, leave, wants);
    *shared.health.lock() = health_watch;
    let tasks = shared.tasks.clone();
    for listener in builder.listeners {
        tasks.spawn(listen(shared.events.resubscribe(), listener));
    }
    if let Some(file) = file {
        tasks.spawn(file.keep(shared.registries.clone()));
    }
    let client = EurekaClient::over(Arc::clone(&shared));
    for companion in builder.companions {
        tasks.spawn(companion(client.clone()));
    }
    tasks.spawn(Driver::new(shared, senders, outside, farewell_timeout).run());
    tasks.close();
    Ok(Running::new(client, tasks))
}

fn config(
    builder: &mut ClientBuilder,
    address: Option<&Address>,
    clock: &Clock,
) -> Result<AgentConfig, ConfigError> {
    let profile = builder.profile;
    let mut config = AgentConfig::of(profile);
    config.registration = match &builder.registration {
        None => None,
        Some(instance) => {
            let document = instance.document_at(address, clock.now().wall)?;
            let mut registration = RegistrationConfig::of(profile, document);
            registration.spec = instance.spec().cloned();
            registration.health = builder.health.as_ref().map(|(_, config)| *config);
            Some(registration)
        }
    };
    config.fetch = builder.fetches.then(|| FetchConfig::of(profile));
    for adjust in builder.adjustments.drain(..) {
        adjust(&mut config);
    }
    Ok(config)
}

fn servers(builder: &ClientBuilder) -> Result<Vec<Endpoint>, ConfigError> {
    let servers = builder.servers.iter().enumerate();
    let parsed = servers.map(|(index, (zone, url))| match url {
        Ok(url) => Ok(Endpoint {
            url: url.clone(),
            zone: zone.clone(),
        }),
        Err(error) => Err(ConfigError::Server {
            place: index + 1,
            error: *error,
        }),
    });
    parsed.collect()
}

fn resolver(builder: &ClientBuilder, servers: Vec<Endpoint>) -> Result<Arc<dyn Resolver>, Error> {
    match &builder.resolver {
        Some(resolver) => Ok(Arc::clone(resolver)),
        None if servers.is_empty() => Err(Error::NoServers),
        None => Ok(Arc::new(StaticServers::new(servers))),
    }
}

fn caller(
    builder: &ClientBuilder,
    transport: Arc<dyn Transport>,
    config: &AgentConfig,
    address: Option<Address>,
) -> Caller {
    let wrapped = |transport, wrap: &Wrapping| wrap(transport);
    let transport = builder.wrappings.iter().fold(transport, wrapped);
    let own_ip = own_ip(builder, config, address);
    let mut outbound = Outbound::over(transport).identified_by(own_ip.as_deref());
    outbound.tokens.clone_from(&builder.tokens);
    outbound.hooks.clone_from(&builder.hooks);
    Caller {
        outbound,
        max_listing_bytes: builder.max_listing_bytes,
    }
}

/// Whether it matters where the process runs: to fill in what a spec leaves open, or to say who asks. A document says it
/// itself, and over a transport of the user's own there is no way to ask for.
fn asks_for_address(builder: &ClientBuilder) -> bool {
    match &builder.registration {
        Some(Registration::Spec(_)) => true,
        None => builder.own_ip.is_none() && builder.transport.is_none(),
        Some(Registration::Document(_)) => false,
    }
}

/// A spec follows the machine from address to address (7.3.16), unless somebody else says where that is.
fn whereabouts(builder: &ClientBuilder, server: Option<&Endpoint>) -> Option<Arc<dyn Whereabouts>> {
    let said = builder.whereabouts.clone();
    let is_spec = matches!(builder.registration, Some(Registration::Spec(_)));
    let looked_up = (is_spec && builder.transport.is_none()).then(|| {
        let server = server.map(|server| server.url.clone());
        Arc::new(DetectedAddress::towards(server)) as Arc<dyn Whereabouts>
    });
    said.or(looked_up)
}

/// What is said counts before what is registered, and that before what was found out.
fn own_ip(
    builder: &ClientBuilder,
    config: &AgentConfig,
    address: Option<Address>,
) -> Option<Box<str>> {
    let said = builder.own_ip.clone();
    let registered = || Some(config.registration.as_ref()?.document.ip_addr().into());
    let found = || address.map(|address| address.ip_addr);
    said.or_else(registered).or_else(found)
}

/// Certificates are files, and there may be many.
async fn network(config: HttpConfig) -> Result<Arc<dyn Transport>, Error> {
    let building = tokio::task::spawn_blocking(move || HttpTransport::new(&config));
    match building.await {
        Ok(transport) => Ok(Arc::new(transport.map_err(ConfigError::from)?)),
        Err(error) => Err(ConfigError::Other(error.to_string().into()).into()),
    }
}

fn farewell_timeout(config: &AgentConfig) -> Duration {
    let registration = config.registration.as_ref();
    registration.map_or(EMPTY_FAREWELL, |registration| registration.farewell_timeout)
}

fn health_watch(builder: &ClientBuilder, config: &AgentConfig) -> Option<HealthWatch> {
    let (check, _) = builder.health.as_ref()?;
    Some(HealthWatch {
        check: Arc::clone(check),
        timeout: config.registration.as_ref()?.health?.timeout,
    })
}

fn snapshot_file(builder: &ClientBuilder) -> Option<SnapshotFile> {
    let path = builder.snapshot_file.clone().filter(|_| builder.fetches)?;
    Some(SnapshotFile {
        path,
        interval: builder.snapshot_interval,
    })
}

async fn agent(
    config: AgentConfig,
    seed: Option<u64>,
    clock: &Clock,
    file: Option<&SnapshotFile>,
) -> Result<Agent, ConfigError> {
    let seed = seed.unwrap_or_else(|| RandomState::new().hash_one(()));
    let mut agent = Agent::new(config, seed, clock.now())?;
    if let Some(file) = file
        && let Some(listing) = file.read(clock.now().wall).await
    {
        agent.restore(listing);
    }
    Ok(agent)
}

/// Calls a listener for each event. One that panics misses that event and hears of the next (D1).
async fn listen(mut events: broadcast::Receiver<Event>, listener: Listener) {
    loop {
        match events.recv().await {
            Ok(event) => {
                if catch_unwind(AssertUnwindSafe(|| listener(&event))).is_err() {
                    tracing::error!(?event, "a listener of the Eureka client panicked");
                }
            }
            Err(broadcast::error::RecvError::Lagged(missed)) => {
                tracing::warn!(
                    missed,
                    "a listener of the Eureka client is slow and missed events"
                );
            }
            Err(broadcast::error::RecvError::Closed) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::EurekaClient;

    #[test]
    fn rs3_a_start_can_be_spawned() {
        let is_send = |_: &dyn Send| ();
        is_send(&EurekaClient::builder().start());
    }
}
