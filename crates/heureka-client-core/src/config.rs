//! What an agent is told at its start.

use std::sync::Arc;
use std::time::Duration;

use heureka_model::Document;

use crate::{BackOff, InstanceSpec, Profile, ServersInRegistry, SourcesConfig};

/// What an agent is told at its start. [`AgentConfig::of`] gives the defaults of a profile.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AgentConfig {
    /// Whose habits count.
    pub profile: Profile,
    /// What to register; without it, nothing is.
    pub registration: Option<RegistrationConfig>,
    /// What to fetch; without it, nothing is, and all look-ups find nothing.
    pub fetch: Option<FetchConfig>,
    /// How servers are chosen.
    pub line: LineConfig,
    /// Servers that are instances in a registry themselves (T16, T18, T19); without it, those that are configured count.
    pub cluster: Option<ClusterConfig>,
    /// Time between two looks at which servers there are (T17).
    pub resolve_interval: Duration,
    /// How long one attempt at one server may take, from connecting to the last byte.
    pub attempt_timeout: Duration,
}

impl AgentConfig {
    /// Java's time between two looks at which servers there are.
    pub const RESOLVE_INTERVAL: Duration = Duration::from_secs(300);
    /// Java's time for connecting, 5 s, and for reading, 8 s, together.
    pub const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(13);

    /// A client that registers nothing and fetches everything, with the habits of `profile`.
    #[must_use]
    pub fn of(profile: Profile) -> Self {
        Self {
            profile,
            registration: None,
            fetch: Some(FetchConfig::of(profile)),
            line: LineConfig::of(profile),
            cluster: None,
            resolve_interval: Self::RESOLVE_INTERVAL,
            attempt_timeout: match profile {
                Profile::Netflix | Profile::Spring => Self::ATTEMPT_TIMEOUT,
                // A server that is well answers within milliseconds, and there are others.
                Profile::Modern => Duration::from_secs(5),
            },
        }
    }
}

/// Servers that are instances in a registry themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClusterConfig {
    /// Under which vips, and for which line (T16, T18, T19).
    pub sources: SourcesConfig,
    /// How they are reached (T27).
    pub servers: ServersInRegistry,
    /// How old the own copy of the registry may be for the servers in it to count (T27).
    pub staleness: Duration,
}

impl ClusterConfig {
    /// Servers that are looked for as `sources` say, and reached as `servers` say.
    #[must_use]
    pub fn new(sources: SourcesConfig, servers: ServersInRegistry) -> Self {
        Self {
            sources,
            servers,
            staleness: ServersInRegistry::STALENESS_THRESHOLD,
        }
    }
}

/// What to register, and when.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RegistrationConfig {
    /// What the instance says of itself. Its lease gives the time between two heartbeats.
    pub document: Arc<Document>,
    /// What the document was made of, so that it can follow the process to another address (I11); without it, it stays.
    pub spec: Option<Arc<InstanceSpec>>,
    /// Whether to register before anything else.
    pub at_start: bool,
    /// Whether the start fails where no server takes the registration (L13).
    pub insist: bool,
    /// Time from the start to the first look at what has changed (S1).
    pub initial_replication_delay: Duration,
    /// Time between two looks at what has changed, which are also looks at the process's health (H8).
    pub replication_interval: Duration,
    /// Whether a changed status is sent at once (H2).
    pub on_demand: bool,
    /// Whether to leave the registry at the end (R5, R6).
    pub unregister_at_end: bool,
    /// How long the farewell may take in all.
    pub farewell_timeout: Duration,
    /// How heartbeats that fail are repeated.
    pub back_off: BackOff,
    /// How much of the time to the first heartbeat is left to chance, so that a fleet that starts at once does not renew at
    /// once ever after (RS9).
    pub jitter: f64,
    /// When a health check changes the status; without it, nobody is asked.
    pub health: Option<HealthConfig>,
}

impl RegistrationConfig {
    /// The habits of `profile` for this instance.
    #[must_use]
    pub fn of(profile: Profile, document: Arc<Document>) -> Self {
        let interval = document.lease.renewal_interval();
        Self {
            document,
            spec: None,
            at_start: profile != Profile::Netflix,
            insist: false,
            initial_replication_delay: match profile {
                Profile::Netflix | Profile::Spring => Duration::from_secs(40),
                Profile::Modern => Duration::from_secs(30),
            },
            replication_interval: Duration::from_secs(30),
            on_demand: true,
            unregister_at_end: true,
            farewell_timeout: Duration::from_secs(5),
            back_off: match profile {
                Profile::Netflix | Profile::Spring => BackOff::as_java(interval),
                // A lease is not lost to patience.
                Profile::Modern => BackOff::up_to(interval),
            },
            jitter: jitter_of(profile),
            health: None,
        }
    }
}

