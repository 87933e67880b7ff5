//! Where a Eureka server is reached.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use percent_encoding::percent_decode_str;
use thiserror::Error;

/// How long a URL may be: nobody's is longer, and what is longer is not meant as one.
pub const MAX_SERVICE_URL_BYTES: usize = 2048;

/// How long a host name may be (RFC 1035).
const MAX_NAME_BYTES: usize = 253;

/// The URL of a Eureka server, such as `http://user:pass@host:8761/eureka/`, checked and in one form.
///
/// Two URLs are equal where they lead to the same place: the case of scheme and host, a port that the scheme has anyway,
/// and a slash at the end do not tell them apart, and neither do credentials. Credentials are never shown: `Display` and
/// `Debug` leave them out, so a URL can go into any log.
#[derive(Clone)]
pub struct ServiceUrl {
    scheme: Scheme,
    /// In lower case; an IPv6 address without its brackets.
    host: String,
    port: u16,
    /// Begins and ends with a slash.
    base_path: String,
    credentials: Option<Credentials>,
}

/// How a server is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// HTTP in the clear.
    Http,
    /// HTTP over TLS.
    Https,
}

/// A name and a password for HTTP's basic authentication; `Debug` shows neither.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    user: String,
    password: String,
}

/// Why a text is no URL of a server, and what to write instead.
///
/// Nothing of the text is repeated, because any part of a mistyped URL can be a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidServiceUrl {
    /// It is empty or does not begin with a scheme that we speak.
    #[error("write a URL that begins with http:// or https://, such as http://peer1:8761/eureka/")]
    Scheme,
    /// There is no host, or it is no name and no address.
    #[error(
        "write a host after the scheme: a name, an IPv4 address, or an IPv6 address in [brackets]"
    )]
    Host,
    /// What follows the host is no port.
    #[error(
        "write the port as a number from 1 to 65535; in a password write / as %2F, ? as %3F and # as %23"
    )]
    Port,
    /// The path has what cannot be sent.
    #[error(
        "write the path in plain ASCII such as /eureka/, and anything else percent-encoded (in a password too)"
    )]
    Path,
    /// It has a query or a fragment.
    #[error("leave out ? and # and what follows them; in a password write ? as %3F and # as %23")]
    Query,
    /// The credentials cannot be sent.
    #[error(
        "write credentials as user:password@ in UTF-8, percent-encoded, without control characters and without a colon \
         in the user's name"
    )]
    Credentials,
    /// It is longer than [`MAX_SERVICE_URL_BYTES`].
    #[error("write a URL of at most {MAX_SERVICE_URL_BYTES} bytes")]
    TooLong,
}

impl ServiceUrl {
    /// Reads a URL; blanks around it do not count.
    ///
    /// # Errors
    ///
    /// The first part that is not as it should be.
    pub fn parse(text: &str) -> Result<Self, InvalidServiceUrl> {
        let text = text.trim();
        if text.len() > MAX_SERVICE_URL_BYTES {
            return Err(InvalidServiceUrl::TooLong);
        }
        let (scheme, rest) = Scheme::split(text).ok_or(InvalidServiceUrl::Scheme)?;
        if rest.contains(['?', '#']) {
            return Err(InvalidServiceUrl::Query);
        }
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        // The last one, because people do not encode the one in their password.
        let (user_info, host_port) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (host, port) = split_port(host_port)?;
        Ok(Self {
            scheme,
            host: host_of(host)?,
            port: port.unwrap_or_else(|| scheme.default_port()),
            base_path: base_path(path)?,
            credentials: Credentials::parse(user_info)?,
        })
    }

    /// How the server is spoken to.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The name or address of the machine in lower case, an IPv6 address without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The host as an address, where it is one.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    /// The port, be it written or the scheme's own.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The path, which begins and ends with a slash.
    #[must_use]
    pub fn base_path(&self) -> &str {
        &self.base_path
    }

    /// Who to be, where the server wants to know.
    #[must_use]
    pub fn credentials(&self) -> Option<&Credentials> {
        self.credentials.as_ref()
    }

    /// Host and port as a URL and the header `Host` have them: brackets around IPv6, no port where it is the scheme's.
    #[must_use]
    pub fn authority(&self) -> String {
        let host = &self.host;
        let host = if host.contains(':') {
            format!("[{host}]")
        } else {
            host.clone()
        };
        if self.port == self.scheme.default_port() {
            host
        } else {
            format!("{host}:{}", self.port)
        }
    }

    /// What to ask the server for: the base path and, behind it, `path`, which is percent-encoded where it has to be.
    #[must_use]
    pub fn join(&self, path: &str) -> String {
        format!("{}{}", self.base_path, path.trim_start_matches('/'))
    }

