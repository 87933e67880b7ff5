//! Where servers are looked for.

use crate::LineName;

/// The strategy that looks for servers in registries; any other text is none (T16).
const COMPOSITE: &str = "composite";

/// A place in which servers are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// Configured URLs, or DNS (T17, T21).
    Configured,
    /// Instances under this vip in the own copy of the registry.
    Registry(Box<str>),
    /// Instances under this vip in the registry of a configured server, which is asked for them.
    Remote(Box<str>),
}

/// What is configured of where servers are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SourcesConfig {
    /// `bootstrapResolverStrategy`
    pub strategy: Option<Box<str>>,
    /// Whether this client fetches a registry at all.
    pub fetches: bool,
    /// `writeClusterVip`: who takes registrations.
    pub write_vip: Option<Box<str>>,
    /// `readClusterVip`: who answers queries.
    pub read_vip: Option<Box<str>>,
    /// `useBootstrapResolverForQuery`: whether queries go where registrations go.
    pub bootstrap_for_query: bool,
}

impl Default for SourcesConfig {
    fn default() -> Self {
        Self {
            strategy: None,
            fetches: true,
            write_vip: None,
            read_vip: None,
            bootstrap_for_query: true,
        }
    }
}

impl SourcesConfig {
    /// The places for a line, in their order: the first that has servers counts (T16, T18, T19).
    #[must_use]
    pub fn sources(&self, line: LineName) -> Vec<Source> {
        let is_composite = self.fetches && self.strategy.as_deref() == Some(COMPOSITE);
        let vip = match line {
            LineName::Query if !self.bootstrap_for_query => &self.read_vip,
            LineName::Query | LineName::Registration if is_composite => &self.write_vip,
            LineName::Query | LineName::Registration | LineName::Bootstrap => &None,
        };
        match vip {
            Some(vip) => vec![Source::Registry(vip.clone()), Source::Remote(vip.clone())],
            None => vec![Source::Configured],
        }
    }
}
