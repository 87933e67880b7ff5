//! A Eureka client: a service that adds this crate registers, renews, discovers, balances and leaves in order.
//!
//! [`EurekaClient::builder`] is the way in. What it starts runs in the background of a tokio runtime until its
//! [`Running`] is shut down; the handle, [`EurekaClient`], answers look-ups from memory. [`EurekaApi`] is one request at a
//! time, for tools.
//!
//! ```no_run
//! # async fn example() -> Result<(), heureka_client::Error> {
//! use heureka_client::EurekaClient;
//!
//! let client = EurekaClient::builder()
//!     .server("http://localhost:8761/eureka/")
//!     .start()
//!     .await?;
//! for instance in client.instances("orders").iter() {
//!     println!("{} {:?}", instance.host_name(), instance.port());
//! }
//! client.shutdown().await
//! # }
//! ```
//!
//! What the client decides is a pure state machine, [`heureka_client_core::Agent`]; this crate is its shell:
//!
//! | module | what |
//! |---|---|
//! | `driver` | the task that owns the agent: does what it wants done, and publishes what it knows |
//! | `codec` | from what is wanted to a request, and from an answer to what it says |
//! | [`transport`] | what carries requests, and who the client says it is |
//! | [`resolver`] | which servers there are |
//! | [`balance`] | which instance of a service takes the next request |
//! | `snapshot_file` | the registry in a file, for a start while no server answers |
//!
//! What belongs to another library is behind a feature, in a module of its name:
//!
//! | feature | what |
//! |---|---|
//! | `axum` | a server that registers when it listens, and leaves the registry before it stops |
//! | `metrics` | what the client does, for any recorder of the `metrics` facade |
//! | `reqwest-middleware` | names of services in URLs, for `reqwest_middleware` and for a plain `reqwest::Client` |
//! | `tonic` | a channel that is balanced over a service |
//! | `tower` | instances for tower's balancer, and a layer that sends requests to instances |

#[cfg(feature = "aws")]
mod amazon;
mod api;
#[cfg(feature = "axum")]
pub mod axum;
pub mod balance;
#[cfg(feature = "blocking")]
pub mod blocking;
mod builder;
mod changes;
mod client;
mod clock;
mod codec;
mod detect;
mod driver;
mod error;
#[cfg(all(
    doc,
    feature = "axum",
    feature = "reqwest-middleware",
    feature = "test-util"
))]
pub mod guide;
mod health;
#[cfg(feature = "metrics")]
pub mod metrics;
mod registration;
#[cfg(feature = "reqwest-middleware")]
pub mod reqwest;
pub mod resolver;
mod running;
mod service_name;
mod settings;
mod shared;
mod snapshot_file;
mod start;
mod stats;
#[cfg(feature = "test-util")]
pub mod test_util;
#[cfg(feature = "tonic")]
pub mod tonic;
#[cfg(feature = "tower")]
pub mod tower;
pub mod transport;

#[cfg(feature = "aws")]
pub use amazon::{Imds, ImdsConfig, ImdsFailure};
pub use api::{ApiError, EurekaApi};
pub use builder::ClientBuilder;
pub use changes::Changes;
pub use client::EurekaClient;
pub use clock::{SystemWallClock, WallClock};
pub use codec::MAX_LISTING_BYTES;
pub use detect::{DetectedAddress, detect_address};
pub use error::{ConfigError, Doing, Error};
pub use health::{HealthCheck, Place, Verdict, Whereabouts};
pub use heureka_client_core::{
    Address, AgentConfig, Application, Attempt, CallFailure, Change, Endpoint, Event, FetchConfig,
    FetchedHow, Health, HealthConfig, Instance, InstanceSpec, InvalidSpec, LineConfig, LineName,
    LineReport, Profile, Region, RegionZones, RegionsConfig, RegistrationConfig, Registry,
    StartFailure, Unserved,
};
pub use heureka_model::{
    AppName, DataCenter, Document, InstanceId, InstanceInfo, InstanceKey, InstanceStatus,
    LeaseSettings, Metadata, PackedTexts, ServiceUrl, Texts, UnixMillis,
};
pub use registration::Registration;
pub use running::Running;
pub use service_name::ServiceName;
pub use settings::{
    AmazonSettings, DnsSettings, FetchSettings, InstanceSettings, InvalidSetting, InvalidSettings,
    Note, NoteReason, ProxySettings, RegistrationSettings, Secret, Settings, TlsSettings,
    TransportSettings, is_kubernetes_service,
};
pub use shared::EVENTS_KEPT;
pub use snapshot_file::SNAPSHOT_INTERVAL;
pub use stats::{Counts, Moment, Stats};
#[cfg(feature = "tokio-util")]
pub use tokio_util::sync::CancellationToken;
