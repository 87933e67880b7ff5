//! Servers whose URLs are configured, zone by zone.

use std::collections::BTreeMap;

use heureka_model::{InvalidServiceUrl, ServiceUrl};
use thiserror::Error;

use super::Endpoint;

/// The only zone of a region for which no zones are configured (T22).
const DEFAULT_ZONE: &str = "defaultZone";

/// Where the URLs are that count for zones without any: Spring's name for them, and Netflix's.
const DEFAULTS: [&str; 2] = [DEFAULT_ZONE, "default"];

/// Servers whose URLs are configured: a map from zones to URLs, and the zones of the own region in their order.
#[derive(Clone, Debug, Default)]
pub struct ConfiguredServers {
    urls: BTreeMap<Box<str>, Vec<ServiceUrl>>,
    zones: Vec<Box<str>>,
}

/// No URL of a server is configured for any zone (T22).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("no server is configured: give at least one URL for the zone defaultZone")]
pub struct NoServerUrl;

impl ConfiguredServers {
    /// No servers, and no zones but `defaultZone`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a server to a zone. Those of `defaultZone` (or `default`) count for every zone that has none of its own.
    pub fn add(&mut self, zone: &str, url: ServiceUrl) {
        self.urls.entry(zone.into()).or_default().push(url);
    }

    /// Adds all servers of a list with commas. Returns what is wrong with those that are no URLs, which are left out (T21).
    pub fn add_list(&mut self, zone: &str, list: &str) -> Vec<InvalidServiceUrl> {
        let mut invalid = Vec::new();
        for text in list.split(',').filter(|text| !text.trim().is_empty()) {
            match ServiceUrl::parse(text) {
                Ok(url) => self.add(zone, url),
                Err(error) => invalid.push(error),
            }
        }
        invalid
    }

    /// Sets the zones of the own region; without any it has one, `defaultZone`.
    pub fn set_zones(&mut self, zones: Vec<Box<str>>) {
        self.zones = zones;
    }

    /// The servers in the order of their zones (T21, T22): the first zone is the own one, or where that is not preferred
    /// the first other one; from there on they come in a circle.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn endpoints(
        &self,
        own_zone: Option<&str>,
        prefer_same_zone: bool,
    ) -> Result<Vec<Endpoint>, NoServerUrl> {
        let default = [Box::from(DEFAULT_ZONE)];
        let zones = if self.zones.is_empty() {
            &default
        } else {
            self.zones.as_slice()
        };
        let first_for = |own: &str| {
            zones
                .iter()
                .position(|zone| zone.eq_ignore_ascii_case(own) == prefer_same_zone)
        };
        let first = own_zone.and_then(first_for).unwrap_or(0);
        let in_order = zones.iter().cycle().skip(first).take(zones.len());
        let endpoints: Vec<Endpoint> = in_order.flat_map(|zone| self.endpoints_of(zone)).collect();
        if endpoints.is_empty() {
            return Err(NoServerUrl);
        }
        Ok(endpoints)
    }

    fn endpoints_of<'a>(&'a self, zone: &'a str) -> impl Iterator<Item = Endpoint> + 'a {
        let mut names = [zone].into_iter().chain(DEFAULTS);
        let urls = names.find_map(|name| self.urls.get(name).filter(|urls| !urls.is_empty()));
        urls.into_iter().flatten().map(|url| Endpoint {
            url: url.clone(),
            zone: Some(zone.into()),
        })
    }
}
