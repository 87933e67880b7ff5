//! One line of configuration that says where peers are.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use heureka_model::{Credentials, InvalidServiceUrl, ServiceUrl};
use thiserror::Error;

use super::lookup::{Found, Question};

/// Where peers are: at one URL, or at all places that a name stands for.
///
/// | text | peers |
/// |---|---|
/// | `http://peer1:8761/eureka/` | this one |
/// | `dns+http://peers.example.com:8761/eureka/` | one for each address of the name, such as a headless service |
/// | `srv+http://_eureka._tcp.example.com/eureka/` | one for each target of the service, at its port |
/// | `txt+http://txt.region.example.com:8761/eureka/v2/` | as Netflix has it: the name's texts are zones, and the texts of `txt.<zone>` are hosts |
///
/// `https` may stand for `http` everywhere; over `dns+https`, peers have to show certificates for their addresses.
/// Credentials go to every peer of the source, and are not shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerSource {
    kind: Kind,
    /// The peer, or what is the same for all of them around the name that is looked up.
    url: ServiceUrl,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Url,
    Addresses,
    Services,
    Zones,
}

/// Why a text is no source of peers, and what to write instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidPeerSource {
    /// It does not begin as a source does.
    #[error(
        "write a URL such as http://peer1:8761/eureka/, or one that begins with dns+http://, srv+http:// or txt+http://"
    )]
    Kind,
    /// Its URL cannot be read.
    #[error(transparent)]
    Url(#[from] InvalidServiceUrl),
    /// An address cannot be looked up.
    #[error(
        "write a name where it is to be looked up; a URL with an address needs no dns+, srv+ or txt+ in front"
    )]
    Address,
    /// A service brings its ports along.
    #[error("leave out the port behind srv+http://: the service's records have it")]
    Port,
}

impl PeerSource {
    /// Reads one source; blanks around it do not count.
    ///
    /// # Errors
    ///
    /// What is wrong with it. Nothing of the text is repeated, because it may hold a password.
    pub fn parse(text: &str) -> Result<Self, InvalidPeerSource> {
        let text = text.trim();
        let (kind, url) = Kind::split(text)?;
        let url = ServiceUrl::parse(url)?;
        if kind != Kind::Url && url.address().is_some() {
            return Err(InvalidPeerSource::Address);
        }
        if kind == Kind::Services && url.port() != url.scheme().default_port() {
            return Err(InvalidPeerSource::Port);
        }
        Ok(Self { kind, url })
    }

    /// The URL, where it is one rather than a name to be looked up.
    #[must_use]
    pub fn as_url(&self) -> Option<&ServiceUrl> {
        (self.kind == Kind::Url).then_some(&self.url)
    }

    /// The credentials that its peers are sent, and by which they are recognised.
    #[must_use]
    pub fn credentials(&self) -> Option<&Credentials> {
        self.url.credentials()
    }

    /// What to ask first; nothing of a URL.
    pub(super) fn question(&self) -> Option<Question> {
        let name = self.url.host().to_owned();
        match self.kind {
            Kind::Url => None,
            Kind::Addresses => Some(Question::Addresses(name)),
            Kind::Services => Some(Question::Services(name)),
            Kind::Zones => Some(Question::Texts(name)),
        }
    }

    /// What to ask for the hosts of a zone.
    pub(super) fn question_of_zone(zone: &str) -> Question {
        Question::Texts(format!("txt.{zone}"))
    }

    pub(super) fn has_zones(&self) -> bool {
        self.kind == Kind::Zones
    }

    /// The peers of an answer. What names no host is passed over.
    pub(super) fn peers(&self, found: &Found) -> BTreeSet<ServiceUrl> {
        let port = self.url.port();
        match found {
            Found::Addresses(addresses) => addresses
                .iter()
                .filter(|address| !address.is_unspecified())
                .filter_map(|address| self.at(&address.to_string(), port))
                .collect(),
            Found::Services(services) => services
                .iter()
                .filter_map(|(host, port)| self.at(host, *port))
                .collect(),
            Found::Texts(texts) => words(texts)
                .filter_map(|host| self.at(host, port))
                .collect(),
        }
    }

    /// The zones of an answer. What is no name is passed over.
    pub(super) fn zones(&self, found: &Found) -> BTreeSet<String> {
        let Found::Texts(texts) = found else {
            return BTreeSet::new();
        };
        words(texts)
            .filter_map(|zone| self.at(zone, self.url.port()))
            .filter(|zone| zone.address().is_none())
            .map(|zone| zone.host().to_owned())
            .collect()
    }

    fn at(&self, host: &str, port: u16) -> Option<ServiceUrl> {
        // DNS writes names with a dot at their end, people without.
        self.url.at(host.trim_end_matches('.'), port).ok()
    }
}

/// Netflix writes several names into one text.
fn words(texts: &[String]) -> impl Iterator<Item = &str> {
    texts.iter().flat_map(|text| text.split_whitespace())
}

impl Kind {
    fn prefix(self) -> &'static str {
        match self {
            Self::Url => "",
            Self::Addresses => "dns+",
            Self::Services => "srv+",
            Self::Zones => "txt+",
        }
    }

    fn split(text: &str) -> Result<(Self, &str), InvalidPeerSource> {
        let scheme_end = text.find("://").ok_or(InvalidPeerSource::Kind)?;
        let scheme = text.get(..scheme_end).unwrap_or_default();
        let prefix_end = scheme.find('+').map_or(0, |plus| plus + 1);
        let (prefix, url) = text.split_at(prefix_end);
        let kind = [Self::Url, Self::Addresses, Self::Services, Self::Zones]
            .into_iter()
            .find(|kind| kind.prefix().eq_ignore_ascii_case(prefix))
            .ok_or(InvalidPeerSource::Kind)?;
        Ok((kind, url))
    }
}

impl FromStr for PeerSource {
    type Err = InvalidPeerSource;

    fn from_str(text: &str) -> Result<Self, InvalidPeerSource> {
        Self::parse(text)
    }
}

impl fmt::Display for PeerSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.kind.prefix(), self.url)
    }
}
