//! Which instances of other regions a listing shows, as a key.

use heureka_core::{RegionsConfig, Scope};

/// A [`Scope`] that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ScopeKey {
    /// None.
    Local,
    /// What is shown to who names no region, where that is more than [`ScopeKey::Local`].
    Usual,
    /// Those of the regions of these names, which are known here, in order and each once.
    Regions(Vec<String>),
}

impl ScopeKey {
    /// What a client is shown that names no region.
    pub(crate) fn usual(follow: &RegionsConfig) -> Self {
        if follow.fallback && !follow.regions.is_empty() {
            Self::Usual
        } else {
            Self::Local
        }
    }

    pub(crate) fn as_scope(&self) -> Scope<'_> {
        match self {
            Self::Local => Scope::Local,
            Self::Usual => Scope::Usual,
            Self::Regions(names) => Scope::Regions(names),
        }
    }
}
