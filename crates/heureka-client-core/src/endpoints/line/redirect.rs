//! Servers that send the client to others (T14).
//!
//! Java's also looks the new host up and goes to the address; here that is left to whoever dials, who does it anyway.

use heureka_model::{Credentials, Scheme, ServiceUrl};

use super::request::{InFlight, RequestKind, Server};
use crate::{CallFailure, LineConfig, Profile};

/// How many redirects one attempt follows.
pub(super) const MAX_REDIRECTS: usize = 10;

/// How much of a `Location` that cannot be followed is repeated.
const MAX_SHOWN_CHARS: usize = 200;

/// The statuses that say that the same request belongs elsewhere. (303 asks for another request.)
const STATUSES: [u16; 4] = [301, 302, 307, 308];
const JAVA_STATUS: u16 = 302;

/// What the paths of requests begin with, behind the base path (T2).
const ROOTS: [&str; 2] = ["apps", "vips"];
/// The only place where Java's client looks for the end of the base path, and where the base path ends in it.
const JAVA_ROOT: &str = "/v2/apps";
const JAVA_BASE_END: &str = "/v2/";

/// Whether a redirect is followed at all: Java's once a server has served is not.
pub(super) fn follows(config: &LineConfig, in_flight: &InFlight) -> bool {
    config.allows_redirect && (in_flight.was_candidate || !config.profile.keeps_quirks())
}

/// Whether a status is a redirect.
pub(super) fn is_one(profile: Profile, status: u16) -> bool {
    if profile.keeps_quirks() {
        status == JAVA_STATUS
    } else {
        STATUSES.contains(&status)
    }
}

/// The server to which `location`, relative or not, sends a request of `kind` that was at `server`.
///
/// `None` where that is no server, and where it would leave TLS. Credentials go only where they were configured for: a
/// server cannot send them to another one.
pub(super) fn target(
    profile: Profile,
    kind: RequestKind,
    server: &Server,
    location: &str,
) -> Option<ServiceUrl> {
    let place = Place::of(kind, &server.url, location)?;
    let base = if profile.keeps_quirks() {
        java_base(&place.path)?
    } else {
        base(kind, &place.path)?
    };
    let configured = &server.endpoint.url;
    let (scheme, authority) = (place.scheme.as_str(), &place.authority);
    let target = ServiceUrl::parse(&format!("{scheme}://{authority}{base}")).ok()?;
    let leaves_tls = (server.url.scheme(), target.scheme()) == (Scheme::Https, Scheme::Http);
    if leaves_tls {
        return None;
    }
    match configured.credentials() {
        Some(credentials) if is_same_place(configured, &target) => {
            with_credentials(&target, credentials)
        }
        _ => Some(target),
    }
}

/// Says where a redirect that is not followed leads.
pub(super) fn unfollowed(location: &str) -> CallFailure {
    let shown: String = location.chars().take(MAX_SHOWN_CHARS).collect();
    CallFailure::Redirect(if shown.is_empty() {
        "nowhere".into()
    } else {
        shown.into()
    })
}

fn is_same_place(one: &ServiceUrl, other: &ServiceUrl) -> bool {
    let place = |url: &ServiceUrl| (url.scheme(), url.host().to_owned(), url.port());
    place(one) == place(other)
}

/// A URL is made of a text only, so they go into one.
fn with_credentials(url: &ServiceUrl, credentials: &Credentials) -> Option<ServiceUrl> {
    let (user, password) = (credentials.user(), credentials.password());
    let (scheme, authority, path) = (url.scheme().as_str(), url.authority(), url.base_path());
    let (user, password) = (escaped(user), escaped(password));
    ServiceUrl::parse(&format!("{scheme}://{user}:{password}@{authority}{path}")).ok()
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// What a `Location` names.
#[derive(Debug)]
struct Place {
    scheme: Scheme,
    /// Without credentials: those that a server invents are not used.
    authority: String,
    path: String,
}

impl Place {
    /// Completes `location` by what the request at `url` had (RFC 3986, 5.2). Query and fragment do not count.
    fn of(kind: RequestKind, url: &ServiceUrl, location: &str) -> Option<Self> {
        let location = location.trim();
        let end = location.find(['?', '#']).unwrap_or(location.len());
        let location = location.get(..end)?;
        let (scheme, rest) = match location.split_once("://") {
            Some((name, rest)) if !name.contains('/') => (scheme(name)?, Some(rest)),
            _ => (url.scheme(), location.strip_prefix("//")),
        };
        let (authority, path) = match rest {
            Some(rest) => split_authority(rest),
            None => (url.authority(), absolute(kind, url, location)),
        };
        Some(Self {
            scheme,
            authority,
            path: without_dots(&path),
        })
    }
}

fn scheme(name: &str) -> Option<Scheme> {
    [Scheme::Http, Scheme::Https]
        .into_iter()
        .find(|scheme| name.eq_ignore_ascii_case(scheme.as_str()))
}

fn split_authority(rest: &str) -> (String, String) {
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    (host.to_owned(), path.to_owned())
}

/// A path without a slash in front begins where the last segment of the request's own path was.
fn absolute(kind: RequestKind, url: &ServiceUrl, path: &str) -> String {
    if path.starts_with('/') {
        return path.to_owned();
    }
    let (directory, last) = shape(kind);
    let last = if path.is_empty() { last } else { path };
    url.join(&format!("{directory}{last}"))
}

/// The path of a request as far as it is the same for all of its kind: the directory, and a last segment.
fn shape(kind: RequestKind) -> (&'static str, &'static str) {
    match kind {
        RequestKind::Register => ("apps/", "-"),
        RequestKind::Renew | RequestKind::Cancel => ("apps/-/", "-"),
        RequestKind::FetchAll => ("apps/", ""),
        RequestKind::FetchDelta => ("apps/", "delta"),
        RequestKind::FetchVip => ("vips/", "-"),
    }
}

/// Takes `.` and `..` out of a path (RFC 3986, 5.2.4).
fn without_dots(path: &str) -> String {
    let mut kept = Vec::new();
    for segment in path.split('/').skip(1) {
        match segment {
            "." => {}
            ".." => drop(kept.pop()),
            segment => kept.push(segment),
        }
    }
    format!("/{}", kept.join("/"))
}

/// The part of a path before the request's own (7.3.9): that is known by its length, because an instance may be called
/// `apps`, and where the path is that of another request, by the last segment that it can begin with.
fn base(kind: RequestKind, path: &str) -> Option<String> {
    let segments: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    let is_root = |at: &usize| segments.get(*at).is_some_and(|own| ROOTS.contains(own));
    let (directory, last) = shape(kind);
    let length = directory.matches('/').count() + usize::from(!last.is_empty());
    let expected = segments.len().checked_sub(length).filter(is_root);
    let at = expected.or_else(|| (0..segments.len()).rev().find(is_root))?;
    let base = segments.get(..at)?.join("/");
    Some(format!("{base}/"))
}

/// Java's: only a path that has `/v2/apps` in it has a base.
fn java_base(path: &str) -> Option<String> {
    let is_end = |rest: &str| rest.is_empty() || rest.starts_with('/');
    let mut roots = path.rmatch_indices(JAVA_ROOT);
    let (at, _) = roots.find(|(at, root)| path.get(at + root.len()..).is_some_and(is_end))?;
    path.get(..at + JAVA_BASE_END.len()).map(String::from)
}
