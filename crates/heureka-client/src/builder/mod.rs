//! What a client is told before it starts.

mod configured;
mod fetching;
mod registering;
mod servers;
mod transport;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use heureka_client_core::{AgentConfig, Event, HealthConfig, Profile};
use heureka_model::{InvalidServiceUrl, ServiceUrl};
use tokio_util::sync::CancellationToken;

use crate::client::EurekaClient;
use crate::clock::{SystemWallClock, WallClock};
use crate::codec::MAX_LISTING_BYTES;
use crate::error::Error;
use crate::health::{HealthCheck, Whereabouts};
use crate::registration::Registration;
use crate::resolver::Resolver;
use crate::running::Running;
use crate::snapshot_file::SNAPSHOT_INTERVAL;
use crate::start;
use crate::transport::{BoxFuture, HttpConfig, RequestHook, TokenProvider, Transport};

type Adjustment = Box<dyn FnOnce(&mut AgentConfig) + Send + Sync>;
/// A server's zone, if it is known, and its URL, if it is one.
pub(crate) type GivenServer = (Option<Box<str>>, Result<ServiceUrl, InvalidServiceUrl>);
pub(crate) type Wrapping = Box<dyn Fn(Arc<dyn Transport>) -> Arc<dyn Transport> + Send + Sync>;
/// A task that runs beside the client from its very start on, and ends with it.
pub(crate) type Companion = Box<dyn FnOnce(EurekaClient) -> BoxFuture<'static, ()> + Send + Sync>;
pub(crate) type Listener = Box<dyn Fn(&Event) + Send + Sync>;

/// A client that is to be started (RS1).
///
/// At least one server, or a resolver, has to be given. Everything else has a default, which is that of the
/// [`Profile`]; [`ClientBuilder::configure`] reaches what has no method here.
#[must_use = "a builder does nothing until it is started"]
pub struct ClientBuilder {
    pub(crate) profile: Profile,
    pub(crate) registration: Option<Registration>,
    pub(crate) fetches: bool,
    pub(crate) adjustments: Vec<Adjustment>,
    pub(crate) servers: Vec<GivenServer>,
    pub(crate) resolver: Option<Arc<dyn Resolver>>,
    pub(crate) transport: Option<Arc<dyn Transport>>,
    pub(crate) http: HttpConfig,
    pub(crate) tokens: Option<Arc<dyn TokenProvider>>,
    pub(crate) hooks: Vec<RequestHook>,
    pub(crate) health: Option<(Arc<dyn HealthCheck>, HealthConfig)>,
    pub(crate) whereabouts: Option<Arc<dyn Whereabouts>>,
    pub(crate) snapshot_file: Option<PathBuf>,
    pub(crate) snapshot_interval: Duration,
    pub(crate) wrappings: Vec<Wrapping>,
    pub(crate) companions: Vec<Companion>,
    pub(crate) listeners: Vec<Listener>,
    pub(crate) cancel: CancellationToken,
    pub(crate) wall_clock: Arc<dyn WallClock>,
    pub(crate) seed: Option<u64>,
    pub(crate) own_ip: Option<Box<str>>,
    pub(crate) max_listing_bytes: usize,
}

/// # Everything else
impl ClientBuilder {
    pub(crate) fn new() -> Self {
        Self {
            profile: Profile::default(),
            registration: None,
            fetches: true,
            adjustments: Vec::new(),
            servers: Vec::new(),
            resolver: None,
            transport: None,
            http: HttpConfig::default(),
            tokens: None,
            hooks: Vec::new(),
            health: None,
            whereabouts: None,
            snapshot_file: None,
            snapshot_interval: SNAPSHOT_INTERVAL,
            wrappings: Vec::new(),
            companions: Vec::new(),
            listeners: Vec::new(),
            cancel: CancellationToken::new(),
            wall_clock: Arc::new(SystemWallClock),
            seed: None,
            own_ip: None,
            max_listing_bytes: MAX_LISTING_BYTES,
        }
    }

    /// Whose habits count (RS16); the order of the calls does not matter.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Changes whatever else an agent can be told, after the defaults of the profile; changes are made in the order of
    /// their calls.
    pub fn configure(
        mut self,
        change: impl FnOnce(&mut AgentConfig) + Send + Sync + 'static,
    ) -> Self {
        self.adjustments.push(Box::new(change));
        self
    }

    /// Tells of what happens from the very start on (L1). It is called by a task of its own, and a panic of it is logged
    /// and forgotten; [`EurekaClient::events`](crate::EurekaClient::events) is the way to wait for events.
    pub fn on_event(mut self, listener: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        self.listeners.push(Box::new(listener));
        self
    }

    /// Leaves and ends when this token is cancelled (RS3).
    #[cfg(feature = "tokio-util")]
    pub fn cancel_on(mut self, token: CancellationToken) -> Self {
        self.cancel = token;
        self
    }

    /// Where the time of day comes from, for tests.
    pub fn wall_clock(mut self, clock: impl WallClock) -> Self {
        self.wall_clock = Arc::new(clock);
        self
    }

    /// From what everything that is left to chance follows, for tests; otherwise it comes from the machine.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Starts the client, and waits until it has registered and fetched for the first time, as far as that is wanted and
    /// possible (RS3).
    ///
    /// # Errors
    ///
    /// What was said here cannot be used, or what was insisted on could not be had.
    pub async fn start(self) -> Result<Running, Error> {
        start::start(self).await
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("profile", &self.profile)
            .field("registration", &self.registration)
            .field("fetches", &self.fetches)
            .field("servers", &self.servers)
            .finish_non_exhaustive()
    }
}
