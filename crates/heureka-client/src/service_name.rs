//! Under which name a service is looked up.

use std::fmt;
use std::sync::Arc;

use heureka_client_core::{Instance, Registry};
use heureka_model::AppName;

/// Under which name a service is looked up (RS5). A plain text is the name of an application.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ServiceName {
    /// The name of an application, in any case (Q1).
    App(AppName),
    /// A vip, in any case (Q5); Spring's clients look services up by it (SP9).
    Vip(Arc<str>),
    /// A secure vip, likewise.
    SecureVip(Arc<str>),
}

impl ServiceName {
    /// The name of an application.
    #[must_use]
    pub fn app(name: &str) -> Self {
        Self::App(AppName::new(name))
    }

    /// A vip.
    #[must_use]
    pub fn vip(name: &str) -> Self {
        Self::Vip(name.into())
    }

    /// A secure vip.
    #[must_use]
    pub fn secure_vip(name: &str) -> Self {
        Self::SecureVip(name.into())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::App(name) => name.as_str(),
            Self::Vip(name) | Self::SecureVip(name) => name,
        }
    }

    /// The instances with this name that may be sent traffic; none where the name is not known.
    #[must_use]
    pub fn instances<'a>(&self, registry: &'a Registry) -> &'a Arc<[Instance]> {
        match self {
            Self::App(name) => registry.instances(name.as_str()),
            Self::Vip(name) => registry.vip(name),
            Self::SecureVip(name) => registry.secure_vip(name),
        }
    }
}

impl From<&str> for ServiceName {
    fn from(name: &str) -> Self {
        Self::app(name)
    }
}

impl From<AppName> for ServiceName {
    fn from(name: AppName) -> Self {
        Self::App(name)
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
