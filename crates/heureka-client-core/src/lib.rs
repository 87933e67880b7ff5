//! What a Eureka client decides, as a pure state machine: no clock, no socket, no thread, no async.
//!
//! [`Agent`] is the one entry. It is told what happens (`handle_*`, `set_status`, `shutdown`), says what is to be
//! done ([`Agent::poll_task`]), what happened that somebody may want to know ([`Agent::poll_event`]), and when it wants to
//! be called again ([`Agent::poll_timeout`]). Whoever drives it brings the time and a seed, so the same calls with the same
//! times and seed end in the same state, and hours of a client's life pass in a test in no time.
//!
//! The parts it wires together:
//!
//! | module | what |
//! |---|---|
//! | `agent` | the life cycle: start, heartbeats, replication of what the instance says of itself, fetches, leaving |
//! | `own` | the instance of this process: what it says of itself, and whether servers know |
//! | `endpoints` | which server is asked, and which next: sticky sessions, retries, quarantine, zones, redirects |
//! | `registry` | what servers list, as an immutable snapshot with look-ups; full listings and deltas |
//!
//! The rules are those of the reference's `client.md`; a comment names the rule by its number (`K8`). Where this client does
//! better than Java's on purpose, the comment names the deviation (`7.3.8`), and [`Profile::Netflix`] restores Java's way.

mod agent;
mod back_off;
mod call;
mod config;
mod endpoints;
mod event;
mod instance;
mod own;
mod profile;
mod registry;

pub use agent::{Address, Agent, Health, Inspected, LineReport, Report};
pub use back_off::{BackOff, BackOffOn};
pub use call::{Answer, Call, CallFailure, Listing, ListingOf, Operation, Task, TaskId};
pub use config::{
    AgentConfig, ClusterConfig, FetchConfig, HealthConfig, LineConfig, RegionZones, RegionsConfig,
    RegistrationConfig,
};
pub use endpoints::{
    ConfiguredServers, DnsServers, DnsZone, Endpoint, HostOf, MAX_DNS_NAMES, NoServerUrl, NoZones,
    ServersInRegistry, Source, SourcesConfig,
};
pub use event::{Attempt, Event, FetchedHow, LineName, StartFailure, Unserved};
pub use instance::Instance;
pub use own::{
    AmazonKey, Detected, InstanceSpec, InvalidSpec, MetadataSurvey, NoInstanceId, Runtime,
    health_code, own_address, own_zone, public_address, refreshed_metadata, runtime_of,
    spot_action_changed, validated_metadata, with_data_center, with_lease,
};
pub use profile::Profile;
pub use registry::{Application, Change, NothingAsked, Region, Registry, UnknownZones};
