//! What can go wrong that a caller has to know of.

use std::fmt;
use std::time::Duration;

use heureka_client_core::{Attempt, InvalidSpec, StartFailure, UnknownZones, Unserved};
use heureka_model::{AppName, InvalidServiceUrl};
use heureka_net::{InvalidIdentity, InvalidProxy, InvalidRoots};
use thiserror::Error;

use crate::settings::InvalidSettings;

/// Why the client could not do what was asked (RS14). What goes wrong in the background is an
/// [`Event`](heureka_client_core::Event) and a line in the log, and tried again.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// What the builder was told cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There is no server to ask.
    #[error(
        "no Eureka server is known: give the builder at least one with `server`, or look at what its resolver finds"
    )]
    NoServers,
    /// Every server that was tried failed.
    #[error(
        "{doing} failed at all {} servers that were tried: check that one of them runs and that this machine reaches it; {}",
        .attempts.len(), told(.attempts)
    )]
    AllServersFailed {
        /// What failed.
        doing: Doing,
        /// What was tried, in its order.
        attempts: Vec<Attempt>,
    },
    /// A server refused.
    #[error("{doing} was answered with HTTP status {status}: {}", advice(*.status))]
    Http {
        /// What was refused.
        doing: Doing,
        /// The HTTP status.
        status: u16,
    },
    /// It took too long.
    #[error(
        "{doing} was not done within {after:?}: the servers are slow or far, or the time is too short"
    )]
    TimedOut {
        /// What took too long.
        doing: Doing,
        /// How long was waited.
        after: Duration,
    },
    /// It was not done, for a reason that has no name here.
    #[error("{doing} failed: {reason}")]
    Unserved {
        /// What failed.
        doing: Doing,
        /// Why.
        reason: Unserved,
    },
    /// An application has not as many instances as were waited for.
    #[error(
        "{app} has {found} of the {wanted} instances that were waited for during {waited:?}: check that they run, are UP, \
         and register under this name"
    )]
    NotFound {
        /// The application.
        app: AppName,
        /// How many were waited for.
        wanted: usize,
        /// How many there are.
        found: usize,
        /// How long was waited.
        waited: Duration,
    },
    /// The client was shut down.
    #[error("the client was shut down: start another one")]
    ShutDown,
}

/// What a client does with servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Doing {
    /// Registering the own instance.
    Registration,
    /// Fetching the registry.
    Fetch,
    /// Taking the own instance out of the registry.
    Deregistration,
}

/// What of a builder's settings cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A text is no URL of a server; which one is told by its place, since it may hold a password.
    #[error("server {place}: {error}")]
    Server {
        /// Its place among the servers, from 1.
        place: usize,
        /// What to write instead.
        error: InvalidServiceUrl,
    },
    /// Certificates cannot be used.
    #[error("trusted certificates: {0}")]
    Roots(#[from] InvalidRoots),
    /// The client's certificate cannot be used.
    #[error("the client's certificate: {0}")]
    Identity(#[from] InvalidIdentity),
    /// The proxy cannot be used.
    #[error("the proxy: {0}")]
    Proxy(#[from] InvalidProxy),
    /// It is not known in which zones a remote region is (L8).
    #[error(transparent)]
    Regions(#[from] UnknownZones),
    /// The instance that is to be registered is not one.
    #[error(transparent)]
    Instance(#[from] InvalidSpec),
    /// Settings cannot be understood.
    #[error(transparent)]
    Settings(#[from] InvalidSettings),
    /// Something else.
    #[error("{0}")]
    Other(Box<str>),
}

impl Error {
    pub(crate) fn unserved(doing: Doing, reason: Unserved) -> Self {
        match reason {
            Unserved::NoServers => Self::NoServers,
            Unserved::TimedOut(after) => Self::TimedOut { doing, after },
            Unserved::Status(status) => Self::Http { doing, status },
            Unserved::AllFailed(attempts) => Self::AllServersFailed { doing, attempts },
            reason @ (Unserved::Doubtful { .. } | _) => Self::Unserved { doing, reason },
        }
    }
}

impl From<InvalidSettings> for Error {
    fn from(invalid: InvalidSettings) -> Self {
        Self::Config(invalid.into())
    }
}

impl From<InvalidIdentity> for Error {
    fn from(invalid: InvalidIdentity) -> Self {
        Self::Config(invalid.into())
    }
}

impl From<InvalidProxy> for Error {
    fn from(invalid: InvalidProxy) -> Self {
        Self::Config(invalid.into())
    }
}

impl From<StartFailure> for Error {
    fn from(failure: StartFailure) -> Self {
        match failure {
            StartFailure::Registration(reason) => Self::unserved(Doing::Registration, reason),
            StartFailure::Fetch(reason) => Self::unserved(Doing::Fetch, reason),
            _ => Self::ShutDown,
        }
    }
}

impl fmt::Display for Doing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Registration => "the registration of this instance",
            Self::Fetch => "the fetch of the registry",
            Self::Deregistration => "the deregistration of this instance",
        })
    }
}

fn told(attempts: &[Attempt]) -> String {
    let attempts = attempts.iter();
    let told = attempts.map(|attempt| format!("{}: {}", attempt.server, attempt.failure));
    told.collect::<Vec<_>>().join("; ")
}

/// What to do about a status, as one cannot know what a server means by it.
pub(crate) fn advice(status: u16) -> &'static str {
    match status {
        400 => "the server does not take what was sent; its log says why",
        401 | 403 => "check the credentials, in the URL or of the token provider",
        404 => "check the path of the server's URL, which is often /eureka/",
        429 => "the server limits rates; ask less often",
        500.. => "the server is in trouble; its log says why",
        _ => "check that the URL is that of a Eureka server",
    }
}

#[cfg(test)]
mod tests {
    use heureka_model::ServiceUrl;

    use super::*;

    #[test]
    fn rs14_messages_say_what_to_do_and_hide_passwords() {
        let invalid = ServiceUrl::parse("localhost:8761/secret").unwrap_err();
        let config = ConfigError::Server {
            place: 2,
            error: invalid,
        };
        for (error, expected) in [
            (
                Error::from(config),
                "server 2: write a URL that begins with http://",
            ),
            (Error::NoServers, "give the builder at least one"),
            (
                Error::unserved(Doing::Fetch, Unserved::Status(401)),
                "check the credentials",
            ),
            (
                StartFailure::Registration(Unserved::TimedOut(Duration::from_secs(3))).into(),
                "the registration of this instance was not done within 3s",
            ),
        ] {
            let told = error.to_string();
            assert!(told.contains(expected), "{told}");
            assert!(!told.contains("secret"), "{told}");
        }
    }
}
