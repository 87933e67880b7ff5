//! From settings to a builder: what Spring's and Netflix's clients are configured with (RS1).

use std::path::Path;

use heureka_client_core::{ConfiguredServers, LineConfig, Profile};
use heureka_model::ServiceUrl;
use heureka_net::{ClientIdentity, Proxy};

use super::ClientBuilder;
use crate::error::{ConfigError, Error};
use crate::registration::Registration;
use crate::resolver::{DnsResolver, StaticServers};
use crate::settings::{DnsSettings, ProxySettings, Settings, TlsSettings};
use crate::transport::Roots;

/// Where Spring's client looks for a server if nobody says where (4.1).
const SERVER_OF_SPRING: &str = "http://localhost:8761/eureka/";

/// # Settings
impl ClientBuilder {
    /// Takes what is configured, such as by [`Settings::from_environment`] (RS1); what is said by other methods after it counts
    /// before it.
    ///
    /// Servers come from DNS where that is configured, and otherwise from the URLs of each zone. An instance is registered if
    /// the settings give it a name, unless they say that none is to be. Files of certificates are read here.
    ///
    /// ```
    /// use heureka_client::{EurekaClient, Settings};
    ///
    /// # fn example() -> Result<(), heureka_client::Error> {
    /// let settings = Settings::from_environment([
    ///     ("EUREKA_CLIENT_SERVICEURL_DEFAULTZONE", "http://localhost:8761/eureka/"),
    ///     ("EUREKA_INSTANCE_APPNAME", "orders"),
    ///     ("EUREKA_INSTANCE_NONSECUREPORT", "8080"),
    /// ])?;
    /// let client = EurekaClient::builder().settings(&settings)?;
    /// # let _ = client;
    /// # Ok(())
    /// # }
    /// # example().unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// A file cannot be read or used, or the proxy or the names for DNS are none.
    pub fn settings(mut self, settings: &Settings) -> Result<Self, Error> {
        self.profile = settings.profile.unwrap_or(self.profile);
        self = self.configured_servers(settings)?;
        if let Some(spec) = spec_of(settings) {
            self.registration = Some(Registration::from(spec));
        }
        settings.apply_to_dial(&mut self.http.dial);
        self.http.proxy = proxy(&settings.proxy)?.or(self.http.proxy);
        self = self.certificates(&settings.tls)?;
        let settings = settings.clone();
        Ok(self.configure(move |config| settings.apply_to(config)))
    }

    fn configured_servers(mut self, settings: &Settings) -> Result<Self, Error> {
        if !settings.is_enabled() {
            // Nobody is asked (L5).
            return Ok(self.resolver(StaticServers::new([])));
        }
        if settings.dns.enabled == Some(true) {
            let resolver = dns(settings.region(), &settings.dns)?;
            return Ok(self.resolver(resolver));
        }
        let zones = settings.zones_of(settings.region());
        let mut servers = ConfiguredServers::new();
        servers.set_zones(zones.to_vec());
        for (zone, urls) in &settings.service_urls {
            urls.iter().for_each(|url| servers.add(zone, url.clone()));
        }
        if settings.service_urls.is_empty() && settings.profile == Some(Profile::Spring) {
            let url = ServiceUrl::parse(SERVER_OF_SPRING).map_err(other)?;
            servers.add("defaultZone", url);
        }
        let prefers = settings.prefer_same_zone;
        let prefers = prefers.unwrap_or_else(|| LineConfig::of(self.profile).prefer_same_zone);
        let own_zone = zones.first().map(|zone| &**zone);
        // Where none is configured, one may still be given otherwise.
        if let Ok(servers) = servers.endpoints(own_zone, prefers) {
            self = self.endpoints(servers);
        }
        Ok(self)
    }

    fn certificates(mut self, tls: &TlsSettings) -> Result<Self, Error> {
        if tls.enabled == Some(false) {
            return Ok(self);
        }
        if let Some(ca) = &tls.ca {
            self.http.roots = Roots::Machine(Some(ca.clone()));
        }
        match (&tls.cert, &tls.key) {
            (Some(certificate), Some(key)) => {
                let identity = ClientIdentity::from_pem(&read(certificate)?, &read(key)?)?;
                Ok(self.identity(identity))
            }
            (None, None) => Ok(self),
            _ => Err(other(
                "a client certificate needs its key, and a key its certificate: give both files",
            )),
        }
    }
}

fn spec_of(settings: &Settings) -> Option<heureka_client_core::InstanceSpec> {
    let instance = &settings.instance;
    let is_named = instance.app.is_some() || instance.spring_app.is_some();
    let registers = settings.is_enabled() && settings.registration.register != Some(false);
    (is_named && registers).then(|| settings.instance_spec(None))
}

/// Both host and port make a proxy (4.1).
fn proxy(settings: &ProxySettings) -> Result<Option<Proxy>, Error> {
    let (Some(host), Some(port)) = (&settings.host, settings.port) else {
        return Ok(None);
    };
    let proxy = Proxy::at(host, port).map_err(ConfigError::from)?;
    let proxy = match (&settings.user, &settings.password) {
        (Some(user), Some(password)) => proxy.with_credentials(user, password.reveal()),
        _ => Ok(proxy),
    };
    Ok(Some(proxy.map_err(ConfigError::from)?))
}

/// T24: the domain gives the names to look up, port and context what to ask of the hosts.
fn dns(region: &str, settings: &DnsSettings) -> Result<DnsResolver, Error> {
    let (Some(domain), Some(port)) = (&settings.domain, settings.port) else {
        return Err(other(
            "servers are to be found by DNS: give the domain and the port",
        ));
    };
    let context = settings
        .context
        .as_deref()
        .unwrap_or_default()
        .trim_matches('/');
    let like = ServiceUrl::parse(&format!("http://{domain}:{port}/{context}/")).map_err(other)?;
    DnsResolver::of_machine(region, &like).map_err(other)
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|error| other(format!("{}: {error}", path.display())))
}

fn other(reason: impl ToString) -> Error {
    Error::Config(ConfigError::Other(reason.to_string().into()))
}
