//! The servers, and what a test does with them.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use heureka_client_core::{Detected, InstanceSpec, InvalidSpec};
use heureka_model::{
    Applications, Document, InstanceInfo, InstanceKey, InstanceStatus, ServiceUrl,
};
use http::{Request, Response};
use parking_lot::Mutex;

use super::behaviour::{Behaviour, empty};
use super::clock::ManualClock;
use super::eureka::Eureka;
use super::protocol::{self, Hash};
use super::seen::SeenRequest;
use crate::ClientBuilder;
use crate::transport::{BoxFuture, Transport, TransportError, TransportLimits};

/// The seed of the fake and its clients: a test that fails, fails again.
const SEED: u64 = 1;

/// One registry with Eureka's semantics, and servers in front of it; [`the module`](super) says how to use it.
///
/// Instances that clients register live as long as they are renewed; those that the test puts in stay until the test takes
/// them out. Nobody is protected from eviction by others' silence. Clones are the same fake.
#[derive(Clone)]
pub struct FakeEureka(Arc<Shared>);

struct Shared {
    clock: ManualClock,
    urls: Vec<String>,
    state: Mutex<State>,
}

struct State {
    eureka: Eureka,
    behaviours: Vec<Behaviour>,
    seen: Vec<SeenRequest>,
}

/// # Servers
impl FakeEureka {
    /// One server, which answers.
    #[must_use]
    pub fn new() -> Self {
        Self::with_servers(1)
    }

    /// As many servers in front of one registry, which all answer. They share everything at once, as no cluster does.
    #[must_use]
    pub fn with_servers(count: usize) -> Self {
        Self::with_clock(count, ManualClock::new())
    }

    /// The same by a clock that the test has already.
    #[must_use]
    pub fn with_clock(count: usize, clock: ManualClock) -> Self {
        let state = State {
            eureka: Eureka::new(SEED, clock.now()),
            behaviours: vec![Behaviour::Answer; count],
            seen: Vec::new(),
        };
        let urls = (1..=count).map(|number| format!("http://eureka-{number}.fake:8761/eureka/"));
        Self(Arc::new(Shared {
            clock,
            urls: urls.collect(),
            state: Mutex::new(state),
        }))
    }

    /// A builder of a client of these servers: it reaches them, goes by their clock, and leaves nothing to chance.
    pub fn client(&self) -> ClientBuilder {
        ClientBuilder::new()
            .servers(self.urls())
            .transport(self.clone())
            .wall_clock(self.clock())
            .seed(SEED)
    }

    /// Where the servers are, for a builder of one's own, which also needs the fake as its transport.
    #[must_use]
    pub fn urls(&self) -> &[String] {
        &self.0.urls
    }

    /// The time of day for servers and clients.
    #[must_use]
    pub fn clock(&self) -> ManualClock {
        self.0.clock.clone()
    }

    /// Has a server, counted from 0, answer like this from now on. There is none beyond the last.
    pub fn behave(&self, server: usize, behaviour: Behaviour) {
        if let Some(own) = self.0.state.lock().behaviours.get_mut(server) {
            *own = behaviour;
        }
    }

    /// Has all servers answer like this from now on.
    pub fn all_behave(&self, behaviour: Behaviour) {
        self.0.state.lock().behaviours.fill(behaviour);
    }

    /// The time since the fake's clock began, by which [`SeenRequest::at`] goes.
    #[must_use]
    pub fn uptime(&self) -> Duration {
        self.0.clock.now().mono
    }

    /// What the servers were asked, in its order.
    #[must_use]
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.0.state.lock().seen.clone()
    }

    /// The same, and forgets it.
    #[must_use]
    pub fn take_requests(&self) -> Vec<SeenRequest> {
        std::mem::take(&mut self.0.state.lock().seen)
    }
}

/// # The registry
impl FakeEureka {
    /// Puts an instance in that is up: its host is `{id}.fake`, its address 10.0.0.1, its vip the application's name in
    /// lower case. One with the same id is replaced.
    pub fn put(&self, app: &str, id: &str, port: u16) {
        let spec = InstanceSpec::new(app).instance_id(id).port(port);
        let spec = spec.host_name(&format!("{id}.fake")).ip_addr("10.0.0.1");
        // A spec with host and address lacks nothing but perhaps a name, and nobody finds what has none.
        let _ = self.put_spec(&spec);
    }

    /// Puts an instance in that says this of itself.
    ///
    /// # Errors
    ///
    /// Something is missing that no instance can be without.
    pub fn put_spec(&self, spec: &InstanceSpec) -> Result<(), InvalidSpec> {
        let document = spec.build(&Detected::nothing(self.0.clock.now().wall))?;
        self.put_document(document);
        Ok(())
    }