    /// The same URL on another machine; scheme, path and credentials stay.
    ///
    /// # Errors
    ///
    /// `host` is no name and no address (IPv6 may have its brackets), or `port` is 0.
    pub fn at(&self, host: &str, port: u16) -> Result<Self, InvalidServiceUrl> {
        if port == 0 {
            return Err(InvalidServiceUrl::Port);
        }
        let host = match host.parse() {
            Ok(IpAddr::V6(address)) => address.to_string(),
            Ok(IpAddr::V4(_)) | Err(_) => host_of(host)?,
        };
        Ok(Self {
            host,
            port,
            ..self.clone()
        })
    }

    fn identity(&self) -> (Scheme, &str, u16, &str) {
        (self.scheme, &self.host, self.port, &self.base_path)
    }
}

impl Scheme {
    /// As it is written in a URL.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The port where a URL names none.
    #[must_use]
    pub fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }

    fn split(text: &str) -> Option<(Self, &str)> {
        let (name, rest) = text.split_once("://")?;
        let scheme = [Self::Http, Self::Https]
            .into_iter()
            .find(|scheme| name.eq_ignore_ascii_case(scheme.as_str()))?;
        Some((scheme, rest))
    }
}

impl Credentials {
    /// The name.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The password, empty where only a name was given.
    #[must_use]
    pub fn password(&self) -> &str {
        &self.password
    }

    fn parse(user_info: &str) -> Result<Option<Self>, InvalidServiceUrl> {
        if user_info.is_empty() {
            return Ok(None);
        }
        let (user, password) = user_info.split_once(':').unwrap_or((user_info, ""));
        let (user, password) = (decoded(user)?, decoded(password)?);
        // Basic authentication ends the name at its first colon (RFC 7617).
        if user.contains(':') {
            return Err(InvalidServiceUrl::Credentials);
        }
        Ok(Some(Self { user, password }))
    }
}

fn decoded(text: &str) -> Result<String, InvalidServiceUrl> {
    let decoded = percent_decode_str(text).decode_utf8().ok();
    decoded
        .filter(|text| !text.contains(char::is_control))
        .map(String::from)
        .ok_or(InvalidServiceUrl::Credentials)
}

/// Takes the port off; a colon without a number is no port, as in RFC 3986.
fn split_port(host_port: &str) -> Result<(&str, Option<u16>), InvalidServiceUrl> {
    let host_end = host_port.rfind(']').map_or(0, |bracket| bracket + 1);
    let Some(colon) = host_port.rfind(':').filter(|colon| *colon >= host_end) else {
        return Ok((host_port, None));
    };
    let (host, port) = host_port.split_at(colon);
    let port = port.trim_start_matches(':');
    if port.is_empty() {
        return Ok((host, None));
    }
    // `parse` alone would take a plus sign.
    let number = Some(port).filter(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
    let number = number.and_then(|port| port.parse().ok());
    match number {
        None | Some(0) => Err(InvalidServiceUrl::Port),
        port => Ok((host, port)),
    }
}

/// A host in its one form.
fn host_of(host: &str) -> Result<String, InvalidServiceUrl> {
    if let Some(inner) = host.strip_prefix('[') {
        let address = inner.strip_suffix(']').and_then(|inner| inner.parse().ok());
        let address: Ipv6Addr = address.ok_or(InvalidServiceUrl::Host)?;
        return Ok(address.to_string());
    }
    // What is all numbers is an address or a typing mistake, never a name.
    let numbers = host
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_name(host) && (!numbers || host.parse::<Ipv4Addr>().is_ok()) {
        return Ok(host.to_ascii_lowercase());
    }
    Err(InvalidServiceUrl::Host)
}

/// Underscores are not for host names, but names of services and of containers have them.
fn is_name(host: &str) -> bool {
    let labels = host.strip_suffix('.').unwrap_or(host);
    labels.len() <= MAX_NAME_BYTES
        && labels.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        })
}

fn base_path(path: &str) -> Result<String, InvalidServiceUrl> {
    // An at sign is allowed in a path, but here it is what follows a password with a slash in it.
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&byte);
    if !path.bytes().all(allowed) {
        return Err(InvalidServiceUrl::Path);
    }
    Ok(format!("{}/", path.trim_end_matches('/')))
}

impl FromStr for ServiceUrl {
    type Err = InvalidServiceUrl;

    fn from_str(text: &str) -> Result<Self, InvalidServiceUrl> {
        Self::parse(text)
    }
}

impl fmt::Display for ServiceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, path) = (self.scheme.as_str(), &self.base_path);
        write!(f, "{scheme}://{}{path}", self.authority())
    }
}

impl fmt::Debug for ServiceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(hidden)")
    }
}

impl PartialEq for ServiceUrl {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for ServiceUrl {}

impl PartialOrd for ServiceUrl {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ServiceUrl {
    fn cmp(&self, other: &Self) -> Ordering {
        self.identity().cmp(&other.identity())
    }
}

impl Hash for ServiceUrl {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity().hash(state);
    }
}
