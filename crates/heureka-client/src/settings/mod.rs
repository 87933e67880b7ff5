//! Configuration by the keys that Java's clients have.

mod apply;
mod environment;
mod fields;
mod key;
mod kind;
mod layered;
mod note;
mod properties;
mod read;
mod spec;
mod table;
mod tree;

use std::ffi::OsStr;

use heureka_client_core::Profile;
use heureka_model::ServiceUrl;

use layered::Layered as _;

pub use environment::is_kubernetes_service;
pub use fields::{
    AmazonSettings, DnsSettings, FetchSettings, InstanceSettings, ProxySettings,
    RegistrationSettings, Secret, Settings, TlsSettings, TransportSettings,
};
pub use note::{InvalidSetting, InvalidSettings, Note, NoteReason};

/// The zone whose servers are for all zones (T22), and the one zone of a region that has none.
const DEFAULT_ZONE: &str = "defaultZone";
/// The region of a client that names none (4.1).
const DEFAULT_REGION: &str = "us-east-1";

impl Settings {
    /// Reads Java's properties: keys of Netflix or Spring, each with its value. Keys that are not Eureka's do nothing, but
    /// `${…}` in a vip may name them (I6).
    ///
    /// # Errors
    ///
    /// All values that cannot be taken.
    pub fn from_properties<K: AsRef<str>, V: AsRef<str>>(
        properties: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Self, InvalidSettings> {
        properties::read(properties)
    }

    /// Reads the text of a file of Java's properties.
    ///
    /// # Errors
    ///
    /// All values that cannot be taken.
    pub fn from_properties_text(text: &str) -> Result<Self, InvalidSettings> {
        properties::read(properties::pairs(text))
    }

    /// Reads variables of the environment, such as [`std::env::vars_os`] gives them: Spring's keys in capitals with
    /// underscores, as `EUREKA_CLIENT_SERVICEURL_DEFAULTZONE`. What Kubernetes sets for services that are called `eureka` is
    /// none of them.
    ///
    /// In what the user names, a zone or a region has hyphens for underscores, and a key of metadata has dots.
    ///
    /// # Errors
    ///
    /// All values that cannot be taken.
    pub fn from_environment<K: AsRef<OsStr>, V: AsRef<OsStr>>(
        variables: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Self, InvalidSettings> {
        environment::read(variables)
    }

    /// These, under `over`: what `over` says counts before what these say, value by value.
    #[must_use]
    pub fn merge(self, over: Self) -> Self {
        self.under(over)
    }

    /// What deserves a line in the log: keys that have no effect.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Whether there is to be a client at all (4.1).
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.enabled != Some(false) && self.discovery_enabled != Some(false)
    }

    /// Whose habits count.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.profile.unwrap_or_default()
    }

    /// The region that the client runs in.
    #[must_use]
    pub fn region(&self) -> &str {
        self.region.as_deref().unwrap_or(DEFAULT_REGION)
    }

    /// The zones of `region`, as they are configured; none if they are not (T22 takes them for just `defaultZone`).
    #[must_use]
    pub fn zones_of(&self, region: &str) -> &[Box<str>] {
        self.zones.get(region).map_or(&[], Vec::as_slice)
    }

    /// The servers of `zone`: its own, or those for all zones (T22).
    #[must_use]
    pub fn service_urls_of(&self, zone: &str) -> &[ServiceUrl] {
        let own = self.service_urls.get(zone);
        let urls = own.or_else(|| self.service_urls.get(DEFAULT_ZONE));
        urls.map_or(&[], Vec::as_slice)
    }
}
