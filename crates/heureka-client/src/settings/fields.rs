//! What can be set.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use heureka_client_core::{AmazonKey, Profile};
use heureka_model::{DataCenter, InstanceStatus, ServiceUrl};

use super::layered::{Layered, layered};
use super::note::Note;

layered! {
    /// What is configured of a client (RS1), from a file, from the environment, or from Java's properties. What is not
    /// configured is `None`, and the [`Profile`] decides.
    ///
    /// The keys are those of Netflix and of Spring (`client.md` 4.1–4.3), in any case, with or without hyphens,
    /// underscores and dots: `eureka.client.service-url.defaultZone`, `eureka.serviceUrl.default` and
    /// `EUREKA_CLIENT_SERVICEURL_DEFAULTZONE` are one setting.
    ///
    /// ```
    /// use heureka_client::Settings;
    ///
    /// let file = Settings::from_properties([("eureka.client.refresh.interval", "10")])?;
    /// let variables = Settings::from_environment([("EUREKA_INSTANCE_APPNAME", "orders")])?;
    /// let settings = file.merge(variables);
    /// assert_eq!(settings.instance.app.as_deref(), Some("orders"));
    /// # Ok::<(), heureka_client::InvalidSettings>(())
    /// ```
    pub struct Settings {
        /// Whether there is a client at all.
        pub enabled: Option<bool>,
        /// Spring's switch for clients of any registry; the client is off where either is off.
        pub discovery_enabled: Option<bool>,
        /// Whose habits count.
        pub profile: Option<Profile>,
        /// The region that the client runs in.
        pub region: Option<Box<str>>,
        /// The zones of each region, the own zone first.
        pub zones: BTreeMap<Box<str>, Vec<Box<str>>>,
        /// The servers of each zone; those of `defaultZone` are for zones without servers of their own (T22).
        pub service_urls: BTreeMap<Box<str>, Vec<ServiceUrl>>,
        /// Whether servers of the own zone come first.
        pub prefer_same_zone: Option<bool>,
        /// What to register, and when.
        pub registration: RegistrationSettings,
        /// What to fetch, and when.
        pub fetch: FetchSettings,
        /// How servers are spoken to.
        pub transport: TransportSettings,
        /// The proxy between client and servers.
        pub proxy: ProxySettings,
        /// How servers prove who they are, and the client to them.
        pub tls: TlsSettings,
        /// How servers are found by DNS.
        pub dns: DnsSettings,
        /// What the instance says of itself.
        pub instance: InstanceSettings,
        /// How a machine of Amazon is asked about itself.
        pub amazon: AmazonSettings,
        pub(super) notes: Vec<Note>,
    }

    /// What to register, and when.
    pub struct RegistrationSettings {
        /// Whether the instance is registered.
        pub register: Option<bool>,
        /// Whether the start fails where no server takes the registration (L13).
        pub insist: Option<bool>,
        /// Whether the instance leaves the registry at the end (R5).
        pub unregister_at_end: Option<bool>,
        /// Whether a changed status is sent at once (H2).
        pub on_demand: Option<bool>,
        /// Time between two looks at what has changed.
        pub replication_interval: Option<Duration>,
        /// Time from the start to the first of them.
        pub initial_replication_delay: Option<Duration>,
        /// Whether the application's health decides the status (SP7).
        pub health_check: Option<bool>,
    }

    /// What to fetch, and when.
    pub struct FetchSettings {
        /// Whether anything is fetched.
        pub fetch: Option<bool>,
        /// Whether the start fails where nothing could be fetched (L9).
        pub insist: Option<bool>,
        /// Time between two fetches.
        pub interval: Option<Duration>,
        /// Whether to fetch only what changed (K2).
        pub delta: Option<bool>,
        /// Whether look-ups find only instances that are up (K12).
        pub only_up: Option<bool>,
        /// The one vip to fetch, instead of everything (K3).
        pub single_vip: Option<Box<str>>,
        /// The regions to fetch besides the own one (K1).
        pub remote_regions: Option<Vec<Box<str>>>,
    }

    /// How servers are spoken to.
    pub struct TransportSettings {
        /// Time between two looks at which servers there are.
        pub resolve_interval: Option<Duration>,
        /// How long connecting may take.
        pub connect_timeout: Option<Duration>,
        /// How long an answer may take.
        pub read_timeout: Option<Duration>,
        /// How long a connection may rest.
        pub idle_timeout: Option<Duration>,
        /// Whether a server may send the client to another one (T14).
        pub allows_redirect: Option<bool>,
        /// How long one server is kept, on average (T10).
        pub session: Option<Duration>,
        /// Java's share of servers that may be in quarantine before all are tried again (T12).
        pub quarantine_share: Option<f64>,
    }

    /// The proxy between client and servers. It takes both host and port.
    pub struct ProxySettings {
        /// Its host.
        pub host: Option<Box<str>>,
        /// Its port.
        pub port: Option<u16>,
        /// Who to be there.
        pub user: Option<Box<str>>,
        /// By which password.
        pub password: Option<Secret>,
    }

    /// How servers prove who they are, and the client to them: files in PEM.
    pub struct TlsSettings {
        /// Whether the files count at all.
        pub enabled: Option<bool>,
        /// Certificates that are trusted besides the machine's.
        pub ca: Option<PathBuf>,
        /// The client's own certificate.
        pub cert: Option<PathBuf>,
        /// Its key.
        pub key: Option<PathBuf>,
    }

    /// How servers are found by DNS (T24).
    pub struct DnsSettings {
        /// Whether they are.
        pub enabled: Option<bool>,
        /// The domain below which their names are.
        pub domain: Option<Box<str>>,
        /// The port of all of them.
        pub port: Option<u16>,
        /// The path of all of them.
        pub context: Option<Box<str>>,
    }

    /// What the instance says of itself.
    pub struct InstanceSettings {
        /// Its id.
        pub id: Option<Box<str>>,
        /// The id that Cloud Foundry gives it, where it has none of its own (SP2).
        pub cloud_foundry_id: Option<Box<str>>,
        /// The application's name.
        pub app: Option<Box<str>>,
        /// Spring's name of the application, where it has no other (SP1).
        pub spring_app: Option<Box<str>>,
        /// The group of applications.
        pub app_group: Option<Box<str>>,
        /// Netflix's group of applications, from the environment, where there is no other.
        pub netflix_app_group: Option<Box<str>>,
        /// The auto scaling group.
        pub asg_name: Option<Box<str>>,
        /// The name of the host.
        pub host_name: Option<Box<str>>,
        /// The address.
        pub ip_addr: Option<Box<str>>,
        /// Whether the address stands in the place of the name as well (SP3).
        pub prefer_ip_address: Option<bool>,
        /// The port for plain traffic; 0 is not known yet.
        pub port: Option<u16>,
        /// Spring's port, where there is no other (SP1).
        pub server_port: Option<u16>,
        /// Whether the plain port is in use.
        pub port_enabled: Option<bool>,
        /// The port for TLS.
        pub secure_port: Option<u16>,
        /// Whether it is in use.
        pub secure_port_enabled: Option<bool>,
        /// The names under which it is found.
        pub vip: Option<Box<str>>,
        /// The names under which its secure port is found.
        pub secure_vip: Option<Box<str>>,
        /// The path of its status page.
        pub status_page_path: Option<Box<str>>,
        /// The URL of its status page.
        pub status_page_url: Option<Box<str>>,
        /// The path of its home page.
        pub home_page_path: Option<Box<str>>,
        /// The URL of its home page.
        pub home_page_url: Option<Box<str>>,
        /// The path of its health check.
        pub health_check_path: Option<Box<str>>,
        /// The URL of its health check.
        pub health_check_url: Option<Box<str>>,
        /// The URL of its health check over TLS.
        pub secure_health_check_url: Option<Box<str>>,
        /// The path of the application (SP4).
        pub context_path: Option<Box<str>>,
        /// The port of status page and health check (SP4).
        pub management_port: Option<u16>,
        /// The path of both (SP4).
        pub management_context_path: Option<Box<str>>,
        /// What stands before `hostname` in the placeholder of URLs (I5).
        pub namespace: Option<Box<str>>,
        /// Time between two heartbeats, in seconds.
        pub renewal_interval_secs: Option<u32>,
        /// Time after which a silent instance may be taken for dead, in seconds.
        pub lease_duration_secs: Option<u32>,
        /// Whether it begins as UP (I3).
        pub enabled_at_start: Option<bool>,
        /// The status with which it begins.
        pub initial_status: Option<InstanceStatus>,
        /// Its metadata.
        pub metadata: BTreeMap<Box<str>, Box<str>>,
        /// Where it runs.
        pub data_center: Option<DataCenter>,
        /// What of Amazon's metadata becomes the host's name (I17).
        pub address_order: Option<Vec<AmazonKey>>,
        /// Whether Amazon's public address becomes its address (I17).
        pub broadcast_public_ipv4: Option<bool>,
        /// What `${…}` in a vip stands for: all properties (I6).
        pub variables: BTreeMap<Box<str>, Secret>,
    }

    /// How a machine of Amazon is asked about itself (I15–I18).
    pub struct AmazonSettings {
        /// `ec2`, or whatever is not Amazon (I18).
        pub deployment_environment: Option<Box<str>>,
        /// Whether a machine without an id is refused (I16).
        pub validate_instance_id: Option<bool>,
        /// How long an answer may take.
        pub read_timeout: Option<Duration>,
        /// How long connecting may take.
        pub connect_timeout: Option<Duration>,
        /// How often one question is asked.
        pub attempts: Option<u32>,
        /// Whether nothing more is asked where there is no id (I15).
        pub fail_fast: Option<bool>,
    }
}

/// A text that no log shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Box<str>);

impl Secret {
    /// Takes a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}
