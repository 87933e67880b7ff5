//! The URLs of an instance's pages.

use heureka_model::{Port, Urls};

use super::InstanceSpec;
use super::ports::Ports;
use crate::Profile;

/// The pages of an instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pages {
    pub(super) home: Page,
    pub(super) status: Page,
    pub(super) health: Page,
    pub(super) secure_health_url: Option<Box<str>>,
    pub(super) context_path: Option<Box<str>>,
    pub(super) management_port: Option<u16>,
    pub(super) management_context_path: Option<Box<str>>,
}

/// One page: a whole URL counts before a path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) path: Option<Box<str>>,
    pub(super) url: Option<Box<str>>,
}

impl InstanceSpec {
    /// Where its pages are on `host` (I5, SP4).
    pub(super) fn urls_at(&self, host: &str, ports: Ports) -> Urls {
        let host = &in_url(host);
        let pages = &self.pages;
        let [home_path, status_path, health_path] = default_paths(self.profile);
        let context = pages.managed_context();
        let managed = |place: Place| place.base(host, pages.management_port, &context);
        let front = self.front(ports);
        let plain = front.filter(|_| ports.plain.enabled);
        let secure = Some(Place::secure(ports.secure)).filter(|_| ports.secure.enabled);
        let page = |page: &Page, default, base| {
            let path = page.path.as_deref().or(default);
            self.url(page.url.as_deref(), path, base, host)
        };
        let home_base = front.map(|front| front.base(host, None, ""));
        let health = &pages.health;
        let secure_health = Page {
            path: health.path.clone(),
            url: pages.secure_health_url.clone(),
        };
        Urls {
            home_page: page(&pages.home, home_path, home_base),
            status_page: page(&pages.status, status_path, front.map(managed)),
            health_check: page(health, health_path, plain.map(managed)),
            secure_health_check: page(&secure_health, health_path, secure.map(managed)),
        }
    }

    /// Where callers arrive. Java's clients say http and the plain port, even if nobody listens there (I5).
    fn front(&self, ports: Ports) -> Option<Place> {
        let plain = Place::plain(ports.plain);
        if self.profile.keeps_quirks() || ports.plain.enabled {
            return Some(plain);
        }
        Some(Place::secure(ports.secure)).filter(|_| ports.secure.enabled)
    }

    fn url(
        &self,
        url: Option<&str>,
        path: Option<&str>,
        base: Option<String>,
        host: &str,
    ) -> Option<Box<str>> {
        if let Some(url) = url {
            let placeholder = format!("${{{}hostname}}", self.namespace);
            return Some(url.replace(&placeholder, host).into());
        }
        let path = path?.trim_start_matches('/');
        Some(format!("{}/{path}", base?).into())
    }
}

impl Pages {
    /// Below what status page and health check are (SP4): an own path of theirs is below the application's unless they have
    /// an own port.
    fn managed_context(&self) -> String {
        let of_application = match self.management_port {
            Some(_) => None,
            None => self.context_path.as_deref(),
        };
        let paths = [of_application, self.management_context_path.as_deref()];
        let paths = paths
            .into_iter()
            .flatten()
            .map(|path| path.trim_matches('/'));
        paths
            .filter(|path| !path.is_empty())
            .map(|path| format!("/{path}"))
            .collect()
    }
}

/// A scheme and a port.
#[derive(Clone, Copy)]
struct Place {
    scheme: &'static str,
    port: i32,
}

impl Place {
    fn plain(port: Port) -> Self {
        Self {
            scheme: "http",
            port: port.number,
        }
    }

    fn secure(port: Port) -> Self {
        Self {
            scheme: "https",
            port: port.number,
        }
    }

    /// What stands before a path.
    fn base(self, host: &str, other_port: Option<u16>, context: &str) -> String {
        let port = other_port.map_or(self.port, i32::from);
        format!("{}://{host}:{port}{context}", self.scheme)
    }
}

/// The paths of an instance that names none (4.3): home, status and health.
fn default_paths(profile: Profile) -> [Option<&'static str>; 3] {
    match profile {
        Profile::Netflix => [Some("/"), Some("/Status"), Some("/healthcheck")],
        Profile::Spring => [Some("/"), Some("/actuator/info"), Some("/actuator/health")],
        Profile::Modern => [None; 3],
    }
}

/// IPv6 addresses need brackets.
fn in_url(host: &str) -> String {
    if host.contains(':') && !host.starts_with('[') {
        format!("[{host}]")
    } else {
        host.to_owned()
    }
}