    /// Puts an instance in, as it is.
    pub fn put_document(&self, document: Document) {
        self.with_eureka(|eureka| eureka.put(document));
    }

    /// Takes an instance out; whether it was there. A client that has registered it hears of it with its next heartbeat.
    pub fn remove(&self, app: &str, id: &str) -> bool {
        self.with_eureka(|eureka| eureka.remove(&InstanceKey::new(app, id)))
    }

    /// Has an instance say that it has another status; whether it is there.
    pub fn set_status(&self, app: &str, id: &str, status: InstanceStatus) -> bool {
        self.with_eureka(|eureka| eureka.set_status(&InstanceKey::new(app, id), status))
    }

    /// Overrides the status of an instance as an operator does, whatever it says, or takes the override away; whether it is
    /// there.
    pub fn override_status(&self, app: &str, id: &str, status: Option<InstanceStatus>) -> bool {
        self.with_eureka(|eureka| eureka.override_status(&InstanceKey::new(app, id), status))
    }

    /// Forgets all instances and that there ever were any, as servers that are started anew.
    pub fn restart(&self) {
        let now = self.0.clock.now();
        self.0.state.lock().eureka = Eureka::new(SEED, now);
    }

    /// An instance as the servers list it.
    #[must_use]
    pub fn instance(&self, app: &str, id: &str) -> Option<InstanceInfo> {
        self.with_eureka(|eureka| eureka.instance(&InstanceKey::new(app, id)))
    }

    /// Everything that the servers list.
    #[must_use]
    pub fn applications(&self) -> Applications {
        self.with_eureka(|eureka| eureka.applications())
    }

    fn with_eureka<T>(&self, call: impl FnOnce(&mut Eureka) -> T) -> T {
        let mut state = self.0.state.lock();
        state.eureka.advance(self.0.clock.now());
        call(&mut state.eureka)
    }
}

impl FakeEureka {
    /// Takes a request in: how the server behaves, and what an honest one answers.
    fn receive(
        &self,
        request: &Request<Bytes>,
        server: &ServiceUrl,
    ) -> Result<(Behaviour, Response<Bytes>), TransportError> {
        let now = self.0.clock.now();
        let mut state = self.0.state.lock();
        let index = self.index_of(server)?;
        let target = target_below(server, request);
        let behaviour = state.behaviours.get(index).cloned().unwrap_or_default();
        state
            .seen
            .push(SeenRequest::new(index, now.mono, target, request));
        if !behaviour.asks_registry() {
            return Ok((behaviour, empty(500)));
        }
        let hash = if matches!(behaviour, Behaviour::WrongHash) {
            Hash::Wrong
        } else {
            Hash::Right
        };
        state.eureka.advance(now);
        let answer = protocol::answer(&mut state.eureka, request, target, hash);
        Ok((behaviour, answer))
    }

    fn index_of(&self, server: &ServiceUrl) -> Result<usize, TransportError> {
        let name = server.host();
        let is_own = |url: &String| ServiceUrl::parse(url).is_ok_and(|own| own.host() == name);
        let index = self.0.urls.iter().position(is_own);
        index.ok_or_else(|| TransportError::Unreachable(format!("no server {name}").into()))
    }
}

fn target_below<'a>(server: &ServiceUrl, request: &'a Request<Bytes>) -> &'a str {
    let target = request.uri().path_and_query();
    let target = target.map_or("", |target| target.as_str());
    target
        .strip_prefix(server.base_path())
        .unwrap_or(target)
        .trim_start_matches('/')
}

impl Transport for FakeEureka {
    fn send<'a>(
        &'a self,
        request: Request<Bytes>,
        server: &'a ServiceUrl,
        limits: TransportLimits,
    ) -> BoxFuture<'a, Result<Response<Bytes>, TransportError>> {
        Box::pin(async move {
            let (behaviour, honest) = self.receive(&request, server)?;
            let exchange = behaviour.answer(honest, limits);
            let answer = tokio::time::timeout(limits.deadline, exchange).await;
            let answer = answer.unwrap_or(Err(TransportError::TimedOut))?;
            if answer.body().len() > limits.max_bytes {
                let limit_bytes = limits.max_bytes;
                return Err(TransportError::TooLarge { limit_bytes });
            }
            Ok(answer)
        })
    }
}

impl Default for FakeEureka {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for FakeEureka {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeEureka")
            .field("urls", &self.0.urls)
            .finish_non_exhaustive()
    }
}