/// Java's clients leave nothing to chance.
fn jitter_of(profile: Profile) -> f64 {
    if profile.keeps_quirks() { 0.0 } else { 0.1 }
}

/// When a health check changes the status (RS11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HealthConfig {
    /// After how many failures in a row the instance is down; at least one.
    pub failures: u32,
    /// After how many successes in a row it is up again; at least one.
    pub successes: u32,
    /// How long one check may take; longer is a failure.
    pub timeout: Duration,
    /// Time between two checks, where they are not to wait for the look at what has changed (7.3.20).
    pub interval: Option<Duration>,
}

impl Default for HealthConfig {
    fn default() -> Self {
        Self {
            failures: 1,
            successes: 1,
            timeout: Duration::from_secs(5),
            interval: None,
        }
    }
}

/// What to fetch, and when.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FetchConfig {
    /// Time between two fetches.
    pub interval: Duration,
    /// Whether the start fails where nothing could be fetched (L9).
    pub insist: bool,
    /// Whether to fetch only what changed (K2).
    pub delta: bool,
    /// Whether look-ups find only instances that are up (K12).
    pub only_up: bool,
    /// Whether everything is fetched after each delta, as Java's `printDeltaFullDiff` makes it (K5).
    pub log_delta_diff: bool,
    /// The one vip to fetch, instead of everything (K3).
    pub single_vip: Option<Arc<str>>,
    /// The regions to fetch besides the server's own (K1).
    pub regions: Option<RegionsConfig>,
    /// For how long a listing without instances is not believed where instances were known, and a failure or a wrong hash
    /// came before it: a server that is started anew lists nobody until its clients have found it again.
    pub doubts_empty_for: Duration,
    /// How fetches that fail are repeated.
    pub back_off: BackOff,
    /// How much of each interval is left to chance at the start, so that a fleet that starts at once does not ask at once.
    pub jitter: f64,
}

impl FetchConfig {
    /// Java's time between two fetches.
    pub const INTERVAL: Duration = Duration::from_secs(30);
    /// The usual length of a lease: within it every client that lives has registered again.
    pub const DOUBTS_EMPTY_FOR: Duration = Duration::from_secs(90);

    /// The habits of `profile`.
    #[must_use]
    pub fn of(profile: Profile) -> Self {
        Self {
            interval: Self::INTERVAL,
            insist: false,
            delta: true,
            only_up: true,
            log_delta_diff: false,
            single_vip: None,
            regions: None,
            doubts_empty_for: if profile.keeps_quirks() {
                Duration::ZERO
            } else {
                Self::DOUBTS_EMPTY_FOR
            },
            back_off: match profile {
                Profile::Netflix | Profile::Spring => BackOff::as_java(Self::INTERVAL),
                Profile::Modern => BackOff::up_to(Self::INTERVAL),
            },
            jitter: jitter_of(profile),
        }
    }
}

/// Regions, and how to tell in which one an instance runs (K15, K16).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegionsConfig {
    /// This client's own region.
    pub own: Box<str>,
    /// The remote ones, each with its zones; without zones, those that Amazon is known to have.
    pub remote: Vec<RegionZones>,
}

/// A region with its zones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionZones {
    /// The region.
    pub region: Box<str>,
    /// Its zones; empty or just `defaultZone` for those that Amazon is known to have.
    pub zones: Vec<Box<str>>,
}

/// How servers are chosen.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LineConfig {
    /// Whose habits count.
    pub profile: Profile,
    /// How many servers one request may try (T11).
    pub max_attempts: usize,
    /// How long one server is kept, on average (T10). Sessions last from half of it to one and a half.
    pub session: Duration,
    /// Java's share of the servers that may be in quarantine before all are tried again (T12).
    pub quarantine_share: f64,
    /// How long a server that failed is tried after the others (RS9); for the profiles that keep no quirks.
    pub quarantine: Duration,
    /// The zone of this client; servers there come first (T23).
    pub zone: Option<Box<str>>,
    /// Whether servers of the own zone come first at all (7.3.13).
    pub prefer_same_zone: bool,
    /// Whether a server may send the client to another one (T14).
    pub allows_redirect: bool,
}

impl LineConfig {
    /// The habits of `profile`.
    #[must_use]
    pub fn of(profile: Profile) -> Self {
        Self {
            profile,
            max_attempts: 3,
            session: Duration::from_secs(1200),
            quarantine_share: 0.66,
            quarantine: Duration::from_secs(30),
            zone: None,
            prefer_same_zone: true,
            allows_redirect: false,
        }
    }
}
